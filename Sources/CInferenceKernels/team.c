#include "include/inference_team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

/// How often is looked before a thread lets others run: a few microseconds, which is what a step of
/// another thread takes longer at most where both have a core.
#define LOOKS 4000
/// How often a thread that waits for work looks before it sleeps: waking up takes longer than that.
#define IDLE_LOOKS 20000

typedef struct {
    inference_team *team;
    int32_t number;
    pthread_t thread;
} worker;

struct inference_team {
    int32_t threads;
    /// The work, written before `runs` is raised.
    const inference_shared_step *steps;
    size_t count;
    float *memory;
    bool ends;
    /// How many runs were asked for.
    atomic_uint runs;
    /// How many threads have come to the end of a step, and how often all have.
    atomic_int arrived;
    atomic_uint meetings;
    /// Who sleeps, and what wakes them.
    atomic_int sleepers;
    pthread_mutex_t lock;
    pthread_cond_t woken;
    worker workers[];
};

static void rest(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Waits until all threads of the team have come here.
static void meet(inference_team *team) {
    const unsigned meeting = atomic_load_explicit(&team->meetings, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->threads) {
        atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&team->meetings, meeting + 1, memory_order_release);
        return;
    }
    for (int look = 0;
         atomic_load_explicit(&team->meetings, memory_order_acquire) == meeting; look++) {
        // Where there are fewer cores than threads, the others could not come otherwise.
        if (look < LOOKS) rest();
        else sched_yield();
    }
}

/// Runs one thread's parts of all steps. Steps of one part are the first thread's, and between two of
/// them nobody waits.
static void run_parts(inference_team *team, int32_t number) {
    const inference_shared_step *steps = team->steps;
    const size_t count = team->count;
    float *memory = team->memory;
    for (size_t index = 0; index < count; index++) {
        const inference_shared_step *step = &steps[index];
        if (number < step->count) step->parts[number].kernel(&step->parts[number], memory);
        const bool is_last = index + 1 == count;
        if (is_last || step->count > 1 || steps[index + 1].count > 1) meet(team);
    }
}

/// Waits for the next run after `run`.
static void await_run(inference_team *team, unsigned run) {
    for (int look = 0; look < IDLE_LOOKS; look++) {
        if (atomic_load_explicit(&team->runs, memory_order_acquire) != run) return;
        rest();
    }
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->sleepers, 1);
    while (atomic_load(&team->runs) == run) pthread_cond_wait(&team->woken, &team->lock);
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->lock);
}

static void *work(void *argument) {
    const worker *self = argument;
    inference_team *team = self->team;
    for (unsigned run = 0;; run++) {
        await_run(team, run);
        if (team->ends) return NULL;
        run_parts(team, self->number);
    }
}

/// Lets the other threads go on, those that sleep as well.
static void begin(inference_team *team) {
    atomic_fetch_add(&team->runs, 1);
    if (atomic_load(&team->sleepers) == 0) return;
    pthread_mutex_lock(&team->lock);
    pthread_cond_broadcast(&team->woken);
    pthread_mutex_unlock(&team->lock);
}

/// Ends the first `count` of the workers.
static void end(inference_team *team, int32_t count) {
    team->ends = true;
    begin(team);
    for (int32_t i = 0; i < count; i++) pthread_join(team->workers[i].thread, NULL);
    pthread_cond_destroy(&team->woken);
    pthread_mutex_destroy(&team->lock);
    free(team);
}

inference_team *inference_team_make(int32_t threads) {
    const size_t others = threads > 1 ? (size_t)threads - 1 : 0;
    inference_team *team = calloc(1, sizeof(inference_team) + others * sizeof(worker));
    if (team == NULL) return NULL;
    team->threads = (int32_t)others + 1;
    if (pthread_mutex_init(&team->lock, NULL) != 0) {
        free(team);
        return NULL;
    }
    if (pthread_cond_init(&team->woken, NULL) != 0) {
        pthread_mutex_destroy(&team->lock);
        free(team);
        return NULL;
    }
    for (size_t i = 0; i < others; i++) {
        worker *self = &team->workers[i];
        self->team = team;
        self->number = (int32_t)i + 1;
        if (pthread_create(&self->thread, NULL, work, self) != 0) {
            end(team, (int32_t)i);
            return NULL;
        }
    }
    return team;
}

void inference_team_free(inference_team *team) {
    if (team != NULL) end(team, team->threads - 1);
}

void inference_run_shared(
    inference_team *team, const inference_shared_step *steps, size_t count, void *memory
) {
    if (team == NULL) {
        for (size_t index = 0; index < count; index++)
            for (int32_t part = 0; part < steps[index].count; part++)
                steps[index].parts[part].kernel(&steps[index].parts[part], memory);
        return;
    }
    if (count == 0) return;
    team->steps = steps;
    team->count = count;
    team->memory = memory;
    begin(team);
    run_parts(team, 0);
}
