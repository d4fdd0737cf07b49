"""What is in a matplotlib Axes, as plain data, so that a figure can be graded.

Runs in the student's kernel (its text is sent there) and, for drawings that show a misconception,
in the grader. Every artist is reduced to three things, whatever call drew it. What is invisible is
left out, and so is a marker that the axes' limits cut off.

``points``  one marker each: ``x``, ``y`` in data coordinates, ``area`` in points squared
            (what ``scatter`` calls ``s``), ``color``
``lines``   one polyline each: ``x``, ``y`` arrays in data coordinates, ``color``, ``dashed``
``bars``    one rectangle each: ``x``, ``width``, ``y``, ``height``
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

# More than a figure of this course can hold, and so few that they are soon looked at.
MAX_ARTISTS = 2_000
MAX_VERTICES = 100_000
MAX_CHARACTERS = 1_000_000

_TEXTS = ("title", "xlabel", "ylabel", "xscale", "yscale")
_LISTS_OF_TEXTS = ("legend", "texts", "xticklabels")


def describe_axes(ax: Any) -> dict[str, Any]:
    """Describe the visible artists, labels and scales of ``ax``.

    Raises:
        TypeError: ``ax`` is not a matplotlib Axes.
        ValueError: there is more in it than a figure of this course can hold.
    """
    from matplotlib.axes import Axes

    if not isinstance(ax, Axes):
        raise TypeError("not a matplotlib Axes")
    ax.autoscale_view()
    drawing: dict[str, Any] = {"points": [], "lines": [], "bars": []}
    children = [artist for artist in ax.get_children() if _is_seen(artist)]
    if len(children) > MAX_ARTISTS:
        raise ValueError("too many artists")
    for artist in children:
        _describe_artist(ax, artist, drawing)
    drawing["points"] = _in_view(ax, drawing["points"])
    legend = ax.get_legend()
    drawing.update(
        title=ax.get_title(),
        xlabel=ax.get_xlabel(),
        ylabel=ax.get_ylabel(),
        xscale=ax.get_xscale(),
        yscale=ax.get_yscale(),
        xlim=np.asarray(ax.get_xlim(), float),
        ylim=np.asarray(ax.get_ylim(), float),
        legend=[text.get_text() for text in legend.get_texts()] if legend else [],
        texts=[text.get_text() for text in ax.texts],
        xticklabels=[text.get_text() for text in ax.get_xticklabels()],
    )
    if not _is_bounded(drawing):
        raise ValueError("too many points or texts")
    return drawing


def is_drawing(answer: Any) -> bool:
    """Whether a decoded answer has the form, and the bounds, of what :func:`describe_axes` gives.

    The bounds are checked here because whoever forges an answer does not keep to them.
    """
    return (
        isinstance(answer, dict)
        and all(isinstance(answer.get(name), str) for name in _TEXTS)
        and all(_is_list_of_texts(answer.get(name)) for name in _LISTS_OF_TEXTS)
        and all(isinstance(answer.get(name), list) for name in ("points", "lines", "bars"))
        and all(_is_curve(answer.get(name)) for name in ("xlim", "ylim"))
        and len(answer["xlim"]) == len(answer["ylim"]) == 2
        and all(_has_floats(point, "x", "y", "area") for point in answer["points"])
        and all(_has_floats(bar, "x", "width", "y", "height") for bar in answer["bars"])
        and all(_is_line(line) for line in answer["lines"])
        and all(_is_color(part["color"]) for part in answer["points"] + answer["bars"])
        and _is_bounded(answer)
    )


def _is_bounded(drawing: dict[str, Any]) -> bool:
    texts = [drawing[name] for name in _TEXTS]
    texts += [text for name in _LISTS_OF_TEXTS for text in drawing[name]]
    characters = sum(map(len, texts)) + sum(len(line["label"]) for line in drawing["lines"])
    # Each line counts as one vertex more, so that there cannot be too many without any.
    vertices = len(drawing["points"]) + sum(1 + len(line["x"]) for line in drawing["lines"])
    return (
        vertices <= MAX_VERTICES
        and len(drawing["bars"]) <= MAX_ARTISTS
        and len(texts) <= MAX_ARTISTS
        and characters <= MAX_CHARACTERS
    )


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _has_floats(part: Any, *names: str) -> bool:
    return (
        isinstance(part, dict)
        and all(type(part.get(name)) is float for name in names)
        and "color" in part
    )


def _is_line(line: Any) -> bool:
    return (
        isinstance(line, dict)
        and _is_curve(line.get("x"))
        and _is_curve(line.get("y"))
        and len(line["x"]) == len(line["y"])
        and isinstance(line.get("dashed"), bool)
        and isinstance(line.get("label"), str)
        and _is_color(line.get("color"))
    )


def _is_curve(values: Any) -> bool:
    return isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype == np.float64


def _is_color(color: Any) -> bool:
    return isinstance(color, str) and re.fullmatch("(#[0-9a-f]{6})?", color) is not None


def _is_seen(artist: Any) -> bool:
    alpha = artist.get_alpha()
    return artist.get_visible() and (alpha is None or bool(np.any(np.asarray(alpha) > 0)))


def _in_view(ax: Any, points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The markers whose middle lies between the axes' limits, or on them."""
    xy = np.array([(point["x"], point["y"]) for point in points]).reshape(-1, 2)
    xy = (ax.transData - ax.transAxes).transform(xy)
    outside = np.any((xy < -1e-6) | (xy > 1 + 1e-6), axis=1)  # NaN stays, for the tests to find
    return [point for point, out in zip(points, outside, strict=True) if not out]


def _describe_artist(ax: Any, artist: Any, drawing: dict[str, Any]) -> None:
    from matplotlib.collections import LineCollection, PathCollection, PolyCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon, Rectangle, StepPatch

    if isinstance(artist, Line2D):
        _describe_line(ax, artist, drawing)
    elif isinstance(artist, PathCollection):
        _describe_scatter(ax, artist, drawing)
    elif isinstance(artist, LineCollection):
        _describe_segments(ax, artist, drawing)
    elif isinstance(artist, PolyCollection):
        for path in artist.get_paths():
            _add_line(drawing, _in_data(ax, artist, path.vertices), _face(artist), False, artist)
    elif isinstance(artist, StepPatch):
        values, edges, _ = artist.get_data()
        steps = np.column_stack([np.repeat(edges, 2)[1:-1], np.repeat(values, 2)])
        _add_line(drawing, steps, _hex(artist.get_edgecolor()), False, artist)
    elif isinstance(artist, Polygon):
        _add_line(drawing, artist.get_xy(), _hex(artist.get_edgecolor()), False, artist)
    elif isinstance(artist, Rectangle) and artist is not ax.patch:
        drawing["bars"].append(
            {
                "x": float(artist.get_x()),
                "width": float(artist.get_width()),
                "y": float(artist.get_y()),
                "height": float(artist.get_height()),
                "color": _hex(artist.get_facecolor()),
            }
        )


def _describe_line(ax: Any, line: Any, drawing: dict[str, Any]) -> None:
    xy = _in_data(ax, line, line.get_xydata())
    if line.get_linestyle() not in ("None", "none", " ", ""):
        _add_line(drawing, xy, _hex(line.get_color()), line.is_dashed(), line)
    if line.get_marker() not in ("None", "none", " ", "", None):
        color = _hex(line.get_markerfacecolor(), line.get_color())
        for x, y in xy:
            _add_point(drawing, x, y, line.get_markersize() ** 2, color)


def _describe_scatter(ax: Any, scatter: Any, drawing: dict[str, Any]) -> None:
    offsets = np.asarray(np.ma.filled(scatter.get_offsets(), np.nan), float)
    to_data = scatter.get_offset_transform() - ax.transData
    sizes, colors = scatter.get_sizes(), scatter.get_facecolor()
    for i, (x, y) in enumerate(to_data.transform(offsets)):
        area = sizes[i % len(sizes)] if len(sizes) else 36.0
        _add_point(drawing, x, y, area, _hex(colors[i % len(colors)]) if len(colors) else "")


def _describe_segments(ax: Any, collection: Any, drawing: dict[str, Any]) -> None:
    colors, styles = collection.get_colors(), collection.get_linestyles()
    for i, segment in enumerate(collection.get_segments()):
        style = styles[i % len(styles)]
        _add_line(
            drawing,
            _in_data(ax, collection, segment),
            _hex(colors[i % len(colors)]) if len(colors) else "",
            isinstance(style, tuple) and style[1] is not None,
            collection,
        )


def _add_line(drawing: dict[str, Any], xy: Any, color: str, dashed: bool, artist: Any) -> None:
    xy = np.asarray(xy, float).reshape(-1, 2)
    drawing["lines"].append(
        {
            "x": xy[:, 0].copy(),
            "y": xy[:, 1].copy(),
            "color": color,
            "dashed": bool(dashed),
            "label": str(artist.get_label()),
        }
    )


def _add_point(drawing: dict[str, Any], x: float, y: float, area: float, color: str) -> None:
    drawing["points"].append({"x": float(x), "y": float(y), "area": float(area), "color": color})


def _in_data(ax: Any, artist: Any, xy: Any) -> np.ndarray:
    """Vertices in data coordinates: a line such as ``axhline`` is drawn in a mixture of two."""
    xy = np.asarray(np.ma.filled(xy, np.nan), float)
    transform = artist.get_transform()
    if transform == ax.transData:
        return xy
    return (transform - ax.transData).transform(xy)


def _face(artist: Any) -> str:
    colors = artist.get_facecolor()
    return _hex(colors[0]) if len(colors) else ""


def _hex(color: Any, instead: Any = None) -> str:
    from matplotlib.colors import to_hex

    try:
        return to_hex(color)
    except ValueError:  # "auto" and "none" name no colour
        return to_hex(instead) if instead is not None else ""
