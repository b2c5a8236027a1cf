/// The instructions that a pickle may consist of here: those that describe dictionaries, lists,
/// numbers, texts and one array of bytes.
///
/// # References
/// `pickletools.py` of Python describes all of them.
enum PickleOpcode: UInt8 {
    case version = 0x80
    case stop = 0x2E
    case mark = 0x28

    case none = 0x4E
    case newTrue = 0x88
    case newFalse = 0x89
    case oneByteInteger = 0x4B
    case twoByteInteger = 0x4D
    case fourByteInteger = 0x4A
    case longInteger = 0x8A

    case shortString = 0x55
    case string = 0x54
    case unicode = 0x58
    case shortBytes = 0x43
    case bytes = 0x42

    case emptyList = 0x5D
    case append = 0x61
    case appendAll = 0x65
    case emptyDictionary = 0x7D
    case setItem = 0x73
    case setItems = 0x75
    case emptyTuple = 0x29
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87

    case put = 0x71
    case longPut = 0x72
    case get = 0x68
    case longGet = 0x6A

    case global = 0x63
    case reduce = 0x52
    case build = 0x62

    /// What Python calls an instruction, known here or not.
    static func name(of code: UInt8) -> String {
        names[code] ?? "(none of that code)"
    }

    private static let names: [UInt8: String] = [
        0x80: "PROTO", 0x2E: "STOP", 0x28: "MARK", 0x4E: "NONE", 0x88: "NEWTRUE", 0x89: "NEWFALSE",
        0x4B: "BININT1", 0x4D: "BININT2", 0x4A: "BININT", 0x8A: "LONG1", 0x55: "SHORT_BINSTRING",
        0x54: "BINSTRING", 0x58: "BINUNICODE", 0x43: "SHORT_BINBYTES", 0x42: "BINBYTES",
        0x5D: "EMPTY_LIST", 0x61: "APPEND", 0x65: "APPENDS", 0x7D: "EMPTY_DICT", 0x73: "SETITEM",
        0x75: "SETITEMS", 0x29: "EMPTY_TUPLE", 0x74: "TUPLE", 0x85: "TUPLE1", 0x86: "TUPLE2",
        0x87: "TUPLE3", 0x71: "BINPUT", 0x72: "LONG_BINPUT", 0x68: "BINGET", 0x6A: "LONG_BINGET",
        0x63: "GLOBAL", 0x52: "REDUCE", 0x62: "BUILD",
        // Refused, and named so.
        0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8B: "LONG4",
        0x8C: "SHORT_BINUNICODE", 0x8D: "BINUNICODE8", 0x8E: "BINBYTES8", 0x8F: "EMPTY_SET",
        0x90: "ADDITEMS",
        0x91: "FROZENSET", 0x92: "NEWOBJ_EX", 0x93: "STACK_GLOBAL", 0x94: "MEMOIZE",
        0x95: "FRAME",
        0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER", 0x30: "POP",
        0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x47: "BINFLOAT", 0x49: "INT", 0x4C: "LONG",
        0x50: "PERSID",
        0x51: "BINPERSID", 0x53: "STRING", 0x56: "UNICODE", 0x64: "DICT", 0x67: "GET", 0x69: "INST",
        0x6C: "LIST", 0x6F: "OBJ", 0x70: "PUT",
    ]
}
