import BranchyCompute

/// Every multiplication of a convolution, as positions in source, weight and result.
///
/// Forward and both derivatives multiply two of the three and add to the third, so they walk over
/// the same taps. Those that fall on padding are left out.
private struct ConvolutionTaps {
    /// `[N C H W]`
    let source: Shape
    /// `[O C k k]`
    let weight: Shape
    /// `[N O H' W']`
    let result: Shape
    let convolution: Program.Operation.Convolution

    func forEach(_ body: (_ source: Int, _ weight: Int, _ result: Int) -> Void) {
        let (channels, height, width, size) = (source[1], source[2], source[3], weight[3])
        for position in 0..<result.elementCount {
            let (sample, output, y, x) = result.coordinates(of: position)
            let (rows, columns) = (range(at: y, along: height), range(at: x, along: width))
            let top = y * convolution.stride - convolution.padding
            let left = x * convolution.stride - convolution.padding
            for channel in 0..<channels {
                for row in rows {
                    let sourceRow = ((sample * channels + channel) * height + row) * width
                    let weightRow = ((output * channels + channel) * size + row - top) * size
                    for column in columns {
                        body(sourceRow + column, weightRow + column - left, position)
                    }
                }
            }
        }
    }

    private func range(at index: Int, along length: Int) -> Range<Int> {
        window(
            index, size: weight[3], stride: convolution.stride, padding: convolution.padding,
            along: length)
    }
}

/// A fully connected layer is the convolution of an image of one pixel, and goes the same way.
extension ReferenceStep {
    func convolve(_ convolution: Program.Operation.Convolution) {
        let (source, weight, result) = (operands[0], operands[1], results[0])
        let (x, w) = (source.floats, weight.floats)
        var sums = result.zeros
        if operands.count > 2 { addBias(operands[2].floats, to: &sums) }
        ConvolutionTaps(
            source: source.image, weight: weight.image, result: result.image,
            convolution: convolution
        ).forEach { sums[$2] += Double(x[$0]) * Double(w[$1]) }
        result.store(sums.map(convolution.activation.value))
    }

    func differentiateSource(of convolution: Program.Operation.Convolution) {
        let (gradient, weight, result) = (operands[0], operands[1], results[0])
        let (dy, w) = (gradient.floats, weight.floats)
        var sums = result.zeros
        ConvolutionTaps(
            source: result.image, weight: weight.image, result: gradient.image,
            convolution: convolution
        ).forEach { sums[$0] += Double(dy[$2]) * Double(w[$1]) }
        result.store(sums)
    }

    func differentiateParameters(of convolution: Program.Operation.Convolution) {
        let (source, gradient, result) = (operands[0], operands[1], results[0])
        let (x, dy) = (source.floats, gradient.floats)
        var sums = result.zeros
        ConvolutionTaps(
            source: source.image, weight: result.image, result: gradient.image,
            convolution: convolution
        ).forEach { sums[$1] += Double(x[$0]) * Double(dy[$2]) }
        result.store(sums)
        if results.count > 1 { differentiateBias() }
    }

    private func addBias(
        _ bias: UnsafeMutableBufferPointer<Float>, to sums: inout [Double]
    ) {
        let image = results[0].image
        for position in sums.indices {
            sums[position] += Double(bias[image.coordinates(of: position).1])
        }
    }

    private func differentiateBias() {
        let (gradient, result) = (operands[1], results[1])
        let dy = gradient.floats
        var sums = result.zeros
        for position in dy.indices {
            sums[gradient.image.coordinates(of: position).1] += Double(dy[position])
        }
        result.store(sums)
    }
}

extension ReferenceValue {
    /// The shape with dimensions of 1 behind it until there are four.
    fileprivate var image: Shape {
        Shape(shape.dimensions + [Int](repeating: 1, count: 4 - shape.rank))
    }
}
