"""What a page says of a run, for every way that a run can go."""

import pytest

SETTINGS = {
    **{"hidden": 128, "latentDim": 32, "code": "linear", "loss": "mse"},
    **{"rate": 0.005, "schedule": "cycle", "epochs": 20, "seed": 0},
}
# PCA-32 has 0.0156, the mean image 0.0671.
BETTER = [0.23, 0.05, 0.02, 0.014, 0.0125]
WORSE = [0.23, 0.07, 0.05, 0.03]
NOTHING = [0.23, 0.11, 0.11, 0.11, 0.11]
CASES = [
    ("ready", [], {}, "press Start"),
    ("loading", [], {}, "0.8 MB"),
    ("loading", [], {}, "Starting", {"loaded": True}),
    (
        "running",
        [0.23],
        {},
        "Training. PCA-32 is beaten below a validation error of 0.0156",
    ),
    ("running", BETTER, {}, "Ahead of PCA-32 after 3 epochs."),
    ("running", NOTHING[:3], {}, "Training."),
    ("running", NOTHING, {"rate": 10}, "10, is too high"),
    ("stopped", [0.23], {}, "Stopped in the first epoch."),
    ("stopped", NOTHING[:3], {}, "Stopped after 2 epochs. Behind PCA-32"),
    ("stopped", NOTHING, {}, "Stopped after 4 epochs. Nothing is learnt"),
    (
        "stopped",
        WORSE,
        {},
        "Stopped after 3 epochs. Behind PCA-32: the network's error is 92 % higher.",
    ),
    (
        "done",
        WORSE,
        {},
        "Behind PCA-32 after 3 epochs: the network's error is 92 % higher.",
    ),
    (
        "done",
        BETTER,
        {},
        "Ahead of PCA-32 after 3 epochs. Now the network's error is 20 % lower.",
    ),
    (
        "done",
        [*BETTER, 0.017],
        {},
        "But now the network is behind: its error is 9 % higher.",
    ),
    ("done", [*BETTER, 0.0135], {}, "was lowest after 4 epochs, 0.0125"),
    ("done", NOTHING, {}, "Nothing is learnt: its error is 0.110"),
    ("done", NOTHING, {"rate": 1}, "Most likely the learning rate, 1, is too high."),
    ("done", NOTHING, {"rate": 1e-6}, "the weights hardly move"),
    (
        "broken",
        [0.23],
        {"rate": 1e30},
        "not a number any more: the learning rate, 1e+30,",
    ),
]


def run(state, validation, changed, **more):
    settings = SETTINGS | changed
    return {
        "state": state,
        "validation": validation,
        "settings": settings,
        "dead": 0,
        **more,
    }


@pytest.fixture(scope="module")
def said(node):
    texts = node("words.mjs", [run(*case[:3], **dict(*case[4:])) for case in CASES])
    return [text.replace("\xa0", " ") for text in texts]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_every_ending_has_its_words(said, number):
    assert CASES[number][3] in said[number]


def test_no_words_are_broken(said):
    for text in said:
        assert not {"undefined", "NaN", "null"} & set(text.replace(".", " ").split()), (
            text
        )
        assert "  " not in text


def test_dead_units_are_counted(node):
    runs = [run("done", WORSE, {"code": "relu"}, dead=n) for n in (0, 12)]
    runs += [run("done", NOTHING, {"code": "relu"}, dead=32)]
    none, some, every = node("words.mjs", runs)
    assert "dead" not in none
    assert "12 of 32 code units are dead" in some.replace("\xa0", " ")
    assert "every code unit is dead" in every.lower()


def test_a_failure_names_its_reason(node):
    (text,) = node("words.mjs", [run("failed", [], {}, reason="no worker")])
    assert text == "It cannot train here: no worker."
