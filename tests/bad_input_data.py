"""A valid call of every public function of data, runs and figures."""

import contextlib
import io
import tempfile
from pathlib import Path

import torch
from bad_input import call
from bad_input_examples import (
    ANY_CHANNELS,
    ANY_CLASS,
    EMPTY,
    FLAT,
    FOLDER,
    LABELS,
    LENGTHS,
    MASK,
    NET,
    NOT_IN_STEP,
    RNN,
    ROWS,
    SATURATED,
    SEQUENCES,
    Z2,
    ZERO,
    G,
    X,
    Z,
)
from PIL import Image
from torch import nn
from torch.utils.data import TensorDataset

from aelesson import data, runtime

ROOM = tempfile.TemporaryDirectory()  # taken away at the end of the run
PICTURES = Path(ROOM.name, "pictures")
for place, kind in enumerate(["cat", "cat", "dog", "dog"]):
    (PICTURES / kind).mkdir(parents=True, exist_ok=True)
    shades = (X[place, 0] * 255).byte().numpy()
    Image.fromarray(shades).save(PICTURES / kind / f"{place}.png")
CSV = Path(ROOM.name, "table.csv")
CSV.write_text("id,x,y,kind\n1,0.5,3,cat\n2,1.5,,dog\n3,2.5,4,dog\n")

WORDS = ["cat", "dog", "cat", "dog", "cow", "cow"]
FILES = ("0.png", "1.png", "2.png", "3.png", "4.png", "5.png")
BYTES = (X * 255).byte().numpy()
ARRAY = Z.numpy()
IMAGES = data.ImageSet(X, LABELS, ("a", "b"), FILES)
TABLE = data.Table(Z2, LABELS, ("a", "b"), ("x", "y"))
with contextlib.redirect_stdout(io.StringIO()):
    ON_DISK = data.FolderDataset(PICTURES)
CHOSEN = torch.tensor([0, 2, 1])
UNKNOWN = "nothing is known of them"
NONE_HERE = "a class may have no example here"
ONE_WORD = "words are classes, and one class is right"
DROPPED = ("drop", "shorter, numpy, mapping, set", "any collection of names is right")
NEGATIVE_FILL = ("fill", "negative", "any number is right")
DATASET = TensorDataset(X, LABELS)

CALLS = {
    # runtime
    "runtime.start": call(legal=[("seed", "zero", ZERO)], seed=1),
    "runtime.default_seed": call(),
    "runtime.wanted_threads": call(),
    "runtime.epochs": call(count=3),
    "runtime.widths": call(legal=[("sizes", "empty", ())], sizes=(3, 2)),
    "runtime.seed_everything": call(legal=[("seed", "zero", ZERO)], seed=1),
    "runtime.pick_device": call(),
    "runtime.has_bfloat16": call(device="cpu"),
    "runtime.mixed_precision": call(device="cpu"),
    "runtime.evaluating": call(model=NET),
    "runtime.random_states": call(),
    "runtime.set_random_states": call(states=runtime.random_states()),
    # data
    "data.images.choose_name": call(name="mnist-5k"),
    "data.images.choose_folder": call(folder=FOLDER),
    # data of one's own
    "data.sets.no_labels": call(),
    "data.sets.ImageSet": call(
        legal=[
            ("images", "two channels", ANY_CHANNELS),
            ("images", "shorter", "labels are named, as the ones too many"),
            ("labels", "empty", UNKNOWN),
            ("classes", "longer", NONE_HERE),
        ],
        images=X,
        labels=LABELS,
        classes=("a", "b"),
        names=FILES,
        note="made",
    ),
    "data.sets.ImageSet.take": call(on=IMAGES.take, chosen=CHOSEN),
    "data.sets.Table": call(
        legal=[
            ("rows", "shorter", "labels are named, as the ones too many"),
            ("labels", "empty", UNKNOWN),
            ("classes", "longer", NONE_HERE),
        ],
        rows=Z2,
        labels=LABELS,
        classes=("a", "b"),
        columns=("x", "y"),
        note="made",
    ),
    "data.sets.Table.take": call(on=TABLE.take, chosen=CHOSEN),
    "data.arrays.from_arrays": call(
        legal=[("labels", "of text", ONE_WORD)],
        images=BYTES,
        labels=WORDS,
        channels="first",
        pixels=(0.0, 255.0),
    ),
    "data.arrays.from_dataset": call(
        dataset=DATASET, channels="first", pixels=(0.0, 1.0), at_most=4
    ),
    "data.folders.FolderDataset": call(
        legal=[("size", "number", "any side is right")],
        folder=PICTURES,
        size=(8, 8),
        how="pad",
        colour=False,
        labelled=True,
        check=True,
    ),
    "data.folders.FolderDataset.take": call(
        on=ON_DISK.take, chosen=torch.tensor([2, 0])
    ),
    "data.folders.from_folder": call(
        folder=PICTURES, size=8, how="crop", colour=True, labelled=False
    ),
    "data.tables.from_csv": call(
        legal=[DROPPED, NEGATIVE_FILL],
        path=CSV,
        labels="kind",
        drop=("id",),
        fill=0.5,
        separator=",",
    ),
    "data.tables.from_table": call(
        legal=[
            ("values", "words", "numbers are read from their texts"),
            ("values", "objects, nan, masked", "what is missing is filled"),
            ("values", "negative", "any number is right"),
            ("labels", "of text", ONE_WORD),
            DROPPED,
            NEGATIVE_FILL,
        ],
        values=ARRAY,
        labels=WORDS,
        drop=("column 0",),
        fill=0.5,
    ),
    "data.splits.split": call(
        legal=[
            ("shares", "reversed", "any part may be the largest"),
            ("seed", "zero", ZERO),
        ],
        examples=TABLE,
        shares=(0.6, 0.2, 0.2),
        seed=1,
        groups=WORDS,
    ),
    "data.splits.standardised": call(splits=data.split(TABLE)),
    # sequences and strokes
    "data.sequences.rows_as_sequence": call(images=X),
    "data.sequences.lengths_to_mask": call(lengths=LENGTHS, max_length=5),
    "data.sequences.masked_mse": call(x_hat=SEQUENCES, x=SEQUENCES, mask=MASK),
    "data.sequences.forwards": call(x=SEQUENCES, lengths=LENGTHS),
    "data.sequences.backwards": call(x=SEQUENCES, lengths=LENGTHS),
    "data.sequences.encode_sequence": call(
        legal=[("x", "infinity", SATURATED)],
        rnn=nn.GRU(2, 3, batch_first=True),
        x=SEQUENCES,
        lengths=LENGTHS,
    ),
    "data.sequences.decode_sequence": call(
        cell=RNN.decoder, z=torch.rand(6, 4), length=3
    ),
    "data.sequences.follow_sequence": call(
        legal=[("x", "infinity", SATURATED)],
        cell=RNN.decoder,
        z=torch.rand(6, 4),
        x=SEQUENCES,
    ),
    "data.sequences.check_padded": call(
        legal=[
            ("least", "zero", ZERO),
            ("x", "nan, infinity", "anything may stand in the padding"),
        ],
        x=SEQUENCES,
        lengths=LENGTHS,
        least=1,
    ),
    "data.strokes.draw": call(count=3, generator=G, shortest=4, longest=8),
    "data.strokes.path": call(steps=SEQUENCES),
    # figures
    "plots.codes.codes_2d": call(
        legal=[("labels", "negative, large", ANY_CLASS)],
        codes=Z2,
        labels=LABELS,
        title="a",
    ),
    "plots.codes.codes_3d": call(
        legal=[("labels", "negative, large", ANY_CLASS)],
        codes=Z,
        labels=LABELS,
        title="a",
    ),
    "plots.codes.clouds": call(points={"a": Z2, "b": Z2[1:]}, title="a"),
    "plots.codes.arrows": call(
        legal=[("cloud", "shorter", NOT_IN_STEP), ("lines", "empty", EMPTY)],
        points=Z2,
        vectors={"a": Z2},
        title="a",
        cloud=Z2,
        lines={"a": Z2},
    ),
    "plots.images.image_rows": call(rows={"a": X[:2], "b": Z[:2]}, title="a"),
    "plots.images.image_sheet": call(images=X, title="a", columns=3),
    "plots.images.maps": call(values={"a": FLAT}, title="a", signed=True),
    "plots.lines.curves": call(runs={"a": ROWS}, ylabel="y", title="a", log=True),
    "plots.lines.lines": call(
        legal=[("bands", "empty", EMPTY)],
        x=[1.0, 2.0, 3.0],
        values=ROWS,
        xlabel="x",
        ylabel="y",
        title="a",
        bands={"a": ([0.0, 0.0, 0.0], [9.0, 9.0, 9.0])},
        log="y",
        markers=True,
    ),
    "plots.lines.paths": call(
        legal=[("marks", "empty", EMPTY)],
        curves={"a": ([1.0, 2.0], [2.0, 1.0])},
        xlabel="x",
        ylabel="y",
        title="a",
        marks={"b": 1.5},
        log="x",
    ),
    "plots.lines.ladder": call(
        legal=[("digits", "zero", ZERO), ("marks", "empty", EMPTY)],
        values={"a": 1.0},
        xlabel="x",
        title="a",
        digits=2,
        marks={"b": 2.0},
    ),
    "plots.tables.matrix": call(
        legal=[("digits", "zero", ZERO), ("columns", "of text", "labels are text")],
        values=ROWS,
        columns=["1", "2", "3"],
        xlabel="x",
        title="a",
        digits=2,
        middle=1.0,
    ),
    "plots.pen.pen_rows": call(rows={"a": [Z2, Z2[1:]]}, title="a"),
    "plots.style.use_style": call(),
    "plots.style.colours": call(),
}
