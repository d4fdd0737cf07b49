"""The checks of problem set 1; keep this file and checking.py beside the notebook."""

from itertools import pairwise

from checking import (
    agree,
    ask,
    check,
    complain,
    exercise,
    expect_axes,
    lines_in,
    right,
)

# isort: split
# The versions have been looked at: now JAX may be imported.
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PathCollection

CALL = "plot_shrinkage(names, k, n, 6.0, 4.0)"
CALL_WITH_AXES = "plot_shrinkage(names, k, n, 2.0, 8.0, ax=my_ax)"


@exercise
def posterior_mean() -> None:
    """Check of exercise 1."""
    __tracebackhide__ = True
    check(
        "posterior_mean",
        (6.0, 4.0, 70, 100),
        0.6909,
        "Alyssa",
        "This is Alyssa. Think of one heap, with 100 real bentos and 10 imaginary ones on it: "
        "which share of the heap is tonkatsu? Write down the two parameters of the posterior "
        "first, then the mean of that Beta distribution.",
        slips=[
            (
                0.7,
                "That is Alyssa's raw fraction. The data have spoken and the group has not: a "
                "and b must have a say as well.",
            ),
            (
                0.6,
                "That is the mean of the prior, the same for every student. The group has spoken "
                "and Alyssa's 100 bentos have not.",
            ),
            (
                0.6727,
                "a and b have changed places: a counts the imaginary tonkatsu, b the "
                "imaginary hamburgers.",
            ),
            (0.3273, "That is the share of hamburger. k counts tonkatsu, and so does a."),
            (
                7.6,
                "A rate cannot exceed 1. The real bentos are counted above the fraction line "
                "and are missing below it.",
            ),
            (
                0.95,
                "Below the fraction line belongs the whole heap. Alyssa's hamburgers are "
                "missing from it.",
            ),
            (
                0.717,
                "Below the fraction line belongs the whole heap. The imaginary hamburgers are "
                "missing from it.",
            ),
            (
                0.65,
                "That is halfway between raw fraction and prior mean. A hundred real bentos "
                "against ten imaginary ones: halfway gives the ten too much say.",
            ),
            (
                0.6944,
                "That is the highest point of the posterior, its mode. Asked for is its mean.",
            ),
        ],
    )
    check(
        "posterior_mean",
        (2.0, 8.0, 3, 5),
        0.3333,
        "Diego, other prior",
        "This is Diego in another school, where students prefer hamburger and the prior is "
        "Beta(2, 8). The prior must come from the arguments a and b.",
        slips=[
            (
                0.6,
                "Another school, another prior: here it is Beta(2, 8). This looks as if 6 and 4 "
                "were written into your function; use the arguments a and b.",
            ),
            (0.7333, "a and b have changed places: a counts the imaginary tonkatsu."),
        ],
    )
    check(
        "posterior_mean",
        (6.0, 4.0, 0, 0),
        0.6,
        "Gia, who has brought nothing",
        "This is Gia, who has brought nothing yet. With no real bentos on the heap, only the "
        "imaginary ones are left. If your formula divides by n, find one that does not.",
        slips=[
            (
                float("nan"),
                "Gia's raw fraction is 0/0, which does not exist, so a formula that "
                "uses it breaks down. Find one that does not divide by n.",
            )
        ],
    )
    check(
        "posterior_mean",
        (6, 4, jnp.array([70, 28, 6, 3, 2, 0]), jnp.array([100, 40, 10, 5, 2, 1])),
        [0.6909, 0.6800, 0.6000, 0.6000, 0.6667, 0.5455],
        "the whole class",
        "The whole class in one call: six students, six rates, in an array of shape (6,). Plain "
        "arithmetic does that by itself; float(), if and math.* do not work on arrays.",
    )
    check(
        "posterior_mean",
        (jnp.array([6.0, 60.0]), jnp.array([4.0, 40.0]), 2, 2),
        [0.6667, 0.6078],
        "Emi, two priors",
        "Emi under two different priors in one call. The prior may be an array as well.",
    )
    agree(
        "posterior_mean agrees with the story, with another prior, and with a student of no bentos."
    )


@exercise
def data_weight() -> None:
    """Check of exercise 2."""
    __tracebackhide__ = True
    check(
        "data_weight",
        (6.0, 4.0, 100),
        0.9091,
        "Alyssa",
        "This is Alyssa: 100 real bentos and 10 imaginary ones on the heap. Which share of the "
        "heap is real?",
        slips=[
            (
                0.0909,
                "That is the weight of the group, 1 - w. Alyssa's own data should weigh "
                "nearly everything.",
            ),
            (
                10.0,
                "That compares real bentos with imaginary ones. A weight is a share of the "
                "whole heap, and so at most 1.",
            ),
            (
                0.1,
                "That compares imaginary bentos with real ones. Asked for is the real bentos' "
                "share of the whole heap.",
            ),
            (0.9434, "Nearly: the imaginary hamburgers, b, are missing from the heap."),
            (0.9615, "Nearly: the imaginary tonkatsu, a, are missing from the heap."),
            (
                1.0,
                "A weight of 1 would leave nothing for the group, which still has ten imaginary "
                "bentos on the heap.",
            ),
        ],
    )
    check(
        "data_weight",
        (6.0, 4.0, 10),
        0.5,
        "Carmen",
        "This is Carmen. Ten real bentos weigh exactly as much as ten imaginary ones.",
    )
    check(
        "data_weight",
        (2.0, 3.0, 5),
        0.5,
        "Diego, other prior",
        "This is Diego under a prior of strength 2 + 3 = 5: five real bentos, five imaginary ones.",
        slips=[
            (
                0.3333,
                "This looks as if the strength 10 were written into your function; use the "
                "arguments a and b.",
            )
        ],
    )
    check(
        "data_weight",
        (6.0, 4.0, 0),
        0.0,
        "Gia, who has brought nothing",
        "This is Gia, who has brought nothing. No data, no weight.",
    )
    check(
        "data_weight",
        (6, 4, jnp.array([100, 40, 10, 5, 2, 1])),
        [0.9091, 0.8000, 0.5000, 0.3333, 0.1667, 0.0909],
        "the whole class",
        "The whole class in one call: one weight for each student, in an array of shape (6,).",
    )
    agree("data_weight agrees: the more bentos a student brings, the more the student decides.")


@exercise
def shrinkage_shift() -> None:
    """Check of exercise 3."""
    __tracebackhide__ = True
    check(
        "shrinkage_shift",
        (6.0, 4.0, 2, 2),
        -0.3333,
        "Emi",
        "This is Emi: 1 without the group, about 0.667 with it.",
        slips=[
            (
                0.3333,
                "The right distance in the wrong direction: Emi is pulled down, so the shift "
                "is negative. (If you took an absolute value, drop it.)",
            ),
            (0.6667, "That is where Emi ends up. Asked for is how far that is from the start."),
            (
                0.0667,
                "That is how far Emi ends up from the prior mean. Asked for is the way from "
                "the raw fraction to the posterior mean.",
            ),
            (
                -0.4,
                "That would be the way to the prior mean. Emi does not go all of it, and "
                "stops at the posterior mean.",
            ),
        ],
    )
    check(
        "shrinkage_shift",
        (6.0, 4.0, 0, 1),
        0.5455,
        "Farid",
        "This is Farid, who starts at 0 and is pulled up by the group: a positive shift.",
        slips=[(-0.5455, "The right distance in the wrong direction: Farid is pulled up.")],
    )
    check(
        "shrinkage_shift",
        (6.0, 4.0, 6, 10),
        0.0,
        "Carmen",
        "This is Carmen, whose raw fraction is 0.6 already.",
    )
    check(
        "shrinkage_shift",
        (2.0, 8.0, 3, 5),
        -0.2667,
        "Diego, other prior",
        "This is Diego in the school of the hamburger lovers, Beta(2, 8): from 0.6 down to 0.333.",
        slips=[
            (
                0.0,
                "Under Beta(6, 4) Diego would not move. Here the prior is Beta(2, 8): use the "
                "arguments a and b.",
            )
        ],
    )
    check(
        "shrinkage_shift",
        (6, 4, jnp.array([70, 28, 6, 3, 2, 0]), jnp.array([100, 40, 10, 5, 2, 1])),
        [-0.0091, -0.0200, 0.0000, 0.0000, -0.3333, 0.5455],
        "the whole class",
        "The whole class in one call: one shift for each student, in an array of shape (6,).",
    )
    agree("shrinkage_shift agrees, in size and in direction.")


@exercise
def plot_shrinkage() -> None:
    """Check of exercise 4: shows the figure, then says what is in it."""
    __tracebackhide__ = True
    names = ["Alyssa", "Ben", "Carmen", "Diego", "Emi", "Farid"]
    k, n = jnp.array([70, 28, 6, 3, 2, 0]), jnp.array([100, 40, 10, 5, 2, 1])
    starts = [0.7, 0.7, 0.6, 0.6, 1.0, 0.0]
    ends = [0.6909, 0.6800, 0.6000, 0.6000, 0.6667, 0.5455]
    meaning = "This is the class of the story."
    ax = ask("plot_shrinkage", names, k, n, 6.0, 4.0, meaning=meaning)
    plt.show()
    _check_figure(ax, names, n, starts, ends)
    right(CALL, "two columns, prior mean at 0.6", "the whole class")
    _check_given_axes(names, k, n)
    right(CALL_WITH_AXES, "on my_ax, prior mean at 0.2", "another prior")
    _give_a_tip(ax, names)
    agree("plot_shrinkage draws what was asked for.")


def _markers_in(ax):
    """Each marker in the figure as (x, y, area), whichever function drew it."""
    found = []
    for dots in ax.collections:
        if isinstance(dots, PathCollection):
            areas = np.resize(dots.get_sizes(), len(dots.get_offsets()))
            found += [(x, y, area) for (x, y), area in zip(dots.get_offsets(), areas)]
    for line in ax.lines:
        if line.get_marker() not in (None, "None", "none", " ", ""):
            found += [(x, y, line.get_markersize() ** 2) for x, y in line.get_xydata()]
    return found


def _near(x, y):
    return abs(x - y) < 2e-3


def _areas(ax, x, heights):
    """Each student's marker area in the column at x, or None where there is no marker."""
    found = []
    for i, height in enumerate(heights):
        here = [area for mx, my, area in _markers_in(ax) if _near(mx, x) and _near(my, height)]
        nth = heights[:i].count(height)  # students at one height: the larger marker comes first
        found.append(sorted(here, reverse=True)[nth] if nth < len(here) else None)
    return found


def _is_joined(ax, start, end):
    """Does a line lead from (0, start) to (1, end)?"""
    return any(
        (_near(x0, 0) and _near(y0, start) and _near(x1, 1) and _near(y1, end))
        or (_near(x0, 1) and _near(y0, end) and _near(x1, 0) and _near(y1, start))
        for corners, is_reference in lines_in(ax)
        if not is_reference
        for (x0, y0), (x1, y1) in pairwise(corners)
    )


def _check_reference(call, ax, height):
    __tracebackhide__ = True
    heights = [corners[:, 1] for corners, is_reference in lines_in(ax) if is_reference]
    if not any(np.allclose(y, height, atol=2e-3) for y in heights):
        seen = ", ".join(f"{y[0]:.3f}" for y in heights)
        complain(
            call,
            f"got       a dashed orange line at {seen}"
            if seen
            else "got       no dashed orange line",
            f"expected  one at {height}, straight across",
            meaning="The dashed orange line marks the prior mean. It depends on a and b and "
            "on nothing else: not on the class, and not on the number 0.6.",
        )


def _check_figure(ax, names, n, starts, ends):
    """Are there two columns of markers, a line for each student, and areas that grow?"""
    __tracebackhide__ = True
    expect_axes(CALL, ax)
    if None not in _areas(ax, 0, ends) + _areas(ax, 1, starts):
        complain(
            CALL,
            "got       posterior means at x = 0, raw fractions at x = 1",
            "expected  raw fractions at x = 0, posterior means at x = 1",
            meaning="The two columns have changed places.",
        )
    columns = [(0, "raw fraction", starts), (1, "posterior mean", ends)]
    for x, what, heights in columns:
        for name, height, area in zip(names, heights, _areas(ax, x, heights)):
            if area is None:
                complain(
                    CALL,
                    f"got       no marker for {name} at x = {x}, y = {height}",
                    f"expected  a marker for every student's {what} at x = {x}",
                    meaning="Every student has a marker in either column, even where two of "
                    "them coincide. ax.scatter draws markers; ax.plot draws a bare line.",
                )
    for name, start, end in zip(names, starts, ends):
        if not _is_joined(ax, start, end):
            complain(
                CALL,
                f"got       no line for {name}",
                f"expected  a line from (0, {start}) to (1, {end})",
                meaning="A line joins the two markers of one student. If yours run up and "
                "down within a column, they join different students instead.",
            )
    for x, _, heights in columns:
        _check_areas(_areas(ax, x, heights), names, n)
    _check_reference(CALL, ax, 0.6)


def _check_areas(area, names, n):
    __tracebackhide__ = True
    for i in range(len(names) - 1):
        if not area[i] > area[i + 1]:
            complain(
                CALL,
                f"got       {names[i]}, {n[i]} bentos: area {area[i]:.4g}",
                f"          {names[i + 1]}, {n[i + 1]} bentos: area {area[i + 1]:.4g}",
                f"expected  the larger marker for {names[i]}",
                meaning="The area of a marker shows how much data stand behind it: let "
                "it grow with n, in both columns. In ax.scatter it is the argument s.",
            )


def _check_given_axes(names, k, n):
    """Is the figure drawn on the Axes that the caller passes, and under the caller's prior?"""
    __tracebackhide__ = True
    _, my_ax = plt.subplots()
    before = len(plt.get_fignums())
    meaning = "The same class under a Beta(2, 8) prior, drawn on given Axes."
    returned = ask("plot_shrinkage", names, k, n, 2.0, 8.0, ax=my_ax, meaning=meaning)
    is_elsewhere = returned is not my_ax or len(plt.get_fignums()) > before
    plt.close("all")
    if is_elsewhere:
        complain(
            CALL_WITH_AXES,
            "got       a drawing somewhere else",
            "expected  a drawing on my_ax",
            meaning="When the caller passes Axes, draw on them and return them. Make a new "
            "figure only if ax is None, and draw with ax.plot, never with plt.plot.",
        )
    _check_reference(CALL_WITH_AXES, my_ax, 0.2)


def _give_a_tip(ax, names):
    labels = ax.texts + ax.get_xticklabels() + ax.get_yticklabels()
    labels += ax.get_legend().get_texts() if ax.get_legend() else []
    if not all(any(name in label.get_text() for label in labels) for name in names):
        print("A tip, not a fault: a reader cannot see who is who. Try ax.text or a legend.")
