#!/usr/bin/env python3
"""Compares the engines of a detector: LibTorch and ONNX Runtime, and a native program with ONNX Runtime, in alternating rounds.
compare_engines.py MODEL IMAGE [--native PROGRAM] [--onnx FILE]... [--rounds 7]

MODEL is a .safetensors file or a run folder; it is exported to ONNX first. --onnx adds further exports of it, such as int8. PROGRAM is what publishing
samples/NativeAot wrote. Prints the time and the peak memory of whole processes that detect objects in IMAGE, then the time per image in steady state
(`retina bench detect`), each with the median of the ratios to LibTorch in fp32 and their range (below 1: faster).
"""
import argparse, json, os, statistics, subprocess, sys, tempfile, time

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
retina = os.path.join(root, "retina")


def run(command):
    """Returns seconds, peak memory in MB and the output of a process."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: status {status}")
    return time.monotonic() - started, usage.ru_maxrss / 1024, output


def compare(title, commands, measure, rounds):
    """Runs the commands in turns, and prints the best time and the ratios to the first one."""
    figures = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            figures[name].append(measure(run(command)))
    print(title)
    base = next(iter(figures.values()))
    for name, runs in figures.items():
        ratios = [one[0] / other[0] for one, other in zip(runs, base)]
        memory = f", {min(one[1] for one in runs):.0f} MB" if runs[0][1] else ""
        print(f"  {name}: best {min(one[0] for one in runs) * 1e3:.1f} ms{memory}; ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)


parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("image")
parser.add_argument("--native")
parser.add_argument("--onnx", action="append", default=[])
parser.add_argument("--rounds", type=int, default=7)
args = parser.parse_args()

with tempfile.TemporaryDirectory() as folder:
    onnx = os.path.join(folder, "fp32.onnx")
    subprocess.run([retina, "export", "onnx", args.model, "--out", onnx, "--no-check"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    models = {"LibTorch fp32": [args.model, "--precision", "fp32"], "LibTorch auto": [args.model], "ONNX Runtime fp32": [onnx]}
    models |= {f"ONNX Runtime {os.path.basename(path)}": [path] for path in args.onnx}
    processes = {name: [retina, "detect", options[0], args.image, "--json", *options[1:]] for name, options in models.items()}
    if args.native:
        processes |= {f"native, {name}": [args.native, options[0], args.image] for name, options in models.items() if options[0].endswith(".onnx")}
    compare("process start to boxes", processes, lambda one: one[:2], args.rounds)
    steady = {name: [retina, "bench", "detect", *options, "--runs", "5", "--json"] for name, options in models.items()}
    compare("per image, steady state", steady, lambda one: (next(iter(json.loads(one[2])["seconds"].values())), 0), args.rounds)
