#!/usr/bin/env python3
"""Makes the inputs of the corpus that were not found by the fuzzer but put together.

    Tests/Fuzzing/make-corpus.py

Writes Tests/Fuzzing/Corpus/TARGET/good-* (to be read) and bad-* (to be refused). Inputs that the
fuzzer found stand beside them and are left alone. All pixels are made up here.
"""
import base64, copy, gzip, hashlib, io, json, pathlib, struct, tarfile, zipfile, zlib

FOLDER = pathlib.Path(__file__).parent / "Corpus"


def put(target, name, content):
    if isinstance(content, (dict, list)):
        content = json.dumps(content)
    if isinstance(content, str):
        content = content.encode()
    path = FOLDER / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def squeezed(content):
    return gzip.compress(content, 9, mtime=0)


# IDX

def idx(sizes, data=b"", kind=8):
    return bytes([0, 0, kind, len(sizes)]) + b"".join(struct.pack(">I", s) for s in sizes) + data


IMAGES = idx([3, 2, 2], bytes(range(12)))
put("idx", "good-images", IMAGES)
put("idx", "good-images.gz", squeezed(IMAGES))
put("idx", "good-no-images", idx([0, 2, 2]))
put("idx", "good-labels", idx([3], bytes([0, 1, 2])))
put("idx", "bad-no-images-of-huge-sizes", idx([0, 2**32 - 1, 2**32 - 1]))
put("idx", "bad-huge-sizes", idx([2**31, 2**31, 2**31]))
put("idx", "bad-255-dimensions", idx([1] * 255, b"\7"))
put("idx", "bad-floats", idx([1], bytes(4), kind=0x0D))
put("idx", "bad-truncated.gz", squeezed(IMAGES)[:-12])
put("idx", "bad-claims-a-gigabyte.gz", squeezed(idx([2**30], bytes(100))))
put("idx", "bad-16-mebibytes-too-many.gz", squeezed(idx([1, 2, 2], bytes(2**24))))

# Pickles: what Python 2 made of labels and of an array of 2x3 bytes

ARRAY = (b"cnumpy.core.multiarray\n_reconstruct\nq\4cnumpy\nndarray\nq\5K\0\x85U\1b\x87Rq\6(K\1K\2K\3\x86"
         b"cnumpy\ndtype\nq\7U\2u1K\0K\1\x87Rq\x08(K\3U\1|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89"
         b"U\6\0\1\2\3\4\5tb")
LABELS = b"U\6labelsq\2]q\3(K\6K\x09e"
PICKLE = b"\x80\2}q\1(" + LABELS + b"U\4data" + ARRAY + b"u."
put("pickle", "good-python2", PICKLE)
put("pickle", "good-bytes", b"\x80\3}(C\6labels](M\6\0\x8a\1\x09eX\4\0\0\0dataB\6\0\0\0abcdefu.")
put("pickle", "bad-system", b"\x80\2cos\nsystem\nq\1U\2ls\x85R.")
put("pickle", "bad-instance", b"\x80\2(ios\nsystem\n.")
put("pickle", "bad-protocol", b"\x80\4" + PICKLE[2:])
put("pickle", "bad-truncated", PICKLE[:-20])
put("pickle", "bad-four-gigabytes", b"\x80\2}T\xff\xff\xff\xff.")
put("pickle", "bad-huge-sizes", PICKLE.replace(b"K\2K\3\x86", b"J\xff\xff\xff\x7f\x8a\7\xff\xff\xff\xff\xff\xff\x7f\x86"))
put("pickle", "bad-negative-sizes", PICKLE.replace(b"K\2K\3\x86", b"J\xfe\xff\xff\xffJ\xfd\xff\xff\xff\x86"))
put("pickle", "bad-list-of-itself", b"\x80\2]q\1h\1a.")
put("pickle", "bad-deep-tuples", b"\x80\2N" + b"\x85" * 5000 + b".")
put("pickle", "bad-two-endings", PICKLE + b".")

# Images

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, pixels, channels=1, claimed=None):
    row = width * channels
    rows = b"".join(b"\0" + pixels[i * row:(i + 1) * row] for i in range(height))
    size = struct.pack(">II", *(claimed or (width, height)))
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", size + bytes([8, 0 if channels == 1 else 2, 0, 0, 0]))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# Those of EncodedImageTests, which says how they were made.
RGB_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsN"
    "DhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQU"
    "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIAAgDAREAAhEBAxEB/8QA"
    "FAABAAAAAAAAAAAAAAAAAAAAB//EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAVAQEBAAAAAAAAAAAAAAAA"
    "AAAHCP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/ADQSLAf/2Q==")
GRAY_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsN"
    "DhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAACAAQBAREA/8QAFAABAAAAAAAAAAAAAAAA"
    "AAAACP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AO7//2Q==")
PRINT_JPEG = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4S"
    "EA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAA"
    "AAAAAAAAAAAAAAkI/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwBOCOkDXQ//2Q==")
GRAY_PNG = png(2, 2, bytes([0, 100, 200, 255]))
put("image", "good-gray.png", GRAY_PNG)
put("image", "good-rgb.png", png(2, 1, bytes(range(6)), channels=3))
put("image", "good-rgb.jpg", RGB_JPEG)
put("image", "good-gray.jpg", GRAY_JPEG)
put("image", "good-print.jpg", PRINT_JPEG)
# Those of WebPTests, which says how they were made.
WEBP = base64.b64decode(
    "UklGRmwAAABXRUJQVlA4WAoAAAAIAAAAAgAAAQAAVlA4TCsAAAAvAkAAAC8gECCI8J9qQ0iQ0P2/V4EAQYn/"
    "SvMfIDY5tgoEAmSIFi0i+h85AEVYSUYaAAAASUkqAAgAAAABABIBAwABAAAABgAAAAAAAAA=")
put("image", "good-turned.webp", WEBP)
put("image", "good-lossy.webp", base64.b64decode(
    "UklGRj4AAABXRUJQVlA4IDIAAADQAQCdASoIAAgAAMASJaACdLoB+AADsAD+8dyP/Yzfozfozf2AP/1dt9bB"
    "/V23/VlAAA=="))
put("image", "bad-truncated.webp", WEBP[:60])
put("image", "bad-moving.webp", base64.b64decode(
    "UklGRoYAAABXRUJQVlA4WAoAAAACAAAABwAABwAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAAAcAAAcA"
    "AAAAAAJWUDhMEQAAAC8HwAEAB1CeIhel/4GI6H8AAEFOTUYoAAAAAAAAAAAABwAABwAAAAAAAFZQOEwQAAAA"
    "LwfAAQAHUJ4oSv8DEdH/AA=="))
EXIF = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x112, 3, 1, 8, 0, 0)
put("image", "good-turned.jpg", RGB_JPEG[:2] + b"\xff\xe1" + struct.pack(">H", 8 + len(EXIF))
    + b"Exif\0\0" + EXIF + RGB_JPEG[2:])

put("image", "bad-huge.png", png(2, 2, bytes(4), claimed=(2**31 - 1, 2**31 - 1)))
put("image", "bad-16-megapixels-of-nothing.png", png(2, 2, bytes(4), claimed=(4096, 4096)))
put("image", "bad-16-megapixels-of-nothing.jpg",
    RGB_JPEG.replace(b"\xff\xc0\0\x11\x08\0\x08\0\x08", b"\xff\xc0\0\x11\x08\x10\0\x10\0"))
put("image", "bad-truncated.png", GRAY_PNG[:50])
put("image", "good-turned.png", GRAY_PNG[:33] + chunk(b"eXIf", EXIF) + GRAY_PNG[33:])
put("image", "good-endless-exif.png",
    GRAY_PNG[:33] + chunk(b"eXIf", b"II*\0\10\0\0\0\xff\xff") + GRAY_PNG[33:])


def bmp(width, height, bits, pixels, compression=0, palette=b""):
    start = 54 + len(palette)
    return (b"BM" + struct.pack("<IIIIiiHHIIiiII", start + len(pixels), 0, start, 40, width, height,
                                1, bits, compression, 0, 0, 0, len(palette) // 4, 0)
            + palette + pixels)


put("image", "good-rgb.bmp", bmp(2, 1, 24, bytes(8)))
put("image", "good-palette.bmp", bmp(3, -1, 4, b"\x01\x10\0\0", palette=bytes(range(8))))
put("image", "bad-compressed.bmp", bmp(2, 1, 8, bytes(8), compression=1))
put("image", "bad-huge.bmp", bmp(2**31 - 1, -2**31, 24, bytes(8)))
put("image", "bad-16-megapixels-of-nothing.bmp", bmp(4096, 4096, 32, bytes(8)))

# Image folders in archives

def member(name, content=b"", kind=tarfile.REGTYPE, pax=None):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.pax_headers = len(content), kind, pax or {}
    return info, content


def tar(*members, form=tarfile.USTAR_FORMAT):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    archive = file.getvalue().rstrip(b"\0")
    return archive + bytes(-len(archive) % 512 + 1024)


def old_gnu_sparse(name, pieces, stored, real_size):
    """A member of the type S: what is stored stands at the pieces' places in the real file."""
    info = tarfile.TarInfo(name)
    info.size, info.type = len(stored), b"S"
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    fields = b"".join(b"%011o\0%011o\0" % piece for piece in pieces)
    block[386:386 + len(fields)] = fields
    block[483:495] = b"%011o\0" % real_size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + stored + bytes(-len(stored) % 512)


FILES = [member(f"{part}/{name}/1.png", GRAY_PNG) for part in ("train", "test") for name in "ab"]
PICTURES = tar(*FILES)
put("tar", "good-pictures.tar", PICTURES)
put("tar", "good-pictures.tar.gz", squeezed(PICTURES))
put("tar", "good-enclosed.tar", tar(member("data", kind=tarfile.DIRTYPE), *[
    member("data/" + info.name, content) for info, content in FILES]))
put("tar", "bad-link.tar", tar(*FILES, member("train/a/2.png", kind=tarfile.SYMTYPE)))
put("tar", "bad-climbs.tar", tar(member("../train/a/1.png", GRAY_PNG), *FILES))
put("tar", "bad-cut.tar", PICTURES[:1024])
put("tar", "bad-old-sparse-far-away.tar.gz",
    squeezed(old_gnu_sparse("train/a/1.png", [(2**33 - 1024, 512)], b"x" * 512, 512) + bytes(1024)))
put("tar", "bad-old-sparse.tar",
    old_gnu_sparse("train/a/1.png", [(0, 512), (2**20, 512)], b"x" * 1024, 2**20 + 512) + PICTURES)
put("tar", "bad-pax-sparse-far-away.tar", tar(
    member("train/a/1.png", b"x" * 512, pax={
        "GNU.sparse.size": str(2**40), "GNU.sparse.numblocks": "1",
        "GNU.sparse.map": f"{2**33},512"}), *FILES, form=tarfile.PAX_FORMAT))
SPARSE_MAP = (b"1\n%d\n512\n" % 2**33).ljust(512, b"\0")
put("tar", "bad-pax-sparse-1.0-far-away.tar", tar(
    member("train/a/1.png", SPARSE_MAP + b"x" * 512, pax={
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "train/a/1.png",
        "GNU.sparse.realsize": str(2**33 + 512)}), *FILES, form=tarfile.PAX_FORMAT))
put("tar", "bad-claims-8-gigabytes.tar", tar(
    member("train/a/1.png", b"x", pax={"size": str(2**33)}), form=tarfile.PAX_FORMAT))
put("tar", "bad-16-mebibytes-of-zeros.tar.gz", squeezed(tar(member("train/a/1.png", bytes(2**24)))))

def zipped(*files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


ZIPPED = zipped(("data/a/1.png", GRAY_PNG), ("data/b/1.png", GRAY_PNG), ("data/notes.txt", b"a"))
put("zip", "good-pictures.zip", ZIPPED)
put("zip", "bad-cut.zip", ZIPPED[:-30])
put("zip", "bad-climbs.zip", zipped(("../a/1.png", GRAY_PNG), ("b/1.png", GRAY_PNG)))
put("zip", "bad-other-size.zip", ZIPPED.replace(
    struct.pack("<I", len(GRAY_PNG)), struct.pack("<I", len(GRAY_PNG) - 9)))
put("zip", "bad-other-checksum.zip", ZIPPED.replace(
    struct.pack("<I", zlib.crc32(GRAY_PNG)), struct.pack("<I", 1)))
put("zip", "bad-claims-4-gigabytes.zip", ZIPPED.replace(
    struct.pack("<I", len(GRAY_PNG)), b"\xfe\xff\xff\xff"))

# Decoded images that a run kept, of the two pictures that the reader has

def two_pixels(number):
    head = b"BM" + struct.pack("<IIIIIIHHIIIIII", 62, 0, 54, 40, 2, 1, 1, 24, 0, 8, 0, 0, 0, 0)
    return head + bytes([number, 2, 3, 4, 5, 6, 0, 0])


def print_of(file):
    return hashlib.sha256(struct.pack("<Q", len(file)) + file[:4096] + file[-4096:]).digest()[:16]


def kept(treatment=b"3x1x2, resized to the whole, bilinear", count=2):
    images = sorted((print_of(two_pixels(n)), bytes([3, 6, 2, 5, n, 4])) for n in (1, 2))
    header = b"bnpixels" + struct.pack("<QQQ", 1, count, 6)
    header += hashlib.sha256(b"".join(name for name, _ in images)).digest()
    header += hashlib.sha256(treatment).digest()
    entries = b"".join(name + hashlib.sha256(pixels).digest()[:16] for name, pixels in images)
    pixels = b"".join(pixels for _, pixels in images)
    return header + pixels + entries + hashlib.sha256(header + entries).digest()


put("cache", "good-whole", kept())
put("cache", "good-of-another-treatment", kept(b"another"))
put("cache", "good-of-two-to-the-63", kept(count=2**63))
put("cache", "good-cut", kept()[:-1])
put("cache", "good-empty", b"")
put("cache", "bad-other-pixels", kept().replace(bytes([3, 6, 2, 5, 1, 4]), bytes([3, 6, 2, 5, 1, 7])))
put("cache", "bad-another-file", b"notes")

# Images that a run was dealt

DEALT = "path,label,part,fingerprint\na/1.png,a,train," + "0f" * 16 + "\n"
put("dealt", "good-list", DEALT + "\"b, c/\"\"1\"\".png\",\"b, c\",test," + "F0" * 16)
put("dealt", "good-none", "path,label,part,fingerprint\r\n")
put("dealt", "bad-part", DEALT.replace("train", "moon"))
put("dealt", "bad-fingerprint", DEALT.replace("0f0f", "+f0f"))
put("dealt", "bad-quote", DEALT + "\"")

# Safetensors

def safetensors(header, data=b""):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def tensors(shapes, metadata=None):
    header, offset = {"__metadata__": metadata} if metadata else {}, 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    return safetensors(header, struct.pack("<f", 0.5) * (offset // 4))


put("safetensors", "good-two", tensors({"a.bias": [2], "a.weight": [2, 3]}, {"format": "pt"}))
put("safetensors", "good-empty", safetensors({}))
put("safetensors", "good-escapes", safetensors(
    {"\u00e9\U0001f600\n": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}}))
put("safetensors", "bad-huge-header", struct.pack("<Q", 2**63) + b"{}")
put("safetensors", "bad-huge-shape", safetensors(
    {"a": {"dtype": "F32", "shape": [2**32, 2**32], "data_offsets": [0, 0]}}))
put("safetensors", "bad-no-numbers-of-huge-shape", safetensors(
    {"a": {"dtype": "F32", "shape": [2**62], "data_offsets": [0, 0]}}))
put("safetensors", "bad-overlap", safetensors({
    "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
    "b": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)))

# Networks

def linear(inputs, outputs, name="linear"):
    return {"type": "linear", "name": name, "inputFeatures": inputs, "outputFeatures": outputs,
            "hasBias": True}


def convolution(inputs, outputs, size=3, name="conv", padding=1, stride=1):
    return {"type": "conv2D", "name": name, "inputChannels": inputs, "outputChannels": outputs,
            "kernelSize": size, "stride": stride, "padding": padding, "hasBias": False}


def network(shape, *backbones, classes=2, name="net"):
    """Every backbone but the last is followed by a branch that begins with pooling."""
    stages = [{"backbone": backbone, "branch": branch} for backbone, branch in backbones[:-1]]
    stages.append({"backbone": backbones[-1]})
    return {"name": name, "inputShape": shape, "classCount": classes, "stages": stages}


FLATTEN, RELU = {"type": "flatten"}, {"type": "reLU"}
POOL = {"type": "maxPool2D", "kernelSize": 2, "stride": 2, "rounding": "ceiling"}
TINY = network([1, 2, 2], ([], {"name": "early", "layers": [FLATTEN, linear(4, 2)]}),
               [FLATTEN, linear(4, 2)], name="tiny")
EVERY_LAYER = network(
    [2, 8, 8],
    ([convolution(2, 4), {"type": "batchNorm2D", "name": "bn", "channels": 4}, RELU,
      {"type": "localResponseNorm", "size": 3, "alpha": 5e-05, "beta": 0.75, "k": 1}],
     {"name": "early", "layers": [POOL, RELU, FLATTEN, linear(64, 2)]}),
    [RELU, {"type": "residual", "name": "block", "body": [convolution(4, 6, stride=2)],
            "shortcut": {"stride": 2, "channelsBefore": 1, "channelsAfter": 1}},
     {"type": "averagePool2D", "kernelSize": 2, "stride": 2, "rounding": "floor"},
     {"type": "dropout", "name": "drop", "rate": 0.5}, {"type": "globalAveragePool2D"}, FLATTEN,
     linear(6, 2)])
put("network", "good-tiny.json", TINY)
put("network", "good-every-layer.json", EVERY_LAYER)
put("network", "bad-huge-channels.json", network(
    [1, 4, 4], [convolution(1, 2**31), convolution(2**31, 1), FLATTEN, linear(16, 2)]))
put("network", "bad-sizes-beyond-64-bits.json", network(
    [1, 4, 4], [convolution(2**62, 2**62), FLATTEN, linear(16, 2)]))
DEEP = convolution(1, 1)
for level in range(100):
    DEEP = {"type": "residual", "name": str(level), "body": [DEEP]}
put("network", "bad-deep.json", network([1, 4, 4], [DEEP, FLATTEN, linear(16, 2)]))
put("network", "bad-work-beyond-64-bits.json", network(
    [1, 46340, 46340],
    [convolution(1, 1, 4096, str(i), 2048) for i in range(300)]
    + [{"type": "globalAveragePool2D"}, FLATTEN, linear(1, 2)]))
put("network", "bad-unknown-key.json", dict(TINY, stage=1))


def parallel(join, *paths, name="block"):
    return {"type": "parallel", "name": name, "join": join, "paths": list(paths)}


SELECT = {"type": "selectChannels", "first": 1, "count": 3}
PATHS = [
    dict(convolution(2, 4, [1, 3], padding=[0, 2, 0, 1]), dilation=[1, 2], groups=2),
    {"type": "batchNorm2D", "name": "bn", "channels": 4, "epsilon": 0.001}, {"type": "siLU"},
    parallel("multiply", [], [
        {"type": "globalAveragePool2D", "keepsDimensions": True}, {"type": "sigmoid"}]),
    parallel("concatenate", [SELECT, {"type": "gelu", "approximation": "tanh"}], [], name="joined"),
    {"type": "clip", "minimum": -1, "maximum": 6}, {"type": "hardSwish"},
    parallel("add", [], [{"type": "hardSigmoid"}], name="sum"),
    {"type": "maxPool2D", "kernelSize": 3, "stride": [2, 1], "padding": 1, "rounding": "ceiling"},
    {"type": "averagePool2D", "kernelSize": [2, 3], "stride": 1, "padding": [1, 0, 0, 2],
     "rounding": "floor", "countsPadding": True}, {"type": "channelShuffle", "groups": 7},
    {"type": "globalAveragePool2D"}, linear(7, 2)]
put("network", "good-paths.json", network([2, 8, 8], PATHS))
put("network", "bad-groups.json", network(
    [2, 4, 4], [dict(convolution(2, 2), groups=-2**63), FLATTEN, linear(32, 2)]))
put("network", "bad-dilation.json", network(
    [1, 4, 4], [dict(convolution(1, 1), dilation=2**63 - 1), FLATTEN, linear(16, 2)]))
put("network", "bad-padding-per-side.json", network(
    [1, 4, 4], [dict(POOL, padding=[0, 0, 2**63 - 1, 0]), FLATTEN, linear(4, 2)]))
put("network", "bad-selection.json", network(
    [4, 1, 1], [dict(SELECT, first=2**63 - 1), FLATTEN, linear(3, 2)]))
put("network", "bad-one-path.json", network([1, 2, 2], [parallel("add", []), FLATTEN, linear(4, 2)]))
put("network", "bad-many-paths.json", network(
    [1, 2, 2], [parallel("add", *[[] for _ in range(10_000)]), FLATTEN, linear(4, 2)]))
DEEP_PATHS = RELU
for level in range(100):
    DEEP_PATHS = {"type": "parallel", "join": "add", "paths": [[], [DEEP_PATHS]]}
put("network", "bad-deep-paths.json", network([1, 2, 2], [DEEP_PATHS, FLATTEN, linear(4, 2)]))

# Recipes

RECIPE = """network: b-lenet
dataset: digits
seed: 1
epochs: 2
batchSize: 128
precision: float32
lossWeights: [1.0, 1.0]
labelSmoothing: 0.0
initialization: pytorch
thresholds: [0.3]
optimizer: {name: sgd, learningRate: 0.006, momentum: 0.9, nesterov: true, weightDecay: 0.0001}
schedule:
  name: step
  warmup: 0.25
  milestones: [0.5, 0.75]
  decay: 0.1
data:
  validationImages: 100
  calibrationImages: 100
  shift: 2
  flip: false
  mean: [0.1307]
  standardDeviation: [0.3081]
"""
put("recipe", "good-all-keys.yaml", RECIPE)
put("recipe", "good-one-key.yaml", "epochs: 10\n")
put("recipe", "good-infinite.yaml", "optimizer: {maximumGradientNorm: .inf}\nthresholds: [.inf]\n")
put("recipe", "good-anchor.yaml", "lossWeights: &one [1.0, 1.0]\ndata: {mean: [0.1]}\n")
put("recipe", "bad-many-aliases.yaml", "a: &a [1]\n" + "b: [" + "*a," * 100 + "]\n")
DOUBLING = "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 9))
put("recipe", "bad-doubling-aliases.yaml", "a0: &a0 [" + "1," * 5000 + "]\n" + DOUBLING)
put("recipe", "bad-itself.yaml", "lossWeights: &a [*a]\n")
put("recipe", "bad-deep.yaml", "lossWeights: " + "[" * 5000 + "]" * 5000 + "\n")
put("recipe", "bad-huge-numbers.yaml", "epochs: 9223372036854775808\n")
put("recipe", "bad-key.yaml", "optimizer:\n  learnRate: 1\n")

# Checkpoints

DECODED_RECIPE = {
    "network": "tiny", "dataset": "digits", "seed": 1, "epochs": 2, "batchSize": 128,
    "precision": "float32", "lossWeights": [1, 1], "labelSmoothing": 0,
    "initialization": "pytorch", "thresholds": [],
    "optimizer": {"name": "sgd", "learningRate": 0.1, "beta1": 0.9, "beta2": 0.999,
                  "epsilon": 1e-08, "momentum": 0.9, "nesterov": False, "weightDecay": 0,
                  "maximumGradientNorm": "inf", "averageDecay": 0},
    "schedule": {"name": "constant", "warmup": 0, "milestones": [0.5], "decay": 0.1},
    "data": {"validationImages": 1, "calibrationImages": 1, "trainingImages": 0, "shift": 0,
             "flip": False, "mean": [0.5], "standardDeviation": [0.25]}}
RUN = {"version": 2, "network": TINY, "recipe": DECODED_RECIPE, "dataChecksums": [],
       "threads": 1, "epoch": 1, "batch": 0, "step": 3, "lossSum": 0, "sampleCount": 0,
       "history": [{"epoch": 1, "trainingLoss": 1.5, "validationAccuracy": [0.5, 0.75]}]}


def checkpoint(run):
    shapes = {"early.linear.bias": [2], "early.linear.weight": [2, 4], "linear.bias": [2],
              "linear.weight": [2, 4]}
    return tensors({f"{kind}.{name}": shape for kind in ("moment1", "parameter")
                    for name, shape in shapes.items()},
                   {"branchynet.checkpoint": json.dumps(run)})


put("checkpoint", "good-run", checkpoint(RUN))
put("checkpoint", "bad-huge-counters", checkpoint(dict(RUN, epoch=2**63 - 1, step=2**63 - 1)))
put("checkpoint", "bad-huge-network", checkpoint(dict(RUN, network=network(
    [1, 1, 1], [FLATTEN, linear(1, 2**30, "1"), linear(2**30, 2, "linear")]))))
put("checkpoint", "bad-no-document", tensors({"a": [1]}))

# Model folders

DETAILS = {
    "preprocessing": {"mean": [0.5], "standardDeviation": [0.25]}, "classNames": ["yes", "no"],
    "policy": {"score": "entropy", "thresholds": [0.3]},
    "calibration": {
        "wish": "knee", "score": "entropy", "samples": 10, "dataset": "digits",
        "chosen": {"thresholds": [0.3], "accuracy": 0.9, "exitRates": [0.5, 0.5], "cost": 2},
        "front": [{"thresholds": ["inf"], "accuracy": 0.8, "exitRates": [1, 0], "cost": 1}],
        "microsecondsToExit": [1, 3], "dataChecksum": "", "engine": "native",
        "precision": "float32"},
    "provenance": {
        "dataset": "digits", "trainingChecksum": "", "validationChecksum": "",
        "calibrationChecksum": "", "seed": 18446744073709551615, "epochs": 1, "engine": "none",
        "precision": "float32", "validationAccuracy": [0.5, 0.75]}}
put("details", "good-calibrated.json", DETAILS)
PATIENT = {key: value for key, value in DETAILS.items() if key != "calibration"}
put("details", "good-patient.json", dict(PATIENT, policy={"patience": 1}))
put("details", "bad-threshold.json", dict(DETAILS, policy={"score": "margin", "thresholds": ["nan"]}))
put("details", "bad-patience.json", dict(PATIENT, policy={"patience": -2**63}))
put("details", "bad-class-names.json", dict(DETAILS, classNames=[]))
put("details", "bad-mean.json", dict(DETAILS, preprocessing={"mean": [], "standardDeviation": []}))

SIZES = {"network.json": 731, "model.json": 497, "parameters.safetensors": 400}


def manifest(files, version=1):
    return {"format": "branchynet-model", "version": version, "files": files}


ENTRIES = {name: {"bytes": size, "sha256": ""} for name, size in SIZES.items()}
put("manifest", "good-tiny.json", manifest(ENTRIES))
put("manifest", "bad-version.json", manifest(ENTRIES, 2**63 - 1))
put("manifest", "bad-size.json", manifest(dict(ENTRIES, **{
    "network.json": {"bytes": -2**63, "sha256": ""}})))
put("manifest", "bad-path.json", manifest(dict(ENTRIES, **{
    "network.json": {"bytes": 1, "sha256": "", "file": "../network.json"}})))
put("manifest", "bad-folder.json", manifest(dict(ENTRIES, **{
    "network.json": {"bytes": 1, "sha256": "", "file": ".."}})))

# Certificates

CERTIFICATE = {
    "version": 2, "promise": {"loss": "harm", "maximumLoss": 0.01, "confidence": 0.95},
    "others": [], "correction": "none", "level": 0.05,
    "policy": {"score": "entropy", "thresholds": [0.3]}, "dataset": "digits", "dataChecksum": "",
    "splitSeed": 0, "tuningSamples": 10, "proof": {"samples": 10, "losses": 1, "gains": 0},
    "upperBound": 0.4, "microsecondsToExit": [1, 2],
    "computation": {"engine": "native", "precision": "float32", "kernels": "portable"},
    "parametersChecksum": "", "issuedOnSameData": 1, "checksum": ""}
put("certificate", "good-harm.json", CERTIFICATE)
put("certificate", "bad-losses.json", dict(CERTIFICATE, proof={
    "samples": -2**63, "losses": 2**63 - 1, "gains": 2**63 - 1}))
put("certificate", "bad-times.json", dict(CERTIFICATE, microsecondsToExit=[1e308, "inf"]))
put("certificate", "bad-threshold.json", dict(CERTIFICATE, policy={
    "score": "entropy", "thresholds": []}))


# ONNX

def varint(number):
    number &= 2**64 - 1
    result = b""
    while number >= 128:
        result += bytes([number & 127 | 128])
        number >>= 7
    return result + bytes([number])


def message(*fields):
    """Fields as (number, value): an integer, a float, a text, bytes, or a list of integers."""
    result = b""
    for number, value in fields:
        if isinstance(value, int):
            result += varint(number << 3) + varint(value)
        elif isinstance(value, float):
            result += varint(number << 3 | 5) + struct.pack("<f", value)
        else:
            if isinstance(value, str):
                value = value.encode()
            if isinstance(value, list):
                value = b"".join(map(varint, value))
            result += varint(number << 3 | 2) + varint(len(value)) + value
    return result


def node(kind, inputs, outputs, **attributes):
    kinds = {int: (3, 2), float: (2, 1), str: (4, 3), list: (8, 7)}
    return (1, message(
        *[(1, name) for name in inputs], *[(2, name) for name in outputs], (4, kind),
        *[(5, message((1, name), (kinds[type(value)][0], value), (20, kinds[type(value)][1])))
          for name, value in attributes.items()]))


def floats(name, sizes, value=0.5):
    count = 1
    for size in sizes:
        count *= size
    return (5, message((1, sizes), (2, 1), (8, name), (9, struct.pack("<f", value) * count)))


def integers(name, values):
    return (5, message((1, [len(values)]), (2, 7), (7, values), (8, name)))


def onnx(*content, sizes=(1, 4, 6, 6), opset=17):
    shape = message(*[(1, message((1, size))) for size in sizes])
    image = message((1, "x"), (2, message((1, message((1, 1), (2, shape))))))
    graph = message(*content, (11, image), (12, message((1, "y"))))
    return message((1, 8), (7, graph), (8, message((2, opset))))


END = [node("GlobalAveragePool", ["end"], ["g"]), node("Flatten", ["g"], ["y"])]
WEIGHTS = floats("w", [4, 4, 3, 3])
CONV = node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1], strides=[1, 1], group=1)
put("onnx", "good-residual", onnx(
    CONV, node("Relu", ["c"], ["r"]), node("Add", ["r", "x"], ["end"]), WEIGHTS, *END))
put("onnx", "good-gate", onnx(
    node("GlobalAveragePool", ["x"], ["a"]), node("HardSigmoid", ["a"], ["b"], alpha=1 / 6),
    node("Mul", ["x", "b"], ["end"]), *END))
put("onnx", "good-dense", onnx(
    node("Relu", ["x"], ["a"]), node("Concat", ["x", "a"], ["b"], axis=1),
    node("MaxPool", ["b"], ["c"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1),
    node("Concat", ["x", "a", "c"], ["end"], axis=1), *END))
put("onnx", "good-shuffle", onnx(
    node("Shape", ["x"], ["s"]), node("Gather", ["s", "one"], ["n"], axis=0),
    node("Div", ["n", "two"], ["h"]), node("Slice", ["x", "zero", "h", "one"], ["left"]),
    node("Slice", ["x", "h", "n", "one"], ["right"]), node("Sigmoid", ["right"], ["r"]),
    node("Concat", ["left", "r"], ["c"], axis=1), node("Reshape", ["c", "cut"], ["d"]),
    node("Transpose", ["d"], ["e"], perm=[0, 2, 1, 3, 4]),
    node("Reshape", ["e", "whole"], ["end"]), integers("zero", [0]), integers("one", [1]),
    integers("two", [2]), integers("cut", [-1, 2, 2, 6, 6]), integers("whole", [0, 4, 6, 6]), *END))
put("onnx", "good-exported", (
    FOLDER.parent.parent / "BranchyONNXTests/Fixtures/tiny-legacy.onnx").read_bytes())
put("onnx", "bad-cycle", onnx(node("Relu", ["end"], ["end"]), *END))
put("onnx", "bad-nan", onnx(
    node("Conv", ["x", "w"], ["end"]), floats("w", [4, 4, 3, 3], float("nan")), *END))
put("onnx", "bad-huge-sizes", onnx(
    node("Relu", ["x"], ["end"]), (5, message((1, [2**62, 4]), (2, 1), (8, "w"))), *END))
put("onnx", "bad-fill", onnx(
    node("ConstantOfShape", ["n"], ["m"]), node("Relu", ["x"], ["end"]),
    integers("n", [10**9, 10**9]), *END))
put("onnx", "bad-loop", onnx(node("Loop", ["x"], ["end"]), *END))
put("onnx", "bad-crossing", onnx(
    node("Relu", ["x"], ["a"]), node("Sigmoid", ["x"], ["b"]), node("Add", ["a", "b"], ["c"]),
    node("Mul", ["c", "a"], ["end"]), *END))
put("onnx", "bad-opset", onnx(node("Relu", ["x"], ["end"]), *END, opset=9))
put("onnx", "bad-dynamic", onnx(node("Relu", ["x"], ["end"]), *END, sizes=(1, 4, 0, 6)))
