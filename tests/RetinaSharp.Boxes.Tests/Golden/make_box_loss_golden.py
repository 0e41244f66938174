#!/usr/bin/python3
"""Makes box-losses.json: torchvision's GIoU, DIoU and CIoU losses, and the distribution focal loss and integral of MMDetection, with autograd in fp64.
Needs torchvision (Debian: python3-torchvision). Run in this folder: ./make_box_loss_golden.py > box-losses.json
"""
import json

import torch
from torch.nn.functional import cross_entropy
from torchvision.ops import complete_box_iou_loss, distance_box_iou_loss, generalized_box_iou_loss

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)


def numbers(tensor):
    return [float(f"{x:.16g}") for x in tensor.detach().flatten()]


# Multiples of 1/8, which fp32 represents exactly: overlapping, disjoint, contained, containing, far off, thin.
target = torch.tensor([[10., 20, 50, 44]]).expand(8, 4)
boxes = torch.tensor([[12.5, 15, 40, 50], [60, 50, 90, 70.125], [20, 25, 30, 40], [0, 0, 100, 80], [1000.5, -800, 1010, -700], [11, 19, 49.5, 44.625],
                      [15, 30, 15.125, 60], [8, 43, 70, 43.25]])
result = dict(boxes=numbers(boxes), target=numbers(target[0]))
for name, loss in [("giou", generalized_box_iou_loss), ("diou", distance_box_iou_loss), ("ciou", complete_box_iou_loss)]:
    x = boxes.clone().requires_grad_()
    value = loss(x, target)
    value.sum().backward()
    result[name] = dict(value=numbers(value), gradient=numbers(x.grad))

n = 7
logits = (torch.randn(3, 4, n + 1) * 2 * 8).round() / 8
distances = torch.tensor([[0., 1.5, 3, 6.875], [7, 2.25, 5.5, .125], [4.625, 6, 1, 3.75]])
weights = torch.tensor([[1., -.5, .25, 2], [.125, 1, 1, -1], [3, .5, -2, 1]])
x = logits.clone().requires_grad_()
integral = (x.softmax(2) * torch.arange(n + 1)).sum(2)
(integral * weights).sum().backward()
result["integral"] = dict(logits=numbers(logits), distances=numbers(integral), weights=numbers(weights), gradient=numbers(x.grad))
x = logits.clone().requires_grad_()
rows, label = x.reshape(-1, n + 1), distances.flatten()
# The last pair of integers holds the label n, too.
left = label.long().clamp(max=n - 1)
value = cross_entropy(rows, left, reduction="none") * (left + 1 - label) + cross_entropy(rows, left + 1, reduction="none") * (label - left)
value.sum().backward()
result["dfl"] = dict(targets=numbers(distances), value=numbers(value.reshape(3, 4).sum(1)), gradient=numbers(x.grad))
print("{" + ",\n".join(f"{json.dumps(key)}:{json.dumps(part, separators=(',', ':'))}" for key, part in result.items()) + "}")
