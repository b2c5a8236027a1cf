/// What an engine has to pass to be one.
///
///     @Suite struct ConformanceTests {
///         @Test(arguments: EngineConformance.inferenceCases)
///         func infers(_ conformance: ConformanceCase) throws {
///             try conformance.run(on: MyEngine())
///         }
///
///         @Test(arguments: EngineConformance.trainingCases)
///         func trains(_ conformance: ConformanceCase) throws {
///             try conformance.runUnlessRefused(on: MyEngine())
///         }
///     }
///
/// Infinities and NaN are left to the engines, and so is which sign a zero has.
package enum EngineConformance {
    /// What a trained network needs.
    package static let inferenceCases =
        convolutionCases + linearCases + poolingCases + elementwiseCases + chainCases
        + dataflowCases + segmentCases + contractCases

    /// What training needs besides: losses, gradients, dropout, parameters that are inputs.
    package static let trainingCases =
        lossCases + distillationCases + dropoutCases + convolutionGradientCases
        + linearGradientCases
        + poolingGradientCases + elementwiseGradientCases + trainingStepCases

    /// What networks with normalization and residual blocks need besides to infer.
    package static let deepInferenceCases =
        averagePoolingCases + batchNormalizationCases + localResponseCases + shortcutCases
        + deepChainCases

    /// What networks with normalization and residual blocks need besides to be trained.
    package static let deepTrainingCases =
        averagePoolingGradientCases + batchNormalizationGradientCases
        + localResponseGradientCases + shortcutGradientCases + deepTrainingStepCases

    /// What networks of parallel paths need besides to infer: windows of any shape, groups,
    /// activations other than ReLU, and what joins channels or shares them out.
    package static let broadInferenceCases =
        windowCases + paddedPoolingCases + channelCases + activationCases + pathCases

    /// What networks of parallel paths need besides to be trained.
    package static let broadTrainingCases =
        windowGradientCases + paddedPoolingGradientCases + channelGradientCases
        + activationGradientCases + pathTrainingStepCases

    /// What LeNet needs.
    package static let cases = inferenceCases + trainingCases

    /// Batch sizes on both sides of what an engine may block by.
    static let batchSizes = [1, 2, 7, 16]

    /// Channel counts on both sides of a vector's width, and those of LeNet.
    static let channelCounts = [1, 3, 5, 10, 16, 17, 33]
}
