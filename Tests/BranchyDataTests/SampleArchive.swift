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
        block += field(member.name, 100) + field("0000644", 8) + field("0000000", 8)
        block += field("0000000", 8) + field(octal(size, digits: 11), 12)
        block += field("00000000000", 12) + field("        ", 8) + field(String(member.type), 1)
        block += field(member.link, 100) + field("ustar", 6) + field("00", 2)
        block += [UInt8](repeating: 0, count: 512 - block.count)
        let sum = block.reduce(0) { $0 + Int($1) }
        block.replaceSubrange(148..<156, with: field(octal(sum, digits: 6), 7) + [0x20])
        return block
    }

    private static func field(_ text: String, _ size: Int) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(size))
        return bytes + [UInt8](repeating: 0, count: size - bytes.count)
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
