import BranchyCompute
import BranchyNet
import Foundation
import Testing

/// The JSON of layers: what was written before reads as it did and is written in the same bytes, and
/// what is new stands in keys of its own.
struct LayerCodingTests {
    /// As older versions wrote them, keys sorted.
    @Test(arguments: [
        (
            #"{"hasBias":true,"inputChannels":3,"kernelSize":5,"name":"c","outputChannels":8,"padding":2,"stride":1,"type":"conv2D"}"#,
            Conv2D("c", inputChannels: 3, outputChannels: 8, kernelSize: 5, padding: 2).layer
        ),
        (
            #"{"kernelSize":3,"rounding":"ceiling","stride":2,"type":"maxPool2D"}"#,
            MaxPool2D(kernelSize: 3, stride: 2, rounding: .ceiling).layer
        ),
        (
            #"{"kernelSize":2,"rounding":"floor","stride":2,"type":"averagePool2D"}"#,
            AveragePool2D(kernelSize: 2, stride: 2).layer
        ),
        (#"{"type":"globalAveragePool2D"}"#, GlobalAveragePool2D().layer),
        (#"{"channels":4,"name":"bn","type":"batchNorm2D"}"#, BatchNorm2D("bn", channels: 4).layer),
        (#"{"type":"reLU"}"#, ReLU().layer),
    ])
    func oldFilesKeepTheirBytes(text: String, layer: Layer) throws {
        #expect(try decoded(text) == layer)
        #expect(try encoded(layer) == text)
    }

    @Test(arguments: [
        (
            #"{"dilation":2,"groups":4,"hasBias":false,"inputChannels":4,"kernelSize":[1,7],"name":"c","outputChannels":8,"padding":[0,3,1,2],"stride":[2,1],"type":"conv2D"}"#,
            Conv2D(
                "c", inputChannels: 4, outputChannels: 8,
                kernelSize: Extent2D(height: 1, width: 7), stride: Extent2D(height: 2, width: 1),
                padding: Padding2D(top: 0, left: 3, bottom: 1, right: 2), dilation: 2, groups: 4,
                hasBias: false
            ).layer
        ),
        (
            #"{"kernelSize":[2,3],"padding":1,"rounding":"floor","stride":2,"type":"maxPool2D"}"#,
            MaxPool2D(
                kernelSize: Extent2D(height: 2, width: 3), stride: 2, padding: 1
            ).layer
        ),
        (
            #"{"countsPadding":true,"kernelSize":3,"padding":[0,0,1,1],"rounding":"ceiling","stride":1,"type":"averagePool2D"}"#,
            AveragePool2D(
                kernelSize: 3, stride: 1, padding: Padding2D(top: 0, left: 0, bottom: 1, right: 1),
                rounding: .ceiling, countsPadding: true
            ).layer
        ),
        (
            #"{"keepsDimensions":true,"type":"globalAveragePool2D"}"#,
            GlobalAveragePool2D(keepsDimensions: true).layer
        ),
        (
            #"{"channels":4,"epsilon":0.25,"name":"bn","type":"batchNorm2D"}"#,
            BatchNorm2D("bn", channels: 4, epsilon: 0.25).layer
        ),
        (
            #"{"maximum":6,"minimum":0,"type":"clip"}"#, Clip(minimum: 0, maximum: 6).layer
        ),
        (#"{"minimum":0.5,"type":"clip"}"#, Clip(minimum: 0.5).layer),
        (#"{"maximum":-1,"type":"clip"}"#, Clip(maximum: -1).layer),
        (
            #"{"type":"clip"}"#, Clip().layer
        ),
        (#"{"type":"sigmoid"}"#, Sigmoid().layer),
        (#"{"type":"hardSigmoid"}"#, HardSigmoid().layer),
        (#"{"type":"hardSwish"}"#, HardSwish().layer), (#"{"type":"siLU"}"#, SiLU().layer),
        (#"{"approximation":"none","type":"gelu"}"#, GELU().layer),
        (#"{"approximation":"tanh","type":"gelu"}"#, GELU(approximation: .tanh).layer),
        (
            #"{"count":3,"first":2,"type":"selectChannels"}"#,
            SelectChannels(first: 2, count: 3).layer
        ),
        (#"{"groups":2,"type":"channelShuffle"}"#, ChannelShuffle(groups: 2).layer),
        (
            #"{"join":"concatenate","paths":[[],[{"type":"reLU"}]],"type":"parallel"}"#,
            Parallel(join: .concatenate) {
                Path {}
                Path { ReLU() }
            }.layer
        ),
        (
            #"{"join":"add","name":"p","paths":[[{"join":"multiply","paths":[[],[]],"type":"parallel"}],[]],"type":"parallel"}"#,
            Parallel("p", join: .add) {
                Path { Parallel(join: .multiply, paths: [[], []]) }
                Path {}
            }.layer
        ),
    ])
    func whatIsNewHasKeysOfItsOwn(text: String, layer: Layer) throws {
        #expect(try decoded(text) == layer)
        #expect(try encoded(layer) == text)
    }

    /// A list of equal numbers says the same as one, and is written as one.
    @Test func equalSidesAreOneNumber() throws {
        let text =
            #"{"kernelSize":[3,3],"stride":[2,2],"padding":[1,1,1,1],"rounding":"floor","type":"maxPool2D"}"#
        #expect(
            try encoded(decoded(text))
                == #"{"kernelSize":3,"padding":1,"rounding":"floor","stride":2,"type":"maxPool2D"}"#
        )
    }

    @Test(arguments: [
        #"{"type":"maxPool2D","kernelSize":[],"stride":1,"rounding":"floor"}"#,
        #"{"type":"maxPool2D","kernelSize":[3],"stride":1,"rounding":"floor"}"#,
        #"{"type":"maxPool2D","kernelSize":[3,3,3],"stride":1,"rounding":"floor"}"#,
        #"{"type":"maxPool2D","kernelSize":"3","stride":1,"rounding":"floor"}"#,
        #"{"type":"maxPool2D","kernelSize":[1.5,2],"stride":1,"rounding":"floor"}"#,
        #"{"type":"maxPool2D","kernelSize":3,"stride":1,"padding":[1,1],"rounding":"floor"}"#,
        #"{"type":"maxPool2D","kernelSize":3,"stride":1,"padding":null,"rounding":1}"#,
        #"{"type":"clip","minimum":"0","maximum":6}"#,
        #"{"type":"gelu","approximation":"sigmoid"}"#,
        #"{"type":"selectChannels","first":0}"#,
        #"{"type":"channelShuffle"}"#,
        #"{"type":"parallel","paths":[[],[]]}"#,
        #"{"type":"parallel","join":"subtract","paths":[[],[]]}"#,
        #"{"type":"parallel","join":"add","paths":[{"type":"reLU"}]}"#,
        #"{"type":"parallel","join":"add","paths":[[{"type":"relu"}],[]]}"#,
        #"{"type":"conv2D","name":"c","inputChannels":1,"outputChannels":1,"kernelSize":1,"stride":1,"padding":0,"groups":1.5,"hasBias":true}"#,
    ])
    func refusesWhatIsNoLayer(text: String) {
        #expect(throws: DecodingError.self) { try decoded(text) }
    }

    @Test(arguments: [
        (#"{"type":"sigmoid","alpha":1}"#, "alpha", "type"),
        (#"{"type":"clip","min":0,"max":6}"#, "max", "type, minimum, maximum"),
        (#"{"type":"parallel","join":"add","path":[]}"#, "path", "type, name, join, paths"),
        (
            #"{"type":"averagePool2D","ceil_mode":true}"#, "ceil_mode",
            "type, kernelSize, stride, padding, rounding, countsPadding"
        ),
        (#"{"type":"maxPool2D","countsPadding":true}"#, "countsPadding", ""),
        (#"{"type":"globalAveragePool2D","keepdim":true}"#, "keepdim", "type, keepsDimensions"),
    ])
    func refusesKeysThatItDoesNotKnow(text: String, key: String, known: String) {
        let failure = #expect(throws: DecodingError.self) { try decoded(text) }
        let message = failure.map(ModelError.describe) ?? ""
        #expect(message.contains("\(key)': this key is not known; known are \(known)"))
    }

    @Test func namesThePlaceOfAFaultInAPath() {
        let text = #"""
            {"type": "parallel", "join": "add", "paths": [[], [{"type": "reLU"}, {"type": "swish"}]]}
            """#
        let failure = #expect(throws: DecodingError.self) { try decoded(text) }
        let message = failure.map(ModelError.describe) ?? ""
        #expect(message.hasPrefix("at 'paths[1][1].type': there is no layer of type 'swish'"))
    }

    /// What a file says must not decide how deep the reader calls itself, whichever block it is.
    @Test(arguments: [1, 8, 9, 100, 50_000])
    func refusesAbsurdNestingOfPaths(depth: Int) throws {
        let block = #"{"type": "parallel", "join": "add", "paths": [[], ["#
        let text =
            String(repeating: block, count: depth) + #"{"type": "reLU"}"#
            + String(repeating: "]]}", count: depth)
        if depth <= Layer.deepestNesting {
            _ = try decoded(text)
        } else {
            #expect(throws: DecodingError.self) { try decoded(text) }
        }
    }

    private func decoded(_ text: String) throws -> Layer {
        try JSONDecoder().decode(Layer.self, from: Data(text.utf8))
    }

    private func encoded(_ layer: Layer) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(layer), as: UTF8.self)
    }
}
