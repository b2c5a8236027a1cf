import BranchyCompute
import Testing

@Suite struct TensorTests {
    @Test func holdsScalarsInRowMajorOrder() {
        let tensor = Tensor([2, 3], [1, 2, 3, 4, 5, 6])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.scalars == [1, 2, 3, 4, 5, 6])
        #expect(Tensor(repeating: 0.5, [2, 2]) == Tensor([2, 2], [0.5, 0.5, 0.5, 0.5]))
        #expect(Tensor(repeating: 3, []).scalars == [3])
    }

    @Test func changesOnlyItsOwnCopy() {
        let tensor = Tensor([3], [1, 2, 3])
        var copy = tensor
        let old = copy.withMutableScalars { span in
            defer { span[1] = 20 }
            return span[1]
        }
        #expect(old == 2)
        #expect(copy.scalars == [1, 20, 3])
        #expect(tensor.scalars == [1, 2, 3])
    }

    @Test func isEqualOnlyInTheSameShape() {
        #expect(Tensor([2, 3], [1, 2, 3, 4, 5, 6]) != Tensor([3, 2], [1, 2, 3, 4, 5, 6]))
    }

    @Test func trapsOnTheWrongNumberOfScalars() async {
        await #expect(processExitsWith: .failure) { _ = Tensor([2, 2], [1, 2, 3]) }
    }
}
