#!/usr/bin/env python3
"""Writes torchvision.json beside this file: what torchvision's RetinaNet computes from weights that a formula gives.

Needs torch and torchvision (made with 1.13 and 0.14 of Debian's python3-torchvision). TorchvisionParityTests computes the
same in C#, from the same formula; nothing here is random. eng/parity.sh compares whole networks, made by the same formula.
"""
import json
import math
import os
from functools import partial

import numpy as np
import torch
from torch import nn
from torchvision.models import resnet
from torchvision.models.detection.backbone_utils import _resnet_fpn_extractor
from torchvision.models.detection.retinanet import RetinaNet, RetinaNetHead, _default_anchorgen
from torchvision.ops.feature_pyramid_network import LastLevelP6P7
from torchvision.ops.misc import FrozenBatchNorm2d

CLASSES = 3
SAMPLES = 32
DETECTIONS = 30
# Factor of the last layer's weights with which at least 1,000 candidates of an image pass the threshold.
GAIN = 4
STEPS = 20
# Larger ones carry differences of the last bit away, within torchvision too: batch norm has twelve values to a channel here.
RATES = {"v1": 2e-4, "v2": 5e-6}
SIZES = [(64, 96), (48, 96)]  # height, width
BOXES = [[8, 10, 40, 44], [50, 5, 90, 60], [20, 30, 28, 38], [60.5, 20.25, 75, 50]]
LABELS = [1, 2, 0, 1]
# The second image's: fewer, so that a mean over images is not one over boxes.
SECOND_BOXES = [[30, 4, 70, 40]]
SECOND_LABELS = [2]


def uniform(text, count):
    """[count] numbers in [-1, 1): a hash (FNV-1a) of the text, then of each index (the finaliser of MurmurHash3)."""
    start = 2166136261
    for letter in text.encode():
        start = ((start ^ letter) * 16777619) & 0xFFFFFFFF
    h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(start)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return h.astype(np.float64) / 2**31 - 1


def weight(name, shape, salt, logits=1):
    u = uniform(f"{salt} {name}", math.prod(shape))
    if len(shape) == 4:
        gain = 0.5 if "bbox_reg" in name else 0.9 if "body" in name else 1.1 * logits if "cls_logits" in name else 1.1
        values = u * math.sqrt(3 / (shape[1] * shape[2] * shape[3])) * gain
    elif name.endswith("running_var"):
        values = 1 + 0.2 * u
    elif name.endswith("cls_logits.bias"):
        values = u - 3
    elif name.endswith("weight"):
        values = 1 + 0.1 * u
    else:
        values = 0.1 * u
    return torch.from_numpy(values.reshape(shape)).to(torch.float32)


def image(index, sizes=SIZES):
    height, width = sizes[index]
    pixels = np.floor((uniform(f"image {index}", height * width * 3) + 1) * 128)
    return torch.from_numpy(pixels.reshape(height, width, 3)).to(torch.float32).permute(2, 0, 1) / 255


def build(variant, salt, logits=1, body=resnet.resnet18, channels=None, classes=CLASSES, size=(64, 96), detections=DETECTIONS):
    second = variant == "v2"
    channels = channels or (256 if second else 32)
    body = body(norm_layer=nn.BatchNorm2d if second else FrozenBatchNorm2d)
    backbone = _resnet_fpn_extractor(body, 5, [2, 3, 4], LastLevelP6P7(body.inplanes if second else channels, channels))
    backbone.fpn.extra_blocks.use_P5 = not second
    pyramid = backbone.fpn
    for blocks in (pyramid.inner_blocks, pyramid.layer_blocks):
        for block in blocks:
            old = block[0]
            block[0] = nn.Conv2d(old.in_channels if blocks is pyramid.inner_blocks else channels, channels, old.kernel_size, padding=old.padding)
    backbone.out_channels = channels
    anchors = _default_anchorgen()
    head = RetinaNetHead(channels, 9, classes, norm_layer=partial(nn.GroupNorm, 32) if second else None)
    if second:
        head.regression_head._loss_type = "giou"
    model = RetinaNet(backbone, classes, min_size=size[0], max_size=size[1], anchor_generator=anchors, head=head, detections_per_img=detections)
    state = {name: weight(name, tuple(old.shape), salt, logits) for name, old in model.state_dict().items() if "num_batches" not in name}
    model.load_state_dict(state, strict=False)
    return model, sorted(state)


def number(value):
    return float(f"{float(value):.9g}")


def sample(tensor):
    """Values at equal steps, and the root of the sum of squares of all."""
    flat = tensor.detach().double().flatten()
    step = max(1, len(flat) // SAMPLES)
    return {"count": len(flat), "step": step, "values": [number(v) for v in flat[::step][:SAMPLES]], "norm": number(flat.norm())}


def detect(model, images):
    with torch.no_grad():
        return [
            [[int(label), number(score), *map(number, box)] for label, score, box in zip(found["labels"], found["scores"], found["boxes"])]
            for found in model.eval()(images)
        ]


def stable(model, images, found, least=20, gap=2e-5):
    """Whether rounding decides nothing: the same in double, and no two scores of an image that are all but equal."""
    exact = detect(model.double(), [i.double() for i in images])
    model.float()
    for one, other in zip(found, exact):
        if len(one) < least or len(one) != len(other) or any(a[0] != b[0] or max(abs(x - y) for x, y in zip(a[2:], b[2:])) > 1e-3 for a, b in zip(one, other)):
            return False
        scores = [row[1] for row in one]
        if min(a - b for a, b in zip(scores, scores[1:])) < gap:
            return False
    return True


def candidates(model, images):
    """How many scores of each image pass the threshold."""
    with torch.no_grad():
        batch, _ = model.eval().transform(images)
        logits = model.head(list(model.backbone(batch.tensors).values()))["cls_logits"]
    return [int((one.sigmoid() > model.score_thresh).sum()) for one in logits]


def train(model, images, targets, steps, rate):
    """Both losses before each of some steps of SGD."""
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, weight_decay=1e-4)
    model.train()
    history = []
    for _ in range(steps):
        losses = model(images, targets)
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
        history.append([number(losses["classification"]), number(losses["bbox_regression"])])
    return history


def scaled(variant, images):
    """Detections where many candidates pass."""
    for salt in range(100):
        model, _ = build(variant, salt, logits=GAIN, detections=300)
        found = detect(model, images)
        if stable(model, images, found, least=50, gap=1e-6) and min(candidates(model, images)) >= 1000:
            print(variant, "scaled: salt", salt, "candidates", candidates(model, images), "kept", [len(f) for f in found])
            return {"salt": salt, "gain": GAIN, "detections": found}
    raise SystemExit(f"{variant}: no salt gives stable detections")


def run(variant):
    images = [image(0), image(1)]
    for salt in range(20):
        model, names = build(variant, salt)
        found = detect(model, images)
        if stable(model, images, found):
            break
    else:
        raise SystemExit(f"{variant}: no salt gives stable detections")
    print(variant, "salt", salt, [len(f) for f in found])

    model, names = build(variant, salt)
    model.eval()
    with torch.no_grad():
        batch, _ = model.transform(images)
        features = list(model.backbone(batch.tensors).values())
        outputs = model.head(features)
        counts = [f.shape[2] * f.shape[3] * 9 for f in features]
        levels = [
            {"logits": sample(logits), "deltas": sample(deltas)}
            for logits, deltas in zip(outputs["cls_logits"].split(counts, 1), outputs["bbox_regression"].split(counts, 1))
        ]
    print("logits", outputs["cls_logits"].mean(), outputs["cls_logits"].std(), "deltas", outputs["bbox_regression"].std())

    model.train()
    losses = model(images[:1], [{"boxes": torch.tensor(BOXES), "labels": torch.tensor(LABELS)}])
    sum(losses.values()).backward()
    wanted = [
        "backbone.body.conv1.weight",
        "backbone.body.layer1.0.conv1.weight",
        "backbone.body.layer3.0.downsample.0.weight",
        "backbone.body.layer4.1.conv2.weight",
        "backbone.fpn.inner_blocks.0.0.weight",
        "backbone.fpn.layer_blocks.2.0.bias",
        "backbone.fpn.extra_blocks.p6.weight",
        "backbone.fpn.extra_blocks.p7.bias",
        "head.classification_head.conv.0.0.weight",
        "head.classification_head.cls_logits.weight",
        "head.classification_head.cls_logits.bias",
        "head.regression_head.conv.3.0.weight",
        "head.regression_head.bbox_reg.weight",
    ]
    if variant == "v2":
        wanted += ["backbone.body.bn1.weight", "backbone.body.layer4.1.bn2.bias", "head.classification_head.conv.1.1.weight"]
    parameters = dict(model.named_parameters())
    targets = [{"boxes": torch.tensor(BOXES), "labels": torch.tensor(LABELS)}, {"boxes": torch.tensor(SECOND_BOXES, dtype=torch.float32), "labels": torch.tensor(SECOND_LABELS)}]
    history = train(build(variant, salt)[0], images, targets, STEPS, RATES[variant])
    exact = train(build(variant, salt)[0].double(), [i.double() for i in images], [{**t, "boxes": t["boxes"].double()} for t in targets], STEPS, RATES[variant])
    print("first and last losses", history[0], history[-1], "in double at most", max(abs(a / b - 1) for x, y in zip(history, exact) for a, b in zip(x, y)), "apart")
    statistics = ["backbone.body.bn1.running_mean", "backbone.body.layer4.1.bn2.running_var"] if variant == "v2" else []
    return {
        "salt": salt,
        "names": names,
        "levels": levels,
        "detections": found,
        "losses": {name: number(value) for name, value in losses.items()},
        "gradients": {name: sample(parameters[name].grad) for name in wanted},
        "scaled": scaled(variant, images),
        "rate": RATES[variant],
        "steps": history,
        "statistics": {name: sample(model.state_dict()[name]) for name in statistics},
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    golden = {variant: run(variant) for variant in ("v1", "v2")}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torchvision.json")
    with open(path, "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")
    print(path, os.path.getsize(path))
