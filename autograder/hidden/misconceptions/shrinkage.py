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
    "The sign is turned round: the shift leads from the raw fraction to the posterior mean, so who "
    "is pulled up has a positive one.",
)
def turned_round(a, b, k, n):
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


def _draw(names, k, n, a, b, ax, left, right, xs=(0, 1), join=True):
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots()
    for i in range(len(names)):
        if join:
            ax.plot(xs, (left[i], right[i]), color="0.5", zorder=1)
        ax.scatter(xs, (left[i], right[i]), s=20 + 4 * n[i], zorder=2)
    ax.axhline(a / (a + b), color="orange", linestyle="--")
    return ax


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
