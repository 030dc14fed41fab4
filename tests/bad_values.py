"""Bad values for every kind of argument."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer


def bad_values(value: object, beside: Sequence[object]) -> dict[str, object]:
    """Return values that are wrong in the place of a right one, by name.

    Args:
        value: What is right.
        beside: The other arguments: with a partner, a shorter tensor is wrong, too.
    """
    if isinstance(value, Tensor):
        return _bad_tensors(value, beside)
    for kinds, made in _MAKERS:
        if isinstance(value, kinds):
            return made(value)
    raise AssertionError(f"no bad values are known for {value!r}")


def _bad_tensors(value: Tensor, beside: Sequence[object]) -> dict[str, object]:
    bad: dict[str, object] = {
        "numpy": value.detach().numpy(),
        "list": value.tolist(),
        "text": "0.5",
        "none": None,
        "number": 0.5,
        "class": Tensor,
        "complex": value.to(torch.complex64),
    }
    if value.dim():
        bad |= {"empty": value[:0], "less": value[0], "more": value[None]}
    if value.dim() > 1:
        bad["scalar"] = torch.ones((), dtype=value.dtype)
    if value.dim() == 4 and value.shape[1] == 1:
        bad["two channels"] = value.repeat(1, 2, 1, 1)
    tensors = [each for each in beside if isinstance(each, Tensor) and each.dim()]
    if value.dim() and any(len(each) == len(value) > 1 for each in tensors):
        bad["shorter"] = value[1:]
    networks = any(isinstance(each, nn.Module) for each in beside)
    wide = any(each.shape[-1:] == value.shape[-1:] for each in tensors)
    if value.dim() > 1 and (networks or wide):
        bad["narrower"] = value[..., :-1]
    return bad | _bad_numbers(value)


def _bad_numbers(value: Tensor) -> dict[str, object]:
    others = {
        "bytes": value.to(torch.uint8),
        "integers": value.long(),
        "booleans": value.bool(),
        "floats": value.float(),
    }
    bad = {name: each for name, each in others.items() if each.dtype != value.dtype}
    if value.is_floating_point():
        for name, number in (("nan", torch.nan), ("infinity", torch.inf)):
            bad[name] = value.detach().clone()
            bad[name].view(-1)[0] = number
    elif value.dtype == torch.int64:
        bad.pop("bytes")  # whole numbers of another width
        bad |= {"negative": value - 1000, "large": value + 1000}
    return bad


def _flags(value):
    return {"text": "no", "none": None, "number": 2, "nan": torch.nan, "class": bool}


def _wholes(value):
    return {
        "half": value + 0.5,
        "float": float(value),
        "true": True,
        "text": str(value),
        "none": None,
        "nan": torch.nan,
        "infinity": torch.inf,
        "zero": 0,
        "negative": -1,
        "list": [value],
        "tensor": torch.tensor(value),
        "class": int,
    }


def _numbers(value):
    return {
        "text": str(value),
        "none": None,
        "nan": torch.nan,
        "infinity": torch.inf,
        "minus infinity": -torch.inf,
        "negative": -1.5,
        "true": True,
        "list": [value],
        "tensor": torch.tensor([value, value]),
        "numpy": np.array([value, value]),
        "complex": 1j,
        "class": float,
    }


def _sizes(value):
    return {
        "text": "784",
        "number": 784,
        "none": None,
        "floats": tuple(map(float, value)),
        "negative": (*value[:-1], -1),
        "zero": (*value[:-1], 0),
        "true": (*value[:-1], True),
        "nan": (*value[:-1], torch.nan),
        "empty": (),
        "nested": (value, value),
        "tensor": torch.tensor(value),
        "set": set(value),
        "class": tuple,
    }


def _ranges(value):
    """Return what is wrong for a few numbers that belong together."""
    return {
        "text": "01",
        "texts": tuple(map(str, value)),
        "number": 1.0,
        "none": None,
        "of none": (*value[:-1], None),
        "nan": (*value[:-1], torch.nan),
        "infinity": (*value[:-1], torch.inf),
        "true": (*value[:-1], True),
        "reversed": value[::-1],
        "alike": value[:1] * len(value),
        "shorter": value[:-1],
        "longer": (*value, 2 * value[-1]),
        "empty": (),
        "tensor": torch.tensor(value),
        "numpy": np.array(value),
        "set": set(value),
        "class": tuple,
    }


def _names(value):
    return {
        "text": "ab",
        "bytes": b"ab",
        "number": 3,
        "none": None,
        "of numbers": (*value[:-1], 3),
        "of none": (*value[:-1], None),
        "of classes": (*value[:-1], str),
        "of bytes": tuple(each.encode() for each in value),
        "nested": (value,),
        "shorter": value[:-1],
        "longer": (*value, "other"),
        "numpy": np.array(value),
        "mapping": dict.fromkeys(value, "a"),
        "set": set(value),
        "class": tuple,
    }


def _tuples(value):
    if all(isinstance(each, int) for each in value):
        return _sizes(value)
    if isinstance(value[0], Tensor):
        return _sequences(value)
    return _names(value) if isinstance(value[0], str) else _ranges(value)


def _arrays(value):
    """Return what is wrong for a NumPy array of numbers; lists and tensors are none."""
    return {
        "text": "0.5",
        "none": None,
        "number": 0.5,
        "class": np.ndarray,
        "function": len,
        "mapping": {"a": value},
        "complex": value.astype(complex),
        "words": value.astype(str),
        "objects": np.full(value.shape, None),
        "of none": [None] * len(value),
        "ragged": [value[0], value[1][1:]],
        "scalar": np.array(1.0),
        "empty": value[:0],
        "less": value[0],
        "more": value[None],
        "nan": np.where(value > value.mean(), np.nan, value),
        "infinity": np.where(value > value.mean(), np.inf, value),
        "negative": value.astype(float) - 1000,
        "large": value.astype(float) + 1e39,
        "dates": value.astype("datetime64[s]"),
        "masked": np.ma.masked_array(value, mask=value > value.mean()),
    }


def _texts(value):
    wrong = {"number": 3, "none": None, "list": ["a"], "bytes": b"a", "class": str}
    return wrong | {"true": True, "nan": torch.nan, "tensor": torch.ones(1)}


def _paths(value):
    wrong = {"number": 3.5, "list": ["a"], "true": True, "class": Path}
    return wrong | {"none": None, "bytes": b"a"}


def _generators(value):
    return {
        "number": 0,
        "text": "0",
        "none": None,
        "numpy": np.random.default_rng(0),
        "class": torch.Generator,
    }


def _models(value):
    return {
        "class": type(value),
        "none": None,
        "text": "model",
        "tensor": torch.ones(2),
        "number": 3,
        "function": lambda x: x,
    }


def _objects(value):
    return {"class": type(value), "none": None, "text": "a", "number": 3, "dict": {}}


def _factories(value):
    return {
        "instance": value(),
        "none": None,
        "text": "relu",
        "number": 3,
        "tensor": torch.ones(2),
        "other class": dict,
    }


def _functions(value):
    return {
        "none": None,
        "text": "median",
        "number": 3,
        "tensor": torch.ones(2),
        "class": nn.ReLU,
    }


def _mappings(value):
    wrong = {"none": None, "text": "a", "number": 3, "list": [*value.values()]}
    held = {
        "of text": "ab",
        "of none": None,
        "of a class": dict,
        "of objects": object(),
    }
    return (
        wrong
        | {"empty": {}, "tensor": torch.ones(2)}
        | {name: dict.fromkeys(value, each) for name, each in held.items()}
    )


def _sequences(value):
    return {
        "none": None,
        "number": 3,
        "text": "abc",
        "empty": type(value)(),
        "of text": ["a"] * len(value),
        "of none": [None] * len(value),
        "of classes": [dict] * len(value),
        "set": {"a"},
        "longer": [*value, value[-1]],
        "class": list,
    }


_MAKERS: tuple = (
    (bool, _flags),
    (int, _wholes),
    (float, _numbers),
    (str, _texts),
    (Path, _paths),
    (tuple, _tuples),
    (np.ndarray, _arrays),
    (torch.Generator, _generators),
    (nn.Module, _models),
    (Mapping, _mappings),
    (Sequence, _sequences),
    (Optimizer, _objects),
    (type, _factories),
    (object, lambda value: _functions(value) if callable(value) else _objects(value)),
)
