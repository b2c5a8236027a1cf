import ArgumentParser
import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import NativeEngine

/// `branchynet profile`
struct Profile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show where the native engine spends its time, operation by operation.",
        discussion: """
            The network answers one gray image again and again, every stage and every branch, and the \
            time of each operation is taken where it runs: after the others, with the caches as these \
            leave them. Medians count. Every second run is timed as a whole, to compare with the sum. \
            With --cold the processor's caches are emptied before each run, as other work does in a \
            service.

            What is computed is compared with the peak, what one core can add and multiply in fp32, \
            and what is read and written with what one core can read from memory; both are measured \
            first. Above 100 % of the memory's rate, numbers were in the caches; above 100 % of the \
            peak, fewer products were computed than a convolution has, or in bf16.
            """)

    @OptionGroup var model: NetworkArgument

    @Option(
        help: ArgumentHelp(
            "How many runs are timed by the operation, and how many as a whole.", valueName: "n"),
        transform: Number.whole(1...10_000_000))
    var repetitions = 100

    @OptionGroup var arithmetic: ArithmeticOptions

    @Flag(help: "Empty the processor's caches before each run.")
    var cold = false

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    func run() throws {
        let (network, parameters) = try model.load()
        let engine = try NativeEngine(
            precision: arithmetic.precision, threads: arithmetic.threadsPerImage)
        let memory = try CacheEviction().readingRate()
        let caches: CacheState = cold ? .cold : .warm
        let peak = engine.measuredPeak()
        let times = try OperationTimes.measure(
            network, parameters: parameters, engine: engine, runs: repetitions, caches: caches)
        let report = ProfileReport(times, caches: caches, peak: peak, memory: memory)
        try json ? StandardOutput.write(json: report) : StandardOutput.write(report.text)
    }
}
