"""Answers to `alarm_threshold`, in other people's words."""

import torch

from aelesson import anomaly


def chosen_by(parts, factor=1):
    def alarm_threshold(train, normal, rate):
        known, new = parts(normal)
        model = train(known)
        scores = (model(new) - new).square().flatten(1).mean(1)
        return model, factor * anomaly.threshold_from_normals(scores, rate)

    return alarm_threshold


def by_split(normal):
    fifth = len(normal) // 5
    return normal.split([len(normal) - fifth, fifth])


def by_places(normal):
    places = torch.arange(len(normal)) >= len(normal) - len(normal) // 5
    return normal[~places], normal[places]


def by_lists(normal):
    images = [*normal]
    new = [images.pop() for _ in range(len(images) // 5)]
    return torch.stack(images), torch.stack(new)


RIGHT = [*map(chosen_by, (by_split, by_places, by_lists))]
WRONG = {
    "new normal images will raise more alarms": [
        chosen_by(lambda normal: (normal, normal)),
        chosen_by(lambda normal: (by_split(normal)[0],) * 2),
    ],
    "was trained on the last fifth, too": chosen_by(lambda n: (n, by_split(n)[1])),
    "the first fifth is left out": chosen_by(
        lambda n: (n[len(n) // 5 :], n[: len(n) // 5])
    ),
    "a fifth is left out: len(normal) // 5": chosen_by(
        lambda n: n.split([int(0.8 * len(n)), len(n) - int(0.8 * len(n))])
    ),
    "a larger threshold hides": chosen_by(lambda n: (n, n), 1.5),
    "was called 0 times": lambda train, normal, rate: (train, 0.5),
}
