"""Systematic mistakes of ps4-two-classrooms."""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from scipy.special import betaln, gammaln

from autograder.misconceptions.estimates import (
    best_draw,
    estimate,
    normalised,
    weighted_medians,
)
from autograder.misconceptions.families import (
    FORGOTTEN_RETURN,
    LOG_TAKEN,
    NUMBERS,
    OF_CLASSES,
    OFTEN,
    ROUNDED,
    Slip,
    arguments,
    formula,
    members,
    result,
)
from autograder.misconceptions.formulas import AnyOf, Fraction, Parts, Rules, blend
from autograder.misconceptions.library import Library

library = Library()

CLASS = np.array([2.0, 0.0, 7.0, 31.0]), np.array([5.0, 3.0, 8.0, 90.0])
STORY = np.array([70.0, 28, 6, 3, 2, 0]), np.array([100.0, 40, 10, 5, 2, 1])

OF_PAIRS = [
    result("swapped pair", "The two have changed places.", lambda y: (y[1], y[0])),
    result("only the first", "Only the first of the two is returned.", lambda y: y[0]),
    result("only the second", "Only the second of the two is returned.", lambda y: y[1]),
    result("the first twice", "The first of the two is returned twice.", lambda y: (y[0], y[0])),
    result("the second twice", "The second of the two is returned twice.", lambda y: (y[1], y[1])),
    FORGOTTEN_RETURN,
    *ROUNDED,
]
OF_PAIRS += [
    result(
        "in a dictionary",
        "The two come in a dictionary: asked for is a pair.",
        lambda y, names=names: dict(zip(names, y, strict=True)),
    )
    for names in (("mu", "lam"), ("a", "b"))
]

FIRST = {
    "right": ("", lambda a, b: a / (a + b)),
    "of b": ("mu is the share of a, the tonkatsu, not of b.", lambda a, b: b / (a + b)),
    "odds": ("a / b are the odds; the mean is a share of the whole.", lambda a, b: a / b),
    "odds upside down": ("b / a are odds; the mean is a share of the whole.", lambda a, b: b / a),
    "mode": (
        "This is the mode of the Beta, its peak; asked for is the mean.",
        lambda a, b: (a - 1) / (a + b - 2),
    ),
    "half": ("mu is the average of a and b; it is a share.", lambda a, b: (a + b) / 2),
    "a": ("mu is a itself; it is a share of the whole heap.", lambda a, b: a),
    "upside down": ("The mean is upside down: a share is at most 1.", lambda a, b: (a + b) / a),
    "product": (
        "The mean divides by the product of a and b, not by the sum.",
        lambda a, b: a / (a * b),
    ),
    "Laplace": ("One bento of either kind has been added.", lambda a, b: (a + 1) / (a + b + 2)),
    "plus one": (
        "There is one bento too many below the mean's line.",
        lambda a, b: a / (a + b + 1),
    ),
    "minus one": (
        "There is one bento too few below the mean's line.",
        lambda a, b: a / (a + b - 1),
    ),
    "difference": ("The mean divides by a difference.", lambda a, b: a / (a - b)),
    "precedence": ("Brackets are missing: a / a + b is 1 + b.", lambda a, b: a / a + b),
    "rough median": (
        "This is nearly the median of the Beta; asked for is the mean.",
        lambda a, b: (a - 1 / 3) / (a + b - 2 / 3),
    ),
}
SECOND = {
    "right": ("", lambda a, b: a + b),
    "product": ("The concentration is a sum of pseudo-counts, no product.", lambda a, b: a * b),
    "half": ("The concentration is the whole a + b, not half of it.", lambda a, b: (a + b) / 2),
    "plus one": (
        "a + b + 1 stands in the formula of a Beta's variance; the concentration is smaller by 1.",
        lambda a, b: a + b + 1,
    ),
    "minus one": ("The concentration is one too small.", lambda a, b: a + b - 1),
    "minus two": (
        "a + b - 2 is what is added to the uniform prior; the concentration is all of it.",
        lambda a, b: a + b - 2,
    ),
    "plus two": ("The concentration is two too large.", lambda a, b: a + b + 2),
    "variance": (
        "This is the variance of the Beta: how spread out rates are, not how concentrated.",
        lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)),
    ),
    "standard deviation": (
        "This is the standard deviation of the Beta: how spread out rates are, not how "
        "concentrated.",
        lambda a, b: np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))),
    ),
    "one over variance": (
        "This is one over the variance; the concentration is the size of the imaginary heap.",
        lambda a, b: (a + b) ** 2 * (a + b + 1) / (a * b),
    ),
    "a": ("The concentration is all of a + b, not a.", lambda a, b: a),
    "b": ("The concentration is all of a + b, not b.", lambda a, b: b),
    "difference": ("The concentration is a sum, no difference.", lambda a, b: a - b),
    "absolute difference": (
        "The concentration is a sum, no difference.",
        lambda a, b: np.abs(a - b),
    ),
    "reciprocal": ("The concentration is upside down.", lambda a, b: 1 / (a + b)),
    "log": ("This is the logarithm of the concentration.", lambda a, b: np.log(a + b)),
    "largest": ("The concentration is not the larger of the two.", np.maximum),
    "smallest": ("The concentration is not the smaller of the two.", np.minimum),
    "geometric": ("A geometric mean stands where a sum belongs.", lambda a, b: np.sqrt(a * b)),
    "ratio": ("The concentration is no ratio of a and b.", lambda a, b: a / b),
    "squares": ("Squares have been added.", lambda a, b: a**2 + b**2),
    "length": ("A length has been computed, the root of squares.", np.hypot),
}


def _pairs(first, second):
    for (x, (said, one)), (y, (also, other)) in itertools.product(first.items(), second.items()):
        if said or also:
            yield formula(
                f"first {x}, second {y}",
                " ".join(part for part in (said, also) if part),
                lambda *args, one=one, other=other: (one(*args), other(*args)),
            )


library.family(
    "to_mean_concentration",
    members(
        lambda a, b: (a / (a + b), a + b),
        [*OF_PAIRS, *_pairs(FIRST, SECOND)],
        list(_pairs({"right": FIRST["right"]}, SECOND))
        + list(_pairs(FIRST, {"right": SECOND["right"]})),
        OF_PAIRS[:1],
        examples=[(1.5, 6.25), (np.array([0.2, 30.0]), np.array([0.7, 12.0]))],
    ),
)

SHARE = {
    "right": ("", lambda mu, lam: mu * lam),
    "divided": ("a is a share of lam: it is multiplied, not divided.", lambda mu, lam: mu / lam),
    "upside down": ("lam is divided by mu; a is a share of lam.", lambda mu, lam: lam / mu),
    "other share": ("a is the tonkatsu, whose share is mu.", lambda mu, lam: (1 - mu) * lam),
    "mu": (
        "mu itself stands where a belongs: it is a share, a is a number of bentos.",
        lambda mu, lam: mu + 0 * lam,
    ),
    "lam": ("All of lam stands where a belongs.", lambda mu, lam: lam + 0 * mu),
    "sum": ("mu and lam have been added where a belongs.", lambda mu, lam: mu + lam),
    "plus one": ("a is one too large.", lambda mu, lam: mu * lam + 1),
    "minus one": ("a is one too small.", lambda mu, lam: mu * lam - 1),
    "mode": (
        "Here mu is taken for the peak of the Beta; it is its mean.",
        lambda mu, lam: mu * (lam - 2) + 1,
    ),
    "half": ("a is half as large as it should be.", lambda mu, lam: mu * lam / 2),
    "lam less one": ("lam has been made one smaller in a.", lambda mu, lam: mu * (lam - 1)),
    "lam more one": ("lam has been made one larger in a.", lambda mu, lam: mu * (lam + 1)),
    "lam less two": ("lam has been made two smaller in a.", lambda mu, lam: mu * (lam - 2)),
    "lam more two": ("lam has been made two larger in a.", lambda mu, lam: mu * (lam + 2)),
    "odds": (
        "The odds of mu stand where its share belongs in a.",
        lambda mu, lam: lam * mu / (1 - mu),
    ),
    "square": ("mu has been squared in a.", lambda mu, lam: mu**2 * lam),
}
REST = {
    "right": ("", lambda mu, lam: (1 - mu) * lam),
    "same": ("b gets the rest, 1 - mu of the concentration.", lambda mu, lam: mu * lam),
    "lam": ("b is what is left of lam after a, not all of lam.", lambda mu, lam: lam + 0 * mu),
    "share": (
        "1 - mu is the hamburgers' share; asked for is their number.",
        lambda mu, lam: 1 - mu + 0 * lam,
    ),
    "lam - mu": (
        "mu is a share: what is left of lam is lam less a, not lam less mu.",
        lambda mu, lam: lam - mu,
    ),
    "1 - a": ("b is what a leaves of lam, not of 1.", lambda mu, lam: 1 - mu * lam),
    "divided": (
        "b is a share of lam: it is multiplied, not divided.",
        lambda mu, lam: (1 - mu) / lam,
    ),
    "upside down": ("lam is divided by a share in b.", lambda mu, lam: lam / (1 - mu)),
    "plus one": ("b is one too large.", lambda mu, lam: (1 - mu) * lam + 1),
    "minus one": ("b is one too small.", lambda mu, lam: (1 - mu) * lam - 1),
    "mode": (
        "Here mu is taken for the peak of the Beta; it is its mean.",
        lambda mu, lam: (1 - mu) * (lam - 2) + 1,
    ),
    "half": ("b is half as large as it should be.", lambda mu, lam: (1 - mu) * lam / 2),
    "lam less one": ("lam has been made one smaller in b.", lambda mu, lam: (1 - mu) * (lam - 1)),
    "lam more one": ("lam has been made one larger in b.", lambda mu, lam: (1 - mu) * (lam + 1)),
    "lam less two": ("lam has been made two smaller in b.", lambda mu, lam: (1 - mu) * (lam - 2)),
    "lam more two": ("lam has been made two larger in b.", lambda mu, lam: (1 - mu) * (lam + 2)),
    "sign": ("b is negative: mu - 1 stands where 1 - mu belongs.", lambda mu, lam: (mu - 1) * lam),
    "precedence": (
        "Brackets are missing: 1 - mu * lam is not (1 - mu) * lam.",
        lambda mu, lam: 1 - mu * lam,
    ),
    "mu": ("mu stands where b belongs.", lambda mu, lam: mu + 0 * lam),
    "odds": (
        "a has been divided by mu's odds the wrong way in b.",
        lambda mu, lam: lam * (1 - mu) / mu,
    ),
    "sum": ("a has been added to lam; b is what a leaves of it.", lambda mu, lam: lam + mu * lam),
    "squared": ("The share of b has been squared.", lambda mu, lam: (1 - mu) ** 2 * lam),
    "1 - lam": ("1 - lam stands where 1 - mu belongs.", lambda mu, lam: (1 - lam) * mu),
}


def _pseudo_counts(mu, lam):
    return mu * lam, (1 - mu) * lam


library.family(
    "from_mean_concentration",
    members(
        _pseudo_counts,
        [*OF_PAIRS, *_pairs(SHARE, REST)],
        list(_pairs({"right": SHARE["right"]}, REST))
        + list(_pairs(SHARE, {"right": REST["right"]})),
        OF_PAIRS[:1],
        examples=[(0.15, 8.0), (np.array([0.25, 0.9]), np.array([0.4, 55.0]))],
    ),
)

DIALS = [
    arguments(
        "a and b swapped",
        "a and b have changed places: mu is the share of tonkatsu.",
        lambda k, n, mu, lam: (k, n, 1 - mu, lam),
    ),
    arguments(
        "mu and lam swapped",
        "mu and lam have changed places.",
        lambda k, n, mu, lam: (k, n, lam, mu),
    ),
    arguments(
        "k and n swapped", "k and n have changed places.", lambda k, n, mu, lam: (n, k, mu, lam)
    ),
    arguments(
        "hamburgers for tonkatsu",
        "Hamburgers have been counted in place of tonkatsu.",
        lambda k, n, mu, lam: (n - k, n, mu, lam),
    ),
    arguments(
        "n and hamburgers",
        "n has been taken for the hamburgers: it counts all bentos.",
        lambda k, n, mu, lam: (k, n + k, mu, lam),
    ),
    arguments("half of lam", "lam counts half.", lambda k, n, mu, lam: (k, n, mu, lam / 2)),
    arguments(
        "twice lam", "lam has been counted twice.", lambda k, n, mu, lam: (k, n, mu, 2 * lam)
    ),
    arguments(
        "log of lam",
        "The logarithm of lam stands where lam belongs.",
        lambda k, n, mu, lam: (k, n, mu, np.log(lam)),
    ),
    arguments(
        "exp of lam",
        "lam has been put through exp once more.",
        lambda k, n, mu, lam: (k, n, mu, np.exp(lam)),
    ),
    arguments("one over lam", "lam is upside down.", lambda k, n, mu, lam: (k, n, mu, 1 / lam)),
    arguments(
        "mu at a half",
        "The group's mean is a half, whatever mu is.",
        lambda k, n, mu, lam: (k, n, 0.5 + 0 * mu, lam),
    ),
    arguments(
        "lam at ten",
        "The concentration is that of problem set 1, whatever lam is.",
        lambda k, n, mu, lam: (k, n, mu, 10.0 + 0 * lam),
    ),
    arguments(
        "lam at one",
        "The concentration is 1, whatever lam is.",
        lambda k, n, mu, lam: (k, n, mu, 1.0 + 0 * lam),
    ),
    arguments(
        "the population of problem set 1",
        "This is the population of problem set 1, whatever mu and lam are.",
        lambda k, n, mu, lam: (k, n, 0.6 + 0 * mu, 10.0 + 0 * lam),
    ),
    arguments(
        "classroom A's population",
        "This is classroom A's population, whatever mu and lam are.",
        lambda k, n, mu, lam: (k, n, 0.66 + 0 * mu, 41.3 + 0 * lam),
    ),
    arguments("lam less one", "lam is one too small.", lambda k, n, mu, lam: (k, n, mu, lam - 1)),
    arguments("lam more one", "lam is one too large.", lambda k, n, mu, lam: (k, n, mu, lam + 1)),
    arguments("lam less two", "lam is two too small.", lambda k, n, mu, lam: (k, n, mu, lam - 2)),
    arguments("lam more two", "lam is two too large.", lambda k, n, mu, lam: (k, n, mu, lam + 2)),
    arguments(
        "fractions for k",
        "k / n stands where k belongs.",
        lambda k, n, mu, lam: (k / n, n, mu, lam),
    ),
    arguments(
        "one heap",
        "The whole class is on one heap: each student has k and n of their own.",
        lambda k, n, mu, lam: (np.sum(k), np.sum(n), mu, lam),
    ),
    arguments(
        "arguments in another order",
        "The arguments come in the order k, n, mu, lam: the pairs have changed places.",
        lambda k, n, mu, lam: (mu, lam, k, n),
    ),
]
OVER = {
    "right": ("", lambda k, n, mu, lam: mu * lam + k),
    "k": ("The imagined tonkatsu are missing above the line.", lambda k, n, mu, lam: k),
    "mu": (
        "mu stands alone where mu times lam imagined tonkatsu belong.",
        lambda k, n, mu, lam: mu + k,
    ),
    "lam": (
        "lam stands alone where mu times lam imagined tonkatsu belong.",
        lambda k, n, mu, lam: lam + k,
    ),
    "product": (
        "Imagined and real tonkatsu are multiplied; on a heap they are added.",
        lambda k, n, mu, lam: mu * lam * k,
    ),
    "prior": ("The student's tonkatsu are missing above the line.", lambda k, n, mu, lam: mu * lam),
    "one less": (
        "There is one tonkatsu too few above the line.",
        lambda k, n, mu, lam: mu * lam + k - 1,
    ),
    "one more": (
        "There is one tonkatsu too many above the line.",
        lambda k, n, mu, lam: mu * lam + k + 1,
    ),
    "other side": (
        "The imagined hamburgers stand above the line.",
        lambda k, n, mu, lam: (1 - mu) * lam + k,
    ),
    "fraction": ("k / n has been added where k belongs.", lambda k, n, mu, lam: mu * lam + k / n),
    "hamburgers": (
        "Above the line stand hamburgers: this is their rate.",
        lambda k, n, mu, lam: (1 - mu) * lam + n - k,
    ),
    "n": ("All bentos of the student stand above the line.", lambda k, n, mu, lam: mu * lam + n),
    "mu n": (
        "mu is multiplied by n instead of lam above the line.",
        lambda k, n, mu, lam: mu * n + k,
    ),
    "lam k": (
        "lam is multiplied by k instead of mu above the line.",
        lambda k, n, mu, lam: mu + lam * k,
    ),
}
UNDER = {
    "right": ("", lambda k, n, mu, lam: lam + n),
    "the class's n": (
        "All bentos of the class stand below the line: n is each student's own.",
        lambda k, n, mu, lam: lam + np.sum(n),
    ),
    "n": ("The imagined bentos are missing below the line.", lambda k, n, mu, lam: n),
    "lam": ("The student's bentos are missing below the line.", lambda k, n, mu, lam: lam),
    "mu + n": ("Below the line stands mu where lam belongs.", lambda k, n, mu, lam: mu + n),
    "mu + lam + n": (
        "mu has been added below the line: lam is the whole heap.",
        lambda k, n, mu, lam: mu + lam + n,
    ),
    "two lam": (
        "The imaginary heap has been counted twice below the line: lam is all of it.",
        lambda k, n, mu, lam: 2 * lam + n,
    ),
    "a + n": (
        "The imagined hamburgers are missing below the line.",
        lambda k, n, mu, lam: mu * lam + n,
    ),
    "b + n": (
        "The imagined tonkatsu are missing below the line.",
        lambda k, n, mu, lam: (1 - mu) * lam + n,
    ),
    "k": ("Below the line only the student's tonkatsu are counted.", lambda k, n, mu, lam: lam + k),
    "n - k": (
        "Below the line only the student's hamburgers are counted.",
        lambda k, n, mu, lam: lam + n - k,
    ),
    "n + k": (
        "The student's tonkatsu are counted twice below the line.",
        lambda k, n, mu, lam: lam + n + k,
    ),
    "plus one": ("There is one bento too many below the line.", lambda k, n, mu, lam: lam + n + 1),
    "minus one": ("There is one bento too few below the line.", lambda k, n, mu, lam: lam + n - 1),
    "minus two": (
        "There are two bentos too few below the line.",
        lambda k, n, mu, lam: lam + n - 2,
    ),
    "plus two": (
        "There are two bentos too many below the line.",
        lambda k, n, mu, lam: lam + n + 2,
    ),
    "product": (
        "lam and n are multiplied below the line; on a heap they are added.",
        lambda k, n, mu, lam: lam * n,
    ),
    "lam squared": (
        "lam has been multiplied by itself below the line.",
        lambda k, n, mu, lam: lam**2 + n,
    ),
}


def _fractions():
    for (x, (said, above)), (y, (also, below)) in itertools.product(OVER.items(), UNDER.items()):
        if said or also:
            yield formula(
                f"({x}) / ({y})",
                " ".join(part for part in (said, also) if part),
                lambda *args, above=above, below=below: above(*args) / below(*args),
            )


def _shrunk(k, n, mu, lam):
    return (mu * lam + k) / (lam + n)


def _blend(weight):
    return lambda k, n, mu, lam: weight(n, lam) * k / n + (1 - weight(n, lam)) * mu


BLENDS = [
    formula(f"weight {name}", teaches, wrong)
    for name, teaches, wrong in (
        (
            "swapped",
            "The two weights have changed places: with more bentos, the group counts less.",
            _blend(lambda n, lam: lam / (lam + n)),
        ),
        (
            "half",
            "The student and the group count the same: how much depends on the bentos.",
            _blend(lambda n, lam: 0.5),
        ),
        (
            "lam over n",
            "Data are compared with the group where a share of both is wanted.",
            _blend(lambda n, lam: n / lam),
        ),
        (
            "one over lam",
            "The weight does not depend on n, but on lam alone.",
            _blend(lambda n, lam: 1 / (1 + lam)),
        ),
        (
            "of the class",
            "One weight serves for the whole class, that of all its bentos.",
            _blend(lambda n, lam: np.sum(n) / (np.sum(n) + lam)),
        ),
        (
            "of the mean",
            "One weight serves for the whole class, that of the average student.",
            _blend(lambda n, lam: np.mean(n) / (np.mean(n) + lam)),
        ),
    )
] + [
    formula(name, teaches, wrong)
    for name, teaches, wrong in (
        (
            "mode",
            "This is the mode of the posterior; asked for is the mean.",
            lambda k, n, mu, lam: (mu * lam + k - 1) / (lam + n - 2),
        ),
        (
            "shift",
            "This is how far each student moves, not where each student ends up.",
            lambda k, n, mu, lam: _shrunk(k, n, mu, lam) - k / n,
        ),
        (
            "data only",
            "The group's part of the blend is missing.",
            lambda k, n, mu, lam: k / (lam + n) + 0 * mu,
        ),
        (
            "group only",
            "The student's part of the blend is missing.",
            lambda k, n, mu, lam: mu * lam / (lam + n) + 0 * k,
        ),
        (
            "weight",
            "This is the weight of the student's own data.",
            lambda k, n, mu, lam: n / (lam + n),
        ),
        (
            "everybody at the mean",
            "Everybody gets the group's mean.",
            lambda k, n, mu, lam: mu + 0 * (k + n),
        ),
        (
            "raw guarded",
            "These are the raw fractions: nobody has been shrunk.",
            lambda k, n, mu, lam: k / np.maximum(n, 1),
        ),
        (
            "raw and mean",
            "These are the raw fractions, and the mean for who has none.",
            lambda k, n, mu, lam: np.where(n > 0, k / np.maximum(n, 1), mu),
        ),
        (
            "to the class",
            "The pull is towards the fraction of the class, not towards mu.",
            lambda k, n, mu, lam: _shrunk(k, n, np.sum(k) / np.sum(n), lam),
        ),
        (
            "to the average",
            "The pull is towards the average of the fractions, not towards mu.",
            lambda k, n, mu, lam: _shrunk(k, n, np.mean(k / n), lam),
        ),
        (
            "towards half",
            "The pull is towards a half, not towards mu.",
            lambda k, n, mu, lam: _shrunk(k, n, 0.5 + 0 * mu, lam),
        ),
        (
            "prior of ten",
            "This is problem set 1's prior, Beta(6, 4).",
            lambda k, n, mu, lam: (6 + k) / (10 + n),
        ),
        (
            "uniform prior",
            "One bento of either kind is added, whatever mu and lam are.",
            lambda k, n, mu, lam: (1 + k) / (2 + n) + 0 * mu * lam,
        ),
    )
]
library.family(
    "shrink",
    members(
        _shrunk,
        [*BLENDS, *DIALS, *NUMBERS, *OF_CLASSES, LOG_TAKEN, *_fractions()],
        DIALS,
        [*OFTEN, DIALS[0]],
        examples=[(*CLASS, 0.41, 33.0), (3.0, 8.0, 0.25, 6.5)],
    ),
)

# Weights of candidates. The likelihood is computed for all candidates at once.


def _marginal(k, n, a, b):
    return (
        gammaln(n + 1)
        - gammaln(k + 1)
        - gammaln(n - k + 1)
        + betaln(a + k, b + n - k)
        - betaln(a, b)
    )


def _scores(k, n, mu, lam):
    return np.sum(_by_student(k, n, mu, lam), axis=-1)


def _by_student(k, n, mu, lam):
    k, n = np.asarray(k, float), np.asarray(n, float)
    a, b = np.asarray(mu * lam)[..., None], np.asarray((1 - mu) * lam)[..., None]
    return _marginal(k, n, a, b)


def _with_a_and_b(translate):
    def scores(k, n, mu, lam):
        a, b = translate(mu, lam)
        return np.sum(_marginal(k, n, np.asarray(a)[..., None], np.asarray(b)[..., None]), axis=-1)

    return scores


# Which of these it was, weights and estimates do not tell.
EXCHANGED = (
    "Tonkatsu and hamburgers have changed places: a and b, where a is mu times lam; or k and "
    "n - k; or mu and 1 - mu."
)
SCORES = {
    "right": ("", _scores),
    "mean": (
        "The students' log probabilities have been averaged; independent students add up.",
        lambda *args: np.mean(_by_student(*args), axis=-1),
    ),
    "largest": (
        "Only the student who fits best is counted.",
        lambda *args: np.max(_by_student(*args), axis=-1),
    ),
    "smallest": (
        "Only the student who fits worst is counted.",
        lambda *args: np.min(_by_student(*args), axis=-1),
    ),
    "first": ("Only the first student is counted.", lambda *args: _by_student(*args)[..., 0]),
    "last": (
        "Only the last student is counted: is a value overwritten in each round?",
        lambda *args: _by_student(*args)[..., -1],
    ),
    "six": (
        "Only the first six students are counted.",
        lambda *args: np.sum(_by_student(*args)[..., :6], axis=-1),
    ),
    "by bentos": (
        "Students are weighted by their bentos: given the population, each counts once.",
        lambda k, n, mu, lam: np.sum(_by_student(k, n, mu, lam) * n, axis=-1),
    ),
    "by share of bentos": (
        "Students are weighted by their share of the bentos: given the population, each counts "
        "once.",
        lambda k, n, mu, lam: np.sum(_by_student(k, n, mu, lam) * n / np.sum(n), axis=-1),
    ),
    "per bento": (
        "Each student's log probability has been divided by the student's bentos.",
        lambda k, n, mu, lam: np.sum(_by_student(k, n, mu, lam) / n, axis=-1),
    ),
    "heap": (
        "All bentos are on one heap, as if they were one student's.",
        lambda k, n, mu, lam: _scores([np.sum(k)], [np.sum(n)], mu, lam),
    ),
    "swapped": (
        EXCHANGED,
        lambda k, n, mu, lam: _scores(k, n, 1 - mu, lam),
    ),
    "dials": (
        "mu and lam went in where a and b belong: translate them first.",
        _with_a_and_b(lambda mu, lam: (mu, lam)),
    ),
    "dials swapped": (
        "mu and lam have changed places.",
        _with_a_and_b(lambda mu, lam: (lam * mu, (1 - lam) * mu)),
    ),
    "lam for b": (
        "lam went in where b belongs: b counts the hamburgers only, not the whole heap.",
        _with_a_and_b(lambda mu, lam: (mu * lam, lam)),
    ),
    "a for b": ("a went in where b belongs.", _with_a_and_b(lambda mu, lam: (mu * lam, mu * lam))),
    "divided": (
        "A share of lam is multiplied, not divided.",
        _with_a_and_b(lambda mu, lam: (mu / lam, (1 - mu) / lam)),
    ),
    "share for b": (
        "1 - mu went in where b belongs: it is a share.",
        _with_a_and_b(lambda mu, lam: (mu * lam, 1 - mu + 0 * lam)),
    ),
    "k and n swapped": (
        "k and n have changed places.",
        lambda k, n, mu, lam: _scores(n, k, mu, lam),
    ),
    "hamburgers": (
        EXCHANGED,
        lambda k, n, mu, lam: _scores(np.asarray(n) - k, n, mu, lam),
    ),
    "n": (
        "n has been taken for the hamburgers: it counts all bentos.",
        lambda k, n, mu, lam: _scores(k, np.asarray(n) + k, mu, lam),
    ),
    "plug in": (
        "The rate has been fixed at mu: it has to be averaged out, which is what lam is for.",
        lambda k, n, mu, lam: np.sum(
            np.asarray(k) * np.log(np.asarray(mu)[..., None])
            + (np.asarray(n) - k) * np.log1p(-np.asarray(mu)[..., None]),
            axis=-1,
        ),
    ),
    "prior in lam": (
        "The hyperprior is counted twice: the candidates are drawn from it already.",
        lambda k, n, mu, lam: _scores(k, n, mu, lam) - np.log(lam),
    ),
    "times lam": (
        "The weights have been multiplied by lam: the candidates are drawn from the hyperprior "
        "already, so the class alone makes their weights.",
        lambda k, n, mu, lam: _scores(k, n, mu, lam) + np.log(lam),
    ),
    "squared": ("The weights have been squared.", lambda *args: 2 * _scores(*args)),
    "half": ("The roots of the weights have been taken.", lambda *args: _scores(*args) / 2),
    "sign": (
        "The sign is wrong: who explains the class worst weighs most.",
        lambda *args: -_scores(*args),
    ),
    "sum of probabilities": (
        "The students' probabilities have been added; independent ones multiply.",
        lambda *args: np.log(np.sum(np.exp(_by_student(*args)), axis=-1)),
    ),
    "the notebook's class": (
        "This is classroom A, whatever class is asked about: use k and n.",
        lambda k, n, mu, lam: _scores(*STORY, mu, lam),
    ),
    "after only": (
        "The Beta function before the data is missing.",
        lambda k, n, mu, lam: (
            _scores(k, n, mu, lam)
            + np.size(k) * betaln(np.asarray(mu * lam), np.asarray((1 - mu) * lam))
        ),
    ),
    "none": (
        "All candidates weigh the same: the class has not been used.",
        lambda k, n, mu, lam: 0.0 * mu,
    ),
}
WEIGHTS = {
    "right": ("", normalised),
    "not normalised": ("The weights do not add up to one yet.", lambda x: np.exp(np.float32(x))),
    "largest is one": ("The weights do not add up to one yet.", lambda x: np.exp(x - np.max(x))),
    "logs": ("These are log weights, not weights.", lambda x: x),
    "log weights normalised": (
        "These are log weights, not weights.",
        lambda x: np.log(normalised(x)),
    ),
    "logs divided by their sum": (
        "The log weights themselves have been normalised: undo the log.",
        lambda x: x / np.sum(x),
    ),
    "mean one": (
        "Divided by their mean, the weights do not add up to one.",
        lambda x: normalised(x) * np.size(x),
    ),
    "winner": ("Only the best candidate gets weight.", lambda x: (x == np.max(x)) * 1.0),
    "underflow": (
        "exp of a very negative number is zero, and zero divided by zero no number: use a "
        "weighting that survives large classes.",
        lambda x: np.exp(np.float32(x)) / np.sum(np.exp(np.float32(x))),
    ),
    "guarded": (
        "A small number keeps the sum from being 0, but the exponentials are 0 all the same.",
        lambda x: np.exp(np.float32(x)) / (np.sum(np.exp(np.float32(x))) + 1e-12),
    ),
}


def _weighings():
    for (s, (said, scores)), (w, (also, weights)) in itertools.product(
        SCORES.items(), WEIGHTS.items()
    ):
        if said or also:
            yield formula(
                f"scores {s}, weights {w}",
                " ".join(part for part in (said, also) if part),
                lambda k, n, mu, lam, scores=scores, weights=weights: weights(
                    scores(
                        np.asarray(k, float), np.asarray(n, float), np.asarray(mu), np.asarray(lam)
                    )
                ),
            )


CANDIDATES = (np.array([0.2, 0.5, 0.45, 0.8]), np.array([0.4, 3.0, 20.0, 0.9]))
library.family(
    "weigh_population",
    members(
        lambda k, n, mu, lam: normalised(_scores(k, n, mu, lam)),
        [
            formula(
                "one by one",
                "The students are still one by one: add up over the students, then weigh.",
                lambda *args: normalised(_by_student(*args)),
            ),
            formula(
                "scores one by one",
                "These are the log probabilities of the students one by "
                "one: add up over the students, then weigh.",
                _by_student,
            ),
            formula(
                "added up over candidates",
                "The sum goes over the candidates, along the wrong axis: add up over students.",
                lambda *args: normalised(np.sum(_by_student(*args), axis=0)),
            ),
            formula(
                "weighed student by student",
                "Candidates have been weighed for each student alone, and the weights added.",
                lambda *args: np.sum(
                    np.apply_along_axis(normalised, 0, _by_student(*args)), axis=-1
                ),
            ),
            formula(
                "weighed and averaged",
                "Candidates have been weighed for each student alone, and the weights averaged: "
                "probabilities of independent students multiply.",
                lambda *args: np.mean(
                    np.apply_along_axis(normalised, 0, _by_student(*args)), axis=-1
                ),
            ),
            *ROUNDED,
            *OF_CLASSES,
            *_weighings(),
        ],
        examples=[
            (*CLASS, *CANDIDATES),
            (np.tile(CLASS[0], 12), np.tile(CLASS[1], 12), *CANDIDATES),
        ],
    ),
)

# Draws from the hyperprior, and what is inferred with them.


def _unit(random, size):
    return random.uniform(1e-6, 1, size)


def _dials(of_lam):
    return lambda random, size, low, high: (_unit(random, size), of_lam(random, size, low, high))


def _log_uniform(random, size, low, high):
    return np.exp(random.uniform(np.log(low), np.log(high), size))


def _together(random, size, low, high):
    u = _unit(random, size)
    return u, low * (high / low) ** u


HYPERPRIORS = {
    "right": ("", _dials(_log_uniform)),
    "uniform": (
        "lam is uniform here, which leaves hardly any draws below 1; asked for is a uniform "
        "log lam.",
        _dials(lambda random, size, low, high: random.uniform(low, high, size)),
    ),
    "one key": (
        "mu and lam are drawn with the same random key, so that they rise and fall together.",
        _together,
    ),
    "one key, uniform": (
        "lam is uniform here, not log-uniform, and mu and lam are drawn with the same random key.",
        lambda random, size, low, high: (lambda u: (u, low + (high - low) * u))(
            _unit(random, size)
        ),
    ),
    "bounds": (
        "The bounds lam_low and lam_high are not used.",
        _dials(lambda random, size, low, high: _log_uniform(random, size, 0.1, 100.0)),
    ),
    "low": (
        "lam_low is not used.",
        _dials(lambda random, size, low, high: _log_uniform(random, size, 0.1, high)),
    ),
    "high": (
        "lam_high is not used.",
        _dials(lambda random, size, low, high: _log_uniform(random, size, low, 100.0)),
    ),
    "logarithm": (
        "These are draws of log lam: the way back is missing.",
        _dials(lambda random, size, low, high: np.log(_log_uniform(random, size, low, high))),
    ),
    "base ten": (
        "These are draws of the logarithm of lam to base 10: the way back is missing.",
        _dials(lambda random, size, low, high: np.log10(_log_uniform(random, size, low, high))),
    ),
    "exp of base ten": (
        "Bounds in powers of ten have been raised with exp: take one base for the logarithm and "
        "the way back.",
        _dials(
            lambda random, size, low, high: np.exp(
                random.uniform(np.log10(low), np.log10(high), size)
            )
        ),
    ),
    "ten to the natural": (
        "Natural logarithms of the bounds have been undone with powers of ten: take one base for "
        "the logarithm and the way back.",
        _dials(
            lambda random, size, low, high: 10 ** (random.uniform(np.log(low), np.log(high), size))
        ),
    ),
    "two to the natural": (
        "Natural logarithms have been undone with powers of two.",
        _dials(
            lambda random, size, low, high: 2 ** (random.uniform(np.log(low), np.log(high), size))
        ),
    ),
    "exp of the bounds": (
        "lam is the exponential of a number between the bounds: the logarithms of the bounds are "
        "missing.",
        _dials(lambda random, size, low, high: np.exp(random.uniform(low, high, size))),
    ),
    "log of uniform": (
        "The logarithm of a uniform number is not log-uniform: draw the logarithm uniformly, then "
        "undo it.",
        _dials(lambda random, size, low, high: np.log(random.uniform(low, high, size))),
    ),
    "one over": (
        "One over lam is uniform here; asked for is a uniform log lam.",
        _dials(lambda random, size, low, high: 1 / random.uniform(1 / high, 1 / low, size)),
    ),
    "square": (
        "The root of lam is uniform here; asked for is a uniform log lam.",
        _dials(lambda random, size, low, high: random.uniform(low**0.5, high**0.5, size) ** 2),
    ),
    "unit powers": (
        "The logarithm is that of lam from 1 to the bound: the lower bound is missing.",
        _dials(lambda random, size, low, high: high ** _unit(random, size)),
    ),
    "normal": (
        "log lam follows a bell curve here; asked for is a uniform one.",
        _dials(
            lambda random, size, low, high: np.exp(
                np.log(low * high) / 2 + np.log(high / low) / 4 * random.normal(size=size)
            )
        ),
    ),
    "beta mean": (
        "mu is not uniform here: it follows a bell between 0 and 1.",
        lambda random, size, low, high: (
            random.beta(2, 2, size),
            _log_uniform(random, size, low, high),
        ),
    ),
    "story mean": (
        "mu follows Beta(6, 4) here: before the class is seen, all means are equally believable.",
        lambda random, size, low, high: (
            random.beta(6, 4, size),
            _log_uniform(random, size, low, high),
        ),
    ),
    "mean in the bounds": (
        "mu has been drawn between the bounds of lam.",
        lambda random, size, low, high: (
            random.uniform(low, high, size),
            _log_uniform(random, size, low, high),
        ),
    ),
    "log mean": (
        "mu is log-uniform here; lam is to be, and mu uniform.",
        lambda random, size, low, high: (
            np.exp(random.uniform(np.log(1e-6), 0, size)),
            _log_uniform(random, size, low, high),
        ),
    ),
    "both log": (
        "mu has been drawn as lam is: it is uniform between 0 and 1.",
        lambda random, size, low, high: (
            _log_uniform(random, size, low, high),
            _log_uniform(random, size, low, high),
        ),
    ),
    "box": (
        "a and b are uniform here, as in problem set 3; mu and lam are to be drawn each by itself.",
        lambda random, size, low, high: (lambda a, b: (a / (a + b), a + b))(
            *random.uniform(low, high, (2, size))
        ),
    ),
    "half mean": (
        "mu reaches only to a half.",
        lambda random, size, low, high: (
            random.uniform(0, 0.5, size),
            _log_uniform(random, size, low, high),
        ),
    ),
    "a and b": (
        "These are draws of a and b: asked for are mu and lam.",
        lambda random, size, low, high: (lambda mu, lam: (mu * lam, (1 - mu) * lam))(
            _unit(random, size), _log_uniform(random, size, low, high)
        ),
    ),
    "reversed": (
        "mu and lam come from the same random numbers, one of them turned round.",
        lambda random, size, low, high: (lambda u: (1 - u, low * (high / low) ** u))(
            _unit(random, size)
        ),
    ),
    "lam whole": (
        "lam is a whole number here.",
        _dials(lambda random, size, low, high: np.round(_log_uniform(random, size, low, high))),
    ),
}


def _sampled(hyperprior, swap=False):
    def wrong(key, n_samples, lam_low=0.1, lam_high=100.0):
        random = np.random.default_rng([7, key.seed])
        drawn = HYPERPRIORS[hyperprior][1](random, n_samples, lam_low, lam_high)
        return drawn[::-1] if swap else drawn

    return wrong


ORDER = "The two have changed places: the mean comes first."
library.family(
    "sample_hyperprior",
    [
        (
            Slip(
                f"{name}{', swapped' if swap else ''}",
                f"{teaches} {ORDER if swap else ''}".strip(),
                lambda f: f,
            ),
            _sampled(name, swap),
        )
        for name, (teaches, _) in HYPERPRIORS.items()
        for swap in (False, True)
        if teaches or swap
    ],
    random=True,
)


@lru_cache(maxsize=64)
def _candidates(hyperprior, of, seed, k, n, size, low, high):
    mu, lam = HYPERPRIORS[hyperprior][1](np.random.default_rng([8, seed]), size, low, high)
    with np.errstate(all="ignore"):
        return mu, lam, SCORES[of][1](np.array(k, float), np.array(n, float), mu, lam)


def _mean_of(*functions):
    def combine(mu, lam, log_w):
        w = normalised(log_w)
        return tuple(float(np.sum(w * of(mu, lam))) for of in functions)

    return combine


def _mean(mu, lam, log_w):
    return _mean_of(lambda mu, lam: mu, lambda mu, lam: lam)(mu, lam, log_w)


def _power(power):
    def combine(mu, lam, log_w):
        w = normalised(log_w)
        return float(np.sum(w * mu)), power(w, lam)

    return combine


def _by_a_and_b(mu, lam, log_w):
    a, b = _mean_of(lambda mu, lam: mu * lam, lambda mu, lam: (1 - mu) * lam)(mu, lam, log_w)
    return a / (a + b), a + b


def _translated_means(mu, lam, log_w):
    return _pseudo_counts(*_mean(mu, lam, log_w))


SUMMARIES = {
    "right": ("", _mean),
    "swapped": (ORDER, lambda *args: _mean(*args)[::-1]),
    "best": (
        "This is the single best candidate; asked for is the weighted mean of all.",
        best_draw,
    ),
    "median": ("These are weighted medians; asked for are means.", weighted_medians),
    "geometric": (
        "This is the exponential of the mean log concentration, a geometric mean; asked for is "
        "E[lam].",
        _power(lambda w, lam: float(np.exp(np.sum(w * np.log(lam))))),
    ),
    "log": (
        "This is the mean of log lam; asked for is that of lam.",
        _power(lambda w, lam: float(np.sum(w * np.log(lam)))),
    ),
    "base ten": (
        "This is the mean of lam's logarithm to base 10; asked for is that of lam.",
        _power(lambda w, lam: float(np.sum(w * np.log10(lam)))),
    ),
    "harmonic": (
        "One over lam has been averaged, and turned over again; asked for is E[lam].",
        _power(lambda w, lam: float(1 / np.sum(w / lam))),
    ),
    "root mean square": (
        "The squares of lam have been averaged; asked for is E[lam].",
        _power(lambda w, lam: float(np.sum(w * lam**2) ** 0.5)),
    ),
    "best lam": (
        "lam is that of the best candidate; asked for is the weighted mean of all.",
        lambda mu, lam, log_w: (_mean(mu, lam, log_w)[0], best_draw(mu, lam, log_w)[1]),
    ),
    "median lam": (
        "lam is a weighted median; asked for is the mean.",
        lambda mu, lam, log_w: (_mean(mu, lam, log_w)[0], weighted_medians(mu, lam, log_w)[1]),
    ),
    "unweighted lam": (
        "lam is averaged without the weights.",
        _power(lambda w, lam: float(np.mean(lam))),
    ),
    "means of a and b": (
        "These are the means of a and b; asked for are those of mu and lam.",
        _mean_of(lambda mu, lam: mu * lam, lambda mu, lam: (1 - mu) * lam),
    ),
    "a and b of the means": (
        "The two means have been turned into a and b; asked for are mu and lam.",
        _translated_means,
    ),
    "from means of a and b": (
        "a and b have been averaged, and then translated: mu is averaged itself.",
        _by_a_and_b,
    ),
    "lam twice": ("lam is returned twice.", _mean_of(lambda mu, lam: lam, lambda mu, lam: lam)),
    "mu twice": ("mu is returned twice.", _mean_of(lambda mu, lam: mu, lambda mu, lam: mu)),
    "divided by the number": (
        "The weights add up to one already: the sums have been divided by the number of draws once "
        "more.",
        lambda mu, lam, log_w: tuple(x / np.size(mu) for x in _mean(mu, lam, log_w)),
    ),
    "variances": (
        "These are posterior variances; asked for are means.",
        lambda mu, lam, log_w: tuple(
            float(np.sum(normalised(log_w) * (x - np.sum(normalised(log_w) * x)) ** 2))
            for x in (mu, lam)
        ),
    ),
    "standard deviations": (
        "These are posterior standard deviations; asked for are means.",
        lambda mu, lam, log_w: tuple(
            float(np.sum(normalised(log_w) * (x - np.sum(normalised(log_w) * x)) ** 2) ** 0.5)
            for x in (mu, lam)
        ),
    ),
    "complement": (
        EXCHANGED,
        _mean_of(lambda mu, lam: 1 - mu, lambda mu, lam: lam),
    ),
}


def _inferred(hyperprior, of, summary, fixed_size=None):
    def wrong(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
        size = fixed_size or n_samples
        drawn = _candidates(hyperprior, of, seed, tuple(k), tuple(n), size, lam_low, lam_high)
        return estimate(
            SUMMARIES[summary][1],
            *drawn,
            extreme=summary in ("best", "best lam"),
        )

    return wrong


SLOW_SCORES = (
    "right",
    "mean",
    "heap",
    "swapped",
    "dials",
    "lam for b",
    "hamburgers",
    "plug in",
    "prior in lam",
    "times lam",
    "squared",
    "half",
    "sign",
    "none",
    "first",
    "n",
    "the notebook's class",
    "dials swapped",
    "largest",
)


def _inferences():
    for (h, (said, _)), of, (e, (too, _)) in itertools.product(
        HYPERPRIORS.items(), SLOW_SCORES, SUMMARIES.items()
    ):
        also = SCORES[of][0]
        if (h, of, e) == ("beta mean", "right", "right"):
            continue  # In a class's posterior it is lost; sample_hyperprior's tests find it.
        faults = [part for part in (said, also, too) if part]
        often = (h, of).count("right") == 1 and e in ("swapped", "best", "geometric")
        if len(faults) == 1 or (
            len(faults) == 2
            and often
            and h in ("right", "uniform", "bounds")
            and of in ("right", "mean", "none")
        ):
            yield (
                Slip(f"draws {h}, scores {of}, summary {e}", " ".join(faults), lambda f: f),
                _inferred(h, of, e),
            )


library.family("infer_population", _inferences(), quick=False)


PULLED, FACE_VALUE = "pulled to the group", "taken at face value"
REGIMES = {
    "right": ("", lambda mu, lam: lam >= 1),
    "flipped": (
        "The regimes have changed places: students are alike when the concentration is high.",
        lambda mu, lam: lam < 1,
    ),
    "by mean": (
        "The regime has been read off the mean; the concentration says how alike students are.",
        lambda mu, lam: mu >= 0.5,
    ),
    "at two": (
        "The line between the regimes is drawn at 2; the exercise draws it at 1.",
        lambda mu, lam: lam >= 2,
    ),
    "at ten": (
        "The line between the regimes is drawn at 10; the exercise draws it at 1.",
        lambda mu, lam: lam >= 10,
    ),
    "always alike": ("The regime is always the same.", lambda mu, lam: True),
    "always different": ("The regime is always the same.", lambda mu, lam: False),
}
RATES = {
    "right": ("", _shrunk),
    "raw": (
        'In "shrunk" stand the raw fractions; it should hold the shrunk rates.',
        lambda k, n, mu, lam: k / n,
    ),
    "swapped": (
        'mu and lam have changed places on the way to "shrunk".',
        lambda k, n, mu, lam: _shrunk(k, n, lam, mu),
    ),
    "mean": ('In "shrunk" everybody has the group mean.', lambda k, n, mu, lam: mu + 0 * k),
    "weights swapped": (
        'In "shrunk" the two weights have changed places.',
        lambda k, n, mu, lam: (n * mu + lam * k / n) / (n + lam),
    ),
    "problem set 1": (
        '"shrunk" is that under Beta(6, 4), not under the learned population.',
        lambda k, n, mu, lam: (6 + k) / (10 + n),
    ),
    "another concentration": (
        "The rates have been shrunk with a concentration that is not the one in the verdict.",
        lambda k, n, mu, lam: _shrunk(k, n, mu, 10.0),
    ),
    "shifts": (
        'In "shrunk" stand shifts, not rates.',
        lambda k, n, mu, lam: _shrunk(k, n, mu, lam) - k / n,
    ),
    "mu for a": (
        'mu stands where mu times lam belongs in "shrunk".',
        lambda k, n, mu, lam: (mu + k) / (lam + n),
    ),
    "half": (
        '"shrunk" is the plain average of raw fraction and mean.',
        lambda k, n, mu, lam: (k / n + mu) / 2,
    ),
    "rounded": (
        'The rates in "shrunk" have been rounded.',
        lambda k, n, mu, lam: np.round(_shrunk(k, n, mu, lam), 3),
    ),
    "rounded more": (
        'The rates in "shrunk" have been rounded.',
        lambda k, n, mu, lam: np.round(_shrunk(k, n, mu, lam), 2),
    ),
}
JUDGED = {
    "right": ("", lambda k, n, mu, lam, s: abs(s - mu) < abs(s - k / n)),
    "flipped": (
        "The verdicts have changed places: who ends up near the group has been pulled.",
        lambda k, n, mu, lam, s: abs(s - mu) >= abs(s - k / n),
    ),
    "by regime": (
        "The verdict has been read off the regime, the same for everybody; it depends on "
        "each student's own way.",
        lambda k, n, mu, lam, s: lam + 0 * k >= 1,
    ),
    "by one bento": (
        "The verdict has been read off the number of bentos.",
        lambda k, n, mu, lam, s: n <= 1,
    ),
    "by lam and n": (
        "n has been compared with lam the wrong way round.",
        lambda k, n, mu, lam, s: n > lam,
    ),
    "with a half": (
        "The shrunk rate has been compared with a half instead of with the group mean.",
        lambda k, n, mu, lam, s: abs(s - 0.5) < abs(s - k / n),
    ),
    "with 0.6": (
        "The shrunk rate has been compared with 0.6 instead of with the group's mean.",
        lambda k, n, mu, lam, s: abs(s - 0.6) < abs(s - k / n),
    ),
    "with the heap": (
        "The shrunk rate has been compared with the heap's fraction instead of with mu.",
        lambda k, n, mu, lam, s: abs(s - np.sum(k) / np.sum(n)) < abs(s - k / n),
    ),
    "with the average": (
        "The shrunk rate has been compared with the average fraction instead of with mu.",
        lambda k, n, mu, lam, s: abs(s - np.mean(k / n)) < abs(s - k / n),
    ),
    "signs lost": (
        "Distances have been compared with their signs: take absolute values.",
        lambda k, n, mu, lam, s: s - mu < s - k / n,
    ),
    "other signs lost": (
        "Distances have been compared with their signs: take absolute values.",
        lambda k, n, mu, lam, s: mu - s < k / n - s,
    ),
    "raw and mu": (
        "The raw fraction's distance from mu stands in the comparison: it is the shrunk "
        "rate that is nearer to the one or the other.",
        lambda k, n, mu, lam, s: abs(s - mu) < abs(k / n - mu),
    ),
    "raw and mu otherwise": (
        "The raw fraction's distance from mu stands in the comparison: it is the shrunk rate that "
        "is nearer to the one or the other.",
        lambda k, n, mu, lam, s: abs(k / n - mu) < abs(s - k / n),
    ),
    "a tenth": (
        "A fixed distance from mu decides: compare it with that from the raw fraction.",
        lambda k, n, mu, lam, s: abs(s - mu) < 0.1,
    ),
    "moved by a tenth": (
        "A fixed shift decides: compare distances.",
        lambda k, n, mu, lam, s: abs(s - k / n) > 0.1,
    ),
    "above the mean": (
        "It is asked whether the rate is above mu, not what it is nearer to.",
        lambda k, n, mu, lam, s: s > mu,
    ),
    "below the mean": (
        "It is asked whether the rate is below mu, not what it is nearer to.",
        lambda k, n, mu, lam, s: s < mu,
    ),
    "all pulled": (
        "Everybody is called pulled to the group.",
        lambda k, n, mu, lam, s: np.full(k.shape, True),
    ),
    "none pulled": (
        "Everybody is called taken at face value.",
        lambda k, n, mu, lam, s: np.full(k.shape, False),
    ),
}
LEARNED = {
    "right": ("", ("right", "right", "right")),
    "swapped": ("mu and lam have changed places.", ("right", "right", "swapped")),
    "geometric": ("lam is a geometric mean; asked for is E[lam].", ("right", "right", "geometric")),
    "uniform": ("lam has been drawn uniformly.", ("uniform", "right", "right")),
    "unweighted": (
        "mu and lam are those of the hyperprior: the class has not been used.",
        ("right", "none", "right"),
    ),
    "best": ("mu and lam are those of the single best candidate.", ("right", "right", "best")),
    "a and b": (
        "a and b stand where mu and lam belong.",
        ("right", "right", "a and b of the means"),
    ),
    "mean of students": (
        "The students' log probabilities have been averaged.",
        ("right", "mean", "right"),
    ),
    "box": (
        "The population has been inferred with the box of problem set 3.",
        ("box", "right", "right"),
    ),
}


def _verdict(learned, regime, rates, judged, words=(PULLED, FACE_VALUE), same_seed=False):
    def wrong(k, n, seed=0):
        k, n = np.asarray(k, float), np.asarray(n, float)
        infer = _inferred(*learned)
        mu, lam = infer(k, n, 0 if same_seed else seed)["estimates"]
        shrunk = rates(k, n, mu, lam)
        pulled = judged(k, n, mu, lam, shrunk)
        return {
            "mu": mu,
            "lam": lam,
            "regime": "alike" if regime(mu, lam) else "different",
            "shrunk": shrunk,
            "verdicts": [words[0] if p else words[1] for p in np.atleast_1d(pulled)],
        }

    return wrong


def _verdicts():
    for picked in itertools.product(*(x.items() for x in (LEARNED, REGIMES, RATES, JUDGED))):
        faults = [teaches for _, (teaches, _) in picked if teaches]
        names = [name for name, _ in picked]
        flipped = {"flipped"} <= set(names)
        if len(faults) == 1 or (len(faults) == 2 and flipped and names[0] == "right"):
            yield (
                Slip(", ".join(names), " ".join(faults), lambda f: f),
                _verdict(*(part for _, (_, part) in picked)),
            )


library.family("classroom_verdict", _verdicts(), within=0.06, quick=False)

library.rights |= {
    "shrink": _shrunk,
}

IN_BLENDS = {
    "mu lam": lambda k, n, mu, lam: mu * lam,
    "k": lambda k, n, mu, lam: k,
    "lam": lambda k, n, mu, lam: lam,
    "n": lambda k, n, mu, lam: n,
    "mu": lambda k, n, mu, lam: mu,
    "(1 - mu) lam": lambda k, n, mu, lam: (1 - mu) * lam,
    "1": lambda k, n, mu, lam: 1.0,
    "2": lambda k, n, mu, lam: 2.0,
    "6": lambda k, n, mu, lam: 6.0,
    "10": lambda k, n, mu, lam: 10.0,
    "k / n": lambda k, n, mu, lam: k / n,
    "mu n": lambda k, n, mu, lam: mu * n,
    "lam k": lambda k, n, mu, lam: lam * k,
    "lam n": lambda k, n, mu, lam: lam * n,
    "lam k / n": lambda k, n, mu, lam: lam * k / n,
    "1 / lam": lambda k, n, mu, lam: 1 / lam,
    "log lam": lambda k, n, mu, lam: np.log(lam),
    "lam**2": lambda k, n, mu, lam: lam**2,
    "lam / 2": lambda k, n, mu, lam: lam / 2,
    "sqrt(n)": lambda k, n, mu, lam: np.sqrt(n),
    "sqrt(lam)": lambda k, n, mu, lam: np.sqrt(lam),
    "the class's k": lambda k, n, mu, lam: np.sum(k),
    "the class's n": lambda k, n, mu, lam: np.sum(n),
    "the number of students": lambda k, n, mu, lam: float(np.size(k)),
    "lam times the heap's fraction": lambda k, n, mu, lam: lam * np.sum(k) / np.sum(n),
    "lam times the class's mean k / n": lambda k, n, mu, lam: lam * np.mean(k / n),
}
POPULATIONS_TO_TELL_APART = [(*CLASS, 0.41, 33.0), (*CLASS, 0.625, 0.45)]
GROUPS = {
    "mu": ("", lambda k, n, mu, lam: mu),
    "1 - mu": ("The share of hamburgers stands where mu belongs.", lambda k, n, mu, lam: 1 - mu),
    "1/2": ("It pulls towards a half, not towards mu.", lambda k, n, mu, lam: 0.5),
    "the heap's fraction": (
        "It pulls towards the fraction of the class, not towards mu.",
        lambda k, n, mu, lam: np.sum(k) / np.sum(n),
    ),
    "the class's mean k / n": (
        "It pulls towards the average of the fractions, not towards mu.",
        lambda k, n, mu, lam: np.mean(k / n),
    ),
}


def blends():
    """What may have been computed in place of a posterior mean under mu and lam."""
    return AnyOf(
        Fraction(
            _shrunk,
            IN_BLENDS,
            {"mu lam": 1, "k": 1},
            {"lam": 1, "n": 1},
            examples=POPULATIONS_TO_TELL_APART,
        ),
        Fraction(
            _shrunk,
            IN_BLENDS,
            {"n": 1},
            {"lam": 1, "n": 1},
            examples=POPULATIONS_TO_TELL_APART,
            arounds=[
                blend("k / n", lambda k, n, mu, lam: k / n, name, group, teaches)
                for name, (teaches, group) in GROUPS.items()
            ],
        ),
    )


library.searches["shrink"] = blends()


def _in_words(judged):
    def words(k, n, mu, lam, shrunk):
        pulled = np.broadcast_to(judged(k, n, mu, lam, shrunk), k.shape)
        return [PULLED if p else FACE_VALUE for p in pulled]

    return words


# What a verdict says is judged by the population and the rates that stand in it, right or wrong.
OF_VERDICTS = {
    "regime": Rules(
        {
            name: (
                teaches,
                lambda k, n, mu, lam, shrunk, of=of: "alike" if of(mu, lam) else "different",
            )
            for name, (teaches, of) in REGIMES.items()
        }
    ),
    "verdicts": Rules({name: (teaches, _in_words(of)) for name, (teaches, of) in JUDGED.items()}),
}
RATES_OF_VERDICTS = Rules(
    {
        name: (teaches, lambda k, n, mu, lam, shrunk, of=of: of(k, n, mu, lam))
        for name, (teaches, of) in RATES.items()
    }
)
IN_VERDICTS = ("mu", "lam", "shrunk")
library.contradictions["classroom_verdict"] = Parts(OF_VERDICTS, also=IN_VERDICTS)
library.searches["classroom_verdict"] = Parts(
    {**OF_VERDICTS, "shrunk": RATES_OF_VERDICTS}, also=IN_VERDICTS
)

library.parameters |= {
    "sample_hyperprior": ("key", "n_samples", "lam_low", "lam_high"),
    "infer_population": ("", "", "seed", "", "lam_low", "lam_high"),
}
