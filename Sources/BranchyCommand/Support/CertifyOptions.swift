public import ArgumentParser
public import BranchyEvaluation
import BranchyNet

/// What is to be guaranteed.
struct CertifyOptions: ParsableArguments {
    @Flag(help: "Prove on held-out images what the thresholds cost; see docs/Certificates.md.")
    var certify = false

    @Option(
        name: [.customLong("max-loss")],
        help: ArgumentHelp(
            "The most loss on average.",
            discussion: "Repeat it for several guarantees, which then hold together; the first is "
                + "put in force.", valueName: "0.5%"), transform: Share.parse)
    var maximumLosses: [Share] = []

    @Option(
        help: ArgumentHelp("How sure the guarantee is.", valueName: "95%"), transform: Share.parse)
    var confidence: Share?

    @Option(
        help: ArgumentHelp(
            "What is lost: right answers of the last exit (harm), its answers (disagreement), or "
                + "accuracy, gains counted against it (accuracy-gap).", valueName: "loss"))
    var loss: GuaranteedLoss?

    @Option(
        help: ArgumentHelp("Cuts the images into tuning and proof.", valueName: "n"),
        transform: Number.whole(0...UInt64.max))
    var splitSeed: UInt64 = 0

    func validate() throws {
        guard certify else {
            guard maximumLosses.isEmpty, confidence == nil, loss == nil else {
                throw ValidationError("--max-loss, --confidence and --loss go with --certify")
            }
            return
        }
        guard !maximumLosses.isEmpty else {
            throw ValidationError("--certify needs --max-loss, such as --max-loss 0.5%")
        }
        for maximum in maximumLosses.map(\.fraction) where maximum <= 0 || maximum >= 1 {
            throw ValidationError("--max-loss is \(maximum), expected between 0 and 1")
        }
        guard Set(maximumLosses.map(\.fraction)).count == maximumLosses.count else {
            throw ValidationError("--max-loss names the same loss twice")
        }
        guard sure >= 0.5, sure < 1 else {
            throw ValidationError("--confidence is \(sure), expected 0.5 or more and below 1")
        }
    }

    private var sure: Double { confidence?.fraction ?? 0.95 }

    /// What was asked for, in that order.
    var guarantees: [Guarantee] {
        maximumLosses.map {
            Guarantee(loss: loss ?? .harm, maximumLoss: $0.fraction, confidence: sure)
        }
    }
}

extension GuaranteedLoss: ExpressibleByArgument {}
