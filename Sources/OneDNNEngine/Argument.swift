#if OneDNN
import COneDNN
import BranchyCompute

/// A value that a step reads or writes.
struct Argument: Sendable {
    let role: Role
    let view: View

    init(_ role: Role, _ view: View) {
        (self.role, self.view) = (role, view)
    }

    /// What an argument is to a primitive, as the library numbers them; to a kernel of our own, its
    /// place.
    struct Role: RawRepresentable, Hashable, Sendable {
        let rawValue: Int32

        static let source = Role(rawValue: DNNL_ARG_SRC)
        static let firstSource = Role(rawValue: DNNL_ARG_SRC_0)
        static let secondSource = Role(rawValue: DNNL_ARG_SRC_1)
        static let weights = Role(rawValue: DNNL_ARG_WEIGHTS)
        static let bias = Role(rawValue: DNNL_ARG_BIAS)
        static let scale = Role(rawValue: DNNL_ARG_SCALE)
        static let shift = Role(rawValue: DNNL_ARG_SHIFT)
        static let mean = Role(rawValue: DNNL_ARG_MEAN)
        static let variance = Role(rawValue: DNNL_ARG_VARIANCE)
        static let result = Role(rawValue: DNNL_ARG_DST)
        /// One of any number of sources.
        static func oneOfSources(_ index: Int) -> Role {
            Role(rawValue: DNNL_ARG_MULTIPLE_SRC + Int32(index))
        }
        /// What a forward pass leaves behind for its derivative, such as a selection.
        static let workspace = Role(rawValue: DNNL_ARG_WORKSPACE)
        static let scratch = Role(rawValue: DNNL_ARG_SCRATCHPAD)
        /// The derivative by the result.
        static let gradient = Role(rawValue: DNNL_ARG_DIFF_DST)
        static let sourceGradient = Role(rawValue: DNNL_ARG_DIFF_SRC)
        static let weightsGradient = Role(rawValue: DNNL_ARG_DIFF_WEIGHTS)
        static let biasGradient = Role(rawValue: DNNL_ARG_DIFF_BIAS)
        /// What a copy reads and writes.
        static let from = Role(rawValue: DNNL_ARG_FROM)
        static let to = Role(rawValue: DNNL_ARG_TO)
    }
}

// MARK: Arguments in the layout that a primitive wants

extension ProgramCompiler {
    /// The layout that a primitive wants for an argument.
    func wanted(_ descriptor: Handle, _ role: Argument.Role) -> Layout {
        descriptor.use { Layout(conednn_layout($0, role.rawValue)) }
    }

    mutating func argument(
        _ role: Argument.Role, reading value: Program.Value, of descriptor: Handle
    ) throws(EngineError) -> Argument {
        Argument(role, try view(of: value, as: wanted(descriptor, role)))
    }

    mutating func argument(
        _ role: Argument.Role, readingParameter value: Program.Value, of descriptor: Handle
    ) throws(EngineError) -> Argument {
        Argument(role, try parameterView(of: value, as: wanted(descriptor, role)))
    }

    mutating func argument(
        _ role: Argument.Role, writing value: Program.Value, of descriptor: Handle
    ) throws(EngineError) -> Argument {
        Argument(role, try result(value, wanted(descriptor, role)))
    }
}
#endif
