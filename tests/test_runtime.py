import random

import numpy as np
import pytest
import torch
from torch import nn

from aelesson import runtime


def draw():
    return random.random(), np.random.rand(), torch.rand(1).item()


def test_seeding_repeats_every_source_of_randomness():
    generator = runtime.seed_everything(7)
    first, shuffled = draw(), torch.randperm(50, generator=generator)
    again = runtime.seed_everything(7)
    assert draw() == first
    assert torch.equal(torch.randperm(50, generator=again), shuffled)
    runtime.seed_everything(8)
    assert draw() != first


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_impossible_seed_is_named(seed):
    with pytest.raises(ValueError, match=f"seed is {seed}"):
        runtime.seed_everything(seed)


def test_the_environment_chooses_the_default_seed(monkeypatch):
    monkeypatch.delenv("AELESSON_SEED", raising=False)
    assert runtime.default_seed() == 0
    monkeypatch.setenv("AELESSON_SEED", "3")
    assert runtime.default_seed() == 3
    runtime.start()
    assert torch.initial_seed() == 3


@pytest.mark.parametrize("text", ["", "one", "-1", "1.5"])
def test_a_seed_that_is_no_number_is_named(monkeypatch, text):
    monkeypatch.setenv("AELESSON_SEED", text)
    with pytest.raises(ValueError, match="AELESSON_SEED is"):
        runtime.default_seed()


def test_threads_follow_the_environment(monkeypatch):
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    runtime.start()
    assert torch.get_num_threads() == 1
    torch.set_num_threads(before)


def test_no_threads_are_refused(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "0")
    with pytest.raises(ValueError, match="OMP_NUM_THREADS is '0'"):
        runtime.start()


def test_a_device_without_hardware_is_not_picked(monkeypatch):
    monkeypatch.delenv("AELESSON_DEVICE", raising=False)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    assert runtime.pick_device() == torch.device("cpu")


def test_an_accelerator_is_picked(monkeypatch):
    monkeypatch.delenv("AELESSON_DEVICE", raising=False)
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    current = lambda: torch.device("mps")  # noqa: E731
    monkeypatch.setattr(torch.accelerator, "current_accelerator", current)
    assert runtime.pick_device() == torch.device("mps")


def test_the_environment_overrides_the_device(monkeypatch):
    monkeypatch.setenv("AELESSON_DEVICE", "meta")
    assert runtime.pick_device() == torch.device("meta")
    monkeypatch.setenv("AELESSON_DEVICE", "toaster")
    with pytest.raises(ValueError, match="AELESSON_DEVICE is 'toaster'"):
        runtime.pick_device()


def test_evaluating_gives_every_part_its_own_mode_back():
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    model[0].eval()
    with runtime.evaluating(model):
        assert not any(module.training for module in model.modules())
        assert not model(torch.ones(1, 2)).requires_grad
    assert [m.training for m in model.modules()] == [True, False, True]


def test_evaluating_gives_the_mode_back_after_an_error_too():
    model = nn.Linear(2, 2)
    with pytest.raises(KeyError), runtime.evaluating(model):
        raise KeyError
    assert model.training
    assert torch.is_grad_enabled()


def test_random_states_go_back():
    kept = runtime.random_states()
    first = torch.rand(3)
    runtime.set_random_states(kept)
    assert torch.equal(torch.rand(3), first)
