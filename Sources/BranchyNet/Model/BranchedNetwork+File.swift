#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension BranchedNetwork {
    /// Far above any description that a person or program writes.
    private static let largestFile = 1 << 24

    /// Reads a network's description from a JSON file, and checks that it makes a network.
    ///
    /// - Throws: ``ModelError`` where the file cannot be read, is larger than 16 MiB or does not
    ///   describe layers, with the place in it; ``NetworkError`` where the layers do not fit.
    public init(contentsOfFile path: String) throws {
        let bytes = try AtomicFile.read(path, limit: Self.largestFile).withoutByteOrderMark
        do {
            self = try JSONDecoder.branchyNet.decode(BranchedNetwork.self, from: Data(bytes))
        } catch {
            throw ModelError(
                .corruptFile, "\(path): not a network: \(ModelError.describe(error))")
        }
        do {
            _ = try plainProgram()
        } catch {
            throw NetworkError(error.code, "\(path): \(error.message)")
        }
    }
}
