"""Answers to `freeze`, in other people's words."""

import copy

import torch


def by_methods(network):
    network.zero_grad(set_to_none=True)
    return network.requires_grad_(False)


def recursively(module):
    for parameter in module.parameters(recurse=False):
        parameter.requires_grad_(requires_grad=False).grad = None
    for child in module.children():
        recursively(child)
    return module


def without_grad(module):
    module.forward = torch.no_grad()(module.forward)
    return by_methods(module)


RIGHT = [by_methods, recursively]
WRONG = {
    "is another than before": lambda m: by_methods(m).train(not m.training),
    "an old gradient was left": lambda module: module.requires_grad_(False),
    "gradients do not flow through the module": without_grad,
    "maybe a copy": lambda module: copy.deepcopy(by_methods(module)),
}
