import BranchyNet
import Foundation
import Testing

struct ImageGeometryTests {
    @Test func whatIsNotSaidIsAsUsual() throws {
        let geometry = try JSONDecoder().decode(ImageGeometry.self, from: Data("{}".utf8))
        #expect(geometry == ImageGeometry())
        #expect(geometry.resize == nil)
        #expect(geometry.interpolation == .bilinear)
    }

    @Test(arguments: [
        ImageGeometry(), ImageGeometry(resize: 256),
        ImageGeometry(resize: 1, interpolation: .bicubic),
    ])
    func whatIsWrittenIsReadAgain(geometry: ImageGeometry) throws {
        let json = try JSONEncoder().encode(geometry)
        #expect(try JSONDecoder().decode(ImageGeometry.self, from: json) == geometry)
    }

    @Test(arguments: [(0, false), (1, true), (1 << 14, true), (1 << 14 + 1, false), (-5, false)])
    func aSideHasAsManyPixelsAsMakeSense(resize: Int, isSensible: Bool) {
        #expect((ImageGeometry(resize: resize).objection == nil) == isSensible)
        let json = Data(#"{"resize": \#(resize)}"#.utf8)
        let geometry = try? JSONDecoder().decode(ImageGeometry.self, from: json)
        #expect((geometry != nil) == isSensible)
    }

    @Test func knowsNoOtherInterpolation() {
        let json = Data(#"{"interpolation": "lanczos"}"#.utf8)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ImageGeometry.self, from: json)
        }
    }
}
