"""From process start to the first answer: `Examples/Classify` and a peer doing the same."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = "Examples/Classify/.build/release/Classify"
IMAGE = "Examples/Classify/seven.pgm"
PEER = "ONNX Runtime"
#: Of the peer's time; of memory in MiB.
TIME_BOUND, MEMORY_BOUND = 1 / 6, 20


def can_measure():
    """Whether the example is built and GNU time is installed."""
    return Path(PROGRAM).exists() and shutil.which("time") is not None


def commands(options, model):
    """What is started, by name; `model` is the peer's, where there is one."""
    result = {"ours": [PROGRAM, "Models/b-lenet", IMAGE]}
    if model:
        script = str(Path(__file__).parent / "peers" / "first_answer.py")
        result[PEER] = [sys.executable, script, model, IMAGE]
    return result


def measure(options, model):
    """Milliseconds of every start, taking turns, and the most memory held in MiB."""
    os.sched_setaffinity(0, options.cores[-1:])
    compared = commands(options, model)
    starts = {name: {"milliseconds": [], "mebibytes": []} for name in compared}
    for number in range(3 * options.rounds + 1):
        for name, command in compared.items():
            start = time.perf_counter()
            subprocess.check_output(command)
            elapsed = time.perf_counter() - start
            # The first start reads files that later ones find in memory.
            if number > 0:
                starts[name]["milliseconds"].append(elapsed * 1e3)
    for name, command in compared.items():
        starts[name]["mebibytes"] = [peak(command) for _ in range(options.rounds)]
    return starts


def peak(command):
    """The most memory that a process held, in MiB; measured by GNU time, which is small itself."""
    run = subprocess.run(
        ["time", "--format", "%M", *command], check=True, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return int(run.stderr.split()[-1]) / 1024


def section(starts):
    """The part of the page, empty where nothing was measured."""
    if not starts:
        return ""
    medians = medians_of(starts)
    titles = {
        "ours": "Classify, B-LeNet, from its model folder",
        PEER: "Python with ONNX Runtime, LeNet, one thread"}
    lines = [
        f"| {titles[name]} | {median['milliseconds']:.0f} "
        f"({min(starts[name]['milliseconds']):.0f} to {max(starts[name]['milliseconds']):.0f}) "
        f"| {median['mebibytes']:.0f} |" for name, median in medians.items()]
    return "\n".join([
        "## From process start to the first answer\n",
        "[Classify](Deployment.md) is one file with the model folder beside it; time until the"
        "\nprocess has ended, medians of starts in turns, files in memory.\n",
        "| program | milliseconds | peak memory, MiB |", "|---|---:|---:|", *lines, "",
        verdict(starts), ""])


def medians_of(starts):
    return {
        name: {key: statistics.median(values) for key, values in start.items()}
        for name, start in starts.items()}


def by_peer(medians):
    """Our time by the peer's, where there is one."""
    if PEER not in medians:
        return None
    return medians["ours"]["milliseconds"] / medians[PEER]["milliseconds"]


def missed_bounds(starts):
    """What missed its bound, each with what it takes."""
    medians, found = medians_of(starts), {}
    memory, ratio = medians["ours"]["mebibytes"], by_peer(medians)
    if memory > MEMORY_BOUND:
        found["memory"] = f"{memory:.1f} MiB, bound ≤ {MEMORY_BOUND} MiB"
    if ratio is not None and ratio > TIME_BOUND:
        found["time"] = f"{ratio:.2f} of {PEER}'s, bound ≤ {TIME_BOUND:.2f}"
    return found


def misses(starts):
    """Every bound of the start that was missed, in words."""
    return [
        f"first answer, {name}: {what}"
        for name, what in (missed_bounds(starts) if starts else {}).items()]


def verdict(starts):
    missing, ratio = missed_bounds(starts), by_peer(medians_of(starts))
    mark = {name: ", missed" if name in missing else "" for name in ("memory", "time")}
    sentence = f"Bounds: memory ≤ {MEMORY_BOUND} MiB{mark['memory']}"
    if ratio is None:
        return sentence + "."
    return f"{sentence}; time ≤ 1/6 of ONNX Runtime's{mark['time']}: it takes {ratio:.2f}."
