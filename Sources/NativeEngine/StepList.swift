import BranchyCompute
import CInferenceKernels

/// The calls of a plan, in memory that nothing counts or moves.
// Safety: written by the initializer, and only read afterwards; the weights outlive it.
package final class StepList: @unchecked Sendable {
    private let steps: UnsafeMutableBufferPointer<inference_step>
    private let segments: UnsafeMutableBufferPointer<Range<Int>>

    /// - Parameters:
    ///   - offsets: where each buffer of the plan begins in a caller's memory, in floats.
    ///   - weights: where the plan's weights are, which stay there longer than this list.
    package init(_ plan: Plan, offsets: [Int], weights: UnsafePointer<Float>) {
        let calls = plan.segments.flatMap(\.self).map { $0.call(offsets, weights) }
        steps = .allocate(capacity: calls.count)
        _ = steps.initialize(from: calls)
        segments = .allocate(capacity: plan.segments.count)
        var first = 0
        for (index, segment) in plan.segments.enumerated() {
            segments.initializeElement(at: index, to: first..<first + segment.count)
            first += segment.count
        }
    }

    deinit {
        steps.deallocate()
        segments.deallocate()
    }

    /// Runs the calls of a segment.
    package func run(_ segment: Int, on memory: UnsafeMutableRawPointer) {
        let range = segments[segment]
        guard let first = steps.baseAddress, !range.isEmpty else { return }
        inference_run(first + range.lowerBound, range.count, memory)
    }

    /// Which calls a segment has, counted over all segments.
    func range(ofSegment segment: Int) -> Range<Int> { segments[segment] }

    /// Runs one call, counted over all segments.
    func runStep(_ index: Int, on memory: UnsafeMutableRawPointer) {
        precondition(steps.indices.contains(index), "there are \(steps.count) steps")
        inference_run(steps.baseAddress.map { $0 + index }, 1, memory)
    }
}

extension Step {
    /// The call with the addresses that the plan left open.
    fileprivate func call(_ offsets: [Int], _ pack: UnsafePointer<Float>) -> inference_step {
        var call = call
        call.source = source.place(at: offsets[source.buffer])
        call.result = result.place(at: offsets[result.buffer])
        if let other { call.other = other.place(at: offsets[other.buffer]) }
        if let scratch { call.scratch = scratch.place(at: offsets[scratch.buffer]).start }
        if let weights { call.weights = pack + weights }
        if let biases { call.biases = pack + biases }
        return call
    }
}
