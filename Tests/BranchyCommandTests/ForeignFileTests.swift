import Foundation
import TestSupport
import Testing

/// Files that are given where a picture, or a model, is expected: they are named for what they are.
struct ForeignFileTests {
    /// The first bytes of each kind, as its specification has them.
    @Test(
        arguments: [
            (Array("GIF89a\u{1}\0\u{1}\0".utf8), "a GIF picture"),
            ([0x49, 0x49, 0x2A, 0, 8, 0, 0, 0], "a TIFF picture"),
            ([0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8], "a TIFF picture"),
            ([0, 0, 0, 0x18] + Array("ftypheic".utf8), "a HEIC picture"),
            ([0, 0, 0, 0x1C] + Array("ftypavif".utf8), "an AVIF picture"),
            (Array("%PDF-1.7\n".utf8), "a PDF document"),
            (Array("<!DOCTYPE html><html>".utf8), "a web page (HTML)"),
            (Array("\u{FEFF}\n <HTML lang=en>".utf8), "a web page (HTML)"),
            (Array("<?xml version=\"1.0\"?><svg/>".utf8), "an SVG drawing"),
            (Array("PK\u{3}\u{4}".utf8), "a ZIP archive"),
        ] as [([UInt8], String)])
    func predictSaysWhatAFileIs(bytes: [UInt8], title: String) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            for name in ["file", "picture.png"] {
                let file = try write(bytes, to: name, in: folder)
                let result = try Program.run("predict", folder, file)
                #expect(result.status == 65)
                #expect(
                    result.errors.hasPrefix("Error: \(file): is \(title)"), "\(result.errors)")
                #expect(result.errors.contains("; expected a picture in PNG, JPEG"))
            }
        }
    }

    @Test(arguments: [
        ("weights.safetensors", "a file of parameters alone (safetensors)"),
        ("net.ONNX", "a network in ONNX, which is not read here"),
        ("weights.pt", "a file of PyTorch, which is not read here"),
        ("weights.pth", "a file of PyTorch, which is not read here"),
        ("notes", "a file"),
    ])
    func whatIsNoModelFolderIsNamed(name: String, kind: String) throws {
        try withTemporaryFolder { folder in
            let file = try write([1], to: name, in: folder)
            for command in [
                ["predict", file, "image.png"], ["evaluate", file], ["calibrate", file],
                ["inspect", file], ["train", "b-lenet", "-o", folder + "/run", "--from", file],
            ] {
                let result = try Program.run(command)
                #expect(result.status == 65, "\(command): \(result.errors)")
                #expect(
                    result.errors == """
                        Error: \(file) is \(kind); expected the folder of a model, which holds its \
                        network, parameters, classes and preprocessing

                        """)
            }
        }
    }

    @Test func aFileOfAModelLeadsToItsFolder() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let result = try Program.run("evaluate", folder + "/parameters.safetensors")
            #expect(result.status == 65)
            #expect(result.errors.hasSuffix(", such as \(folder), which it lies in\n"))
        }
    }
}
