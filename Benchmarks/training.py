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
import subprocess
import sys
import tempfile
import time

BATCH = 128
ROWS = [
    # Network, precision, PyTorch's steps a round, bound of the ratio.
    ("b-alexnet", "float32", 12, 1.5),
    ("b-alexnet", "bfloat16", 12, 1.9),
    ("b-resnet110-fast", "float32", 3, 1.08),
    ("b-resnet110-fast", "bfloat16", 3, 1.12),
]


def ours(options, network, precision, images):
    """Images per second as the command's last line of progress has it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = [
            f"precision={precision}", "epochs=1", f"data.trainingImages={images}",
            "data.validationImages=128", "data.calibrationImages=128", f"batchSize={BATCH}"]
        progress = subprocess.run(
            [options.branchynet, "train", network, "--output", folder + "/run",
             "--data-dir", options.data, *(a for s in settings for a in ("--set", s))],
            check=True, capture_output=True, text=True).stderr
    return float(re.findall(r"([\d,.]+) images/s", progress)[-1].replace(",", ""))


def peer(description, precision, steps):
    """Images per second of PyTorch, in this process."""
    import torch
    from torch.nn.functional import cross_entropy

    from peers.network import Branched

    torch.manual_seed(1)
    torch.set_num_threads(2)
    network = Branched(description).to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(
        network.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=5e-4)
    images = torch.randn(BATCH, *description["inputShape"])
    images = images.to(memory_format=torch.channels_last)
    labels = torch.randint(0, description["classCount"], (BATCH,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            exits = network(images)
        sum(cross_entropy(logits.float(), labels) for logits in exits).backward()
        optimizer.step()

    for _ in range(2):
        step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return BATCH * steps / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branchynet", default=".build/release/branchynet")
    parser.add_argument("--data", required=True, help="folder with the images of cifar10-jpeg")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="networks to measure; all without")
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        network, precision, steps = options.peer
        description = json.loads(
            subprocess.check_output([options.branchynet, "inspect", network, "--json"]))
        print(peer(description, precision, int(steps)))
        return
    missed = False
    print("| network | precision | ours | PyTorch | ratio | bound |")
    print("|---|---|---:|---:|---|---|")
    for network, precision, steps, bound in ROWS:
        if options.only and network not in options.only:
            continue
        figures = []
        for _ in range(options.rounds):
            # A process of its own, so that no thread of it waits while ours trains.
            other = subprocess.check_output(
                [sys.executable, __file__, "--branchynet", options.branchynet, "--data",
                 options.data, "--peer", network, precision, str(steps)])
            figures.append((ours(options, network, precision, 4 * steps * BATCH), float(other)))
        ratios = sorted(mine / other for mine, other in figures)
        mine, other = (statistics.median(column) for column in zip(*figures))
        mark = ", missed" if statistics.median(ratios) < bound else ""
        missed = missed or bool(mark)
        print(
            f"| {network} | {precision} | {mine:,.0f} | {other:,.0f} | "
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) | "
            f"≥ {bound}{mark} |", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
