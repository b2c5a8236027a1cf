#if OneDNN
import COneDNN
import BranchyCompute

/// Memory in which values lie, for part of a run or all of it.
struct Buffer: Sendable {
    /// Where a buffer is.
    enum Home: Sendable {
        /// In the workspace, sharing bytes with buffers that live at other times.
        case planned
        /// In the workspace, for the whole run: inputs and outputs.
        case pinned
        /// In the executable: parameters in the layout that a primitive wants.
        case constant(ConstantBlock)
    }

    var byteCount: Int
    let home: Home
    /// The first and last step that touches it.
    var lifetime: ClosedRange<Int>?
}

/// A buffer, seen in a layout.
struct View: Sendable {
    let buffer: Int
    let layout: Layout
}

/// A computation of our own, where the library has none that is as good.
protocol HostKernel: Sendable {
    /// How it computes, as listings print it.
    var name: String { get }

    /// Computes on the memory of a step's arguments, given in their order.
    func run(_ memory: [UnsafeMutableRawPointer])
}

/// One call of the library, or of a kernel of our own.
struct Step: Sendable {
    enum Kernel: Sendable {
        case primitive(Handle)
        case host(any HostKernel)
    }

    let kernel: Kernel
    let arguments: [Argument]
    let implementation: Implementation
}

/// A compiled program: what runs in which order, and where its memory is.
struct Plan: Sendable {
    let program: Program
    let batchSize: Int
    /// The steps of each segment.
    let segments: [[Step]]
    let buffers: [Buffer]
    /// The buffer of each of the program's inputs and outputs.
    let inputs: [Int]
    let outputs: [Int]
}

/// Memory that an executable owns.
// Safety: written while the program is compiled, by one thread, and only read afterwards.
final class ConstantBlock: @unchecked Sendable {
    let base: UnsafeMutableRawPointer

    init(byteCount: Int) {
        base = .allocate(byteCount: max(byteCount, 1), alignment: MemoryPlan.alignment)
        base.initializeMemory(as: UInt8.self, repeating: 0, count: max(byteCount, 1))
    }

    deinit { base.deallocate() }
}
#endif
