#!/usr/bin/python3
"""Makes matcher.json: which box each anchor learns, by torchvision's box_iou and Matcher.

Needs torch and torchvision (Debian: python3-torchvision; made with 0.14). Run in this folder: ./make_matcher_golden.py > matcher.json
"""
import json

import torch
from torchvision.models.detection._utils import Matcher
from torchvision.ops import box_iou

ANCHORS = 150
BOXES = 9

torch.manual_seed(3)


def draw(count, side):
    """Whole pixels of a small image, so that many IoUs are equal."""
    corner = torch.randint(0, 14, (count, 2))
    return torch.cat([corner, corner + torch.randint(1, side, (count, 2))], 1).float()


def match(anchors, boxes, foreground, background, floor):
    """The floor is RetinaSharp's: a box takes its best anchors only if their IoU is at least that. torchvision's is 0; None takes none."""
    iou = box_iou(boxes, anchors)
    matcher = Matcher(foreground, background, allow_low_quality_matches=False)
    matches = matcher(iou)
    if floor is not None:
        matcher.set_low_quality_matches_(matches, iou.max(dim=0).indices, iou[iou.max(dim=1).values >= floor])
        # With no floor, this is all of torchvision's own.
        assert floor > 0 or torch.equal(matches, Matcher(foreground, background, allow_low_quality_matches=True)(iou))
    return matches.tolist()


cases = []
anchors = draw(ANCHORS, 10)
for foreground, background in [(.5, .4), (.7, .3), (.5, .5)]:
    for far in [False, True]:
        boxes = draw(BOXES, 12)
        boxes[3] = boxes[6]
        boxes[1] = anchors[7]
        if far:
            boxes[4] = torch.tensor([900., 900, 910, 910])
        for floor in [None, 0, .2, .45]:
            # At floor 0, a box that no anchor overlaps makes every anchor positive.
            cases.append(dict(
                boxes=boxes.int().tolist(), foreground=foreground, background=background, floor=floor,
                matches=match(anchors, boxes, foreground, background, floor)))

print(json.dumps(dict(anchors=anchors.int().tolist(), cases=cases), separators=(",", ":")))
