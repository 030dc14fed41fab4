"""Count what becomes of bad input: `python tests/bad_input_count.py [MODULE ...]`.

With the name of a module, such as `losses`, every bad value there that is not refused
in words is shown, too.
"""

import contextlib
import io
import sys
import tempfile
import warnings
from collections import Counter

import matplotlib as mpl
import matplotlib.pyplot as plt
from bad_input import ALIKE, LEGAL, found, outcome, tried
from bad_input_calls import CALLS, is_left_out


def main(modules: list[str]) -> None:
    """Print the counts, and the cases of some modules."""
    counts: Counter[str] = Counter()
    for key, function in found().items():
        if is_left_out(key) or key not in CALLS:
            continue
        given = CALLS[key]
        for argument, name in tried(function, given):
            with contextlib.redirect_stdout(io.StringIO()):
                kind, told = outcome(given.on or function, given, argument, name)
            plt.close("all")
            kind = LEGAL if (argument, name) in given.legal else kind
            counts[kind] += 1
            if kind not in (ALIKE, LEGAL) and key.startswith(tuple(modules)):
                print(f"{key}, {argument}={name}: {kind}: {told}")
    print(", ".join(f"{number} {kind}" for kind, number in counts.most_common()))
    print(f"{counts.total()} in all")


if __name__ == "__main__":
    mpl.use("agg")
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        main(sys.argv[1:] or ["nothing"])
