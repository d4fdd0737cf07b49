"""Whether two figures show the same, going by what ``in_kernel.axes`` says of them."""

from __future__ import annotations

from typing import Any

import numpy as np


def same_drawing(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two figures have the same axis, markers and lines."""
    return first["xscale"] == second["xscale"] and all(
        len(_corners(first, kind)) == len(_corners(second, kind))
        and np.allclose(_corners(first, kind), _corners(second, kind), rtol=1e-3, atol=1e-4)
        for kind in ("points", "lines")
    )


def similar_drawing(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two figures made from other draws show the same: axis, reference line, curves."""
    if first["xscale"] != second["xscale"] or _verticals(first) != _verticals(second):
        return False
    here, there = _places(first), _places(second)
    if not (len(here) and len(there)):
        return False
    apart = np.abs(here[:, None] - there[None, :]).max(axis=-1)
    return bool(apart.min(axis=0).max() < 0.3 and apart.min(axis=1).max() < 0.3)


def _verticals(drawing: dict[str, Any]) -> set[float]:
    return {
        round(float(line["x"][0]), 3)
        for line in drawing["lines"]
        if len(line["x"]) == 2 and line["x"][0] == line["x"][1]
    }


def _places(drawing: dict[str, Any]) -> np.ndarray:
    """Centre and spread, over log x, of each curve and of the bars of each colour."""
    curves = [_moments(line["x"], line["y"]) for line in drawing["lines"] if len(line["x"]) > 2]
    for color in {bar["color"] for bar in drawing["bars"]}:
        bars = [bar for bar in drawing["bars"] if bar["color"] == color]
        edges = np.array([[bar["x"], bar["x"] + bar["width"]] for bar in bars])
        heights = np.array([[bar["height"], bar["height"]] for bar in bars])
        pieces = [_moments(x, y) for x, y in zip(edges, heights, strict=True)]
        curves.append(np.sum(pieces, axis=0))
    means = [(first / area, second / area) for area, first, second in curves if area > 0]
    return np.array([(mean, max(square - mean**2, 0) ** 0.5) for mean, square in means])


def _moments(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The area below a curve over log x, and its first two moments; negative x are left out."""
    above = (x > 0) & np.isfinite(x) & np.isfinite(y)
    log_x, y = np.log(x[above]), np.maximum(y[above], 0)
    strips = np.abs(np.diff(log_x)) * (y[1:] + y[:-1]) / 2
    middle = (log_x[1:] + log_x[:-1]) / 2
    return np.array([np.sum(strips * middle**power) for power in (0, 1, 2)])


def _corners(drawing: dict[str, Any], kind: str) -> np.ndarray:
    """The end points of lines, or the markers, in a fixed order."""
    if kind == "points":
        corners = [(p["x"], p["y"]) for p in drawing["points"]]
    else:
        corners = [
            (float(line["x"][i]), float(line["y"][i]))
            for line in drawing["lines"]
            if len(line["x"]) and not line["dashed"]
            for i in (0, -1)
        ]
    return np.array(sorted(corners), float).reshape(-1, 2)
