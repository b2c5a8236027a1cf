import BranchyCompute
import Testing

@Suite struct WorkspaceTests {
    private final class Owner: Sendable {}

    @Test func givesInputsAndOutputsTheirPlaces() throws {
        let owner = Owner()
        let slot = Workspace.Slot(offset: 64, count: 3)
        var workspace = try Workspace(
            owner: owner, byteCount: 128,
            inputs: [slot, Workspace.Slot(offset: 0, count: 2)], outputs: [slot])
        let address = Int(bitPattern: workspace.base)
        #expect(address.isMultiple(of: MemoryPlan.alignment))
        let before = workspace.withOutput(0) { [$0[0], $0[1], $0[2]] }
        workspace.withInput(0) { span in
            span[0] = 1
            span[2] = 3
        }
        workspace.withTargets(1) { $0[1] = 7 }
        let after = workspace.withOutput(0) { [$0[0], $0[1], $0[2]] }
        let target = workspace.base.load(fromByteOffset: 4, as: Int32.self)
        #expect(before == [0, 0, 0])
        #expect(after == [1, 0, 3])
        #expect(target == 7)
    }

    @Test func belongsToItsOwnerAlone() throws {
        let (owner, stranger) = (Owner(), Owner())
        let workspace = try Workspace(owner: owner, byteCount: 0, inputs: [], outputs: [])
        let (isOwners, isStrangers) = (
            workspace.belongs(to: owner), workspace.belongs(to: stranger)
        )
        #expect(isOwners)
        #expect(!isStrangers)
    }

    /// Another object may be given the address of one that is gone.
    @Test func belongsToNobodyElseOnceItsOwnerIsGone() throws {
        for _ in 0..<100 {
            let workspace = try Workspace(
                owner: Owner(), byteCount: 0, inputs: [], outputs: [])
            let isStrangers = workspace.belongs(to: Owner())
            #expect(!isStrangers)
        }
    }

    @Test func keepsWhatTheEngineWritesWhileItMakesTheContext() throws {
        let workspace = try Workspace(
            owner: Owner(), byteCount: 64, inputs: [], outputs: []
        ) { base throws(EngineError) in
            base.storeBytes(of: 42, as: Int32.self)
            return nil
        }
        let number = workspace.base.load(as: Int32.self)
        #expect(number == 42)
    }

    @Test(arguments: [1 << 50, Int.max - 63, Int.max])
    func refusesMoreThanTheMachineHas(byteCount: Int) {
        let error = #expect(throws: EngineError.self) {
            _ = try Workspace(owner: Owner(), byteCount: byteCount, inputs: [], outputs: [])
        }
        #expect(error?.code == .outOfMemory)
    }

    @Test func passesOnWhatTheContextThrows() {
        let error = #expect(throws: EngineError.self) {
            _ = try Workspace(
                owner: Owner(), byteCount: 64, inputs: [], outputs: []
            ) { _ throws(EngineError) in
                throw EngineError(.libraryFailure, "no handle")
            }
        }
        #expect(error == EngineError(.libraryFailure, "no handle"))
    }
}
