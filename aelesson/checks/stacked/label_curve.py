"""`label_curve(encoders, subsets, build, train)`: the accuracy with each subset."""

import copy
from itertools import pairwise

import torch
from torch import nn

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import described


def label_curve(encoders, subsets, build, train):
    accuracies = []
    for places in subsets:
        model = build(copy.deepcopy(encoders))
        accuracies.append(train(model, places))
    return accuracies


def cases():
    sizes = (9, 4, 1), (2, 5), (3,)
    return [{"subsets": [torch.arange(n) for n in each]} for each in sizes]


class Rehearsal:
    """Encoders, and a training whose accuracy tells where it started from."""

    def __init__(self):
        with isolated(seed=3):
            layers = [nn.Linear(*each) for each in pairwise((4, 3, 2))]
            self.encoders = [nn.Sequential(each, nn.Sigmoid()) for each in layers]
        self.before = copy.deepcopy(self.encoders)

    def build(self, encoders):
        return nn.Sequential(nn.Flatten(), *encoders, nn.Linear(2, 10))

    def moved(self, encoders):
        """Tell how far weights are from those of pretraining."""
        pairs = zip(weights(encoders), weights(self.before), strict=True)
        return sum(float((a - b).detach().abs().mean()) for a, b in pairs)

    def train(self, model, places):
        """Move all that may be moved; the accuracy depends on the start."""
        start, body = self.moved(model[1:-1]), weights(model[1:-1])
        for p in body:
            p.data += 0.01 * len(places) * p.requires_grad
        tuned = all(p.requires_grad for p in body)
        return len(places) / 7 + start - (not tuned)


def weights(encoders):
    return [p for encoder in encoders for p in encoder.parameters()]


def observe(answer, case):
    play, subsets = Rehearsal(), list(case["subsets"])
    result = attempt(answer, (play.encoders, subsets, play.build, play.train))
    yield "error", outcome(result)
    if failed(result):
        return
    yield from described(result)
    yield "encoders", FINE if play.moved(play.encoders) == 0 else KEPT


KEPT = Finding("trained", "the encoders that came in are trained now: leave them.")
ERRORS = {"zip() argument": "build got too few or too many encoders: it takes all."}


def tell(case):
    return f"subsets of {', '.join(str(len(s)) for s in case['subsets'])}"


check = Exercise(label_curve, cases, observe, errors=ERRORS, tell=tell)


def anew(encoders):
    return [e for e in encoders if e[0].reset_parameters() is None]


def restored(encoders, subsets, build, train):
    body, accuracies = nn.ModuleList(encoders), []
    start = copy.deepcopy(body.state_dict())
    for places in subsets:
        body.load_state_dict(start)
        accuracies.append(train(build(encoders), places))
    return accuracies


RUN = "train(model, places)"
OWN = "copy.deepcopy(encoders) -> encoders"
ONCE = "accuracies = [] -> accuracies, encoders = [], copy.deepcopy(encoders)"
check.mistakes(
    {
        "a run starts where the one before it ended: what do their models share?\n"
        "A new list of the same encoders shares them, too.": [
            OWN,
            "deepcopy(encoders) -> copy(encoders)",
        ],
        "your caller's encoders are safe, but the runs share one copy: when is it "
        "made?": f"{ONCE};; {OWN}",
        "the runs are apart, but pretraining is lost: they start from new weights.": (
            "copy.deepcopy(encoders) -> anew(copy.deepcopy(encoders))"
        ),
        "nothing leaks as nothing is tuned: frozen encoders are another experiment.": [
            "(encoders)) -> (encoders)).requires_grad_(False)",
            "copy.deepcopy(encoders)) -> encoders).requires_grad_(False)",
        ],
        "the accuracies are right, but the last run's training stays in encoders.": (
            restored
        ),
        "the subsets come in another order, and that is no cure: keep the order.": [
            "in subsets -> in sorted(subsets, key=len)",
            "in subsets -> in subsets[::-1]",
            f"in subsets -> in subsets[::-1];; {OWN}",
            f"in subsets -> in sorted(subsets, key=len);; {OWN}",
        ],
        "one accuracy per subset: does a loop end too early?": [
            *edits("return accuracies", "return accuracies[{}]", "-1:", ":1", ":-1"),
        ],
        "each model is trained twice: train it once.": f"{RUN} -> ({RUN}, {RUN})[1]",
        "return what train returned, as it is: no rounding, no curve made to fall.": [
            *edits(RUN, f"round({RUN}, {{}})", 1, 2, 3),
            f"{RUN} -> min([{RUN}, *accuracies])",
        ],
    }
)
