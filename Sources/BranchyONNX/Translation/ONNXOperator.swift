import BranchyNet

/// The operators that are understood.
enum ONNXOperator: String, CaseIterable {
    case add = "Add"
    case averagePool = "AveragePool"
    case batchNormalization = "BatchNormalization"
    case cast = "Cast"
    case choose = "Where"
    case clip = "Clip"
    case concat = "Concat"
    case constant = "Constant"
    case constantOfShape = "ConstantOfShape"
    case conv = "Conv"
    case div = "Div"
    case dropout = "Dropout"
    case equal = "Equal"
    case erf = "Erf"
    case expand = "Expand"
    case flatten = "Flatten"
    case gather = "Gather"
    case gelu = "Gelu"
    case gemm = "Gemm"
    case globalAveragePool = "GlobalAveragePool"
    case hardSigmoid = "HardSigmoid"
    case hardSwish = "HardSwish"
    case identity = "Identity"
    case logSoftmax = "LogSoftmax"
    case matMul = "MatMul"
    case maxPool = "MaxPool"
    case mod = "Mod"
    case mul = "Mul"
    case pad = "Pad"
    case range = "Range"
    case reduceMean = "ReduceMean"
    case relu = "Relu"
    case reshape = "Reshape"
    case shape = "Shape"
    case sigmoid = "Sigmoid"
    case slice = "Slice"
    case softmax = "Softmax"
    case split = "Split"
    case squeeze = "Squeeze"
    case sub = "Sub"
    case transpose = "Transpose"
    case unsqueeze = "Unsqueeze"

    /// The operator of a node.
    ///
    /// - Throws: ``ONNXError`` with all that are known where it is none of them.
    init(of node: ONNXNode) throws {
        guard ["", "ai.onnx"].contains(node.domain) else {
            throw ONNXError.unsupported(
                "\(node.place): an operator of \(node.domain.quoted), expected one of ONNX's own")
        }
        guard let known = Self(rawValue: node.operatorName) else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw ONNXError.unsupported(
                "\(node.place): an operator that is not known; those that are: \(names)")
        }
        self = known
    }
}
