import Compute

#if OneDNN
import OneDNNEngine
#endif

/// The one place where engines are picked.
enum Engines {
    /// What this program was built with.
    static var description: String {
        #if OneDNN
        "oneDNN \(OneDNNEngine.libraryVersion)"
        #else
        "no engine"
        #endif
    }

    /// An engine that trains.
    static func training(threads: Int) throws -> any Engine {
        try oneDNN(threads: threads)
    }

    /// An engine that answers one image at a time.
    static func inference() throws -> any Engine {
        try oneDNN(threads: 1)
    }

    private static func oneDNN(threads: Int) throws -> any Engine {
        #if OneDNN
        return try OneDNNEngine(threads: threads)
        #else
        throw EngineError(
            .unsupported,
            "this program was built without an engine; build it with the OneDNN trait, which is on "
                + "by default")
        #endif
    }
}
