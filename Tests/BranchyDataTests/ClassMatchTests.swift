import BranchyCompute
import BranchyData
import Testing

/// Which class of the data is which of a model.
struct ClassMatchTests {
    /// One image of one pixel per class; the pixel is the class's place among the data's.
    private func data(_ names: [String], namesClasses: Bool = true) throws -> ImageDataset {
        let labels = names.indices.map(UInt8.init)
        return try ImageDataset(
            name: "data", imageShape: [1, 1, 1], classNames: names, pixels: labels,
            labels: labels, namesClasses: namesClasses)
    }

    private func refusal(of data: ImageDataset, among names: [String]) -> String {
        do {
            _ = try ClassMatch(of: data, among: names)
        } catch let error as DatasetError {
            #expect(error.code == .invalidDataset)
            return error.message
        } catch {
            return "\(error)"
        }
        return "nothing"
    }

    @Test func theSameNamesInAnotherOrderAreMapped() throws {
        let data = try data(["cat", "dog", "owl"])
        let match = try ClassMatch(of: data, among: ["owl", "cat", "dog"])
        #expect(match.modelClasses == [1, 2, 0])
        #expect(match.isByName)
        #expect(match.note == nil)
        let relabelled = try data.relabelled(by: match)
        #expect(relabelled.labels == [1, 2, 0])
        #expect(relabelled.classNames == ["owl", "cat", "dog"])
        #expect(
            try (0..<data.count).allSatisfy {
                try relabelled.pixels(at: $0) == data.pixels(at: $0)
            })
    }

    @Test func theSameNamesInTheSameOrderChangeNothing() throws {
        let data = try data(["cat", "dog"])
        let match = try ClassMatch(of: data, among: ["cat", "dog"])
        #expect(try data.relabelled(by: match).checksum == data.checksum)
        #expect(match.note == nil)
    }

    @Test func dataMayLackClassesAndIsSaidTo() throws {
        let data = try data(["dog", "owl"])
        let match = try ClassMatch(of: data, among: ["owl", "cat", "dog", "elk"])
        #expect(match.modelClasses == [2, 0])
        #expect(match.note == "data lacks 2 of the model's 4 classes: cat, elk")
        #expect(try data.relabelled(by: match).classNames == ["owl", "cat", "dog", "elk"])
    }

    @Test func classesThatTheModelDoesNotKnowAreRefusedWithBothLists() throws {
        #expect(
            try refusal(of: data(["1", "2", "3"]), among: ["0", "1", "2"]) == """
                data and the model have different classes: the model does not know 3. The data \
                have 3: 1, 2, 3. The model has 3: 0, 1, 2. Classes are matched by name
                """)
        #expect(
            try refusal(of: data(["Cat", "dog"]), among: ["cat", "dog"]).contains("know Cat. "))
    }

    @Test func longListsAreShortened() throws {
        let names = (100..<200).map { "class\($0)" }
        let message = try refusal(of: data(names + ["odd"]), among: names)
        #expect(message.contains("The data have 101: class100, "))
        #expect(message.contains(", class111 and 89 more. The model has 100: class100, "))
        #expect(message.contains(", class111 and 88 more. Classes"))
    }

    @Test func numbersThatNameNothingAreTakenInOrderAndSaidToBe() throws {
        let data = try data(["0", "1", "2"], namesClasses: false)
        let match = try ClassMatch(of: data, among: ["one", "two", "zero"])
        #expect(match.modelClasses == [0, 1, 2])
        #expect(!match.isByName)
        #expect(
            match.note == """
                data numbers its classes and does not name them, so names could not be compared; \
                by their order, it was taken 0 for one, 1 for two, 2 for zero
                """)
        #expect(try data.relabelled(by: match).classNames == ["one", "two", "zero"])
        #expect(try data.subset([1]).namesClasses == false)
    }

    /// Numbers that the model has for names are names, in whatever order.
    @Test func numbersThatTheModelKnowsAreMatchedByName() throws {
        let data = try data(["0", "1", "2"], namesClasses: false)
        #expect(try ClassMatch(of: data, among: ["2", "1", "0"]).modelClasses == [2, 1, 0])
        #expect(refusal(of: data, among: ["1", "2", "3"]).contains("does not know 0. "))
        #expect(refusal(of: data, among: ["a", "b"]).contains("does not know 0, 1, 2. "))
    }

    @Test func aNameForTwoClassesIsRefusedUnlessNothingHasToBeFound() throws {
        let message = "a name stands for two classes"
        #expect(try refusal(of: data(["a", "a"]), among: ["a", "b"]).contains(message))
        #expect(try refusal(of: data(["a", "b"]), among: ["b", "a", "a"]).contains(message))
        #expect(try ClassMatch(of: data(["a", "a"]), among: ["a", "a"]).modelClasses == [0, 1])
    }

    @Test func aModelOfMoreClassesThanLabelsCanCountIsRefused() throws {
        let data = try data(["class0"])
        let most = (0..<ImageDataset.classLimit).map { "class\($0)" }
        #expect(
            try data.relabelled(by: ClassMatch(of: data, among: most)).classNames.count
                == most.count)
        let match = try ClassMatch(of: data, among: most + ["another"])
        #expect(throws: DatasetError.self) { try data.relabelled(by: match) }
    }

    @Test func aSplitIsRelabelledAsItsImagesAre() throws {
        let split = TestSplit(try data(["a", "b"]))
        let relabelled = try split.relabelled(for: ["b", "a"])
        #expect((0..<2).map(relabelled.label(at:)) == [1, 0])
        #expect(throws: DatasetError.self) { try split.relabelled(for: ["a", "c"]) }
    }
}
