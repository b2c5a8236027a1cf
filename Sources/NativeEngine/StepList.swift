import BranchyCompute
import CInferenceKernels

/// The calls of a plan, in memory that nothing counts or moves.
// Safety: written by the initializer, and only read afterwards; the weights outlive it.
package final class StepList: @unchecked Sendable {
    private let parts: UnsafeMutableBufferPointer<inference_step>
    private let steps: UnsafeMutableBufferPointer<inference_shared_step>
    private let segments: UnsafeMutableBufferPointer<Range<Int>>
    /// Whether threads share a step of a segment.
    private let isShared: UnsafeMutableBufferPointer<Bool>

    /// - Parameters:
    ///   - offsets: where each buffer of the plan begins in a caller's memory, in floats.
    ///   - weights: where the plan's weights are, which stay there longer than this list.
    package init(_ plan: Plan, offsets: [Int], weights: UnsafePointer<Float>) {
        let all = plan.segments.flatMap(\.self).map { $0.parts.isEmpty ? [$0] : $0.parts }
        let calls = all.flatMap(\.self).map { $0.call(offsets, weights) }
        parts = .allocate(capacity: calls.count)
        _ = parts.initialize(from: calls)
        steps = .allocate(capacity: all.count)
        var first = 0
        for (index, parts) in all.enumerated() {
            let shared = inference_shared_step(
                parts: self.parts.baseAddress.map { $0 + first }, count: Int32(parts.count))
            steps.initializeElement(at: index, to: shared)
            first += parts.count
        }
        segments = .allocate(capacity: plan.segments.count)
        isShared = .allocate(capacity: plan.segments.count)
        first = 0
        for (index, segment) in plan.segments.enumerated() {
            segments.initializeElement(at: index, to: first..<first + segment.count)
            isShared.initializeElement(at: index, to: segment.contains { !$0.parts.isEmpty })
            first += segment.count
        }
    }

    deinit {
        parts.deallocate()
        steps.deallocate()
        segments.deallocate()
        isShared.deallocate()
    }

    /// Whether threads share any step.
    var hasSharedSteps: Bool { isShared.contains(true) }

    /// Runs the calls of a segment.
    ///
    /// - Parameter team: the threads that share them; without it, the caller's runs all.
    package func run(
        _ segment: Int, on memory: UnsafeMutableRawPointer, by team: OpaquePointer? = nil
    ) {
        let range = segments[segment]
        guard let first = steps.baseAddress, !range.isEmpty else { return }
        inference_run_shared(
            isShared[segment] ? team : nil, first + range.lowerBound, range.count, memory)
    }

    /// Which calls a segment has, counted over all segments.
    func range(ofSegment segment: Int) -> Range<Int> { segments[segment] }

    /// Runs one call, counted over all segments.
    func runStep(_ index: Int, on memory: UnsafeMutableRawPointer, by team: OpaquePointer?) {
        precondition(steps.indices.contains(index), "there are \(steps.count) steps")
        inference_run_shared(
            steps[index].count > 1 ? team : nil, steps.baseAddress.map { $0 + index }, 1, memory)
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
