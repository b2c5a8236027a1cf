"""The page of the results."""

import datetime
import importlib.metadata
import os
import platform
import re
import statistics
import subprocess
from pathlib import Path

import exits
import start
from rows import BATCH, BATCH_PEERS, BFLOAT_PEERS, FLOAT_PEERS, ROWS

PACKAGES = ("torch", "torchvision", "onnxruntime", "openvino", "ncnn", "pnnx", "onnx", "numpy")


def rounds_text(results):
    """Of how many rounds the medians are: rows may be of several runs."""
    counts = {
        len(rounds) for key, row in results.items() if key != "start" for rounds in row.values()}
    return " or ".join(str(count) for count in sorted(counts))


def best_peer(row, rounds):
    """The peer that ours has to beat: by medians over the rounds."""
    medians = {name: statistics.median(rounds[name]) for name in row.peers if name in rounds}
    if not medians:
        return None
    return (max if row.many else min)(medians, key=medians.get)


def ratios(row, rounds):
    """Ours by the best peer's, in every round; none where either is missing."""
    best = best_peer(row, rounds)
    return [ours / peer for ours, peer in zip(rounds.get("ours", []), rounds[best])] if best else []


def summary(row, rounds):
    """The ratio to the best peer with its spread, and whether the bound is kept."""
    values = ratios(row, rounds)
    if not values:
        return "–", "–", "–"
    ratio = statistics.median(values)
    spread = f"{ratio:.2f} ({min(values):.2f} to {max(values):.2f})"
    if row.bound is None:
        return best_peer(row, rounds), spread, "–"
    return (
        best_peer(row, rounds), spread, row.bound_text + (", missed" if row.misses(ratio) else ""))


def misses(results):
    """Every bound that results miss, in words; none where all that was measured keeps its own."""
    found = []
    for row in ROWS:
        values = ratios(row, results.get(row.key, {}))
        if values and row.misses(statistics.median(values)):
            found.append(
                f"{row.title}, {row.precision}, {row.threads} thread(s)"
                f"{', cold' if row.cold else ''}: "
                f"{statistics.median(values):.2f} of {best_peer(row, results[row.key])}, "
                f"bound {row.bound_text}")
    return found + exits.misses(results.get("exits")) + start.misses(results.get("start"))


def figure(row, rounds, name):
    """A median: microseconds, or images per second."""
    if not rounds.get(name):
        return "–"
    median = statistics.median(rounds[name])
    return f"{median:,.0f}" if row.many or median >= 1_000 else f"{median:.1f}"


def second_core(results):
    """How much ours gains from the second thread: near 2 only where both cores were free."""
    gains = [
        statistics.median(results[row.key]["ours"])
        * statistics.median(results[one.key]["ours"]) / 1e6
        for row in ROWS for one in ROWS
        if row.many and one.threads == 1 and one.exit is None
        and (row.network, row.precision) == (one.network, one.precision)
        and results.get(row.key, {}).get("ours") and results.get(one.key, {}).get("ours")]
    if not gains:
        return ""
    return (
        f"Two threads of ours gave {min(gains):.1f} to {max(gains):.1f} times what one thread's "
        "time\npromises; below about 1.9 something else held a core, and these rows say little.\n")


def table(rows, results, columns):
    """A table of rows that were measured; `columns` are subjects."""
    titles = ["network", *columns, "best peer", "ratio", "bound"]
    lines = [" | ".join(titles), "|".join(["---"] + ["---:"] * (len(columns)) + ["---"] * 3)]
    for row in rows:
        if row.key in results:
            rounds = results[row.key]
            cells = [row.title, *(figure(row, rounds, name) for name in columns)]
            lines.append(" | ".join([*cells, *summary(row, rounds)]))
    return "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in lines)


def processor_facts():
    return dict(re.findall(r"^([\w ]+?)\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M))


def multiplies_bfloat16():
    """Whether this processor is one on which 16 bits can be worth while."""
    return "avx512_bf16" in processor_facts().get("flags", "").split()


def processor():
    facts = processor_facts()
    sets = [name for name in ("avx2", "avx512f", "avx512_bf16") if name in facts.get("flags", "")]
    return (
        f"{facts.get('model name', platform.machine())} (family {facts.get('cpu family', '?')}, "
        f"model {facts.get('model', '?')}; {', '.join(sets)}), "
        f"{os.cpu_count()} cores, {platform.freedesktop_os_release()['PRETTY_NAME']}")


def version(package):
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package} not installed"


NO_BFLOAT = """\
This processor does not multiply in bfloat16 (AVX-512 BF16), so nothing was timed in it.
"""


def bfloat_section(rows, results):
    return f"""\
## One image, one thread, bfloat16

Ours with weights and activations of 16 bits, by the better of OpenVINO's two.

{table(rows, results, ("ours", *BFLOAT_PEERS))}
"""


def published_section(results):
    """The part on networks as they are published, empty where none was measured."""
    rows = [row for row in ROWS if row.published and row.key in results]
    parts = [
        (head, part, peers) for head, keeps, peers in PUBLISHED_TABLES
        if (part := [row for row in rows if keeps(row)])]
    if not parts:
        return ""
    tables = "\n\n".join(
        f"{head}\n\n{table(part, results, ('ours', *peers))}" for head, part, peers in parts)
    return f"""\
## Published networks, one image of 224x224 pixels

As torchvision and `efficientnet-lite-pytorch` make them, with random weights, written to ONNX by
PyTorch and read by `branchynet import`; microseconds to the logits.

{tables}

"""


PUBLISHED_TABLES = [
    (
        "One thread, weights and activations in whatever caches keep them from call to call:",
        lambda row: row.precision == "fp32" and row.threads == 1 and not row.cold, FLOAT_PEERS),
    (
        "One thread, with other data in the caches before every call, as in a service:",
        lambda row: row.cold, FLOAT_PEERS),
    ("One thread, bfloat16:", lambda row: row.precision == "bf16", BFLOAT_PEERS),
    ("Two threads for one image:", lambda row: row.threads == 2, FLOAT_PEERS),
]


def text(results, options):
    own = [row for row in ROWS if not row.published and not row.many]
    latency = [row for row in own if row.precision == "fp32"]
    bfloat = [row for row in own if row.precision == "bf16"]
    many = "\n\n".join(
        table(rows, results, ("ours", *peers)) for precision, peers in BATCH_PEERS.items()
        if (rows := [
            row for row in ROWS
            if row.many and row.precision == precision and row.key in results]))
    has_bfloat = any(row.key in results for row in bfloat)
    commit = options.commit or subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    return f"""\
# Benchmarks

How long the native engine takes, beside other runtimes on the same processor. `make bench` wrote
this page on {datetime.date.today()}, with `branchynet` built at {commit}; do not edit it.

{processor()}.

The ratio decides: ours by the best peer's, taken in every round; its median over the rounds, with
the least and the greatest. Microseconds depend on the machine and what else it does.

## One image, one thread

Microseconds from the prepared image to the answer, 32-bit floats, medians: every runtime is handed
floats, so turning bytes into them is in no figure here. To exit 1 the branch is included, and so are
log probabilities and their entropy.

{table(latency, results, ("ours", *FLOAT_PEERS))}

{bfloat_section(bfloat, results) if has_bfloat else NO_BFLOAT}
{published_section(results)}## Many images, two threads

Images per second. Ours: each thread takes one image at a time. OpenVINO: batches of {BATCH}, the
throughput hint, two threads, as many requests as it asks for. ONNX Runtime: batches of {BATCH}, two
threads inside an operator.
{second_core(results)}
{many}

{exits.section(results.get("exits"))}{start.section(results.get("start"))}
## How it is measured

- Random weights: time does not depend on them. Batch normalization is folded before any runtime
  sees the network. Every runtime's answer is first compared with PyTorch's (1e-4; bfloat16 0.05).
- All that stands on a row takes turns, {rounds_text(results)} rounds of {options.seconds} s each, in
  another order each time, after one that does not count, pinned to one core, or two for two
  threads. Rows may be of several runs; ratios are always of one.
- Ours is `branchynet bench NAME --json`. Peers are called from Python, a microsecond or a few of
  which is the call: ONNX Runtime with bound buffers, OpenVINO with the latency hint, shared tensors
  and its precision forced, ncnn (converted by pnnx) with 32-bit storage, PyTorch in inference mode
  with channels last.
- What a peer cannot do is replaced by the nearest equal: alpha of local response normalization
  times its size; every second pixel of a shortcut by a pool of single pixels.

Load over the last 15 minutes: {os.getloadavg()[2]:.1f}; the measurement itself needs 1.
Python {platform.python_version()}; {", ".join(map(version, PACKAGES))}.

To repeat it, on a machine that does nothing else:

    python3 -m venv PEERS && PEERS/bin/pip install -r Benchmarks/peers/requirements.txt
    make bench VENV=PEERS

`branchynet profile NAME` shows the time of every operation of ours.
"""
