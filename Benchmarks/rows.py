"""What is compared, and how much of the best peer's time ours may take."""

from dataclasses import dataclass

BATCH = 128
FLOAT_PEERS = ("PyTorch", "ONNX Runtime", "OpenVINO", "ncnn")
BFLOAT_PEERS = ("OpenVINO bf16", "OpenVINO")
BATCH_PEERS = {"fp32": ("OpenVINO", "ONNX Runtime"), "bf16": ("OpenVINO bf16",)}


@dataclass(frozen=True)
class Row:
    """One path through one network."""

    network: str
    title: str
    #: Where the path ends, counted from 1; none for the network without branches.
    exit: int | None = None
    precision: str = "fp32"
    threads: int = 1
    #: Images per second of many, instead of the time of one.
    many: bool = False
    #: Whether other data fill the caches between two calls.
    cold: bool = False
    #: Whether it is a published network, read from ONNX at 224x224 pixels.
    published: bool = False
    #: Times of ours by the best peer's at most; images per second by the peer's at least.
    bound: float | None = None

    @property
    def key(self):
        caches = " cold" if self.cold else ""
        return f"{self.network} {self.exit} {self.precision} {self.threads}{caches}"

    @property
    def peers(self):
        if self.many:
            return BATCH_PEERS[self.precision]
        return BFLOAT_PEERS if self.precision == "bf16" else FLOAT_PEERS

    @property
    def bound_text(self):
        return f"{'≥' if self.many else '≤'} {self.bound:.2f}"

    def misses(self, ratio):
        """Whether a ratio of ours by the best peer's is on the wrong side of the bound."""
        if self.bound is None:
            return False
        return ratio < self.bound if self.many else ratio > self.bound


#: Networks as they are published, with bounds of their times.
PUBLISHED = [
    ("resnet18", "ResNet-18", 0.60), ("resnet50", "ResNet-50", 0.80), ("vgg11", "VGG-11", 0.80),
    ("squeezenet1_1", "SqueezeNet 1.1", 0.75), ("googlenet", "GoogLeNet", 0.70),
    ("mobilenet_v2", "MobileNetV2", 0.90), ("efficientnet_lite0", "EfficientNet-Lite0", 0.90),
    ("efficientnet_b0", "EfficientNet-B0", 0.95),
    ("mobilenet_v3_small", "MobileNetV3-small", 0.90), ("densenet121", "DenseNet-121", 0.85),
]
PUBLISHED_COLD = [
    ("resnet18", "ResNet-18", 0.70), ("resnet50", "ResNet-50", 0.85), ("vgg11", "VGG-11", 0.85)]
PUBLISHED_BFLOAT = [("resnet18", "ResNet-18", 0.75), ("resnet50", "ResNet-50", 0.90)]

ROWS = [
    Row("b-lenet", "B-LeNet to exit 1", exit=1, bound=0.25),
    Row("b-lenet-fast", "B-LeNet, fast variant, to exit 1", exit=1),
    Row("lenet", "LeNet", bound=0.40),
    Row("b-alexnet", "B-AlexNet to exit 1", exit=1, bound=0.70),
    Row("alexnet", "AlexNet", bound=0.80),
    Row("b-resnet110-fast", "B-ResNet-110, fast variant, to exit 1", exit=1, bound=0.80),
    Row("resnet110-fast", "ResNet-110, fast variant", bound=0.88),
    Row("resnet110", "ResNet-110, paper variant", bound=0.88),
    Row("alexnet", "AlexNet", precision="bf16", bound=0.45),
    Row("resnet110-fast", "ResNet-110, fast variant", precision="bf16", bound=1.0),
    Row("lenet", "LeNet", threads=2, many=True, bound=2.0),
    Row("alexnet", "AlexNet", threads=2, many=True, bound=1.6),
    Row("resnet110-fast", "ResNet-110, fast variant", threads=2, many=True, bound=1.05),
    Row(
        "resnet110-fast", "ResNet-110, fast variant", precision="bf16", threads=2, many=True,
        bound=1.0),
    *(Row(name, title, bound=bound, published=True) for name, title, bound in PUBLISHED),
    *(
        Row(name, title, bound=bound, published=True, cold=True)
        for name, title, bound in PUBLISHED_COLD),
    *(
        Row(name, title, bound=bound, published=True, precision="bf16")
        for name, title, bound in PUBLISHED_BFLOAT),
    Row("resnet18", "ResNet-18", bound=0.65, published=True, threads=2),
]
