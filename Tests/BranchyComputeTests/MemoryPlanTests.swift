import BranchyCompute
import TestSupport
import Testing

@Suite struct MemoryPlanTests {
    @Test func disjointLifetimesShare() {
        let plan = MemoryPlan([
            MemoryPlan.Request(byteCount: 100, lifetime: 0...1),
            MemoryPlan.Request(byteCount: 80, lifetime: 2...3),
            MemoryPlan.Request(byteCount: 100, lifetime: 4...4),
        ])
        #expect(plan.offsets == [0, 0, 0])
        #expect(plan.byteCount == 100)
    }

    @Test func buffersThatMeetInOneStepDoNotShare() {
        let plan = MemoryPlan([
            MemoryPlan.Request(byteCount: 100, lifetime: 0...1),
            MemoryPlan.Request(byteCount: 80, lifetime: 1...2),
        ])
        #expect(plan.offsets == [0, 128])
        #expect(plan.byteCount == 208)
    }

    @Test func fillsAGapBetweenTwo() {
        // The largest lies at 0; 512 must avoid it and 256 both; then 64 is alive with 512 alone.
        let plan = MemoryPlan([
            MemoryPlan.Request(byteCount: 1024, lifetime: 0...1),
            MemoryPlan.Request(byteCount: 512, lifetime: 1...3),
            MemoryPlan.Request(byteCount: 64, lifetime: 3...3),
        ])
        #expect(plan.offsets == [0, 1024, 0])
        #expect(plan.byteCount == 1536)
    }

    @Test func nothingNeedsNothing() {
        #expect(MemoryPlan([]).byteCount == 0)
    }

    @Test(arguments: UInt64(0)..<40)
    func laws(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let requests = (0..<Int.random(in: 1...40, using: &generator)).map { _ in
            let first = Int.random(in: 0...20, using: &generator)
            let length = Int.random(in: 0...6, using: &generator)
            return MemoryPlan.Request(
                byteCount: .random(in: 0...2000, using: &generator),
                lifetime: first...first + length)
        }
        let plan = MemoryPlan(requests)
        #expect(plan.offsets.allSatisfy { $0.isMultiple(of: MemoryPlan.alignment) && $0 >= 0 })
        #expect(plan.byteCount <= requests.reduce(0) { $0 + ($1.byteCount + 63) / 64 * 64 })
        #expect(overlaps(requests, plan).isEmpty)
        let ends = zip(plan.offsets, requests).map { $0 + $1.byteCount }
        #expect(plan.byteCount == ends.max())
        #expect(plan == MemoryPlan(requests))
    }

    /// Pairs of buffers that are alive at one step and share a byte.
    private func overlaps(
        _ requests: [MemoryPlan.Request], _ plan: MemoryPlan
    ) -> [(Int, Int)] {
        let spans = zip(plan.offsets, requests).map { $0..<$0 + $1.byteCount }
        return requests.indices.flatMap { left in
            requests.indices.dropFirst(left + 1).compactMap { right in
                requests[left].lifetime.overlaps(requests[right].lifetime)
                    && spans[left].overlaps(spans[right]) ? (left, right) : nil
            }
        }
    }
}
