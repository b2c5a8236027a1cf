#if OneDNN
import BranchyCompute
import BranchyNet
import OneDNNEngine
import TestSupport
import Testing

/// A network of parallel paths learns, on the gradients that the reference engine computes.
struct PathNetworkTests {
    /// A depthwise residual block with squeeze-and-excitation, a branch, and a grouped block whose
    /// channels are concatenated and dealt anew.
    static let network = BranchedNetwork("paths", inputShape: [2, 9, 8], classCount: 3) {
        Conv2D("stem", inputChannels: 2, outputChannels: 8, kernelSize: 3, padding: 1)
        SiLU()
        Parallel("block", join: .add) {
            Path {}
            Path {
                Conv2D(
                    "depthwise", inputChannels: 8, outputChannels: 8, kernelSize: 3, padding: 1,
                    groups: 8, hasBias: false)
                BatchNorm2D("bn", channels: 8, epsilon: 1e-3)
                Clip(minimum: 0, maximum: 6)
                Parallel("se", join: .multiply) {
                    Path {}
                    Path {
                        GlobalAveragePool2D(keepsDimensions: true)
                        Conv2D("fc1", inputChannels: 8, outputChannels: 4, kernelSize: 1)
                        SiLU()
                        Conv2D("fc2", inputChannels: 4, outputChannels: 8, kernelSize: 1)
                        Sigmoid()
                    }
                }
            }
        }
        Branch("early") {
            GlobalAveragePool2D()
            Linear("linear", inputFeatures: 8, outputFeatures: 3)
        }
        MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
        Parallel("wide", join: .concatenate) {
            Path { SelectChannels(first: 0, count: 4) }
            Path {
                SelectChannels(first: 4, count: 4)
                Conv2D(
                    "grouped", inputChannels: 4, outputChannels: 8, kernelSize: 3, padding: 2,
                    dilation: 2, groups: 2)
                GELU()
            }
        }
        ChannelShuffle(groups: 2)
        GlobalAveragePool2D()
        Linear("linear", inputFeatures: 12, outputFeatures: 3)
    }

    /// Steps down the gradients of one batch: every exit's loss falls to a third and less.
    @Test(arguments: [ElementType.float32, .bfloat16], [1, 2])
    func learnsABatch(_ element: ElementType, threads: Int) throws {
        let wide = try Self.network.trainingProgram().program
        let program = element == .bfloat16 ? try wide.inBFloat16() : wide
        var descent: Descent
        do {
            descent = try Descent(program, try OneDNNEngine(threads: threads))
        } catch let error as EngineError where error.code == .unsupported {
            #expect(element == .bfloat16)
            return
        }
        let before = try descent.step()
        for _ in 0..<150 { _ = try descent.step() }
        let after = try descent.step()
        #expect(before.count == 2)
        for (first, last) in zip(before, after) { #expect(last < first / 3, "\(before), \(after)") }
    }
}

/// Gradient descent on one batch of random images, brighter from class to class.
private struct Descent {
    private static let batchSize = 12
    private let executable: any Executable
    private let program: Program
    private var feed: Feed
    private let parameters: [String]

    init(_ program: Program, _ engine: OneDNNEngine) throws {
        self.program = program
        feed = Feed(for: program, batchSize: Self.batchSize)
        let names = program.inputs.map(\.name)
        parameters = names.filter {
            program.outputIndex(named: Program.gradientName(of: $0)) != nil
        }
        for exit in 0..<2 {
            feed.inputs[NetworkProgram.lossWeightsInput(ofExit: exit)] = Tensor(
                [Self.batchSize],
                [Float](repeating: 1 / Float(Self.batchSize), count: Self.batchSize))
        }
        let targets = feed.targets[NetworkProgram.targetsInput] ?? []
        feed.inputs[NetworkProgram.imageInput]?.withMutableScalars { scalars in
            let size = scalars.count / Self.batchSize
            for index in scalars.indices {
                scalars[index] += 1.5 * Float(targets[index / size] - 1)
            }
        }
        executable = try engine.compile(
            program, batchSize: Self.batchSize, parameters: ParameterStore())
    }

    /// - Returns: the losses before the step.
    mutating func step() throws -> [Float] {
        var workspace = try executable.makeWorkspace()
        let outputs = try executable.outputs(feed, in: &workspace)
        for name in parameters {
            let gradient = try #require(outputs[Program.gradientName(of: name)])
            let parameter = try #require(feed.inputs[name])
            feed.inputs[name] = Tensor(
                parameter.shape, zip(parameter.scalars, gradient.scalars).map { $0 - 0.2 * $1 })
        }
        return try (0..<2).map { exit in
            try #require(outputs[NetworkProgram.lossOutput(ofExit: exit)]).scalars[0]
        }
    }
}
#endif
