import Fuzzing

/// What libFuzzer calls with each input; its `main` is the program's.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // Safety: libFuzzer lends so many bytes for the time of the call.
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    do {
        try Session.shared.target.read(input, in: Session.shared.folder)
    } catch let finding as FuzzFinding {
        fatalError("\(finding)")
    } catch {
        // Refused, as it should be.
    }
    return 0
}
