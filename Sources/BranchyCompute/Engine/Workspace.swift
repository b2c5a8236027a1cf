#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The memory in which one caller runs an executable: inputs, outputs, activations and scratch, in
/// one block.
///
/// An executable is shared; a workspace belongs to one caller at a time, which is why it cannot be
/// copied. Inputs and outputs are plain row-major arrays; what lies between is the engine's secret.
public struct Workspace: ~Copyable {
    /// Where an input or output lies in the block.
    public struct Slot: Hashable, Sendable {
        /// Offset from the start in bytes.
        public var offset: Int
        /// How many elements there are, batch dimension included; each has four bytes.
        public var count: Int

        /// Describes a place.
        public init(offset: Int, count: Int) {
            self.offset = offset
            self.count = count
        }
    }

    /// The start of the block, aligned to ``MemoryPlan/alignment``. For engines.
    public let base: UnsafeMutableRawPointer

    /// How many bytes of the block are used.
    package let byteCount: Int

    /// What else the engine needs per caller (handles of a library, say). For engines.
    public let context: AnyObject?

    private let memory: MemoryBlock
    // Kept alive: an address alone may be given to another executable once this one is gone.
    private let owner: any AnyObject & Sendable
    private let inputs: [Slot]
    private let outputs: [Slot]

    /// Allocates a block.
    ///
    /// - Parameters:
    ///   - owner: the executable that the block is laid out for.
    ///   - byteCount: the size of the block.
    ///   - inputs: a place for each of the program's inputs.
    ///   - outputs: a place for each of the program's outputs.
    ///   - makeContext: makes what else the engine needs, given the start of the block.
    /// - Throws: ``EngineError/Code/outOfMemory`` where the machine does not have that much, and
    ///   what `makeContext` throws.
    public init(
        owner: any AnyObject & Sendable, byteCount: Int, inputs: [Slot], outputs: [Slot],
        makeContext: (UnsafeMutableRawPointer) throws(EngineError) -> AnyObject? =
            {
                _ throws(EngineError) in nil
            }
    ) throws(EngineError) {
        guard byteCount <= Self.physicalMemory, let memory = MemoryBlock(byteCount: byteCount)
        else {
            throw EngineError(
                .outOfMemory,
                "a workspace of \(byteCount) bytes does not fit the machine's \(Self.physicalMemory); "
                    + "use a smaller batch")
        }
        self.context = try makeContext(memory.base)
        self.base = memory.base
        self.memory = memory
        self.byteCount = byteCount
        self.owner = owner
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Whether this workspace was laid out for an executable.
    public func belongs(to executable: AnyObject) -> Bool { owner === executable }

    /// Calls `body` with an input's floats, to be written.
    ///
    /// - Parameter index: the input's index in ``Program/inputs``.
    public mutating func withInput<Result>(
        _ index: Int, _ body: (inout MutableSpan<Float>) throws -> Result
    ) rethrows -> Result {
        // Safety: the slot lies inside the block (the engine laid it out), and `self` is borrowed
        // exclusively while the span lives.
        var span = MutableSpan(_unsafeElements: buffer(inputs[index], of: Float.self))
        return try body(&span)
    }

    /// Calls `body` with an input's class numbers, to be written.
    ///
    /// - Parameter index: the input's index in ``Program/inputs``.
    public mutating func withTargets<Result>(
        _ index: Int, _ body: (inout MutableSpan<Int32>) throws -> Result
    ) rethrows -> Result {
        // Safety: as in `withInput`.
        var span = MutableSpan(_unsafeElements: buffer(inputs[index], of: Int32.self))
        return try body(&span)
    }

    /// Calls `body` with an output's floats.
    ///
    /// - Parameter index: the output's index in ``Program/outputs``.
    public func withOutput<Result>(
        _ index: Int, _ body: (Span<Float>) throws -> Result
    ) rethrows -> Result {
        // Safety: as in `withInput`; `self` is borrowed, so nothing writes meanwhile.
        try body(Span(_unsafeElements: UnsafeBufferPointer(buffer(outputs[index], of: Float.self))))
    }

    private func buffer<Element>(
        _ slot: Slot, of type: Element.Type
    ) -> UnsafeMutableBufferPointer<Element> {
        let start = (base + slot.offset).assumingMemoryBound(to: type)
        return UnsafeMutableBufferPointer(start: start, count: slot.count)
    }

    /// How many bytes the machine has, which no workspace exceeds.
    package static var physicalMemory: Int {
        sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    }
}

// Safety: the block has one owner, since a workspace cannot be copied, and every access goes
// through that owner; the executable is Sendable itself, and nothing else refers to the context.
extension Workspace: @unchecked Sendable {}
