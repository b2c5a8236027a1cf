"""Checks what `branchynet export` writes, and compares it with the engine here in ONNX Runtime:

    python3 Benchmarks/export.py MODEL PICTURE... [--program .build/release/branchynet]

Every form is exported and passes ONNX's checker. Logits of every exit, exits and answers of the pictures
are compared with those of `branchynet predict`; where exits differ, scores are compared with thresholds.
Times are of one picture at a time, all of it on one core. Needs onnx, onnxruntime, numpy and Pillow.
"""
import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy
import onnx
import onnxruntime

# What a score may be beside its threshold so that sums in another order decide otherwise.
NEAR = 1e-5

spec = importlib.util.spec_from_file_location(
    "run_stages", Path(__file__).parent.parent / "Examples/ONNX/run_stages.py")
run_stages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run_stages)


def lines(program, *arguments):
    found = subprocess.run([program, *arguments], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in found.stdout.splitlines()]


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options)


def export(program, model, form, folder, *options):
    path = folder / (form + "".join(options))
    subprocess.run(
        [program, "export", model, "--form", form, "--output", path, *options], check=True,
        capture_output=True)
    for file in path.glob("*.onnx"):
        onnx.checker.check_model(str(file), full_check=True)
    return path


def scores(logits):
    """The four scores of logits, as ExitScore has them."""
    shares = numpy.exp(logits - logits.max())
    shares /= shares.sum()
    entropy = -(shares[shares > 0] * numpy.log(shares[shares > 0])).sum()
    first, second = numpy.sort(shares)[:-3:-1]
    return {
        "entropy": entropy, "normalizedEntropy": entropy / numpy.log(len(shares)),
        "maximumProbability": first, "margin": first - second,
    }


def is_near(policy, logits):
    """Whether a score of an early exit is so near to its threshold that either answer is right."""
    if policy is None or "thresholds" not in policy:
        return False
    return any(
        abs(scores(numpy.float64(of_exit))[policy["score"]] - float(threshold)) <= NEAR
        for of_exit, threshold in zip(logits, policy["thresholds"]))


def timed(body, images):
    times, answers = [], []
    for image in images:
        start = time.perf_counter_ns()
        answers.append(body(image))
        times.append((time.perf_counter_ns() - start) / 1e3)
    return times, answers


def compare(program, model, pictures, folder):
    forms = ["stages", "all-exits"]
    stages = run_stages.Stages(export(program, model, "stages", folder))
    policy = stages.manifest.get("policy")
    if policy or len(stages.manifest["exitNames"]) == 1:
        forms.append("nested-if")
    images = [stages.prepare(path) for path in pictures]
    every = session(export(program, model, "all-exits", folder) / "model.onnx")
    expected = [
        [numpy.float32([float(logit) for logit in exit["logits"]]) for exit in line["exits"]]
        for line in lines(program, "predict", model, *pictures, "--all-exits", "--json")
    ]
    worst = 0
    for image, ours in zip(images, expected):
        for found, logits in zip(every.run(None, {"image": image}), ours):
            worst = max(worst, abs(found[0] - logits).max() / abs(logits).max())
    print(f"{stages.manifest['network']}: {len(images)} pictures, logits differ by at most "
          f"{worst:.1e} of the largest")
    if "nested-if" not in forms:
        return
    deciding = session(export(program, model, "nested-if", folder) / "model.onnx")
    prepared = session(export(program, model, "nested-if", folder, "--preprocessing") / "model.onnx")
    for name in ["stages", "all-exits"]:
        export(program, model, name, folder, "--preprocessing")
    mean, deviation = (
        numpy.float32(stages.manifest["preprocessing"][key]) for key in ("mean", "standardDeviation"))
    ours = lines(program, "predict", model, *pictures, "--json")
    bodies = {
        "stages": stages.classify,
        "nested-if": lambda image: deciding.run(None, {"image": image}),
        "all-exits": lambda image: every.run(None, {"image": image}),
    }
    times, answers = {}, {}
    for _ in range(2):  # The first round warms up.
        for name, body in bodies.items():
            times[name], answers[name] = timed(body, images)
    found = {
        "stages": [(exit, number) for number, _, exit in answers["stages"]],
        "nested-if": [
            (int(exit[0]), int(logits[0].argmax())) for logits, exit, _ in answers["nested-if"]],
    }
    bytes_in = [
        numpy.rint((image[0].transpose(1, 2, 0) * deviation + mean) * 255).astype(numpy.uint8)[None]
        for image in images]
    found["nested-if of bytes"] = [
        (int(exit[0]), int(logits[0].argmax()))
        for logits, exit, _ in (prepared.run(None, {"image": image}) for image in bytes_in)]
    for name, results in found.items():
        different = [
            index for index, (result, line) in enumerate(zip(results, ours))
            if result != (line["exit"], line["class"])]
        near = sum(is_near(policy, expected[index]) for index in different)
        print(f"  {name}: {len(different)} exits or answers differ, {near} of them with a score "
              f"within {NEAR} of its threshold")
    shares = [sum(line["exit"] == exit for line in ours) / len(ours)
              for exit in range(len(stages.manifest["exitNames"]))]
    print("  leaving at each exit: " + " ".join(f"{share:.1%}" for share in shares))
    own = [line["latencyMicroseconds"] for line in ours]
    for name, values in [("here", own), *times.items()]:
        print(f"  {name}: median {statistics.median(values):.1f} us, mean "
              f"{statistics.mean(values):.1f} us")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--program", default=".build/release/branchynet")
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])
    with tempfile.TemporaryDirectory() as folder:
        compare(options.program, options.model, options.pictures, Path(folder))


if __name__ == "__main__":
    main()
