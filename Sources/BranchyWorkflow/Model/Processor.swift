import Foundation

/// The processor that this program runs on.
enum Processor {
    /// What Linux calls it, with the family and model that tell apart processors of one name; `nil`
    /// where the system has no name for it, as on ARM.
    static let name = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))
        .flatMap(name(inCPUInfo:))

    /// The name in the text of `/proc/cpuinfo`, of its first core.
    private static func name(inCPUInfo text: String) -> String? {
        func fact(_ key: String) -> String? {
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                    .map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.count == 2, parts[0] == key { return parts[1] }
            }
            return nil
        }
        guard let name = fact("model name") else { return nil }
        guard let family = fact("cpu family"), let model = fact("model") else { return name }
        return "\(name) (family \(family), model \(model))"
    }
}
