"""Answers to `epoch_batches`, right and wrong."""

import random

import torch
from torch.utils.data import DataLoader

from .answers import Wrong


def epoch_batches_broken(images, batch_size, generator):
    return list(images.split(batch_size))


# right


def by_permutation(images, batch_size, generator):
    order = torch.randperm(len(images), generator=generator)
    return list(images[order].split(batch_size))


def index_by_index(x, size, rng):
    order = torch.randperm(len(x), generator=rng).tolist()
    return [
        torch.stack([x[i] for i in order[k : k + size]]) for k in range(0, len(x), size)
    ]


def by_sorting_noise(images, batch_size, generator):
    chosen = torch.rand(len(images), generator=generator).argsort()
    for part in chosen.split(batch_size):
        yield images[part]


def by_loader(images, batch_size, generator):
    return DataLoader(images, batch_size, shuffle=True, generator=generator)


def by_chunks(images, batch_size, generator):
    order = torch.randperm(len(images), generator=generator)
    return tuple(images.index_select(0, part) for part in order.split(batch_size))


RIGHT = [by_permutation, index_by_index, by_sorting_noise, by_loader, by_chunks]


# wrong


def from_order(make_order):
    """Return an `epoch_batches` with its own order of the images."""

    def epoch_batches(images, batch_size, generator):
        order = make_order(len(images), batch_size, generator)
        return list(images[order].split(batch_size))

    return epoch_batches


def shuffled_inside(images, batch_size, generator):
    parts = images.split(batch_size)
    return [p[torch.randperm(len(p), generator=generator)] for p in parts]


def batches_shuffled(images, batch_size, generator):
    whole = len(images) // batch_size
    order = torch.randperm(whole, generator=generator).tolist()
    parts = images.split(batch_size)
    return [parts[i] for i in order] + list(parts[whole:])


def drawn_with_replacement(count, batch_size, generator):
    return torch.randint(count, (count,), generator=generator)


def from_global_state(count, batch_size, generator):
    return torch.randperm(count)


def from_python_random(images, batch_size, generator):
    order = random.sample(range(len(images)), len(images))
    return list(images[order].split(batch_size))


def seeded_inside(count, batch_size, generator):
    return torch.randperm(count, generator=torch.Generator().manual_seed(0))


def generator_seeded(count, batch_size, generator):
    return torch.randperm(count, generator=generator.manual_seed(0))


def seeded_from_initial(count, batch_size, generator):
    same = torch.Generator().manual_seed(generator.initial_seed())
    return torch.randperm(count, generator=same)


def last_dropped(images, batch_size, generator):
    parts = by_permutation(images, batch_size, generator)
    return [part for part in parts if len(part) == batch_size]


def one_tensor(images, batch_size, generator):
    return images[torch.randperm(len(images), generator=generator)]


def indices(images, batch_size, generator):
    order = torch.randperm(len(images), generator=generator)
    return list(order.split(batch_size))


def pixels_shuffled(images, batch_size, generator):
    flat = images.flatten(1)
    order = torch.randperm(flat.shape[1], generator=generator)
    return list(flat[:, order].reshape(images.shape).split(batch_size))


def number_of_batches(images, batch_size, generator):
    order = torch.randperm(len(images), generator=generator)
    return list(images[order].chunk(batch_size))


def shuffled_in_place(images, batch_size, generator):
    images[:] = images[torch.randperm(len(images), generator=generator)]
    return list(images.split(batch_size))


def within(window):
    """Return a local shuffle: windows of so many images, each shuffled for itself."""

    def order(count, batch_size, generator):
        parts = torch.arange(count).split(window or 4 * batch_size)
        return torch.cat(
            [p[torch.randperm(len(p), generator=generator)] for p in parts]
        )

    return from_order(order)


def rotated(count, batch_size, generator):
    return torch.arange(count).roll(int(torch.randperm(count, generator=generator)[0]))


def half_shuffled(count, batch_size, generator):
    half = torch.randperm(count // 2, generator=generator)
    return torch.cat([half, torch.arange(count // 2, count)])


def halves_in_order(count, batch_size, generator):
    order = torch.randperm(count, generator=generator)
    return torch.cat([part.sort().values for part in order.split((count + 1) // 2)])


def nearly_sorted(count, batch_size, generator):
    return (torch.arange(count) + 10 * torch.rand(count, generator=generator)).argsort()


def one_order_turned(count, batch_size, generator):
    kept = torch.randperm(count, generator=torch.Generator().manual_seed(3))
    return kept.roll(int(torch.randperm(count, generator=generator)[0]))


def batches_and_inside(images, batch_size, generator):
    return batches_shuffled(
        torch.cat(shuffled_inside(images, batch_size, generator)), batch_size, generator
    )


def short_batch_anywhere(images, batch_size, generator):
    parts = images.split(batch_size)
    return [parts[i] for i in torch.randperm(len(parts), generator=generator)]


def by_buffer(count, batch_size, generator):
    held, order = [], []
    for i in range(count):
        held.append(i)
        if len(held) > 10:
            order.append(held.pop(int(torch.randint(11, (1,), generator=generator))))
    return torch.tensor(order + held)


WRONG = [
    Wrong(epoch_batches_broken, "came in the same order, that of the file"),
    Wrong(shuffled_inside, "inside each batch only"),
    Wrong(batches_shuffled, "you shuffle the batches, not the images"),
    Wrong(from_order(drawn_with_replacement), "never came, and others came twice"),
    Wrong(from_order(from_global_state), "comes from the global random state"),
    Wrong(from_order(seeded_inside), "two epochs have the same order"),
    Wrong(from_order(generator_seeded), "two epochs have the same order"),
    Wrong(from_order(seeded_from_initial), "two epochs have the same order"),
    Wrong(from_order(lambda n, b, g: torch.arange(n).flip(0)), "have the same order"),
    Wrong(last_dropped, "the last batch is missing"),
    Wrong(one_tensor, "cut it into batches"),
    Wrong(indices, "not their indices"),
    Wrong(pixels_shuffled, "its pixels were mixed"),
    Wrong(number_of_batches, "batch_size images each"),
    Wrong(within(None), "you shuffle parts of the data"),
    Wrong(within(10), "you shuffle parts of the data"),
    Wrong(within(32), "you shuffle parts of the data"),
    Wrong(within(100), "you shuffle parts of the data"),
    Wrong(within(1000), "not within a window or a buffer"),
    Wrong(from_order(by_buffer), "you shuffle parts of the data"),
    Wrong(from_order(nearly_sorted), "you shuffle parts of the data"),
    Wrong(from_order(half_shuffled), "you shuffle parts of the data"),
    Wrong(from_order(halves_in_order), "you shuffle parts of the data"),
    Wrong(from_order(rotated), "Is the data only rotated"),
    Wrong(from_order(one_order_turned), "one order is kept"),
    Wrong(batches_and_inside, "in whole batches?"),
    Wrong(short_batch_anywhere, "batches were shuffled after they were cut"),
    Wrong(shuffled_in_place, "changes its input images in place"),
    Wrong(lambda x, b, g: iter([3, 4]), "expected a torch tensor"),
]
