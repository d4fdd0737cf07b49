"""Systematic mistakes of ps3-learning-the-prior."""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from scipy import special
from scipy.special import gammaln, logsumexp

from autograder.misconceptions.estimates import (
    best_draw,
    estimate,
    normalised,
    weighted_medians,
)
from autograder.misconceptions.families import (
    FORGOTTEN_RETURN,
    NUMBERS,
    OF_CLASSES,
    OF_LOGS,
    OFTEN_OF_LOGS,
    ROUNDED,
    Slip,
    arguments,
    formula,
    members,
)
from autograder.misconceptions.formulas import OF_LOGS as AROUND_LOGS
from autograder.misconceptions.formulas import Around, Found, Total
from autograder.misconceptions.library import Library

library = Library()

CLASS = np.array([2.0, 0.0, 7.0, 31.0]), np.array([5.0, 3.0, 8.0, 90.0])


def betaln(x, y):
    """The log of the Beta function; NaN where it is not defined, as libraries differ there."""
    return np.where((np.asarray(x) > 0) & (np.asarray(y) > 0), special.betaln(x, y), np.nan)


def _coefficient(n, k):
    return gammaln(np.asarray(n) + 1.0) - gammaln(np.asarray(k) + 1.0) - gammaln(n - k + 1.0)


def _marginal(k, n, a, b):
    return _coefficient(n, k) + betaln(a + k, b + n - k) - betaln(a, b)


SIGNS_OF_TERMS = {
    1: "",
    0: "{} is missing.",
    -1: "{} has the wrong sign.",
    2: "{} is counted twice.",
}


def _terms():
    """The three factorials, each with any sign, and each perhaps one step too low."""
    names = ("The factorial of n", "The factorial of k", "The factorial of n - k")
    for signs in itertools.product((1, 0, -1, 2), repeat=3):
        for late in [*itertools.product((1, 0), repeat=3), (2, 2, 2)]:
            said = [SIGNS_OF_TERMS[s].format(name) for s, name in zip(signs, names, strict=True)]
            low = [
                name.lower()
                for name, sign, one in zip(names, signs, late, strict=True)
                if sign and not one
            ]
            if low:
                said.append(
                    f"One step too low: {' and '.join(low)}, since gammaln(m) is log (m - 1)!."
                )
            said = [part for part in said if part]
            if len(said) > 0 and np.any(signs):

                def wrong(n, k, signs=signs, late=late):
                    arguments = (n, k, np.asarray(n) - k)
                    right_signs = (1, -1, -1)
                    return sum(
                        sign * its * gammaln(x + one * 1.0) + 0.0 * (n - k)
                        for sign, its, one, x in zip(
                            signs, right_signs, late, arguments, strict=True
                        )
                        if sign
                    )

                yield formula(f"terms {signs} shifts {late}", " ".join(said), wrong)


def _stirling(m):
    return np.where(m > 0, m * np.log(np.maximum(m, 1)) - m, 0.0)


library.family(
    "log_binom_coeff",
    members(
        _coefficient,
        [
            arguments("n and k swapped", "n and k have changed places.", lambda n, k: (k, n)),
            *OF_LOGS,
            *_terms(),
            *OF_CLASSES,
            formula(
                "logs divided",
                "A logarithm turns a quotient into a difference: here logs are divided by logs.",
                lambda n, k: gammaln(n + 1.0) / gammaln(k + 1.0) / gammaln(n - k + 1.0),
            ),
            formula(
                "logs multiplied below",
                "The two factorials below the line are multiplied: their logs are added, then "
                "subtracted.",
                lambda n, k: gammaln(n + 1.0) - gammaln(k + 1.0) * gammaln(n - k + 1.0),
            ),
            formula(
                "log of the numbers",
                "Logs of n, k and n - k stand where those of their factorials belong.",
                lambda n, k: np.log(n) - np.log(k) - np.log(n - k),
            ),
            formula(
                "betaln alone",
                "betaln is the log of a Beta function, which is not the coefficient: one divided "
                "by it, and by n + 1, is.",
                lambda n, k: betaln(k + 1.0, n - k + 1.0),
            ),
            formula(
                "betaln with another shift",
                "A Beta function has been used with arguments that are one too small.",
                lambda n, k: -betaln(k + 0.0, n - k + 0.0),
            ),
            formula(
                "betaln with the wrong sign",
                "The log of n + 1 has the wrong sign.",
                lambda n, k: np.log(n + 1.0) - betaln(n - k + 1.0, k + 1.0),
            ),
            formula(
                "Stirling",
                "Factorials have been approximated; gammaln knows them exactly.",
                lambda n, k: _stirling(n) - _stirling(k) - _stirling(n - k),
            ),
            formula(
                "permutations",
                "The order of the tonkatsu among themselves is still counted.",
                lambda n, k: gammaln(n + 1.0) - gammaln(n - k + 1.0),
            ),
            formula(
                "powers",
                "Powers stand where factorials belong.",
                lambda n, k: k * np.log(n) - gammaln(k + 1.0),
            ),
            formula(
                "two to the n",
                "These are all orders of n bentos of two kinds, whatever k is.",
                lambda n, k: n * np.log(2.0) + 0 * k,
            ),
            formula("always zero", "This is 0 whatever n and k are.", lambda n, k: 0.0 * (n + k)),
        ],
        [arguments("n and k swapped", "n and k have changed places.", lambda n, k: (k, n))],
        OFTEN_OF_LOGS,
        examples=[(CLASS[1], CLASS[0]), (12.0, 5.0), (7.0, 7.0)],
    ),
)

# Pieces of the marginal: n choose k, the Beta function after the data, and that before them.
COEFFICIENTS = {
    "n choose k": ("", _coefficient),
    "left out": (
        "The binomial coefficient is missing: the bentos come in many orders.",
        lambda n, k: 0.0 * (n + k),
    ),
    "subtracted": ("The binomial coefficient is divided by.", lambda n, k: -_coefficient(n, k)),
    "swapped": (
        "n and k have changed places in the binomial coefficient.",
        lambda n, k: _coefficient(k, n),
    ),
    "shifted": (
        "The factorials in the coefficient are one step too low: gammaln(m) is log (m - 1)!.",
        lambda n, k: gammaln(n + 0.0) - gammaln(k + 0.0) - gammaln(n - k + 0.0),
    ),
    "half": (
        "One factorial of the coefficient is missing.",
        lambda n, k: gammaln(n + 1.0) - gammaln(k + 1.0),
    ),
    "ways": (
        "The coefficient itself has been added, not its logarithm.",
        lambda n, k: np.exp(_coefficient(n, k)),
    ),
    "log of log": (
        "The logarithm of the coefficient has been taken twice.",
        lambda n, k: np.log(_coefficient(n, k)),
    ),
    "twice": ("The binomial coefficient is counted twice.", lambda n, k: 2 * _coefficient(n, k)),
}
AFTER = {
    "right": ("", lambda k, n, a, b: betaln(a + k, b + n - k)),
    "b + n": (
        "b grows by the hamburgers, and those are not all the bentos.",
        lambda k, n, a, b: betaln(a + k, b + n),
    ),
    "b + k": (
        "Both kinds of bento got k: the hamburgers are n - k.",
        lambda k, n, a, b: betaln(a + k, b + k),
    ),
    "exchanged": (
        "Tonkatsu are added to b and hamburgers to a.",
        lambda k, n, a, b: betaln(a + n - k, b + k),
    ),
    "a + n": (
        "a grows by all bentos, and b by the hamburgers.",
        lambda k, n, a, b: betaln(a + n, b + n - k),
    ),
    "a + n, b + k": (
        "a grows by n and b by k; a grows by the tonkatsu, b by the hamburgers.",
        lambda k, n, a, b: betaln(a + n, b + k),
    ),
    "no prior": (
        "The Beta function after the data holds the data only: a and b belong on the heap too.",
        lambda k, n, a, b: betaln(k + 0.0, n - k + 0.0),
    ),
    "data plus one": (
        "The Beta function after the data is that of a uniform prior.",
        lambda k, n, a, b: betaln(k + 1.0, n - k + 1.0),
    ),
    "minus one": (
        "The Beta function takes a + k and b + n - k themselves, not one less: its exponents do.",
        lambda k, n, a, b: betaln(a + k - 1, b + n - k - 1),
    ),
    "plus one": (
        "The Beta function takes a + k and b + n - k themselves, not one more.",
        lambda k, n, a, b: betaln(a + k + 1, b + n - k + 1),
    ),
    "b + k - n": (
        "n - k has the wrong sign: hamburgers are added to b.",
        lambda k, n, a, b: betaln(a + k, b + k - n),
    ),
    "b - k": (
        "n is missing: b grows by the hamburgers, n - k.",
        lambda k, n, a, b: betaln(a + k, b - k),
    ),
    "only a": ("b does not grow.", lambda k, n, a, b: betaln(a + k, b + 0.0 * n)),
    "total": (
        "The second argument is the whole heap: betaln takes the two kinds of bento.",
        lambda k, n, a, b: betaln(a + k, a + b + n),
    ),
    "left out": ("The Beta function after the data is missing.", lambda k, n, a, b: 0.0 * (n + k)),
    "beta itself": (
        "The Beta function after the data has been taken without its logarithm.",
        lambda k, n, a, b: np.exp(betaln(a + k, b + n - k)),
    ),
}
BEFORE = {
    "right": ("", lambda k, n, a, b: betaln(a, b)),
    "left out": (
        "The Beta function before the data is missing below the line.",
        lambda k, n, a, b: 0.0,
    ),
    "added": (
        "Division turns into subtraction: the Beta function before the data has been added.",
        lambda k, n, a, b: -betaln(a, b),
    ),
    "data": (
        "Below the line stands the Beta function of the data, not that of the prior.",
        lambda k, n, a, b: betaln(k + 1.0, n - k + 1.0),
    ),
    "uniform": (
        "Below the line stands the Beta function of a uniform prior.",
        lambda k, n, a, b: betaln(1.0, 1.0),
    ),
    "minus one": (
        "The Beta function takes a and b themselves, not one less.",
        lambda k, n, a, b: betaln(a - 1, b - 1),
    ),
    "plus one": (
        "The Beta function takes a and b themselves, not one more.",
        lambda k, n, a, b: betaln(a + 1, b + 1),
    ),
    "gamma": (
        "Below the line stands a gamma function of the whole prior alone.",
        lambda k, n, a, b: gammaln(a + b),
    ),
    "notebook": (
        "Below the line stands the notebook's prior, whatever a and b are.",
        lambda k, n, a, b: betaln(6.0, 4.0),
    ),
    "beta itself": (
        "The Beta function before the data has been taken without its logarithm.",
        lambda k, n, a, b: np.exp(betaln(a, b)),
    ),
}


def _marginals():
    for (c, (said, ways)), (x, (also, after)), (y, (too, before)) in itertools.product(
        COEFFICIENTS.items(), AFTER.items(), BEFORE.items()
    ):
        faults = [part for part in (said, also, too) if part]
        if 1 <= len(faults) <= 2:
            yield formula(
                f"coefficient {c}, after {x}, before {y}",
                " ".join(faults),
                lambda k, n, a, b, ways=ways, after=after, before=before: (
                    ways(n, k) + after(k, n, a, b) - before(k, n, a, b)
                ),
            )


def _binomial(k, n, rate):
    return _coefficient(n, k) + k * np.log(rate) + (n - k) * np.log1p(-rate)


FIXED = [
    formula(name, f"The rate is fixed at {name}: it has to be averaged out.", wrong)
    for name, wrong in {
        "the population's mean": lambda k, n, a, b: _binomial(k, n, a / (a + b)),
        "the posterior mean": lambda k, n, a, b: _binomial(k, n, (a + k) / (a + b + n)),
        "the raw fraction": lambda k, n, a, b: _binomial(k, n, k / n),
        "the mode of the prior": lambda k, n, a, b: _binomial(k, n, (a - 1) / (a + b - 2)),
        "a half": lambda k, n, a, b: _binomial(k, n, 0.5 + 0 * a * b),
    }.items()
]
FIXED += [
    formula(
        "order and fixed rate",
        "The rate is fixed, and the binomial coefficient is missing.",
        lambda k, n, a, b: k * np.log(a / (a + b)) + (n - k) * np.log(b / (a + b)),
    ),
    formula(
        "product",
        "The three factors' logarithms have been multiplied; those of a product are added.",
        lambda k, n, a, b: _coefficient(n, k) * betaln(a + k, b + n - k) / betaln(a, b),
    ),
    formula(
        "logs divided",
        "The log of a fraction is the difference of two logs, not their ratio.",
        lambda k, n, a, b: _coefficient(n, k) + betaln(a + k, b + n - k) / betaln(a, b),
    ),
    formula(
        "gammas without the total",
        "The Beta function is two gamma functions over that of their sum: the sum is missing.",
        lambda k, n, a, b: (
            _coefficient(n, k)
            + gammaln(a + k)
            + gammaln(b + n - k)
            - gammaln(a + 0.0)
            - gammaln(b + 0.0)
        ),
    ),
]
POPULATION = [
    arguments("a and b swapped", "a and b have changed places.", lambda k, n, a, b: (k, n, b, a)),
    arguments("k and n swapped", "k and n have changed places.", lambda k, n, a, b: (n, k, a, b)),
    arguments(
        "hamburgers for tonkatsu",
        "Hamburgers have been counted in place of tonkatsu.",
        lambda k, n, a, b: (n - k, n, a, b),
    ),
    arguments(
        "data and population swapped",
        "The arguments are k, n, a, b in this order: the pairs have changed places.",
        lambda k, n, a, b: (a, b, k, n),
    ),
    arguments(
        "n and hamburgers",
        "n has been taken for the hamburgers: it counts all bentos.",
        lambda k, n, a, b: (k, n + k, a, b),
    ),
    arguments(
        "the notebook's population",
        "This is the answer under Beta(6, 4), whatever population is asked about.",
        lambda k, n, a, b: (k, n, 6.0, 4.0),
    ),
    arguments(
        "a uniform population",
        "This is the answer for a population that knows no favourites, Beta(1, 1): use a and b.",
        lambda k, n, a, b: (k, n, 1.0, 1.0),
    ),
    arguments(
        "mean and strength",
        "Mean and strength of the population stand where a and b belong.",
        lambda k, n, a, b: (k, n, a / (a + b), a + b),
    ),
    arguments(
        "a population of strength 1",
        "a and b have been divided by their sum: they are numbers of bentos.",
        lambda k, n, a, b: (k, n, a / (a + b), b / (a + b)),
    ),
    arguments(
        "one less of each",
        "One has been taken off a and b: a Beta density's exponents are smaller, a and b are not.",
        lambda k, n, a, b: (k, n, a - 1, b - 1),
    ),
    arguments(
        "one more of each",
        "One has been added to a and to b.",
        lambda k, n, a, b: (k, n, a + 1, b + 1),
    ),
]
library.family(
    "log_beta_binom",
    members(
        _marginal,
        [*POPULATION, *OF_LOGS, *FIXED, *OF_CLASSES, *_marginals()],
        [*POPULATION, *FIXED[:1]],
        [*OFTEN_OF_LOGS, *OF_CLASSES[:2]],
        examples=[(*CLASS, 2.5, 7.25), (3.0, 7.0, 11.0, 0.75)],
    ),
)


def _loglik(a, b, k, n):
    return np.sum(_marginal(k, n, a, b))


def _in_the_class(slip: Slip) -> Slip:
    """The same slip on the way to each student's log probability."""
    each = slip.change(_marginal)
    return formula(slip.name, slip.teaches, lambda a, b, k, n: np.sum(each(k, n, a, b)))


STORY = np.array([70, 28, 6, 3, 2, 0]), np.array([100, 40, 10, 5, 2, 1])
OF_WHOLE_CLASSES = [
    arguments(
        "the notebook's class",
        "This is the class of the notebook's table, whatever class is asked about: use k and n.",
        lambda a, b, k, n: (a, b, *STORY),
    ),
    *[
        arguments(
            f"only {what}",
            f"Only {what} counted: the class is all the students that are handed over.",
            lambda a, b, k, n, some=some: (a, b, np.atleast_1d(k)[some], np.atleast_1d(n)[some]),
        )
        for what, some in {
            "the first student is": slice(1),
            "the last student is": slice(-1, None),
            "the first six students are": slice(6),
            "all but the last student are": slice(-1),
            "all but the first student are": slice(1, None),
        }.items()
    ],
]
COMBINED = [
    formula(name, teaches, wrong)
    for name, teaches, wrong in (
        (
            "mean",
            "This is the mean over students; independent students multiply, so their logs add up.",
            lambda a, b, k, n: np.mean(_marginal(k, n, a, b)),
        ),
        (
            "one by one",
            "These are the students one by one; their sum is still missing.",
            lambda a, b, k, n: _marginal(k, n, a, b),
        ),
        (
            "heap",
            "All bentos have been thrown on one heap: that is one student with a single rate, and "
            "not a class of students who differ.",
            lambda a, b, k, n: _marginal(np.sum(k), np.sum(n), a, b),
        ),
        (
            "the class's posterior rate",
            "One rate serves for the whole class, its posterior mean: each student has a rate of "
            "their own, to be averaged out.",
            lambda a, b, k, n: np.sum(_binomial(k, n, (a + np.sum(k)) / (a + b + np.sum(n)))),
        ),
        (
            "the heap's rate",
            "One rate serves for the whole class, the fraction of its heap: each student has a "
            "rate of their own, to be averaged out.",
            lambda a, b, k, n: np.sum(_binomial(k, n, np.sum(k) / np.sum(n))),
        ),
        (
            "largest",
            "This is the largest of the students' log probabilities, not their sum.",
            lambda a, b, k, n: np.max(_marginal(k, n, a, b)),
        ),
        (
            "smallest",
            "This is the smallest of the students' log probabilities, not their sum.",
            lambda a, b, k, n: np.min(_marginal(k, n, a, b)),
        ),
        (
            "logs multiplied",
            "The logs have been multiplied; probabilities multiply, logs add up.",
            lambda a, b, k, n: np.prod(_marginal(k, n, a, b)),
        ),
        (
            "median",
            "This is the median of the students' log probabilities, not their sum.",
            lambda a, b, k, n: np.median(_marginal(k, n, a, b)),
        ),
        (
            "log of a mean",
            "Probabilities have been averaged before the log was taken.",
            lambda a, b, k, n: logsumexp(_marginal(k, n, a, b)) - np.log(np.size(k)),
        ),
        (
            "log of a sum",
            "Probabilities have been added before the log; independent ones multiply.",
            lambda a, b, k, n: logsumexp(_marginal(k, n, a, b)),
        ),
        (
            "sum of probabilities",
            "The students' probabilities have been added: stay in logs.",
            lambda a, b, k, n: np.sum(np.exp(_marginal(k, n, a, b))),
        ),
        (
            "each by the class",
            "Each student has been divided by the number of bentos.",
            lambda a, b, k, n: np.sum(_marginal(k, n, a, b) / n),
        ),
        (
            "weighted by n",
            "Students have been weighted by their bentos; each counts once.",
            lambda a, b, k, n: np.sum(_marginal(k, n, a, b) * n),
        ),
        (
            "mean per bento",
            "The sum has been divided by the number of all bentos.",
            lambda a, b, k, n: np.sum(_marginal(k, n, a, b)) / np.sum(n),
        ),
    )
]
library.family(
    "population_loglik",
    members(
        _loglik,
        [
            *OF_WHOLE_CLASSES,
            *map(_in_the_class, [*POPULATION, *FIXED]),
            *COMBINED,
            *OF_LOGS,
            *OF_CLASSES[-4:],
            *map(_in_the_class, _marginals()),
        ],
        [*map(_in_the_class, POPULATION), *COMBINED],
        OFTEN_OF_LOGS,
        examples=[
            (2.5, 7.25, *CLASS),
            (2.5, 7.25, np.array([12.0, 3, 44]), np.array([15.0, 11, 60])),
            (11.0, 0.75, np.array([3.0]), np.array([7.0])),
        ],
    ),
)


def _scaled(w, by):
    return w / by(w)


SCALES = {
    "sum": ("", np.sum),
    "nothing": ("The weights do not add up to one yet.", lambda w: 1.0),
    "largest": ("Divided by the largest weight, they do not add up to one.", np.max),
    "mean": ("Divided by their mean, the weights add up to their number, not to one.", np.mean),
    "number": ("Divided by their number, the weights do not add up to one.", np.size),
    "norm": (
        "The squares of these weights add up to one; the weights themselves should.",
        lambda w: np.sqrt(np.sum(w**2)),
    ),
    "squares": (
        "Divided by the sum of their squares, they do not add up to one.",
        lambda w: np.sum(w**2),
    ),
    "smallest": ("Divided by the smallest weight, they do not add up to one.", np.min),
    "range": (
        "They have been stretched to lie between 0 and 1; they should add up to 1.",
        lambda w: np.ptp(w),
    ),
}
POWERS = {
    "exp": ("", np.exp),
    "two": ("The log weights are natural logs: undo them with exp, not with powers of 2.", np.exp2),
    "ten": (
        "The log weights are natural logs: undo them with exp, not with powers of 10.",
        lambda x: 10.0**x,
    ),
    "minus": ("The sign is wrong: the heaviest draw gets the least.", lambda x: np.exp(-x)),
    "double": ("The weights have been squared.", lambda x: np.exp(2 * x)),
    "half": ("The roots of the weights have been taken.", lambda x: np.exp(x / 2)),
    "none": ("The logarithm has not been undone.", lambda x: x),
    "abs": ("Absolute values of the logs have been taken.", lambda x: np.abs(x)),
    "expm1": ("expm1 takes 1 off each weight.", np.expm1),
    "logistic": (
        "Each log weight has been put through a sigmoid: weights are in the ratio of exp(log_w).",
        lambda x: 1 / (1 + np.exp(-x)),
    ),
}
SHIFTS = {
    "largest": ("", np.max),
    "none": (
        "exp of a large number is infinite and of a very negative one zero: what can be subtracted "
        "from all log weights without changing the ratios of the weights?",
        lambda x: 0.0,
    ),
    "mean": (
        "The mean of the log weights is subtracted: one far above the mean still overflows.",
        np.mean,
    ),
    "smallest": (
        "The smallest log weight is subtracted instead of the largest: the others can overflow.",
        np.min,
    ),
    "median": ("The median is subtracted: a log weight far above it still overflows.", np.median),
    "sum": ("The sum of the log weights is subtracted.", np.sum),
    "added": ("The largest log weight is added, not subtracted.", lambda x: -np.max(x)),
    "first": ("The first log weight is subtracted, whichever is the largest.", lambda x: x[0]),
    "absolute": (
        "The log weight that is furthest from zero is subtracted, not the largest.",
        lambda x: np.max(np.abs(x)),
    ),
}


def _all_weights():
    for (s, (said, shift)), (p, (also, power)), (q, (too, scale)) in itertools.product(
        SHIFTS.items(), POWERS.items(), SCALES.items()
    ):
        faults = [part for part in (said, also, too) if part]
        if 1 <= len(faults) <= 2:
            yield formula(
                f"shift {s}, power {p}, scale {q}",
                " ".join(faults),
                lambda log_w, shift=shift, power=power, scale=scale: _scaled(
                    power((log_w - shift(log_w)).astype(np.float32)).astype(np.float32), scale
                ),
            )


library.family(
    "importance_weights",
    members(
        normalised,
        [
            *_all_weights(),
            *[
                formula(
                    f"clipped at {edge}",
                    "Log weights beyond a limit have been made equal: it is their differences that "
                    "matter, however large they are.",
                    lambda log_w, edge=edge: normalised(np.clip(log_w, -edge, edge)),
                )
                for edge in (20, 30, 50, 80, 88, 100, 500, 700)
            ],
            *[
                formula(
                    f"added {small}",
                    "A small number has been added to keep the sum from being 0: that hides the "
                    "problem, which is that all exponentials are 0.",
                    lambda log_w, small=small: _scaled(
                        np.exp(np.float32(log_w)) + np.float32(small), np.sum
                    ),
                )
                for small in (1e-300, 1e-38, 1e-30, 1e-20, 1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-6)
            ],
            *[
                formula(
                    f"added {small} below",
                    "A small number has been added below the line to keep the sum from being 0: "
                    "the exponentials themselves are 0.",
                    lambda log_w, small=small: (
                        np.exp(np.float32(log_w)) / (np.sum(np.exp(np.float32(log_w))) + small)
                    ),
                )
                for small in (1e-38, 1e-30, 1e-20, 1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-6)
            ],
            formula(
                "NaN made zero",
                "NaN has been made 0: the weights are lost, where the log weights are extreme.",
                lambda log_w: np.nan_to_num(_scaled(np.exp(np.float32(log_w)), np.sum), posinf=0.0),
            ),
            formula(
                "equal where lost",
                "Where all exponentials are 0, the weights have been made equal: they are not.",
                lambda log_w: (
                    np.full(np.shape(log_w), 1 / np.size(log_w))
                    if not 0 < np.sum(np.exp(np.float32(log_w))) < np.inf
                    else _scaled(np.exp(np.float32(log_w)), np.sum)
                ),
            ),
            formula(
                "cumulative",
                "Running totals of the weights: asked for are the weights themselves.",
                lambda log_w: np.cumsum(normalised(log_w)),
            ),
            formula(
                "log weights",
                "These are still logarithms of weights.",
                lambda log_w: log_w - logsumexp(log_w),
            ),
            *ROUNDED,
            *OF_CLASSES,
        ],
        examples=[
            (np.array([-3.5, -1.25, -2.0, 0.75]),),
            (np.array([-950.0, 3.0, 940.0, 938.5]),),
            (np.array([-900.0, -903.0, -901.5]),),
        ],
    ),
)


def _size(weights):
    return 1 / np.sum(weights**2)


library.family(
    "effective_sample_size",
    members(
        _size,
        [
            *NUMBERS,
            *[
                formula(name, teaches, wrong)
                for name, teaches, wrong in (
                    (
                        "mean square",
                        "The squares have been averaged; they are added.",
                        lambda w: 1 / np.mean(w**2),
                    ),
                    (
                        "number over squares",
                        "The number of draws stands above the line, not 1.",
                        lambda w: np.size(w) / np.sum(w**2),
                    ),
                    (
                        "square of the sum",
                        "The sum has been squared: it is the weights that are.",
                        lambda w: 1 / np.sum(w) ** 2,
                    ),
                    (
                        "variance",
                        "A variance stands where the sum of squares belongs.",
                        lambda w: 1 / np.var(w),
                    ),
                    (
                        "variance below",
                        "A variance stands where the sum of squares belongs.",
                        lambda w: np.size(w) / (1 + np.var(w)),
                    ),
                    (
                        "coefficient of variation",
                        "The weights' spread is not taken relative to their mean.",
                        lambda w: np.size(w) / (1 + np.var(w) * np.size(w)),
                    ),
                    (
                        "sample variance",
                        "The variance divides by one less than the number here.",
                        lambda w: np.size(w) / (1 + np.var(w, ddof=1) / np.mean(w) ** 2),
                    ),
                    (
                        "sum of squares of the number",
                        "The number of draws has been squared.",
                        lambda w: np.sum(w**2) * np.size(w),
                    ),
                    (
                        "cubes",
                        "The weights have been cubed, not squared.",
                        lambda w: 1 / np.sum(w**3),
                    ),
                    (
                        "largest squared",
                        "Only the heaviest draw comes in.",
                        lambda w: 1 / np.max(w) ** 2,
                    ),
                    ("largest", "Only the heaviest draw comes in.", lambda w: 1 / np.max(w)),
                    (
                        "above the average",
                        "Draws above a limit are counted; each counts in part.",
                        lambda w: np.sum(w > 1 / np.size(w)),
                    ),
                    (
                        "at least the average",
                        "Draws above a limit are counted; each counts in part.",
                        lambda w: np.sum(w >= 1 / np.size(w)),
                    ),
                    (
                        "above the mean",
                        "Draws above a limit are counted; each counts in part.",
                        lambda w: np.sum(w > np.mean(w)),
                    ),
                    (
                        "above zero",
                        "All draws with any weight are counted, however little it is.",
                        lambda w: np.sum(w > 0),
                    ),
                    (
                        "sum",
                        "The weights have been added up: that is 1, whatever they are.",
                        np.sum,
                    ),
                    (
                        "reciprocals added",
                        "The squares' reciprocals have been added: add first.",
                        lambda w: np.sum(1 / w**2),
                    ),
                    (
                        "one by one",
                        "The squares are not added up: one number is asked for.",
                        lambda w: 1 / w**2,
                    ),
                    (
                        "norm",
                        "A root of the sum of squares has been taken.",
                        lambda w: 1 / np.linalg.norm(w),
                    ),
                    (
                        "entropy",
                        "This is the weights' entropy, not the measure with squares.",
                        lambda w: -np.sum(np.where(w > 0, w * np.log(np.where(w > 0, w, 1)), 0)),
                    ),
                    (
                        "exp of entropy",
                        "This is the exponential of the entropy, not the measure with squares.",
                        lambda w: np.exp(
                            -np.sum(np.where(w > 0, w * np.log(np.where(w > 0, w, 1)), 0))
                        ),
                    ),
                    (
                        "plain entropy",
                        "Logs of the weights have been added: 0 log 0 is no number.",
                        lambda w: np.exp(-np.sum(w * np.log(w))),
                    ),
                    ("less one", "One has been taken off.", lambda w: 1 / np.sum(w**2) - 1),
                    (
                        "share",
                        "This is the share of the draws that count, not their number.",
                        lambda w: 1 / np.sum(w**2) / np.size(w),
                    ),
                    ("number", "This counts all draws, also those without weight.", np.size),
                    (
                        "number times sum",
                        "The number of draws is multiplied by the sum of squares.",
                        lambda w: np.size(w) * (1 - np.sum(w**2)),
                    ),
                    (
                        "diversity",
                        "This is one minus the sum of squares; the size is its reciprocal.",
                        lambda w: 1 - np.sum(w**2),
                    ),
                )
            ],
            FORGOTTEN_RETURN,
        ],
        examples=[
            (np.array([0.5, 0.3, 0.2]),),
            (np.array([0.0, 1.0, 0.0]),),
            (np.full(4, 0.25),),
            (np.array([0.55, 0.2, 0.15, 0.06, 0.04]),),
        ],
    ),
)


def _box(random, size, low, high):
    return random.uniform(low, high, size), random.uniform(low, high, size)


def _one_key(random, size, low, high):
    a = random.uniform(low, high, size)
    return a, a.copy()


def _log_uniform(random, size, low, high):
    return tuple(np.exp(x) for x in _box(random, size, np.log(low), np.log(high)))


def _ordered(random, size, low, high):
    a, b = _box(random, size, low, high)
    return np.maximum(a, b), np.minimum(a, b)


def _strength(random, size, low, high):
    strength = random.uniform(low, high, size)
    rate = random.uniform(0, 1, size)
    return rate * strength, (1 - rate) * strength


def _grid(random, size, low, high):
    a = np.linspace(low, high, size)
    return a, a.copy()


CANDIDATES = {
    "right": ("", _box),
    "one key": (
        "a and b have been drawn with the same random key, so that they are always equal.",
        _one_key,
    ),
    "bounds not used": (
        "The bounds low and high are not used: this is the box of the notebook.",
        lambda random, size, low, high: _box(random, size, 0.5, 20.0),
    ),
    "low not used": (
        "low is not used.",
        lambda random, size, low, high: _box(random, size, 0.5, high),
    ),
    "high not used": (
        "high is not used.",
        lambda random, size, low, high: _box(random, size, low, 20.0),
    ),
    "from zero": (
        "The candidates begin at 0, not at low.",
        lambda random, size, low, high: _box(random, size, 1e-6, high),
    ),
    "from one": (
        "The candidates begin at 1, not at low.",
        lambda random, size, low, high: _box(random, size, 1.0, high),
    ),
    "between zero and one": (
        "The candidates lie between 0 and 1: jr.uniform has to be told low and high.",
        lambda random, size, low, high: _box(random, size, 1e-6, 1.0),
    ),
    "low added": (
        "The candidates reach from low to low + high: high is where the box ends, not its width.",
        lambda random, size, low, high: _box(random, size, low, low + high),
    ),
    "log uniform": (
        "The candidates' logarithms are drawn uniformly; the box says that a and b themselves are.",
        _log_uniform,
    ),
    "whole numbers": (
        "Candidates are whole numbers here; the box holds all numbers between low and high.",
        lambda random, size, low, high: tuple(map(np.ceil, _box(random, size, low, high - 1))),
    ),
    "ordered": ("The larger of the two draws is always taken for a.", _ordered),
    "strength": (
        "Mean and strength have been drawn uniformly; the box is one of a and b.",
        _strength,
    ),
    "diagonal": ("All candidates lie on a line, with a equal to b.", _grid),
}


@lru_cache(maxsize=64)
def _scores(candidates, of, seed, k, n, size, low, high):
    """Draws of a and b, and the log likelihood of each."""
    a, b = CANDIDATES[candidates][1](np.random.default_rng(seed), size, low, high)
    k, n = np.array(k, float)[:, None], np.array(n, float)[:, None]
    with np.errstate(all="ignore"):
        return a, b, LIKELIHOODS[of][1](k, n, a, b)


def _sum(k, n, a, b):
    return np.sum(betaln(a + k, b + n - k) - betaln(a, b), axis=0)


# Which of these it was, the estimates do not tell.
EXCHANGED = (
    "E[a] and E[b] come out exchanged: a and b have changed places, in the likelihood or in the "
    "pair that is returned, or hamburgers have been counted for tonkatsu."
)
LIKELIHOODS = {
    "right": ("", _sum),
    "mean": (
        "Each student's log probability has been averaged over the class instead of added up.",
        lambda k, n, a, b: _sum(k, n, a, b) / len(k),
    ),
    "swapped": (
        EXCHANGED,
        lambda k, n, a, b: _sum(k, n, b, a),
    ),
    "hamburgers": (
        EXCHANGED,
        lambda k, n, a, b: _sum(n - k, n, a, b),
    ),
    "heap": (
        "The whole class is on one heap, as if it were one student.",
        lambda k, n, a, b: _sum(np.sum(k, axis=0), np.sum(n, axis=0), a[None], b[None]),
    ),
    "plug in": (
        "The rate has been fixed at a / (a + b) instead of averaged out.",
        lambda k, n, a, b: np.sum(k * np.log(a / (a + b)) + (n - k) * np.log(b / (a + b)), axis=0),
    ),
    "the notebook's class": (
        "This is the class of the notebook, whatever class is asked about: use k and n.",
        lambda k, n, a, b: _sum(STORY[0][:, None], STORY[1][:, None], a, b),
    ),
    "first student": (
        "Only the first student is counted.",
        lambda k, n, a, b: _sum(k[:1], n[:1], a, b),
    ),
    "sign": (
        "The log likelihood has the wrong sign: the worst candidate weighs most.",
        lambda k, n, a, b: -_sum(k, n, a, b),
    ),
    "squared": (
        "The weights have been squared, as if the class had been seen twice.",
        lambda k, n, a, b: 2 * _sum(k, n, a, b),
    ),
    "prior": (
        "The weights have been divided by a and b once more: the candidates are drawn from the "
        "box already, so the class alone makes their weights.",
        lambda k, n, a, b: _sum(k, n, a, b) - np.log(a) - np.log(b),
    ),
    "density": (
        "The flat density of the box has been replaced by one of a + b.",
        lambda k, n, a, b: _sum(k, n, a, b) - 2.5 * np.log(a + b),
    ),
    "none": (
        "The weights have been left out: this is the mean of the hyperprior, whatever the class "
        "says.",
        lambda k, n, a, b: 0.0 * a,
    ),
    "not normalised": (
        "The normaliser B(a, b) of each student's population is missing in the likelihood.",
        lambda k, n, a, b: np.sum(betaln(a + k, b + n - k), axis=0),
    ),
    "n": (
        "n has been taken for the hamburgers: it counts all bentos.",
        lambda k, n, a, b: _sum(k, n + k, a, b),
    ),
    "logs": (
        "The log likelihoods themselves have been used as weights: undo the logarithm.",
        lambda k, n, a, b: np.log(-_full(k, n, a, b)),
    ),
}


def _full(k, n, a, b):
    return np.sum(_marginal(k, n, a, b), axis=0)


def _mean_of(*functions):
    def combine(a, b, log_w):
        w = normalised(log_w)
        return tuple(float(np.sum(w * of(a, b))) for of in functions)

    return combine


def _divided(by):
    def combine(a, b, log_w):
        w = normalised(log_w)
        return tuple(float(np.sum(w * x) / by(w)) for x in (a, b))

    return combine


def _spread(root):
    def combine(a, b, log_w):
        w = normalised(log_w)
        variance = [float(np.sum(w * (x - np.sum(w * x)) ** 2)) for x in (a, b)]
        return tuple(v**0.5 for v in variance) if root else tuple(variance)

    return combine


def _heavy(a, b, log_w):
    chosen = log_w > np.log(np.mean(np.exp(log_w - np.max(log_w)))) + np.max(log_w)
    if not np.any(chosen):  # all weigh the same
        return np.nan, np.nan
    return float(np.mean(a[chosen])), float(np.mean(b[chosen]))


def _ratio_first(a, b, log_w):
    mean_a, mean_b = _mean_of(lambda a, b: a, lambda a, b: b)(a, b, log_w)
    return mean_a / (mean_a + mean_b), mean_a + mean_b


ESTIMATES = {
    "right": ("", _mean_of(lambda a, b: a, lambda a, b: b)),
    "swapped": (EXCHANGED, _mean_of(lambda a, b: b, lambda a, b: a)),
    "a twice": ("a is returned twice.", _mean_of(lambda a, b: a, lambda a, b: a)),
    "b twice": ("b is returned twice.", _mean_of(lambda a, b: b, lambda a, b: b)),
    "best": (
        "This is the single best candidate; asked for is the weighted mean of all.",
        best_draw,
    ),
    "median": ("These are weighted medians; asked for are means.", weighted_medians),
    "geometric": (
        "The candidates' logs have been averaged: that is a geometric mean.",
        lambda a, b, log_w: tuple(
            float(np.exp(np.sum(normalised(log_w) * np.log(x)))) for x in (a, b)
        ),
    ),
    "logs": (
        "These are means of log a and log b.",
        _mean_of(lambda a, b: np.log(a), lambda a, b: np.log(b)),
    ),
    "rate and strength": (
        "These are the population's mean rate and strength; asked for are a and b.",
        _mean_of(lambda a, b: a / (a + b), lambda a, b: a + b),
    ),
    "rate and complement": (
        "This is the population's mean rate and its complement; asked for are a and b.",
        _mean_of(lambda a, b: a / (a + b), lambda a, b: b / (a + b)),
    ),
    "rate and strength of the means": (
        "These are mean rate and strength of the learned population; asked for are a and b.",
        _ratio_first,
    ),
    "divided by the number": (
        "The weights add up to one already: their sum with the candidates has been divided by the "
        "number of draws once more.",
        _divided(np.size),
    ),
    "squares": ("These are means of squares.", _mean_of(lambda a, b: a**2, lambda a, b: b**2)),
    "roots": (
        "These are roots of mean squares.",
        lambda a, b, log_w: tuple(float(np.sum(normalised(log_w) * x**2) ** 0.5) for x in (a, b)),
    ),
    "variances": ("These are posterior variances; asked for are means.", _spread(False)),
    "standard deviations": (
        "These are posterior standard deviations; asked for are means.",
        _spread(True),
    ),
    "largest weight": (
        "Divided by the largest weight instead of by their sum, the weights do not add up to one.",
        _divided(np.max),
    ),
    "heaviest": ("Only draws above the average weight are counted, all of them alike.", _heavy),
    "unweighted sum": (
        "The candidates have been added up without their weights.",
        lambda a, b, log_w: (float(np.sum(a)), float(np.sum(b))),
    ),
    "inverse": (
        "These are means of 1 / a and 1 / b.",
        _mean_of(lambda a, b: 1 / a, lambda a, b: 1 / b),
    ),
}


def _inferred(candidates, of, its_estimate, number=None, seed=None):
    def wrong(key, k, n, num_samples=20000, low=0.5, high=20.0):
        its_seed = key.seed if seed is None else seed
        draws = _scores(
            candidates, of, its_seed, tuple(k), tuple(n), number or num_samples, low, high
        )
        combine = ESTIMATES[its_estimate][1]
        return estimate(combine, *draws, extreme=its_estimate == "best")

    return wrong


def _inferences():
    for (c, (said, _)), (of, (also, _)), (e, (too, _)) in itertools.product(
        CANDIDATES.items(), LIKELIHOODS.items(), ESTIMATES.items()
    ):
        faults = [part for part in (said, also, too) if part]
        often = e in ("right", "swapped", "best") and of in ("right", "mean", "none", "swapped")
        # Two exchanges take each other back, and leave a right answer.
        twice = len(set(faults)) < len(faults)
        if len(faults) == 1 or (len(faults) == 2 and often and not twice):
            yield (
                Slip(f"draws {c}, likelihood {of}, estimate {e}", " ".join(faults), lambda f: f),
                _inferred(c, of, e),
            )


library.family("infer_prior", _inferences(), quick=False)

library.rights |= {
    "log_binom_coeff": _coefficient,
    "log_beta_binom": _marginal,
    "population_loglik": _loglik,
    "importance_weights": normalised,
    "effective_sample_size": _size,
}

OF_COUNTS = {
    "log n!": lambda n, k: gammaln(n + 1.0),
    "log k!": lambda n, k: gammaln(k + 1.0),
    "log (n - k)!": lambda n, k: gammaln(n - k + 1.0),
    "log (n - 1)!": lambda n, k: gammaln(n + 0.0),
    "log (k - 1)!": lambda n, k: gammaln(k + 0.0),
    "log (n - k - 1)!": lambda n, k: gammaln(n - k + 0.0),
    "log (n + 1)!": lambda n, k: gammaln(n + 2.0),
    "log (k + 1)!": lambda n, k: gammaln(k + 2.0),
    "log (n - k + 1)!": lambda n, k: gammaln(n - k + 2.0),
    "log (n + k)!": lambda n, k: gammaln(n + k + 1.0),
    "log n": lambda n, k: np.log(n),
    "log k": lambda n, k: np.log(k),
    "log (n - k)": lambda n, k: np.log(n - k),
    "log (n + 1)": lambda n, k: np.log(n + 1.0),
    "n log n": lambda n, k: special.xlogy(n, n),
    "k log n": lambda n, k: special.xlogy(k, n),
    "k log k": lambda n, k: special.xlogy(k, k),
    "n log 2": lambda n, k: n * np.log(2),
    "n": lambda n, k: n,
    "k": lambda n, k: k,
    "1": lambda n, k: 1.0,
}
library.searches["log_binom_coeff"] = Total(
    _coefficient,
    OF_COUNTS,
    {"log n!": 1, "log k!": -1, "log (n - k)!": -1},
    examples=[(CLASS[1], CLASS[0]), (np.array([12.0, 40, 7]), np.array([5.0, 11, 6]))],
)
IN_MARGINALS = {
    "log (n choose k)": lambda k, n, a, b: _coefficient(n, k),
    "log B(a + k, b + n - k)": lambda k, n, a, b: betaln(a + k, b + n - k),
    "log B(a, b)": lambda k, n, a, b: betaln(a, b),
    "log B(a + k, b + n)": lambda k, n, a, b: betaln(a + k, b + n),
    "log B(a + n - k, b + k)": lambda k, n, a, b: betaln(a + n - k, b + k),
    "log B(a + k, b + k)": lambda k, n, a, b: betaln(a + k, b + k),
    "log B(a + n, b + n - k)": lambda k, n, a, b: betaln(a + n, b + n - k),
    "log B(a + k, b)": lambda k, n, a, b: betaln(a + k, b + 0 * n),
    "log B(a, b + n - k)": lambda k, n, a, b: betaln(a + 0 * k, b + n - k),
    "log B(a, b + n)": lambda k, n, a, b: betaln(a + 0 * k, b + n),
    "log B(k + 1, n - k + 1)": lambda k, n, a, b: betaln(k + 1.0, n - k + 1.0),
    "log B(a + k + 1, b + n - k + 1)": lambda k, n, a, b: betaln(a + k + 1, b + n - k + 1),
    "log B(a + k - 1, b + n - k - 1)": lambda k, n, a, b: betaln(a + k - 1, b + n - k - 1),
    "log B(a + k - 1, b + n - k)": lambda k, n, a, b: betaln(a + k - 1, b + n - k),
    "log B(a + k, b + n - k - 1)": lambda k, n, a, b: betaln(a + k, b + n - k - 1),
    "log B(a + k + 1, b + n - k)": lambda k, n, a, b: betaln(a + k + 1, b + n - k),
    "log B(a + k, b + n - k + 1)": lambda k, n, a, b: betaln(a + k, b + n - k + 1),
    "log B(a + 1, b + 1)": lambda k, n, a, b: betaln(a + 1, b + 1),
    "log gamma(a + b)": lambda k, n, a, b: gammaln(a + b),
    "log gamma(a + b + n)": lambda k, n, a, b: gammaln(a + b + n),
    "log gamma(a)": lambda k, n, a, b: gammaln(a),
    "log gamma(b)": lambda k, n, a, b: gammaln(b),
    "log gamma(a + k)": lambda k, n, a, b: gammaln(a + k),
    "log gamma(b + n - k)": lambda k, n, a, b: gammaln(b + n - k),
    "log n!": lambda k, n, a, b: gammaln(n + 1.0),
    "log k!": lambda k, n, a, b: gammaln(k + 1.0),
    "log (n - k)!": lambda k, n, a, b: gammaln(n - k + 1.0),
    "n choose k": lambda k, n, a, b: np.exp(_coefficient(n, k)),
    "log (n + 1)": lambda k, n, a, b: np.log(n + 1.0),
    "k log (a / (a + b))": lambda k, n, a, b: special.xlogy(k, a / (a + b)),
    "(n - k) log (b / (a + b))": lambda k, n, a, b: special.xlogy(n - k, b / (a + b)),
    "log (a + b)": lambda k, n, a, b: np.log(a + b),
    "n": lambda k, n, a, b: n,
    "1": lambda k, n, a, b: 1.0,
}
SUMMANDS = {"log (n choose k)": 1, "log B(a + k, b + n - k)": 1, "log B(a, b)": -1}
library.searches["log_beta_binom"] = Total(
    _marginal, IN_MARGINALS, SUMMANDS, examples=[(*CLASS, 2.5, 7.25), (*CLASS, 0.6, 3.5)]
)


def _of_the_class(term):
    return lambda a, b, k, n: np.sum(term(k, n, a, b) + 0.0 * (k + n))


OF_HEAPS = {
    f"{name}, once for the class": lambda a, b, k, n, term=IN_MARGINALS[name]: term(
        np.sum(k), np.sum(n), a, b
    )
    for name in SUMMANDS
}
library.searches["population_loglik"] = Total(
    _loglik,
    {name: _of_the_class(term) for name, term in IN_MARGINALS.items()} | OF_HEAPS,
    SUMMANDS,
    examples=[
        (2.5, 7.25, *CLASS),
        (0.6, 3.5, *CLASS),
        (2.5, 7.25, np.array([12.0, 3, 44]), np.array([15.0, 11, 60])),
    ],
    arounds=[
        *AROUND_LOGS,
        Around(
            "({}) / the number of students",
            "It is averaged over students.",
            lambda y, a, b, k, n: y * np.size(k),
        ),
        Around(
            "({}) / the class's n",
            "It is divided by the number of all bentos.",
            lambda y, a, b, k, n: y * np.sum(n),
        ),
    ],
)


class _Powers:
    """Weights that are in the ratio of exp(c log_w), with another c than 1."""

    def find(self, asked):
        slopes, sizes = [], []
        try:
            pairs = [
                (
                    np.asarray(answered.question.args[0], np.float64),
                    np.asarray(answered.answer, np.float64),
                )
                for answered in asked
            ]
        except Exception:  # an answer of another form
            return None
        for log_w, weights in pairs:
            if weights.shape != log_w.shape or not np.all(weights >= 0):
                return None
            at = weights > 1e-30  # below, float32 has hardly any digits
            if np.sum(at) < 2 or abs(np.sum(weights) - 1) > 1e-4:
                return None
            x, y = log_w[at] - np.max(log_w), np.log(weights[at])
            slope = np.polyfit(x, y, 1)[0]
            if np.max(np.abs(np.polyval(np.polyfit(x, y, 1), x) - y)) > 1e-2:
                return None
            slopes.append(slope)
            sizes.append(log_w.size)
        for powers, written in ((slopes, ""), (np.multiply(slopes, sizes), " / m")):
            power = float(np.mean(powers))
            if len(powers) > 1 and np.ptp(powers) < 0.02 * abs(power) and abs(power - 1) > 0.05:
                return _found_power(f"{power:.3g}{written}")
        if len(slopes) > 1 and np.allclose(np.multiply(slopes, sizes), 1, rtol=0.02):
            return _found_power("1 / m")
        return None


def _found_power(power):
    return Found(
        f"power {power}",
        f"These weights are in the ratio of exp(c log_w) with c = {power}: asked for is that of "
        "exp(log_w) itself.",
    )


library.searches["importance_weights"] = _Powers()

library.parameters |= {
    "infer_prior": ("key", "", "", "", "low", "high"),
}
