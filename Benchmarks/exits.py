"""What exits cost where nobody leaves, and what they bring where images do."""

import json
import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rows import BATCH

#: Branches that nobody asks may cost so much of the plain network's time; images per second under
#: the thresholds have to be so much of what shares and times of the exits come to.
DISABLED_BOUND, PACE_BOUND = 1.02, 0.9


@dataclass(frozen=True)
class Network:
    name: str
    title: str
    #: The way through all branches by the plain network's time, at most.
    worst_case: float | None = None


NETWORKS = [
    Network("b-lenet", "B-LeNet"),
    Network("b-lenet-fast", "B-LeNet, fast variant", 1.10),
    Network("b-alexnet", "B-AlexNet"),
    Network("b-alexnet-fast", "B-AlexNet, fast variant", 1.15),
    Network("b-resnet110-fast", "B-ResNet-110, fast variant", 1.05),
]


def measure(options):
    """What `branchynet bench` says about the exits of each network, in every round.

    A shipped model also answers test images in batches, where there are any.
    """
    os.sched_setaffinity(0, options.cores[-1:])
    return {network.name: rounds(network.name, options) for network in NETWORKS}


def rounds(name, options):
    single = [options.branchynet, "bench", name, "--json"]
    figures = [run(single, options)["exits"][0] for _ in range(options.rounds)]
    folder, data = Path("Models", name), os.environ.get("BRANCHYNET_DATA_DIR")
    if folder.exists() and data:
        batches = [
            options.branchynet, "bench", str(folder), "--data-dir", data, "--batch", str(BATCH),
            "--json"]
        for figure in figures:
            figure["policy"] = run(batches, options)["exits"][0]["policy"]
    return figures


def run(command, options):
    """As many calls of every path as its slowest can do in the time of a round."""
    first = bench(command, calls=20)
    slowest = max(row["medianMicroseconds"] for row in first["rows"])
    calls = int(options.seconds * 1e6 / slowest)
    return bench(command, calls) if calls > 20 else first


def bench(command, calls):
    return json.loads(subprocess.check_output([*command, "--calls", str(calls)]))


def section(results):
    """The part of the page, empty where nothing was measured."""
    if not results:
        return ""
    lines = "\n".join(
        line(network, results[network.name]) for network in NETWORKS if network.name in results)
    return f"""\
## What exits cost and bring

One image, one thread, 32-bit floats, by the plain network's time in the same run; medians of the
rounds, with the least and the greatest. The worst case asks every branch and lets nobody leave.
Branches that nobody asks, because every image is to be answered by the last exit, may cost
{DISABLED_BOUND - 1:.0%}. Of a shipped model: where 1,000 test images leave, and images per second in batches of
{BATCH} by what those shares and the times to the exits come to, at least {PACE_BOUND:.0%}.

| network | worst case | bound | branches unasked | leave at each exit | images/s |
|---|---:|---:|---:|---|---:|
{lines}

"""


def line(network, rounds):
    missing = missed_columns(network, rounds)
    cells = [network.title, spread([one["worstCase"] - 1 for one in rounds], "+.1%")]
    if network.worst_case:
        cells += [f"≤ {network.worst_case - 1:+.0%}" + missed("worst case" in missing)]
    else:
        cells += ["–"]
    disabled = spread([one["disabled"] - 1 for one in rounds], "+.1%")
    cells += [disabled + missed("branches unasked" in missing)]
    policies = [one["policy"] for one in rounds if one["policy"]]
    if policies:
        pace = spread([policy["pace"] for policy in policies], ".0%")
        shares = " + ".join(f"{share:.1%}" for share in policies[0]["exitShares"])
        cells += [shares, pace + missed("images/s" in missing)]
    else:
        cells += ["–", "–"]
    return f"| {' | '.join(cells)} |"


def missed_columns(network, rounds):
    """The columns of the page in which a network misses a bound, each with what it has there."""
    worst_case = statistics.median(one["worstCase"] for one in rounds)
    disabled = statistics.median(one["disabled"] for one in rounds)
    paces = [one["policy"]["pace"] for one in rounds if one["policy"]]
    found = {}
    if network.worst_case and worst_case > network.worst_case:
        found["worst case"] = f"{worst_case - 1:+.1%}, bound ≤ {network.worst_case - 1:+.0%}"
    if disabled > DISABLED_BOUND:
        found["branches unasked"] = f"{disabled - 1:+.1%}, bound ≤ {DISABLED_BOUND - 1:+.0%}"
    if paces and statistics.median(paces) < PACE_BOUND:
        found["images/s"] = f"{statistics.median(paces):.0%}, bound ≥ {PACE_BOUND:.0%}"
    return found


def misses(results):
    """Every bound of exits that results miss, in words."""
    return [
        f"{network.title}, {column}: {what}"
        for network in NETWORKS if network.name in (results or {})
        for column, what in missed_columns(network, results[network.name]).items()]


def spread(values, form):
    """The median with the least and the greatest, in words."""
    median = statistics.median(values)
    return f"{median:{form}} ({min(values):{form}} to {max(values):{form}})"


def missed(is_missed):
    return ", missed" if is_missed else ""
