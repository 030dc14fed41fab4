"""`epoch_batches(images, batch_size, generator)`: all images, shuffled, in batches."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, kind, outcome
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.observe import fresh, inputs_kept
from aelesson.checks.engine.orders import (
    apart,
    everywhere,
    far,
    once_each,
    shuffled,
    sizes,
)
from aelesson.checks.engine.randomness import own_randomness, seeded
from aelesson.checks.engine.wording import kind_in_words, short


def epoch_batches(images, batch_size, generator):
    order = torch.randperm(len(images), generator=generator)
    return list(images[order].split(batch_size))


def cases():
    def case(count, size, epochs=3):  # images that any of their pixels tells apart
        numbers = torch.arange(count, dtype=torch.float32).reshape(count, 1, 1, 1)
        images = numbers + torch.linspace(0, 0.5, 6).reshape(1, 2, 3)
        return {"images": images, "batch_size": size, "epochs": epochs}

    small = [case(17, 4), case(23, 5), case(24, 6), case(41, 10)]
    return [*small, case(200, 7, epochs=60), case(2500, 64)]


def observe(answer, case):
    images, size, epochs = case.values()
    given = {"images": fresh(images)}

    def draw(generator):
        got = answer(given["images"], size, generator)
        iterable = hasattr(got, "__iter__") and not isinstance(got, Tensor)
        return list(got) if iterable else got

    got = attempt(draw, [seeded(30)])
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept({"images": images}, given)
    yield "batches", batches(got, images)
    yield "sizes", sizes([len(batch) for batch in got], len(images), size)
    generator = seeded(30)
    orders = [numbers(draw(generator)) for _ in range(epochs)]
    yield "once each", once_each(orders, len(images))
    yield "order", shuffled(orders, size)
    if len(images) < 100:
        yield "randomness", own_randomness(draw)
        return
    places = torch.tensor(orders)
    if epochs > 10:
        yield "reach", everywhere(places)
    yield "distance", far(places)
    yield "neighbours", apart(places)


def numbers(batches):
    """Return which image stands in each row, by its first pixel."""
    rows = torch.cat([batch.flatten(1)[:, 0] for batch in batches])
    return [int(n) for n in rows.round().tolist()]


def batches(got, images):
    """Ask for a list of batches of whole images."""
    says = wrong_kind(got) or wrong_images(got, images)
    return Finding(says[:22], says) if says else FINE


def wrong_kind(got):
    if got is None:
        return "your function returned None, expected batches: is `return` missing?"
    if not isinstance(got, list):
        cut = ": cut it into batches" * isinstance(got, Tensor)
        return f"got {short(got)}, expected a list of batches{cut}."
    if others := [kind(each) for each in got if not isinstance(each, Tensor)]:
        return f"each batch is one torch tensor: yours is {kind_in_words(others[0])}."
    if not all(each.is_floating_point() for each in got):
        return "whole numbers: return the images, images[chosen], not their indices."
    return None


def wrong_images(got, images):
    if any(each.shape[1:] != images.shape[1:] for each in got):
        wanted = ", ".join(map(str, images.shape[1:]))
        return (
            f"a batch has shape {tuple(got[0].shape)}, expected (batch_size, {wanted})."
        )
    rows = torch.cat(got)
    found = rows.flatten(1)[:, 0].round().long().clamp(0, len(images) - 1)
    return None if close(rows, images[found]) else PIXELS


PIXELS = """a batch holds an image that is none of yours: its pixels were mixed.
Shuffle whole images, along the first dimension only."""


def told(case):
    return f"{len(case['images'])} images, batch_size = {case['batch_size']}"


check = Exercise(epoch_batches, cases, observe, fixed=False, tell=told)
BATCHES = "list(images[order].split(batch_size)) ->"
check.mistakes(
    {
        "images are drawn one by one, so some come twice and some never: take\n"
        "torch.randperm(len(images), generator=generator).": (
            "torch.randperm(len(images), -> torch.randint(len(images), (len(images),),"
        ),
        "chunk(k) cuts into k parts: split(k) into parts of k images.": (
            "split -> chunk"
        ),
        "chunk(k) cuts as evenly as it can: split(batch_size) leaves the rest last.": (
            "split(batch_size) -> chunk(-(-len(images) // batch_size))"
        ),
        "one batch is all that you return: an epoch has all of them.": (
            f"{BATCHES} [images[order][:batch_size]]"
        ),
    }
)
