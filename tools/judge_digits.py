"""Make the judge's images: digits of MNIST's test set, which the sample has none of.

    python -m tools.judge_digits [FOLDER OF THE DATA SETS]

One picture holds 1,500 of them, three rows of 50 for each class: the first two are the
judge's, the third is a control that tells whether somebody trained on the judge's.
"""

import sys
from pathlib import Path

import torch

from aelesson import data
from aelesson.checks.judge import CLASSES, PER_CLASS, PICTURE
from aelesson.classroom.private import page_of

SEED = 2026


def main(folder: Path | None) -> None:
    """Draw the digits and write the picture."""
    test = data.load("mnist", folder).test
    generator = torch.Generator().manual_seed(SEED)
    page_of(test.images, test.labels, generator).save(PICTURE, optimize=True)
    count = CLASSES * PER_CLASS
    print(f"{PICTURE}: {count:,} digits, {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
