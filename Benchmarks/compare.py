#!/usr/bin/env python3
"""Times the networks on `branchynet` and, where they are installed, on its peers.

All that is compared on a row takes turns, round by round; the page is written from all rows
measured so far, so that some can be measured again. Where something on the page misses its bound,
that is named last, and the exit status is 1.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import exits
import page
import start
from rows import BATCH, ROWS


class Ours:
    """`branchynet bench`, started anew in every round."""

    def __init__(self, program, row, network):
        self.row = row
        self.command = [program, "bench", network, "--json"]
        self.command += ["--threads" if row.many else "--threads-per-image", str(row.threads)]
        if row.cold:
            self.command += ["--cold"]
        if row.exit:
            self.command += ["--exit", str(row.exit)]
        if row.precision != "fp32":
            self.command += ["--precision", row.precision]

    def round(self, seconds):
        result = self.run(calls=20)
        calls = int(seconds * 1e6 / result["medianMicroseconds"])
        if calls > 20:
            result = self.run(calls)
        return result["imagesPerSecond" if self.row.many else "medianMicroseconds"]

    def run(self, calls):
        output = subprocess.check_output([*self.command, "--calls", str(calls)])
        return json.loads(output)["rows"][0]


class Peer:
    """A runtime in this process; the time of a call is its median over a round."""

    def __init__(self, call, evict=None):
        self.call, self.evict = call, evict

    def round(self, seconds):
        # As many calls before those that count as `branchynet bench` is given.
        for _ in range(10):
            self.call()
        times, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end or len(times) < 20:
            if self.evict:
                self.evict()
            start = time.perf_counter_ns()
            self.call()
            times.append(time.perf_counter_ns() - start)
        return statistics.median(times) / 1e3


class BatchPeer:
    """A runtime on batches; images per second."""

    def __init__(self, run):
        self.run = run

    def round(self, seconds):
        start, batches = time.perf_counter(), 0
        while time.perf_counter() < start + seconds:
            self.run(batches=4)
            batches += 4
        return BATCH * batches / (time.perf_counter() - start)


def subjects(row, options):
    """Everything compared on a row, by name."""
    path = prepared_path(row, options)
    result = {}
    # Without 16 bits in `bench` the row still tells what the peers take.
    if row.precision == "fp32" or "--precision" in help_text(options.branchynet):
        network = imported(path.onnx, options) if row.published else row.network
        result["ours"] = Ours(options.branchynet, row, network)
    if path is None:
        return result
    from peers import runtimes

    if row.many:
        return result | {
            name: BatchPeer(runtimes.THROUGHPUT[name](path, row.threads)) for name in row.peers}
    evict = eviction() if row.cold else None
    return result | {
        name: Peer(call, evict) for name, call in path.calls(row.peers, row.threads)}


def has_peers():
    return importlib.util.find_spec("torch") is not None


def prepared_path(row, options):
    """What the peers of a row run; none where they are not installed."""
    if not has_peers():
        return None
    from peers.prepared import Prepared

    if row.published:
        return Prepared.of_published(row.network, options.build)
    description = json.loads(
        subprocess.check_output([options.branchynet, "inspect", row.network, "--json"]))
    return Prepared.of_path(description, row.exit, BATCH if row.many else 1, options.build)


def imported(onnx, options):
    """The folder of a model that `branchynet import` makes of a peer's."""
    folder = Path(onnx).with_suffix("")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(
        [options.branchynet, "import", onnx, "--output", str(folder)], check=True,
        capture_output=True)
    return str(folder)


def eviction():
    """Writes through as much memory as `branchynet bench --cold` does."""
    import numpy

    last_cache = int(subprocess.check_output(["getconf", "LEVEL3_CACHE_SIZE"]) or 0)
    size = min(max(2 * min(last_cache, 128 << 20), 64 << 20), 256 << 20)
    lines = numpy.zeros(size, numpy.uint8)[::64]

    def evict():
        numpy.add(lines, 1, out=lines)

    return evict


def help_text(program):
    return subprocess.check_output([program, "bench", "--help"], text=True)


def measure(row, options):
    """The figure of every subject in every round."""
    os.sched_setaffinity(0, options.cores[-row.threads:])
    compared = subjects(row, options)
    rounds = {name: [] for name in compared}
    names = list(compared)
    for number in range(options.rounds + 1):
        # Nobody always begins; the first round only warms up.
        first = number % len(names)
        for name in names[first:] + names[:first]:
            figure = compared[name].round(options.seconds)
            if number > 0:
                rounds[name].append(figure)
    return rounds


def peer_model(options):
    """The plain LeNet for ONNX Runtime, which its row has written; none without the runtime."""
    file = Path(options.build, "lenet_full_1.onnx")
    return str(file) if file.exists() and importlib.util.find_spec("onnxruntime") else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branchynet", default=".build/release/branchynet")
    parser.add_argument("--build", default=".build/benchmarks", help="folder for what is made")
    parser.add_argument("--page", default="docs/Benchmarks.md")
    parser.add_argument("--commit", help="that `branchynet` was built at, where it is another one")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="of one subject in one round")
    parser.add_argument(
        "--only", nargs="*", help="networks to measure, `exits` and `start`; all without")
    options = parser.parse_args()
    options.cores = sorted(os.sched_getaffinity(0))
    Path(options.build).mkdir(parents=True, exist_ok=True)
    file = Path(options.build, "results.json")
    results = json.loads(file.read_text()) if file.exists() else {}
    for row in ROWS:
        if options.only and row.network not in options.only:
            continue
        if row.published and not has_peers():
            continue
        if row.precision == "bf16" and not page.multiplies_bfloat16():
            continue
        if len(options.cores) >= row.threads:
            # A process a row: runtimes keep the number of cores that they see first.
            with multiprocessing.get_context("spawn").Pool(1) as process:
                results[row.key] = process.apply(measure, (row, options))
            print(row.title, row.precision, page.summary(row, results[row.key]), flush=True)
            file.write_text(json.dumps(results, indent=1))
    if not options.only or "exits" in options.only:
        results["exits"] = exits.measure(options)
        file.write_text(json.dumps(results, indent=1))
    if (not options.only or "start" in options.only) and start.can_measure():
        results["start"] = start.measure(options, peer_model(options))
        file.write_text(json.dumps(results, indent=1))
    Path(options.page).write_text(page.text(results, options))
    sys.exit(status(results))


def status(results):
    """Names what misses its bound; 1 where something does, otherwise 0."""
    missed = page.misses(results)
    for miss in missed:
        print("missed:", miss, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    main()
