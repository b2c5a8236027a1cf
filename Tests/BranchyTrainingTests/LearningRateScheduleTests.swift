import BranchyTraining
import Testing

/// Expected numbers are those of PyTorch 2.13:
///
///     def cycle(n, pct):
///         o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
///         s = torch.optim.lr_scheduler.OneCycleLR(
///             o, max_lr=1.0, total_steps=n, pct_start=pct, cycle_momentum=False)
///         for i in range(n):
///             print(i, o.param_groups[0]["lr"]); o.step()
///             if i < n - 1: s.step()
///     cycle(101, 26/101); cycle(11, 1.0)
///
///     def rates(make, n):
///         o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
///         s = make(o)
///         for i in range(n):
///             print(i, o.param_groups[0]["lr"]); o.step(); s.step()
///     rates(lambda o: CosineAnnealingLR(o, T_max=8), 8)
///     rates(lambda o: SequentialLR(
///         o, [LinearLR(o, 1/4, total_iters=3), CosineAnnealingLR(o, T_max=12)], [4]), 16)
///     rates(lambda o: MultiStepLR(o, [5, 8], 0.1), 10)
///     rates(lambda o: ChainedScheduler(
///         [LinearLR(o, 1/4, total_iters=3), MultiStepLR(o, [2, 8], 0.1)]), 10)
///
/// PyTorch is at its peak at step `pct_start · n − 1` and this schedule at `warmup · (n − 1)`, so
/// that 25 of the 100 ways between 101 steps are a `warmup` of 0.25 here and 26/101 there. The
/// shape and the constants are the same.
struct LearningRateScheduleTests {
    // Both compute in double precision and differ in the order of a few operations.
    private let tolerance = 1e-14

    @Test(arguments: [1, 2, 1000]) func constantIsThePeakAllTheTime(stepCount: Int) {
        for step in 0..<stepCount {
            #expect(LearningRateSchedule.constant.factor(atStep: step, of: stepCount) == 1)
        }
    }

    @Test(arguments: [
        (0, 0.040000000000000036), (1, 0.04378494336905059), (10, 0.3716718427000253),
        (24, 0.9962150566309493), (25, 1.0), (26, 0.999561416803769), (60, 0.5522660225769003),
        (99, 0.0004425831962310061), (100, 4e-06),
    ])
    func oneCycleIsPyTorchs(step: Int, factor: Double) {
        let found = LearningRateSchedule.oneCycle(warmup: 0.25).factor(atStep: step, of: 101)
        #expect(abs(found - factor) <= tolerance)
    }

    @Test(arguments: [
        (0, 0.040000000000000036), (1, 0.06349287217832633), (5, 0.52), (9, 0.9765071278216737),
        (10, 1.0),
    ])
    func oneCycleOfWarmupAloneIsPyTorchs(step: Int, factor: Double) {
        let found = LearningRateSchedule.oneCycle(warmup: 1).factor(atStep: step, of: 11)
        #expect(abs(found - factor) <= tolerance)
    }

    @Test func oneCycleWithoutWarmupStartsAtThePeak() {
        let schedule = LearningRateSchedule.oneCycle(warmup: 0)
        #expect(schedule.factor(atStep: 0, of: 11) == 1)
        // Half of the way down is half of the way between the peak and a 250,000th of it.
        #expect(abs(schedule.factor(atStep: 5, of: 11) - 0.500002) <= tolerance)
        #expect(abs(schedule.factor(atStep: 10, of: 11) - 4e-6) <= tolerance)
    }

    @Test(arguments: [0, 0.01, 0.25, 0.5, 0.99, 1])
    func oneCycleGoesUpThenDownAndNeverAboveThePeak(warmup: Double) {
        for stepCount in [1, 2, 3, 10, 97] {
            let schedule = LearningRateSchedule.oneCycle(warmup: warmup)
            let factors = (0..<stepCount).map { schedule.factor(atStep: $0, of: stepCount) }
            let top = factors.indices.max { factors[$0] < factors[$1] } ?? 0
            #expect(factors.allSatisfy { $0 > 0 && $0 <= 1 })
            #expect(factors[...top] == factors[...top].sorted()[...])
            #expect(factors[top...] == ArraySlice(factors[top...].sorted(by: >)))
        }
    }

    @Test(arguments: [0, 0.25, 1]) func oneStepRunHasARateAboveZero(warmup: Double) {
        let factor = LearningRateSchedule.oneCycle(warmup: warmup).factor(atStep: 0, of: 1)
        #expect(abs(factor - (warmup == 0 ? 1 : 0.04)) <= tolerance)
    }

    /// A state that is ahead of the recipe must not make the cosine turn round.
    @Test func stepsBehindTheLastStayAtTheEnd() {
        let schedule = LearningRateSchedule.oneCycle(warmup: 0.25)
        #expect(abs(schedule.factor(atStep: 150, of: 101) - 4e-6) <= tolerance)
    }

    @Test(arguments: [
        (
            0.0,
            [
                1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5,
                0.30865828381745514, 0.14644660940672627, 0.03806023374435664,
            ]
        ),
        (
            0.25,
            [
                0.25, 0.5, 0.75, 1, 1, 0.9829629131445341, 0.9330127018922194, 0.8535533905932737,
                0.75, 0.6294095225512604, 0.5, 0.3705904774487397, 0.2500000000000001,
                0.14644660940672627, 0.06698729810778065, 0.0170370868554659,
            ]
        ),
    ]) func cosineIsPyTorchs(warmup: Double, expected: [Double]) {
        expect(.cosine(warmup: warmup), toGive: expected)
    }

    @Test(
        arguments: [
            (0.0, [0.5, 0.8], [1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01]),
            (0.4, [0.2, 0.8], [0.25, 0.5, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01]),
            (0, [], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
        ] as [(Double, [Double], [Double])])
    func stepIsPyTorchs(warmup: Double, milestones: [Double], expected: [Double]) {
        expect(
            .step(milestones: milestones, decay: 0.1, warmup: warmup), toGive: expected)
    }

    /// A third of 10 steps is nearest to 3 of them, and 0.3 times 10 is just above 3 in binary.
    @Test(arguments: [0.3, 1.0 / 3]) func milestoneIsTheStepNearestToItsShare(share: Double) {
        let schedule = LearningRateSchedule.step(milestones: [share], decay: 0.5, warmup: 0)
        expect(schedule, toGive: [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    }

    @Test(arguments: [0, 0.1, 1]) func cosineHasARateAboveZeroAtEveryStep(warmup: Double) {
        for stepCount in [1, 2, 3, 10, 97] {
            let schedule = LearningRateSchedule.cosine(warmup: warmup)
            for step in 0..<stepCount {
                let factor = schedule.factor(atStep: step, of: stepCount)
                #expect(factor > 0 && factor <= 1)
            }
        }
    }

    @Test func stepsBehindTheLastOfACosineStayAtItsEnd() {
        #expect(LearningRateSchedule.cosine(warmup: 0).factor(atStep: 150, of: 100) == 0)
    }

    private func expect(_ schedule: LearningRateSchedule, toGive expected: [Double]) {
        for (step, factor) in expected.enumerated() {
            let found = schedule.factor(atStep: step, of: expected.count)
            #expect(abs(found - factor) <= tolerance)
        }
    }
}
