import torch

from aelesson.checks import start_here

from .answers import Wrong, assert_named, assert_passes, cases


def in_place(x):
    x *= 2
    return x


def printed(x):
    print(2 * x)


RIGHT = {
    "double": [
        lambda x: 2 * x,
        lambda x: x + x,
        lambda x: torch.stack([x, x]).sum(0),
        lambda x: x.double() * 2,
        lambda x: torch.from_numpy(2 * x.numpy()),
    ]
}
WRONG = {
    "double": [
        Wrong(lambda x: x * x, "you returned the square"),
        Wrong(lambda x: x, "you returned x as it came"),
        Wrong(lambda x: x + 2, "you added 2"),
        Wrong(lambda x: x / 2, "you halved x"),
        Wrong(lambda x: -2 * x, "The sign is the wrong way round"),
        Wrong(lambda x: 3 * x, "You got 1.5 times the right result"),
        Wrong(lambda x: 2 * x + 1, "Every value is off by 1"),
        Wrong(in_place, "changes its input x in place"),
        Wrong(printed, "is `return` missing?"),
        Wrong(lambda x: 2 * x.numpy(), "got a numpy array"),
        Wrong(lambda x: (2 * x).tolist(), "(list), expected a torch tensor"),
        Wrong(lambda x: (2 * x).sum(), "got shape (), expected (3,)"),
    ]
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(start_here, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(start_here, exercise, answer, capsys)
