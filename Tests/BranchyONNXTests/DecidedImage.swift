#if ONNX
import Foundation
import Testing

/// What a graph that decides gives for an image: the operators of deciding, by plain loops over the
/// numbers of one image.
struct DecidedImage {
    private(set) var logits: [Float] = []
    private(set) var exit = -1
    private(set) var probability: Float = .nan

    init(_ graph: ExportedGraph, _ image: [Float]) throws {
        let values = try Self.run(graph, [graph.inputs[0]: image])
        logits = values["logits"] ?? []
        exit = Int(values["exit"]?.first ?? -1)
        probability = values["probability"]?.first ?? .nan
    }

    private static func run(
        _ graph: ExportedGraph, _ outer: [String: [Float]]
    ) throws -> [String: [Float]] {
        var values = outer.merging(graph.tensors) { outer, _ in outer }
        for node in graph.nodes {
            let operands = try node.inputs.map { try #require(values[$0]) }
            if node.kind == "If" {
                let branch = operands[0][0] != 0 ? "then_branch" : "else_branch"
                let inner = try #require(node.graph(branch))
                let results = try run(inner, values)
                for (name, output) in zip(node.outputs, inner.outputs) {
                    values[name] = results[output]
                }
            } else {
                values[node.outputs[0]] = try value(node.kind, operands)
            }
        }
        return values
    }

    private static func value(_ kind: String, _ operands: [[Float]]) throws -> [Float] {
        let first = operands[0]
        switch kind {
        case "Identity", "Flatten", "Cast": return first
        case "ReduceMax": return [first.reduce(-.infinity) { $0 > $1 ? $0 : $1 }]
        case "ReduceSum": return [first.reduce(0, +)]
        case "ArgMax": return [Float(first.indices.reduce(0) { first[$1] > first[$0] ? $1 : $0 })]
        case "TopK": return Array(first.sorted(by: >).prefix(Int(operands[1][0])))
        case "Gather": return operands[1].map { first[Int($0)] }
        case "Exp": return first.map { exp($0) }
        case "Log": return first.map { log($0) }
        case "Reciprocal": return first.map { 1 / $0 }
        // As some runtimes do it, NaN is lost here.
        case "Clip": return first.map { max(operands[1][0], min(operands[2][0], $0)) }
        case "Add": return joined(operands, +)
        case "Sub": return joined(operands, -)
        case "Mul": return joined(operands, *)
        case "Div": return joined(operands, /)
        case "Less": return joined(operands) { $0 < $1 ? 1 : 0 }
        case "GreaterOrEqual": return joined(operands) { $0 >= $1 ? 1 : 0 }
        case "Equal": return joined(operands) { $0 == $1 ? 1 : 0 }
        case "And": return joined(operands) { $0 * $1 }
        default:
            Issue.record("an operator that decides nothing: \(kind)")
            return []
        }
    }

    private static func joined(
        _ operands: [[Float]], _ body: (Float, Float) -> Float
    ) -> [Float] {
        let (first, second) = (operands[0], operands[1])
        return (0..<max(first.count, second.count)).map {
            body(first[min($0, first.count - 1)], second[min($0, second.count - 1)])
        }
    }
}
#endif
