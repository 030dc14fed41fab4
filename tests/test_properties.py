"""Properties of every public function that takes a batch of data.

The tables are in `properties`. A row's result depends on that row alone, or a figure
on all rows in whatever order; dtypes and shapes are kept, and nothing that came is
changed. A function in no table has a property of its own, here or where it is named.
"""

import numpy as np
import properties_interpret as interpreted
import properties_variants as variants
import pytest
import torch
from bad_input_calls import CALLS
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties import ANY_FLOAT, TOGETHER, TOGETHER32, Draw
from properties import FLOAT32 as OF_NETWORKS
from properties import WHOLE as OF_NUMBERS
from torch import Tensor

from aelesson import compression, corruptions, data, latent, likelihood, losses
from aelesson.data import classes, sequences

FEW = settings(max_examples=4)
SOME = settings(max_examples=15)
SEEDS = st.integers(0, 2**20)
BOTH = st.sampled_from([torch.float32, torch.float64])

OWN = {
    "retrieval.nearest": "test_bad_input",
    "labels.stratified_subset": "test_labels",
    "labels.spread": "test_labels_spread",
    "likelihood.draw_log_weights": "test_likelihood",
    "likelihood.nll": "test_likelihood",
    "families.Likelihood.require": "test_likelihood_families",
    "latent.interpolate": "test_latent",
    "training.batching.batches": "training/test_batching",
    "training.loop.train_epoch": "training/test_loop",
    "training.loop.fit": "training/test_loop",
    "compression.tile": "here",
    "compression.untile": "here",
    "compression.png_bytes": "here",
    "compression.zlib_bytes": "here",
    "compression.jpeg_round_trip": "here",
    "data.sets.ImageSet": "here",
    "data.sets.ImageSet.take": "here",
    "data.sets.Table": "here",
    "data.sets.Table.take": "here",
    "data.folders.FolderDataset.take": "data/test_folders",
    "data.sequences.check_padded": "here, by backwards",
    "data.features.Features": "data/test_features",
    "interpret.scores.match": "interpret/test_scores",
    "objectives.denoising()": "test_objectives",
    "objectives.negative_elbo()": "test_objectives",
    "objectives.negative_iwae()": "test_objectives",
    "conditional.ConditionalVAE.given": "test_conditional",
    "bounds.vector_quantised()": "test_codebooks",
    "bounds.free_bits()": "test_disentangle",
    "bounds.total_correlation()": "test_disentangle",
    "codebooks.Codebook": "test_codebooks",
    "codebooks.MovingCodebook": "test_codebooks",
    "codebooks.MovingCodebook.nearest": "test_codebooks",
    "quantise.gumbel_softmax": "test_quantise",
    "conditional.nll": "test_conditional",
    "bounds.conditional()": "test_conditional",
    "priors.MixturePrior": "test_priors",
    "priors.VampPrior": "test_priors",
    "flows.FlowPrior": "test_priors",
    "stacking.pretrain": "test_stacking",
    "stacking.train_layers": "test_stacking",
    "runtime.set_random_states": "test_runtime",
}
DRAWN = {  # made of a generator; what comes out is as large as what went in
    "corruptions.gaussian_noise()": lambda g: corruptions.gaussian_noise(
        0.5, clamp=True, generator=g
    ),
    "corruptions.masking()": lambda g: corruptions.masking(0.4, generator=g),
    "corruptions.salt_and_pepper()": lambda g: corruptions.salt_and_pepper(
        0.4, generator=g
    ),
    "corruptions.occlusion()": lambda g: corruptions.occlusion(3, generator=g),
    "corruptions.deformation()": lambda g: corruptions.deformation(
        angle=20, scale=0.2, shear=0.2, shift=2, bend=1, generator=g
    ),
    "latent.reparameterize": lambda g: (
        lambda x: latent.reparameterize(x, 0 * x - 90, g).clamp(0, 1)
    ),
    "latent.normal_like": lambda g: lambda x: latent.normal_like(x, g).sigmoid(),
}
FLOAT32 = {**OF_NETWORKS, **variants.FLOAT32, **interpreted.FLOAT32}
WHOLE = {**OF_NUMBERS, **variants.WHOLE}
ANY = {**ANY_FLOAT, **variants.ANY_FLOAT, **interpreted.ANY_FLOAT}
BY_ROW = {**FLOAT32, **ANY, **WHOLE}
TOGETHER32 |= interpreted.TOGETHER32
OF_ALL = {**TOGETHER, **variants.TOGETHER, **interpreted.TOGETHER, **TOGETHER32}


def takes_data(call):
    """Tell whether an argument is a tensor, or a tuple of them."""
    parts = [each if isinstance(each, tuple) else (each,) for each in call.values()]
    return any(isinstance(each, Tensor) for part in parts for each in part)


def test_every_function_of_data_has_a_property():
    silent = (
        "plots.",
        "require.",
        "training.batching",
        "training.memory",
        "training.sources",
        "layers.",
    )
    asked = {
        name
        for name, call in CALLS.items()
        if takes_data(call.arguments) and not name.startswith(silent)
    }
    tables = {*BY_ROW, *OF_ALL, *DRAWN, *OWN}
    assert sorted(asked - tables) == []
    assert sorted(tables - CALLS.keys()) == []


def draw(count, seed, dtype=torch.float32):
    return Draw(count, dtype, torch.Generator().manual_seed(seed))


def close(ours, theirs):
    torch.testing.assert_close(
        torch.as_tensor(ours), torch.as_tensor(theirs), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("name", BY_ROW)
@FEW
@given(st.integers(1, 5), SEEDS, BOTH, st.data())
def test_each_row_depends_on_itself_alone(name, count, seed, dtype, more):
    dtype = torch.float32 if name in FLOAT32 else dtype
    function, *batches = BY_ROW[name](draw(count, seed, dtype))
    before = [each.clone() for each in batches]
    with torch.no_grad():
        whole = function(*batches)
        order = torch.tensor(more.draw(st.permutations(range(count))))
        close(function(*(each[order] for each in batches)), whole[order])
        close(function(*(each[-1:] for each in batches)), whole[-1:])
    assert len(whole) == count
    assert name in WHOLE or whole.dtype == dtype
    assert all(map(torch.equal, batches, before))


@pytest.mark.parametrize("name", OF_ALL)
@FEW
@given(st.integers(4, 8), SEEDS, BOTH, st.data())
def test_the_order_of_the_rows_changes_no_figure(name, count, seed, dtype, more):
    dtype = torch.float32 if name in TOGETHER32 else dtype
    function, *batches = OF_ALL[name](draw(count, seed, dtype))
    before = [each.clone() for each in batches]
    with torch.no_grad():
        whole = function(*batches)
        order = torch.tensor(more.draw(st.permutations(range(count))))
        close(function(*(each[order] for each in batches)), whole)
    assert all(map(torch.equal, batches, before))


@pytest.mark.parametrize("name", DRAWN)
@FEW
@given(st.integers(1, 4), st.integers(3, 9), SEEDS, BOTH)
def test_what_is_drawn_repeats_by_its_seed(name, count, side, seed, dtype):
    x = draw(count, seed, dtype).images(2, side, side + 1)
    before = x.clone()
    first, second, other = (
        DRAWN[name](torch.Generator().manual_seed(seed + more))(x) for more in (0, 0, 1)
    )
    assert torch.equal(x, before)
    assert torch.equal(first, second)
    assert (first.shape, first.dtype) == (x.shape, dtype)
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-6
    almost_sure = name != "latent.reparameterize" and count * side > 20
    assert not (almost_sure and torch.equal(first, other))


@SOME
@given(st.integers(1, 12), SEEDS, BOTH, st.floats(-5, 5), st.floats(0.1, 9))
def test_levels_go_to_values_and_back(bits, seed, dtype, low, width):
    z = (low + width * draw(6, seed, dtype).images(3)).clamp(low, low + width)
    levels = compression.quantise(z, bits, low, low + width)
    back = compression.dequantise(levels, bits, low, low + width)
    assert (back - z).abs().max() <= width / (2**bits - 1) / 2 + 1e-4 * (width + 5)
    assert torch.equal(compression.quantise(back, bits, low, low + width), levels)


@SOME
@given(
    st.integers(1, 7),
    st.integers(1, 4),
    st.sampled_from([1, 3]),
    st.integers(1, 5),
    SEEDS,
)
def test_images_in_files_are_the_images(count, columns, channels, side, seed):
    x = draw(count, seed).images(channels, side, side + 1)
    sheet = compression.tile(x, columns)
    assert torch.equal(compression.untile(sheet, count, columns), x)
    assert compression.png_bytes(x) > 8
    assert compression.zlib_bytes(compression.to_pixels(x)) > 0
    again, size = compression.jpeg_round_trip(x, 95)
    assert (again.shape, again.dtype) == (x.shape, x.dtype)
    assert 0 <= again.min() <= again.max() <= 1
    assert size > 0


@SOME
@given(st.integers(1, 5), st.integers(1, 6), SEEDS)
def test_a_sequence_turned_twice_is_as_it_was(count, longest, seed):
    made = draw(count, seed)
    x, lengths = made.values(longest, 2), made.whole(longest + 1)
    once = sequences.backwards(x, lengths)
    assert torch.equal(sequences.backwards(once, lengths), x)
    mask = sequences.lengths_to_mask(lengths, longest)
    assert torch.equal(mask.sum(1), lengths)
    assert torch.equal(once[~mask], x[~mask])


@SOME
@given(st.integers(1, 5), st.integers(1, 4), SEEDS, st.floats(-3, 3))
def test_a_bound_of_weights_lies_between_their_mean_and_their_largest(
    draws, images, seed, shift
):
    weights = draw(draws, seed).values(images) * 5
    bound = likelihood.iwae_bound(weights)
    assert (bound >= weights.mean(0) - 1e-4).all()
    assert (bound <= weights.amax(0) + 1e-4).all()
    close(likelihood.iwae_bound(weights + shift), bound + shift)


@SOME
@given(st.integers(1, 4), SEEDS)
def test_divergence_is_0_only_at_the_prior(count, seed):
    mean, logvar = draw(count, seed).codes(), draw(count, seed + 1).codes()
    assert (losses.kl_to_standard_normal(mean, logvar) > 0).all()
    assert not losses.kl_to_standard_normal(0 * mean, 0 * mean).any()
    drawn = latent.reparameterize(mean, torch.full_like(mean, -200))
    close(drawn, mean)


SIDES = st.integers(5, 9)
KINDS = st.sampled_from([np.uint8, np.int32, np.float32, np.float64, ">f8", "<u2"])


@SOME
@given(st.integers(1, 4), SIDES, SIDES, st.sampled_from([1, 3]), KINDS, SEEDS)
def test_arrays_of_every_layout_make_the_same_set(n, high, wide, channels, kind, seed):
    random = np.random.RandomState(seed)
    pixels = random.randint(0, 256, (n, channels, high, wide))
    pixels[0, 0, 0, 0] = 255
    wanted = torch.from_numpy(pixels / 255).float()
    given_ = pixels.astype(kind)
    labels = random.randint(0, 3, n)
    ways = [given_, np.moveaxis(given_, 1, 3), np.asfortranarray(given_), [*given_]]
    ways += [given_[:, 0]] if channels == 1 and n != 3 else []
    for way in ways:
        made = data.from_arrays(way, labels)
        torch.testing.assert_close(made.images, wanted)
        assert made.images.is_contiguous()
        assert made.labels.tolist() == labels.tolist()
    chosen = torch.from_numpy(random.permutation(n))
    assert torch.equal(made.take(chosen).images, made.images[chosen])
    assert torch.equal(made.take(chosen).labels, made.labels[chosen])


@SOME
@given(st.integers(6, 30), st.integers(1, 4), SEEDS)
def test_a_table_is_split_and_scaled_by_its_training_rows(n, columns, seed):
    random = np.random.RandomState(seed)
    rows = random.normal(3, 50, (n, columns)) * 10.0 ** random.randint(-4, 5, columns)
    made = data.from_table(rows, np.arange(n))
    torch.testing.assert_close(made.rows, torch.from_numpy(rows).float())
    splits = data.split(made, (0.5, 0.25, 0.25), seed=seed)
    parts = splits.train, splits.validation, splits.test
    assert sorted(torch.cat([each.labels for each in parts]).tolist()) == [*range(n)]
    for part in parts:
        assert torch.equal(part.rows, made.rows[part.labels])
    assume(len(splits.train) > 1)
    train = data.standardised(splits).train.rows
    close(train.mean(0), torch.zeros(columns))
    close(train.std(0, correction=0), torch.ones(columns))


WORDS = st.lists(st.text("aäB 1", max_size=3) | st.booleans(), min_size=1, max_size=9)
NUMBERS = st.lists(st.integers(-3, 3), min_size=1, max_size=9)


@SOME
@given(WORDS | NUMBERS)
def test_equal_labels_get_equal_numbers_and_others_do_not(given_):
    numbers, names = classes.numbered(given_, len(given_))
    said = [*map(str, given_)]
    pairs = {*zip(said, numbers.tolist(), strict=True)}
    assert len(pairs) == len({*said}) == len({*numbers.tolist()})
    assert not names or [names[i] for i in numbers] == said
