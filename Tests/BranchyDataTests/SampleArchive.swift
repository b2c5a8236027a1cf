/// Tar archives, made by hand (POSIX.1-1988, "ustar").
enum SampleArchive {
    /// A file, folder, link or device in an archive.
    struct Member {
        var name: String
        var contents: [UInt8] = []
        /// `0` for a file, `1` and `2` for links, `3` for a device, `5` for a folder, `6` for a pipe.
        var type: Character = "0"
        /// What the header says that the size is, if not the truth.
        var claimedSize: Int?
        var link = ""
        /// The bytes of the name, where they are no text.
        var rawName: [UInt8]?
        /// What stands in the header besides, by its place.
        var patches: [Int: [UInt8]] = [:]
    }

    /// An extended header, which speaks of the next member (POSIX.1-2001, "pax").
    static func pax(_ records: KeyValuePairs<String, String>) -> Member {
        let text = records.map { key, value in
            let rest = " \(key)=\(value)\n"
            var size = rest.utf8.count
            while size != rest.utf8.count + String(size).count {
                size = rest.utf8.count + String(size).count
            }
            return "\(size)" + rest
        }.joined()
        return Member(name: "PaxHeaders/x", contents: Array(text.utf8), type: "x")
    }

    /// A sparse file as old versions of GNU tar write it: parts of a file, by place and size.
    static func oldSparse(
        _ name: String, _ contents: [UInt8], size: Int, parts: [(place: Int, size: Int)]
    ) -> Member {
        var member = Member(name: name, contents: contents, type: "S")
        member.patches[257] = Array("ustar  ".utf8) + [0]
        member.patches[386] = parts.flatMap {
            field(octal($0.place, digits: 11), 12) + field(octal($0.size, digits: 11), 12)
        }
        member.patches[483] = field(octal(size, digits: 11), 12)
        return member
    }

    /// An archive of some files.
    static func tar(_ files: KeyValuePairs<String, [UInt8]>) -> [UInt8] {
        tar(files.map { Member(name: $0.key, contents: $0.value) })
    }

    /// An archive of some members, with the two empty blocks at its end.
    static func tar(_ members: [Member]) -> [UInt8] {
        members.flatMap(blocks) + [UInt8](repeating: 0, count: 1024)
    }

    private static func blocks(of member: Member) -> [UInt8] {
        let padding = (512 - member.contents.count % 512) % 512
        return header(of: member) + member.contents + [UInt8](repeating: 0, count: padding)
    }

    private static func header(of member: Member) -> [UInt8] {
        let size = member.claimedSize ?? member.contents.count
        var block: [UInt8] = []
        block +=
            field(member.rawName ?? Array(member.name.utf8), 100) + field("0000644", 8)
            + field("0000000", 8)
        block += field("0000000", 8) + field(octal(size, digits: 11), 12)
        block += field("00000000000", 12) + field("        ", 8) + field(String(member.type), 1)
        block += field(member.link, 100) + field("ustar", 6) + field("00", 2)
        block += [UInt8](repeating: 0, count: 512 - block.count)
        for (place, bytes) in member.patches {
            block.replaceSubrange(place..<place + bytes.count, with: bytes)
        }
        let sum = block.reduce(0) { $0 + Int($1) }
        block.replaceSubrange(148..<156, with: field(octal(sum, digits: 6), 7) + [0x20])
        return block
    }

    private static func field(_ text: String, _ size: Int) -> [UInt8] {
        field(Array(text.utf8), size)
    }

    private static func field(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
        bytes.prefix(size) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
