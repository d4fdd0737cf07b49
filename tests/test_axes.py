"""A figure is read by what is in its Axes, whatever call drew it."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder.in_kernel.axes import describe_axes


@pytest.fixture
def ax():
    _, ax = plt.subplots()
    yield ax
    plt.close("all")


def test_scatter_and_plot_markers_are_the_same_points(ax):
    ax.scatter([0, 1], [0.2, 0.4], s=[16, 25], color="red")
    ax.plot([0], [0.5], "o", markersize=6, color="red")
    points = describe_axes(ax)["points"]
    assert [(p["x"], p["y"], p["area"]) for p in points] == [
        (0.0, 0.2, 16.0),
        (1.0, 0.4, 25.0),
        (0.0, 0.5, 36.0),
    ] or sorted((p["x"], p["y"], p["area"]) for p in points) == [
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


def test_other_things_are_refused(ax):
    with pytest.raises(TypeError):
        describe_axes(ax.figure)
    for i in range(2001):
        ax.axhline(i)
    with pytest.raises(ValueError, match="many"):
        describe_axes(ax)
