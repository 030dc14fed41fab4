"""A record computes what the function computed, and knows nothing else."""

import gc
import weakref

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import regularisers, runtime
from aelesson.checks import judge
from aelesson.checks.engine.packed import Parts, pack, unpack
from aelesson.checks.engine.programs import LARGEST, Program, Unsuitable
from aelesson.checks.engine.recorded import Record, Refused, recorded
from aelesson.data import sequences
from aelesson.recurrent import RecurrentAutoencoder


def sent(function, *rows):
    """Record a function, and have it go through bytes."""
    return unpack(pack({"it": recorded("it", function, *rows)})).it


def small(*layers):
    runtime.seed_everything(0)
    return nn.Sequential(*(layer() for layer in layers)).eval()


def conv():
    net = small(
        lambda: nn.Conv2d(1, 4, 3, 2, 1),
        lambda: nn.BatchNorm2d(4),
        nn.SiLU,
        lambda: nn.Dropout(0.5),
        nn.Flatten,
        lambda: nn.Linear(784, 10),
    )
    net[1].running_mean += 0.3
    return net


def attention():
    layer = nn.TransformerEncoderLayer(28, 4, 32, batch_first=True).eval()
    return lambda x: layer(x.squeeze(1))


def many_steps(x):
    """Take many small steps, as ISTA does."""
    rows = F.normalize(torch.arange(784 * 5.0).sin().view(5, 784), dim=1)
    rate = 1 / float(torch.linalg.eigvalsh(rows @ rows.T)[-1])
    z = torch.zeros(len(x), 5)
    for _ in range(50):
        z = (z + rate * ((x.flatten(1) - z @ rows) @ rows.T - 0.1)).relu()
    return z


def in_place(x):
    out = torch.empty_like(x)
    assert not torch.equal(out[:0], x)
    out[:] = x
    out[out < 0.5] = 0
    out.mul_(2).add_(1)
    return out


FUNCTIONS = {
    "convolution": conv(),
    "attention": attention(),
    "many steps": many_steps,
    "in place": in_place,
    "float64": lambda x: x.double().flatten(1).cumsum(1).float(),
    "the best few": lambda x: regularisers.TopK(5)(x.flatten(1)),
    "classes": lambda x: F.one_hot((9 * x).long().squeeze(1), 10),
    "two results": lambda x: (x.mean((1, 2, 3)), x.amax((1, 2, 3))),
    "distances": lambda x: torch.cdist(x.flatten(1), judge.known(9).flatten(1)).amin(1),
    "chance": lambda x: x + 0 * torch.rand_like(x),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("count", [1, 7, 50])
def test_a_record_does_what_the_function_does_for_any_number_of_rows(function, count):
    record, x = sent(function, judge.known(20)), judge.known(300)[-count:]
    with torch.no_grad():
        torch.testing.assert_close(list(record(x)), list(function(x)))


def test_a_recurrent_network_is_recorded_for_each_length():
    runtime.seed_everything(0)
    model = RecurrentAutoencoder(2, 8, 3, sequences.backwards).eval()
    x = torch.randn(40, 9, 2)
    for length in (2, 9):
        whole = torch.full((20,), length)
        record = sent(lambda x, whole=whole: model.encode(x, whole[: len(x)]), x)
        with torch.no_grad():
            torch.testing.assert_close(record(x[20:]), model.encode(x[20:], whole))


def by_numpy(x):
    return torch.from_numpy(x.numpy() * 2)


def by_list(x):
    return torch.tensor([sum(map(sum, each[0])) for each in x.tolist()])


@pytest.mark.parametrize("function", [by_numpy, by_list])
def test_what_leaves_pytorchs_operations_is_refused(function):
    with pytest.raises(Refused, match="no NumPy, SciPy or scikit-learn"):
        recorded("it", function, judge.known(20))


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: x if x.mean() > 0 else -x, "a value is taken out of a tensor"),
        (lambda x: x / x.max().item(), "a value is taken out of a tensor"),
        (lambda x: x + torch.rand(1, generator=torch.Generator()), "of its own"),
        (lambda x: x.to("meta"), "it computes on meta"),
        (lambda x: x @ torch.ones(3), "RuntimeError"),
    ],
)
def test_what_cannot_be_recorded_is_refused_in_words(function, says):
    with pytest.raises(Refused, match=says):
        recorded("it", function, judge.known(20))


def test_what_happens_after_recording_does_not_count():
    layer = nn.Linear(3, 2)
    record, x = Record.of(layer, torch.ones(4, 3)), torch.randn(4, 3)
    before = record(x)
    layer.weight.data.zero_()
    torch.testing.assert_close(record(x), before)


def test_a_record_keeps_nothing_from_call_to_call():
    seen = torch.zeros(4, 3)

    def first(x):
        return seen.copy_(x).sum(1)

    def second(z):
        return seen + 0 * z[:, None]

    thing = unpack(
        pack(
            {
                "first": Record.of(first, torch.ones(4, 3)),
                "second": Record.of(second, torch.ones(4)),
            }
        )
    )
    told = thing.second(torch.ones(4))
    thing.first(torch.randn(4, 3))
    torch.testing.assert_close(thing.second(torch.ones(4)), told)


def test_memory_that_was_in_use_is_not_read():
    made = Record.of(lambda x: torch.empty(20, 5).clone(), judge.known(20))
    record = unpack(pack({"it": made})).it
    secret = [torch.full((20, 5), 7.0) for _ in range(50)]
    del secret
    assert not record(judge.known(20)).any()


def test_a_replay_keeps_no_result_alive():
    record = Record.of(lambda x: x * 2, torch.ones(4, 3))
    result = record.program.run([torch.ones(4, 3)])
    there = weakref.ref(result)
    gc.disable()
    try:
        del result
        assert there() is None
    finally:
        gc.enable()


def test_inputs_are_left_as_they_are():
    x = judge.known(20)
    sent(lambda x: x.mul_(2), judge.known(40))(x)
    torch.testing.assert_close(x, judge.known(20))


def test_what_is_used_twice_is_counted_once():
    tied = nn.Linear(784, 8).weight
    parts = {
        "encode": Record.of(lambda x: x.flatten(1) @ tied.T, judge.known(20)),
        "decode": Record.of(lambda z: z @ tied, torch.ones(20, len(tied))),
        "also": tied.detach()[:2],
    }
    assert [each.numel() for each in unpack(pack(parts)).tensors()] == [tied.numel()]


def test_a_piece_travels_without_what_lies_beside_it():
    whole = torch.randn(1000, 1000)
    thing = unpack(pack({"piece": whole[10:12, 5:9]}))
    torch.testing.assert_close(thing.piece, whole[10:12, 5:9])
    assert thing.piece.untyped_storage().nbytes() == 32


def test_what_does_not_matter_is_left_out():
    large = torch.zeros(1000, 1000)
    record = Record.of(lambda x: (x @ large)[0:0].sum() + x if 0 else x + 1, large)
    assert len(record.program.nodes) == 1
    assert not Parts({"it": Record.of(lambda x: (x @ large, x)[1], large)}).tensors()


def test_results_that_are_too_large_are_never_computed():
    size = LARGEST // 4 + 1
    node = ["aten::zeros", [[size]], {}, []]
    program = Program([[1]], ["float32"], [node], {"of": [0, 0]}, [])
    with pytest.raises(Unsuitable, match="bytes, at most"):
        program.checked()
