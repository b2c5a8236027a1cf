"""A torch module of peers.network as an ONNX model, operator by operator.

Written by hand so that LRN stays one operator, which torch's own exporter takes apart.
"""

import numpy
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn

from .network import Decision, Residual, Shortcut


class Graph:
    """The nodes and constants so far."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def node(self, operator, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def parameters(self, module):
        tensors = [module.weight] + ([] if module.bias is None else [module.bias])
        return [self.constant(tensor.contiguous().numpy()) for tensor in tensors]

    def add(self, module, x):
        """Appends a module that reads `x`; the names of its results."""
        match module:
            case nn.Sequential():
                for child in module:
                    x = self.add(child, x)
                return x
            case nn.Conv2d():
                return self.node(
                    "Conv", x, *self.parameters(module), kernel_shape=module.kernel_size,
                    strides=module.stride, pads=module.padding * 2)
            case nn.Linear():
                return self.node("Gemm", x, *self.parameters(module), transB=1)
            case nn.LocalResponseNorm():
                return self.node(
                    "LRN", x, size=module.size, alpha=module.alpha, beta=module.beta,
                    bias=float(module.k))
            case nn.MaxPool2d() | nn.AvgPool2d():
                operator = "MaxPool" if isinstance(module, nn.MaxPool2d) else "AveragePool"
                size, stride = module.kernel_size, module.stride
                return self.node(
                    operator, x, kernel_shape=[size] * 2, strides=[stride] * 2,
                    ceil_mode=int(module.ceil_mode))
            case nn.AdaptiveAvgPool2d():
                return self.node("GlobalAveragePool", x)
            case nn.ReLU():
                return self.node("Relu", x)
            case nn.Flatten():
                return self.node("Flatten", x)
            case Residual():
                return self.node("Add", self.add(module.body, x), self.add(module.shortcut, x))
            case Shortcut():
                return self.shortcut(module, x)
            case Decision():
                return self.decision(x)
        raise ValueError(f"no ONNX operator is known for {type(module).__name__}")

    def shortcut(self, module, x):
        if module.stride > 1:
            stride = module.stride
            x = self.node("MaxPool", x, kernel_shape=[1, 1], strides=[stride, stride])
        before, after = module.channels
        if before or after:
            pads = numpy.array([0, before, 0, 0, 0, after, 0, 0], numpy.int64)
            x = self.node("Pad", x, self.constant(pads))
        return x

    def decision(self, logits):
        logarithms = self.node("LogSoftmax", logits, axis=1)
        products = self.node("Mul", self.node("Exp", logarithms), logarithms)
        axis = self.constant(numpy.array([1], numpy.int64))
        entropy = self.node("Neg", self.node("ReduceSum", products, axis, keepdims=1))
        return logarithms, entropy


def write(module, shape, file):
    """Writes the model for inputs of one shape, the batch in front."""
    graph = Graph()
    names = as_tuple(graph.add(module, "image"))
    shapes = [tuple(result.shape) for result in as_tuple(module(torch.zeros(shape)))]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "network", [tensor("image", shape)], list(map(tensor, names, shapes)),
            graph.constants),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, file)


def tensor(name, shape):
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def as_tuple(results):
    return results if isinstance(results, tuple) else (results,)
