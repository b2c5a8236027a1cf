import ArgumentParser
import BranchyCompute
import BranchyNet
import BranchyWorkflow

#if ONNX
import BranchyONNX
#endif

/// What a file of another program came to.
struct ImportedModel {
    let network: BranchedNetwork
    let parameters: ParameterStore
    /// The program that wrote the file.
    let producer: String
    /// What an ONNX file held, and what became of it.
    private(set) var graph: Graph?
    /// The tensors of a state dict that are no parameters, such as counters of batches.
    private(set) var leftOut: [String]?

    struct Graph: Encodable {
        /// The version of ONNX's operators.
        var opset: Int
        /// How many nodes of each operator there are, the most first.
        var operators: [Count]
        /// What was left out, computed or put together, and how often, the most first.
        var changes: [Count]
        /// At how many places exactly one value is live.
        var cuts: Int
    }

    struct Count: Encodable, CustomStringConvertible {
        var name: String
        var count: Int

        var description: String { "\(name) \(count)" }

        /// The largest first.
        static func list(_ counts: [String: Int]) -> [Count] {
            counts.map(Count.init).sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        }
    }

    /// Reads an ONNX file.
    init(onnx path: String) throws {
        #if ONNX
        let imported = try ImportedNetwork(contentsOf: path, name: Self.name(of: path))
        (network, parameters) = (imported.network, imported.parameters)
        producer = imported.producer.isEmpty ? "ONNX" : imported.producer
        graph = Graph(
            opset: imported.opset, operators: Count.list(imported.operatorCounts),
            changes: Count.list(imported.changes),
            cuts: imported.cutCount)
        #else
        throw EngineError.withoutONNX
        #endif
    }

    /// Reads a state dict into a network.
    init(stateDictionary path: String, network: String) throws {
        let described = try BranchedNetwork(nameOrFile: network)
        let dictionary = try StateDictionary(contentsOf: path)
        (self.network, parameters) = (described, try dictionary.parameters(for: described))
        producer = "safetensors"
        leftOut = dictionary.leftOut
    }

    /// The file's name without what says its kind.
    private static func name(of path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        let name = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        return name.isEmpty ? "imported" : String(name)
    }
}
