#!/usr/bin/python3
"""Compares training, detection and assignment with torchvision, in alternating pairs of processes, so that both run under the same conditions.
compare_torchvision.py SCRIPT [--pairs 10] [--runs 3] [--size 512]
SCRIPT prints {"seconds": {name: seconds}} for train, detect and assign, as `retina bench` does. Needs Debian's python3-torchvision.
Prints for each timing the median of the pairs' ratios (theirs / ours; above 1: ours is faster) with a distribution-free confidence interval of
the median with a level of at least 95 %, from order statistics.
"""
import argparse, json, math, os, statistics, subprocess, sys, tempfile

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
retina = os.path.join(root, "retina")


def run(*command):
    """Runs a command. Returns the JSON that it prints and its peak memory in bytes."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
        out.seek(0)
        return json.load(out), usage.ru_maxrss * 1024


def theirs(a):
    return run("/usr/bin/python3", a.script, "train", "detect", "assign", "--runs", str(a.runs), "--size", str(a.size))[0]["seconds"]


def ours(a):
    seconds, shares = {}, {}
    for what in "train", "detect", "assign":
        size = [] if what == "assign" else ["--size", str(a.size)]
        printed = run(retina, "bench", what, "--runs", str(a.runs), *size, "--json")[0]
        seconds.update(printed["seconds"])
        shares.update(printed.get("convolution_share", {}))
    return seconds, shares


def interval(values, level=.95):
    """Confidence interval of the median: the sorted values at ranks from the binomial distribution of the number of values below the median."""
    n, values = len(values), sorted(values)
    low = 0
    while low + 1 < n / 2 and 1 - 2 * sum(math.comb(n, k) for k in range(low + 2)) / 2 ** n >= level:
        low += 1
    return values[low], values[n - 1 - low]


def memory(a):
    """Peak memory of a training process: torchvision's default, and ours with each precision."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as only:
        only.write("".join(line for line in open(a.script) if not line.startswith('    yield "bf16')))
        only.flush()
        peer = run("/usr/bin/python3", only.name, "train", "--runs", "2", "--size", str(a.size))[1]
    return peer, {one: run(retina, "bench", "train", "--precision", one, "--runs", "2", "--size", str(a.size), "--json")[1] for one in ("fp32", "bf16")}


parser = argparse.ArgumentParser()
parser.add_argument("script")
parser.add_argument("--pairs", type=int, default=10)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--size", type=int, default=512)
args = parser.parse_args()

pairs = []
for number in range(args.pairs):
    if number % 2 == 0:
        peer, (own, share) = theirs(args), ours(args)
    else:
        (own, share), peer = ours(args), theirs(args)
    pairs.append((peer, own, share))
    print(f"pair {number + 1} of {args.pairs}", file=sys.stderr)

settings = "fp32", "bf16 autocast channels-last"
timings = [tuple(f"{what} {args.size}px batch 1 {setting}" for setting in both) for both in ((peer, own) for own in settings for peer in settings) for what in ("train step", "detect")]
timings.append(("assign 120000 anchors x 100 boxes",) * 2)
print("| torchvision | ms | RetinaSharp | ms | ratio | 95 % | range |\n| --- | --- | --- | --- | --- | --- | --- |")
for peer, own in timings:
    ratios = [pair[0][peer] / pair[1][own] for pair in pairs]
    low, high = interval(ratios)
    print(f"| {peer} | {statistics.median(p[0][peer] for p in pairs) * 1e3:.1f} | {own} | {statistics.median(p[1][own] for p in pairs) * 1e3:.1f} "
          f"| {statistics.median(ratios):.2f} | {low:.2f} to {high:.2f} | {min(ratios):.2f} to {max(ratios):.2f} |")
print()
for name in sorted(pairs[0][2]):
    shares = [pair[2][name] for pair in pairs]
    print(f"{name}: {statistics.median(shares):.0%} of a large convolution's rate ({min(shares):.0%} to {max(shares):.0%})")
peer, own = memory(args)
for precision, bytes_held in own.items():
    print(f"peak memory of training in {precision}: {bytes_held / 1e6:.0f} MB, torchvision's default {peer / 1e6:.0f} MB: {bytes_held / peer:.2f}")
