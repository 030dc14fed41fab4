"""Answers to `build_classifier`, right and wrong."""

import copy

import torch
from torch import nn

from .answers import Wrong

# right


def classifier_reference(encoders, classes):
    head = nn.Linear(encoders[-1][0].out_features, classes)
    return nn.Sequential(nn.Flatten(), *encoders, head)


class Classifier(nn.Module):
    """Keep the encoders in a module list."""

    def __init__(self, encoders, classes):
        super().__init__()
        self.encoders = nn.ModuleList(encoders)
        size = [m for m in self.encoders.modules() if isinstance(m, nn.Linear)][-1]
        self.head = nn.Linear(size.out_features, classes)

    def forward(self, x):
        code = x.reshape(len(x), -1)
        for encoder in self.encoders:
            code = encoder(code)
        return self.head(code)


def classifier_lazy(stack, count):
    return nn.Sequential(nn.Flatten(1), nn.Sequential(*stack), nn.LazyLinear(count))


def classifier_by_trial(encoders, classes):
    code = torch.zeros(1, encoders[0][0].in_features)
    with torch.no_grad():
        for encoder in encoders:
            code = encoder(code)
    model = nn.Sequential()
    model.append(nn.Flatten())
    for encoder in encoders:
        for layer in encoder:
            model.append(layer)
    return model.append(nn.Linear(code.shape[1], classes))


class ByHand(nn.Module):
    """Write the new layer without nn.Linear."""

    def __init__(self, encoders, classes):
        super().__init__()
        self.body = nn.Sequential(*encoders)
        size = encoders[-1][0].weight.shape[0]
        self.weight = nn.Parameter(torch.zeros(size, classes))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, x):
        return self.body(x.flatten(1)) @ self.weight + self.bias


RIGHT = [
    classifier_reference,
    Classifier,
    classifier_lazy,
    classifier_by_trial,
    ByHand,
]


# wrong


def size_of(encoders):
    return encoders[-1][0].out_features


def classifier(
    *after,
    take=lambda encoders: encoders,
    before=(nn.Flatten,),
    bias=True,
    classes=None,
):
    """Return an answer that puts more behind the head, or takes other encoders."""

    def build_classifier(encoders, count):
        head = nn.Linear(size_of(encoders), classes or count, bias=bias)
        start = [make() for make in before]
        return nn.Sequential(*start, *take(encoders), head, *(make() for make in after))

    return build_classifier


def rebuilt(encoders):
    return [
        nn.Sequential(nn.Linear(e[0].in_features, e[0].out_features), nn.Sigmoid())
        for e in encoders
    ]


def loaded(encoders):
    new = rebuilt(encoders)
    for fresh, old in zip(new, encoders, strict=True):
        fresh.load_state_dict(old.state_dict())
    return new


def frozen(encoders):
    for encoder in encoders:
        encoder.requires_grad_(False)
    return encoders


def started_again(encoders):
    for encoder in encoders:
        encoder[0].reset_parameters()
    return encoders


class InAList(Classifier):
    def __init__(self, encoders, classes):
        nn.Module.__init__(self)
        self.encoders = list(encoders)
        self.head = nn.Linear(size_of(encoders), classes)


class CutOff(Classifier):
    def forward(self, x):
        with torch.no_grad():
            code = nn.Sequential(*self.encoders)(x.flatten(1))
        return self.head(code)


class OnlyAnswers(Classifier):
    def forward(self, x):
        return super().forward(x).argmax(1)


class NewHeadEachTime(nn.Module):
    def __init__(self, encoders, classes):
        super().__init__()
        self.body, self.classes = nn.Sequential(*encoders), classes

    def forward(self, x):
        code = self.body(x.flatten(1))
        return nn.Linear(code.shape[1], self.classes)(code)


def two_new_layers(encoders, classes):
    head = nn.Sequential(nn.Linear(size_of(encoders), 8), nn.Linear(8, classes))
    return nn.Sequential(nn.Flatten(), *encoders, head)


def with_activation_between(encoders, classes):
    head = nn.Linear(size_of(encoders), classes)
    return nn.Sequential(nn.Flatten(), *encoders, nn.GELU(), head)


def without_head(encoders, classes):
    return nn.Sequential(nn.Flatten(), *encoders)


def on_the_pixels(encoders, classes):
    head = nn.Linear(encoders[0][0].in_features, classes)
    return nn.Sequential(nn.Flatten(), *encoders, head)


def list_not_unpacked(encoders, classes):
    return nn.Sequential(nn.Flatten(), encoders, nn.Linear(size_of(encoders), classes))


def size_of_the_sequential(encoders, classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(encoders[-1].out_features, classes))


def softmax():
    return nn.Softmax(dim=1)


def log_softmax():
    return nn.LogSoftmax(dim=1)


WRONG = [
    Wrong(classifier(take=copy.deepcopy), "holds a copy of encoder 1"),
    Wrong(classifier(take=loaded), "holds a copy of encoder 1"),
    Wrong(
        classifier(take=lambda stack: [*stack[:-1], copy.deepcopy(stack[-1])]),
        "holds a copy of encoder 2",
    ),
    Wrong(classifier(take=rebuilt), "build no new ones"),
    Wrong(InAList, "not in a plain list"),
    Wrong(classifier(softmax), "there is a softmax at the end"),
    Wrong(classifier(log_softmax), "there is a log-softmax at the end"),
    Wrong(classifier(nn.Sigmoid), "there is a sigmoid at the end"),
    Wrong(classifier(nn.ReLU), "there is a ReLU at the end"),
    Wrong(classifier(nn.Tanh), "is a tanh at the end?"),
    Wrong(with_activation_between, "no linear map of the last code"),
    Wrong(classifier(before=()), "Flatten the images first"),
    Wrong(classifier(before=(lambda: nn.Flatten(0),)), "Flatten the images first"),
    Wrong(classifier(classes=10), "use the argument `classes`"),
    Wrong(classifier(classes=1), "got shape (4, 1), expected (4, 3)"),
    Wrong(classifier(bias=False), "the new layer has no bias"),
    Wrong(classifier(take=frozen), "you froze the encoders"),
    Wrong(CutOff, "no gradient reaches encoders.0.0.weight"),
    Wrong(classifier(take=started_again), "you changed the encoders' weights"),
    Wrong(classifier(take=lambda stack: stack[::-1]), "in their order"),
    Wrong(classifier(take=lambda stack: stack[1:]), "all encoders in their order"),
    Wrong(on_the_pixels, "the new layer takes the last code"),
    Wrong(two_new_layers, "add one linear layer, from 5 numbers to 3"),
    Wrong(without_head, "got shape (4, 5), expected (4, 3)"),
    Wrong(NewHeadEachTime, "the new layer is not among the model's"),
    Wrong(OnlyAnswers, "return all logits"),
    Wrong(list_not_unpacked, "unpack the list, `*encoders`"),
    Wrong(size_of_the_sequential, "its layer is encoders[-1][0]"),
    Wrong(lambda encoders, classes: Classifier, "you returned the class Classifier"),
    Wrong(lambda encoders, classes: encoders, "(list): return one nn.Module"),
    Wrong(lambda encoders, classes: None, "is `return` missing?"),
    Wrong(lambda encoders: None, "2 arguments: (encoders, classes)"),
]
