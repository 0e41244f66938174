#!/usr/bin/python3
"""Compares reading a large COCO annotation file, DetectionDataset.Open and Python's json.load, in alternating pairs.
compare_coco_reading.py [--annotations 1000000] [--pairs 5]

Writes a file with the properties of COCO's own files, but with short polygons. json.load only parses; RetinaSharp also checks every box and
assigns it to its image. Prints the seconds of reading and the peak memory of the whole process of each pair, and the medians.
"""
import argparse, json, os, random, statistics, subprocess, sys, tempfile

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
project = os.path.join(root, "benchmarks", "RetinaSharp.Benchmarks.Datasets")
program = os.path.join(root, "artifacts", "bin", "RetinaSharp.Benchmarks.Datasets", "release", "RetinaSharp.Benchmarks.Datasets.dll")
LOAD = """
import json, resource, sys, time
started = time.monotonic()
data = json.load(open(sys.argv[1]))
print(f"{time.monotonic() - started:.3f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6:.0f} MB, {len(data['annotations'])} annotations")
"""


def write(path, count):
    draw = random.Random(1)
    images = [{"id": i, "file_name": f"{i:012}.jpg", "width": 640, "height": 480} for i in range(count // 20)]
    annotations = []
    for i in range(count):
        x, y, width, height = draw.uniform(0, 500), draw.uniform(0, 400), draw.uniform(1, 140), draw.uniform(1, 80)
        box = [round(value, 2) for value in (x, y, width, height)]
        annotations.append({"id": i, "image_id": i // 20, "category_id": i % 80 + 1, "bbox": box, "area": round(box[2] * box[3], 4), "iscrowd": 0,
                            "segmentation": [[box[0], box[1], round(x + width, 2), box[1], box[0], round(y + height, 2)]]})
    with open(path, "w") as file:
        json.dump({"images": images, "annotations": annotations, "categories": [{"id": i + 1, "name": f"class {i}"} for i in range(80)]}, file)


def measure(*command):
    line = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    seconds, megabytes, count = line.split(", ")
    return float(seconds.split()[0]), float(megabytes.split()[0]), count


parser = argparse.ArgumentParser()
parser.add_argument("--annotations", type=int, default=1_000_000)
parser.add_argument("--pairs", type=int, default=5)
args = parser.parse_args()

with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["dotnet", "build", project, "-c", "Release", "-v:q", "-nologo"], stdout=subprocess.DEVNULL, check=True)
    path = os.path.join(folder, "annotations.json")
    write(path, args.annotations)
    size = os.path.getsize(path) / 1e6
    print(f"{args.annotations} annotations, {size:.0f} MB")
    pairs = []
    for pair in range(args.pairs):
        theirs, ours = measure("/usr/bin/python3", "-c", LOAD, path), measure("dotnet", program, path)
        if theirs[2] != ours[2]:
            sys.exit(f"json.load read {theirs[2]}RetinaSharp {ours[2]}")
        pairs.append((theirs, ours))
        print(f"json.load {theirs[0]:.2f} s, {theirs[1]:.0f} MB; RetinaSharp {ours[0]:.2f} s, {ours[1]:.0f} MB", flush=True)
    for name, which in (("json.load", 0), ("RetinaSharp", 1)):
        seconds, peak = (statistics.median(pair[which][value] for pair in pairs) for value in (0, 1))
        print(f"{name}: median {seconds:.2f} s, peak memory {peak:.0f} MB, {peak / size:.1f} times the size of the file")
