#!/usr/bin/python3
"""Makes optimizers.json: weights, gradients, and what PyTorch's SGD, AdamW, clip_grad_norm_ and AveragedModel make of them.

Needs PyTorch (Debian: python3-torch; made with 1.13). Run in this folder: ./make_optimizer_golden.py > optimizers.json
"""
import json

import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim.swa_utils import AveragedModel

# A convolution and a bias; neither has a multiple of a vector's elements.
SHAPES = [[3, 5, 2, 3], [7]]
STEPS = 4
RATE = 0.05
MAX_NORM = 3.5  # of about 5.5

torch.manual_seed(8)


def draw():
    # Of 7 bits each, so that bf16 holds them.
    return [torch.randint(-64, 65, shape) / 64 for shape in SHAPES]


def numbers(tensors):
    return [[float(f"{x:.9g}") for x in tensor.detach().flatten()] for tensor in tensors]


start = draw()
gradients = [draw() for _ in range(STEPS)]


def train(name, optimizer_class, clip=False, **options):
    decay = options.pop("weight_decay")
    model = torch.nn.ParameterList(torch.nn.Parameter(tensor.clone()) for tensor in start)
    # The bias does not decay, as its group says.
    optimizer = optimizer_class([dict(params=[model[0]], weight_decay=decay), dict(params=[model[1]], weight_decay=0)], lr=RATE, **options)
    norms = []
    for step in gradients:
        for parameter, gradient in zip(model, step):
            parameter.grad = gradient.clone()
        if clip:
            norms.append(float(clip_grad_norm_(model.parameters(), MAX_NORM)))
        optimizer.step()
    return dict(name=name, weightDecay=decay, norms=norms, weights=numbers(model), **options)


def average(decay):
    """TensorFlow's ExponentialMovingAverage with num_updates: the decay of update t is min(decay, (1 + t) / (10 + t))."""
    model = torch.nn.ParameterList(torch.nn.Parameter(tensor.clone()) for tensor in start)
    averaged = AveragedModel(model, avg_fn=lambda old, new, t: torch.lerp(new, old, min(decay, (1 + int(t)) / (10 + int(t)))))
    # The first update copies, and is update 0.
    averaged.update_parameters(model)
    for step in gradients:
        for parameter, gradient in zip(model, step):
            parameter.data.copy_(gradient)
        averaged.update_parameters(model)
    return dict(decay=decay, averages=numbers(averaged.module))


print(json.dumps(dict(
    shapes=SHAPES,
    learningRate=RATE,
    maxNorm=MAX_NORM,
    start=numbers(start),
    gradients=[numbers(step) for step in gradients],
    optimizers=[
        train("sgd", torch.optim.SGD, momentum=0, weight_decay=0),
        train("sgd", torch.optim.SGD, momentum=.9, weight_decay=.1),
        train("sgd", torch.optim.SGD, momentum=.9, weight_decay=.1, clip=True),
        train("adamw", torch.optim.AdamW, betas=[.8, .99], eps=1e-8, weight_decay=0),
        train("adamw", torch.optim.AdamW, betas=[.8, .99], eps=1e-8, weight_decay=.2),
        # Large, so that its position in the formula shows.
        train("adamw", torch.optim.AdamW, betas=[.8, .99], eps=.5, weight_decay=.2),
        train("adamw", torch.optim.AdamW, betas=[.8, .99], eps=.5, weight_decay=.2, clip=True),
    ],
    averages=[average(.3), average(.99)],
), separators=(",", ":")))
