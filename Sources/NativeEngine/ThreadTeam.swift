import CInferenceKernels

/// Threads that share the work on one image, of which the caller's is one.
// Safety: a workspace owns it, and so one caller at a time uses it.
final class ThreadTeam: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Starts the threads.
    ///
    /// - Returns: `nil` where the system gives none.
    init?(threads: Int) {
        guard let pointer = inference_team_make(Int32(clamping: threads)) else { return nil }
        self.pointer = pointer
    }

    deinit { inference_team_free(pointer) }
}
