"""Answers to `freeze`, right and wrong."""

import copy

import torch
from torch import nn

from .answers import Wrong

# right


def freeze_reference(module):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    return module


def freeze_by_methods(network):
    network.zero_grad(set_to_none=True)
    return network.requires_grad_(False)


def freeze_by_names(module):
    for _, parameter in list(module.named_parameters()):
        parameter.detach_()
        del parameter.grad
    return module


def freeze_recursively(module):
    for parameter in module.parameters(recurse=False):
        parameter.requires_grad_(requires_grad=False).grad = None
    for child in module.children():
        freeze_recursively(child)
    return module


RIGHT = [
    freeze_reference,
    freeze_by_methods,
    freeze_by_names,
    freeze_recursively,
]


# wrong


def freeze_some(choose):
    """Return an answer that freezes the parameters `choose(module)` only."""

    def freeze(module):
        for parameter in choose(module):
            parameter.requires_grad = False
            parameter.grad = None
        return module

    return freeze


def old_gradients_left(module):
    return module.requires_grad_(False)


def gradients_zeroed(module):
    module.requires_grad_(False)
    for parameter in module.parameters():
        parameter.grad = torch.zeros_like(parameter)
    return module


def gradients_cleared_only(module):
    module.zero_grad()
    return module


def attribute_of_the_module(module):
    module.requires_grad = False
    return module


def forward_without_grad(module):
    module.forward = torch.no_grad()(module.forward)
    return freeze_reference(module)


def forward_detached(module):
    forward = module.forward
    module.forward = lambda x: forward(x).detach()
    return freeze_reference(module)


def parameters_deleted(module):
    for part in module.modules():
        part._parameters.clear()
    return module


def parameters_to_buffers(module):
    for part in module.modules():
        for name, parameter in list(part._parameters.items()):
            del part._parameters[name]
            part.register_buffer(name, parameter.detach())
    return module


def parameters_replaced(module):
    for part in module.modules():
        for name, parameter in list(part._parameters.items()):
            new = nn.Parameter(parameter.detach().clone(), requires_grad=False)
            setattr(part, name, new)
    return module


def set_to_zero(module):
    for parameter in freeze_reference(module).parameters():
        parameter.data.zero_()
    return module


def in_eval_mode(module):
    return freeze_reference(module).eval()


def hooked(module):
    for parameter in module.parameters():
        parameter.register_hook(torch.zeros_like)
        parameter.grad = None
    return module


def left_switched_off(module):
    torch.set_grad_enabled(False)
    return freeze_reference(module)


def returns_nothing(module):
    freeze_reference(module)


def misspelt(module):
    for parameter in module.parameters():
        parameter.require_grad = False
        parameter.grad = None
    return module


WRONG = [
    Wrong(lambda module: module.eval(), "nothing is frozen"),
    Wrong(lambda module: module, "set requires_grad of each parameter to False"),
    Wrong(attribute_of_the_module, "nothing is frozen"),
    Wrong(old_gradients_left, "an old gradient was left in .grad"),
    Wrong(gradients_zeroed, "with zeros, momentum and weight decay go on"),
    Wrong(gradients_cleared_only, "still gets a gradient from backward()"),
    Wrong(hooked, "still gets a gradient from backward()"),
    Wrong(misspelt, "still gets a gradient from backward()"),
    Wrong(
        freeze_some(lambda m: [p for n, p in m.named_parameters() if "weight" in n]),
        "only a part is frozen: 0.bias",
    ),
    Wrong(
        freeze_some(lambda m: list(m.parameters())[:1]), "only a part is frozen: 0.bias"
    ),
    Wrong(
        freeze_some(
            lambda m: [
                parameter
                for layer in m.modules()
                if isinstance(layer, nn.Linear)
                for parameter in layer.parameters()
            ]
        ),
        "only a part is frozen: shift",
    ),
    Wrong(
        freeze_some(
            lambda m: [
                parameter
                for layer in m.children()
                for parameter in layer.parameters(recurse=False)
            ]
        ),
        "nothing is frozen",
    ),
    Wrong(forward_without_grad, "gradients do not flow through the module"),
    Wrong(forward_detached, "gradients do not flow through the module"),
    Wrong(parameters_deleted, "the parameter 0.weight is gone"),
    Wrong(parameters_to_buffers, "the parameter 0.weight is gone"),
    Wrong(parameters_replaced, "0.weight is another tensor now"),
    Wrong(set_to_zero, "you changed the values of 0.weight"),
    Wrong(in_eval_mode, "you changed the module's mode"),
    Wrong(lambda module: copy.deepcopy(freeze_reference(module)), "maybe a copy"),
    Wrong(lambda module: list(module.parameters()), "Return the module that came in"),
    Wrong(returns_nothing, "is `return` missing?"),
    Wrong(left_switched_off, "leaves gradients switched off"),
    Wrong(lambda module, optimizer: module, "1 argument: (module)"),
]
