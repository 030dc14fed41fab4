"""Where a run happens, what it draws at random, and by how much it is stretched."""

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from math import inf
from typing import Any

import numpy as np
import torch
from torch import nn

from aelesson import require

BAR_SECONDS = 0.5
"""Between two states of a progress bar. Each is three messages of a notebook, of which
ZeroMQ keeps 1,000 for a reader that comes late; a long cell's last ones would be lost.
"""


def start(seed: int | None = None) -> torch.device:
    """Prepare a notebook or script: seed all randomness and choose the device.

    The thread count follows `OMP_NUM_THREADS` when that is set; results are
    bit-identical only at equal thread counts.

    Args:
        seed: The seed; by default the environment variable `AELESSON_SEED`, or 0.

    Returns:
        The device to train on.
    """
    seed_everything(default_seed() if seed is None else seed)
    threads = wanted_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    return pick_device()


def wanted_threads() -> int | None:
    """Return the number of threads that `OMP_NUM_THREADS` names, or None."""
    threads = os.environ.get("OMP_NUM_THREADS")
    if threads is None:
        return None
    return _whole_number("OMP_NUM_THREADS", threads, at_least=1)


def default_seed() -> int:
    """Return the seed that `AELESSON_SEED` names, or 0."""
    return _whole_number("AELESSON_SEED", os.environ.get("AELESSON_SEED", "0"))


def epochs(count: int) -> range:
    """Return the epochs of a loop written by hand, as `range(count)` does.

    Where `AELESSON_LONGER` is set to a whole number, every training of the process has
    that many times as many epochs: here, and in `fit`. So `make stress` sees which
    claims of a lesson are true of short trainings only.
    """
    longer = os.environ.get("AELESSON_LONGER", "1")
    require.whole("count", count)
    return range(int(count) * _whole_number("AELESSON_LONGER", longer, at_least=1))


def widths(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes of hidden layers, as they are.

    Where `AELESSON_WIDER` is set to a number, such as 0.5, they are multiplied by it,
    here and in all builders of networks. So `make stress` sees which claims are true of
    one width only. Codes and images keep their sizes.
    """
    require.sizes("sizes", sizes, least=0)
    text = os.environ.get("AELESSON_WIDER", "1")
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < inf:
        raise ValueError(f"AELESSON_WIDER is {text!r}; it must be a number above 0")
    return tuple(max(1, round(int(size) * factor)) for size in sizes)


def seed_everything(seed: int) -> torch.Generator:
    """Seed Python, NumPy and PyTorch, and return a generator with the same seed.

    Raises:
        ValueError: If `seed` is not in 0 to 2**32 - 1, which NumPy asks for.
    """
    require.whole("seed", seed, at_least=0, at_most=2**32 - 1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def pick_device() -> torch.device:
    """Return the accelerator that PyTorch sees (CUDA, MPS, ...), or the CPU.

    `AELESSON_DEVICE` overrides the choice, for example `AELESSON_DEVICE=cpu`.

    Raises:
        ValueError: If `AELESSON_DEVICE` is not a device that PyTorch knows.
    """
    wanted = os.environ.get("AELESSON_DEVICE")
    if wanted is not None:
        return require.device("AELESSON_DEVICE", wanted)
    return _accelerator() or torch.device("cpu")


def has_bfloat16(device: torch.device) -> bool:
    """Tell whether a device has instructions for bfloat16, and need not emulate it.

    Where PyTorch does not tell, as older ones do not, the answer is yes.
    """
    kind = require.device("device", device).type
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if kind != "cpu":
        return True
    told: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    known = [has for name, has in told.items() if "bf16" in name]
    return any(known) or not known


def mixed_precision(device: torch.device) -> AbstractContextManager[Any]:
    """Compute layers in bfloat16 inside, but not where it would be emulated.

    A device without instructions for bfloat16 computes in float32, as it does outside:
    it is faster so. Weights stay float32 everywhere.
    """
    if not has_bfloat16(device):
        return nullcontext()
    return torch.autocast(require.device("device", device).type, torch.bfloat16)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put a model into evaluation mode without gradients, then back as it was.

    Each submodule returns to its own mode, so that a frozen part stays frozen.
    """
    require.model("model", model)
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes.items():
            module.training = training


def random_states() -> dict[str, Any]:
    """Return the states of the global generators: Python's, NumPy's, PyTorch's.

    They are plain values and tensors; PyTorch's stand under their type of device.
    """
    kind, numbers, *rest = np.random.get_state(legacy=True)
    states: dict[str, Any] = {
        "python": random.getstate(),
        "numpy": (kind, numbers.tolist(), *rest),  # type: ignore[union-attr]
        "cpu": torch.get_rng_state(),
    }
    accelerator = _accelerator()
    if accelerator is not None:
        states[accelerator.type] = torch.get_device_module(accelerator).get_rng_state()
    return states


def set_random_states(states: dict[str, Any]) -> None:
    """Set the global generators to states that `random_states` returned."""
    require.mapping("states", states, "state")
    try:
        torch.set_rng_state(states["cpu"])
        random.setstate(states["python"])
        np.random.set_state(states["numpy"])
    except (KeyError, TypeError, ValueError, RuntimeError):
        raise ValueError(
            f"states has {', '.join(map(require.shown, states.values()))} for "
            f"{[*states]}; it must be what random_states returned"
        ) from None
    accelerator = _accelerator()
    if accelerator is not None and accelerator.type in states:
        module = torch.get_device_module(accelerator)
        module.set_rng_state(states[accelerator.type])


def _accelerator() -> torch.device | None:
    """Return the accelerator only if it is really there.

    PyTorch's build for CUDA names CUDA on machines without a GPU as well.
    """
    if not torch.accelerator.is_available():
        return None
    return torch.accelerator.current_accelerator()


def _whole_number(name: str, text: str, at_least: int = 0) -> int:
    if not text.strip().isdecimal() or int(text) < at_least:
        raise ValueError(f"{name} is {text!r}; it must be a whole number >= {at_least}")
    return int(text)
