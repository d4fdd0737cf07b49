"""Systematic mistakes of ps1-shrinkage."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.misconceptions.families import (
    LOG_TAKEN,
    NUMBERS,
    OF_CLASSES,
    OFTEN,
    arguments,
    formula,
    members,
    result,
)
from autograder.misconceptions.formulas import AnyOf, Around, Fraction, blend
from autograder.misconceptions.library import Library

library = Library()

CLASS = np.array([2.0, 0.0, 7.0, 31.0]), np.array([5.0, 3.0, 8.0, 90.0])


def _mean(a, b, k, n):
    return (a + k) / (a + b + n)


def _weight(a, b, n):
    return n / (a + b + n)


def _shift(a, b, k, n):
    return (a + k) / (a + b + n) - k / n


# What may stand above and below the line, each with what is wrong with it.
ABOVE = {
    "a + k": ("", lambda a, b, k, n: a + k),
    "k": ("The imagined tonkatsu are missing above the line.", lambda a, b, k, n: k),
    "a": ("The student's own tonkatsu are missing above the line.", lambda a, b, k, n: a),
    "b": ("Above the line stand imagined hamburgers only.", lambda a, b, k, n: b),
    "b + k": (
        "a and b have changed places above the line: imagined hamburgers are added to tonkatsu.",
        lambda a, b, k, n: b + k,
    ),
    "a + n": (
        "Above the line all bentos are counted, not only tonkatsu.",
        lambda a, b, k, n: a + n,
    ),
    "a + b + k": (
        "The whole prior stands above the line, its hamburgers too.",
        lambda a, b, k, n: a + b + k,
    ),
    "a + n - k": (
        "Above the line the student's hamburgers are counted.",
        lambda a, b, k, n: a + n - k,
    ),
    "b + n - k": ("This is the rate of hamburgers.", lambda a, b, k, n: b + n - k),
    "a + k + 1": ("There is one tonkatsu too many above the line.", lambda a, b, k, n: a + k + 1),
    "a + k - 1": ("There is one tonkatsu too few above the line.", lambda a, b, k, n: a + k - 1),
    "a * k": (
        "Imagined and real tonkatsu are multiplied above the line; on a heap they are added.",
        lambda a, b, k, n: a * k,
    ),
    "k / n": (
        "A fraction has been added where tonkatsu are counted: k, not k / n.",
        lambda a, b, k, n: a + k / n,
    ),
    "mean + k": (
        "The prior's mean has been added where imagined tonkatsu are counted.",
        lambda a, b, k, n: a / (a + b) + k,
    ),
}
BELOW = {
    "a + b + n": ("", lambda a, b, k, n: a + b + n),
    "n": ("The imagined bentos are missing below the line.", lambda a, b, k, n: n),
    "a + b": ("The student's own bentos are missing below the line.", lambda a, b, k, n: a + b),
    "a + n": (
        "The imagined hamburgers are missing below the line.",
        lambda a, b, k, n: a + n,
    ),
    "b + n": ("The imagined tonkatsu are missing below the line.", lambda a, b, k, n: b + n),
    "a + b + k": (
        "Below the line only the student's tonkatsu are counted, not all the bentos.",
        lambda a, b, k, n: a + b + k,
    ),
    "a + b + n - k": (
        "Below the line only the student's hamburgers are counted, not all the bentos.",
        lambda a, b, k, n: a + b + n - k,
    ),
    "b + n - k": (
        "Tonkatsu are compared with hamburgers: these are odds, and a rate is a share of all.",
        lambda a, b, k, n: b + n - k,
    ),
    "a + b + n + k": (
        "n counts all bentos: here the student's tonkatsu are counted twice below the line.",
        lambda a, b, k, n: a + b + n + k,
    ),
    "a + b + n + 1": (
        "There is one bento too many below the line.",
        lambda a, b, k, n: a + b + n + 1,
    ),
    "a + b + n - 1": (
        "There is one bento too few below the line.",
        lambda a, b, k, n: a + b + n - 1,
    ),
    "a + b + n + 2": (
        "There are two bentos too many below the line.",
        lambda a, b, k, n: a + b + n + 2,
    ),
    "a + b + n - 2": (
        "There are two bentos too few below the line.",
        lambda a, b, k, n: a + b + n - 2,
    ),
    "a b + n": (
        "Imagined bentos of both kinds are multiplied; on a heap they are added.",
        lambda a, b, k, n: a * b + n,
    ),
    "(a + b) n": (
        "Imagined and real bentos are multiplied; on a heap they are added.",
        lambda a, b, k, n: (a + b) * n,
    ),
    "2": ("An average of two numbers has been taken here.", lambda a, b, k, n: 2.0 + 0 * n),
}


def _fractions():
    for (top, (said, above)), (bottom, (also, below)) in itertools.product(
        ABOVE.items(), BELOW.items()
    ):
        if said or also:
            yield formula(
                f"({top}) / ({bottom})",
                " ".join(part for part in (said, also) if part),
                lambda *args, above=above, below=below: above(*args) / below(*args),
            )


PRIOR = [
    arguments(
        "a and b swapped",
        "a and b have changed places: a counts the imagined tonkatsu, b the hamburgers.",
        lambda a, b, *rest: (b, a, *rest),
    ),
    arguments(
        "the notebook's prior",
        "These are the answers under the notebook's prior, whatever prior is asked about: use the "
        "arguments a and b.",
        lambda a, b, *rest: (6.0, 4.0, *rest),
    ),
    arguments(
        "a uniform prior",
        "One imagined bento of either kind is used, whatever the prior is: use a and b.",
        lambda a, b, *rest: (1.0, 1.0, *rest),
    ),
    arguments(
        "a prior of strength 1",
        "The prior has been scaled to a single bento: a and b are numbers of bentos.",
        lambda a, b, *rest: (a / (a + b), b / (a + b), *rest),
    ),
    arguments(
        "mean and strength",
        "The prior's mean and strength stand where a and b belong.",
        lambda a, b, *rest: (a / (a + b), a + b, *rest),
    ),
    arguments(
        "one less of each",
        "One has been taken off a and b: that belongs to a density's exponents, not to counts.",
        lambda a, b, *rest: (a - 1, b - 1, *rest),
    ),
    arguments(
        "one more of each",
        "One has been added to a and to b: they are the imagined bentos already.",
        lambda a, b, *rest: (a + 1, b + 1, *rest),
    ),
    arguments("a without b", "b is not used.", lambda a, b, *rest: (a, 0.0, *rest)),
    arguments("b for a", "b stands where a belongs as well.", lambda a, b, *rest: (b, b, *rest)),
    arguments("a for b", "a stands where b belongs as well.", lambda a, b, *rest: (a, a, *rest)),
    arguments(
        "half the prior", "The prior counts half.", lambda a, b, *rest: (a / 2, b / 2, *rest)
    ),
    arguments(
        "twice the prior",
        "The prior has been counted twice.",
        lambda a, b, *rest: (2 * a, 2 * b, *rest),
    ),
]
DATA = [
    arguments("k and n swapped", "k and n have changed places.", lambda a, b, k, n: (a, b, n, k)),
    arguments(
        "hamburgers for tonkatsu",
        "The student's hamburgers, n - k, have been counted as tonkatsu.",
        lambda a, b, k, n: (a, b, n - k, n),
    ),
    arguments(
        "n taken for hamburgers",
        "n counts all bentos, and has been taken for the hamburgers alone.",
        lambda a, b, k, n: (a, b, k, n + k),
    ),
    arguments(
        "data counted twice",
        "The student's bentos have been counted twice.",
        lambda a, b, k, n: (a, b, 2 * k, 2 * n),
    ),
    arguments(
        "one heap",
        "The whole class is on one heap: each student has k and n of their own.",
        lambda a, b, k, n: (a, b, np.sum(k), np.sum(n)),
    ),
    arguments(
        "the class's tonkatsu",
        "All the tonkatsu of the class have been added up; n is still each student's own.",
        lambda a, b, k, n: (a, b, np.sum(k), n),
    ),
    arguments(
        "the class's bentos",
        "All the bentos of the class have been added up; k is still each student's own.",
        lambda a, b, k, n: (a, b, k, np.sum(n)),
    ),
    arguments("n is one more", "n is one too many.", lambda a, b, k, n: (a, b, k, n + 1)),
    arguments("k is one more", "k is one too many.", lambda a, b, k, n: (a, b, k + 1, n)),
    arguments(
        "data swapped with prior",
        "Prior and data have changed places: the arguments come in the order a, b, k, n.",
        lambda a, b, k, n: (k, n, a, b),
    ),
    arguments(
        "fraction for k", "k / n stands where k belongs.", lambda a, b, k, n: (a, b, k / n, n)
    ),
    arguments(
        "one of n without any",
        "A student without bentos has been given one: n was kept from being 0.",
        lambda a, b, k, n: (a, b, k, np.maximum(n, 1)),
    ),
]
GUARDS = [
    result(
        "at most one",
        "Everything above 1 has been cut off.",
        lambda y: np.minimum(y, 1.0),
    ),
    result(
        "kept off 0 and 1",
        "Values near 0 and 1 have been cut off.",
        lambda y: np.clip(y, 0.01, 0.99),
    ),
]
MEANS = [
    formula(
        "raw fraction without bentos guarded",
        "This is the raw fraction: the prior has been left out.",
        lambda a, b, k, n: np.where(n > 0, k / np.maximum(n, 1), value(a, b)),
    )
    for value in (lambda a, b: 0.0, lambda a, b: 0.5, lambda a, b: a / (a + b))
] + [
    formula(
        "weights swapped",
        "The two weights have changed places: with more bentos, the student's own count more.",
        lambda a, b, k, n: _weight(a, b, n) * a / (a + b) + (1 - _weight(a, b, n)) * k / n,
    ),
    formula(
        "sum of both",
        "Raw fraction and prior mean have been added up: a blend of two weighs each of them.",
        lambda a, b, k, n: k / n + a / (a + b),
    ),
    formula(
        "product of both",
        "Raw fraction and prior mean have been multiplied: a blend of two weighs each of them.",
        lambda a, b, k, n: (k / n) * (a / (a + b)),
    ),
    formula(
        "weighted data only",
        "Only the student's part of the blend is there: the group's part is missing.",
        lambda a, b, k, n: _weight(a, b, n) * k / n,
    ),
    formula(
        "weighted group only",
        "Only the group's part of the blend is there: the student's part is missing.",
        lambda a, b, k, n: (1 - _weight(a, b, n)) * a / (a + b) + 0 * k,
    ),
    formula(
        "variance of the posterior",
        "This is a variance of the posterior: asked for is its mean.",
        lambda a, b, k, n: (a + k) * (b + n - k) / ((a + b + n) ** 2 * (a + b + n + 1)),
    ),
    formula(
        "prior mean without data",
        "A student without bentos gets an answer, the others none or another: the prior mean is "
        "right only without data.",
        lambda a, b, k, n: np.where(n == 0, a / (a + b), k / np.where(n == 0, 1, n)),
    ),
    formula(
        "approximate median",
        "This is (nearly) the median of the posterior: asked for is its mean.",
        lambda a, b, k, n: (a + k - 1 / 3) / (a + b + n - 2 / 3),
    ),
]
library.family(
    "posterior_mean",
    members(
        _mean,
        # A mean is at most one by itself.
        [*MEANS, *PRIOR, *DATA, *NUMBERS, GUARDS[1], *OF_CLASSES, *_fractions()],
        [*PRIOR, *DATA],
        [*OFTEN, *PRIOR[:3], *DATA[:3]],
        examples=[(1.5, 4.25, *CLASS), (3.0, 0.75, 2.0, 0.0)],
    ),
)

SHARE_ABOVE = {
    "n": ("", lambda a, b, n: n),
    "a + b": ("The prior stands above the line: that is its own weight.", lambda a, b, n: a + b),
    "a": ("a stands above the line, imagined bentos.", lambda a, b, n: a + 0 * n),
    "b": ("b stands above the line, imagined bentos.", lambda a, b, n: b + 0 * n),
    "1": ("A single bento stands above the line, whatever n is.", lambda a, b, n: 1.0 + 0 * n),
    "n + 1": ("There is one bento too many above the line.", lambda a, b, n: n + 1),
    "n - 1": ("There is one bento too few above the line.", lambda a, b, n: n - 1),
    "a + n": ("Imagined tonkatsu are counted as data above the line.", lambda a, b, n: a + n),
    "sqrt n": ("The root of n stands where n belongs.", lambda a, b, n: np.sqrt(n)),
    "n squared": ("The square of n stands where n belongs.", lambda a, b, n: n**2),
}
SHARE_BELOW = {
    "a + b + n": ("", lambda a, b, n: a + b + n),
    "n": ("The prior is missing below the line.", lambda a, b, n: n),
    "a + b": (
        "Data are compared with the prior: a weight is a share of the two together.",
        lambda a, b, n: a + b,
    ),
    "a + n": ("b is missing below the line: the prior's strength is a + b.", lambda a, b, n: a + n),
    "b + n": ("a is missing below the line: the prior's strength is a + b.", lambda a, b, n: b + n),
    "a b + n": ("The prior's strength is a sum, not a product.", lambda a, b, n: a * b + n),
    "(a + b) n": ("Prior and data are multiplied below the line.", lambda a, b, n: (a + b) * n),
    "a + b + n + 1": ("There is one bento too many below the line.", lambda a, b, n: a + b + n + 1),
    "a + b + n - 1": ("There is one bento too few below the line.", lambda a, b, n: a + b + n - 1),
    "a + b + n - 2": (
        "There are two bentos too few below the line.",
        lambda a, b, n: a + b + n - 2,
    ),
    "mean + n": (
        "The prior's mean stands where its strength belongs.",
        lambda a, b, n: a / (a + b) + n,
    ),
    "a - b": ("The prior's strength is a sum, no difference.", lambda a, b, n: a - b + n),
    "ten + n": (
        "The prior has the notebook's strength, whatever prior is asked about: use a and b.",
        lambda a, b, n: 10.0 + n,
    ),
    "one + n": (
        "The prior counts as one bento, whatever it is: use a and b.",
        lambda a, b, n: 1.0 + n,
    ),
    "two + n": (
        "The prior counts as two bentos, whatever it is: use a and b.",
        lambda a, b, n: 2.0 + n,
    ),
    "sum of n": (
        "The bentos of the whole class stand below the line: each student has n of their own.",
        lambda a, b, n: np.sum(n) + a + b,
    ),
    "sum of n alone": (
        "These are shares of the class's bentos: the prior does not come in.",
        lambda a, b, n: np.sum(n),
    ),
    "largest n": (
        "n is compared with the largest of the class: the prior does not come in.",
        lambda a, b, n: np.max(n),
    ),
    "root": (
        "There is a root below the line, as if this were a correlation.",
        lambda a, b, n: np.sqrt((a + b) * n),
    ),
}


def _shares():
    for (top, (said, above)), (bottom, (also, below)) in itertools.product(
        SHARE_ABOVE.items(), SHARE_BELOW.items()
    ):
        if said or also:
            yield formula(
                f"({top}) / ({bottom})",
                " ".join(part for part in (said, also) if part),
                lambda *args, above=above, below=below: above(*args) / below(*args),
            )


library.family(
    "data_weight",
    members(
        _weight,
        [
            *PRIOR,
            *NUMBERS,
            *GUARDS,
            *OF_CLASSES,
            *_shares(),
            formula(
                "one minus exp",
                "An exponential has been put in place of a share.",
                lambda a, b, n: 1 - np.exp(-n / (a + b)),
            ),
        ],
        PRIOR,
        OFTEN,
        examples=[(1.5, 4.25, CLASS[1]), (3.0, 0.75, 0.0)],
    ),
)

ENDS = {
    "posterior mean": ("", _mean),
    "prior mean": (
        "The prior mean stands in place of the posterior mean.",
        lambda a, b, k, n: a / (a + b),
    ),
    "zero": ("The posterior mean is missing.", lambda a, b, k, n: 0.0),
    "mode": (
        "The posterior's mode stands in place of its mean.",
        lambda a, b, k, n: (a + k - 1) / (a + b + n - 2),
    ),
    "half and half": (
        "The plain average of the two stands in place of the posterior mean.",
        lambda a, b, k, n: (k / n + a / (a + b)) / 2,
    ),
    "data weight": (
        "The data weight stands in place of the posterior mean.",
        lambda a, b, k, n: n / (a + b + n),
    ),
    "swapped": (
        "a and b have changed places in the posterior mean.",
        lambda a, b, k, n: (b + k) / (a + b + n),
    ),
    "notebook's prior": (
        "The posterior mean is that under the notebook's prior: use a and b.",
        lambda a, b, k, n: (6.0 + k) / (10.0 + n),
    ),
}
STARTS = {
    "raw fraction": ("", lambda a, b, k, n: k / n),
    "prior mean": (
        "It is measured from the prior mean, not from the raw fraction.",
        lambda a, b, k, n: a / (a + b),
    ),
    "k": ("It is measured from the count k, not from the raw fraction.", lambda a, b, k, n: k),
    "zero": ("Nothing is taken away from it: a shift is a difference.", lambda a, b, k, n: 0.0 * n),
    "class": (
        "It is measured from the fraction of the whole class, not from the student's own.",
        lambda a, b, k, n: np.sum(k) / np.sum(n),
    ),
    "mean of fractions": (
        "It is measured from the class's average fraction, not from the student's own.",
        lambda a, b, k, n: np.mean(k / n),
    ),
    "half": ("It is measured from a half, not from the raw fraction.", lambda a, b, k, n: 0.5),
    "hamburgers": (
        "It is measured from the share of hamburgers, not of tonkatsu.",
        lambda a, b, k, n: (n - k) / n,
    ),
    "n / k": ("The raw fraction is upside down.", lambda a, b, k, n: n / k),
    "0.6": (
        "It is measured from 0.6, the notebook's prior mean, not from the raw fraction.",
        lambda a, b, k, n: 0.6,
    ),
}


def _differences():
    for (_, (said, end)), (_, (also, start)) in itertools.product(ENDS.items(), STARTS.items()):
        if said or also:
            yield formula(
                f"{said or 'right'} {also}".strip(),
                " ".join(part for part in (said, also) if part),
                lambda *args, end=end, start=start: end(*args) - start(*args),
            )


library.family(
    "shrinkage_shift",
    members(
        _shift,
        [
            *PRIOR,
            *DATA,
            *NUMBERS,
            *OF_CLASSES,
            LOG_TAKEN,
            *_differences(),
            *[
                formula(
                    f"share of {name}",
                    f"The shift has been divided by the {name}: asked for is the plain difference.",
                    lambda *args, of=of: _shift(*args) / of(*args),
                )
                for name, of in (
                    ("raw fraction", lambda a, b, k, n: k / n),
                    ("posterior mean", _mean),
                    ("prior mean", lambda a, b, k, n: a / (a + b)),
                    ("whole way to the group", lambda a, b, k, n: a / (a + b) - k / n),
                )
            ],
            formula(
                "weighted by the data",
                "The disagreement with the group is multiplied by the data weight; it is the "
                "group's weight that pulls.",
                lambda a, b, k, n: _weight(a, b, n) * (a / (a + b) - k / n),
            ),
            formula(
                "ratio",
                "This is a ratio of the two estimates: asked for is their difference.",
                lambda *args: _mean(*args) / (args[2] / args[3]),
            ),
            formula(
                "sum",
                "The two estimates have been added: asked for is their difference.",
                lambda *args: _mean(*args) + args[2] / args[3],
            ),
            formula(
                "in bentos",
                "The difference has been multiplied by n: asked for are rates, not bentos.",
                lambda *args: _shift(*args) * args[3],
            ),
        ],
        [*PRIOR, *DATA],
        OFTEN,
        examples=[(1.5, 4.25, *CLASS), (3.0, 0.75, 2.0, 8.0)],
    ),
)

library.rights |= {
    "posterior_mean": _mean,
    "shrinkage_shift": _shift,
    "data_weight": _weight,
}

# What else learners put into these fractions.
OF_PRIORS = {
    "1": lambda a, b, n: 1.0,
    "2": lambda a, b, n: 2.0,
    "6": lambda a, b, n: 6.0,
    "10": lambda a, b, n: 10.0,
    "a b": lambda a, b, n: a * b,
    "a / (a + b)": lambda a, b, n: a / (a + b),
    "sqrt(n)": lambda a, b, n: np.sqrt(n),
    "n**2": lambda a, b, n: n**2,
    "a n": lambda a, b, n: a * n,
    "the class's n": lambda a, b, n: np.sum(n),
    "the largest n": lambda a, b, n: np.max(n),
    "the mean n": lambda a, b, n: np.mean(n),
}
OF_STUDENTS = {
    "a": lambda a, b, k, n: a,
    "b": lambda a, b, k, n: b,
    "k": lambda a, b, k, n: k,
    "n": lambda a, b, k, n: n,
    "k / n": lambda a, b, k, n: k / n,
    "a k": lambda a, b, k, n: a * k,
    "the class's k": lambda a, b, k, n: np.sum(k),
    "the class's mean k / n": lambda a, b, k, n: np.mean(k / n),
} | {name: lambda a, b, k, n, term=term: term(a, b, n) for name, term in OF_PRIORS.items()}
EXAMPLES = [(1.5, 4.25, *CLASS), (3.0, 0.75, *CLASS)]
OF_WEIGHTS = {
    "a + b": lambda a, b, n: a + b,
    "n": lambda a, b, n: n,
    "a": lambda a, b, n: a,
    "b": lambda a, b, n: b,
    "sqrt(a + b)": lambda a, b, n: np.sqrt(a + b),
    "(a + b)**2": lambda a, b, n: (a + b) ** 2,
    **OF_PRIORS,
}
GROUPS = {
    "a / (a + b)": ("", lambda a, b, k, n: a / (a + b)),
    "b / (a + b)": (
        "The prior's share of hamburgers stands where its mean belongs.",
        lambda a, b, k, n: b / (a + b),
    ),
    "1/2": ("It pulls towards a half, not towards the prior mean.", lambda a, b, k, n: 0.5),
    "3/5": ("It pulls towards the notebook's prior mean.", lambda a, b, k, n: 0.6),
    "the heap's fraction": (
        "It pulls towards the class's own fraction, not towards the prior mean.",
        lambda a, b, k, n: np.sum(k) / np.sum(n),
    ),
}


def _blends(moved):
    """Weighted means of the raw fraction and a group's; ``moved`` is what is added to them."""
    return Fraction(
        lambda a, b, k, n: _mean(a, b, k, n) - moved(k, n),
        {name: lambda a, b, k, n, term=term: term(a, b, n) for name, term in OF_WEIGHTS.items()},
        {"n": 1},
        {"a + b": 1, "n": 1},
        examples=EXAMPLES,
        arounds=[
            blend(
                "k / n",
                lambda a, b, k, n: k / n - moved(k, n),
                name,
                lambda a, b, k, n, group=group: group(a, b, k, n) - moved(k, n),
                teaches,
            )
            for name, (teaches, group) in GROUPS.items()
        ],
    )


library.searches["posterior_mean"] = AnyOf(
    Fraction(_mean, OF_STUDENTS, {"a": 1, "k": 1}, {"a": 1, "b": 1, "n": 1}, examples=EXAMPLES),
    _blends(lambda k, n: 0.0),
)
library.searches["data_weight"] = Fraction(
    _weight,
    OF_WEIGHTS,
    {"n": 1},
    {"a + b": 1, "n": 1},
    examples=[(1.5, 4.25, CLASS[1]), (3.0, 0.75, CLASS[1])],
)


def _from(start, name, teaches):
    return Around(f"{{}} - {name}", teaches, lambda y, a, b, k, n: y + start(a, b, k, n))


SHIFTS = Fraction(
    _shift,
    OF_STUDENTS,
    {"a": 1, "k": 1},
    {"a": 1, "b": 1, "n": 1},
    examples=EXAMPLES,
    arounds=[
        _from(lambda a, b, k, n: k / n, "k / n", ""),
        Around("k / n - {}", "The sign is wrong.", lambda y, a, b, k, n: k / n - y),
        _from(
            lambda a, b, k, n: a / (a + b),
            "a / (a + b)",
            "It is measured from the prior mean, not from the raw fraction.",
        ),
        Around("{}", "The raw fraction is not taken away.", lambda y, *_: y),
        Around(
            "({} - k / n) / (k / n)",
            "The shift has been divided by the raw fraction.",
            lambda y, a, b, k, n: (y + 1) * k / n,
        ),
        Around(
            "n ({} - k / n)",
            "The shift has been multiplied by n.",
            lambda y, a, b, k, n: y / n + k / n,
        ),
        Around("100 ({} - k / n)", "These are per cent.", lambda y, a, b, k, n: y / 100 + k / n),
        Around(
            "({} - k / n)**2",
            "The shift has been squared: that takes its sign away.",
            lambda y, a, b, k, n: np.sign(a / (a + b) - k / n) * np.sqrt(y) + k / n,
        ),
        Around(
            "|{} - k / n|",
            "The shift has lost its sign.",
            lambda y, a, b, k, n: np.where(
                y < 0, np.nan, np.sign(a / (a + b) - k / n) * np.abs(y) + k / n
            ),
        ),
    ],
)
library.searches["shrinkage_shift"] = AnyOf(SHIFTS, _blends(lambda k, n: k / n))
