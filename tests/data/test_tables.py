import subprocess
import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from aelesson import data
from aelesson.data import DataError, Splits, Table


def frame():
    return pd.DataFrame(
        {
            "age": [31, 45, 27, 62],
            "height": [1.7, 1.8, 1.65, 1.75],
            "smokes": [True, False, False, True],
            "kind": ["b", "a", "b", "c"],
        }
    )


def write(tmp_path, text):
    path = tmp_path / "table.csv"
    path.write_text(text)
    return path


class TestFromTable:
    def test_numbers_become_rows_and_words_classes(self, capsys):
        table = data.from_table(frame(), "kind")
        assert table.columns == ("age", "height", "smokes")
        expected = [[31, 1.7, 1], [45, 1.8, 0], [27, 1.65, 0], [62, 1.75, 1]]
        torch.testing.assert_close(table.rows, torch.tensor(expected))
        assert (table.classes, table.labels.tolist()) == (("a", "b", "c"), [1, 0, 1, 2])
        assert table.note == "4 rows of 3 columns: 3 classes (a, b, c)"
        assert capsys.readouterr().out == table.note + "\n"
        assert repr(table) == "Table(rows=(4, 3), labels=(4,))"

    @pytest.mark.parametrize("made", [np.asarray, torch.as_tensor])
    def test_arrays_are_tables_too(self, made):
        values = made([[1.0, 2.0], [3.0, 4.0]])
        table = data.from_table(values, [5, 0], drop=["column 0"])
        assert table.rows.tolist() == [[2], [4]]
        assert (table.columns, table.labels.tolist()) == (("column 1",), [5, 0])
        table.rows[:] = 0
        assert values[0, 1] == 2

    def test_numbers_as_words_and_pandas_own_kinds_count(self):
        given = pd.DataFrame(
            {
                "words": ["1", "2.5", "-3e2"],
                "objects": pd.Series([1, 2.5, np.int8(3)], dtype=object),
                "nullable": pd.Series([1, 2, 3], dtype="Int64"),
            }
        )
        expected = [[1, 1, 1], [2.5, 2.5, 2], [-300, 3, 3]]
        assert data.from_table(given).rows.tolist() == expected

    @pytest.mark.parametrize(
        ("column", "shown"),
        [
            (["1,200", "3", "4", "5"], "'1,200' in row 0"),
            ([1, 2, "?", 4], r"'\?' in row 2"),
            (pd.date_range("2026-01-01", periods=4), "holds datetime64"),
            (np.ones(4) * 1j, "holds complex128"),
        ],
    )
    def test_columns_without_numbers_are_named(self, column, shown):
        with pytest.raises(ValueError, match=f"2 columns without .*'kind'.*{shown}"):
            data.from_table(frame().assign(odd=column))
        with pytest.raises(ValueError, match=r"drop=\['odd'\]"):
            data.from_table(frame().assign(odd=column), "kind")
        assert len(data.from_table(frame().assign(odd=column), "kind", drop="odd")) == 4

    def test_missing_values_are_named_with_their_rows(self):
        given = frame()
        given.loc[[1, 3], "height"] = np.nan
        with pytest.raises(
            ValueError, match=r"in 1 of 3 .*'height' in 2 rows \(1, 3\)"
        ):
            data.from_table(given, "kind")
        nullable = given.assign(age=pd.Series([1, None, 3, 4], dtype="Int64"))
        with pytest.raises(
            ValueError, match=r"'age' in 1 row \(1\), 'height' in 2 rows"
        ):
            data.from_table(nullable, "kind")

    @pytest.mark.parametrize(("fill", "expected"), [(7, 7), ("mean", 5), ("median", 2)])
    def test_missing_values_are_filled_on_request(self, fill, expected):
        given = pd.DataFrame({"a": [1.0, np.nan, 2.0, 12.0], "b": [0.0, 1, 2, 3]})
        table = data.from_table(given, fill=fill)
        assert table.rows[:, 0].tolist() == [1, expected, 2, 12]
        assert table.rows[:, 1].tolist() == [0, 1, 2, 3]
        assert (
            f"1 missing values filled with {'the ' * isinstance(fill, str)}{fill}"
            in (table.note)
        )

    @pytest.mark.parametrize(
        ("change", "settings", "error", "says"),
        [
            (
                {"age": np.inf},
                {},
                ValueError,
                r"'age' holds inf or the like in rows 0, 1",
            ),
            ({"age": [1, 1e39, 1, 1]}, {}, ValueError, r"'age' holds 1e\+39 .*rows 1;"),
            ({"age": np.nan}, {"fill": "mean"}, ValueError, "'age' holds no value"),
            ({}, {"fill": "mode"}, ValueError, "fill is 'mode'; .*'mean', 'median'"),
            ({}, {"fill": [1]}, TypeError, r"fill is \[1\]; it must be a number"),
            ({}, {"drop": ["agee"]}, ValueError, "drop names 'agee'.*'age', 'height'"),
            ({}, {"labels": "sort"}, ValueError, "labels names 'sort', which is no"),
            ({}, {"drop": ["age", "height", "smokes"]}, ValueError, "0 columns"),
            (
                {"kind": ["a", None, "b", "c"]},
                {},
                ValueError,
                r"labels are missing .*\(1;",
            ),
            ({"kind": [0.5, 1, 2, 3]}, {}, TypeError, "such as 0.5"),
        ],
    )
    def test_what_makes_no_table_is_named(self, change, settings, error, says):
        with pytest.raises(error, match=says):
            data.from_table(frame().assign(**change), **{"labels": "kind", **settings})

    @pytest.mark.parametrize(
        ("values", "error", "says"),
        [
            (np.zeros((2, 3, 4)), ValueError, "for images use data.from_arrays"),
            (np.zeros(3), ValueError, r"shape \(3,\), expected \(N, K\)"),
            ([[1, 2]], TypeError, "must be a pandas data frame"),
            (pd.DataFrame({"a": []}), ValueError, "has 0 rows and 1 columns"),
            (
                pd.DataFrame([[1, 2]], columns=["a", "a"]),
                ValueError,
                "two columns named",
            ),
            (pd.DataFrame([[1, 2]], columns=[1, "1"]), ValueError, "two columns named"),
        ],
    )
    def test_what_holds_no_rows_is_named(self, values, error, says):
        with pytest.raises(error, match=says):
            data.from_table(values)

    def test_whole_numbers_that_float32_cannot_tell_apart_are_said(self):
        ids = 10_000_000_000 + np.arange(4)
        table = data.from_table(frame().assign(id=ids), "kind")
        assert "'id' rounded: whole numbers beyond 16,777,216" in table.note
        assert "rounded" not in data.from_table(frame(), "kind").note


class TestFromCsv:
    def test_a_file_is_its_data_frame(self, tmp_path):
        path = tmp_path / "table.csv.gz"
        frame().to_csv(path, index=False)
        table, expected = data.from_csv(path, "kind"), data.from_table(frame(), "kind")
        assert torch.equal(table.rows, expected.rows)
        assert torch.equal(table.labels, expected.labels)
        assert table.note == expected.note

    def test_missing_values_are_named_with_their_rows(self, tmp_path):
        path = write(tmp_path, "a,b\n1,2\n,3\n4,NA\n")
        with pytest.raises(ValueError, match=r"'a' in 1 row \(1\), 'b' in 1 row \(2\)"):
            data.from_csv(path)
        assert data.from_csv(path, fill=0).rows.tolist() == [[1, 2], [0, 3], [4, 0]]

    def test_a_separator_is_one_character_or_any_spaces(self, tmp_path):
        path = write(tmp_path, "a   b\n1 2\n3  4\n")
        assert data.from_csv(path, separator=r"\s+").rows.tolist() == [[1, 2], [3, 4]]
        for wrong in ("", ", ", "::"):
            with pytest.raises(ValueError, match="it must be one character"):
                data.from_csv(path, separator=wrong)

    def test_saved_row_numbers_are_no_column(self, tmp_path):
        frame().to_csv(tmp_path / "table.csv")
        with pytest.raises(ValueError, match=r"row numbers .*drop=\['Unnamed: 0'\]"):
            data.from_csv(tmp_path / "table.csv", "kind")

    @pytest.mark.parametrize("separator", [";", "\t", "|"])
    def test_another_separator_is_guessed_and_taken(self, tmp_path, separator):
        path = write(tmp_path, "a,b\n1,2\n3,4\n".replace(",", separator))
        with pytest.raises(ValueError, match="is it separator=") as caught:
            data.from_csv(path)
        assert repr(separator) in str(caught.value)
        assert data.from_csv(path, separator=separator).rows.tolist() == [
            [1, 2],
            [3, 4],
        ]

    @pytest.mark.parametrize("first", ["1.5,2,2", "2.5,2.5,2.5", "1,0,2", "-1e3,2,3"])
    def test_a_file_without_names_is_refused_and_the_way_said(self, tmp_path, first):
        path = write(tmp_path, f"{first}\n3,4,5\n")
        with pytest.raises(ValueError, match=r"numbers and no names.*header=None"):
            data.from_csv(path)

    @pytest.mark.parametrize("first", ["0,1,2", "1,2,3", "0,b,2"])
    def test_columns_may_be_counted(self, tmp_path, first):
        table = data.from_csv(write(tmp_path, f"{first}\n3,4,5\n"))
        assert table.columns == tuple(first.split(","))
        assert table.rows.tolist() == [[3, 4, 5]]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "No columns to parse"),
            ("a,b\n1,2\n1,2,3\n", "Expected 2 fields in line 3, saw 3"),
            ("a\n\xff\xfe", "pandas.read_csv and its settings"),
        ],
    )
    def test_what_is_no_csv_is_named(self, tmp_path, text, says):
        path = tmp_path / "table.csv"
        path.write_bytes(text.encode("latin-1"))
        with pytest.raises(DataError, match=rf"table\.csv is no CSV .*{says}"):
            data.from_csv(path)

    @pytest.mark.parametrize("text", ["a,b\n1,2,3\n4,5,6\n", "a,b\n0,2,3\n1,5,6\n"])
    def test_rows_that_are_longer_than_the_first_line_are_named(self, tmp_path, text):
        # pandas would take the first column for the names of the rows, silently.
        with pytest.raises(
            DataError, match="more values than its first line has names"
        ):
            data.from_csv(write(tmp_path, text))

    def test_a_separator_at_the_end_of_rows_makes_no_column(self, tmp_path):
        table = data.from_csv(write(tmp_path, "a,b\n1,2,\n4,5,\n"))
        assert table.rows.tolist() == [[1, 2], [4, 5]]

    def test_paths_without_a_file_are_named(self, tmp_path):
        with pytest.raises(DataError, match=r"no\.csv', which does not exist"):
            data.from_csv(tmp_path / "no.csv")
        with pytest.raises(DataError, match="which is a folder"):
            data.from_csv(tmp_path)
        with pytest.raises(TypeError, match="path is None; it must be a path"):
            data.from_csv(None)

    def test_rows_are_read_without_a_loop_over_them(self, tmp_path, steps):
        path, counts = tmp_path / "table.csv", []
        for rows in (100, 10_000):
            values = np.random.RandomState(0).randn(rows, 20)
            pd.DataFrame(values).add_prefix("c").to_csv(path, index=False)
            table = data.from_csv(path)  # the first call also imports
            np.testing.assert_allclose(table.rows, values, rtol=1e-5, atol=1e-6)
            counts.append(steps(partial(data.from_csv, path)))
        assert counts[0] == counts[1]


class TestStandardised:
    def splits(self):
        torch.manual_seed(0)
        rows = torch.randn(60, 3) * torch.tensor([1e-3, 1.0, 1e4]) + 5
        table = Table(rows, torch.arange(60) % 2, ("a", "b"), ("x", "y", "z"))
        return data.split(table)

    def test_it_is_scikit_learns_scaler_fitted_on_the_training_rows(self):
        before = self.splits()
        after = data.standardised(before)
        scaler = StandardScaler().fit(before.train.rows.double())
        for part in ("train", "validation", "test"):
            given, got = getattr(before, part), getattr(after, part)
            expected = scaler.transform(given.rows.double())
            np.testing.assert_allclose(got.rows, expected, atol=1e-5)
            assert torch.equal(got.labels, given.labels)
            assert got.columns == ("x", "y", "z")

    def test_constant_columns_become_0(self):
        rows = torch.ones(10, 2)
        rows[:, 1] = torch.arange(10)
        scaled = data.standardised(data.split(Table(rows), (0.6, 0.2, 0.2)))
        assert scaled.train.rows[:, 0].tolist() == [0] * 6
        assert scaled.train.rows[:, 1].std(correction=0) == pytest.approx(1)

    def test_only_tables_have_columns(self):
        with pytest.raises(TypeError, match=r"splits is a Table; it must be a Splits"):
            data.standardised(Table(torch.ones(4, 2)))
        with pytest.raises(TypeError, match=r"splits\.train is a"):
            data.standardised(
                Splits("own", torch.ones(2), torch.ones(2), torch.ones(2))
            )


class TestTable:
    @pytest.mark.parametrize(
        ("fields", "error", "says"),
        [
            ({"rows": torch.ones(4, 2, 1)}, ValueError, r"expected \(N, K\)"),
            ({"rows": torch.ones(0, 2)}, ValueError, "each at least 1"),
            ({"rows": torch.ones(4, 2).double()}, TypeError, "torch.float32, got .*64"),
            ({"rows": [[1.0]]}, TypeError, "rows must be a torch.Tensor, got list"),
            (
                {"labels": torch.zeros(3).long()},
                ValueError,
                r"\(4,\), one for each row",
            ),
            ({"columns": ("a",)}, ValueError, "columns has 1 names; rows has 2"),
        ],
    )
    def test_fields_that_do_not_fit_are_named(self, fields, error, says):
        with pytest.raises(error, match=says):
            Table(**{"rows": torch.ones(4, 2), **fields})

    def test_nan_is_named_with_its_row(self):
        rows = torch.ones(4, 2)
        rows[2, 1] = torch.nan
        with pytest.raises(ValueError, match=r"rows holds nan .*\[2\]"):
            Table(rows)


def test_pandas_and_pillow_are_imported_only_where_they_are_used():
    code = "import sys, aelesson.data; print({'pandas', 'PIL'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
