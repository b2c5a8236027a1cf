"""Makes tiny-legacy.onnx, tiny-dynamo.onnx with its tiny-dynamo.onnx.data, and tiny.json: one small
network with the blocks of many, exported by both of PyTorch's exporters, an image, and what ONNX
Runtime says of it. Made with torch 2.13.0, onnx 1.23.2, onnxscript and onnxruntime 1.32.0:

    python3 make-fixtures.py
"""

import json
import pathlib

import numpy
import onnx
import onnxruntime
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent


class Gate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, 4, 1)
        self.fc2 = nn.Conv2d(4, channels, 1)

    def forward(self, x):
        scale = nn.functional.adaptive_avg_pool2d(x, 1)
        return x * nn.functional.hardsigmoid(self.fc2(nn.functional.silu(self.fc1(scale))))


class Shuffled(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels // 2, channels // 2, 3, padding=1, groups=channels // 2)

    def forward(self, x):
        left, right = x.chunk(2, dim=1)
        x = torch.cat([left, nn.functional.relu6(self.conv(right))], dim=1)
        n, c, h, w = x.size()
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


class Dense(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norms = nn.ModuleList([nn.BatchNorm2d(channels + 4 * i) for i in range(3)])
        self.convs = nn.ModuleList(
            [nn.Conv2d(channels + 4 * i, 4, 3, padding=1, bias=False) for i in range(3)])

    def forward(self, x):
        values = [x]
        for norm, conv in zip(self.norms, self.convs):
            values.append(conv(torch.relu(norm(torch.cat(values, dim=1)))))
        return torch.cat(values, dim=1)


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, (3, 5), stride=2, padding=(1, 2), bias=False)
        self.norm = nn.BatchNorm2d(8, eps=1e-3)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True)
        self.body = nn.Sequential(
            nn.Conv2d(8, 8, 3, padding=2, dilation=2, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.project = nn.Conv2d(8, 8, 1)
        self.gate = Gate(8)
        self.shuffle = Shuffled(8)
        self.dense = Dense(8)
        self.mean = nn.AvgPool2d(3, stride=1, padding=1)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(20, 10)

    def forward(self, x):
        x = self.pool(nn.functional.gelu(self.norm(self.stem(x))))
        x = torch.relu(self.body(x) + self.project(x))
        x = self.mean(self.dense(self.shuffle(self.gate(x))))
        x = self.dropout(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))
        return nn.functional.softmax(self.fc(x), dim=1)


def strip(path):
    """Takes away what tells of the machine that a file was made on."""
    model = onnx.load(str(path), load_external_data=False)
    for value in [*model.graph.node, *model.graph.input, *model.graph.output, model.graph, model]:
        value.doc_string = ""
        del value.metadata_props[:]
    del model.graph.value_info[:]
    path.write_bytes(model.SerializeToString())


def main():
    torch.manual_seed(1)
    network = Tiny().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.uniform_(-0.2, 0.2)
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    image = torch.randn(1, 3, 15, 15)
    legacy, dynamo = FOLDER / "tiny-legacy.onnx", FOLDER / "tiny-dynamo.onnx"
    torch.onnx.export(
        network, image, str(legacy), dynamo=False, opset_version=17, input_names=["image"],
        dynamic_axes={"image": {0: "batch"}})
    torch.onnx.export(
        network, (image,), str(dynamo), dynamo=True, external_data=True, verbose=False,
        dynamic_shapes=({0: torch.export.Dim("batch", min=1, max=64)},))
    probabilities = []
    for path in [legacy, dynamo]:
        strip(path)
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        probabilities.append(session.run(None, {name: image.numpy()})[0])
    assert numpy.allclose(probabilities[0], probabilities[1], atol=1e-6)
    (FOLDER / "tiny.json").write_text(json.dumps({
        "image": image.flatten().tolist(), "probabilities": probabilities[0].flatten().tolist()}))


if __name__ == "__main__":
    main()
