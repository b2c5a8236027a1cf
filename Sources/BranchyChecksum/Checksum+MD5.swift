import CNettle

extension Checksum {
    /// MD5 of bytes, 32 digits: for files of which their publishers state nothing better.
    ///
    /// It tells damaged and mistaken files. It does not stop anybody who means to deceive: files of
    /// one MD5 and different contents can be made in seconds.
    ///
    /// Source: RFC 1321. Nettle computes it.
    package static func md5(_ bytes: [UInt8]) -> String {
        var context = md5_ctx()
        nettle_md5_init(&context)
        bytes.withUnsafeBufferPointer { buffer in
            // Safety: nothing is read of an empty buffer, whose address may be missing.
            if let start = buffer.baseAddress { nettle_md5_update(&context, buffer.count, start) }
        }
        let digest = [UInt8](unsafeUninitializedCapacity: Int(MD5_DIGEST_SIZE)) { digest, count in
            // Safety: there is room for 16 bytes, all of which are written.
            if let start = digest.baseAddress { cnettle_md5_digest(&context, start) }
            count = Int(MD5_DIGEST_SIZE)
        }
        return hexadecimal(digest)
    }
}
