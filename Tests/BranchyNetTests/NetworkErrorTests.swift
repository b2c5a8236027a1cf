import BranchyCompute
import BranchyNet
import Testing

/// Every fault of a description is refused with its place, whatever the numbers.
struct NetworkErrorTests {
    @Test func aLayerThatDoesNotFitIsNamed() {
        let failure = failure([8, 6, 6]) {
            Conv2D("first", inputChannels: 8, outputChannels: 4, kernelSize: 3)
            Branch("side") {
                Flatten()
                Linear("small", inputFeatures: 63, outputFeatures: 2)
            }
            Flatten()
            Linear("final", inputFeatures: 64, outputFeatures: 2)
        }
        #expect(failure?.code == .shapeMismatch)
        #expect(
            failure?.message
                == "network 'n': layer side.small: Linear 63 → 2: linear got (Nx64 float32, 2x63 "
                + "float32, 2 float32), expected as many weight columns as source features")
    }

    @Test(arguments: [
        Conv2D("c", inputChannels: 2, outputChannels: 1, kernelSize: 1).layer,
        Conv2D("c", inputChannels: 3, outputChannels: 1, kernelSize: 5).layer,
        Linear("c", inputFeatures: 48, outputFeatures: 2).layer,
        MaxPool2D(kernelSize: 5, stride: 1).layer,
    ])
    func aLayerThatDoesNotFitTheImage(_ layer: Layer) {
        let failure = failure([3, 4, 4]) { [layer] }
        #expect(failure?.code == .shapeMismatch)
        #expect(failure?.message.hasPrefix("network 'n': layer \(layer): ") == true)
    }

    @Test(arguments: [
        (["a", "a"], "b", "x", "a"), (["a", "b"], "a", "x", "a"), (["a", "b.x"], "b", "x", "b.x"),
    ])
    func aNameUsedTwice(
        layers: [String], branch: String, inBranch: String, twice: String
    ) {
        let failure = failure([1, 1, 2]) {
            Flatten()
            for name in layers { Linear(name, inputFeatures: 2, outputFeatures: 2) }
            Branch(branch) { Linear(inBranch, inputFeatures: 2, outputFeatures: 2) }
            Dropout("last", rate: 0)
        }
        #expect(failure?.code == .duplicateName)
        #expect(failure?.message == "network 'n': the name '\(twice)' is used twice")
    }

    @Test func twoBranchesOrDropoutsOfOneName() {
        let branches = failure([1, 1, 2]) {
            Flatten()
            Branch("b") { ReLU() }
            Branch("b") { ReLU() }
        }
        #expect(branches?.code == .duplicateName)
        let dropouts = failure([1, 1, 2]) {
            Flatten()
            Dropout("d", rate: 0.5)
            Dropout("d", rate: 0.5)
        }
        #expect(dropouts?.code == .duplicateName)
    }

    @Test func emptyNames() {
        let codes = [
            failure([1, 1, 2]) {
                Flatten()
                Linear("", inputFeatures: 2, outputFeatures: 2)
            },
            failure([1, 1, 2]) {
                Flatten()
                Dropout("", rate: 0.5)
            },
            failure([1, 1, 2]) {
                Flatten()
                Branch("") { ReLU() }
                ReLU()
            },
            failure([1, 1, 2]) {
                Flatten()
                Branch("b") { Linear("", inputFeatures: 2, outputFeatures: 2) }
                ReLU()
            },
        ].map { $0?.message }
        #expect(codes.allSatisfy { $0 == "network 'n': a branch or layer has an empty name" })
    }

    static let hostile = [Int.min, -1, 0, 1 << 31, 1 << 32, 1 << 62, Int.max]

    @Test(arguments: hostile)
    func hostileSizesOfConvolutions(size: Int) {
        let layers = [
            Conv2D("c", inputChannels: size, outputChannels: 1, kernelSize: 1),
            Conv2D("c", inputChannels: 1, outputChannels: size, kernelSize: 1),
            Conv2D("c", inputChannels: 1, outputChannels: 1, kernelSize: Extent2D(size)),
            Conv2D("c", inputChannels: 1, outputChannels: 1, kernelSize: 1, stride: Extent2D(size)),
            Conv2D("c", inputChannels: size, outputChannels: size, kernelSize: Extent2D(size)),
            Conv2D(
                "c", inputChannels: 1, outputChannels: 1, kernelSize: 1,
                padding: Padding2D(size == 0 ? -1 : size)),
        ]
        for layer in layers {
            #expect(failure([1, 4, 4]) { layer } != nil, "\(layer)")
        }
    }

    @Test(arguments: hostile)
    func hostileSizesOfOtherLayers(size: Int) {
        let layers = [
            Linear("l", inputFeatures: size, outputFeatures: 2).layer,
            Linear("l", inputFeatures: 16, outputFeatures: size).layer,
            Linear("l", inputFeatures: size, outputFeatures: size).layer,
            MaxPool2D(kernelSize: Extent2D(size), stride: 1).layer,
            MaxPool2D(kernelSize: 1, stride: Extent2D(size)).layer,
            MaxPool2D(
                kernelSize: Extent2D(size), stride: Extent2D(size), rounding: .ceiling
            ).layer,
        ]
        for layer in layers {
            let failure = failure([1, 4, 4]) {
                if case .linear = layer { Flatten() }
                [layer]
            }
            #expect(failure != nil, "\(layer)")
        }
    }

    /// Each of them would be allowed alone.
    @Test func resultsTooLargeTogether() {
        let failure = failure([1, 65536, 1024]) {
            Conv2D("wide", inputChannels: 1, outputChannels: 64, kernelSize: 1)
        }
        #expect(failure?.code == .invalidValue)
        #expect(failure?.message.contains("wide: Conv2D 1 → 64, 1×1") == true)
        #expect(failure?.message.hasSuffix("a result of shape 64x65536x1024 is too large") == true)
    }

    /// Each layer would be allowed alone: 46,340² x 4,095² multiply-accumulates, almost 2⁵⁵.
    @Test(arguments: [33, 300])
    func workThatNoIntegerCounts(layers: Int) {
        let failure = failure([1, 46_340, 46_340]) { wideLayers(layers) }
        #expect(failure?.code == .invalidValue)
        #expect(failure?.message.hasSuffix("multiply-accumulates an image") == true)
    }

    @Test func workThatOneCounts() throws {
        let network = BranchedNetwork("n", inputShape: [1, 46_340, 46_340], classCount: 2) {
            wideLayers(31)
        }
        #expect(try network.plainProgram().program.multiplyAccumulates(inSegment: 0) > 1 << 59)
    }

    private func wideLayers(_ count: Int) -> [Layer] {
        (0..<count).map {
            Conv2D(
                "conv\($0)", inputChannels: 1, outputChannels: 1, kernelSize: 4095, padding: 2047
            ).layer
        } + [
            GlobalAveragePool2D().layer,
            Linear("linear", inputFeatures: 1, outputFeatures: 2).layer,
        ]
    }

    @Test(arguments: [
        [], [4, 4], [1, 1, 4, 4], [0, 4, 4], [1, 0, 4], [65537, 1, 1], [65536, 65536, 65536],
    ])
    func imagesThatAreNone(dimensions: [Int]) {
        let failure = failure(Shape(dimensions)) { Flatten() }
        #expect(failure?.code == .invalidValue)
        #expect(failure?.message.contains("input") == true)
    }

    @Test(arguments: [Int.min, -1, 0, 1, 65537, Int.max])
    func classCountsThatAreNone(count: Int) {
        let failure = failure([1, 1, 2], classCount: count) { Flatten() }
        #expect(failure?.code == .invalidValue)
        #expect(failure?.message == "network 'n': \(count) classes, expected 2 to 65536")
    }

    @Test(arguments: [Float.nan, -0.1, 1, 1.5, .infinity, -.infinity])
    func ratesThatAreNone(rate: Float) {
        let failure = failure([1, 1, 2]) {
            Flatten()
            Dropout("d", rate: rate)
        }
        #expect(failure?.code == .invalidValue)
        #expect(failure?.message == "network 'n': d: a rate of \(rate), expected 0 ..< 1")
    }

    @Test func exitsThatDoNotEndInTheClasses() {
        let early = failure([1, 1, 2]) {
            Flatten()
            Branch("b") { Linear("l", inputFeatures: 2, outputFeatures: 3) }
            ReLU()
        }
        #expect(early?.code == .shapeMismatch)
        #expect(early?.message.hasPrefix("network 'n': b ends in shape 3, expected 2") == true)
        let final = failure([1, 1, 2]) { ReLU() }
        #expect(final?.code == .shapeMismatch)
        #expect(final?.message.contains("final exit ends in shape 1x1x2, expected 2") == true)
    }

    @Test func stagesInTheWrongPlaces() {
        let branch = Branch("b") { Flatten() }
        let flat = Stage(backbone: [.flatten(Flatten())], branch: nil)
        let wrong: [[Stage]] = [
            [], [flat, flat], [Stage(backbone: [], branch: branch)],
            [flat, Stage(backbone: [], branch: branch)],
        ]
        for stages in wrong {
            let network = BranchedNetwork(
                name: "n", inputShape: [1, 1, 2], classCount: 2, stages: stages)
            #expect(failure(of: network)?.code == .invalidValue)
        }
    }

    private func failure(
        _ shape: Shape, classCount: Int = 2,
        @NetworkBuilder _ content: () -> [NetworkBuilder.Element]
    ) -> NetworkError? {
        failure(
            of: BranchedNetwork("n", inputShape: shape, classCount: classCount, content))
    }

    /// The failure of all three ways to make a program, which has to be the same.
    private func failure(of network: BranchedNetwork) -> NetworkError? {
        let plain = #expect(throws: NetworkError.self) { try network.plainProgram() }
        let inference = #expect(throws: NetworkError.self) { try network.inferenceProgram() }
        let training = #expect(throws: NetworkError.self) { try network.trainingProgram() }
        #expect(plain == inference && plain == training)
        return plain
    }
}
