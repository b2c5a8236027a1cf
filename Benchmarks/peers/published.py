"""Published networks with random weights, as the modules their own packages make of them."""

from unittest import mock

import torch

SIDE = 224


def module(name):
    """One of torchvision's classifiers by its name there, or an EfficientNet-Lite."""
    torch.manual_seed(1)
    if name.startswith("efficientnet_lite"):
        from efficientnet_lite_pytorch import EfficientNet

        network = EfficientNet.from_name(name.replace("_", "-"))
    else:
        network = torchvision().models.get_model(name, weights=None, **ARGUMENTS.get(name, {}))
    return settled(network).eval().requires_grad_(False)


#: Without the classifiers that only training has.
ARGUMENTS = {"googlenet": {"aux_logits": False, "init_weights": False}}


def torchvision():
    """Without its operators for detection: beside another build of torch they can't be registered."""
    with mock.patch.object(torch.library, "register_fake", lambda name: lambda function: function):
        import torchvision
    return torchvision


def settled(network):
    """Statistics of what each layer really sees, so that a hundred layers neither fade nor overflow."""
    for child in network.modules():
        if isinstance(child, torch.nn.BatchNorm2d):
            child.momentum = None
    with torch.no_grad():
        network.train()(torch.randn(4, 3, SIDE, SIDE))
    return network
