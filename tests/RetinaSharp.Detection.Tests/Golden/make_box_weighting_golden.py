#!/usr/bin/python3
"""Makes box-weighting.json: box losses of positive anchors that are weighted by scores or qualities, which BoxWeightingTests compares with.

The formulas are those of MMDetection's GFLHead (weights are the highest scores, GIoU loss and distribution focal loss) and TOODHead (weights are alignment
metrics, GIoU loss), with autograd in fp64: the weighted losses of all levels are divided by the sum of the weights, at least 1.

Needs torch and torchvision (Debian: python3-torchvision; made with 0.14). Run in this folder: ./make_box_weighting_golden.py > box-weighting.json
"""
import json

import torch
from torch.nn.functional import cross_entropy
from torchvision.ops import generalized_box_iou_loss

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)

# Points of two levels of a 32 x 32 image: [row, column, stride].
POSITIVES = torch.tensor([[1, 1, 8], [1, 2, 8], [2, 2, 8], [0, 1, 16], [1, 1, 16]])
MAX_DISTANCE = 6
DISTRIBUTION_WEIGHT = .25
BOXES = torch.tensor([[2., 3, 21, 19], [2, 3, 21, 19], [9, 10, 30, 25.5], [0, 0, 31, 30], [0, 0, 31, 30]])


def numbers(tensor):
    return [float(f"{x:.16g}") for x in tensor.detach().flatten()]


def eighths(*shape, scale=8, low=None):
    """Random multiples of 1/8, which fp32 represents exactly."""
    values = torch.randn(*shape) if low is None else torch.rand(*shape) + low
    return (values * scale).round() / 8


stride = POSITIVES[:, 2:].double()
centers = POSITIVES[:, [1, 0]] * stride


def decode(distances):
    distances = distances * stride
    return torch.cat([centers - distances[:, :2], centers + distances[:, 2:]], 1)


def weighted(weights, losses):
    return (weights * losses).sum() / weights.sum().clamp(min=1)


def gfl(logits, outputs):
    weights = logits.sigmoid().max(1)[0]
    sides = outputs.reshape(-1, 4, MAX_DISTANCE + 1)
    box = generalized_box_iou_loss(decode((sides.softmax(2) * torch.arange(MAX_DISTANCE + 1)).sum(2)), BOXES)
    label = torch.cat([centers - BOXES[:, :2], BOXES[:, 2:] - centers], 1).div(stride).flatten()
    left = label.long()
    rows = sides.reshape(-1, MAX_DISTANCE + 1)
    dfl = cross_entropy(rows, left, reduction="none") * (left + 1 - label) + cross_entropy(rows, left + 1, reduction="none") * (label - left)
    return weighted(weights, box) + DISTRIBUTION_WEIGHT * weighted(weights, dfl.reshape(-1, 4).mean(1))


def tood(qualities, outputs):
    return weighted(qualities, generalized_box_iou_loss(decode(outputs), BOXES))


def case(loss, inputs, outputs):
    x = outputs.clone().requires_grad_()
    value = loss(inputs, x)
    value.backward()
    return dict(inputs=numbers(inputs), outputs=numbers(outputs), value=value.item(), gradient=numbers(x.grad))


n = len(POSITIVES)
result = dict(boxes=numbers(BOXES))
result["score"] = case(gfl, eighths(n, 3), eighths(n, 4 * (MAX_DISTANCE + 1)))
# The scores add up to less than 1.
result["low score"] = case(gfl, eighths(n, 3) - 4, eighths(n, 4 * (MAX_DISTANCE + 1)))
result["quality"] = case(tood, eighths(n, low=0).clamp(max=1), eighths(n, 4, low=.5))
print("{" + ",\n".join(f"{json.dumps(key)}:{json.dumps(part, separators=(',', ':'))}" for key, part in result.items()) + "}")
