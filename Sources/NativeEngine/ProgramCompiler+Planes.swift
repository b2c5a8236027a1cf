import BranchyCompute
import CInferenceKernels

/// Convolutions of few channels.
extension ProgramCompiler {
    /// From planes to planes, part by part; what their kernels do not have is applied afterwards.
    mutating func appendPlanes(
        _ call: inference_step, _ layer: ConvolutionLayer
    ) throws(EngineError) {
        var call = call
        if !layer.fusion.activation.isReLUOrNone { call.epilogue.apply(nil) }
        if layer.fusion.takesMaximum {
            // A sum of which no window takes the maximum is not needed.
            let windows = size(of: layer.fusion.written)
            call.geometry.rows = min(call.geometry.rows, 2 * Int32(windows.height))
            call.geometry.columns = min(call.geometry.columns, 2 * Int32(windows.width))
            call.epilogue.takes_maximum = true
        }
        let source = try placement(
            of: layer.source, .framed(Int(call.geometry.window.padding.rows)))
        let result = try result(layer.fusion.written)
        appendParts(call, layer, from: source, to: result)
        if !layer.fusion.activation.isReLUOrNone {
            appendActivation(
                layer.fusion.activation, of: layer.fusion.written, from: result, to: result)
        }
    }

    private mutating func appendParts(
        _ call: inference_step, _ layer: ConvolutionLayer, from source: Placement,
        to result: Placement
    ) {
        let filters = layer.weight.shape[0]
        let parts = kernels.parts(
            columns: Int(call.geometry.columns), channels: filters,
            stride: Int(call.geometry.window.stride.rows))
        for (scheme, columns) in parts {
            let groups = kernels.groups(scheme, channels: filters, columns: columns.count)
            var call = call
            call.kernel =
                scheme == .columns
                ? kernels.table.convolution_by_columns : kernels.table.convolution_by_channels
            call.planes = inference_planes_convolution(
                group: Int32(groups[0].count), first_column: Int32(columns.lowerBound),
                end_column: Int32(columns.upperBound))
            append(
                Step(
                    call: call, source: source, result: result,
                    weights: weights.append(convolution: layer.weight, groups: groups),
                    biases: weights.append(biases: layer.bias, groups: groups),
                    implementation: implementation(layer.fusion.description, scheme.name)))
        }
    }
}
