#!/usr/bin/python3
"""Makes softmax.json: PyTorch's cross entropy, and focal losses built from log_softmax and differentiated by autograd, in fp64.
Needs PyTorch (Debian: python3-torch). Run in this folder: ./make_softmax_golden.py > softmax.json
"""
import json

import torch
from torch.nn.functional import cross_entropy, log_softmax

torch.manual_seed(4)
torch.set_default_dtype(torch.float64)


def numbers(tensor):
    return [float(f"{x:.16g}") for x in tensor.detach().flatten()]


def focal(logits, targets, gamma, alpha):
    log_p = log_softmax(logits, 1)
    return -(alpha * targets * (1 - log_p.exp()) ** gamma * log_p).sum(1)


cases = []
for rows, classes in [(6, 2), (5, 3), (4, 10)]:
    # Multiples of 1/8 with few bits, which float, double and bfloat16 all represent exactly.
    logits = (torch.randn(rows, classes) * 3 * 8).round() / 8
    labels = torch.randint(0, classes, (rows,))
    shares = torch.rand(rows, classes).softmax(1).float().double()
    alpha = (torch.rand(classes) * 64).round() / 64
    weight = (torch.rand(rows) * 64).round() / 64

    def case(kind, value, x, **more):
        value.sum().backward()
        cases.append(dict(kind=kind, rows=rows, classes=classes, logits=numbers(x), value=numbers(value), gradient=numbers(x.grad), **more))

    for smoothing in [0, .125]:
        x = logits.clone().requires_grad_()
        case("labels", cross_entropy(x, labels, reduction="none", label_smoothing=smoothing), x,
             labels=labels.tolist(), gamma=0, smoothing=smoothing)
    x = logits.clone().requires_grad_()
    case("targets", cross_entropy(x, shares, reduction="none"), x, targets=numbers(shares), gamma=0)
    for gamma in [.5, 1, 2, 5]:
        x = logits.clone().requires_grad_()
        hard = torch.nn.functional.one_hot(labels, classes)
        case("labels", focal(x, hard, gamma, alpha) * weight, x, labels=labels.tolist(), gamma=gamma, alpha=numbers(alpha), weight=numbers(weight))
        x = logits.clone().requires_grad_()
        case("targets", focal(x, shares, gamma, alpha), x, targets=numbers(shares), gamma=gamma, alpha=numbers(alpha))

print("[" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "]")
