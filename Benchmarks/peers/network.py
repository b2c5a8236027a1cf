"""A network of ours as a torch module, from what `branchynet inspect NAME --json` prints."""

import torch
from torch import nn


class Shortcut(nn.Module):
    """Every stride-th row and column, and channels of zeros around its own."""

    def __init__(self, stride, channelsBefore, channelsAfter):
        super().__init__()
        self.stride, self.channels = stride, (channelsBefore, channelsAfter)

    def forward(self, x):
        # A pool of single pixels, because ncnn knows no slices with a stride.
        kept = x if self.stride == 1 else nn.functional.max_pool2d(x, 1, self.stride)
        return nn.functional.pad(kept, (0, 0, 0, 0, *self.channels)) if any(self.channels) else kept


class Residual(nn.Module):
    """Layers with a shortcut around them."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body, self.shortcut = body, shortcut

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


class Decision(nn.Module):
    """Log probabilities and their entropy: what the decision at an exit needs."""

    def forward(self, logits):
        logarithms = nn.functional.log_softmax(logits, 1)
        return logarithms, (logarithms.exp() * logarithms).sum(1, keepdim=True).neg()


def layer(d, training=False):
    """The module of one layer; nothing for what inference leaves out."""
    ceiling = d.get("rounding") == "ceiling"
    match d["type"]:
        case "conv2D":
            return nn.Conv2d(
                d["inputChannels"], d["outputChannels"], d["kernelSize"], d["stride"],
                d["padding"], bias=d["hasBias"])
        case "linear":
            return nn.Linear(d["inputFeatures"], d["outputFeatures"], bias=d["hasBias"])
        case "batchNorm2D":
            return nn.BatchNorm2d(d["channels"])
        case "localResponseNorm":
            # torch, ONNX and ncnn divide alpha by the size; the networks' alpha is not divided.
            return nn.LocalResponseNorm(d["size"], d["alpha"] * d["size"], d["beta"], d["k"])
        case "maxPool2D":
            return nn.MaxPool2d(d["kernelSize"], d["stride"], ceil_mode=ceiling)
        case "averagePool2D":
            return nn.AvgPool2d(d["kernelSize"], d["stride"], ceil_mode=ceiling)
        case "globalAveragePool2D":
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case "reLU":
            return nn.ReLU()
        case "flatten":
            return nn.Flatten()
        case "dropout":
            return nn.Dropout(d["rate"]) if training else None
        case "residual":
            return Residual(sequence(d["body"], training), Shortcut(**d["shortcut"]))
        case unknown:
            raise ValueError(f"no torch module is known for the layer '{unknown}'")


def sequence(descriptions, training=False):
    """Layers in a row. To infer, batch normalization is folded: all get the cheaper network."""
    modules = []
    for module in filter(None, (layer(d, training) for d in descriptions)):
        if isinstance(module, nn.BatchNorm2d) and not training:
            modules[-1] = nn.utils.fusion.fuse_conv_bn_eval(modules[-1].eval(), module.eval())
        else:
            modules.extend(module if isinstance(module, nn.Sequential) else [module])
    return nn.Sequential(*modules)


class Branched(nn.Module):
    """A whole network, which gives the logits of all its exits."""

    def __init__(self, description):
        super().__init__()
        stages = description["stages"]
        self.backbones = nn.ModuleList(sequence(s["backbone"], training=True) for s in stages)
        self.branches = nn.ModuleList(
            sequence(s["branch"]["layers"], training=True) if "branch" in s else nn.Identity()
            for s in stages)

    def forward(self, x):
        logits = []
        for backbone, branch in zip(self.backbones, self.branches, strict=True):
            x = backbone(x)
            logits.append(branch(x))
        return logits


def path(description, exit):
    """The layers to an exit, counted from 1, with its decision; without one, all but branches."""
    layers = []
    for number, stage in enumerate(description["stages"], 1):
        layers += stage["backbone"]
        if number == exit:
            layers += stage.get("branch", {}).get("layers", [])
            break
    torch.manual_seed(1)
    network = nn.Sequential(*sequence(layers), *([Decision()] if exit else []))
    return network.eval().requires_grad_(False)
