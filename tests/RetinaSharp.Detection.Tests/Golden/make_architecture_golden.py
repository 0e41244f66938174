#!/usr/bin/python3
"""Writes architecture.json beside this file: the pyramid levels of a ResNeXt with a path aggregation network, from weights that a formula gives.

Needs torch and torchvision (made with 1.13 and 0.14 of Debian's python3-torchvision). The ResNeXt is torchvision's; the neck follows equations and figure 1
of Liu et al., arXiv 1803.01534, in the form without activations that MMDetection documents for its PAFPN.
"""
import json
import pathlib

import torch
from torch.nn import functional as F
from torchvision.models.resnet import Bottleneck, ResNet
from torchvision.ops.misc import FrozenBatchNorm2d

from make_torchvision_golden import image, sample, weight

SALT = 5
CHANNELS = 16
STAGES = [512, 1024, 2048]


def convolution(name, x, inputs, kernel, stride=1):
    values = [weight(f"backbone.fpn.{name}.{part}", shape, SALT) for part, shape in (("weight", (CHANNELS, inputs, kernel, kernel)), ("bias", (CHANNELS,)))]
    return F.conv2d(x, *values, stride=stride, padding=kernel // 2)


def main():
    body = ResNet(Bottleneck, [1, 1, 1, 1], groups=4, width_per_group=16, norm_layer=FrozenBatchNorm2d)
    body.load_state_dict({name: weight(f"backbone.body.{name}", tuple(old.shape), SALT) for name, old in body.state_dict().items()})
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1), torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    with torch.no_grad():
        x = body.maxpool(body.relu(body.bn1(body.conv1(((image(0) - mean) / deviation)[None]))))
        features = []
        for stage in (body.layer1, body.layer2, body.layer3, body.layer4):
            features.append(x := stage(x))
        features = features[1:]
        merged = [convolution(f"inner_blocks.{i}.0", x, inputs, 1) for i, (x, inputs) in enumerate(zip(features, STAGES))]
        for i in (1, 0):
            merged[i] = merged[i] + F.interpolate(merged[i + 1], size=merged[i].shape[-2:], mode="nearest")
        pyramid = [convolution(f"layer_blocks.{i}.0", x, CHANNELS, 3) for i, x in enumerate(merged)]
        for i in (0, 1):
            pyramid[i + 1] = pyramid[i + 1] + convolution(f"downsample_convs.{i}", pyramid[i], CHANNELS, 3, 2)
        levels = pyramid[:1] + [convolution(f"pafpn_convs.{i}", x, CHANNELS, 3) for i, x in enumerate(pyramid[1:])]
        levels.append(convolution("extra_blocks.p6", levels[-1], CHANNELS, 3, 2))
        levels.append(convolution("extra_blocks.p7", F.relu(levels[-1]), CHANNELS, 3, 2))
    golden = {"levels": [sample(level) for level in levels]}
    pathlib.Path(__file__).with_name("architecture.json").write_text(json.dumps(golden) + "\n")


main()
