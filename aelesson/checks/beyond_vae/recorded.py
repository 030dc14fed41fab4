"""What a model computes, recorded before the judge shows an image.

A record is a list of tensor operations and the numbers that they use. Later it knows
nothing but what it is given: what Python code keeps aside does not reach it.
"""

from collections.abc import Callable
from copy import deepcopy
from operator import getitem
from typing import Any

import torch
from torch import Tensor, fx


class Record:
    """A function as it was when it was recorded; called, it does the same again.

    Args:
        function: from a tensor to tensors.
        example: any input of the size that the record will get.

    Attributes:
        numbers: how many numbers of 32 bits it uses, by their place in memory.

    Raises:
        TypeError: Something other than PyTorch's own operations took part.
    """

    def __init__(self, function: Callable[[Tensor], Any], example: Tensor) -> None:
        from torch.fx.experimental.proxy_tensor import make_fx  # it takes seconds

        with torch.no_grad():
            made = make_fx(lambda x: function(x))(example)
        for node in made.graph.nodes:
            if node.op == "call_function" and not _own(node.target):
                raise TypeError(f"{node.target} is no operation of PyTorch's own")
        self.numbers = {t.data_ptr(): _words(t) for t in _constants(made)}
        self._graph: fx.GraphModule = deepcopy(made)  # later changes do not count

    def __call__(self, x: Tensor) -> Any:
        """Return what the function gives for an input of the example's size."""
        with torch.no_grad():
            return self._graph(x)


def _own(target: Any) -> bool:
    return target is getitem or getattr(target, "namespace", "") == "aten"


def _words(value: Tensor) -> int:
    return -(-value.numel() * value.element_size() // 4)


def _constants(graph: fx.GraphModule) -> list[Tensor]:
    kept = [*vars(graph).values(), *graph.parameters(), *graph.buffers()]
    return [each for each in kept if isinstance(each, Tensor)]
