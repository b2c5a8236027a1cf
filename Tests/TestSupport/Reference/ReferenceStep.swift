import BranchyCompute

/// One instruction with the memory of its values; the kernels are in its extensions.
struct ReferenceStep {
    let operands: [ReferenceValue]
    let results: [ReferenceValue]

    func execute(_ operation: Program.Operation) {
        switch operation {
        case .convolution(let convolution): convolve(convolution)
        case .linear(let linear):
            convolve(Program.Operation.Convolution(activation: linear.activation))
        case .maxPooling(let pooling): pool(pooling)
        case .averagePooling(let pooling): average(pooling)
        case .globalAveragePooling: averageChannels()
        case .batchNormalization(let normalization): normalize(normalization)
        case .localResponseNormalization(let normalization): normalize(normalization)
        case .shortcut(let shortcut): copy(through: shortcut)
        case .activation(let activation): mapElements { activation.value(at: $0[0]) }
        case .dropout: mapElements { $0[0] * $0[1] }
        case .add: mapElements { $0[0] + $0[1] }
        case .multiply: multiply()
        case .concatenate: concatenate()
        case .selectChannels(let range): select(range)
        case .shuffleChannels(let groups): shuffle(groups)
        case .flatten: mapElements { $0[0] }
        case .softmaxCrossEntropy(let smoothing): measureCrossEntropy(Double(smoothing))
        case .distillation(let temperature): measureDistillation(Double(temperature))
        case .convert: mapElements { $0[0] }
        case .gradient(let gradient): execute(gradient)
        }
    }

    private func execute(_ gradient: Program.Operation.Gradient) {
        switch gradient {
        case .convolutionSource(let convolution, _): differentiateSource(of: convolution)
        case .convolutionParameters(let convolution, _, _): differentiateParameters(of: convolution)
        case .linearSource: differentiateSource(of: Program.Operation.Convolution())
        case .linearParameters: differentiateParameters(of: Program.Operation.Convolution())
        case .maxPooling: scatterToSelection()
        case .averagePooling(let pooling, _): spread(pooling)
        case .globalAveragePooling: spreadOverChannels()
        case .batchNormalization(let normalization): differentiate(normalization)
        case .localResponseNormalization(let normalization): differentiate(normalization)
        case .shortcut(let shortcut, _): add(through: shortcut)
        case .activation(let activation):
            mapElements { $0[1] * activation.derivative(known: $0[0]) }
        case .multiply: sumProducts()
        case .flatten: mapElements { $0[0] }
        case .softmaxCrossEntropy(let smoothing): differentiateCrossEntropy(Double(smoothing))
        case .distillation(let temperature): differentiateDistillation(Double(temperature))
        }
    }

    /// Computes each element of the result from the elements of all operands at its position.
    private func mapElements(_ body: ([Double]) -> Double) {
        let (sources, result) = (operands.map(\.floats), results[0].floats)
        for index in result.indices {
            result[index] = Float(body(sources.map { Double($0[index]) }))
        }
    }
}

extension Shape {
    /// The indices along four dimensions of an element in row-major order.
    func coordinates(of position: Int) -> (Int, Int, Int, Int) {
        let (above, last) = position.quotientAndRemainder(dividingBy: self[3])
        let (front, third) = above.quotientAndRemainder(dividingBy: self[2])
        let (first, second) = front.quotientAndRemainder(dividingBy: self[1])
        return (first, second, third, last)
    }
}

/// The part of a window that lies on a source, along one dimension.
func window(
    _ index: Int, size: Int, stride: Int, padding: Int = 0, along length: Int
) -> Range<Int> {
    let start = index * stride - padding
    return (start..<start + size).clamped(to: 0..<length)
}
