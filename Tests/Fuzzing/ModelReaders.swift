import BranchyChecksum
import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Foundation

/// A safetensors file, which gives the same bytes when it is written, read and written again.
enum Tensors {
    static func read(_ input: [UInt8]) throws {
        let file = try Safetensors(parsing: input, source: "input")
        let bytes = file.serialized()
        let again = try Safetensors(parsing: bytes, source: "output")
        try FuzzFinding.require(again.serialized() == bytes, "other bytes after reading its own")
    }
}

/// A network's description, with all programs that are made of it.
enum NetworkFile {
    static func read(_ path: String) throws {
        let network = try BranchedNetwork(contentsOfFile: path)
        _ = try ExitCosts(of: network)
        for memory in [try network.memory(), try network.trainingMemory()] {
            try FuzzFinding.require(
                memory.bytes(samples: 1 << 20) >= max(memory.bytes(), 0), "memory of \(memory)")
        }
        let data = try JSONEncoder.branchyNet.encode(network)
        try FuzzFinding.require(
            try JSONDecoder.branchyNet.decode(BranchedNetwork.self, from: data) == network,
            "another network after reading its own description")
    }
}

/// A recipe's text, which gives the same recipe when it is written and read again.
enum RecipeText {
    private static let base = Result { try Recipe.builtIn(for: "b-lenet") }

    static func read(_ text: String) throws {
        let base = try base.get()
        let recipe = try Recipe.resolved(from: base, document: text)
        let again = try Recipe.resolved(from: base, document: recipe.yaml())
        try FuzzFinding.require(again == recipe, "another recipe after reading its own text")
    }
}

/// A certificate, with the checks that are made before it is believed.
enum CertificateDocument {
    static func read(_ input: [UInt8]) throws {
        let certificate: Certificate
        do {
            certificate = try JSONDecoder.branchyNet.decode(
                Certificate.self, from: Data(input))
        } catch let error as DecodingError {
            throw ModelError(.corruptFile, ModelError.describe(error))
        }
        try certificate.validate(exitCount: 2)
        _ = try certificate.isUnchanged(digest: Checksum.sha256)
        for clause in certificate.clauses {
            _ = certificate.objection(
                to: clause.policy, by: certificate.computation,
                parametersChecksum: certificate.parametersChecksum)
        }
    }
}
