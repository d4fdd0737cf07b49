"""A figure is read by what is in its Axes, whatever call drew it."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder.in_kernel import axes
from autograder.in_kernel.axes import describe_axes, is_drawing
from autograder.in_kernel.wire import decode, encode


@pytest.fixture
def ax():
    _, ax = plt.subplots()
    yield ax
    plt.close("all")


def test_scatter_and_plot_markers_are_the_same_points(ax):
    ax.scatter([0, 1], [0.2, 0.4], s=[16, 25], color="red")
    ax.plot([0], [0.5], "o", markersize=6, color="red")
    points = describe_axes(ax)["points"]
    assert sorted((p["x"], p["y"], p["area"]) for p in points) == [
        (0.0, 0.2, 16.0),
        (0.0, 0.5, 36.0),
        (1.0, 0.4, 25.0),
    ]
    assert {p["color"] for p in points} == {"#ff0000"}


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: ax.axhline(0.6, color="orange", linestyle="--"),
        lambda ax: ax.plot([0, 1], [0.6, 0.6], "--", color="orange"),
        lambda ax: ax.hlines(0.6, 0, 1, colors="orange", linestyles="dashed"),
        lambda ax: ax.axline((0, 0.6), slope=0, color="orange", linestyle=(0, (5, 5))),
    ],
)
def test_a_reference_line_is_found_however_it_is_drawn(ax, draw):
    ax.plot([0, 1], [0, 1])
    draw(ax)
    dashed = [line for line in describe_axes(ax)["lines"] if line["dashed"]]
    assert len(dashed) == 1
    assert np.allclose(dashed[0]["y"], 0.6)
    assert dashed[0]["color"] == "#ffa500"


def test_solid_lines_are_not_dashed(ax):
    ax.plot([0, 1], [0, 1])
    ax.hlines(0.5, 0, 1)
    assert [line["dashed"] for line in describe_axes(ax)["lines"]] == [False, False]


def test_labels_scales_bars_and_legend_are_read(ax):
    ax.bar([1, 2], [3, 4], label="counts")
    ax.set(xscale="log", xlabel="lam", ylabel="density", title="A")
    ax.legend()
    drawing = describe_axes(ax)
    assert (drawing["xscale"], drawing["xlabel"], drawing["title"]) == ("log", "lam", "A")
    assert drawing["legend"] == ["counts"]
    assert [bar["height"] for bar in drawing["bars"]] == [3.0, 4.0]


def test_what_cannot_be_seen_does_not_count(ax):
    ax.plot([0, 1], [0, 1], visible=False)
    assert describe_axes(ax)["lines"] == []


def test_a_figure_of_every_kind_of_artist_crosses_the_wall(ax):
    """Among them all the draws of a run as marks on the axis, more than anyone needs."""
    ax.plot(np.linspace(0.1, 100, 20_000), np.zeros(20_000), "|")
    ax.scatter([0.1, np.nan], [0.2, 0.4], c=["#123456", "red"])
    ax.hist([1.0, 2.0, 2.0], bins=100, label="counts")
    ax.hist([1.0, 2.0, 2.0], histtype="step", weights=[1, 2, 3])
    ax.stairs([1.0, 2.0], [0, 1, 2])
    ax.fill_between(np.linspace(0, 1, 2000), 0, 1, color="none")
    ax.vlines([1.0], 0, 1, linestyles=":")
    ax.axvline(1, label=5)
    ax.set(xscale="log", xlabel="λ", title="$\\lambda$")
    ax.text(1, 1, "Room 7")
    ax.legend()
    drawing = decode(encode(describe_axes(ax)))
    assert is_drawing(drawing)
    assert len(drawing["points"]) >= 20_000
    assert len(drawing["bars"]) == 100
    assert drawing["texts"] == ["Room 7"]


@pytest.mark.parametrize(
    ("kind", "draw"),
    [
        ("artists", lambda ax, n: [ax.axhline(i) for i in range(n)]),
        ("artists", lambda ax, n: ax.bar(np.arange(n), np.ones(n))),
        ("artists", lambda ax, n: [ax.text(i, 0, "x") for i in range(n)]),
        ("points", lambda ax, n: ax.plot(np.zeros(n))),
        ("points", lambda ax, n: ax.scatter(np.zeros(n), np.zeros(n))),
        ("points", lambda ax, n: ax.vlines(np.arange(n // 2), 0, 1)),
        ("points", lambda ax, n: ax.set_title("x" * 10 * n)),
    ],
)
def test_a_figure_with_too_much_in_it_is_refused(ax, monkeypatch, kind, draw):
    monkeypatch.setattr(axes, "MAX_ARTISTS", 100 if kind == "artists" else axes.MAX_ARTISTS)
    monkeypatch.setattr(axes, "MAX_VERTICES", 1000)
    monkeypatch.setattr(axes, "MAX_CHARACTERS", 10_000)
    draw(ax, 70 if kind == "artists" else 500)
    describe_axes(ax)
    draw(ax, 101 if kind == "artists" else 1001)
    with pytest.raises(ValueError, match=f"too many {kind}"):
        describe_axes(ax)


def test_other_things_are_refused(ax):
    with pytest.raises(TypeError):
        describe_axes(ax.figure)
    for other in (None, [], 5, {}, {"lines": []}):
        assert not is_drawing(other)
