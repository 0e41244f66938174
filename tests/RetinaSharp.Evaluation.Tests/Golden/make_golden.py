"""Makes small-sets.json: random small sets with their twelve COCO figures.

The figures come from this file's own reading of the COCO protocol, which goes image by image and setting by setting on
numpy, as pycocotools does. It is slow and plain on purpose. With arguments it checks itself first:

    make_golden.py [TRUTH.json DETECTIONS.json AP AR100]

where the two figures are pycocotools' for that pair and must come out to the last bit. Needs numpy 1.24 or newer.
"""

import json
import pathlib
import random
import sys

import numpy as np

IOU = np.linspace(0.5, 0.95, 10)
RECALL = np.linspace(0.0, 1.0, 101)
AREAS = [(0, 1e10), (0, 32**2), (32**2, 96**2), (96**2, 1e10)]
LIMITS = [1, 10, 100]
NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]


def overlap(d, g, crowd):
    w = min(d[2] + d[0], g[2] + g[0]) - max(d[0], g[0])
    h = min(d[3] + d[1], g[3] + g[1]) - max(d[1], g[1])
    if w <= 0 or h <= 0:
        return 0.0
    i = w * h
    return i / (d[2] * d[3] if crowd else d[2] * d[3] + g[2] * g[3] - i)


def match_image(truths, detections, area):
    """Scores, and for each threshold the matched id and the ignore flag of every detection; the truth's ignore flags."""
    outside = lambda a: a < area[0] or a > area[1]
    truths = sorted(truths, key=lambda g: bool(g["iscrowd"] or outside(g["area"])))
    ignored = [bool(g["iscrowd"] or outside(g["area"])) for g in truths]
    ids = np.zeros((len(IOU), len(detections)))
    skip = np.zeros((len(IOU), len(detections)), dtype=bool)
    for t, threshold in enumerate(IOU):
        taken = [False] * len(truths)
        for k, detection in enumerate(detections):
            best, least = None, min(threshold, 1 - 1e-10)
            for j, truth in enumerate(truths):
                if taken[j] and not truth["iscrowd"]:
                    continue
                if best is not None and not ignored[best] and ignored[j]:
                    break
                iou = overlap(detection["bbox"], truth["bbox"], truth["iscrowd"])
                if iou >= least:
                    best, least = j, iou
            if best is not None:
                taken[best] = True
                ids[t, k] = truths[best]["id"]
                skip[t, k] = ignored[best]
            if ids[t, k] == 0 and outside(detection["bbox"][2] * detection["bbox"][3]):
                skip[t, k] = True
    return [d["score"] for d in detections], ids, skip, ignored


def measure(images, area, limit):
    """Precision [T, R] and recall [T] of one class, or None without truth."""
    scores = np.concatenate([s[:limit] for s, _, _, _ in images]) if images else np.zeros(0)
    if sum(ignored.count(False) for _, _, _, ignored in images) == 0:
        return None
    positives = sum(ignored.count(False) for _, _, _, ignored in images)
    order = np.argsort(-scores, kind="mergesort")
    ids = np.concatenate([m[:, :limit] for _, m, _, _ in images], axis=1)[:, order]
    skip = np.concatenate([m[:, :limit] for _, _, m, _ in images], axis=1)[:, order]
    precision, recall = np.zeros((len(IOU), len(RECALL))), np.zeros(len(IOU))
    for t in range(len(IOU)):
        right = np.cumsum((ids[t] != 0) & ~skip[t]).astype(float)
        wrong = np.cumsum((ids[t] == 0) & ~skip[t]).astype(float)
        if len(right) == 0:
            continue
        reached = right / positives
        recall[t] = reached[-1]
        envelope = np.maximum.accumulate((right / (wrong + right + np.spacing(1)))[::-1])[::-1]
        for r, place in enumerate(np.searchsorted(reached, RECALL, side="left")):
            if place < len(envelope):
                precision[t, r] = envelope[place]
    return precision, recall


def evaluate(truth, detections):
    image_ids = sorted(i["id"] for i in truth["images"])
    class_ids = sorted(c["id"] for c in truth["categories"])
    truths, found = {}, {}
    for g in truth["annotations"]:
        truths.setdefault((g["image_id"], g["category_id"]), []).append(g)
    for d in detections:
        found.setdefault((d["image_id"], d["category_id"]), []).append(d)
    precision = -np.ones((len(IOU), len(RECALL), len(class_ids), len(AREAS)))
    recall = -np.ones((len(IOU), len(class_ids), len(AREAS), len(LIMITS)))
    for k, class_id in enumerate(class_ids):
        for a, area in enumerate(AREAS):
            images = []
            for image_id in image_ids:
                g, d = truths.get((image_id, class_id), []), found.get((image_id, class_id), [])
                if g or d:
                    images.append(match_image(g, sorted(d, key=lambda x: -x["score"])[: LIMITS[-1]], area))
            for m, limit in enumerate(LIMITS):
                measured = measure(images, area, limit)
                if measured is not None:
                    recall[:, k, a, m] = measured[1]
                    if m == 2:
                        precision[:, :, k, a] = measured[0]

    mean = lambda values: float(np.mean(values[values > -1])) if (values > -1).any() else -1.0
    figures = [mean(precision[:, :, :, 0]), mean(precision[0:1, :, :, 0]), mean(precision[5:6, :, :, 0])]
    figures += [mean(precision[:, :, :, a]) for a in (1, 2, 3)]
    figures += [mean(recall[:, :, 0, m]) for m in range(3)] + [mean(recall[:, :, a, 2]) for a in (1, 2, 3)]
    return dict(zip(NAMES, figures))


def random_set(seed):
    draw = random.Random(seed)
    images, classes = [{"id": i * 7 % 11 + 1} for i in range(draw.randint(1, 9))], draw.randint(1, 5)
    annotations, detections, next_id = [], [], draw.choice([0, 1])
    for image in images:
        for _ in range(draw.randint(0, 7)):
            # Sides of 32 and 96 are frequent, so that areas lie on the borders of the ranges.
            box = [draw.randint(0, 60), draw.randint(0, 60), draw.choice([8, 20, 32, 50, 96, 120]), draw.choice([8, 20, 32, 50, 96, 120])]
            crowd, class_id = int(draw.random() < 0.12), 3 * draw.randint(1, classes)
            area = float(box[2] * box[3]) * draw.choice([1, 1, 0.7])
            annotations.append({"id": next_id, "image_id": image["id"], "category_id": class_id, "bbox": box, "area": area, "iscrowd": crowd})
            next_id += 1
            for _ in range(draw.randint(0, 14 if crowd else 4)):
                jitter = draw.choice([0, 0, 1, 2, 3, 6])
                moved = [v + draw.randint(-jitter, jitter) * draw.choice([1, 0.5, 0.3]) for v in box]
                detected = draw.choice([class_id] * 9 + [3, 99])
                # Few scores, so that ties are frequent.
                score = draw.choice([0.1, 0.3, 0.5, 0.5, 0.7, 0.9])
                detections.append({"image_id": image["id"], "category_id": detected, "bbox": moved, "score": score})
        for _ in range(draw.choice([0, 1, 3, 110]) if seed % 5 == 0 else draw.randint(0, 3)):
            box = [draw.randint(0, 60), draw.randint(0, 60), draw.choice([8, 32, 96]), draw.choice([8, 32, 96])]
            detections.append({"image_id": image["id"], "category_id": 3 * draw.randint(1, classes), "bbox": box, "score": draw.choice([0.2, 0.4, 0.6])})
    draw.shuffle(detections)
    # One category more than is ever drawn, and not in order.
    categories = [{"id": 3 * k, "name": f"class {k}"} for k in range(classes + 1, 0, -1)]
    return {"images": images, "categories": categories, "annotations": annotations}, detections


def compact(truth, detections):
    return {
        "images": [i["id"] for i in truth["images"]],
        "categories": [c["id"] for c in truth["categories"]],
        "annotations": [[a["id"], a["image_id"], a["category_id"], *a["bbox"], a["area"], a["iscrowd"]] for a in truth["annotations"]],
        "detections": [[d["image_id"], d["category_id"], *d["bbox"], d["score"]] for d in detections],
        "figures": evaluate(truth, detections),
    }


if __name__ == "__main__":
    if len(sys.argv) == 5:
        result = evaluate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))
        assert [result["AP"], result["AR100"]] == [float(v) for v in sys.argv[3:]], result
    sets = [compact(*random_set(seed)) for seed in range(12)]
    lines = ",\n".join(json.dumps(s, separators=(",", ":")) for s in sets)
    (pathlib.Path(__file__).parent / "small-sets.json").write_text("[\n" + lines + "\n]\n")
