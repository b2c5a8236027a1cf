#if ONNX
import BranchyCompute
import BranchyNet

/// Makes the files of a model's network.
struct Exporter {
    let model: TrainedModel
    let program: Program
    /// The logits of each exit.
    let logits: [Program.Value]
    private let image: Program.Port
    private let preparesImages: Bool
    private let version: String

    init(_ model: TrainedModel, preparesImages: Bool, version: String) throws {
        let program = try model.network.inferenceProgram().program
        let outputs = program.outputs.reduce(into: [:]) { $0[$1.name] = $1.value }
        let logits = (0..<model.network.exitCount).compactMap {
            outputs[NetworkProgram.logitsOutput(ofExit: $0)]
        }
        guard let image = program.inputs.first, logits.count == model.network.exitCount else {
            throw NetworkError(.invalidValue, "the network's program has no image or logits")
        }
        (self.model, self.program, self.logits, self.image) = (model, program, logits, image)
        (self.preparesImages, self.version) = (preparesImages, version)
    }

    /// A file for each stage and each branch that has anything to compute.
    func stages() throws -> [ExportedNetwork.Graph] {
        let exits = logits.indices.reduce(into: [:]) { $0[segment(ofExit: $1)] = $1 }
        let flow = SegmentFlow(
            program, image: image, isPrepared: preparesImages,
            exits: exits.mapValues { logits[$0] })
        return try program.segments.indices.compactMap { segment in
            guard exits[segment] != nil || !flow.outputs[segment].isEmpty else { return nil }
            return try piece(segment, exits[segment], flow)
        }
    }

    private func piece(
        _ segment: Int, _ exit: Int?, _ flow: SegmentFlow
    ) throws -> ExportedNetwork.Graph {
        let read = flow.inputs[segment]
        var writer = ProgramWriter(
            program, model.parameters,
            names: read.reduce(into: [:]) { $0[$1] = flow.names[$1] })
        writer.labels = flow.names
        var inputs = read.map { port(flow.names[$0] ?? "", $0) }
        if segment == 0, preparesImages { inputs.append(takeImage(&writer)) }
        if let exit, flow.names[logits[exit]] == nil {
            writer.labels[logits[exit]] = Self.name(ofExit: exit)
        }
        try writer.write(segment: segment)
        var outputs = flow.outputs[segment].map { port(flow.names[$0] ?? "", $0) }
        if let exit { outputs.append(giveLogits(ofExit: exit, &writer)) }
        let name = segment % 2 == 0 ? "stage\(segment / 2)" : "branch\(segment / 2)"
        return try graph(name, exit: exit, inputs, outputs, &writer.builder)
    }

    /// One graph with an output for each exit.
    func allExits() throws -> ExportedNetwork.Graph {
        var writer = ProgramWriter(program, model.parameters)
        for (exit, value) in logits.enumerated() where writer.labels[value] == nil {
            writer.labels[value] = Self.name(ofExit: exit)
        }
        let input = takeImage(&writer)
        for segment in program.segments.indices { try writer.write(segment: segment) }
        let outputs = logits.indices.map { giveLogits(ofExit: $0, &writer) }
        return try graph(
            "model", exit: logits.count == 1 ? 0 : nil, [input], outputs, &writer.builder)
    }

    /// One graph that answers by the model's policy.
    func nestedIf() throws -> ExportedNetwork.Graph {
        var writer = ProgramWriter(program, model.parameters)
        let input = takeImage(&writer, batch: 1)
        var decisions = try DecidingWriter(writer, of: self)
        let outputs = try decisions.write()
        return try graph("model", exit: nil, [input], outputs, &decisions.writer.builder)
    }
}

// MARK: - Parts

extension Exporter {
    /// What the output of an exit is called in a graph that gives it.
    static func name(ofExit exit: Int) -> String { "exit\(exit)" }

    /// The segment that computes the logits of an exit: its branch, or the last stage.
    func segment(ofExit exit: Int) -> Int {
        exit == logits.count - 1
            ? NetworkProgram.backboneSegment(ofStage: exit)
            : NetworkProgram.branchSegment(ofStage: exit)
    }

    private func port(
        _ name: String, _ value: Program.Value, batch: Int? = nil
    ) -> ExportedNetwork.Port {
        .init(
            name: name, element: .float32,
            shape: [batch] + program.type(of: value).shape.dimensions)
    }

    /// Begins a graph with the image, as bytes or as the network reads it.
    private func takeImage(
        _ writer: inout ProgramWriter, batch: Int? = nil
    ) -> ExportedNetwork.Port {
        guard preparesImages else {
            writer.names[image.value] = image.name
            return port(image.name, image.value, batch: batch)
        }
        writer.writePreparation(model.preprocessing, of: image)
        let sizes = program.type(of: image.value).shape
        return .init(
            name: image.name, element: .uint8, shape: [batch, sizes[1], sizes[2], sizes[0]])
    }

    private func giveLogits(
        ofExit exit: Int, _ writer: inout ProgramWriter
    ) -> ExportedNetwork.Port {
        let (name, value) = (Self.name(ofExit: exit), logits[exit])
        // Logits may be what another exit gives, or what the next stage reads.
        if writer.names[value] != name {
            writer.builder.append("Identity", [writer.names[value] ?? ""])
            writer.builder.renameLast(to: name)
        }
        return port(name, value)
    }

    private func graph(
        _ name: String, exit: Int?, _ inputs: [ExportedNetwork.Port],
        _ outputs: [ExportedNetwork.Port], _ builder: inout GraphBuilder
    ) throws -> ExportedNetwork.Graph {
        for port in inputs { builder.addInput(port) }
        for port in outputs { builder.addOutput(port) }
        let bytes = try builder.file(
            name: "\(model.network.name) \(name)", version: version)
        return .init(
            fileName: name + ".onnx", exit: exit, inputs: inputs, outputs: outputs, bytes: bytes)
    }
}
#endif
