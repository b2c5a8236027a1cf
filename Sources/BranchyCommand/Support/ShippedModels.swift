import BranchyNet
import Foundation

/// The trained models that come with the program, in folders of their names.
enum ShippedModels {
    /// The folder of the model that an argument means: the argument itself where there is such a
    /// path, or else the shipped model of that name, in `Models` of the working folder or of one
    /// above the program.
    ///
    /// Where there is neither, the argument, so that what is missing is named as it was asked for.
    static func folder(_ argument: String) -> String {
        guard !argument.contains("/"), !FileManager.default.fileExists(atPath: argument) else {
            return argument
        }
        return (["."] + foldersAboveProgram).map { "\($0)/Models/\(argument)" }.first {
            FileManager.default.fileExists(atPath: $0 + "/" + ModelFolder.manifestName)
        } ?? argument
    }

    private static var foldersAboveProgram: [String] {
        let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents.dropFirst()
        return parts.indices.reversed().map { "/" + parts[..<$0].joined(separator: "/") }
    }
}
