#!/usr/bin/python3
"""Makes assigners.json: the positive anchors of ATSS, FCOS, TOOD and SimOTA, which AssignerGoldenTests compares with.

FCOS is torchvision's own code. The others are the formulas of the ATSS authors' code, and of MMDetection's TaskAlignedAssigner with TOODHead's normalization, and
SimOTAAssigner, as full matrices in double precision. Scenes whose outcome could depend on fp32 rounding are rejected.

Needs torch and torchvision (Debian: python3-torchvision; made with 0.14). Run in this folder: ./make_assigner_golden.py > assigners.json
"""
import json
from types import SimpleNamespace

import numpy as np
import torch
from make_torchvision_golden import uniform
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.fcos import FCOS

HEIGHT, WIDTH = 96, 128
LEVELS = [3, 4, 5]
CLASSES = 4
MARGIN = 1e-5
NINE = ([1, 2 ** (1 / 3), 2 ** (2 / 3)], [.5, 1, 2])
ONE = ([1], [1])


class Unclear(Exception):
    """The outcome could depend on rounding."""


def require(condition):
    if not condition:
        raise Unclear


def anchors_of(scales, ratios, base):
    """[anchors, 4] boxes, [anchors] strides, and the number of anchors of each level."""
    boxes, strides, counts = [], [], []
    for level in LEVELS:
        stride = 2 ** level
        cells = []
        for scale in scales:
            for ratio in ratios:
                width = base * stride * scale / np.sqrt(ratio)
                cells.append([-width / 2, -width * ratio / 2, width / 2, width * ratio / 2])
        rows, columns = -(-HEIGHT // stride), -(-WIDTH // stride)
        y, x = np.meshgrid(np.arange(rows) * stride, np.arange(columns) * stride, indexing="ij")
        shifts = np.stack([x, y, x, y], -1).reshape(-1, 1, 4)
        boxes.append((shifts + np.array(cells)).reshape(-1, 4))
        strides += [stride] * len(boxes[-1])
        counts.append(len(boxes[-1]))
    return np.concatenate(boxes), np.array(strides, float), counts


def centers_of(boxes):
    # The centers are whole pixels; the average of two rounded edges need not be.
    return np.round((boxes[:, :2] + boxes[:, 2:]) / 2)


def predict(name, anchors, strides):
    """Predicted boxes and logits that follow from a formula, exact in fp32; AssignerGoldenTests has the same."""
    n = len(anchors)
    u = uniform("boxes " + name, 4 * n).reshape(n, 4)
    center = centers_of(anchors) + strides[:, None] * u[:, :2]
    size = strides[:, None] * (4 + 2 * u[:, 2:])
    boxes = np.floor(np.concatenate([center - size / 2, center + size / 2], 1) * 8) / 8
    return boxes, np.floor(uniform("logits " + name, n * CLASSES).reshape(n, CLASSES) * 3 * 64) / 64 - 1


def iou_matrix(a, b):
    overlap = (np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])).clip(0).prod(-1)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(-1), (b[:, 2:] - b[:, :2]).prod(-1)
    return overlap / np.maximum(area_a[:, None] + area_b[None] - overlap, 1e-6)


def edge_distances(centers, boxes):
    """[anchors, boxes, 4]"""
    return np.concatenate([centers[:, None] - boxes[None, :, :2], boxes[None, :, 2:] - centers[:, None]], -1)


def highest(values, chosen):
    """For each row the column with the highest value among the chosen, or -1."""
    masked = np.where(chosen, values, -np.inf)
    if masked.shape[1] > 1:
        second, first = np.sort(masked, 1)[:, -2:].T
        # Equal boxes are equal in every precision.
        require(not np.any((second < first) & (second > first - MARGIN)))
    return np.where(chosen.any(1), masked.argmax(1), -1)


def atss(anchors, counts, boxes, k):
    iou = iou_matrix(anchors, boxes)
    centers = centers_of(anchors)
    distance = ((centers[:, None] - ((boxes[:, :2] + boxes[:, 2:]) / 2)[None]) ** 2).sum(-1)
    candidate = np.zeros(iou.shape, bool)
    start = 0
    for count in counts:
        nearest = start + np.argsort(distance[start:start + count], axis=0, kind="stable")[:k]
        np.put_along_axis(candidate, nearest, True, 0)
        start += count
    positive = np.zeros(iou.shape, bool)
    for j in range(len(boxes)):
        values = torch.tensor(iou[candidate[:, j], j])
        threshold = (values.mean() + values.std()).item()
        require((values - threshold).abs().min() > MARGIN)
        positive[:, j] = candidate[:, j] & (iou[:, j] >= threshold)
    inside = edge_distances(centers, boxes).min(-1)
    require(np.abs(inside - .01).min() > 1e-4)
    return highest(iou, positive & (inside > .01))


def task_aligned(anchors, boxes, classes, predicted, logits, k, alpha, beta):
    """The positives, their qualities, and whether it matters that MMDetection drops anchors centered outside after the choice of the best k."""
    iou = iou_matrix(predicted, boxes)
    alignment = (1 / (1 + np.exp(-logits[:, classes]))) ** alpha * iou ** beta
    inside = edge_distances(centers_of(anchors), boxes).min(-1) > .01

    def choose(values):
        chosen = np.zeros(iou.shape, bool)
        for j in range(len(boxes)):
            order = np.argsort(-values[:, j], kind="stable")
            edge = values[order[k - 1:k + 1], j]
            require(edge[1] < edge[0] * (1 - MARGIN) or edge[0] <= 0)
            chosen[order[:k], j] = values[order[:k], j] > 0
        return chosen

    chosen = choose(np.where(inside, alignment, 0))
    order_matters = np.any(chosen != choose(alignment) & inside)
    matches = highest(iou, chosen)
    qualities = np.zeros(len(anchors))
    for j in set(matches[matches >= 0]):
        of_box = matches == j
        qualities[of_box] = alignment[of_box, j] / alignment[of_box, j].max() * iou[of_box, j].max()
    return matches, qualities[matches >= 0], order_matters


def sim_ota(anchors, strides, boxes, classes, predicted, logits, radius, k, weight):
    """The candidates are those of all boxes, as in MMDetection; RetinaSharp's, those of each box, give the same here."""
    centers = centers_of(anchors)
    in_box = edge_distances(centers, boxes).min(-1) > 0
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    in_region = (np.abs(centers[:, None] - middle[None]) < radius * strides[:, None, None]).all(-1)
    candidate = np.broadcast_to((in_box | in_region).any(1, keepdims=True), in_box.shape)
    iou = np.where(candidate, iou_matrix(predicted, boxes), 0)
    scores = torch.tensor(logits).sigmoid()
    cost = np.zeros(iou.shape)
    for j, index in enumerate(classes):
        target = torch.zeros_like(scores)
        target[:, index] = 1
        cost[:, j] = torch.nn.functional.binary_cross_entropy(scores, target, reduction="none").sum(1).numpy()
    cost = np.where(candidate, cost - weight * np.log(iou + 1e-7) + 100000 * ~(in_box & in_region), np.inf)
    chosen = np.zeros(iou.shape, bool)
    for j in range(len(boxes)):
        total = np.sort(iou[:, j])[-k:].sum()
        require(abs(total - round(total)) > MARGIN or total < .5)
        count = max(int(total), 1)
        order = np.argsort(cost[:, j], kind="stable")
        require(cost[order[count], j] - cost[order[count - 1], j] > MARGIN)
        chosen[order[:count], j] = cost[order[:count], j] < np.inf
    contested = chosen.sum(1) > 1
    chosen[contested] = candidate[contested]
    return highest(-cost, chosen)


def fcos(height, width, boxes, radius):
    """torchvision's own matches."""
    generator = AnchorGenerator(((8,), (16,), (32,), (64,), (128,)), ((1.0,),) * 5)
    maps = [torch.zeros(1, 1, -(-height // stride), -(-width // stride)) for stride in (8, 16, 32, 64, 128)]
    images = SimpleNamespace(tensors=torch.zeros(1, 3, height, width), image_sizes=[(height, width)])
    matched = []
    model = SimpleNamespace(center_sampling_radius=radius, head=SimpleNamespace(compute_loss=lambda *arguments: matched.append(arguments[-1])))
    areas = np.sort((boxes[:, 2:] - boxes[:, :2]).prod(-1))
    require(np.all((np.diff(areas) > 16) | (np.diff(areas) == 0)))
    FCOS.compute_loss(model, [dict(boxes=torch.tensor(boxes).float())], None, generator(images, maps), [m.shape[2] * m.shape[3] for m in maps])
    return matched[0][0].numpy()


def draw_boxes(random, count, height, width):
    """Multiples of 1/4 pixel, some of them partly outside of the image, one of them twice."""
    size = np.exp(random.uniform(np.log(6), np.log(height * 1.1), (count, 2)))
    center = random.uniform(0, 1, (count, 2)) * [width, height]
    boxes = np.round(np.concatenate([center - size / 2, center + size / 2], 1) * 4) / 4
    if count > 3:
        boxes[3] = boxes[1]
    return boxes


def sparse(matches):
    positives = np.nonzero(matches >= 0)[0]
    return dict(positives=positives.tolist(), matches=matches[positives].tolist())


def cases_of(make, count, seed):
    """The first scenes whose outcome is clear and has positives."""
    random = np.random.default_rng(seed)
    cases = []
    while len(cases) < count:
        try:
            case = make(random)
        except Unclear:
            continue
        if case["positives"]:
            cases.append(case)
    return cases


def make_atss(random, layout, base, boxes, k):
    anchors, _, counts = anchors_of(*layout, base)
    boxes = draw_boxes(random, boxes, HEIGHT, WIDTH)
    return dict(scales=layout[0], ratios=layout[1], baseSize=base, boxes=boxes.tolist(), k=k, **sparse(atss(anchors, counts, boxes, k * len(layout[0]) * len(layout[1]))))


def make_task_aligned(random, layout, boxes, k, alpha, beta):
    anchors, strides, _ = anchors_of(*layout, 4)
    boxes = draw_boxes(random, boxes, HEIGHT, WIDTH)
    classes = random.integers(0, CLASSES, len(boxes))
    seed = str(random.integers(1000))
    matches, qualities, order_matters = task_aligned(anchors, boxes, classes, *predict(seed, anchors, strides), k, alpha, beta)
    return dict(scales=layout[0], ratios=layout[1], baseSize=4, boxes=boxes.tolist(), classes=classes.tolist(), predictions=seed, k=k, alpha=alpha, beta=beta,
                orderMatters=bool(order_matters), **sparse(matches), qualities=np.round(qualities, 7).tolist())


def make_sim_ota(random, layout, boxes, radius, k, weight):
    anchors, strides, _ = anchors_of(*layout, 4)
    boxes = draw_boxes(random, boxes, HEIGHT, WIDTH)
    classes = random.integers(0, CLASSES, len(boxes))
    seed = str(random.integers(1000))
    matches = sim_ota(anchors, strides, boxes, classes, *predict(seed, anchors, strides), radius, k, weight)
    return dict(scales=layout[0], ratios=layout[1], baseSize=4, boxes=boxes.tolist(), classes=classes.tolist(), predictions=seed, radius=radius, k=k, weight=weight,
                **sparse(matches))


def make_fcos(random, height, width, boxes, radius):
    boxes = draw_boxes(random, boxes, height, width)
    return dict(height=height, width=width, boxes=boxes.tolist(), radius=radius, **sparse(fcos(height, width, boxes, radius)))


def main():
    atss_cases, task_cases, sim_cases, fcos_cases = [], [], [], []
    for seed, (layout, base, boxes, k) in enumerate([(ONE, 8, 6, 9), (ONE, 4, 12, 9), (NINE, 4, 6, 9), (NINE, 4, 8, 3), (NINE, 4, 5, 1), (ONE, 8, 5, 1000)]):
        atss_cases += cases_of(lambda random: make_atss(random, layout, base, boxes, k), 3, seed)
    for seed, (layout, boxes, k, alpha, beta) in enumerate([(ONE, 5, 13, 1, 6), (ONE, 8, 5, .5, 2), (NINE, 5, 13, 1, 6), (ONE, 1, 2, 1, 6)]):
        task_cases += cases_of(lambda random: make_task_aligned(random, layout, boxes, k, alpha, beta), 3, seed)
    for seed, (layout, boxes, radius, k, weight) in enumerate([(ONE, 1, 2.5, 10, 3), (ONE, 7, 2.5, 10, 3), (NINE, 1, 2.5, 10, 3), (NINE, 4, 1.5, 6, 2)]):
        sim_cases += cases_of(lambda random: make_sim_ota(random, layout, boxes, radius, k, weight), 3, seed)
    for seed, (height, width, boxes, radius) in enumerate([(256, 320, 12, 1.5), (200, 333, 12, 1.5), (512, 640, 20, 2.5), (96, 96, 1, 1.5)]):
        fcos_cases += cases_of(lambda random: make_fcos(random, height, width, boxes, radius), 3, seed)
    assert {case["orderMatters"] for case in task_cases} == {True, False}
    for case in task_cases:
        del case["orderMatters"]
    print(json.dumps(dict(height=HEIGHT, width=WIDTH, minLevel=LEVELS[0], maxLevel=LEVELS[-1], classes=CLASSES,
                          atss=atss_cases, taskAligned=task_cases, simOta=sim_cases, fcos=fcos_cases), separators=(",", ":")))


if __name__ == "__main__":
    main()
