import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure

from aelesson import plots
from benchmarks import machine
from benchmarks.speed import __main__ as command
from benchmarks.speed import chart, digits, memory, page, timing, ways
from benchmarks.speed.results import Plan, Ratio, Results, relative

TINY = Plan(images=256, step=128, code_sizes=(2, 4), code_images=128, rounds=1)


def made_up(**changed):
    values = {
        "plan": Plan(images=20, step=10, code_sizes=(2, 8), code_images=10),
        "source": "made-up digits",
        "machine": "a processor, 2 threads, torch 9",
        "pairs": {
            ways.TUTORIAL: ([4.0, 9.0, 4.0], [2.0, 2.0, 2.5]),
            ways.BARE: ([1.0, 1.0, 1.0], [2.0, 2.0, 2.0]),
            ways.BARE_LOADER: ([2.0], [2.5]),
        },
        "megabytes": dict(
            zip(ways.WAYS, (30.0, 190.0, 200.0, 20.0, 22.0), strict=True)
        ),
        "by_images": {10: [0.5], 20: [1.5]},
        "by_code": {2: [1.0], 8: [1.25]},
        "weights": {2: 100, 8: 110},
    }
    return Results(**(values | changed))


@pytest.fixture(scope="module")
def pixels():
    return digits.load_pixels(256)[1]


def test_a_tiny_run_writes_a_page_and_a_figure(tmp_path, monkeypatch, capsys):
    # Fresh processes take seconds to import PyTorch: they have a test of their own.
    peaks = {name: 100.0 + k for k, name in enumerate(memory.RUNS)}
    monkeypatch.setattr(memory, "run_fresh", lambda name, stored: peaks[name])
    command.main(TINY, tmp_path)
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")
    text = (tmp_path / "bench.md").read_text("utf-8")
    assert "| aelesson fit |" in text
    assert str(Path.home()) not in text
    assert str(tmp_path) not in text
    assert "images per second" in capsys.readouterr().out


def test_a_missing_folder_is_told_before_anything_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "measure", lambda *_: pytest.fail("measured"))
    with pytest.raises(ValueError, match="no such folder"):
        command.main(TINY, tmp_path / "missing")


@pytest.mark.parametrize("name", ways.WAYS)
def test_every_way_lowers_the_loss(name, pixels):
    torch.manual_seed(0)
    model, x = ways.build_network(), ways.as_floats(pixels)
    before = (model(x) - x).square().mean()
    ways.WAYS[name](pixels)(model)
    assert (model(x) - x).square().mean() < before


def test_digits_are_repeated_until_there_are_enough():
    source, few = digits.load_pixels(10)
    assert few.dtype == torch.uint8
    assert few.shape == (10, 28, 28)
    assert few.untyped_storage().nbytes() == 10 * 784  # and no more is held
    assert source.startswith("10 digits")
    source, many = digits.load_pixels(100_000)
    assert len(many) == 100_000
    assert source.endswith("repeated")
    with pytest.raises(ValueError, match="count is 0"):
        digits.load_pixels(0)


def test_rounds_alternate_and_the_first_one_is_not_counted(monkeypatch):
    clock = iter([0, 100, 0, 100, 0, 1, 0, 2, 0, 4, 0, 3, 0, 5, 0, 6])
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(clock))
    seen, ticks = [], []
    epochs = {"a": lambda _: seen.append("a"), "b": lambda _: seen.append("b")}
    seconds = timing.in_turn(epochs, lambda _: None, 3, lambda: ticks.append(1))
    assert "".join(seen) == "baabbaab"
    assert len(ticks) == 8
    assert seconds == {"a": [1, 3, 5], "b": [2, 4, 6]}


def test_each_way_takes_turns_with_one_of_ours_alone(pixels, monkeypatch):
    ran = []
    made = {name: lambda _, name=name: lambda _: ran.append(name) for name in ways.WAYS}
    monkeypatch.setattr(ways, "WAYS", made)
    found = timing.compare_ways(pixels, 1, lambda: None)
    assert {name: (len(a), len(b)) for name, (a, b) in found.items()} == dict.fromkeys(
        ways.PAIRS, (1, 1)
    )
    assert ran == [
        each for a, b in ways.PAIRS.items() for each in (b, a, a, b)
    ]  # the first round is the one that warms up


def test_memory_is_what_a_way_needs_above_loading(pixels, monkeypatch):
    sizes = (100.0, 130.0, 290.0, 300.0, 120.0, 122.0)
    peaks = dict(zip(memory.RUNS, sizes, strict=True))
    monkeypatch.setattr(memory, "run_fresh", lambda name, stored: peaks[name])
    ticks = []
    found = memory.compare_peaks(pixels, lambda: ticks.append(1))
    assert list(found.values()) == [30, 190, 200, 20, 22]
    assert len(ticks) == 6


def test_memory_is_left_out_where_the_platform_does_not_tell(pixels, monkeypatch):
    monkeypatch.setattr(memory, "peak_megabytes", lambda: None)
    assert memory.compare_peaks(pixels, lambda: None) == {}


def test_the_peak_is_read_from_the_process_own_status(tmp_path, monkeypatch):
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmHWM:\t   1000 kB\n")
    monkeypatch.setattr(memory, "STATUS", status)
    assert memory.peak_megabytes() == pytest.approx(1.024)


def test_a_process_trains_in_a_known_way_only(pixels, tmp_path):
    torch.save(pixels, tmp_path / "pixels.pt")
    assert memory.train_alone(ways.OURS, tmp_path / "pixels.pt") > 0
    with pytest.raises(ValueError, match="name is 'best'; it must be one of loading"):
        memory.train_alone("best", tmp_path / "pixels.pt")


@pytest.mark.slow
def test_a_fresh_process_tells_its_peak_or_its_error(pixels, tmp_path):
    torch.save(pixels, tmp_path / "pixels.pt")
    assert memory.run_fresh(memory.LOADING, tmp_path / "pixels.pt") > 10
    with pytest.raises(RuntimeError, match="'best' failed: ValueError: name is"):
        memory.run_fresh("best", tmp_path / "pixels.pt")


def test_ratios_are_made_within_a_round_and_growth_is_to_the_first():
    results = made_up()
    tutorial, bare, loader = results.time_ratios().values()
    assert tutorial == Ratio(2.0, 1.6, 4.5)
    assert (bare.middle, loader.middle) == (0.5, 0.8)
    assert str(tutorial) == "2.00 (1.60 to 4.50)"
    assert results.loader_memory() == pytest.approx(1.1)
    assert made_up(megabytes={}).loader_memory() is None
    speeds = results.images_per_second()
    assert list(speeds) == list(ways.WAYS)
    assert (speeds[ways.TUTORIAL], speeds[ways.OURS]) == (5, 10)
    assert [ratio.middle for ratio in relative(results.by_images).values()] == [1, 3]
    assert results.weight_ratios() == {2: 1, 8: 1.1}


@pytest.mark.parametrize(
    ("times", "base"), [([], []), ([1.0], [0.0]), ([1.0], [1.0, 2.0])]
)
def test_a_ratio_needs_rounds_above_0_and_equally_many(times, base):
    with pytest.raises(ValueError, match="each must be above 0, equally many"):
        Ratio.of(times, base)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images": 0}, "images is 0"),
        ({"rounds": 0}, "rounds is 0"),
        ({"step": 7_000}, "multiple of 7000"),
        ({"code_images": 60_001}, "there are 60000 images"),
        ({"code_sizes": ()}, "must ascend"),
        ({"code_sizes": (8, 2)}, "must ascend"),
        ({"code_sizes": (0, 2)}, "must ascend"),
    ],
)
def test_a_plan_refuses_what_cannot_be_measured(changed, message):
    with pytest.raises(ValueError, match=message):
        Plan(**changed)


def test_the_page_holds_every_ratio():
    text = page.write(made_up())
    assert "2.00 (1.60 to 4.50) times as many images per second as the" in text
    assert "On a DataLoader, `fit` trains on 0.80 (0.80 to 0.80) times as many" in text
    assert "as the bare loop, and needs 1.10 times its memory." in text
    assert "2 times the images take 3.00 (3.00 to 3.00) times as long." in text
    assert "A code 4 times as large takes 1.25 (1.25 to 1.25) times as long." in text
    assert "| tutorial's loop | 5 | 2.00 (1.60 to 4.50) | 30 |" in text
    assert "| 20 | 1.500 | 2 | 3.00 (3.00 to 3.00) | 1.50 |" in text
    assert "| 8 | 1.250 | 1.25 (1.25 to 1.25) | 1.10 |" in text
    assert "a processor, 2 threads, torch 9" in text
    assert not re.search(r"[{}]", text)


def test_the_page_says_that_memory_was_not_measured():
    text = page.write(made_up(megabytes={}))
    assert page.NO_MEMORY in text
    assert "images per second as the bare loop." in text
    assert "| tutorial's loop | 5 | 2.00 (1.60 to 4.50) | - |" in text


@pytest.mark.parametrize("megabytes", [made_up().megabytes, {}])
def test_the_figure_has_four_panels_and_nothing_is_cut_off(megabytes):
    plots.use_style()
    large = {"by_code": {2: [1.0], 512: [1.25]}, "weights": {2: 100, 512: 130}}
    figure = chart.draw(made_up(megabytes=megabytes, **large))
    assert isinstance(figure, Figure)
    assert len(figure.axes) == 4
    figure.draw_without_rendering()
    width = figure.bbox.width
    for ax in figure.axes:
        for text in (ax.xaxis.label, ax.yaxis.label, ax._left_title):
            box = text.get_window_extent()
            assert not text.get_text() or (box.x0 >= 0 and box.x1 <= width)


def test_the_same_results_give_the_same_files(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        command.save(made_up(), tmp_path / name)
    for file in ("bench.md", "bench.png"):
        first, second = ((tmp_path / name / file).read_bytes() for name in "ab")
        assert first == second


def test_the_machine_is_its_processor_and_its_threads(tmp_path):
    info = tmp_path / "cpuinfo"
    info.write_text("processor\t: 0\nmodel name\t: Fine Processor 9\n")
    assert machine.processor_name(info) == "Fine Processor 9"
    assert machine.processor_name(tmp_path / "missing")
    told = machine.describe(torch.device("cpu"))
    assert re.search(r", \d+ threads?(, no bfloat16)?$", told)


@pytest.mark.parametrize(
    ("known", "named"),
    [
        ({"avx2": True, "avx512_bf16": False}, True),
        ({"avx512_bf16": False, "amx_bf16": True}, False),
        ({}, False),
    ],
)
def test_a_processor_without_bfloat16_is_named_as_such(capabilities, known, named):
    capabilities(**known)
    told = machine.describe(torch.device("cpu"))
    assert ("no bfloat16" in told) == named


def test_weights_are_counted():
    sizes = (784, 128, 64, 2)
    pairs = list(pairwise(sizes))
    expected = sum(2 * math.prod(pair) for pair in pairs) + sum(sizes[1:])
    assert command.count_weights(2) == expected + sum(sizes[:-1])
