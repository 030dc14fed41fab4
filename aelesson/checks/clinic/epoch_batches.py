"""`epoch_batches(images, batch_size, generator)`: all images, shuffled, in batches."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Exercise, Finding, orders
from aelesson.checks.engine.calls import attempt, failed, kind, outcome
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.observe import fresh, inputs_kept
from aelesson.checks.engine.randomness import own_randomness, seeded


def epoch_batches(images, batch_size, generator):
    order = torch.randperm(len(images), generator=generator)
    return list(images[order].split(batch_size))


def cases():
    def case(count, size, epochs=3):  # images that any of their pixels tells apart
        images = torch.arange(count).view(-1, 1, 1, 1) + torch.arange(6).view(2, 3) / 10
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
    yield "kind", kind(got)
    yield "batches", batches(got, images)
    yield "sizes", orders.sizes([len(batch) for batch in got], len(images), size)
    generator = seeded(30)
    found = [numbers(draw(generator)) for _ in range(epochs)]
    yield "once each", orders.once_each(found, len(images))
    yield "order", orders.shuffled(found, size)
    if len(images) < 100:
        yield "randomness", own_randomness(draw)
        return
    places = torch.tensor(found)
    if epochs > 10:
        yield "reach", orders.everywhere(places)
    yield "distance", orders.far(places)
    yield "neighbours", orders.apart(places)


def numbers(batches):
    """Return which image stands in each row, by its first pixel."""
    rows = torch.cat([batch.flatten(1)[:, 0] for batch in batches])
    return [int(n) for n in rows.round().tolist()]


def batches(got, images):
    """Ask for batches of whole images."""
    shape = images.shape[1:]
    if not all(isinstance(b, Tensor) and b.shape[1:] == shape for b in got):
        return SHAPE
    places = [min(max(n, 0), len(images) - 1) for n in numbers(got)]
    return FINE if close(torch.cat(got), images[places]) else MIXED


SHAPE = Finding("shape", "each batch must be one tensor of images: images[chosen].")
MIXED = Finding(
    "mixed",
    "a batch holds an image that is none of yours: its pixels were mixed.\n"
    "Shuffle whole images, along the first dimension only.",
)
check = Exercise(epoch_batches, cases, observe, fixed=False)
check.mistakes(
    {
        "images are drawn one by one, so some come twice and some never: take\n"
        "torch.randperm(len(images), generator=generator).": (
            "torch.randperm(len(images), -> torch.randint(len(images), (len(images),),"
        ),
        "chunk(k) cuts into k parts, split(k) into parts of k.": "split -> chunk",
        "one batch is all that you return: an epoch has all of them.": (
            ".split(batch_size) -> [:batch_size].split(batch_size)"
        ),
    }
)
