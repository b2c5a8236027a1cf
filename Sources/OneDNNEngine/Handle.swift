#if OneDNN
import COneDNN
import BranchyCompute

/// Owns one object of the library and destroys it.
// Safety: the library's objects are immutable once made, and its primitives may be executed by
// several threads at once because scratch memory is the caller's. Memory objects and streams are
// the exception; each belongs to one workspace, which cannot be copied.
final class Handle: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let destroy: @Sendable (OpaquePointer) -> Void

    private init(_ pointer: OpaquePointer, destroy: @escaping @Sendable (OpaquePointer) -> Void) {
        self.pointer = pointer
        self.destroy = destroy
    }

    deinit { destroy(pointer) }

    /// Calls `body` with the object, which is not destroyed before `body` returns.
    ///
    /// The optimizer may release a handle right after its last use; a pointer taken out of it does
    /// not count as one. So nobody holds a pointer beyond a call like this, but for those whose
    /// handle is stored in the same object.
    func use<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        return try body(pointer)
    }

    /// Calls a creating function of the library and owns what it makes.
    private static func make(
        _ what: String, destroy: @escaping @Sendable (OpaquePointer) -> Void,
        _ create: (inout OpaquePointer?) -> dnnl_status_t
    ) throws(EngineError) -> Handle {
        var pointer: OpaquePointer?
        try check(create(&pointer), what)
        guard let pointer else {
            throw EngineError(.libraryFailure, "oneDNN made no \(what)")
        }
        return Handle(pointer, destroy: destroy)
    }

    static func engine() throws(EngineError) -> Handle {
        try make("engine", destroy: { _ = dnnl_engine_destroy($0) }) {
            dnnl_engine_create(&$0, dnnl_cpu, 0)
        }
    }

    static func stream(_ engine: Handle) throws(EngineError) -> Handle {
        try make("stream", destroy: { _ = dnnl_stream_destroy($0) }) {
            pointer in
            engine.use { dnnl_stream_create(&pointer, $0, dnnl_stream_default_flags.rawValue) }
        }
    }

    /// Numbers at `address` in a layout.
    static func memory(
        _ layout: Layout, at address: UnsafeMutableRawPointer, _ engine: Handle
    ) throws(EngineError) -> Handle {
        var descriptor = layout.descriptor
        return try make("memory object", destroy: { _ = dnnl_memory_destroy($0) }) {
            pointer in
            engine.use { dnnl_memory_create(&pointer, &descriptor, $0, address) }
        }
    }

    /// A primitive descriptor, made by one of COneDNN's functions.
    static func descriptor(
        of operation: String, _ create: (inout OpaquePointer?) -> dnnl_status_t
    ) throws(EngineError) -> Handle {
        try make(operation, destroy: { _ = dnnl_primitive_desc_destroy($0) }, create)
    }

    /// The primitive of a descriptor: machine code, made once.
    static func primitive(_ descriptor: Handle) throws(EngineError) -> Handle {
        try make("primitive", destroy: { _ = dnnl_primitive_destroy($0) }) {
            pointer in
            descriptor.use { dnnl_primitive_create(&pointer, $0) }
        }
    }
}

/// Turns a status of the library into an error.
func check(_ status: dnnl_status_t, _ what: @autoclosure () -> String) throws(EngineError) {
    switch status {
    case dnnl_success:
        return
    case dnnl_out_of_memory:
        throw EngineError(.outOfMemory, "oneDNN: \(what()): out of memory")
    case dnnl_unimplemented:
        throw EngineError(.unsupported, "oneDNN has no implementation of \(what())")
    default:
        let name = String(cString: dnnl_status2str(status))
        throw EngineError(.libraryFailure, "oneDNN: \(what()): \(name)")
    }
}
#endif
