#if OneDNN
import BranchyCompute

/// Bytes behind each buffer of a workspace that tell whether somebody wrote beyond its end. There are
/// none but in tests.
struct MemoryGuards: Sendable {
    private struct Guard {
        let offset: Int
        /// For people: what reads or writes the buffer before it.
        let users: String
    }

    private static let mark: UInt8 = 0xA5
    private let guards: [Guard]
    private let byteCount: Int

    init(_ plan: Plan, _ offsets: [Int?], byteCount: Int) {
        self.byteCount = byteCount
        guard byteCount > 0 else {
            guards = []
            return
        }
        let steps = plan.segments.flatMap(\.self)
        guards = offsets.indices.compactMap { buffer in
            offsets[buffer].map { offset in
                let users = steps.filter { step in
                    step.arguments.contains { $0.view.buffer == buffer }
                }.map { "\($0.implementation.operation) by \($0.implementation.name)" }
                return Guard(
                    offset: offset + plan.buffers[buffer].byteCount,
                    users: users.joined(separator: ", "))
            }
        }
    }

    func set(in base: UnsafeMutableRawPointer) {
        for one in guards {
            (base + one.offset).initializeMemory(
                as: UInt8.self, repeating: Self.mark, count: byteCount)
        }
    }

    /// - Throws: `libraryFailure` where a guard changed.
    func check(in base: UnsafeMutableRawPointer) throws(EngineError) {
        for one in guards {
            let bytes = UnsafeRawBufferPointer(start: base + one.offset, count: byteCount)
            guard bytes.allSatisfy({ $0 == Self.mark }) else {
                throw EngineError(
                    .libraryFailure, "something wrote behind the memory of \(one.users)")
            }
        }
    }
}
#endif
