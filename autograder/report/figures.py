"""The report's figures, as SVG that takes its colours from the page, light or dark."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from autograder.report.alike import Alikeness
from autograder.report.pass_rates import PassRates

# Colours that stand for those of the page's style sheet.
_INK, _BAR, _MEAN, _ALARM, _FAINT = "#010203", "#0072b2", "#e69f00", "#d55e00", "#6f6f6f"
_IN_PAGE = {
    _INK: "currentColor",
    _BAR: "var(--bar)",
    _MEAN: "var(--mean)",
    _ALARM: "var(--alarm)",
    _FAINT: "var(--faint)",
}
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.titlesize": 11,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
}
# Inches; a telephone shows this width at nearly its full size.
_WIDTH = 5.2
_MOST_BARS = 20
HOURS_A_DAY = 24
FARTHEST_DAYS = 14


def score_figure(scores: Sequence[float], max_score: float) -> Markup:
    """How many students have how many points."""
    figure, axes = _figure(2.6)
    values = np.asarray(scores, dtype=float)
    different = np.unique(values)
    if len(different) <= _MOST_BARS:
        counts = [int((values == value).sum()) for value in different]
        gaps = np.diff(different)
        width = min(max_score / _MOST_BARS, 0.9 * gaps.min() if gaps.size else max_score)
        axes.bar(different, counts, width=width, color=_BAR)
    else:
        axes.hist(values, bins=_MOST_BARS, range=(0.0, max_score), color=_BAR, rwidth=0.9)
    axes.set_xlim(-0.04 * max_score, 1.04 * max_score)
    axes.set_xticks(range(0, int(max_score) + 1, max(1, round(max_score / 10))))
    axes.set_xlabel(f"points for programs, of {max_score:g}")
    _count(axes, "students")
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return _as_svg(
        figure,
        f"Bars: how many of {len(values)} students have how many points. Half of them have "
        f"{low:g} to {high:g}, the median is {middle:g} of {max_score:g}.",
    )


def pass_rate_figure(pass_rates: PassRates) -> Markup:
    """Each exercise's raw fraction, and its estimate with a credible interval."""
    rates = pass_rates.rates
    figure, axes = _figure(0.9 + 0.36 * len(rates))
    for height, rate in enumerate(rates):
        axes.plot([rate.low, rate.high], [height, height], color=_BAR, linewidth=3)
        axes.plot(rate.estimate, height, "o", color=_BAR, markersize=8)
        axes.plot(rate.fraction, height, "x", color=_ALARM, markersize=7, markeredgewidth=2)
    axes.axvline(pass_rates.mean, color=_MEAN, linestyle="--", linewidth=2)
    axes.set_yticks(range(len(rates)), [rate.exercise for rate in rates])
    axes.set_ylim(len(rates) - 0.4, -0.6)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("rate at which an exercise is solved")
    told = "; ".join(
        f"{rate.exercise}: raw {rate.fraction:.2f}, estimate {rate.estimate:.2f}, interval "
        f"{rate.low:.2f} to {rate.high:.2f}"
        for rate in rates
    )
    return _as_svg(figure, f"A line for each exercise. {told}. Mean rate: {pass_rates.mean:.2f}.")


def time_figure(hours_late: Sequence[float]) -> Markup:
    """When submissions came, before and after the due date."""
    figure, axes = _figure(2.4)
    hours = np.asarray(hours_late, dtype=float)
    in_days = np.abs(hours).max() > 3 * HOURS_A_DAY
    values = hours / HOURS_A_DAY if in_days else hours
    farthest = FARTHEST_DAYS if in_days else 3 * HOURS_A_DAY
    # Zero is where one bar ends and the next begins.
    width = 0.5 if in_days else 3.0
    shown = np.clip(values, -farthest, farthest)
    first, last = np.floor(shown.min() / width), np.floor(shown.max() / width) + 1
    edges = width * np.arange(min(first, -1), max(last, 1) + 1)
    counts, _ = np.histogram(np.minimum(shown, edges[-1] - 1e-9), edges)
    colors = [_ALARM if edge >= 0 else _BAR for edge in edges[:-1]]
    axes.bar(edges[:-1], counts, width=0.9 * width, align="edge", color=colors)
    axes.axvline(0.0, color=_INK, linewidth=1)
    unit = "days" if in_days else "hours"
    axes.set_xlabel(f"{unit} before (-) and after the due date")
    _count(axes, "students")
    late = int((hours > 0).sum())
    return _as_svg(
        figure,
        f"Bars: when {len(hours)} students handed in, in {unit} from the due date. {late} were "
        f"late; the median is {np.median(values):.1f} {unit}.",
    )


def similarity_figure(alikeness: Alikeness) -> Markup:
    """How similar all pairs are, and where pairs begin to stand out."""
    figure, axes = _figure(2.4)
    similarities: NDArray[np.float64] = alikeness.similarities
    counts, _, _ = axes.hist(similarities, bins=25, range=(0.0, 1.0), color=_BAR, rwidth=0.9)
    threshold = alikeness.threshold
    told = "None could be similar enough to stand out."
    if threshold <= 1:
        axes.axvline(threshold, color=_ALARM, linestyle="--", linewidth=2)
        above = int((similarities > threshold).sum())
        told = f"Pairs stand out from {threshold:.2f} on; {above} are there."
    _count(axes, "pairs")
    if np.max(counts) > 100:
        axes.set_yscale("log")
        axes.set_ylim(bottom=0.7)
    axes.set_xlim(-0.01, 1.01)
    axes.set_xlabel("similarity of two submissions")
    return _as_svg(
        figure,
        f"Bars: how similar {len(similarities)} pairs of submissions are, from 0 to 1; the median "
        f"is {np.median(similarities):.2f}. {told}",
    )


def _figure(height: float) -> tuple[Figure, Axes]:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height))
        return figure, figure.subplots()


def _count(axes: Axes, what: str) -> None:
    axes.set_ylabel(what)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _as_svg(figure: Figure, alt: str) -> Markup:
    """The figure as an element of a page, with a text for those who do not see it."""
    file = io.StringIO()
    # Several figures stand in one page, in which a name may be there only once.
    with mpl.rc_context(_STYLE | {"svg.hashsalt": alt}):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    for color, in_page in _IN_PAGE.items():
        svg = svg.replace(color, in_page)
    head = f'<svg role="img" aria-label="{escape(alt)}" '
    return Markup(svg.replace("<svg ", head, 1))
