import BranchyCompute
import Testing

@Suite struct MemoryBlockTests {
    /// Around the size from which on large pages are asked for, around a page, and more than one.
    @Test(arguments: [0, 1, 65, 1 << 17 - 1, 1 << 17, 1 << 21 - 1, 1 << 21, 1 << 21 + 1, 5_000_000])
    func isZerosThatCanBeWritten(byteCount: Int) {
        // A block that is given back dirty is what an allocator would hand out next.
        for _ in 0..<3 {
            guard let block = MemoryBlock(byteCount: byteCount) else {
                Issue.record("no memory for \(byteCount) bytes")
                return
            }
            let bytes = UnsafeMutableRawBufferPointer(
                start: block.base, count: max(byteCount, 1))
            let address = Int(bitPattern: block.base)
            #expect(address.isMultiple(of: MemoryPlan.alignment))
            #expect(bytes.allSatisfy { $0 == 0 })
            for index in bytes.indices { bytes[index] = 0xFF }
        }
    }

    @Test func beginsWithALargePageFromASizeOn() {
        guard let small = MemoryBlock(byteCount: 1 << 17),
            let large = MemoryBlock(byteCount: 3 << 20)
        else {
            Issue.record("no memory for 3 MiB")
            return
        }
        let addresses = [small.base, large.base].map { Int(bitPattern: $0) }
        #expect(addresses.allSatisfy { $0.isMultiple(of: 1 << 21) })
    }

    @Test(arguments: [1 << 60, Int.max - (1 << 22) + 1, Int.max])
    func isNothingWhereTheSystemDoesNotHaveAsMuch(byteCount: Int) {
        let isThere = if MemoryBlock(byteCount: byteCount) != nil { true } else { false }
        #expect(!isThere)
    }
}
