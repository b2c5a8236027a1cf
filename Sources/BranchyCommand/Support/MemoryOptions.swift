import ArgumentParser
import BranchyWorkflow

/// How much memory a command may take for what a file asks it to do.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Refuse what would take more memory than this, such as 8G.",
            discussion: "Estimated before it is taken. Without it: what the machine has, and where "
                + "nothing is trained at most 4G.", valueName: "size"),
        transform: ByteCount.parse)
    var memoryLimit: ByteCount?

    var limit: MemoryLimit { MemoryLimit(byteCount: memoryLimit?.bytes) }
}
