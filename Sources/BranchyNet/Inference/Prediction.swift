/// The answer to one image, and where in the network it was found.
public struct Prediction: Hashable, Sendable {
    /// What the exit that answered saw.
    public let observation: ExitObservation

    /// The answer: a class, counted from 0.
    public var predictedClass: Int { observation.predictedClass }

    /// The exit that answered, counted from 0.
    public var exit: Int { observation.exit }
}
