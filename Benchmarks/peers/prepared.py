"""A network written for every runtime."""

import subprocess
from pathlib import Path

import numpy
import pnnx
import torch

from . import network, onnx_graph, published, runtimes


class Prepared:
    """A torch module, an image for it, and the files of the other runtimes."""

    def __init__(self, module, shape, name, folder):
        self.module = module
        self.image = numpy.random.default_rng(1).random(shape, dtype=numpy.float32)
        # pnnx turns what is no letter or digit into underscores in the names of its results.
        name = name.replace("-", "_")
        self.onnx = str(Path(folder, name + ".onnx"))
        self.ncnn = str(Path(folder, name + ".ncnn"))

    @classmethod
    def of_path(cls, description, exit, batch, folder):
        """The path to an exit of a network of ours."""
        shape = [batch, *description["inputShape"]]
        name = f"{description['name']}_{exit or 'full'}_{batch}"
        result = cls(network.path(description, exit), shape, name, folder)
        onnx_graph.write(result.module, shape, result.onnx)
        return result

    @classmethod
    def of_published(cls, name, folder):
        """A published network, as torch itself writes it."""
        shape = [1, 3, published.SIDE, published.SIDE]
        result = cls(published.module(name), shape, name, folder)
        torch.onnx.export(
            result.module, torch.from_numpy(result.image), result.onnx, dynamo=False,
            opset_version=17, input_names=["image"], output_names=["logits"])
        return result

    def convert_for_ncnn(self):
        traced = Path(self.ncnn).with_suffix(".pt")
        torch.jit.trace(self.module, torch.from_numpy(self.image)).save(traced)
        shape = str(list(self.image.shape)).replace(" ", "")
        subprocess.run(
            [pnnx.EXEC_PATH, traced.name, f"inputshape={shape}", "fp16=0"], check=True,
            capture_output=True, cwd=traced.parent)

    def calls(self, names, threads=1):
        """A call per runtime, once its answer is known to be torch's.

        Raises ValueError where it is another one.
        """
        if "ncnn" in names:
            self.convert_for_ncnn()
        with torch.inference_mode():
            expected = list(runtimes.arrays(
                onnx_graph.as_tuple(self.module(torch.from_numpy(self.image)))))
        for name in names:
            call = runtimes.LATENCY[name](self, threads)
            difference = max(
                abs(answer - right).max() / max(1, abs(right).max())
                for answer, right in zip(runtimes.arrays(call()), expected, strict=True))
            # Sums in another order, or 8 bits of mantissa through a hundred layers.
            if not difference < (0.05 if "bf16" in name else 1e-4):
                raise ValueError(f"{name} is {difference} away from torch on {self.onnx}")
            yield name, call
