#!/usr/bin/python3
"""Images per second of torchvision's data loading (Pillow in DataLoader workers), for comparison with `retina bench load`.
Needs Debian's python3-torchvision and python3-pil. Images are decoded, resized to the sizes that RetinaSharp uses, flipped at random in training,
and padded to a batch of bytes. There are no boxes, so anchors are not assigned.

torchvision_load.py FOLDER-OF-IMAGES [--names FILE] [--size 256x320] [--batch 8] [--workers 2] [--runs 5]
"""
import argparse
import json
import os
import random
import statistics
import time

import PIL.Image
import torch
import torchvision.transforms.functional as F


class Files(torch.utils.data.Dataset):
    def __init__(self, files, short, long, training):
        self.files, self.short, self.long, self.training = files, short, long, training

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = PIL.Image.open(self.files[index]).convert("RGB")
        scale = min(self.short / min(image.size), self.long / max(image.size))
        image = F.resize(image, [int(image.height * scale), int(image.width * scale)])
        if self.training and random.random() < .5:
            image = F.hflip(image)
        return F.pil_to_tensor(image)


def pad(images):
    height, width = (-(-max(image.shape[side] for image in images) // 32) * 32 for side in (1, 2))
    batch = torch.zeros(len(images), 3, height, width, dtype=torch.uint8)
    for index, image in enumerate(images):
        batch[index, :, :image.shape[1], :image.shape[2]] = image
    return batch


def rate(files, training, a):
    short, long = map(int, a.size.split("x"))
    loader = torch.utils.data.DataLoader(
        Files(files, short, long, training), a.batch, shuffle=training, drop_last=training, num_workers=a.workers,
        collate_fn=pad, persistent_workers=True)
    rates = []
    for _ in range(a.runs + 1):
        start = time.perf_counter()
        images = sum(len(batch) for batch in loader)
        rates.append(images / (time.perf_counter() - start))
    return images, statistics.median(rates[1:])


parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--names", help="a file with the names of the images to use, without extension")
parser.add_argument("--size", default="256x320")
parser.add_argument("--batch", type=int, default=8)
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--runs", type=int, default=5)
args = parser.parse_args()
torch.set_num_threads(1)
selected = set(open(args.names).read().split()) if args.names else None
names = sorted(name for name in os.listdir(args.folder)
               if name.lower().endswith((".jpg", ".jpeg", ".png")) and (selected is None or os.path.splitext(name)[0] in selected))
result = {}
for name, training in (("training", True), ("evaluation", False)):
    count, images_per_second = rate([os.path.join(args.folder, file) for file in names], training, args)
    result[f"load {count} images for {name}"] = images_per_second
print(json.dumps({"torch": torch.__version__, "workers": args.workers, "images_per_second": result}, indent=1))
