import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

/// Tables of pictures of a few bytes.
struct ImageTableTests {
    /// What a survey of a table finds, beside `a.png`, `b.png` and `sub/c d.png`.
    private func survey(_ table: String, name: String = "table.csv") throws -> ImageFolderSurvey {
        try withTemporaryFolder { folder in
            for (number, path) in ["a.png", "b.png", "sub/c d.png"].enumerated() {
                let image = SampleBytes.png([UInt8(number), 1], width: 2, height: 1, channels: 1)
                try write(image, to: path, in: folder)
            }
            return try ImageFolderSurvey(table: write(Array(table.utf8), to: name, in: folder))
        }
    }

    private func found(_ table: String) throws -> [String] {
        let survey = try survey(table)
        return survey.images.map { "\($0.path) is \(survey.classNames[$0.label])" }
    }

    @Test(arguments: [
        "path,label\na.png,cat\nsub/c d.png,dog\n",
        "label;path\r\ncat;a.png\r\ndog;sub/c d.png",
        "\u{FEFF}Filename\tnumber\tClass\na.png\t1\tcat\n\nsub/c d.png\t2\tdog\n",
        "\"path\",\"label\"\n\"a.png\",\"cat\"\n\"sub/c d.png\",dog\n",
        "\n\n path , label\na.png ,\tcat\n \"sub/c d.png\" , dog ,more\n\n\n",
        "path,label\ra.png,cat\rsub/c d.png,dog\r",
    ])
    func readsPathsAndClasses(table: String) throws {
        #expect(try found(table) == ["a.png is cat", "sub/c d.png is dog"])
    }

    @Test func quotesHoldSeparatorsQuotesAndLineBreaks() throws {
        let table = "path,label\na.png,\"small, \"\"red\"\"\ncat\"\nb.png,dog\n"
        #expect(try found(table) == ["a.png is small, \"red\"\ncat", "b.png is dog"])
    }

    @Test func partsAreThoseOfTheirColumn() throws {
        let parts = try survey("path,label,split\na.png,x,train\nb.png,x,testing\n")
            .partCounts(seed: 1)
        #expect(parts.map(\.part) == ["training", "test"])
        #expect(parts.map(\.counts) == [[1], [1]])
    }

    @Test(arguments: [
        ("a.png,", "a.png has no label in line 2"), (",cat", " has no path in line 2"),
        ("none.png,cat", "none.png is not there"), ("a,cat", "a is not there, or no image"),
        ("b.png,cat\nb.png,dog", "b.png has two lines, 2 and 3"),
        ("b.png,cat\n\n./sub/../b.png,cat", "./sub/../b.png has two lines, 2 and 4"),
        ("a.png", "a.png has no label in line 2"), ("\n\na.png,", "a.png has no label in line 4"),
        (
            "a.png," + String(repeating: "x", count: 256),
            "a.png has a label of 256 bytes in line 2; at most 255"
        ), ("../none.png,cat", "../none.png is not there"),
        ("/,cat", "/ is not there, or no image"),
        ("table.csv,cat", "table.csv is not there, or no image"),
    ])
    func rowsThatCannotBeUsedAreNamed(rows: String, message: String) throws {
        let survey = try survey("path,label\n\(rows)\n")
        #expect(survey.damaged.map { "\($0.path) \($0.reason)" } == [message])
    }

    @Test func anUnknownPartIsNamed() throws {
        let survey = try survey("path,label,part\na.png,cat,moon\n")
        #expect(survey.damaged.first?.reason.hasPrefix("has no such part as 'moon'") == true)
    }

    @Test(arguments: [
        ("", "has no headings"), ("\n \n", "found an empty table"),
        ("a.png,cat\n", "has no headings"),
        ("path,name\na.png,cat\n", "has no headings"), ("path,label\n\"a.png", "within quotes"),
    ])
    func refusesWhatIsNoTable(text: String, message: String) {
        let error = datasetError { _ = try survey(text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test func refusesBytesThatAreNoText() throws {
        try withTemporaryFolder { folder in
            let path = try write([0x70, 0xFF, 0x0A], to: "table.csv", in: folder)
            let error = datasetError { _ = try ImageFolderSurvey(table: path) }
            #expect(error?.message.contains("expected text in UTF-8") == true)
            let missing = datasetError { _ = try ImageFolderSurvey(table: folder + "/none.csv") }
            #expect(missing?.code == .fileNotFound)
        }
    }
}
