"""Systematic mistakes of ps2-student-model."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import betaln, expit, gammaln, xlog1py, xlogy

from autograder.misconceptions.draws import Draws, Group
from autograder.misconceptions.families import (
    FORGOTTEN_RETURN,
    OF_LOGS,
    OFTEN_OF_LOGS,
    Slip,
    arguments,
    formula,
    members,
)
from autograder.misconceptions.formulas import Total
from autograder.misconceptions.library import Library

library = Library()


def _ways(k, n):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


def _log_beta(theta, a, b):
    return xlogy(a - 1, theta) + xlog1py(b - 1, -theta) - betaln(a, b)


# The rate's distribution, by its two parameters.
POPULATIONS = {
    "right": ("", lambda a, b, n: (a, b)),
    "swapped": ("a and b have changed places in the Beta.", lambda a, b, n: (b, a)),
    "the notebook's": (
        "The rate comes from Beta(6, 4), whatever population is asked about: use a and b.",
        lambda a, b, n: (6.0, 4.0),
    ),
    "the other school": (
        "The rate comes from Beta(2, 8), whatever population is asked about: use a and b.",
        lambda a, b, n: (2.0, 8.0),
    ),
    "uniform": (
        "All rates are equally probable here: a and b have not been used.",
        lambda a, b, n: (1.0, 1.0),
    ),
    "mean and strength": (
        "The Beta has been given a mean and a strength; its arguments are the two pseudo-counts.",
        lambda a, b, n: (a / (a + b), a + b),
    ),
    "a and strength": (
        "The Beta has been given a + b where b belongs.",
        lambda a, b, n: (a, a + b),
    ),
    "shares": (
        "a and b have been divided by their sum: the Beta takes numbers of bentos.",
        lambda a, b, n: (a / (a + b), b / (a + b)),
    ),
    "plus one": ("One has been added to a and to b.", lambda a, b, n: (a + 1, b + 1)),
    "minus one": ("One has been taken off a and b.", lambda a, b, n: (a - 1, b - 1)),
    "a twice": ("a stands where b belongs.", lambda a, b, n: (a, a)),
    "b twice": ("b stands where a belongs.", lambda a, b, n: (b, b)),
    "doubled": ("a and b have been doubled.", lambda a, b, n: (2 * a, 2 * b)),
    "halved": ("a and b have been halved.", lambda a, b, n: (a / 2, b / 2)),
    "n for b": ("n stands where b belongs.", lambda a, b, n: (a, n)),
    "mean times n": (
        "The student's n stands where the population's strength a + b belongs.",
        lambda a, b, n: (a / (a + b) * n, b / (a + b) * n),
    ),
    "times n": ("a and b have been multiplied by n.", lambda a, b, n: (a * n, b * n)),
    "whole": (
        "a and b have been made whole numbers: a population may have 2.5.",
        lambda a, b, n: (np.floor(a), np.floor(b)),
    ),
}
# The probability of one tonkatsu.
CHANCES = {
    "right": ("", lambda theta, a, b: theta),
    "logits": (
        "The second positional argument of GenJAX's binomial is a logit, the log of the odds, and "
        "a probability has been handed over there: name the argument that you mean.",
        lambda theta, a, b: expit(theta),
    ),
    "hamburgers": (
        "The hamburgers are being counted, not the tonkatsu.",
        lambda theta, a, b: 1 - theta,
    ),
    "mean rate": (
        "The counts come from the population's mean rate: the student's own has not been used.",
        lambda theta, a, b: a / (a + b) + 0 * theta,
    ),
    "a half": (
        "Tonkatsu and hamburger are equally probable here, whatever the rate.",
        lambda theta, a, b: 0.5 + 0 * theta,
    ),
    "log": (
        "The logarithm of the rate has been handed over as a logit: it lacks the other half of "
        "the odds, so name the argument probs.",
        lambda theta, a, b: expit(np.log(theta)),
    ),
    "odds": (
        "The odds have been handed over as a logit, which is their logarithm.",
        lambda theta, a, b: expit(theta / (1 - theta)),
    ),
    "sigmoid of 1 - rate": (
        "The rate of hamburgers has been handed over as a logit.",
        lambda theta, a, b: expit(1 - theta),
    ),
    "squared": ("The rate has been squared.", lambda theta, a, b: theta**2),
    "notebook's mean": (
        "The counts come from a rate of 0.6, whatever the student's own.",
        lambda theta, a, b: 0.6 + 0 * theta,
    ),
}
SIZES = {
    "right": ("", lambda n: n),
    "ten": ("Everybody brings ten bentos: use n.", lambda n: 10.0 + 0 * n),
    "hundred": ("Everybody brings a hundred bentos: use n.", lambda n: 100.0 + 0 * n),
    "one": ("Everybody brings a single bento: use n.", lambda n: 1.0 + 0 * n),
    "one more": ("There is one bento too many.", lambda n: n + 1),
    "one less": ("There is one bento too few.", lambda n: n - 1),
}
RETURNS = {
    "right": ("", lambda theta, k, n: k),
    "rate": ("The model returns the rate; asked for is the count.", lambda theta, k, n: theta),
    "fraction": (
        "The model returns the fraction k / n; asked for is the count.",
        lambda theta, k, n: k / n,
    ),
    "hamburgers": (
        "The model returns the hamburgers; asked for is the count of tonkatsu.",
        lambda theta, k, n: n - k,
    ),
    "expected": (
        "The model returns the expected count, n times the rate.",
        lambda theta, k, n: n * theta,
    ),
    "n": ("The model returns n; asked for is the count k.", lambda theta, k, n: n + 0 * k),
    "bentos": (
        "The model returns whether there was any tonkatsu, not how many.",
        lambda theta, k, n: (k > 0) * 1.0,
    ),
}


def _drawn(random, a, b, n, population, chance, size, draws):
    theta = random.beta(*population(a, b, n), draws)
    rates = np.clip(chance(theta, a, b), 0, 1)
    return theta, random.binomial(np.asarray(size(np.asarray(n, float)), int), rates).astype(float)


class _Model:
    """Answers as a GenJAX model does."""

    def __init__(self, population, chance, size, returned):
        self._parts = population, chance, size
        self._returned = returned

    def simulate(self, a, b, n, *, seed, draws, addresses):
        """Draws of the choices and of the value that is returned."""
        random = np.random.default_rng([1, seed])
        theta, k = _drawn(random, a, b, n, *self._parts, draws)
        return {"retval": self._returned(theta, k, n), "theta": theta, "k": k}

    def assess(self, a, b, n, *, choices):
        """The log density of choices."""
        population, chance, size = self._parts
        theta, k = np.asarray(choices["theta"], float), np.asarray(choices["k"], float)
        n = size(np.asarray(n, float))
        rates = chance(theta, a, b)
        count = _ways(k, n) + xlogy(k, rates) + xlog1py(n - k, -rates)
        return _log_beta(theta, *population(a, b, n)) + count


def _choices():
    """Models with one mistake, or with one and a wrong chance of tonkatsu."""
    for picked in itertools.product(*(x.items() for x in (POPULATIONS, CHANCES, SIZES, RETURNS))):
        faults = [teaches for _, (teaches, _) in picked if teaches]
        wrong_chance = picked[1][0] != "right"
        if len(faults) == 1 or (len(faults) == 2 and wrong_chance and picked[2][0] == "right"):
            name = ", ".join(name for name, _ in picked)
            yield Slip(name, " ".join(faults), lambda f: f), [part for _, (_, part) in picked]


library.family(
    "student_tonkatsu", [(slip, _Model(*parts)) for slip, parts in _choices()], random=True
)

# Of the whole class, and of one student made up many times.
OTHER_COUNTS = {
    "fractions": (
        "These are fractions; asked for are counts of bentos.",
        lambda theta, k, n: k / np.where(n == 0, np.nan, n),
    ),
    "rates": ("These are rates; asked for are counts.", lambda theta, k, n: theta),
    "expected": (
        "These are expected counts, n times a rate: the luck with bentos is missing.",
        lambda theta, k, n: n * theta,
    ),
    "rounded": (
        "These are expected counts, rounded: the luck with bentos is missing.",
        lambda theta, k, n: np.round(n * theta),
    ),
    "cut off": (
        "These are expected counts, cut off: the luck with bentos is missing.",
        lambda theta, k, n: np.floor(n * theta),
    ),
    "hamburgers": (
        "The hamburgers are being counted, not the tonkatsu.",
        lambda theta, k, n: n - k,
    ),
    "mean": ("This is an average: asked for is each count.", lambda theta, k, n: np.mean(k)),
    "sum": (
        "The counts have been added up: asked for is each of them.",
        lambda theta, k, n: np.sum(k),
    ),
    "sorted": ("The counts have been sorted: who is who is lost.", lambda theta, k, n: np.sort(k)),
    "pairs": (
        "Rates are returned along with the counts: asked for are counts alone.",
        lambda theta, k, n: (theta, k),
    ),
    "pairs turned round": (
        "Rates are returned along with the counts: asked for are counts alone.",
        lambda theta, k, n: (k, theta),
    ),
    "a column": (
        "The counts stand in a column: asked for is one axis.",
        lambda theta, k, n: k[:, None],
    ),
    "a list": ("This is a Python list: return an array.", lambda theta, k, n: k.tolist()),
    "from one": ("All counts are one too large.", lambda theta, k, n: k + 1),
    "right": ("", lambda theta, k, n: k),
}
OF_CLASSES_SIZES = {
    "right": ("", lambda n: n),
    "first": (
        "Everybody brings as many as the first: n belongs to its student.",
        lambda n: np.full(n.shape, n[0]),
    ),
    "largest": (
        "Everybody brings as many as the one with most: n belongs to its student.",
        lambda n: np.full(n.shape, np.max(n)),
    ),
    "last": (
        "Everybody brings as many as the last: n belongs to its student.",
        lambda n: np.full(n.shape, n[-1]),
    ),
    "mean": (
        "Everybody brings the class's average: n belongs to its student.",
        lambda n: np.full(n.shape, np.floor(np.mean(n))),
    ),
    "all": (
        "Everybody brings all the class's bentos: n belongs to its student.",
        lambda n: np.full(n.shape, np.sum(n)),
    ),
    "turned round": (
        "The students come in the opposite order: n belongs to its student.",
        lambda n: n[::-1],
    ),
    "number": (
        "Everybody brings as many bentos as there are students.",
        lambda n: np.full(n.shape, float(n.size)),
    ),
    "hundred": ("Everybody brings a hundred bentos: use n.", lambda n: np.full(n.shape, 100.0)),
    "ten": ("Everybody brings ten bentos: use n.", lambda n: np.full(n.shape, 10.0)),
}


def _class_of(population, chance, size, returned):
    def wrong(key, a, b, n):
        random = np.random.default_rng([2, key.seed])
        n = np.asarray(n, float)
        return returned(*_drawn(random, a, b, n, population, chance, size, n.shape), size(n))

    return wrong


def _samples_of(population, chance, size, returned):
    def wrong(key, a, b, n, num_samples):
        random = np.random.default_rng([3, key.seed])
        drawn = _drawn(random, a, b, n, population, chance, size, (int(num_samples),))
        return returned(*drawn, size(float(n)))

    return wrong


def _classes(make, sizes):
    for picked in itertools.product(
        *(x.items() for x in (POPULATIONS, CHANCES, sizes, OTHER_COUNTS))
    ):
        faults = [teaches for _, (teaches, _) in picked if teaches]
        if len(faults) == 1:
            name = ", ".join(name for name, _ in picked)
            yield Slip(name, faults[0], lambda f: f), make(*(part for _, (_, part) in picked))


library.family("simulate_population", _classes(_class_of, OF_CLASSES_SIZES), random=True)
library.family("prior_predictive", _classes(_samples_of, SIZES), random=True)
library.family(
    "prior_predictive",
    [
        (
            Slip("every n of its own", "n grows from sample to sample.", lambda f: f),
            lambda key, a, b, n, number: (
                np.random.default_rng([4, key.seed])
                .binomial(
                    np.arange(number), np.random.default_rng([5, key.seed]).beta(a, b, number)
                )
                .astype(float)
            ),
        ),
        (
            Slip(
                "single bentos",
                "These are single bentos, 0 or 1: n of them make one count.",
                lambda f: f,
            ),
            lambda key, a, b, n, number: (
                np.random.default_rng([4, key.seed])
                .binomial(1, np.random.default_rng([5, key.seed]).beta(a, b, number))
                .astype(float)
            ),
        ),
    ],
    random=True,
)

# The joint density: n choose k, the rate under the Beta, the count under the Binomial.
COEFFICIENTS = {
    "right": ("", _ways),
    "left out": (
        "The binomial coefficient is missing: the bentos could have come in many orders.",
        lambda k, n: 0.0 * n,
    ),
    "shifted": (
        "The factorials in the coefficient are one step too low.",
        lambda k, n: gammaln(n + 0.0) - gammaln(k + 0.0) - gammaln(n - k + 0.0),
    ),
    "subtracted": (
        "The binomial coefficient is divided by, not multiplied.",
        lambda k, n: -_ways(k, n),
    ),
    "not log": (
        "The coefficient itself has been added, not its logarithm.",
        lambda k, n: np.exp(_ways(k, n)),
    ),
}
OF_RATES = {
    "right": ("", _log_beta),
    "left out": (
        "The prior has been left out: this is the log probability of the count given the rate, not "
        "of the two together.",
        lambda theta, a, b: 0.0 * theta,
    ),
    "without B(a, b)": (
        "The Beta density lacks its constant: without dividing by B(a, b) its area is not 1.",
        lambda theta, a, b: xlogy(a - 1, theta) + xlog1py(b - 1, -theta),
    ),
    "B(a, b) the other way": (
        "The Beta density is divided by B(a, b), not multiplied.",
        lambda theta, a, b: xlogy(a - 1, theta) + xlog1py(b - 1, -theta) + betaln(a, b),
    ),
    "exponents": (
        "The Beta density's exponents are a - 1 and b - 1, not a and b.",
        lambda theta, a, b: xlogy(a, theta) + xlog1py(b, -theta) - betaln(a, b),
    ),
    "bare exponents": (
        "The Beta density's exponents are a - 1 and b - 1, and its constant is missing.",
        lambda theta, a, b: xlogy(a, theta) + xlog1py(b, -theta),
    ),
    "swapped": ("a and b have changed places.", lambda theta, a, b: _log_beta(theta, b, a)),
    "density": (
        "The density of the rate has been added, not its logarithm.",
        lambda theta, a, b: np.exp(_log_beta(theta, a, b)),
    ),
    "notebook": (
        "The rate's density is that under Beta(6, 4), whatever a and b are.",
        lambda theta, a, b: _log_beta(theta, 6.0, 4.0),
    ),
    "subtracted": (
        "The density of the rate is divided by, not multiplied.",
        lambda theta, a, b: -_log_beta(theta, a, b),
    ),
    "twice": ("The prior has been counted twice.", lambda theta, a, b: 2 * _log_beta(theta, a, b)),
    "complement": (
        "The density is that of 1 - theta.",
        lambda theta, a, b: _log_beta(1 - theta, a, b),
    ),
}
OF_COUNTS = {
    "right": ("", lambda theta, k, n, a, b: xlogy(k, theta) + xlog1py(n - k, -theta)),
    "left out": (
        "The data have been left out: this is the log density of the rate alone.",
        lambda theta, k, n, a, b: 0.0 * theta,
    ),
    "logit": (
        "The rate has been taken for a logit, the log of the odds: name the argument.",
        lambda theta, k, n, a, b: xlogy(k, expit(theta)) + xlog1py(n - k, -expit(theta)),
    ),
    "exchanged": (
        "Tonkatsu and hamburgers have changed places.",
        lambda theta, k, n, a, b: xlogy(n - k, theta) + xlog1py(k, -theta),
    ),
    "successes": (
        "The hamburgers are missing: both kinds were counted.",
        lambda theta, k, n, a, b: xlogy(k, theta),
    ),
    "failures": (
        "The tonkatsu are missing: both kinds were counted.",
        lambda theta, k, n, a, b: xlog1py(n - k, -theta),
    ),
    "all fail": (
        "n counts all bentos, and has been taken for the hamburgers.",
        lambda theta, k, n, a, b: xlogy(k, theta) + xlog1py(n, -theta),
    ),
    "mean rate": (
        "The count is judged at the population's mean rate, not at theta.",
        lambda theta, k, n, a, b: xlogy(k, a / (a + b)) + xlogy(n - k, b / (a + b)),
    ),
    "subtracted": (
        "The probability of the count is divided by, not multiplied.",
        lambda theta, k, n, a, b: -xlogy(k, theta) - xlog1py(n - k, -theta),
    ),
    "rates": (
        "Counts have been multiplied by rates, not by their logarithms.",
        lambda theta, k, n, a, b: k * theta + (n - k) * (1 - theta),
    ),
}


def _log_joint(theta, k, a, b, n):
    return _ways(k, n) + _log_beta(theta, a, b) + xlogy(k, theta) + xlog1py(n - k, -theta)


def _joints():
    for (c, (said, ways)), (r, (also, rate)), (x, (too, count)) in itertools.product(
        COEFFICIENTS.items(), OF_RATES.items(), OF_COUNTS.items()
    ):
        if c == "left out" and x == "left out":
            continue  # the count is left out altogether: below
        faults = [part for part in (said, also, too) if part]
        if 1 <= len(faults) <= 2:
            yield formula(
                f"coefficient {c}, rate {r}, count {x}",
                " ".join(faults),
                lambda theta, k, a, b, n, ways=ways, rate=rate, count=count: (
                    ways(k, n) + rate(theta, a, b) + count(theta, k, n, a, b)
                ),
            )


WHOLE_JOINTS = [
    formula(name, teaches, wrong)
    for name, teaches, wrong in (
        (
            "the rate alone",
            "The data have been left out: this is the log density of the rate alone.",
            lambda theta, k, a, b, n: _log_beta(theta, a, b),
        ),
        (
            "posterior",
            "This is the posterior density of the rate, already divided by the "
            "probability of the data; the joint density is not divided.",
            lambda theta, k, a, b, n: _log_beta(theta, a + k, b + n - k),
        ),
        (
            "posterior with n",
            "This is a posterior density of the rate, and n has been taken for the hamburgers.",
            lambda theta, k, a, b, n: _log_beta(theta, a + k, b + n),
        ),
        (
            "marginal",
            "The rate has been averaged out: the answer no longer depends on theta.",
            lambda theta, k, a, b, n: _ways(k, n) + betaln(a + k, b + n - k) - betaln(a, b),
        ),
        (
            "product",
            "The two logarithms have been multiplied; those of a product are added.",
            lambda theta, k, a, b, n: (
                _log_beta(theta, a, b) * (_ways(k, n) + xlogy(k, theta) + xlog1py(n - k, -theta))
            ),
        ),
        (
            "sum of densities",
            "The two densities have been added; they multiply, and their logs add.",
            lambda theta, k, a, b, n: np.log(
                np.exp(_log_beta(theta, a, b))
                + np.exp(_ways(k, n) + xlogy(k, theta) + xlog1py(n - k, -theta))
            ),
        ),
        (
            "posterior without its constant",
            "The constants are missing: only theta's powers are there.",
            lambda theta, k, a, b, n: xlogy(a + k - 1, theta) + xlog1py(b + n - k - 1, -theta),
        ),
        (
            "heap's powers",
            "Powers are one too high, and the constants are missing.",
            lambda theta, k, a, b, n: xlogy(a + k, theta) + xlog1py(b + n - k, -theta),
        ),
        (
            "count",
            "This is what the model returns, the count, and not its log density.",
            lambda theta, k, a, b, n: k + 0.0,
        ),
    )
]
OF_STUDENTS = [
    arguments(
        "a and b swapped",
        "a and b have changed places.",
        lambda theta, k, a, b, n: (theta, k, b, a, n),
    ),
    arguments(
        "k and n swapped",
        "k and n have changed places.",
        lambda theta, k, a, b, n: (theta, n, a, b, k),
    ),
    arguments(
        "theta and 1 - theta",
        "theta is the rate of tonkatsu, not of hamburgers.",
        lambda theta, k, a, b, n: (1 - theta, k, a, b, n),
    ),
    arguments(
        "hamburgers",
        "Hamburgers have been counted in place of tonkatsu.",
        lambda theta, k, a, b, n: (theta, n - k, a, b, n),
    ),
    arguments(
        "the notebook's population",
        "This is the density under Beta(6, 4), whatever a and b are.",
        lambda theta, k, a, b, n: (theta, k, 6.0, 4.0, n),
    ),
    arguments(
        "ten bentos",
        "n is 10 here, whatever n is asked about.",
        lambda theta, k, a, b, n: (theta, k, a, b, 10.0),
    ),
    arguments(
        "the mean rate",
        "The rate is the population's mean, whatever theta is.",
        lambda theta, k, a, b, n: (a / (a + b), k, a, b, n),
    ),
    arguments(
        "the raw fraction",
        "The rate is k / n, whatever theta is.",
        lambda theta, k, a, b, n: (k / n, k, a, b, n),
    ),
    arguments(
        "uniform",
        "The rate's density is that of a uniform population.",
        lambda theta, k, a, b, n: (theta, k, 1.0, 1.0, n),
    ),
    arguments(
        "sigmoid",
        "theta has been put through a sigmoid: it is a rate already.",
        lambda theta, k, a, b, n: (expit(theta), k, a, b, n),
    ),
    arguments(
        "mean and strength",
        "Mean and strength stand where a and b belong.",
        lambda theta, k, a, b, n: (theta, k, a / (a + b), a + b, n),
    ),
]
library.family(
    "log_joint",
    members(
        _log_joint,
        [*WHOLE_JOINTS, *OF_STUDENTS, *OF_LOGS, FORGOTTEN_RETURN, *_joints()],
        [*OF_STUDENTS, *WHOLE_JOINTS],
        OFTEN_OF_LOGS,
        examples=[
            (0.3, 3.0, 2.5, 7.25, 13.0),
            (0.95, 12.0, 0.6, 0.35, 13.0),
            (0.4, 0.0, 3.5, 1.25, 0.0),
        ],
    ),
)

library.rights |= {
    "log_joint": _log_joint,
}


def _times_log(times, rate):
    return lambda *args: xlogy(times(*args), rate(*args))


def _in_joints():
    """Counts times logarithms of rates, and constants."""
    times = {
        "": lambda theta, k, a, b, n: 1.0,
        "(a - 1) ": lambda theta, k, a, b, n: a - 1,
        "(b - 1) ": lambda theta, k, a, b, n: b - 1,
        "a ": lambda theta, k, a, b, n: a,
        "b ": lambda theta, k, a, b, n: b,
        "k ": lambda theta, k, a, b, n: k,
        "n ": lambda theta, k, a, b, n: n,
        "(n - k) ": lambda theta, k, a, b, n: n - k,
    }
    rates = {
        "log theta": lambda theta, k, a, b, n: theta,
        "log (1 - theta)": lambda theta, k, a, b, n: 1 - theta,
    }
    for (factor, of), (name, rate) in itertools.product(times.items(), rates.items()):
        yield factor + name, _times_log(of, rate)
    yield "k log (a / (a + b))", _times_log(times["k "], lambda t, k, a, b, n: a / (a + b))
    yield (
        "(n - k) log (b / (a + b))",
        _times_log(times["(n - k) "], lambda t, k, a, b, n: b / (a + b)),
    )
    raw = lambda t, k, a, b, n: k / n, lambda t, k, a, b, n: 1 - k / n
    yield "(a - 1) log (k / n)", _times_log(times["(a - 1) "], raw[0])
    yield "(b - 1) log (1 - k / n)", _times_log(times["(b - 1) "], raw[1])
    yield "log B(a, b)", lambda theta, k, a, b, n: betaln(a, b)
    yield "log B(a + k, b + n - k)", lambda theta, k, a, b, n: betaln(a + k, b + n - k)
    yield "log (n choose k)", lambda theta, k, a, b, n: _ways(k, n)
    yield "n choose k", lambda theta, k, a, b, n: np.exp(_ways(k, n))
    yield "log n!", lambda theta, k, a, b, n: gammaln(n + 1.0)
    yield "log k!", lambda theta, k, a, b, n: gammaln(k + 1.0)
    yield "log (n - k)!", lambda theta, k, a, b, n: gammaln(n - k + 1.0)
    yield "log gamma(a + b)", lambda theta, k, a, b, n: gammaln(a + b)
    yield "1", lambda theta, k, a, b, n: 1.0


library.searches["log_joint"] = Total(
    _log_joint,
    dict(_in_joints()),
    {
        "(a - 1) log theta": 1,
        "(b - 1) log (1 - theta)": 1,
        "log B(a, b)": -1,
        "log (n choose k)": 1,
        "k log theta": 1,
        "(n - k) log (1 - theta)": 1,
    },
    examples=[
        (0.3, 3.0, 2.5, 7.25, 13.0),
        (0.95, 12.0, 0.6, 0.35, 13.0),
        (0.4, 2.0, 3.5, 1.25, 9.0),
    ],
)

_MANY = 1000


def _groups(answered):
    """Students with the same n, in a class or made up many times."""
    _, a, b, n = answered.question.args[:4]
    counts = np.asarray(answered.answer, np.float64)
    n = np.broadcast_to(np.asarray(n, np.float64), counts.shape)
    for size in np.unique(n):
        here = np.flatnonzero(n == size)
        if len(here) >= _MANY and size >= 1 and np.all(np.isfinite(counts[here])):
            yield Group((a, b), n, here, counts[here])


library.searches["simulate_population"] = Draws(POPULATIONS, CHANCES, OF_CLASSES_SIZES, _groups)
library.searches["prior_predictive"] = Draws(POPULATIONS, CHANCES, SIZES, _groups)

library.parameters |= {
    "simulate_population": ("key", "a", "b", "n"),
    "prior_predictive": ("key", "a", "b", "n", "num_samples"),
}
