import BranchyCommand
import BranchyNet
import Foundation
import Testing

/// Answers are written without an encoder, and yet as it would write them.
struct AnswerLinesTests {
    /// What the encoder is given; its keys are those of `docs/JSON.md`.
    private struct Document: Encodable {
        struct Candidate: Encodable {
            let `class`: Int
            let className: String
            let probability: Float
        }

        let certification: String
        let `class`: Int
        let className: String
        let entropy: Float
        let exit: Int
        let exitName: String
        let file: String
        let finite: Bool
        let image: Int
        let latencyMicroseconds: Double
        let probability: Float
        let top: [Candidate]
    }

    private let names = [
        "7", "", "a/b \"c\" \\", "\u{8}\t\n\u{C}\r", "\u{0}\u{1}\u{F}\u{10}\u{1F} ",
        "été 🐈 \u{1F468}\u{200D}\u{1F469}", "\u{7F}\u{9B}\u{2028}\u{202E}",
    ]

    private func encoded(_ answer: Answer, in file: String) throws -> String {
        let encoder = JSONEncoder.branchyNet
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            certification: "not certified", class: answer.predictedClass,
            className: names[answer.predictedClass], entropy: answer.entropy, exit: answer.exit,
            exitName: names[answer.exit], file: file, finite: answer.isFinite, image: answer.image,
            latencyMicroseconds: answer.latencyMicroseconds, probability: answer.probability,
            top: answer.top.map {
                .init(class: $0.index, className: names[$0.index], probability: $0.probability)
            })
        let text = String(decoding: try encoder.encode(document), as: UTF8.self)
        return text.escapedForTerminal + "\n"
    }

    private func written(_ answer: Answer, in file: String) -> String {
        var lines = AnswerLines(
            .init(isJSON: true), classes: names, exits: names, certification: "not certified")
        lines.begin(file: file, column: nil)
        lines.append(answer)
        return String(decoding: lines.bytes, as: UTF8.self)
    }

    @Test func namesAreWrittenAsTheEncoderDoes() throws {
        for (index, name) in names.enumerated() {
            var answer = Answer()
            (answer.predictedClass, answer.exit, answer.image) = (index, index, index * 1_234_567)
            answer.top = (0...index).map { ClassProbability(index: $0, probability: 0.5) }
            #expect(try written(answer, in: name) == encoded(answer, in: name))
        }
    }

    @Test(
        arguments: [
            0, -0.0, 1, -1, 0.1, 2.3025851, 1e-7, 12_345.678, 1e15, 1e16, 1.5e16, 1e22,
            .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity, .nan,
        ] as [Float])
    func numbersAreWrittenAsTheEncoderDoes(number: Float) throws {
        var answer = Answer()
        (answer.entropy, answer.probability) = (number, number / 3)
        answer.latencyMicroseconds = Double(number) / 7
        answer.isFinite = number.isFinite
        answer.top = [number, number * 1e10, number / 3].map {
            ClassProbability(index: 0, probability: $0)
        }
        #expect(try written(answer, in: "file") == encoded(answer, in: "file"))
    }

    @Test func oneLineFollowsTheOther() throws {
        var lines = AnswerLines(
            .init(isJSON: true), classes: names, exits: names, certification: "none")
        lines.begin(file: "a", column: nil)
        lines.append(Answer())
        lines.begin(file: "b", column: nil)
        lines.append(Answer())
        let files = try String(decoding: lines.bytes, as: UTF8.self).split(separator: "\n").map {
            try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))["file"]
        }
        #expect(files == [.string("a"), .string("b")])
    }

    @Test func whatIsUnsureIsMarkedAsTheEncoderWouldDo() throws {
        var lines = AnswerLines(
            .init(isJSON: true, judges: true), classes: names, exits: names, certification: "none")
        lines.begin(file: "a", column: nil)
        for isUnsure in [false, true] {
            var answer = Answer()
            answer.isUnsure = isUnsure
            lines.append(answer)
        }
        let texts = String(decoding: lines.bytes, as: UTF8.self).split(separator: "\n")
        #expect(texts.map { $0.hasSuffix(#","top":[],"unsure":false}"#) } == [true, false])
        #expect(texts.map { $0.hasSuffix(#","top":[],"unsure":true}"#) } == [false, true])
    }

    /// Columns are as wide as characters are many, not bytes.
    @Test func cellsOfATableEndBelowEachOther() {
        var lines = AnswerLines(
            .init(), classes: ["7", "été", "a long class name"],
            exits: ["branch1", "final exit"], certification: "none")
        lines.begin(file: "images/7.png", column: "7.png")
        for (index, number) in [(0, 1.0), (1, 12_345.678), (2, .nan)] {
            var answer = Answer()
            (answer.image, answer.predictedClass, answer.exit) = (index, index, index % 2)
            (answer.entropy, answer.probability) = (Float(number), 0.99996)
            (answer.latencyMicroseconds, answer.isFinite) = (number, number.isFinite)
            answer.top = (0..<3).map { ClassProbability(index: $0, probability: 0.5) }
            lines.append(answer)
        }
        #expect(
            String(decoding: lines.bytes, as: UTF8.self) == """
                     0           7      exit 1   1.0000       1.0000     1.0 µs  été 50.00 %  a long class name 50.00 %  7.png
                     1         été  final exit  12,345.6777       1.0000  12,345.7 µs  été 50.00 %  a long class name 50.00 %  7.png
                     2  a long class name      exit 1      nan       1.0000     nan µs  été 50.00 %  a long class name 50.00 %   not finite  7.png

                """)
    }
}
