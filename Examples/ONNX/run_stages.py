"""Classifies pictures by what `branchynet export --form stages` wrote, and stops at the exit:

    python3 Examples/ONNX/run_stages.py deploy picture.png

Needs onnxruntime, numpy and Pillow. The policy is the manifest's: thresholds or patience.
"""
import json
import sys
from pathlib import Path

import numpy
import onnxruntime
from PIL import Image


class Stages:
    def __init__(self, folder):
        self.manifest = json.loads((Path(folder) / "manifest.json").read_text())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # One image at a time is too little work to share.
        self.graphs = [
            (graph, onnxruntime.InferenceSession(str(Path(folder) / graph["file"]), options))
            for graph in self.manifest["graphs"]
        ]

    def classify(self, image):
        """The class, its probability and the exit of one image, as `prepare` makes it."""
        values, answers = {"image": image}, []
        for graph, session in self.graphs:
            outputs = [port["name"] for port in graph["outputs"]]
            inputs = {port["name"]: values[port["name"]] for port in graph["inputs"]}
            values.update(zip(outputs, session.run(outputs, inputs)))
            if (exit := graph.get("exit")) is None:
                continue
            logits = values[f"exit{exit}"][0] / self.manifest["temperatures"][exit]
            shares = numpy.exp(logits - logits.max())
            shares /= shares.sum()
            answers.append(int(logits.argmax()) if numpy.isfinite(logits).all() else None)
            if graph is self.graphs[-1][0] or self.leaves(exit, shares, answers):
                return int(logits.argmax()), float(shares.max()), exit

    def leaves(self, exit, shares, answers):
        policy = self.manifest.get("policy")
        if policy is None or answers[-1] is None:
            return False
        if patience := policy.get("patience"):
            return len(answers) > patience and len(set(answers[-patience - 1:])) == 1
        first, second = numpy.sort(shares)[:-3:-1]
        entropy = -float((shares[shares > 0] * numpy.log(shares[shares > 0])).sum())
        threshold = float(policy["thresholds"][exit])  # "inf" too
        decisions = {
            "entropy": entropy < threshold,
            "normalizedEntropy": entropy / numpy.log(len(shares)) < threshold,
            "maximumProbability": first >= threshold,
            "margin": first - second >= threshold,
        }
        if policy["score"] not in decisions:
            sys.exit(f"the score {policy['score']} is fitted; this loop knows {', '.join(decisions)}")
        return decisions[policy["score"]]

    def prepare(self, path):
        """A picture as the first graph reads it: of the network's size, as bytes or floats."""
        image, preprocessing = self.manifest["image"], self.manifest["preprocessing"]
        picture = Image.open(path).convert("L" if image["channels"] == 1 else "RGB")
        size = (image["width"], image["height"])
        if geometry := preprocessing.get("geometry"):  # Else pictures have to have the size.
            kind = getattr(Image.Resampling, geometry["interpolation"].upper())
            if "resize" in geometry:  # the shorter side; then the middle
                sides = [geometry["resize"] * side // min(picture.size) for side in picture.size]
                picture = picture.resize(sides, kind)
                left, top = [round((side - kept) / 2) for side, kept in zip(sides, size)]
                picture = picture.crop((left, top, left + size[0], top + size[1]))
            else:
                picture = picture.resize(size, kind)
        pixels = numpy.asarray(picture, numpy.uint8).reshape(1, size[1], size[0], -1)
        if image["isPreparedInGraph"]:
            return pixels
        mean = numpy.float32(preprocessing["mean"])
        deviation = numpy.float32(preprocessing["standardDeviation"])
        floats = pixels * (1 / (255 * deviation)) + -mean / deviation
        return numpy.ascontiguousarray(floats.transpose(0, 3, 1, 2))


if __name__ == "__main__":
    stages = Stages(sys.argv[1])
    for path in sys.argv[2:]:
        number, probability, exit = stages.classify(stages.prepare(path))
        name = stages.manifest["classNames"][number]
        print(f"{path}: {name}, {probability:.1%}, at exit {exit + 1}")
