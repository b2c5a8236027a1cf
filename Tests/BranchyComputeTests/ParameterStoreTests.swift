import BranchyCompute
import Testing

@Suite struct ParameterStoreTests {
    private let store: ParameterStore = {
        var store = ParameterStore()
        store["b.weight"] = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
        store["a.weight"] = Tensor([1], [7])
        store["b.bias"] = Tensor([2], [8, 9])
        return store
    }()

    @Test func keepsTheOrderOfInsertion() {
        #expect(store.names == ["b.weight", "a.weight", "b.bias"])
        #expect(store.map(\.name) == store.names)
        #expect(store.map(\.tensor.shape) == [[2, 3], [1], [2]])
        #expect(store.count == 3)
        #expect(store.scalarCount == 9)
    }

    @Test func replacesInPlace() {
        var changed = store
        changed["a.weight"] = Tensor([2], [1, 1])
        #expect(changed.names == store.names)
        #expect(changed["a.weight"]?.scalars == [1, 1])
        #expect(changed.scalarCount == 10)
        #expect(changed != store)
    }

    @Test func removesAndAddsAtTheEnd() {
        var changed = store
        changed["b.weight"] = nil
        changed["absent"] = nil
        #expect(changed.names == ["a.weight", "b.bias"])
        #expect(changed["b.weight"] == nil)
        changed["b.weight"] = store["b.weight"]
        #expect(changed.names == ["a.weight", "b.bias", "b.weight"])
        #expect(changed != store, "the order is part of the value")
    }

    @Test func changesScalarsInPlace() {
        var changed = store
        let count = changed.withMutableScalars(of: "b.bias") { span in
            span[0] = -1
            return span.count
        }
        #expect(count == 2)
        #expect(changed["b.bias"]?.scalars == [-1, 9])
        #expect(store["b.bias"]?.scalars == [8, 9])
        #expect(changed.withMutableScalars(of: "absent") { $0.count } == nil)
        #expect(changed.names == store.names)
    }
}
