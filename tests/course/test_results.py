import json

import pytest

from aelesson.course import results

TOY = {
    "title": "A toy",
    "unit": "MSE",
    "digits": 2,
    "higher_is_better": False,
    "settings": "4-2-4; 3 epochs, Adam 0.002. Beside it PCA.",
    "remark": "",
    "ours": [0.1, 0.2, 0.3],
    "seconds": [1.0, 2.0, 3.0],
    "beside": {"PCA": [0.5, 0.5, 0.5]},
    "published": {"Somebody (1990)": 0.4},
    "notes": {"active units": [1.0, 1.0, 4.0]},
    "along": "",
    "curves": {},
}


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.setattr(results, "_read", lambda: json.loads(json.dumps({"toy": TOY})))
    return results.full_size("toy")


def test_a_row_is_printed_with_ranges_and_all_beside_it(toy):
    assert str(toy).splitlines() == [
        "A toy",
        "All of MNIST, 3 runs; MSE on test images, lower is better",
        "    0.20 (0.10 to 0.30)  ours",
        "    0.50                 PCA",
        "    0.40                 published: Somebody (1990)",
        "(ours: 4-2-4; 3 epochs, Adam 0.002)",
    ]


def test_a_single_run_has_no_range(monkeypatch):
    one = TOY | {"ours": [0.1], "beside": {}, "published": {}, "higher_is_better": True}
    monkeypatch.setattr(results, "_read", lambda: {"toy": one})
    lines = str(results.full_size("toy")).splitlines()
    assert lines[1] == "All of MNIST, 1 run; MSE on test images, higher is better"
    assert lines[2] == "    0.10  ours"


def test_a_row_with_data_of_its_own_says_so(monkeypatch):
    other = TOY | {"data": "All sprites", "judged": "the same sprites"}
    monkeypatch.setattr(results, "_read", lambda: {"toy": other})
    head = str(results.full_size("toy")).splitlines()[1]
    assert head == "All sprites, 3 runs; MSE on the same sprites, lower is better"


def test_curves_are_given_run_by_run_and_as_their_means(monkeypatch):
    curves = {"ours": [[[2.0, 0.5], [4.0, 0.25]], [[2.0, 0.5], [4.0, 0.125]]]}
    other = TOY | {"along": "numbers", "curves": curves}
    monkeypatch.setattr(results, "_read", lambda: {"toy": other})
    found = results.full_size("toy")
    assert found.along == "numbers"
    assert found.curves == {"ours": (((2, 0.5), (4, 0.25)), ((2, 0.5), (4, 0.125)))}
    assert found.paths() == {"ours": ((2, 4), (0.5, 0.1875))}


def test_means_are_found_by_name(toy):
    assert toy.mean() == toy.mean("ours") == pytest.approx(0.2)
    assert toy.mean("PCA") == 0.5
    assert toy.mean("Somebody (1990)") == 0.4
    assert toy.mean("active units") == 2


@pytest.mark.parametrize("bad", ["vea", "", None, 3, float("nan"), ["toy"], {}])
def test_an_unknown_row_is_refused_in_words(toy, bad):
    with pytest.raises(ValueError, match=r"row is .*; it must be one of 'toy'"):
        results.full_size(bad)


@pytest.mark.parametrize("bad", ["pca", None, 0, ["PCA"]])
def test_an_unknown_figure_is_refused_in_words(toy, bad):
    with pytest.raises(
        ValueError, match=r"name is .*; it must be one of 'ours', 'PCA'"
    ):
        toy.mean(bad)


def test_the_rows_lie_in_the_package():
    path = results.resources.files("aelesson.course") / "results.json"
    rows = json.loads(path.read_text("utf-8"))
    assert "autoencoder" in rows
    for name in rows:
        assert results.full_size(name).ours
