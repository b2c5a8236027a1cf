#if OneDNN
import COneDNN
import BranchyCompute

/// Chooses layouts and primitives for a program, instruction by instruction.
///
/// Images lie with the channels of a pixel side by side: for that layout the library has fast
/// implementations of every operation and derivative with any number of channels, where its own
/// blocked layouts fall back to reference code for channels that do not fill a block.
///
/// Every value has one *primary* view, written by the step that computes it. Where a step wants
/// another layout, a copy is made and kept for the rest of that segment only: the next segment may
/// be run without this one. A flattened value keeps the image's layout, so that flattening costs
/// nothing when the next layer takes it as it is.
struct ProgramCompiler {
    let program: Program
    let batchSize: Int
    let library: Library
    var segment = 0

    private let parameters: ParameterStore
    var buffers: [Buffer] = []
    var steps: [[Step]] = []
    var stepCount = 0
    var primaries: [Program.Value: View] = [:]
    var copies: [Program.Value: [(segment: Int, view: View)]] = [:]
    private var inputBuffers: [Program.Value: Int] = [:]
    var outputBuffers: [Program.Value: Int] = [:]

    init(
        _ program: Program, batchSize: Int, parameters: ParameterStore, library: Library
    ) {
        self.program = program
        self.batchSize = batchSize
        self.parameters = parameters
        self.library = library
    }

    mutating func compile() throws(EngineError) -> Plan {
        try placePorts()
        for (index, segment) in program.segments.enumerated() {
            self.segment = index
            steps.append([])
            for instruction in segment.instructions { try lower(instruction) }
        }
        return Plan(
            program: program, batchSize: batchSize, segments: steps, buffers: buffers,
            inputs: program.inputs.compactMap { inputBuffers[$0.value] },
            outputs: program.outputs.compactMap { outputBuffers[$0.value] })
    }

    /// Memory for all that callers write and read, and all that is packed.
    private mutating func placePorts() throws(EngineError) {
        for input in program.inputs {
            guard program.type(of: input.value).element != .bfloat16 else {
                throw EngineError(
                    .unsupported,
                    "input '\(input.name)' is bfloat16; convert it inside the program")
            }
            let view = try pin(input.value)
            inputBuffers[input.value] = view.buffer
            primaries[input.value] = view
        }
        for parameter in program.parameters {
            primaries[parameter.value] = try constant(
                program.tensor(for: parameter, in: parameters))
        }
        for output in program.outputs where outputBuffers[output.value] == nil {
            outputBuffers[output.value] = try outputBuffer(for: output)
        }
    }

    private mutating func outputBuffer(for output: Program.Port) throws(EngineError) -> Int {
        guard let source = primaries[output.value] else { return try pin(output.value).buffer }
        guard !isConstant(source) else {
            throw EngineError(
                .unsupported, "output '\(output.name)' is a parameter of the program")
        }
        return source.buffer
    }

    private mutating func lower(_ instruction: Program.Instruction) throws(EngineError) {
        switch instruction.operation {
        case .convolution(let convolution): try lowerConvolution(convolution, instruction)
        case .linear(let linear): try lowerLinear(linear, instruction)
        case .maxPooling(let pooling): try lowerMaxPooling(pooling, instruction)
        case .averagePooling(let pooling): try lowerAveragePooling(pooling, instruction)
        case .globalAveragePooling: try lowerGlobalAveragePooling(instruction)
        case .batchNormalization(let normalization):
            try lowerBatchNormalization(normalization, instruction)
        case .localResponseNormalization(let normalization):
            try lowerLocalResponseNormalization(normalization, instruction)
        case .shortcut(let shortcut): try lowerShortcut(shortcut, instruction)
        case .activation(let activation): try lowerActivation(activation, instruction)
        case .dropout: try lowerBinary(instruction, multiplies: true)
        case .add: try lowerBinary(instruction, multiplies: false)
        case .multiply: try lowerProduct(instruction)
        case .concatenate: try lowerConcatenation(instruction)
        case .selectChannels(let range): try lowerSelection(range, instruction)
        case .shuffleChannels(let groups): try lowerShuffle(groups, instruction)
        case .flatten: try alias(instruction.results[0], primary(of: instruction.operands[0]))
        case .softmaxCrossEntropy(let smoothing): try lowerCrossEntropy(smoothing, instruction)
        case .distillation(let temperature):
            try lowerDistillation(.loss, temperature, instruction)
        case .convert: try lowerConversion(instruction)
        case .gradient(let gradient): try lowerGradient(gradient, instruction)
        }
    }

    private mutating func lowerGradient(
        _ gradient: Program.Operation.Gradient, _ instruction: Program.Instruction
    ) throws(EngineError) {
        switch gradient {
        case .convolutionSource(let convolution, _):
            try lowerConvolutionSourceGradient(convolution, instruction)
        case .convolutionParameters(let convolution, _, _):
            try lowerConvolutionParameterGradient(convolution, instruction)
        case .linearSource: try lowerLinearSourceGradient(instruction)
        case .linearParameters: try lowerLinearParameterGradient(instruction)
        case .maxPooling(let pooling, _): try lowerMaxPoolingGradient(pooling, instruction)
        case .averagePooling(let pooling, _):
            try lowerAveragePoolingGradient(pooling, instruction)
        case .globalAveragePooling: try lowerGlobalAveragePoolingGradient(instruction)
        case .batchNormalization(let normalization):
            try lowerBatchNormalizationGradient(normalization, instruction)
        case .localResponseNormalization(let normalization):
            try lowerLocalResponseNormalizationGradient(normalization, instruction)
        case .shortcut(let shortcut, _): try lowerShortcutGradient(shortcut, instruction)
        case .activation(let activation): try lowerActivationGradient(activation, instruction)
        case .multiply: try lowerProductGradient(instruction)
        case .flatten: try lowerFlattenGradient(instruction)
        case .softmaxCrossEntropy(let smoothing):
            try lowerCrossEntropyGradient(smoothing, instruction)
        case .distillation(let temperature):
            try lowerDistillation(.gradient, temperature, instruction)
        }
    }
}
#endif
