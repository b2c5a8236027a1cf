import BranchyCompute
import Foundation
import Testing

@Suite struct ShapeTests {
    @Test func countsElements() {
        let shape: Shape = [5, 28, 27]
        #expect(shape.elementCount == 3780)
        #expect(shape.rank == 3)
        #expect(shape[2] == 27)
        #expect(Shape([]).elementCount == 1)
        #expect(Shape([3, 0, 2]).elementCount == 0)
    }

    @Test func addsABatchInFront() {
        #expect(Shape([3, 2]).batched(by: 7) == [7, 3, 2])
        #expect(Shape([]).batched(by: 7) == [7])
    }

    @Test(arguments: [
        [-1], [3, -2], [-1, -1], [-1, 0], [0, -1],
        [Int.max, 2], [1 << 32, 1 << 32], [1 << 62, 2], [Int.min],
        // A 0 hides nothing, wherever it stands.
        [0, 1 << 32, 1 << 32], [1 << 32, 0, 1 << 32], [1 << 32, 1 << 32, 0], [0, Int.max, 2],
    ])
    func refuses(_ dimensions: [Int]) {
        #expect(Shape(exactly: dimensions) == nil)
    }

    /// What is taken out of a shape that came from outside is one of ours, which traps.
    @Test(arguments: [[0, 1 << 31, 1 << 31], [1 << 62, 0, 1], [0, 0, Int.max]])
    func everyPartOfAShapeIsOne(_ dimensions: [Int]) throws {
        let shape = try #require(Shape(exactly: dimensions))
        #expect(shape.elementCount == 0)
        for place in dimensions.indices {
            var part = dimensions
            part.remove(at: place)
            #expect(Shape(exactly: part) != nil)
        }
    }

    @Test(arguments: [[Int.max], [1 << 31, 1 << 31], [Int.max, 0]])
    func accepts(_ dimensions: [Int]) {
        #expect(Shape(exactly: dimensions)?.dimensions == dimensions)
    }

    @Test func trapsOnNegativeSizesOfOurOwn() async {
        await #expect(processExitsWith: .failure) { _ = Shape([2, -1]) }
    }

    @Test func readsAsPeopleWriteIt() {
        #expect(Shape([5, 28, 28]).description == "5x28x28")
        #expect(Shape([]).description == "scalar")
        #expect(ValueType([5, 2]).description == "Nx5x2 float32")
        #expect(ValueType([], element: .int32, isBatched: false).description == "scalar int32")
    }

    @Test func codesAsAnArray() throws {
        let data = try JSONEncoder().encode(Shape([5, 3]))
        #expect(String(decoding: data, as: UTF8.self) == "[5,3]")
        #expect(try JSONDecoder().decode(Shape.self, from: data) == [5, 3])
    }

    @Test(arguments: [
        "[-1]", "[4294967296,4294967296]", "[1.5]", "7", #"["3"]"#, "[99999999999999999999]",
    ])
    func refusesToDecode(_ json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Shape.self, from: Data(json.utf8))
        }
    }
}
