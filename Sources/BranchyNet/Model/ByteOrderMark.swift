extension [UInt8] {
    /// These bytes of UTF-8 without the mark that some editors and tables put in front of them. It
    /// says nothing of UTF-8, and is no part of the text.
    package var withoutByteOrderMark: [UInt8] {
        starts(with: [0xEF, 0xBB, 0xBF]) ? Array(dropFirst(3)) : self
    }
}
