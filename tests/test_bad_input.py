"""Every public function refuses what it cannot use, in words.

The functions are found, not listed. Each needs a valid call in `bad_input_calls`; a bad
value is then put in the place of each argument in turn. It is refused by a `TypeError`
or `ValueError` that names the argument and shows what came; or it stands in the table,
as legal there, with a reason; or, of nan and infinity in a tensor, it comes out as
such, so that nobody overlooks it and `fit` can name the term.
"""

import re

import pytest
import torch
from bad_input import ALIKE, OBSCURE, SHOWN, found, outcome, parameters_of, tried, used
from bad_input_calls import CALLS, LEFT_OUT, MODULES_LEFT_OUT, is_left_out
from hypothesis import assume, given
from hypothesis import strategies as st

from aelesson import (
    corruptions,
    latent,
    losses,
    metrics,
    regularisers,
    require,
    retrieval,
)

FOUND = found()
KEYS = sorted(FOUND.keys() & CALLS.keys())


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    states = torch.get_rng_state()
    yield
    torch.set_rng_state(states)


def test_every_public_function_is_covered():
    missing = [k for k in FOUND if k not in CALLS and not is_left_out(k)]
    assert not missing, f"give each a valid call in bad_input_calls: {missing}"


def test_the_table_names_nothing_that_is_not_there():
    modules = {key.rpartition(".")[0] for key in FOUND}
    assert not [key for key in [*CALLS, *LEFT_OUT] if key not in FOUND]
    assert not [each for each in MODULES_LEFT_OUT if each not in modules]
    assert not [key for key in CALLS if is_left_out(key)]


def test_there_are_many_bad_inputs():
    assert sum(len(tried(FOUND[key], CALLS[key])) for key in KEYS) > 5000


@pytest.mark.parametrize("key", KEYS)
def test_bad_values_are_refused_in_words(key):
    given, call = CALLS[key], CALLS[key].on or FOUND[key]
    assert set(parameters_of(call)) == set(given.arguments), "one value for each"
    used(call(**given.arguments))
    wrong = {}
    for argument, name in tried(FOUND[key], given):
        kind, told = outcome(call, given, argument, name)
        shown = kind == SHOWN and name in ("nan", "infinity")
        legal = kind != OBSCURE and (argument, name) in given.legal
        if not (kind == ALIKE or shown or legal):
            wrong[argument, name] = f"{kind}: {told}"
    assert not wrong, "\n".join(f"{case}: {told}" for case, told in wrong.items())


@pytest.mark.parametrize("key", KEYS)
def test_what_is_said_to_be_legal_would_be_tried(key):
    assert not CALLS[key].legal.keys() - set(tried(FOUND[key], CALLS[key]))


SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)
FLOATS = st.sampled_from([torch.float16, torch.float32, torch.float64, torch.bfloat16])
OTHERS = st.sampled_from(
    [torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool, torch.complex64]
)
PAIRS = {
    "x_hat": [losses.mse, losses.gaussian_nll, losses.laplace_nll, metrics.psnr],
    "logits": [losses.bernoulli_nll],
    "mean": [losses.kl_to_standard_normal, latent.reparameterize],
}
CASES = [
    (function, name) for name, functions in PAIRS.items() for function in functions
]


@given(st.sampled_from(CASES), SHAPES, SHAPES, FLOATS)
def test_pairs_of_other_shapes_are_refused(case, shape, other, dtype):
    assume(shape != other)
    function, name = case
    wrong, right = torch.rand(shape, dtype=dtype), torch.rand(other, dtype=dtype)
    with pytest.raises(ValueError, match=re.escape(str(shape))) as caught:
        function(wrong, right)
    assert name in str(caught.value)


@given(st.sampled_from(CASES), SHAPES, FLOATS)
def test_pairs_of_one_shape_give_a_number_per_image_or_are_refused(case, shape, dtype):
    function, _ = case
    x = torch.rand(shape, dtype=dtype)
    if len(shape) < 2 or 0 in shape:
        if function is not latent.reparameterize:
            with pytest.raises(ValueError, match=re.escape(str(shape))):
                function(x, x)
    else:
        assert len(function(x, x)) == shape[0]


@given(st.sampled_from(CASES), OTHERS, st.booleans())
def test_numbers_that_wrap_round_or_count_are_refused(case, dtype, first):
    function, _ = case
    x, other = torch.rand(2, 3), torch.ones(2, 3).to(dtype)
    with pytest.raises(TypeError, match=re.escape(str(dtype))):
        function(*((other, x) if first else (x, other)))


@given(SHAPES, st.lists(st.sampled_from(["B", "1", "3"]), max_size=4), st.booleans())
def test_shapes_are_read_as_they_are_written(shape, sides, more):
    """An independent reading: letter by letter, with `...` for one side or more."""
    written = [*sides, "..."] if more else sides
    enough = len(shape) > len(sides) if more else len(shape) == len(sides)
    exact = not more  # a number before `...` counts as a letter
    fits = enough and all(
        size > 0 and (side == "B" or not exact or size == int(side))
        for size, side in zip(shape, sides, strict=False)
    )
    fits = fits and 0 not in shape
    text = f"({', '.join(written)})"
    if fits:
        require.tensor("x", torch.zeros(shape), text)
    else:
        with pytest.raises(ValueError, match=r"x has shape .* expected"):
            require.tensor("x", torch.zeros(shape), text)


@given(st.floats() | st.integers(-5, 5))
def test_shares_are_in_the_unit_range(amount):
    if 0 <= amount <= 1:
        assert corruptions.masking(amount)(torch.ones(2, 3)).shape == (2, 3)
    else:
        with pytest.raises(ValueError, match=r"amount is .* at least 0 and at most 1"):
            corruptions.masking(amount)


@given(st.integers(-3, 9), st.integers(1, 6))
def test_a_k_is_from_1_to_what_is_there(k, size):
    z = torch.rand(size + 1, size)
    labels = torch.arange(size + 1)
    if 1 <= k <= size:
        assert (regularisers.top_k(z, k) != 0).sum(1).max() <= k
        found_codes = retrieval.nearest(z, labels, k)
        assert not (found_codes == labels[:, None]).any(), "no code finds itself"
        return
    for function, other in ((regularisers.top_k, ()), (retrieval.nearest, (labels,))):
        with pytest.raises(ValueError, match=f"k is {k}; .* at most {size}"):
            function(z, *other, k)
