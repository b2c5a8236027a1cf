import BranchyCompute
import TestSupport
import Testing

/// What the derivative of `Σ dy·y` by each element of an input is, measured by moving it.
struct CentralDifferences {
    private let executable: any Executable
    private let feed: Feed
    private let step: Float
    private let dy: Tensor
    private let gradients: [String: Tensor]

    /// - Parameter program: has an output `y`, and for each input an output of the same name that
    ///   should be its gradient, given `dy`.
    init(of program: Program, feed: Feed, step: Float) throws {
        executable = try ReferenceEngine().compile(
            program, batchSize: 2, parameters: ParameterStore())
        (self.feed, self.step) = (feed, step)
        dy = try #require(feed.inputs["dy"])
        var workspace = try executable.makeWorkspace()
        gradients = try executable.outputs(feed, in: &workspace)
    }

    func check(_ names: [String], within tolerance: Double) throws {
        for name in names {
            let gradient = try #require(gradients[name])
            #expect(gradient.scalars.contains { $0 != 0 })
            for index in gradient.scalars.indices {
                let difference = try difference(by: name, index)
                let error = abs(difference - Double(gradient.scalars[index]))
                #expect(
                    error <= tolerance,
                    "\(name)[\(index)] is \(gradient.scalars[index]), measured \(difference)")
            }
        }
    }

    private func difference(by name: String, _ index: Int) throws -> Double {
        let (above, below) = (
            try result(moving: name, index, by: step), try result(moving: name, index, by: -step)
        )
        // Elements that do not depend on the input must not spoil the sum, so subtract first.
        let changes = zip(above, below).map { Double($0) - Double($1) }
        return zip(changes, dy.scalars).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(2 * step)
    }

    private func result(
        moving name: String, _ index: Int, by distance: Float
    ) throws -> [Float] {
        var moved = feed
        moved.inputs[name]?.withMutableScalars { $0[index] += distance }
        var workspace = try executable.makeWorkspace()
        return try #require(try executable.outputs(moved, in: &workspace)["y"]).scalars
    }
}

extension Feed {
    /// Multiples of 1/8 between -2 and 2 instead of any numbers.
    static func dyadic(for program: Program) -> Feed {
        var feed = Feed(for: program, batchSize: 2)
        feed.inputs = feed.inputs.mapValues { tensor in
            Tensor(tensor.shape, tensor.scalars.map { ($0 * 16).rounded() / 8 })
        }
        return feed
    }
}
