import BranchyCompute

extension ReferenceStep {
    func copy(through shortcut: Program.Operation.Shortcut) {
        let (x, result) = (operands[0].floats, results[0])
        var copies = result.zeros
        ShortcutPairs(source: operands[0].shape, result: result.shape, shortcut: shortcut)
            .forEach { copies[$1] = Double(x[$0]) }
        result.store(copies)
    }

    func add(through shortcut: Program.Operation.Shortcut) {
        let (dy, result) = (operands[0].floats, results[0])
        var sums = result.zeros
        ShortcutPairs(source: result.shape, result: operands[0].shape, shortcut: shortcut)
            .forEach { sums[$0] += Double(dy[$1]) }
        result.store(sums)
    }
}

/// Which element of the source every element of a shortcut's result copies.
private struct ShortcutPairs {
    /// `[N C H W]`
    let source: Shape
    /// `[N C' H' W']`
    let result: Shape
    let shortcut: Program.Operation.Shortcut

    func forEach(_ body: (_ source: Int, _ result: Int) -> Void) {
        for position in 0..<result.elementCount {
            let (sample, padded, y, x) = result.coordinates(of: position)
            let channel = padded - shortcut.channelsBefore
            guard (0..<source[1]).contains(channel) else { continue }
            let row = (sample * source[1] + channel) * source[2] + y * shortcut.stride
            body(row * source[3] + x * shortcut.stride, position)
        }
    }
}
