"""Misconceptions of ps1-shrinkage."""

# A mistake takes all the arguments of the function in whose place it stands, used or not.

import numpy as np

from autograder.misconceptions.library import Library

library = Library()


@library.of(
    "posterior_mean",
    "This is the raw fraction: the prior has been left out, and a student with one bento is taken "
    "as seriously as one with a hundred.",
)
def raw_fraction(a, b, k, n):
    return k / n


@library.of(
    "posterior_mean",
    "This is the highest point of the posterior density, its mode. The exercise asks for the mean, "
    "the balance point.",
)
def mode_for_mean(a, b, k, n):
    return (a + k - 1) / (a + b + n - 2)


@library.of(
    "posterior_mean",
    "a and b have changed places: a counts the imagined tonkatsu, b the imagined hamburgers.",
)
def swapped_a_and_b(a, b, k, n):
    return (b + k) / (a + b + n)


@library.of(
    "posterior_mean",
    "The prior's tonkatsu are added on top, but the bentos that the prior stands for are missing "
    "below: a rate compares tonkatsu with all bentos, imagined ones included.",
)
def prior_missing_from_the_total(a, b, k, n):
    return (a + k) / n


@library.of(
    "posterior_mean",
    "The whole prior strength a + b is counted as tonkatsu; only a of it is.",
)
def whole_prior_as_tonkatsu(a, b, k, n):
    return (a + b + k) / (a + b + n)


@library.of(
    "posterior_mean",
    "This is the plain average of raw fraction and prior mean. How much each counts depends on "
    "how many bentos stand behind it.",
)
def half_and_half(a, b, k, n):
    return 0.5 * (k / n) + 0.5 * a / (a + b)


@library.of(
    "posterior_mean",
    "These are the answers under the notebook's prior, whatever prior is asked about: use the "
    "arguments a and b.",
)
def the_notebooks_prior(a, b, k, n):
    return (6.0 + k) / (10.0 + n)


@library.of(
    "posterior_mean",
    "One imagined bento of either kind is added, whatever the prior is: use the arguments a and b.",
)
def one_of_either_kind(a, b, k, n):
    return (1.0 + k) / (2.0 + n)


@library.of(
    "posterior_mean",
    "This is the prior mean whatever the student brought: the data have been left out.",
)
def data_forgotten(a, b, k, n):
    return a / (a + b) + 0.0 * (k + n)


@library.of(
    "posterior_mean",
    "n counts all bentos, so the failures are n - k: here the tonkatsu are counted twice below.",
)
def n_taken_for_failures(a, b, k, n):
    return (a + k) / (a + b + k + n)


@library.of("data_weight", "This is the weight of the prior; the data get the rest.")
def weight_of_the_prior(a, b, n):
    return (a + b) / (a + b + n)


@library.of("data_weight", "Only a stands for the prior here; its strength is a + b.")
def strength_without_b(a, b, n):
    return n / (a + n)


@library.of("data_weight", "Only b stands for the prior here; its strength is a + b.")
def strength_without_a(a, b, n):
    return n / (b + n)


@library.of(
    "data_weight",
    "This compares the data with the prior; a weight is a share of the two together, and never "
    "exceeds one.",
)
def ratio_for_share(a, b, n):
    return n / (a + b)


@library.of("data_weight", "The strength of the prior is a sum of imagined bentos, not a product.")
def product_for_sum(a, b, n):
    return n / (a * b + n)


@library.of("data_weight", "One imagined bento too many: the prior's strength is a + b itself.")
def one_too_many(a, b, n):
    return n / (a + b + n + 1)


@library.of(
    "shrinkage_shift",
    "The sign is wrong: the shift leads from the raw fraction to the posterior mean, so who "
    "is pulled up has a positive one.",
)
def wrong_sign(a, b, k, n):
    return k / n - (a + k) / (a + b + n)


@library.of("shrinkage_shift", "The direction is lost: a shift has a sign, which says up or down.")
def without_its_sign(a, b, k, n):
    return np.abs((a + k) / (a + b + n) - k / n)


@library.of(
    "shrinkage_shift",
    "This is the distance to the prior mean, the whole way; the posterior mean goes only part of "
    "it.",
)
def all_the_way_to_the_group(a, b, k, n):
    return a / (a + b) - k / n


@library.of(
    "shrinkage_shift",
    "This is how far the posterior mean lies from the prior mean, not from the student's own raw "
    "fraction.",
)
def measured_from_the_prior(a, b, k, n):
    return (a + k) / (a + b + n) - a / (a + b)


@library.of("shrinkage_shift", "This is the posterior mean itself, not how far it has moved.")
def posterior_mean_itself(a, b, k, n):
    return (a + k) / (a + b + n)


@library.of(
    "shrinkage_shift",
    "This is the shift as a share of the raw fraction; the exercise asks for a plain difference.",
)
def relative_shift(a, b, k, n):
    return ((a + k) / (a + b + n) - k / n) / (k / n)


@library.of("shrinkage_shift", "a and b have changed places in the posterior mean used here.")
def swapped_a_and_b_in_the_shift(a, b, k, n):
    return (b + k) / (a + b + n) - k / n


def _draw(names, k, n, a, b, ax, left, right, xs=(0, 1), join=True, areas=None, level=None, **line):
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots()
    left_areas, right_areas = areas or (20 + 4 * n, 20 + 4 * n)
    for i in range(len(names)):
        if join:
            ax.plot(xs, (left[i], right[i]), color="0.5", zorder=1)
        ax.scatter(xs, (left[i], right[i]), s=[left_areas[i], right_areas[i]], zorder=2)
    if level is None:
        level = a / (a + b)
    if level is not False:
        ax.axhline(level, **{"color": "orange", "linestyle": "--"} | line)
    return ax


def _draw_rightly(names, k, n, a, b, ax, **wrong):
    return _draw(names, k, n, a, b, ax, k / n, (a + k) / (a + b + n), **wrong)


@library.of(
    "plot_shrinkage", "The columns have changed places: raw fractions belong to x = 0, the left."
)
def swapped_columns(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, (a + k) / (a + b + n), k / n)


@library.of(
    "plot_shrinkage",
    "Both columns show the raw fractions: the right one should show the posterior means.",
)
def raw_fractions_twice(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, k / n)


@library.of("plot_shrinkage", "The columns stand at x = 1 and x = 2; they belong to 0 and 1.")
def columns_one_and_two(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, (a + k) / (a + b + n), xs=(1, 2))


@library.of("plot_shrinkage", "Counts are drawn where fractions belong.")
def counts_for_fractions(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k, (a + k) / (a + b + n))


@library.of(
    "plot_shrinkage", "The two columns are drawn, but no line joins a student's two points."
)
def missing_line(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, (a + k) / (a + b + n), join=False)


@library.of(
    "plot_shrinkage",
    "The right column shows the population mean for everybody; each student's own posterior mean "
    "belongs there.",
)
def everybody_at_the_prior_mean(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, a / (a + b) + 0 * k)


@library.of(
    "plot_shrinkage",
    "The right column shows where the posterior density peaks, its mode; asked for is its mean.",
)
def mode_in_the_right_column(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, (a + k - 1) / (a + b + n - 2))


@library.of(
    "plot_shrinkage",
    "All markers have the same area: let it grow with the number of bentos.",
    sign="same areas",
)
def same_areas(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, areas=(0 * n + 50, 0 * n + 50))


@library.of(
    "plot_shrinkage",
    "The markers grow with the number of bentos in one column, and are all alike in the other.",
    sign="areas in one column",
)
def areas_in_one_column(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, areas=(0 * n + 50, 20 + 4 * n))


@library.of(
    "plot_shrinkage",
    "Whoever has brought more has the smaller marker: its area shows how much data there are.",
    sign="areas shrink",
)
def areas_shrink(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, areas=(500 / n, 500 / n))


@library.of(
    "plot_shrinkage",
    "The markers grow with the tonkatsu; it is all bentos that say how much data there are.",
    sign="areas by tonkatsu",
)
def areas_by_tonkatsu(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, areas=(20 + 4 * k, 20 + 4 * k))


@library.of(
    "plot_shrinkage",
    "There is no dashed line, and none at the prior mean: ax.axhline draws one.",
    sign="no dashed line",
)
def no_dashed_line(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, level=False)


@library.of(
    "plot_shrinkage",
    "The line at the prior mean is there, but it is not dashed.",
    sign="solid line",
)
def solid_line(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, linestyle="-")


@library.of(
    "plot_shrinkage",
    "The dashed line stands where it should, in another colour: asked for is orange.",
    sign="another colour",
)
def another_colour(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, color="blue")


@library.of(
    "plot_shrinkage",
    "The dashed line is upright: rates are heights here, so the prior mean is a level line.",
    sign="upright line",
)
def upright_line(names, k, n, a, b, ax=None):
    ax = _draw_rightly(names, k, n, a, b, ax, level=False)
    ax.axvline(a / (a + b), color="orange", linestyle="--")
    return ax


LEVELS = (
    "The dashed line stands at {}: asked for is the mean of the prior, which a and b alone decide."
)


@library.of(
    "plot_shrinkage",
    LEVELS.format("the average of the raw fractions"),
    sign="line at the mean of the fractions",
)
def line_at_the_mean_of_the_fractions(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, level=float(np.mean(np.asarray(k) / n)))


@library.of(
    "plot_shrinkage",
    LEVELS.format("the share of tonkatsu among all bentos of the class"),
    sign="line at the fraction of the heap",
)
def line_at_the_fraction_of_the_heap(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, level=float(np.sum(k) / np.sum(n)))


@library.of(
    "plot_shrinkage",
    LEVELS.format("the average of the posterior means"),
    sign="line at the mean of the means",
)
def line_at_the_mean_of_the_means(names, k, n, a, b, ax=None):
    means = (a + np.asarray(k)) / (a + b + n)
    return _draw_rightly(names, k, n, a, b, ax, level=float(np.mean(means)))


@library.of(
    "plot_shrinkage",
    LEVELS.format("the notebook's 0.6, whatever the prior is"),
    sign="line at the notebook's mean",
)
def line_at_the_notebooks_mean(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, level=0.6)


@library.of("plot_shrinkage", LEVELS.format("a half"), sign="line at a half")
def line_at_a_half(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, level=0.5)


@library.of(
    "plot_shrinkage",
    LEVELS.format("the prior's share of hamburgers"),
    sign="line at the share of hamburgers",
)
def line_at_the_share_of_hamburgers(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax, level=b / (a + b))


@library.of(
    "plot_shrinkage",
    "There are no markers: ax.plot draws bare lines, ax.scatter draws markers.",
    sign="no markers",
)
def no_markers(names, k, n, a, b, ax=None):
    ax = _draw_rightly(names, k, n, a, b, ax)
    for markers in list(ax.collections):
        markers.remove()
    return ax


@library.of(
    "plot_shrinkage",
    "The function draws, but returns nothing: end it with `return ax`.",
    sign="nothing returned",
)
def nothing_returned(names, k, n, a, b, ax=None):
    _draw_rightly(names, k, n, a, b, ax)


@library.of(
    "plot_shrinkage",
    "The whole figure is returned: asked for are the Axes that were drawn on.",
    sign="figure returned",
)
def figure_returned(names, k, n, a, b, ax=None):
    return _draw_rightly(names, k, n, a, b, ax).figure


@library.of(
    "plot_shrinkage",
    "Several things are returned: asked for are the Axes alone.",
    sign="subplots returned",
)
def subplots_returned(names, k, n, a, b, ax=None):
    ax = _draw_rightly(names, k, n, a, b, ax)
    return ax.figure, ax


@library.of("plot_shrinkage", "a and b have changed places in the right column.")
def swapped_a_and_b_in_the_right_column(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, (b + k) / (a + b + n))


@library.of(
    "plot_shrinkage", "Both columns show the posterior means; the left is for raw fractions."
)
def posterior_means_twice(names, k, n, a, b, ax=None):
    means = (a + k) / (a + b + n)
    return _draw(names, k, n, a, b, ax, means, means)


@library.of(
    "plot_shrinkage",
    "The right column is that of the notebook's prior, whatever prior is asked about.",
)
def the_notebooks_prior_in_the_right_column(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, (6.0 + k) / (10.0 + n))


@library.of(
    "plot_shrinkage", "The figure is in per cent: rates lie between 0 and 1, and so should markers."
)
def in_per_cent(names, k, n, a, b, ax=None):
    means = (a + k) / (a + b + n)
    level = 100 * a / (a + b)
    return _draw(names, k, n, a, b, ax, 100 * k / n, 100 * means, level=level)


@library.of(
    "plot_shrinkage",
    "The heights are right, but lines join one student's raw fraction with another's posterior "
    "mean: has one column been sorted?",
    sign="wrong pairs",
)
def one_column_sorted(names, k, n, a, b, ax=None):
    return _draw(names, k, n, a, b, ax, k / n, np.sort((a + k) / (a + b + n)))
