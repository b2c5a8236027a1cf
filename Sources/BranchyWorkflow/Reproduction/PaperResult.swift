/// A row of the paper's Table I, for its CPU. Its times are of another machine, and left out.
///
/// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, table I.
package struct PaperResult: Sendable {
    package let subject: Experiment.Subject
    package let network: String
    /// In per cent.
    package let accuracy: Double
    /// By the authors' timer, which leaves branches out; 1 for the plain network.
    package let gain: Double
    package let thresholds: String
    /// In per cent.
    package let exitRates: String

    package static let all = [
        PaperResult(
            subject: .lenet, network: "LeNet", accuracy: 99.20, gain: 1,
            thresholds: "-", exitRates: "-"),
        PaperResult(
            subject: .lenet, network: "B-LeNet", accuracy: 99.25, gain: 5.4,
            thresholds: "0.025", exitRates: "94.3, 5.63"),
        PaperResult(
            subject: .alexnet, network: "AlexNet", accuracy: 78.38, gain: 1,
            thresholds: "-", exitRates: "-"),
        PaperResult(
            subject: .alexnet, network: "B-AlexNet", accuracy: 79.19,
            gain: 1.5, thresholds: "0.0001, 0.05", exitRates: "65.6, 25.2, 9.2"),
        PaperResult(
            subject: .resnet110, network: "ResNet", accuracy: 80.70,
            gain: 1, thresholds: "-", exitRates: "-"),
        PaperResult(
            subject: .resnet110, network: "B-ResNet", accuracy: 79.17,
            gain: 1.9, thresholds: "0.3, 0.2", exitRates: "41.5, 13.8, 44.7"),
    ]
}
