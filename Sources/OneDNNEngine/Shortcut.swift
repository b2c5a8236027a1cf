#if OneDNN
import COneDNN
import BranchyCompute

/// Copies every `stride`-th pixel into pixels of more channels, zeros elsewhere; or, for the
/// derivative, the way back. Images lie with the channels of a pixel side by side, so a pixel is
/// one run of bytes.
struct ShortcutKernel: HostKernel {
    /// `[N C H W]`, the image of fewer channels.
    let source: [Int]
    /// `[N C' H' W']`
    let result: [Int]
    let shortcut: Program.Operation.Shortcut
    let bytesPerElement: Int
    let isGradient: Bool

    var name: String { "copies" }

    func run(_ memory: [UnsafeMutableRawPointer]) {
        if isGradient {
            memory[1].initializeMemory(
                as: UInt8.self, repeating: 0, count: source.reduce(bytesPerElement, *))
            forEachPixel { pixel in
                (memory[1] + pixel.narrow).copyMemory(
                    from: memory[0] + pixel.wide, byteCount: pixel.byteCount)
            }
        } else {
            memory[1].initializeMemory(
                as: UInt8.self, repeating: 0, count: result.reduce(bytesPerElement, *))
            forEachPixel { pixel in
                (memory[1] + pixel.wide).copyMemory(
                    from: memory[0] + pixel.narrow, byteCount: pixel.byteCount)
            }
        }
    }

    /// The channels of a pixel that is kept.
    private struct Pixel {
        /// Where they begin in the source and in the result.
        let narrow, wide: Int
        let byteCount: Int
    }

    private func forEachPixel(_ body: (Pixel) -> Void) {
        let (narrow, wide) = (source[1] * bytesPerElement, result[1] * bytesPerElement)
        let front = shortcut.channelsBefore * bytesPerElement
        for sample in 0..<result[0] {
            for row in 0..<result[2] {
                let sourceRow = (sample * source[2] + row * shortcut.stride) * source[3]
                let resultRow = (sample * result[2] + row) * result[3]
                for column in 0..<result[3] {
                    body(
                        Pixel(
                            narrow: (sourceRow + column * shortcut.stride) * narrow,
                            wide: (resultRow + column) * wide + front, byteCount: narrow))
                }
            }
        }
    }
}

extension ProgramCompiler {
    mutating func lowerShortcut(
        _ shortcut: Program.Operation.Shortcut, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (source, result) = (instruction.operands[0], instruction.results[0])
        let kernel = ShortcutKernel(
            source: dimensions(of: source), result: dimensions(of: result), shortcut: shortcut,
            bytesPerElement: bytesPerElement(of: result), isGradient: false)
        try append(kernel, instruction)
    }

    mutating func lowerShortcutGradient(
        _ shortcut: Program.Operation.Shortcut, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (gradient, result) = (instruction.operands[0], instruction.results[0])
        let kernel = ShortcutKernel(
            source: dimensions(of: result), result: dimensions(of: gradient), shortcut: shortcut,
            bytesPerElement: bytesPerElement(of: result), isGradient: true)
        try append(kernel, instruction)
    }

    private func bytesPerElement(of value: Program.Value) -> Int {
        dataType(of: value) == dnnl_bf16 ? 2 : 4
    }

    private mutating func append(
        _ kernel: ShortcutKernel, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let result = instruction.results[0]
        let views = [
            try imageView(of: instruction.operands[0]),
            try self.result(result, imageLayout(of: result)),
        ]
        append(kernel, for: instruction.operation.description, views)
        try finish(result)
    }
}
#endif
