public import ArgumentParser
public import BranchyEvaluation
import BranchyNet

/// What is to be promised.
struct CertifyOptions: ParsableArguments {
    @Flag(help: "Prove on held-out images what the thresholds cost; see docs/Certificates.md.")
    var certify = false

    @Option(help: ArgumentHelp("The most loss on average.", valueName: "0.5%"))
    var maxLoss: Share?

    @Option(help: ArgumentHelp("How sure the promise is.", valueName: "95%"))
    var confidence: Share?

    @Option(
        help: ArgumentHelp(
            "What is lost: right answers of the last exit (harm), its answers (disagreement), or "
                + "accuracy, gains counted against it (accuracy-gap).", valueName: "loss"))
    var loss: PromisedLoss?

    @Option(help: ArgumentHelp("Cuts the images into tuning and proof.", valueName: "n"))
    var splitSeed: UInt64 = 0

    func validate() throws {
        guard certify else {
            guard maxLoss == nil, confidence == nil, loss == nil else {
                throw ValidationError("--max-loss, --confidence and --loss go with --certify")
            }
            return
        }
        guard let maxLoss else {
            throw ValidationError("--certify needs --max-loss, such as --max-loss 0.5%")
        }
        guard maxLoss.fraction > 0, maxLoss.fraction < 1 else {
            throw ValidationError("--max-loss is \(maxLoss.fraction), expected between 0 and 1")
        }
        let sure = promise.confidence
        guard sure >= 0.5, sure < 1 else {
            throw ValidationError("--confidence is \(sure), expected 0.5 or more and below 1")
        }
    }

    /// What was asked for.
    var promise: Promise {
        Promise(
            loss: loss ?? .harm, maximumLoss: maxLoss?.fraction ?? 0,
            confidence: confidence?.fraction ?? 0.95)
    }
}

extension PromisedLoss: ExpressibleByArgument {}

extension Promise {
    /// The promise as people read it.
    var words: String {
        "\(loss.rawValue) of at most \(Format.percent(maximumLoss)) with "
            + "\(Format.percent(confidence)) confidence"
    }
}
