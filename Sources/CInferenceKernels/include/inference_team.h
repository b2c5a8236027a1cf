#ifndef INFERENCE_TEAM_H
#define INFERENCE_TEAM_H

#include "inference_step.h"

// Threads that share the steps of one image.
//
// A step is divided when a program is compiled, into parts that write different places; each thread
// runs one of them, and all wait for each other before the next step. Which part computes a number
// does not change how, so results are those of one thread, bit for bit.

/// The parts of one step, one after the other; a step that is not divided is one part.
typedef struct {
    const inference_step *parts;
    int32_t count;
} inference_shared_step;

/// Some threads, of which the caller is one. For one caller at a time.
typedef struct inference_team inference_team;

/// Starts the other threads; they sleep where there is nothing to do.
///
/// Returns NULL where the system gives no memory or threads.
inference_team *inference_team_make(int32_t threads);

/// Ends them, once they have ended what they do.
void inference_team_free(inference_team *team);

/// Runs steps in order on the team, or all parts on the caller's thread where it is NULL. No step has
/// more parts than the team has threads.
///
/// `memory` is aligned to 64 bytes.
void inference_run_shared(
    inference_team *team, const inference_shared_step *steps, size_t count, void *memory);

#endif
