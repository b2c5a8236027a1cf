import BranchyCompute
import Synchronization
import TestSupport

/// The reference engine with one thing wrong, to see whether the conformance suite notices.
struct FaultyEngine: Engine {
    enum Fault {
        case refusesEverything, forgetsActivations, multipliesInsteadOfAdding, losesBiases
        case inventsParameters, runsEachSegmentOnce
    }

    let name = "faulty"
    let arithmetic = Arithmetic(precision: "float32", kernels: "one of them wrong")
    let fault: Fault

    func compile(
        _ program: Program, batchSize: Int, parameters: ParameterStore
    ) throws(EngineError) -> any Executable {
        var (program, parameters) = (program, parameters)
        switch fault {
        case .refusesEverything: throw EngineError.unsupported(.relu, engine: name)
        case .forgetsActivations: program = rewrite(program, withoutActivation)
        case .multipliesInsteadOfAdding: program = rewrite(program) { $0 == .add ? .dropout : $0 }
        case .losesBiases: parameters["b"] = parameters["b"].map { Tensor(repeating: 0, $0.shape) }
        case .inventsParameters:
            for port in program.parameters where parameters[port.name] == nil {
                parameters[port.name] = Tensor(repeating: 0, program.type(of: port.value).shape)
            }
        case .runsEachSegmentOnce: break
        }
        let executable = try ReferenceEngine()
            .compile(program, batchSize: batchSize, parameters: parameters)
        return fault == .runsEachSegmentOnce ? LazyExecutable(executable) : executable
    }

    private func withoutActivation(_ operation: Program.Operation) -> Program.Operation {
        switch operation {
        case .convolution(var convolution):
            convolution.activation = nil
            return .convolution(convolution)
        case .linear: return .linear(.init())
        default: return operation
        }
    }

    /// The program with other operations; where they do not fit, as it was.
    private func rewrite(_ program: Program, _ change: (Program.Operation) -> Program.Operation)
        -> Program
    {
        var copy = Program()
        var values: [Program.Value: Program.Value] = [:]
        for port in program.inputs {
            values[port.value] = copy.addInput(port.name, program.type(of: port.value))
        }
        for port in program.parameters {
            values[port.value] = copy.addParameter(port.name, program.type(of: port.value).shape)
        }
        for segment in program.segments {
            copy.beginSegment(segment.name)
            for instruction in segment.instructions {
                let operands = instruction.operands.compactMap { values[$0] }
                let results =
                    (try? copy.append(change(instruction.operation), operands))
                    ?? (try? copy.append(instruction.operation, operands)) ?? []
                for (old, new) in zip(instruction.results, results) { values[old] = new }
            }
        }
        for port in program.outputs {
            if let value = values[port.value] { copy.addOutput(port.name, value) }
        }
        return copy
    }
}

/// An executable that believes nothing changes after its first run.
private final class LazyExecutable: Executable {
    private let executable: any Executable
    private let segmentsRun = Mutex<Set<Int>>([])

    init(_ executable: any Executable) { self.executable = executable }

    var program: Program { executable.program }
    var batchSize: Int { executable.batchSize }
    var implementations: [Implementation] { executable.implementations }

    func makeWorkspace() throws(EngineError) -> Workspace { try executable.makeWorkspace() }

    func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError) {
        guard segmentsRun.withLock({ $0.insert(segment).inserted }) else { return }
        try executable.run(segment, in: &workspace)
    }
}
