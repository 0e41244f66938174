#!/usr/bin/python3
"""Compares the time of a whole process that detects objects in one image, `retina detect` and Python with torchvision, in alternating pairs.
compare_start.py IMAGE [--pairs 7]

Both have the same random weights of retinanet_resnet50_fpn, with torchvision's settings. Needs Debian's python3-torchvision.
Prints each pair, and the median of the ratios (ours / theirs; below 1: ours is faster) with their range.
"""
import argparse, os, statistics, subprocess, sys, tempfile, time

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
retina = os.path.join(root, "retina")
python = "/usr/bin/python3"

MAKE = """
import sys, torch, torchvision
torch.manual_seed(0)
torch.save(torchvision.models.detection.retinanet_resnet50_fpn(weights=None, weights_backbone=None).state_dict(), sys.argv[1])
"""
DETECT = """
import sys, torch, torchvision
model = torchvision.models.detection.retinanet_resnet50_fpn(weights=None, weights_backbone=None)
model.load_state_dict(torch.load(sys.argv[1]))
model.eval()
image = torchvision.transforms.functional.convert_image_dtype(torchvision.io.read_image(sys.argv[2]), torch.float)
with torch.no_grad():
    print(model([image]))
"""


def seconds(*command):
    started = time.monotonic()
    process = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}\n{process.stderr.decode()}")
    return time.monotonic() - started


parser = argparse.ArgumentParser()
parser.add_argument("image")
parser.add_argument("--pairs", type=int, default=7)
args = parser.parse_args()

with tempfile.TemporaryDirectory() as folder:
    theirs, ours = os.path.join(folder, "weights.pth"), os.path.join(folder, "weights.safetensors")
    seconds(python, "-c", MAKE, theirs)
    seconds(retina, "import", theirs, "--out", ours)
    ratios = []
    for pair in range(args.pairs):
        peer = seconds(python, "-c", DETECT, theirs, args.image)
        own = seconds(retina, "detect", ours, args.image, "--json")
        ratios.append(own / peer)
        print(f"torchvision {peer:.2f} s, RetinaSharp {own:.2f} s: {ratios[-1]:.3f}", flush=True)
print(f"median {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
