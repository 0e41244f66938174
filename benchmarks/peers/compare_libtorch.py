#!/usr/bin/env python3
"""Compares `retina bench` with LibTorch's own operators, and optionally with an older build, in interleaved rounds of processes.
compare_libtorch.py [--precision fp32|bf16]... [--rounds 10] [--runs 3] [--size 512] [--old FOLDER]

LibTorch is run by benchmarks/RetinaSharp.Benchmarks.LibTorch (eager, channels-last); FOLDER is a built checkout of an older version. Build both
checkouts first, and run nothing else. Prints for each timing the median of the rounds' ratios with their range: LibTorch's time / ours (above 1:
ours is faster), and our time / that of the older build; with the C library's heap as `retina` tunes it, and untuned as in an application that
does not call Heap.KeepFreedMemory. Then prints the peak memory of training.
"""
import argparse, json, os, statistics, subprocess, sys, tempfile

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
peer = os.path.join(root, "artifacts", "bin", "RetinaSharp.Benchmarks.LibTorch", "release", "RetinaSharp.Benchmarks.LibTorch.dll")
NAMES = {"fp32": "fp32", "bf16": "bf16 autocast channels-last"}
TIMINGS = {"train": "train step", "detect": "detect"}


def run(*command, **environment):
    """Runs a command. Returns the JSON that it prints and its peak memory in bytes."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, env={**os.environ, **environment})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
        out.seek(0)
        return json.load(out), usage.ru_maxrss * 1024


parser = argparse.ArgumentParser()
parser.add_argument("--precision", action="append", choices=list(NAMES))
parser.add_argument("--rounds", type=int, default=10)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--size", type=int, default=512)
parser.add_argument("--old")
a = parser.parse_args()
size = ["--size", str(a.size), "--runs", str(a.runs)]


def retina(folder, what, precision, **environment):
    return lambda: run(os.path.join(folder, "retina"), "bench", what, "--precision", precision, *size, "--json", **environment)


def libtorch(what, precision):
    return lambda: run("dotnet", peer, what, "--precision", precision, *size)


def show(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


print("| timing | ours, ms | LibTorch, ms | faster than LibTorch | untuned heap | of the older build's time |\n| --- | --- | --- | --- | --- | --- |")
memory = []
for precision in a.precision or NAMES:
    for what in TIMINGS:
        sides = {"ours": retina(root, what, precision), "libtorch": libtorch(what, precision), "untuned": retina(root, what, precision, RETINASHARP_HEAP="system")}
        if a.old:
            sides["old"] = retina(a.old, what, precision)
        timing = f"{TIMINGS[what]} {a.size}px batch 1 {NAMES[precision]}"
        rounds = []
        for number in range(a.rounds):
            # Each round starts with another side, so that none is always first.
            order = list(sides)[number % len(sides):] + list(sides)[:number % len(sides)]
            printed = {side: sides[side]() for side in order}
            rounds.append({side: (result["seconds"][timing], peak) for side, (result, peak) in printed.items()})
            print(f"{timing}: round {number + 1} of {a.rounds}", file=sys.stderr)
        ratios = lambda above, below: [one[above][0] / one[below][0] for one in rounds]
        times = lambda side: statistics.median(one[side][0] for one in rounds) * 1e3
        print(f"| {timing} | {times('ours'):.0f} | {times('libtorch'):.0f} | {show(ratios('libtorch', 'ours'))} | {show(ratios('libtorch', 'untuned'))} "
              f"| {show(ratios('ours', 'old')) if a.old else '–'} |", flush=True)
        if what == "train":
            memory.append((precision, {side: statistics.median(one[side][1] for one in rounds) for side in sides}))
for precision, peak in memory:
    print(f"peak memory of training in {precision}: " + ", ".join(f"{side} {value / 1e6:.0f} MB" for side, value in peak.items())
          + f"; ours by LibTorch's {held['ours'] / held['libtorch']:.2f}" + (f", by the older build's {held['ours'] / held['old']:.2f}" if a.old else ""))
