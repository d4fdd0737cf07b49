"""Figures, drawn here from what is known to be in them; no picture comes from student code."""

from __future__ import annotations

import base64
import io
import logging
import warnings
from textwrap import wrap
from typing import Any

import numpy as np

_SCALES = ("linear", "log", "symlog", "logit")
_GREY = "#555555"


def picture(drawing: dict[str, Any]) -> str | None:
    """A drawing, see ``grading.examples.shown_drawing``, as PNG in base64; None if it cannot be."""
    for with_formulas in (True, False):  # a title may hold what only looks like a formula
        try:
            return base64.b64encode(_png(drawing, with_formulas)).decode("ascii")
        except Exception:  # numbers that no figure can be drawn of; the page is made without it
            logging.getLogger(__name__).info("A figure could not be drawn.", exc_info=True)
    return None


def in_words(drawing: dict[str, Any]) -> str:
    """What is in a drawing, for those who cannot see it."""
    dashed = sum(line["dashed"] for line in drawing["lines"])
    counts = {
        "marker": len(drawing["points"]),
        "dashed line": dashed,
        "solid line": len(drawing["lines"]) - dashed,
        "bar": len(drawing["bars"]),
    }
    told = ", ".join(f"{n} {name}{'s' * (n > 1)}" for name, n in counts.items() if n)
    axes = "; ".join(
        f"{axis} axis{', ' + drawing[scale] if drawing[scale] != 'linear' else ''}: "
        f"{drawing[label] or 'no label'}"
        for axis, label, scale in (("x", "xlabel", "xscale"), ("y", "ylabel", "yscale"))
    )
    return f"{told or 'nothing'}; {axes}"


def _png(drawing: dict[str, Any], with_formulas: bool) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    png = io.BytesIO()
    look: Any = {"font.size": 11, "axes.titlesize": 11, "text.parse_math": with_formulas}
    # A drawing may hold any numbers; matplotlib remarks on some of them.
    with rc_context(look), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        figure = Figure(figsize=(5.2, 4.2), dpi=110, layout="constrained")
        _draw(figure.add_subplot(), drawing)
        figure.savefig(png, format="png")
    return png.getvalue()


def _draw(ax: Any, drawing: dict[str, Any]) -> None:
    for name in ("x", "y"):
        scale = drawing[f"{name}scale"]
        getattr(ax, f"set_{name}scale")(scale if scale in _SCALES else "linear")
        limits = drawing[f"{name}lim"]
        if None not in limits and limits[0] != limits[1]:
            getattr(ax, f"set_{name}lim")(limits)
            ax.autoscale(False, axis=name)
    labelled = {}
    for line in drawing["lines"]:
        style = "--" if line["dashed"] else "-"
        (drawn,) = ax.plot(
            _numbers(line["x"]),
            _numbers(line["y"]),
            style,
            color=line["color"] or _GREY,
            linewidth=1.8,
        )
        labelled[line["label"]] = drawn
    for bar in drawing["bars"]:
        if None not in (bar["x"], bar["y"], bar["width"], bar["height"]):
            ax.bar(
                bar["x"],
                bar["height"],
                bar["width"],
                bar["y"],
                align="edge",
                color=bar["color"] or _GREY,
            )
    for point in drawing["points"]:
        if None not in (point["x"], point["y"], point["area"]):
            area = min(max(point["area"], 0.0), 5_000.0)
            ax.scatter(point["x"], point["y"], area, point["color"] or _GREY, alpha=0.6)
    ax.set(xlabel=drawing["xlabel"], ylabel=drawing["ylabel"])
    ax.set_title("\n".join(wrap(drawing["title"], 60)))
    named = [(labelled[text], text) for text in drawing["legend"] if text in labelled]
    if named:
        lines, texts = zip(*named, strict=True)
        ax.figure.legend(
            lines, texts, loc="outside lower center", ncols=2, frameon=False, fontsize="small"
        )


def _numbers(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]
