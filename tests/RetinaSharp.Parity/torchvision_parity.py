#!/usr/bin/env python3
"""torchvision_parity.py v1|v2 DEPTH FOLDER: writes what torchvision's RetinaNet computes from weights that a formula gives.

model.pth is its state dictionary, expected.pth a flat one of images, boxes, features, detections, losses and gradients, in single
precision; exact.* are gradients that were computed in double. Needs torch and torchvision (tried with 1.13 and 0.14 of Debian's python3-torchvision). Nothing here is random.
"""
import math
import os
import sys

import numpy as np
import torch
from torch import nn
from torchvision.models import resnet
from torchvision.ops.misc import FrozenBatchNorm2d

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "RetinaSharp.Detection.Tests", "Golden"))
import make_torchvision_golden as golden  # noqa: E402

CLASSES = 91  # the first is the background
SHORT, LONG = 256, 320
SIZES = [(256, 320), (224, 320)]  # height, width; the second is padded, and strides of the coarse levels are no powers of two
COUNTS = [24, 10]  # boxes, of which many share the gradient: a rectifier that rounding turns on or off then weighs little
TINY = [100, 200, 104, 204.5]  # one that no anchor fits
LEAST_CANDIDATES, LEAST_DETECTIONS, MOST_DETECTIONS = 1000, 50, 300
MOST_SALTS = 60
MOST_APART = 5e-4
# What rounding does to a picture on its way through the network.
NUDGE = 2**-22
LEAST_GAP = 1e-5
# The logits are spread by a factor and moved, so that about so many of an image's 660,000 pass the threshold.
GAIN, CANDIDATES = 2, 2000
STEPS = golden.STEPS
# Larger rates carry differences of the last bit away, within torchvision too: held against itself in double.
RATES = {"v1": 1e-4, "v2": 1e-5}


def build(variant, depth, salt, images):
    body = {"18": resnet.resnet18, "50": resnet.resnet50}[depth]
    model = golden.build(variant, salt, GAIN, body, channels=256, classes=CLASSES, size=(SHORT, LONG), detections=MOST_DETECTIONS)[0]
    with torch.no_grad():
        # Half of what comes out would be beside 0, where rounding decides on which side of a rectifier it is; shifted by two or three
        # deviations, little is. By three, nothing is rectified in some bottlenecks: a shift before batch norm has no gradient then.
        scale = 0.5 if depth == "50" else 0.33
        towers = [] if variant == "v2" else [block[0] for head in (model.head.classification_head, model.head.regression_head) for block in head.conv]
        for layer in [*towers, *(one for one in model.modules() if isinstance(one, (nn.BatchNorm2d, nn.GroupNorm, FrozenBatchNorm2d)))]:
            layer.weight *= scale
            layer.bias += 1
        batch, _ = model.eval().transform(images)
        logits = model.head(list(model.backbone(batch.tensors).values()))["cls_logits"]
        weakest = min(float(one.flatten().topk(CANDIDATES).values[-1]) for one in logits)
        model.head.classification_head.cls_logits.bias += round(math.log(model.score_thresh / (1 - model.score_thresh)) - weakest, 2)
    return model


def picture(index):
    """Squares in squares: in plain noise all places are alike to the deeper layers."""
    height, width = SIZES[index]
    total = np.zeros((height, width, 3))
    for side, share in ((64, 0.35), (16, 0.3), (4, 0.2), (1, 0.15)):
        rows, columns = -(-height // side), -(-width // side)
        squares = golden.uniform(f"picture {index}, {side}", rows * columns * 3).reshape(rows, columns, 3)
        total += share * squares.repeat(side, 0).repeat(side, 1)[:height, :width]
    return torch.from_numpy(np.floor((total + 1) * 128)).float().permute(2, 0, 1) / 255


def targets(index):
    height, width = SIZES[index]
    u = torch.from_numpy((golden.uniform(f"boxes {index}", COUNTS[index] * 5).reshape(-1, 5) + 1) / 2)
    size = 24 + 136 * u[:, 2:4]
    corner = u[:, :2] * (torch.tensor([width, height]) - size)
    boxes = (torch.cat([corner, corner + size], 1) * 4).round() / 4
    boxes[0] = torch.tensor(TINY) if index == 0 else boxes[0]
    return {"boxes": boxes.float(), "labels": (1 + u[:, 4] * (CLASSES - 1)).long()}


def gradients(model, images, learnt):
    """Both losses, and the derivative of their sum by each parameter."""
    model.train()
    losses = model(images, learnt)
    sum(losses.values()).backward()
    found = {name: parameter.grad for name, parameter in model.named_parameters()}
    model.zero_grad(set_to_none=True)
    return torch.stack([losses["classification"], losses["bbox_regression"]]).detach(), found


def well_conditioned(model, images, learnt):
    """
    The gradients in double, if they are the same in single precision, summed in another order, and of pictures that are brighter or
    darker by less than anybody could see, but for a fraction of what is allowed: few rectifiers of weight are so near to 0 that rounding
    decides on which side they are. That there is none cannot be told from this. Otherwise None.
    """
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    def apart(one, other):
        return float(max((one[name] - other[name]).double().norm() / other[name].double().norm() for name in other))

    def again(dtype, nudge=0.0, mkldnn=True):
        model.to(dtype).load_state_dict(state)
        with torch.backends.mkldnn.flags(enabled=mkldnn):
            return gradients(model, [i.to(dtype) * (1 + nudge) for i in images], [{**one, "boxes": one["boxes"].to(dtype)} for one in learnt])[1]

    exact = again(torch.float64)
    worst = 0.0
    for nudge, mkldnn in [(0, True), (0, False), (NUDGE, True), (-NUDGE, True)]:
        worst = max(worst, apart(again(torch.float32, nudge, mkldnn), exact))
        if worst >= MOST_APART:
            break
    model.float().load_state_dict(state)
    print(f"gradients in single and double are {worst:.1e} apart", file=sys.stderr)
    return exact if worst < MOST_APART else None


def same(found, exact):
    """Whether the detections of an image are the same in double, in any order: many scores are all but equal."""
    one, other = torch.tensor(found).reshape(-1, 6).double(), torch.tensor(exact).reshape(-1, 6).double()
    if len(one) != len(other):
        return False
    apart = (one[:, None] - other[None]).abs()
    pairs = (apart[..., 0] == 0) & (apart[..., 1] < 2e-5) & (apart[..., 2:].amax(-1) < 2e-3)
    return bool(pairs.any(0).all() and pairs.any(1).all())


def suitable(variant, depth, images, learnt):
    """The first salt with which there are enough candidates and detections, and rounding decides neither these nor gradients."""
    for salt in range(MOST_SALTS):
        model = build(variant, depth, salt, images)
        model.detections_per_img = MOST_DETECTIONS + 1
        ranked = golden.detect(model, images)
        model.detections_per_img = MOST_DETECTIONS
        found = [one[:MOST_DETECTIONS] for one in ranked]
        # Which of two is the last one must not be a matter of the last bit.
        if any(len(one) > MOST_DETECTIONS and one[-2][1] - one[-1][1] < LEAST_GAP for one in ranked):
            continue
        if min(golden.candidates(model, images)) < LEAST_CANDIDATES or min(len(one) for one in found) < LEAST_DETECTIONS:
            continue
        exact = golden.detect(model.double(), [i.double() for i in images])
        model.float()
        if all(same(*pair) for pair in zip(found, exact)) and (slopes := well_conditioned(model, images, learnt)):
            return salt, model, found, slopes
    raise SystemExit(f"{variant}, ResNet-{depth}: no salt up to {MOST_SALTS} gives enough detections that rounding does not decide")


def main(variant, depth, folder):
    images = [picture(i) for i in range(len(SIZES))]
    learnt = [targets(i) for i in range(len(SIZES))]
    salt, model, found, exact = suitable(variant, depth, images, learnt)
    torch.save(model.state_dict(), os.path.join(folder, "model.pth"))

    expected = {"candidates": torch.tensor(golden.candidates(model, images)).float(), "rate": torch.tensor([RATES[variant]])}
    for i, (image, target) in enumerate(zip(images, learnt)):
        expected[f"image.{i}"] = (image * 255).round().permute(1, 2, 0).contiguous()
        expected[f"boxes.{i}"] = target["boxes"]
        expected[f"labels.{i}"] = target["labels"].float()
        expected[f"detections.{i}"] = torch.tensor(found[i])
    with torch.no_grad():
        batch, _ = model.eval().transform(images)
        for level, features in enumerate(model.backbone(batch.tensors).values()):
            expected[f"features.{level}"] = features.contiguous()

    expected.update({f"exact.{name}": gradient.float().contiguous() for name, gradient in exact.items()})
    expected["losses"], found = gradients(model, images, learnt)
    expected.update({f"gradient.{name}": gradient.contiguous() for name, gradient in found.items()})
    expected["steps"] = torch.tensor(golden.train(build(variant, depth, salt, images), images, learnt, STEPS, RATES[variant]))
    torch.save(expected, os.path.join(folder, "expected.pth"))


if __name__ == "__main__":
    main(*sys.argv[1:4])
