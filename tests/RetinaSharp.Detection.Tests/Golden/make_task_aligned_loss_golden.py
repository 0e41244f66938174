#!/usr/bin/python3
"""Makes task-aligned-loss.json: the classification loss of task alignment learning, which TaskAlignedLossTests compares with.

The formulas are those of MMDetection: TaskAlignedAssigner, without the 1e-7 that it adds to the highest alignment, and TOODHead, which takes the qualities as the
targets of quality focal loss and divides by their sum over the batch, at least 1. Varifocal loss with the same divisor is that of PaddleDetection's PPYOLOEHead. All is
in fp64, and a gradient is a central difference. A batch of three images is split into two shards: the first two images, and the third. Scenes whose outcome could
depend on fp32 rounding are rejected.

Needs Python only. Run in this folder: ./make_task_aligned_loss_golden.py > task-aligned-loss.json
"""
import json
from math import exp, log
from random import Random

SIDE = 32
LEVELS = range(3, 8)
CLASSES = 2
ANCHORS_PER_BOX = 4
IOU_POWER = 6
VARIFOCAL_ALPHA = .75
MARGIN = 1e-3
SHARDS = [[0, 1], [2]]
# The class of a box is its index. The boxes of the first image overlap; the second image has none.
BOXES = [[[2, 2.5, 27, 29.5], [9.5, 10, 31, 30.5]], [], [[5, 1.5, 30, 23.5]]]

# The point of every anchor, x, y and stride.
POINTS = [(column * stride, row * stride, stride) for stride in (2 ** level for level in LEVELS) for row in range(-(-SIDE // stride)) for column in range(-(-SIDE // stride))]


class Unclear(Exception):
    """The outcome could depend on rounding, or the scene is not what it is meant to be."""


def require(condition):
    if not condition:
        raise Unclear


def eighths(value):
    """Rounds to what fp32 represents exactly, boxes and their areas included."""
    return round(value * 8) / 8


def sides(point, box):
    x, y, _ = point
    return [x - box[0], y - box[1], box[2] - x, box[3] - y]


def is_inside(point, box):
    margin = min(sides(point, box)) - .01
    require(abs(margin) > .1)
    return margin > 0


def iou(a, b):
    width, height = (max(min(a[i + 2], b[i + 2]) - max(a[i], b[i]), 0) for i in (0, 1))
    area_a, area_b = ((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return width * height / (area_a + area_b - width * height) if width * height > 0 else 0


def predict(random, boxes, factor):
    """Logits and distances to the edges of a box in strides. At anchors inside of a ground-truth box, these are about the distances of such a box, times the factor."""
    logits, distances = [], []
    for point in POINTS:
        around = [box for box in boxes if is_inside(point, box)]
        logits += [eighths(random.gauss(0 if around else -2, 1)) for _ in range(CLASSES)]
        aim = [side / point[2] * factor for side in sides(point, random.choice(around))] if around else [factor / 4] * 4
        distances += [max(eighths(value * random.uniform(.8, 1.2)), .125) for value in aim]
    return logits, distances


def sigmoid(x):
    return 1 / (1 + exp(-x))


def assign(boxes, logits, distances):
    """The label and the quality of each anchor; label -1 is background."""
    predicted = []
    for i, (x, y, stride) in enumerate(POINTS):
        left, top, right, bottom = (distance * stride for distance in distances[4 * i:4 * i + 4])
        predicted.append([x - left, y - top, x + right, y + bottom])
    overlaps = [[iou(one, box) for one in predicted] for box in boxes]
    alignments = [[sigmoid(logits[CLASSES * i + label]) * overlaps[label][i] ** IOU_POWER for i in range(len(POINTS))] for label in range(len(boxes))]

    taken_by = {}
    for label, box in enumerate(boxes):
        for anchor in best(alignments[label], [i for i, point in enumerate(POINTS) if is_inside(point, box)]):
            taken_by.setdefault(anchor, []).append(label)
    labels, qualities = [-1] * len(POINTS), [0] * len(POINTS)
    for anchor, candidates in taken_by.items():
        values = sorted(overlaps[label][anchor] for label in candidates)
        require(len(values) < 2 or values[-1] > values[-2] + MARGIN)
        labels[anchor] = max(candidates, key=lambda label: overlaps[label][anchor])
    for label in range(len(boxes)):
        own = [i for i in range(len(POINTS)) if labels[i] == label]
        require(own)
        for i in own:
            qualities[i] = alignments[label][i] / max(alignments[label][k] for k in own) * max(overlaps[label][k] for k in own)
    return labels, qualities, sum(len(candidates) > 1 for candidates in taken_by.values())


def best(alignments, inside):
    """The anchors of a box: MMDetection drops those that are not inside after it has chosen the best; here both orders must give the same."""
    def choose(anchors):
        order = sorted(anchors, key=lambda i: -alignments[i])
        last, next_one = alignments[order[ANCHORS_PER_BOX - 1]], alignments[order[ANCHORS_PER_BOX]]
        require(last > next_one * (1 + MARGIN))
        return set(order[:ANCHORS_PER_BOX])

    chosen = choose(inside)
    require(chosen == choose(range(len(POINTS))))
    return chosen


def cross_entropy(p, y):
    return -(y * log(p) if y > 0 else 0) - (1 - y) * log(1 - p)


def quality_focal(x, y):
    p = sigmoid(x)
    return abs(y - p) ** 2 * cross_entropy(p, y)


def varifocal(x, y):
    p = sigmoid(x)
    return (y if y > 0 else VARIFOCAL_ALPHA * p ** 2) * cross_entropy(p, y)


def evaluate(loss, images, divisor):
    step = 1e-5
    values, gradients = [], []
    for logits, labels, qualities in images:
        targets = [qualities[i // CLASSES] if labels[i // CLASSES] == i % CLASSES else 0 for i in range(len(logits))]
        values.append(sum(map(loss, logits, targets)) / divisor)
        gradients.append([float(f"{(loss(x + step, y) - loss(x - step, y)) / (2 * step * divisor):.9g}") for x, y in zip(logits, targets)])
    return dict(values=[sum(values[i] for i in shard) for shard in SHARDS], gradients=gradients)


def make_scene(random, factors):
    predictions = [predict(random, boxes, factor) for boxes, factor in zip(BOXES, factors)]
    assigned = [assign(boxes, *one) for boxes, one in zip(BOXES, predictions)]
    images = [(logits, labels, qualities) for (logits, _), (labels, qualities, _) in zip(predictions, assigned)]
    sums = [sum(sum(images[i][2]) for i in shard) for shard in SHARDS]
    # An anchor that two boxes want, and positives on more than one level.
    require(assigned[0][2] > 0 and len({POINTS[i][2] for i, label in enumerate(assigned[0][0]) if label >= 0}) > 1)
    divisor = max(sum(sums), 1)
    return dict(
        images=[dict(boxes=boxes, logits=logits, distances=distances) for boxes, (logits, distances) in zip(BOXES, predictions)],
        positives=sum(label >= 0 for _, labels, _ in images for label in labels), qualitySums=sums,
        qualityFocal=evaluate(quality_focal, images, divisor), varifocal=evaluate(varifocal, images, divisor))


def first_scene(seed, factors, is_meant):
    random = Random(seed)
    while True:
        try:
            scene = make_scene(random, factors)
            require(is_meant(*scene["qualitySums"]))
            return scene
        except Unclear:
            pass


scenes = {
    # Either shard alone would have another divisor.
    "good boxes": first_scene(1, [1, 1, 1], lambda first, second: min(first, second) > 1.2),
    # The second shard alone would be divided by 1.
    "bad boxes in the second shard": first_scene(2, [1, 1, .4], lambda first, second: first > 1.2 and second < .8),
    # The qualities of both shards add up to less than 1.
    "bad boxes": first_scene(3, [.35, 1, .35], lambda first, second: first + second < .9),
}
print("{" + ",\n".join(f"{json.dumps(name)}:{json.dumps(scene, separators=(',', ':'))}" for name, scene in scenes.items()) + "}")
