#!/usr/bin/env python3
"""Makes small files in the layout of CIFAR's Python version, for PickleFileTests and CIFAR100Tests.

    Tests/BranchyDataTests/Fixtures/make-pickles.py      (needs NumPy)

The published files were written by Python 2, whose texts Python 3 does not write; so `Pickle` puts
together what its pickler did, instruction by instruction. Python reads every file back here, and has
to find the same in it. `python3` is what Python 3 makes of the same values (protocol 3).

Two images in each file. All bytes of an image are 16 times its number, plus its plane's.
"""
import pathlib, pickle, struct
import numpy

FOLDER = pathlib.Path(__file__).parent


class Pickle:
    """Python 2's `cPickle.dumps(value, 2)`: remembers every container and text, counting from 1."""

    def __init__(self, value):
        self.count = 0
        self.bytes = b"\x80\x02"
        self.add(value)
        self.bytes += b"."

    def remember(self):
        self.count += 1
        self.bytes += struct.pack("<BB", 0x71, self.count) if self.count < 256 else \
            struct.pack("<BI", 0x72, self.count)

    def add(self, value):
        if isinstance(value, dict):
            self.bytes += b"}"
            self.remember()
            self.bytes += b"("
            for key, item in value.items():
                self.add(key)
                self.add(item)
            self.bytes += b"u"
        elif isinstance(value, list):
            self.bytes += b"]"
            self.remember()
            for start in range(0, len(value), 1000):
                batch = value[start:start + 1000]
                self.bytes += b"(" if len(batch) > 1 else b""
                for item in batch:
                    self.add(item)
                self.bytes += b"e" if len(batch) > 1 else b"a"
        elif isinstance(value, str):
            self.text(value.encode())
            self.remember()
        elif isinstance(value, int):
            self.number(value)
        else:
            self.array(value)

    def text(self, text):
        head = struct.pack("<BB", 0x55, len(text)) if len(text) < 256 else \
            struct.pack("<BI", 0x54, len(text))
        self.bytes += head + text

    def number(self, value):
        if 0 <= value < 256:
            self.bytes += b"K" + bytes([value])
        elif 0 <= value < 65536:
            self.bytes += b"M" + struct.pack("<H", value)
        else:
            self.bytes += b"J" + struct.pack("<i", value)

    def array(self, array):
        self.bytes += b"cnumpy.core.multiarray\n_reconstruct\n"
        self.remember()
        self.bytes += b"cnumpy\nndarray\n"
        self.remember()
        self.bytes += b"K\0\x85U\1b\x87R"
        self.remember()
        self.bytes += b"(K\1"
        for size in array.shape:
            self.number(size)
        self.bytes += b"\x86cnumpy\ndtype\n"
        self.remember()
        self.bytes += b"U\2u1K\0K\1\x87R"
        self.remember()
        self.bytes += b"(K\3U\1|NNN" + 2 * b"J\xff\xff\xff\xff" + b"K\0tb\x89"
        self.text(array.tobytes())
        self.bytes += b"tb"


def images(first):
    planes = [[16 * number + plane] * 1024 for number in (first, first + 1) for plane in range(3)]
    return numpy.array(planes, dtype=numpy.uint8).reshape(2, 3072)


def write(name, value):
    content = Pickle(value).bytes
    found = pickle.loads(content, encoding="latin1")
    assert numpy.array_equal(found.pop("data"), value["data"])
    assert found == {key: item for key, item in value.items() if key != "data"}
    (FOLDER / name).write_bytes(content)


TEN = {"batch_label": "training batch 1 of 5", "labels": [6, 9], "data": images(0),
       "filenames": ["leptodactylus_pentadactylus_s_000004.png", "camion_s_000148.png"]}
HUNDRED = {"filenames": ["bos_taurus_s_000507.png", "stegosaurus_s_000125.png"],
           "batch_label": "training batch 1 of 1", "fine_labels": [19, 29],
           "coarse_labels": [11, 15], "data": images(2)}
write("cifar10", TEN)
write("cifar100", HUNDRED)
(FOLDER / "python3").write_bytes(pickle.dumps({
    key.encode(): [item.encode() for item in value] if key == "filenames" else value
    for key, value in TEN.items()}, protocol=3))
