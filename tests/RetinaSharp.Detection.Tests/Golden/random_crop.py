"""Prints the mean of the greatest IoU of the parts that SSD's random crop, by the rules of torchvision's RandomIoUCrop without the option "whole image", draws of the
image of ImageAugmentationTests.Draw_Crop_MeetsTheConditionsOfSsd. A least IoU that no part reaches in 40 trials is drawn again. Needs Python 3 only."""

import random

WIDTH, HEIGHT = 300, 200
BOXES = [(20, 30, 90, 80), (200, 100, 290, 190)]
RUNS = 40_000


def iou(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(0, width) * max(0, height)
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def draw():
    while True:
        least = random.choice([0, 0.1, 0.3, 0.5, 0.7, 0.9])
        for _ in range(40):
            width, height = int(WIDTH * random.uniform(0.3, 1)), int(HEIGHT * random.uniform(0.3, 1))
            if not 0.5 <= width / height <= 2:
                continue
            left, top = int((WIDTH - width) * random.random()), int((HEIGHT - height) * random.random())
            part = (left, top, left + width, top + height)
            inside = [b for b in BOXES if left < (b[0] + b[2]) / 2 < left + width and top < (b[1] + b[3]) / 2 < top + height]
            if inside and max(iou(part, b) for b in inside) >= least:
                return max(iou(part, b) for b in BOXES)


random.seed(1)
print(sum(draw() for _ in range(RUNS)) / RUNS)
