#!/usr/bin/python3
"""Makes family.json: the focal loss's descendants, written out with PyTorch operators after the papers and the authors' code (for quality focal,
varifocal and seesaw loss that is MMDetection), and differentiated by autograd, in fp64. Needs PyTorch (Debian: python3-torch).
Run in this folder: ./make_family_golden.py > family.json
"""
import json
import random

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
cases = []


def numbers(tensor):
    return [float(f"{x:.16g}") for x in tensor.detach().flatten()]


def draw(*shape):
    # Multiples of 1/8 with few bits, which float, double and bfloat16 all represent exactly.
    return (torch.randn(shape) * 3 * 8).round() / 8


def bce(x, y):
    return binary_cross_entropy_with_logits(x, y, reduction="none")


def case(loss, x, value, **more):
    value.sum().backward()
    cases.append(dict(loss=loss, logits=numbers(x), value=numbers(value), gradient=numbers(x.grad), **more))


def logits(*shape):
    return draw(*shape).requires_grad_()


soft = (torch.rand(24) * 16).round() / 16
soft[::3] = 0
soft[1] = 1
hard = (torch.rand(24) < .3).double()

for beta in [0, .5, 1, 2, 2.5]:
    x = logits(24)
    case("quality", x, bce(x, soft) * (soft - x.sigmoid()).abs() ** beta, beta=beta, targets=numbers(soft))
for alpha, gamma in [(.75, 2), (1.5, 1), (.25, .5)]:
    x = logits(24)
    p = x.sigmoid()
    weight = soft * (soft > 0) + alpha * (p - soft).abs() ** gamma * (soft <= 0)
    case("varifocal", x, bce(x, soft) * weight, alpha=alpha, gamma=gamma, targets=numbers(soft))
for epsilon, gamma in [(1, 2), (-1, 2), (2.5, .5), (1, 0)]:
    x = logits(24)
    pt = x.sigmoid() * hard + (1 - x.sigmoid()) * (1 - hard)
    alpha = .25 * hard + .75 * (1 - hard)
    case("poly", x, alpha * (bce(x, hard) * (1 - pt) ** gamma + epsilon * (1 - pt) ** (gamma + 1)), epsilon=epsilon, gamma=gamma, alpha=.25, targets=numbers(hard))
for positive, negative, margin in [(0, 4, .05), (1, 4, .05), (1, 2, 0), (.5, .5, .2), (0, 0, .1), (0, 1, .125)]:
    for targets in [hard, soft]:
        x = logits(24)
        p = x.sigmoid()
        shifted = (p - margin).clamp(min=0)
        # The clamp of the logarithm of the authors' code has no effect on these logits. A power of 0 has no derivative by autograd for gamma < 1.
        power = torch.where(shifted > 0, shifted.clamp(min=1e-30) ** negative, torch.zeros_like(p)) if negative > 0 else torch.ones_like(p)
        value = -targets * (1 - p) ** positive * p.log() - (1 - targets) * power * (1 - shifted).log()
        case("asymmetric", x, value, positive_gamma=positive, negative_gamma=negative, margin=margin, targets=numbers(targets))
positive, negative = torch.tensor([1., 0, 30, 5, 0]), torch.tensor([4., 7, 20, 8, 0])
for gamma, scale in [(2, 8), (1.5, 3)]:
    x = logits(6, 5)
    labels = torch.tensor([0, 1, 4, 5, 3, 5])
    targets = one_hot(labels, 6)[:, :5].double()
    ratio = torch.where(negative > 0, positive / negative.clamp(min=1e-10), torch.ones(5)).clamp(0, 1)
    focusing = gamma + scale * (1 - ratio)
    pt = x.sigmoid() * targets + (1 - x.sigmoid()) * (1 - targets)
    alpha = .25 * targets + .75 * (1 - targets)
    case("equalized", x, alpha * (focusing / gamma) * bce(x, targets) * (1 - pt) ** focusing, gamma=gamma, scale=scale, alpha=.25, positive=numbers(positive),
         negative=numbers(negative), labels=[-1 if label == 5 else label for label in labels.tolist()])
counts = torch.tensor([100., 0, 7, 1, 2500])
for p, q, epsilon in [(.8, 2, .01), (0, 2, .01), (.8, 0, .01), (1.5, .5, .25)]:
    for offset in [0, 1]:
        x = logits(8, 5 + offset)
        labels = torch.tensor([0, 1, 2, 3, 4, 0, 3, 2]) + offset
        if offset:
            labels[5] = 0
            # Objects that are not found yet: most of the probability is the background's.
            with torch.no_grad():
                x[:, 0] += 6
        mitigation = (counts[None, :].clamp(min=1) / counts[:, None].clamp(min=1)).clamp(max=1) ** p
        if offset:
            mitigation = torch.nn.functional.pad(mitigation, (1, 0, 1, 0), value=1)
        # The softmax of MMDetection's factors is over the classes alone; its objectness has logits of its own.
        scores = x.detach()[:, offset:].softmax(1)
        compensation = (scores / scores.gather(1, (labels - offset).clamp(min=0)[:, None]).clamp(min=epsilon)).clamp(min=1) ** q
        if offset:
            compensation = torch.nn.functional.pad(compensation, (1, 0), value=1)
            compensation[labels == 0] = 1
        factors = mitigation[labels] * compensation
        adjusted = x + factors.log() * (1 - one_hot(labels, 5 + offset))
        case("seesaw", x, cross_entropy(adjusted, labels, reduction="none"), p=p, q=q, epsilon=epsilon, offset=offset, counts=[int(n) for n in counts],
             labels=(labels - offset).tolist())
for most, scale in [(.5, 30), (1.5, 1)]:
    x = (draw(6, 5) / 8).requires_grad_()
    labels = torch.tensor([0, 1, 2, 3, 4, 2])
    margins = counts.clamp(min=1) ** -.25
    margins = margins * (most / margins.max())
    adjusted = scale * (x - margins * one_hot(labels, 5))
    case("ldam", x, cross_entropy(adjusted, labels, reduction="none"), most=most, scale=scale, counts=[int(n) for n in counts], labels=labels.tolist())
# Class-balanced loss as in the authors' code: all terms of a row are multiplied by the weight of its class. Weights are fp32, as in LossOptions. The logits are
# of Python's generator, so that these cases do not depend on the version of PyTorch.
generator = random.Random(7)
for kind, gamma in [("sigmoid", 0), ("focal", 2), ("focal", .5), ("softmax", 0)]:
    for counts, beta in [([100, 3, 7, 1, 2500], .999), ([40, 41, 5000, 2, 9], .9)]:
        x = torch.tensor([[round(generator.gauss(0, 3) * 8) / 8 for _ in range(5)] for _ in range(6)]).requires_grad_()
        labels = torch.tensor([0, 1, 2, 3, 4, 3])
        weights = (1 - beta) / (1 - beta ** torch.tensor(counts, dtype=torch.float64))
        weights = ((weights / weights.sum()).float() * 5).double()[labels]
        targets = one_hot(labels, 5).double()
        pt = x.sigmoid() * targets + (1 - x.sigmoid()) * (1 - targets)
        value = cross_entropy(x, labels, reduction="none") if kind == "softmax" else (bce(x, targets) * (1 - pt) ** gamma).sum(1)
        case("class-balanced", x, weights * value, kind=kind, gamma=gamma, beta=beta, counts=counts, labels=labels.tolist())

print("[" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "]")
