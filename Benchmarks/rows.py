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
    #: Images per second on so many threads instead of the time of one image on one.
    threads: int = 1
    #: Times of ours by the best peer's at most; images per second by the peer's at least.
    bound: float | None = None

    @property
    def key(self):
        return f"{self.network} {self.exit} {self.precision} {self.threads}"

    @property
    def peers(self):
        if self.threads > 1:
            return BATCH_PEERS[self.precision]
        return BFLOAT_PEERS if self.precision == "bf16" else FLOAT_PEERS

    @property
    def bound_text(self):
        return f"{'≥' if self.threads > 1 else '≤'} {self.bound:.2f}"

    def misses(self, ratio):
        """Whether a ratio of ours by the best peer's is on the wrong side of the bound."""
        if self.bound is None:
            return False
        return ratio < self.bound if self.threads > 1 else ratio > self.bound


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
    Row("lenet", "LeNet", threads=2, bound=2.0),
    Row("alexnet", "AlexNet", threads=2, bound=1.6),
    Row("resnet110-fast", "ResNet-110, fast variant", threads=2, bound=1.05),
    Row("resnet110-fast", "ResNet-110, fast variant", precision="bf16", threads=2, bound=1.0),
]
