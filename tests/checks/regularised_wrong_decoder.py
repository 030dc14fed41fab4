"""Wrong answers to `normalise_decoder_`."""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrizations

from .answers import Wrong
from .regularised_decoder import reference


def with_weight(rule):
    """Return an answer that writes `rule(weight)` into the weight."""

    def normalise(linear):
        with torch.no_grad():
            linear.weight.copy_(rule(linear.weight))
        return linear

    return normalise


def no_care(scale):
    """Return an answer that divides by `scale(weight)`."""
    return with_weight(lambda weight: weight / scale(weight))


def new_parameter(linear):
    linear.weight = nn.Parameter(F.normalize(linear.weight.detach(), dim=0))
    return linear


def assigned_tensor(linear):
    linear.weight = F.normalize(linear.weight, dim=0)
    return linear


def deleted_and_set(linear):
    weight = F.normalize(linear.weight, dim=0)
    del linear.weight
    linear.weight = weight
    return linear


def with_graph(linear):
    linear.weight.div_(linear.weight.norm(dim=0))
    return linear


def divided_by_rows(linear):
    linear.weight.data /= linear.weight.data.norm(dim=1)
    return linear


def left_frozen(linear):
    linear.weight.requires_grad_(False)
    linear.weight.copy_(F.normalize(linear.weight, dim=0))
    return linear


def made_trainable(linear):
    reference(linear)
    linear.weight.requires_grad_(True)
    return linear


def bias_normalised(linear):
    with torch.no_grad():
        for parameter in linear.parameters():
            parameter.copy_(F.normalize(parameter, dim=0))
    return linear


def bias_cleared(linear):
    reference(linear)
    if linear.bias is not None:
        linear.bias.data.zero_()
    return linear


def bias_scaled(linear):
    with torch.no_grad():
        scale = linear.weight.norm()
        if linear.bias is not None:
            linear.bias.div_(scale)
    return reference(linear)


def copied(linear):
    return reference(copy.deepcopy(linear))


def built_anew(linear):
    new = nn.Linear(linear.in_features, linear.out_features)
    new.weight.data = F.normalize(linear.weight.data, dim=0)
    return new


def returns_the_weight(linear):
    return reference(linear).weight


def returns_new_weight(linear):
    return F.normalize(linear.weight, dim=0)


def returns_nothing(linear):
    reference(linear)


def gradient_cleared(linear):
    reference(linear).zero_grad()
    return linear


def gradient_normalised(linear):
    reference(linear)
    linear.weight.grad = F.normalize(linear.weight.grad, dim=0)
    return linear


def by_weight_norm(linear):
    parametrizations.weight_norm(linear, dim=1)
    return linear


def gradients_off(linear):
    torch.set_grad_enabled(False)
    return reference(linear)


def in_eval(linear):
    return reference(linear).eval()


def transposed(linear):
    linear.weight.data = F.normalize(linear.weight.data, dim=0).T
    return linear


def not_written(linear):
    weight = linear.weight.clone()
    weight /= weight.norm(dim=0)
    return linear


def detached_graph(linear):
    linear.weight.detach_()
    linear.weight.div_(linear.weight.norm(dim=0).clamp_min(1e-8))
    return linear


def filled(weight):
    """Return a weight whose columns of zeros became random ones of length 1."""
    lengths = weight.norm(dim=0)
    random = F.normalize(torch.randn_like(weight), dim=0)
    return torch.where(lengths > 0, weight / lengths, random)


def bias_removed(linear):
    reference(linear).bias = None
    return linear


def bias_renewed(linear):
    reference(linear)
    if linear.bias is not None:
        linear.bias = nn.Parameter(linear.bias.detach().clone())
    return linear


def bias_frozen(linear):
    reference(linear)
    if linear.bias is not None:
        linear.bias.requires_grad_(False)
    return linear


def loop_over_rows(linear):
    with torch.no_grad():
        for unit in range(min(linear.weight.shape)):
            linear.weight[unit] /= linear.weight[unit].norm()
    return linear


WRONG = [
    Wrong(loop_over_rows, "weight[d] is a row, a pixel"),
    Wrong(no_care(lambda w: w.norm(dim=0).clamp(min=0.02)), "must be tiny, 1e-12"),
    Wrong(
        with_weight(lambda w: F.normalize(w, dim=0, eps=0.01)), "must be tiny, 1e-12"
    ),
    Wrong(with_weight(filled), "a column of zeros stays"),
    Wrong(bias_removed, "expected ['weight', 'bias']"),
    Wrong(bias_renewed, "the bias is another tensor now"),
    Wrong(bias_frozen, "the bias has another requires_grad"),
    Wrong(lambda linear: reference(linear).double(), "the weight is of torch.float64"),
    Wrong(lambda linear: nn.Sequential(reference(linear)), "another layer, maybe a"),
    Wrong(with_weight(lambda w: F.normalize(w, dim=1)), "you gave the rows length 1"),
    Wrong(with_weight(F.normalize), "you gave the rows length 1"),
    Wrong(
        with_weight(lambda w: F.normalize(F.normalize(w, dim=0), dim=1)),
        "then the rows",
    ),
    Wrong(with_weight(lambda w: w / w.norm()), "the whole weight has length 1"),
    Wrong(no_care(lambda w: w.norm(dim=0)), "there is a nan or inf in the weight"),
    Wrong(no_care(lambda w: w.square().sum(0)), "you divided by the squared length"),
    Wrong(no_care(lambda w: w.norm(dim=0).sqrt()), "by the root of the length"),
    Wrong(with_weight(lambda w: w * w.norm(dim=0)), "you multiplied by the lengths"),
    Wrong(
        with_weight(lambda w: F.normalize(w, p=1, dim=0)), "the sum of absolute values"
    ),
    Wrong(
        with_weight(lambda w: F.normalize(w, p=torch.inf, dim=0)),
        "by the largest absolute value",
    ),
    Wrong(no_care(lambda w: w.norm(dim=0).clamp_min(1)), "only long columns were cut"),
    Wrong(with_weight(lambda w: w.renorm(2, 1, 1.0)), "only long columns were cut"),
    Wrong(no_care(lambda w: w.norm(dim=0).clamp(1e-8, 1)), "only short columns were"),
    Wrong(no_care(lambda w: w.std(0)), "a standard deviation"),
    Wrong(no_care(lambda w: w.square().mean(0).sqrt()), "you used the mean of squares"),
    Wrong(
        with_weight(lambda w: F.normalize(w - w.mean(0), dim=0)),
        "you subtracted the mean of each column",
    ),
    Wrong(with_weight(lambda w: F.normalize(w, dim=0).abs()), "the signs are lost"),
    Wrong(with_weight(lambda w: w.softmax(0)), "the values are between 0 and 1"),
    Wrong(no_care(lambda w: w.norm(dim=0) + 1e-2), "is the 0.01 added needed?"),
    Wrong(divided_by_rows, "the lengths do not fit"),
    Wrong(lambda linear: linear, "nothing has changed"),
    Wrong(not_written, "nothing has changed"),
    Wrong(new_parameter, "linear.weight is a new nn.Parameter"),
    Wrong(assigned_tensor, "must stay the nn.Parameter that it is"),
    Wrong(deleted_and_set, "the layer's parameters are ['bias'] now"),
    Wrong(with_graph, "only under torch.no_grad()"),
    Wrong(left_frozen, "leave requires_grad"),
    Wrong(detached_graph, "leave requires_grad"),
    Wrong(made_trainable, "leave requires_grad"),
    Wrong(bias_normalised, "you changed the bias"),
    Wrong(bias_cleared, "you changed the bias"),
    Wrong(bias_scaled, "you changed the bias"),
    Wrong(copied, "another layer, maybe a copy"),
    Wrong(built_anew, "another layer, maybe a copy"),
    Wrong(returns_the_weight, "you returned the weight"),
    Wrong(returns_new_weight, "Change the layer that came in"),
    Wrong(returns_nothing, "is `return` missing?"),
    Wrong(gradient_cleared, "you changed weight.grad"),
    Wrong(gradient_normalised, "you changed weight.grad"),
    Wrong(by_weight_norm, "the layer's parameters are"),
    Wrong(gradients_off, "leaves gradients switched off"),
    Wrong(in_eval, "you changed the layer's mode"),
    Wrong(transposed, "the weight has shape"),
]
