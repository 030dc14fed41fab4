import matplotlib as mpl
import numpy as np
import pytest
import torch

from aelesson import plots


def cells_of(figure):
    return [ax.images[0] for ax in figure.axes]


def test_images_share_one_grey_scale():
    images = torch.rand(3, 1, 5, 5) * 0.4
    figure = plots.image_rows({"a": images, "b": images.sqrt()}, "title")
    shown = cells_of(figure)
    assert len(shown) == 6
    assert {(im.norm.vmin, im.norm.vmax, im.cmap.name) for im in shown} == {
        (0, 1, "gray")
    }
    np.testing.assert_allclose(shown[1].get_array(), images[1, 0])
    assert [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()] == ["a", "b"]


def test_codes_are_drawn_signed_and_none_is_lost():
    codes = torch.tensor([[-2.0, 0.5, 1.0, 0.0, 0.25, 3.0, 1.0]])
    figure = plots.image_rows({"code": torch.cat([codes, codes / 2])})
    first, second = cells_of(figure)
    assert (first.norm.vmin, first.norm.vmax) == (-3, 3)
    assert (second.norm.vmin, second.norm.vmax) == (-3, 3)
    drawn = np.ma.filled(first.get_array(), np.nan).ravel()
    np.testing.assert_allclose(drawn[:7], codes[0])
    assert np.isnan(drawn[7:]).all()


@pytest.mark.parametrize(
    ("size", "shape"),
    [(1, (1, 1)), (3, (1, 3)), (7, (3, 3)), (32, (4, 8)), (64, (8, 8))],
)
def test_blocks_of_codes_are_full_where_they_can_be(size, shape):
    [shown] = cells_of(plots.image_rows({"code": torch.ones(1, size)}))
    assert shown.get_array().shape == shape


def test_a_code_of_zeros_can_be_drawn():
    [shown] = cells_of(plots.image_rows({"code": torch.zeros(1, 4)}))
    assert shown.norm.vmin < 0 < shown.norm.vmax


@pytest.mark.parametrize(
    "rows",
    [
        {},
        {"a": torch.zeros(0, 1, 2, 2)},
        {"a": torch.zeros(2, 4), "b": torch.zeros(3, 4)},
    ],
)
def test_rows_that_do_not_match_are_named(rows):
    with pytest.raises(ValueError, match=r"rows(\['a'\])? (is empty|has)"):
        plots.image_rows(rows)


def test_curves_draw_every_line_from_epoch_1():
    runs = {"a": {"train": [3, 2], "validation": [4, 3]}, "b": {"train": [1.0, 0.5]}}
    figure = plots.curves(runs, "MSE per pixel", "falls")
    [ax] = figure.axes
    assert [line.get_xydata().tolist() for line in ax.lines] == [
        [[1, 3], [2, 2]],
        [[1, 4], [2, 3]],
        [[1, 1.0], [2, 0.5]],
    ]
    colours = [line.get_color() for line in ax.lines]
    assert colours[0] == colours[1] != colours[2]
    assert [line.get_linestyle() for line in ax.lines] == ["-", "--", "-"]
    assert ax.get_yscale() == "log"
    assert ax.get_ylabel() == "MSE per pixel"
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert shown == ["a, train", "a, validation", "b, train"]
    linear = plots.curves(runs, "MSE", "falls", log=False)
    assert linear.axes[0].get_yscale() == "linear"


@pytest.mark.parametrize("runs", [{}, {"a": {}}, {"a": {"train": []}}])
def test_nothing_to_draw_is_said(runs):
    with pytest.raises(ValueError, match=r"runs.* is empty"):
        plots.curves(runs, "MSE", "")


def test_the_ladder_writes_each_figure_at_its_bar():
    figure = plots.ladder({"mean image": 0.0669, "PCA": 0.0157}, "MSE", "title")
    [ax] = figure.axes
    assert [bar.get_width() for bar in ax.patches] == [0.0669, 0.0157]
    assert [text.get_text() for text in ax.texts] == ["0.0669", "0.0157"]
    with pytest.raises(ValueError, match="values is empty"):
        plots.ladder({}, "MSE", "")


def test_the_ladder_draws_what_all_are_compared_with():
    values = {"ours": 0.2, "other": 0.4, "equal": 0.3}
    figure = plots.ladder(values, "MSE", "", digits=1, marks={"PCA": 0.3})
    [ax] = figure.axes
    assert [bar.get_alpha() for bar in ax.containers[0]] == [1, 0.45, 1]
    [line] = ax.lines
    assert line.get_xdata() == [0.3, 0.3]
    [told] = figure.legends
    assert [text.get_text() for text in told.get_texts()] == ["PCA: 0.3"]


def test_codes_in_space_get_a_panel_for_each_class():
    codes, labels = torch.rand(30, 3), torch.arange(30) % 10
    figure = plots.codes_3d(codes, labels, "title")
    assert [ax.get_title() for ax in figure.axes] == list("0123456789")
    for digit, ax in enumerate(figure.axes):
        others, own = (np.stack(c._offsets3d, 1) for c in ax.collections)
        assert len(others) == 27
        np.testing.assert_allclose(own, codes[labels == digit], atol=1e-6)
    with pytest.raises(ValueError, match=r"shape \(30, 2\), expected \(B, 3\)"):
        plots.codes_3d(codes[:, :2], labels, "")


def test_the_style_is_set_on_demand_only():
    assert mpl.rcParams["figure.dpi"] != 110
    plots.use_style()
    assert mpl.rcParams["figure.dpi"] == 110
    mpl.rcdefaults()


def test_lines_are_drawn_where_they_belong_with_their_bands():
    values = {"a": [1.0, 2.0, 4.0], "b": [3.0, 3.0, 3.0]}
    figure = plots.lines(
        [1, 10, 100],
        values,
        "labels",
        "accuracy",
        "title",
        bands={"a": ([0.5, 1.5, 3.5], [1.5, 2.5, 4.5])},
        log="x",
    )
    [ax] = figure.axes
    drawn = [line.get_xydata().tolist() for line in ax.lines]
    assert drawn == [[[1, 1], [10, 2], [100, 4]], [[1, 3], [10, 3], [100, 3]]]
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    [band] = ax.collections
    colour = mpl.colors.to_rgb(ax.lines[0].get_color())
    assert tuple(band.get_facecolor()[0][:3]) == colour
    corners = band.get_paths()[0].vertices
    assert (corners[:, 1].min(), corners[:, 1].max()) == (0.5, 4.5)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


@pytest.mark.parametrize("values", [{}, {"a": [1.0]}, {"a": [1.0, 2.0], "b": [1.0]}])
def test_lines_that_do_not_match_are_named(values):
    with pytest.raises(
        ValueError, match=r"x has 2 positions, values has|values is empty"
    ):
        plots.lines([1, 2], values, "", "", "")


def test_paths_have_positions_of_their_own_and_marks_their_labels():
    curves = {"a": ([1, 10], [2.0, 3.0]), "b": ([2, 4, 8], [1.0, 0.0, 5.0])}
    figure = plots.paths(curves, "bits", "dB", "title", marks={"PNG": 5.0}, log="x")
    [ax] = figure.axes
    *drawn, mark = [line.get_xydata().tolist() for line in ax.lines]
    assert drawn == [[[1, 2], [10, 3]], [[2, 1], [4, 0], [8, 5]]]
    assert [x for x, _ in mark] == [5, 5]
    assert [text.get_text() for text in ax.texts] == ["PNG"]
    assert len({line.get_marker() for line in ax.lines[:2]}) == 2
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert shown == ["a", "b"]


@pytest.mark.parametrize("curves", [{}, {"a": ([], [])}, {"a": ([1, 2], [1])}])
def test_paths_that_do_not_match_are_named(curves):
    with pytest.raises(
        ValueError, match=r"curves.* is empty|in curves.* 2 entries and the values 1"
    ):
        plots.paths(curves, "", "", "")


def test_a_sheet_holds_every_image_in_reading_order():
    images = torch.arange(5.0)[:, None, None, None].expand(5, 1, 2, 3) / 5
    figure = plots.image_sheet(images, "title", columns=3)
    [shown] = cells_of(figure)
    sheet = np.asarray(shown.get_array())
    assert sheet.shape == (4, 9)
    corners = [sheet[row, column] for row in (0, 2) for column in (0, 3, 6)]
    np.testing.assert_allclose(corners, [0, 0.2, 0.4, 0.6, 0.8, 0])
    assert (shown.norm.vmin, shown.norm.vmax, shown.cmap.name) == (0, 1, "gray")


@pytest.mark.parametrize("shape", [(0, 1, 2, 2), (3, 2, 2), (3, 2, 2, 2)])
def test_a_sheet_of_no_pictures_is_named(shape):
    with pytest.raises(ValueError, match=r"images has shape .* or \(B, 3, H, W\)"):
        plots.image_sheet(torch.zeros(shape), "")


def test_a_sheet_in_colour_holds_every_image():
    images = torch.rand(5, 3, 4, 6)
    [shown] = cells_of(plots.image_sheet(images, "title", columns=2))
    sheet = np.asarray(shown.get_array())
    assert sheet.shape == (12, 12, 3)
    for place, image in enumerate(images):
        top, left = 4 * (place // 2), 6 * (place % 2)
        window = sheet[top : top + 4, left : left + 6]
        np.testing.assert_allclose(window, image.permute(1, 2, 0))
    assert not sheet[8:, 6:].any()


def test_rows_in_colour_show_their_colours():
    images = torch.zeros(2, 3, 5, 5)
    images[0, 2] = 1  # blue
    images[1, 0] = 0.2  # a dark red
    figure = plots.image_rows({"colour": images, "grey": images.mean(1, keepdim=True)})
    blue, red, *grey = cells_of(figure)
    assert blue.get_array()[0, 0].tolist() == [0, 0, 1]
    np.testing.assert_allclose(red.get_array()[0, 0], [0.2, 0, 0])
    # What is drawn, in the end: pixels of the canvas.
    figure.canvas.draw()
    canvas = np.asarray(figure.canvas.buffer_rgba())
    height = canvas.shape[0]
    for ax, expected in zip(figure.axes, ([0, 0, 255], [51, 0, 0]), strict=False):
        box = ax.get_window_extent()
        x, y = int((box.x0 + box.x1) / 2), int(height - (box.y0 + box.y1) / 2)
        assert canvas[y, x, :3].tolist() == expected
    assert all(each.cmap.name == "gray" for each in grey)


def test_what_leaves_the_range_in_colour_is_drawn_as_its_end():
    images = torch.tensor([-0.7, 0.5, 1.8])[None, :, None, None].expand(1, 3, 2, 2)
    [shown] = cells_of(plots.image_rows({"noisy": images}))
    assert shown.get_array()[0, 0].tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8, torch.int64])
def test_rows_of_bytes_are_refused(channels, dtype):
    images = torch.randint(0, 256, (2, channels, 6, 6)).to(dtype)
    with pytest.raises(
        (TypeError, ValueError), match=r"'mine'.*( goes from|must be f)"
    ):
        plots.image_rows({"mine": images})
    if dtype == torch.float32:
        with pytest.raises(ValueError, match="images goes from"):
            plots.image_sheet(images, "")
    plots.image_rows({"logits": 40 * torch.randn(2, channels, 6, 6)})


@pytest.mark.parametrize("shape", [(2, 4, 6, 6), (2, 2, 6, 6), (2, 6, 6), (2,)])
def test_rows_of_another_shape_are_named(shape):
    with pytest.raises(ValueError, match=r"row.*'a'.* has shape .*\(B, (D|\.\.\.)\)"):
        plots.image_rows({"a": torch.rand(shape)})


def test_maps_share_one_scale():
    values = {"a": torch.tensor([[0.0, 1.0]]), "b": torch.tensor([[-3.0, 2.0]])}
    for signed, limits in ((False, (-3, 2)), (True, (-3, 3))):
        figure = plots.maps(values, "title", signed=signed)
        shown = [ax.images[0] for ax in figure.axes if ax.images]
        assert [(im.norm.vmin, im.norm.vmax) for im in shown] == [limits] * 2
        assert [ax.get_title() for ax in figure.axes[:2]] == ["a", "b"]
    with pytest.raises(ValueError, match=r"'a'\] has shape \(3,\), expected \(H, W\)"):
        plots.maps({"a": torch.zeros(3)}, "")
    with pytest.raises(ValueError, match=r"values is empty, \{\}"):
        plots.maps({}, "")


def test_codes_in_the_plane_are_drawn_as_their_digits():
    codes, labels = torch.rand(30, 2), torch.arange(30) % 10
    [ax] = plots.codes_2d(codes, labels, "title").axes
    drawn = np.concatenate([points.get_offsets() for points in ax.collections])
    assert len(ax.collections) == 10
    np.testing.assert_allclose(drawn, codes[labels.argsort(stable=True)], atol=1e-6)
    with pytest.raises(ValueError, match=r"shape \(30, 1\), expected \(B, 2\)"):
        plots.codes_2d(codes[:, :1], labels, "")


def test_the_ladder_shows_as_many_decimals_as_asked():
    [ax] = plots.ladder({"a": 12.345}, "dB", "", digits=1).axes
    assert [text.get_text() for text in ax.texts] == ["12.3"]


def test_arrows_have_their_true_length_and_lie_over_the_cloud():
    points, cloud = torch.rand(6, 2), torch.rand(20, 2)
    fields = {"theory": torch.randn(6, 2), "network": torch.randn(6, 2)}
    figure = plots.arrows(points, fields, "title", cloud)
    assert [ax.get_title() for ax in figure.axes] == ["theory", "network"]
    for ax, field in zip(figure.axes, fields.values(), strict=True):
        background, quiver = ax.collections
        np.testing.assert_allclose(background.get_offsets(), cloud, atol=1e-6)
        np.testing.assert_allclose(quiver.XY, points, atol=1e-6)
        np.testing.assert_allclose(np.stack([quiver.U, quiver.V], 1), field, atol=1e-6)
        assert (quiver.angles, quiver.scale_units, quiver.scale) == ("xy", "xy", 1)
    assert len(plots.arrows(points, {"a": points}, "").axes[0].collections) == 1


def test_a_field_of_arrows_can_show_the_line_they_lead_to():
    points, line = torch.rand(6, 2), torch.rand(3, 2)
    fields = {"a": points, "b": -points}
    left, right = plots.arrows(points, fields, "", lines={"b": line}).axes
    assert not left.lines
    np.testing.assert_allclose(right.lines[0].get_xydata(), line, atol=1e-6)


@pytest.mark.parametrize(
    ("points", "vectors", "says"),
    [
        (torch.zeros(4, 3), {"a": torch.zeros(4, 3)}, r"points has shape \(4, 3\)"),
        (torch.zeros(4, 2), {}, "vectors is empty, {}"),
        (torch.zeros(4, 2), {"a": torch.zeros(3, 2)}, r"vectors {'a': \(3, 2\)}"),
    ],
)
def test_arrows_that_do_not_fit_their_points_are_named(points, vectors, says):
    with pytest.raises(ValueError, match=says):
        plots.arrows(points, vectors, "")


def test_a_matrix_writes_each_figure_in_its_cell():
    values = {"a": [0.1, 2.0], "b": [3.0, 4.25], "c": [5.0, 6.0]}
    [ax] = plots.matrix(values, ["left", "right"], "MSE", "title", digits=2).axes
    shown = {text.get_position(): text.get_text() for text in ax.texts}
    assert shown[0, 0] == "0.10"
    assert shown[1, 1] == "4.25"
    assert len(shown) == 6
    assert [label.get_text() for label in ax.get_xticklabels()] == ["left", "right"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    inks = {text.get_text(): text.get_color() for text in ax.texts}
    assert inks["0.10"] != inks["6.00"], "dark on bright cells, bright on dark ones"
    with pytest.raises(ValueError, match="columns has 1 labels, values has"):
        plots.matrix(values, ["left"], "", "")
    with pytest.raises(ValueError, match=r"columns is \[\]"):
        plots.matrix({}, [], "", "")


def test_a_matrix_of_ratios_diverges_around_its_middle():
    values = {"a": [1.0, 0.25], "b": [4.0, 2.0]}
    [ax] = plots.matrix(values, ["left", "right"], "ratio", "title", middle=1).axes
    [image] = ax.images
    np.testing.assert_allclose(image.get_array(), [[0, -2], [2, 1]])
    assert image.get_clim() == (-2, 2)
    assert [text.get_color() for text in ax.texts][:2] == ["black", "white"]
    with pytest.raises(ValueError, match="values has 0; a ratio must be above 0"):
        plots.matrix({"a": [0.0]}, ["left"], "", "", middle=1)
    with pytest.raises(ValueError, match="middle is 0"):
        plots.matrix({"a": [1.0]}, ["left"], "", "", middle=0)


def test_clouds_stand_side_by_side_on_one_scale():
    points = {"data": torch.rand(5, 2), "drawn": 3 * torch.rand(7, 2)}
    figure = plots.clouds(points, "title")
    assert [ax.get_title() for ax in figure.axes] == ["data", "drawn"]
    assert len({ax.get_xlim() for ax in figure.axes}) == 1
    for ax, cloud in zip(figure.axes, points.values(), strict=True):
        [drawn] = ax.collections
        np.testing.assert_allclose(drawn.get_offsets(), cloud, atol=1e-6)
    with pytest.raises(ValueError, match="points is empty"):
        plots.clouds({}, "")


def test_strokes_of_a_column_share_one_scale_and_begin_at_a_dot():
    first, second = torch.tensor([[0.0, 0.0], [4, 2]]), torch.tensor([[1.0, 1], [9, 9]])
    figure = plots.pen_rows({"true": [first, second], "back": [second, first]}, "found")
    assert [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()] == [
        "true",
        "back",
    ]
    for column in (figure.axes[::2], figure.axes[1::2]):
        assert column[0].get_xlim() == column[1].get_xlim()
        assert column[0].get_ylim() == column[1].get_ylim()
    (low, high), (bottom, top) = figure.axes[0].get_xlim(), figure.axes[0].get_ylim()
    assert low < 0 < 9 < high, "no stroke of a column is cut off"
    assert bottom < 0 < 9 < top
    assert high - low == pytest.approx(top - bottom)  # a circle stays one
    line, dot = figure.axes[1].lines
    np.testing.assert_allclose(line.get_xydata(), second)
    np.testing.assert_allclose(dot.get_xydata(), second[:1])


@pytest.mark.parametrize(
    "rows",
    [{}, {"a": []}, {"a": [torch.zeros(2, 2)], "b": []}, {"a": [torch.zeros(2, 3)]}],
)
def test_strokes_that_cannot_be_drawn_are_named(rows):
    with pytest.raises(
        ValueError, match=r"rows has lengths|rows is empty|a stroke of rows.* has shape"
    ):
        plots.pen_rows(rows, "title")
