#!/usr/bin/python3
"""Makes suppression.json: Soft-NMS (arXiv 1704.04503, linear and Gaussian), weighted boxes fusion (arXiv 1910.13302) and score voting
(arXiv 2007.08103), naively in fp64.
Needs NumPy. Run in this folder: ./make_suppression_golden.py > suppression.json
"""
import json

import numpy as np

random = np.random.default_rng(7)


def iou(a, b):
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    if sides.min() <= 0:
        return 0.
    common = sides.prod()
    return common / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - common)


def soft_nms(boxes, scores, factor, threshold):
    """Figure 2 of the paper for one class. As in the authors' code, a box is dropped once its score falls to the threshold."""
    scores, left, selected = scores.copy(), list(range(len(boxes))), []
    while left:
        left = [i for i in left if scores[i] > threshold]
        if not left:
            break
        best = max(left, key=lambda i: scores[i])
        selected.append((best, scores[best]))
        left.remove(best)
        for i in left:
            scores[i] *= factor(iou(boxes[best], boxes[i]))
    return selected


def fuse(boxes, scores, weights, threshold):
    """Section 3 of the paper for one class: steps 1 to 6 with scores multiplied by the weights of their models; the mean score over all models."""
    clusters, fused = [], []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i] * weights[i]):
        overlaps = [iou(box, boxes[i]) for box in fused]
        nearest = int(np.argmax(overlaps)) if overlaps else -1
        if nearest >= 0 and overlaps[nearest] > threshold:
            clusters[nearest].append(i)
        else:
            nearest = len(clusters)
            clusters.append([i])
            fused.append(None)
        members = clusters[nearest]
        fused[nearest] = np.average(boxes[members], axis=0, weights=(scores * weights)[members])
    return [(members[0], box, (scores * weights)[members].sum(), weights[members].sum()) for members, box in zip(clusters, fused)]


def vote(boxes, scores, threshold, sigma):
    """NMS and section 3.4 of the paper for one class."""
    left, voted = sorted(range(len(boxes)), key=lambda i: -scores[i]), []
    while left:
        best = left[0]
        overlaps = np.array([iou(boxes[best], box) for box in boxes])
        weights = np.where(overlaps > 0, np.exp(-(1 - overlaps) ** 2 / sigma) * scores, 0)
        voted.append((best, np.average(boxes, axis=0, weights=weights)))
        left = [i for i in left if overlaps[i] <= threshold]
    return voted


def by_class(run):
    """Runs a function on the boxes of each class, and translates the indices that it returns."""
    results = []
    for label in range(classes):
        mine = np.flatnonzero(labels == label)
        results += [(int(mine[i]), *rest) for i, *rest in run(mine)]
    return results


# Twelve objects, each detected several times. Coordinates are multiples of 1/8, which fp32 represents exactly; all scores differ.
count, classes, models = 60, 3, [2., 1, .5]
centers, sizes = random.uniform(20, 100, (12, 2)), random.uniform(15, 50, (12, 2))
objects = random.integers(0, 12, count)
center, size = centers[objects] + random.normal(0, 3, (count, 2)), sizes[objects] * random.uniform(.8, 1.2, (count, 2))
boxes = np.round(8 * np.concatenate([center - size / 2, center + size / 2], 1)) / 8
scores = (random.permutation(count) + 1) / 64.
labels = objects % classes
weights = np.array(models)[random.integers(0, len(models), count)]
result = dict(boxes=boxes.tolist(), scores=scores.tolist(), labels=labels.tolist(), weights=weights.tolist())
for name, factor in [("linear", lambda x: 1 - x if x > .3 else 1), ("gaussian", lambda x: np.exp(-x * x / .5))]:
    found = sorted(by_class(lambda mine: soft_nms(boxes[mine], scores[mine], factor, .05)), key=lambda one: -one[1])
    result[name] = dict(index=[i for i, _ in found], score=[float(f"{score:.9g}") for _, score in found])
for name, weight in [("fusion", np.ones(count)), ("weighted_fusion", weights)]:
    found = sorted(by_class(lambda mine: fuse(boxes[mine], scores[mine], weight[mine], .55)), key=lambda one: (-(scores * weight)[one[0]], one[0]))
    total = 3 if name == "fusion" else sum(models)
    result[name] = dict(
        index=[i for i, *_ in found], boxes=[[float(f"{x:.9g}") for x in box] for _, box, *_ in found],
        score=[float(f"{score / max(total, weight):.9g}") for *_, score, weight in found])
found = sorted(by_class(lambda mine: vote(boxes[mine], scores[mine], .5, .025)), key=lambda one: -scores[one[0]])
result["voting"] = dict(index=[i for i, _ in found], boxes=[[float(f"{x:.9g}") for x in box] for _, box in found])
print("{" + ",\n".join(f"{json.dumps(key)}:{json.dumps(part, separators=(',', ':'))}" for key, part in result.items()) + "}")
