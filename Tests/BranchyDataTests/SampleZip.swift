import TestSupport

/// Zip archives, made by hand (PKWARE's APPNOTE), whose files are stored and not compressed.
enum SampleZip {
    struct Member {
        var name: String
        var contents: [UInt8] = []
        /// What kind of file it is, as Unix has it: a regular one, or a link.
        var mode: UInt32 = 0o100644
    }

    static func zip(_ members: [Member]) -> [UInt8] {
        var (files, list): ([UInt8], [UInt8]) = ([], [])
        for member in members {
            let place = UInt32(files.count)
            files += word(0x0403_4B50) + common(member) + member.name.utf8 + member.contents
            // Made by Unix, whose mode stands in the upper half of the attributes.
            list += word(0x0201_4B50) + [20, 3] + common(member)
            list += [UInt8](repeating: 0, count: 6) + word(member.mode << 16) + word(place)
            list += Array(member.name.utf8)
        }
        let count = half(UInt32(members.count))
        return files + list + word(0x0605_4B50) + [0, 0, 0, 0] + count + count
            + word(UInt32(list.count)) + word(UInt32(files.count)) + [0, 0]
    }

    /// From the version that is needed on to the length of what is extra.
    private static func common(_ member: Member) -> [UInt8] {
        let size = word(UInt32(member.contents.count))
        return [20, 0, 0, 0, 0, 0] + word(0) + SampleBytes.crc32(of: member.contents).reversed()
            + size + size + half(UInt32(member.name.utf8.count)) + [0, 0]
    }

    /// The lowest byte first.
    private static func word(_ number: UInt32) -> [UInt8] {
        SampleBytes.bigEndian(number).reversed()
    }

    private static func half(_ number: UInt32) -> [UInt8] {
        Array(word(number).prefix(2))
    }
}
