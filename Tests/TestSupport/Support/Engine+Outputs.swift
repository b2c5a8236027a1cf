package import BranchyCompute

extension Engine {
    /// Compiles a program and runs it once.
    ///
    /// - Parameter segments: the segments to run, in ascending order; all of them if `nil`.
    /// - Returns: the outputs that those segments compute, in plain layout, by name.
    package func outputs(
        of program: Program, batchSize: Int, parameters: ParameterStore = ParameterStore(),
        inputs: [String: Tensor] = [:], targets: [String: [Int32]] = [:], segments: [Int]? = nil
    ) throws -> [String: Tensor] {
        var feed = Feed()
        (feed.parameters, feed.inputs, feed.targets) = (parameters, inputs, targets)
        return try outputs(of: program, batchSize: batchSize, feed, segments: segments)
    }

    /// Compiles a program and runs it once.
    package func outputs(
        of program: Program, batchSize: Int, _ feed: Feed, segments: [Int]? = nil
    ) throws -> [String: Tensor] {
        let executable = try compile(program, batchSize: batchSize, parameters: feed.parameters)
        var workspace = try executable.makeWorkspace()
        return try executable.outputs(feed, segments: segments, in: &workspace)
    }
}

extension Executable {
    /// Writes all inputs, runs, and reads the outputs that the segments compute.
    package func outputs(
        _ feed: Feed, segments: [Int]? = nil, in workspace: inout Workspace
    ) throws -> [String: Tensor] {
        let segments = segments ?? Array(program.segments.indices)
        write(feed, to: &workspace)
        for segment in segments { try run(segment, in: &workspace) }
        return outputs(ofSegments: segments, in: workspace)
    }

    /// Writes those inputs that the feed has.
    package func write(_ feed: Feed, to workspace: inout Workspace) {
        for (index, port) in program.inputs.enumerated() {
            if let tensor = feed.inputs[port.name] {
                precondition(
                    tensor.shape == fullShape(of: port),
                    "input '\(port.name)' is \(tensor.shape), expected \(fullShape(of: port))")
                workspace.withInput(index) { span in
                    for position in span.indices { span[position] = tensor.scalars[position] }
                }
            }
            if let targets = feed.targets[port.name] {
                workspace.withTargets(index) { span in
                    for position in span.indices { span[position] = targets[position] }
                }
            }
        }
    }

    /// The outputs that do not depend on segments other than these.
    package func outputs(
        ofSegments segments: [Int], in workspace: borrowing Workspace
    ) -> [String: Tensor] {
        let skipped = program.segments.indices.filter { !segments.contains($0) }
        let unknown = Set(
            skipped.flatMap { program.segments[$0].instructions.flatMap(\.results) })
        var outputs: [String: Tensor] = [:]
        for (index, port) in program.outputs.enumerated() where !unknown.contains(port.value) {
            let scalars = workspace.withOutput(index) { span in
                var scalars: [Float] = []
                for position in span.indices { scalars.append(span[position]) }
                return scalars
            }
            outputs[port.name] = Tensor(fullShape(of: port), scalars)
        }
        return outputs
    }

    private func fullShape(of port: Program.Port) -> Shape {
        program.type(of: port.value).fullShape(batchSize: batchSize)
    }
}
