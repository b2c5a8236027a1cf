package import BranchyCompute
import CInferenceKernels

/// Memory in a workspace.
package struct Buffer: Sendable {
    /// How many floats it has, those included that are read but do not count.
    package let count: Int
    /// Whether it keeps its place for the whole run: inputs, outputs, and planes whose frames were
    /// zeroed once.
    let isPinned: Bool
    /// The first and last step that touches it.
    var lifetime: ClosedRange<Int>?
}

/// One call of a kernel, before it is known where buffers and weights will be.
struct Step {
    var call: inference_step
    var source: Placement
    var other: Placement?
    var result: Placement
    /// Memory that only this step uses.
    var scratch: Placement?
    /// Where its weights and biases begin in the pack.
    var weights: Int?
    var biases: Int?
    var implementation: Implementation
    /// How threads may share it.
    var division = Division.none
    /// What they run at the same time in its place; empty where one runs it alone.
    var parts: [Step] = []

    var placements: [Placement] { [source, result] + [other, scratch].compactMap(\.self) }
}

/// A compiled program: what runs in which order, on which memory.
package struct Plan {
    let program: Program
    let batchSize: Int
    /// The steps of each segment.
    let segments: [[Step]]
    /// How many threads share a step at most.
    let threads: Int
    package let buffers: [Buffer]
    /// The buffer of each of the program's inputs and outputs.
    package let inputs: [Int]
    package let outputs: [Int]
    /// All packed parameters.
    package private(set) var weights: WeightPack

    /// Hands the parameters over; the plan has none then.
    mutating func takeWeights() -> WeightPack {
        var taken = WeightPack()
        swap(&taken, &weights)
        return taken
    }

    /// What was picked for each instruction, in order of running.
    package var implementations: [Implementation] {
        segments.flatMap(\.self).map(\.implementation)
    }
}
