"""Make the judge's images: digits of MNIST's test set, which the sample has none of.

    python -m tools.judge_digits [FOLDER OF THE DATA SETS]

One picture holds 1,500 of them, three rows of 50 for each class: the first two are the
judge's, the third is a control that tells whether somebody trained on the judge's.
"""

import sys
from pathlib import Path

import torch
from PIL import Image

from aelesson import data, labels
from aelesson.checks.judge import PER_CLASS, PER_ROW, PICTURE

SEED = 2026


def main(folder: Path | None) -> None:
    """Draw the digits and write the picture."""
    test = data.load("mnist", folder).test
    generator = torch.Generator().manual_seed(SEED)
    chosen = labels.stratified_subset(test.labels, PER_CLASS, generator)
    chosen = chosen[test.labels[chosen].argsort(stable=True)]
    tiles = test.images[chosen].reshape(-1, PER_ROW, 28, 28)  # rows of digits
    page = (255 * tiles).round().byte().transpose(1, 2).reshape(-1, PER_ROW * 28)
    Image.fromarray(page.numpy()).save(PICTURE, optimize=True)
    print(f"{PICTURE}: {len(chosen):,} digits, {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
