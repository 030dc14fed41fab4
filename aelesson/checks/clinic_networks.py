"""What patients 2 and 3 of lesson 13 share: networks watched at work."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import CheckFailed, call
from aelesson.checks.wording import close, describe

Work = list[tuple[Tensor, Tensor]]
Change = Callable[[Tensor], Tensor]
HINTS = {
    "list is not a Module subclass": "unpack the layers: nn.Sequential(*layers).",
    "is not a Module subclass": "this is not a layer yet: write its brackets, `()`.",
}
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "ReLU": F.relu,
    "a sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "leaky ReLU": F.leaky_relu,
    "ELU": F.elu,
    "GELU": F.gelu,
    "softplus": F.softplus,
    "softmax": lambda values: values.softmax(-1),
    "the absolute value": torch.abs,
}


def expect_module(got: object) -> nn.Module:
    """Return what came, if it is a module."""
    if got is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if not isinstance(got, nn.Module):
        raise CheckFailed(
            f"got {describe(got)} ({type(got).__name__}), expected an nn.Module."
            + (" Did you forget the brackets, `()`?" if isinstance(got, type) else "")
        )
    return got


def put_through(
    model: nn.Module,
    batch: Tensor,
    width: int,
    shapes: dict[tuple[int, ...], str],
    hints: dict[str, str] | None = None,
) -> Tensor:
    """Call a learner's network; its output must be `(B, width)`."""
    return expect_tensor(call(model, hints, batch=batch), (len(batch), width), shapes)


def expect_sizes(model: nn.Module, sizes: Sequence[int]) -> None:
    """Ask for as many weights and biases as linear layers of these sizes have."""
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    parts: list[nn.Module] = [*linear] or [
        model
    ]  # who has parameters of their own has no nn.Linear
    count = sum(p.numel() for part in parts for p in part.parameters())
    right = sum(n * m + m for n, m in pairwise(sizes))
    mistakes: Mistakes = {
        "there are linear layers with no bias, or hidden layers are missing: keep all "
        "layers as they were.": (
            sum(n * m for n, m in pairwise(sizes)),
            sizes[0] * sizes[-1] + sizes[-1],
        ),
    }
    given = f"the parameters of linear layers with sizes = {tuple(sizes)}"
    expect_close(count, right, given, mistakes)


@contextmanager
def drawn_weights(model: nn.Module, std: float) -> Iterator[None]:
    """Draw all weights anew for a block, as large as `std`, then put the old back."""
    kept = [parameter.detach().clone() for parameter in model.parameters()]
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=std)
    try:
        yield
    finally:
        for parameter, before in zip(model.parameters(), kept, strict=True):
            parameter.data.copy_(before)


def watch(model: nn.Module, batch: Tensor) -> tuple[Work, Tensor]:
    """Return what each `nn.Linear` takes in and puts out, and the network's output."""
    work: Work = []

    def note(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        work.append((inputs[0].detach().clone(), output.detach().clone()))

    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    handles = [layer.register_forward_hook(note) for layer in linear]
    output = model(batch).detach()
    for handle in handles:
        handle.remove()
    return work, output


def expect_hidden_activations(work: Work, layers: int) -> None:
    """Ask that something stands between each two linear layers that were seen."""
    if len(work) != layers:
        return
    for number, ((_, put_out), (taken_in, _)) in enumerate(pairwise(work), start=1):
        if close(taken_in, put_out):
            raise CheckFailed(
                f"no activation between layers {number} and {number + 1}: they do no "
                "more than a single layer.\nThe hidden layers were sound: keep theirs."
            )


def linear_layers(model: nn.Module, batch: Tensor) -> list[nn.Linear]:
    """Return the linear layers in the order in which they work."""
    used: list[nn.Linear] = []
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    handles = [
        layer.register_forward_hook(lambda _, __, ___, layer=layer: used.append(layer))
        for layer in linear
    ]
    model(batch)
    for handle in handles:
        handle.remove()
    return used


def expect_units_apart(model: nn.Module, batch: Tensor) -> None:
    """Ask that hidden activations act on each unit alone, and know its sign."""
    linear = linear_layers(model, batch)
    for number, (layer, following) in enumerate(pairwise(linear), start=1):

        def taken_in(change: Change, layer: nn.Module = layer) -> Tensor:
            handle = layer.register_forward_hook(lambda _, __, out: change(out))
            work, _ = watch(model, batch)
            handle.remove()
            return work[number][0]  # noqa: B023, called within the same round

        if taken_in(torch.clone).shape[-1] != following.in_features:
            return
        place = f"between layers {number} and {number + 1}"
        first = torch.arange(layer.out_features) == 0
        moved = taken_in(lambda out, first=first: out + 3 * first)  # type: ignore[misc]
        if layer.out_features > 1 and not close(
            moved[..., ~first], taken_in(torch.clone)[..., ~first]
        ):
            raise CheckFailed(
                f"{place}, a unit depends on the other units, as after a softmax.\n"
                "An activation acts on each unit alone; nothing else belongs there."
            )
        if close(taken_in(torch.neg), taken_in(torch.clone)):
            raise CheckFailed(
                f"{place}, x and -x give the same, as in x² or |x|: the sign is lost.\n"
                "Take an activation such as ReLU or Tanh."
            )


def activation_between(before: Tensor, after: Tensor) -> str:
    """Name the activation that leads from one to the other."""
    names = [name for name, f in ACTIVATIONS.items() if close(after, f(before))]
    return names[0] if names else "something"


def expect_batch_apart(model: nn.Module, batch: Tensor, width: int) -> None:
    """Ask that each row comes out alone as it does in a batch, in training mode too."""
    together = put_through(model.train(), batch, width, {})
    if len(batch) > 1:
        pairs = [put_through(model, part, width, {}) for part in batch.split(2)]
        if not close(torch.cat(pairs), together):
            raise CheckFailed(
                "what comes out for one row depends on the others in the batch: no "
                "scaling over the batch, and no dropout."
            )


def expect_gradients(model: nn.Module, batch: Tensor) -> None:
    """Ask that a gradient reaches every parameter."""
    model.zero_grad()
    output = model(batch)
    if output.requires_grad:
        output.square().sum().backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is None or not parameter.grad.any():
            raise CheckFailed(
                f"no gradient reaches {name}: is something cut off, or clamped?"
            )
