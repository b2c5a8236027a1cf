import BranchyCompute
import BranchyNet
import BranchyWorkflow

/// What an import found and made, for people and as JSON.
struct ImportReport: Encodable {
    private let network: String
    private let inputShape: Shape
    private let classCount: Int
    private let parameterCount: Int
    private let producer: String
    private let graph: ImportedModel.Graph?
    private let leftOut: [String]?
    private let preprocessing: Preprocessing
    /// What was taken for granted about the preprocessing.
    private let assumption: String?
    private let hasLabels: Bool

    init(
        _ imported: ImportedModel, _ preprocessing: Preprocessing, assumption: String?,
        hasLabels: Bool
    ) {
        (network, inputShape) = (imported.network.name, imported.network.inputShape)
        classCount = imported.network.classCount
        parameterCount = imported.parameters.scalarCount
        (producer, graph, leftOut) = (imported.producer, imported.graph, imported.leftOut)
        (self.preprocessing, self.assumption) = (preprocessing, assumption)
        self.hasLabels = hasLabels
    }

    /// A table of what there is to know.
    var text: String {
        var table = Table([.left, .left])
        table.add([
            "network", "\(network), from \(producer)" + (graph.map { ", opset \($0.opset)" } ?? ""),
        ])
        table.add(["images", "\(inputShape)"])
        table.add([
            "classes", "\(classCount)" + (hasLabels ? "" : ", named by their numbers (--labels)"),
        ])
        table.add(["parameters", Format.grouped(parameterCount)])
        if let graph {
            table.add(["operators", Self.list(graph.operators)])
            table.add(["changed", graph.changes.isEmpty ? "nothing" : Self.list(graph.changes)])
            table.add([
                "cuts", "\(graph.cuts) places where one value is live: a branch may go there",
            ])
        }
        if let leftOut {
            table.add([
                "left out",
                leftOut.isEmpty ? "nothing" : "\(leftOut.count) tensors that are no parameters",
            ])
        }
        table.add(["preparation", preparation])
        return table.text
    }

    private var preparation: String {
        let resize = preprocessing.geometry?.resize.map { "shorter side to \($0), then the middle" }
        return "\(resize ?? "stretched"); mean \(Self.list(preprocessing.mean)), deviation "
            + Self.list(preprocessing.standardDeviation) + (assumption.map { ": \($0)" } ?? "")
    }

    private static func list(_ numbers: [Float]) -> String {
        numbers.map { "\($0)" }.joined(separator: " ")
    }

    private static func list(_ counts: [ImportedModel.Count]) -> String {
        counts.map(\.description).joined(separator: ", ")
    }
}
