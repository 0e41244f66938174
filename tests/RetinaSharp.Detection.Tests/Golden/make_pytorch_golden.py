#!/usr/bin/env python3
"""Writes the folder pytorch beside this file: small files of torch.save, and in expected.json what torch reads from them.

Needs torch (made with 1.13, Debian's python3-torch). PyTorchFileTests reads the same in C#.
"""
import argparse
import json
import os
import pathlib
from collections import OrderedDict

import torch
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pytorch")


def numbers(*shape, dtype=torch.float32):
    count = torch.Size(shape).numel()
    return (torch.arange(count, dtype=torch.float64) * 0.375 - 1.1).reshape(shape).to(dtype)


def weights():
    shared = numbers(4, 5)
    module = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3))
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(numbers(*tensor.shape))
    state = module.state_dict()  # an OrderedDict with _metadata
    state["single"] = numbers(2, 3)
    state["half"] = numbers(3, 2, dtype=torch.float16)
    state["bfloat"] = numbers(5, dtype=torch.bfloat16)
    state["double"] = numbers(2, 2, dtype=torch.float64)
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 3)
    state["parameter"] = nn.Parameter(numbers(3))
    state["shared"] = shared
    state["transposed"] = shared.t()
    state["row"] = shared[2]
    state["column"] = shared[:, 3]
    state["window"] = shared[1:3, 1:5:2]
    state["channels_last"] = numbers(1, 3, 2, 2).to(memory_format=torch.channels_last)
    return state


def nested():
    model = nn.Linear(3, 2)
    with torch.no_grad():
        model.weight.copy_(numbers(2, 3))
        model.bias.copy_(numbers(2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    return {
        "model": OrderedDict((f"module.{name}", tensor) for name, tensor in model.state_dict().items()),
        "optimizer": optimizer.state_dict(),
        "epoch": 300,
        "best": 0.5,
        "large": 2**40,
        "negative": -70000,
        "done": False,
        "note": None,
    }


def save(content, name, **how):
    torch.save(content, os.path.join(FOLDER, name), **how)


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    flat, wrapped = weights(), nested()
    save(flat, "zip.pth")
    save(flat, "legacy.pth", _use_new_zipfile_serialization=False)
    save(wrapped, "nested.pth")
    save({"state_dict": {"model": flat}, "epoch": 1}, "nested-legacy.pth", _use_new_zipfile_serialization=False)
    # As the training scripts of torchvision and MLPerf save their options, and torchvision's its scheduler, whose milestones are a Counter.
    scheduler = torch.optim.lr_scheduler.MultiStepLR(torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1), milestones=[8, 11])
    save({"model": wrapped["model"], "lr_scheduler": scheduler.state_dict(), "args": argparse.Namespace(lr=0.1)}, "namespace.pth")
    save({"model": wrapped["model"], "folder": pathlib.PurePosixPath("runs")}, "path.pth")
    save({"expanded": torch.ones(1).expand(1000)}, "expanded.pth")
    expected = {}
    for name, state in [("zip.pth", flat), ("legacy.pth", flat), ("nested.pth", wrapped["model"]), ("namespace.pth", wrapped["model"]), ("nested-legacy.pth", flat)]:
        expected[name] = {key: {"shape": list(t.shape), "values": t.detach().double().flatten().tolist()} for key, t in state.items()}
    with open(os.path.join(FOLDER, "expected.json"), "w") as file:
        json.dump(expected, file, separators=(",", ":"))
        file.write("\n")
    for name in sorted(os.listdir(FOLDER)):
        print(name, os.path.getsize(os.path.join(FOLDER, name)))
