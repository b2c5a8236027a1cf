#!/usr/bin/env python3
"""Times joint training by `branchynet train` and by PyTorch, in turns, as images per second.

Ours is the whole command: loading, crops and flips, the optimizer and its progress. PyTorch gets
one batch that is already there, channels last, and its own SGD with Nesterov momentum. The exit
status is 1 where a bound is missed.
"""

import argparse
import json
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    network: str
    precision: str
    #: PyTorch's steps a round; ours has four times as many.
    steps: int
    #: Of ours by PyTorch's, at least.
    bound: float
    batch: int = 128
    #: Whether it is torchvision's, at 224x224, rather than a network of ours on CIFAR-10.
    published: bool = False


ROWS = [
    Row("b-alexnet", "float32", 12, 1.5),
    Row("b-alexnet", "bfloat16", 12, 1.9),
    Row("b-resnet110-fast", "float32", 3, 1.1),
    Row("b-resnet110-fast", "bfloat16", 3, 1.12),
    Row("resnet18", "float32", 8, 1.2, batch=16, published=True),
    Row("resnet18", "bfloat16", 8, 1.2, batch=16, published=True),
]
CLASSES = 10


def ours(options, row):
    """Images per second as the command's last line of progress has it."""
    with tempfile.TemporaryDirectory() as folder:
        network, data = row.network, ["--data-dir", options.data]
        if row.published:
            network = described(options, row, Path(folder))
            data = ["--dataset", "folder:" + pictures(row, Path(folder))]
        settings = [
            f"precision={row.precision}", "epochs=1", f"data.trainingImages={4 * row.steps * row.batch}",
            f"data.validationImages={row.batch}", f"data.calibrationImages={row.batch}",
            f"batchSize={row.batch}"]
        progress = subprocess.run(
            [options.branchynet, "train", network, "--output", folder + "/run", *data,
             *(a for s in settings for a in ("--set", s))],
            check=True, capture_output=True, text=True).stderr
    return float(re.findall(r"([\d,.]+) images/s", progress)[-1].replace(",", ""))


def described(options, row, folder):
    """The file of a published network as `branchynet import` reads it, for few classes."""
    import torch

    from peers import published

    onnx = folder / "network.onnx"
    # Batch normalization is not folded into convolutions, as it is to infer.
    torch.onnx.export(
        published.module(row.network), torch.zeros(1, 3, published.SIDE, published.SIDE), onnx,
        dynamo=False, opset_version=17, do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE)
    subprocess.run(
        [options.branchynet, "import", str(onnx), "--output", str(folder / "model")], check=True,
        capture_output=True)
    description = json.loads(
        subprocess.check_output([options.branchynet, "inspect", str(folder / "model"), "--json"]))
    description["classCount"] = CLASSES
    description["stages"][-1]["backbone"][-1]["outputFeatures"] = CLASSES
    file = folder / "network.json"
    file.write_text(json.dumps(description))
    return str(file)


def pictures(row, folder):
    """A folder of noise, as many pictures as a run takes."""
    import numpy

    from peers import published

    side, numbers = published.SIDE, numpy.random.default_rng(1)
    count = (4 * row.steps + 3) * row.batch // CLASSES + 1
    head = struct.pack(
        "<2sIHHIIiiHHIIiiII", b"BM", 54 + 3 * side * side, 0, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0,
        0, 0)
    for part, images in (("train", count), ("test", 1)):
        for label in range(CLASSES):
            place = folder / "pictures" / part / str(label)
            place.mkdir(parents=True)
            for number in range(images):
                pixels = numbers.integers(0, 256, 3 * side * side, dtype=numpy.uint8)
                (place / f"{number}.bmp").write_bytes(head + pixels.tobytes())
    return str(folder / "pictures")


def network_of_peer(options, row):
    """The module that PyTorch trains, which gives the logits of all exits, and the shape of an image."""
    from peers import published
    from peers.network import Branched

    if row.published:
        network = published.torchvision().models.get_model(
            row.network, weights=None, num_classes=CLASSES)
        return network, [3, published.SIDE, published.SIDE]
    description = json.loads(
        subprocess.check_output([options.branchynet, "inspect", row.network, "--json"]))
    return Branched(description), description["inputShape"]


def peer(options, row):
    """Images per second of PyTorch, in this process."""
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(1)
    torch.set_num_threads(2)
    network, shape = network_of_peer(options, row)
    network = network.to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(
        network.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
    images = torch.randn(row.batch, *shape).to(memory_format=torch.channels_last)
    labels = torch.randint(0, CLASSES, (row.batch,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=row.precision == "bfloat16"):
            exits = network(images)
        exits = exits if isinstance(exits, list) else [exits]
        sum(cross_entropy(logits.float(), labels) for logits in exits).backward()
        optimizer.step()

    for _ in range(2):
        step()
    start = time.perf_counter()
    for _ in range(row.steps):
        step()
    return row.batch * row.steps / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branchynet", default=".build/release/branchynet")
    parser.add_argument("--data", required=True, help="folder with the images of cifar10-jpeg")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="networks to measure; all without")
    parser.add_argument("--peer", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer is not None:
        print(peer(options, ROWS[options.peer]))
        return
    missed = False
    print("| network | precision | ours | PyTorch | ratio | bound |")
    print("|---|---|---:|---:|---|---|")
    for index, row in enumerate(ROWS):
        if options.only and row.network not in options.only:
            continue
        figures = []
        for _ in range(options.rounds):
            # A process of its own, so that no thread of it waits while ours trains.
            other = subprocess.check_output(
                [sys.executable, __file__, "--branchynet", options.branchynet, "--data",
                 options.data, "--peer", str(index)])
            figures.append((ours(options, row), float(other)))
        ratios = sorted(mine / other for mine, other in figures)
        mine, other = (statistics.median(column) for column in zip(*figures))
        mark = ", missed" if statistics.median(ratios) < row.bound else ""
        missed = missed or bool(mark)
        print(
            f"| {row.network} | {row.precision} | {mine:,.1f} | {other:,.1f} | "
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) | "
            f"≥ {row.bound}{mark} |", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
