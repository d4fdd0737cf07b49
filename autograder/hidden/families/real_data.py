"""Systematic mistakes of ps5-real-data."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import expit, gammaln, xlog1py, xlogy
from scipy.stats import norm

from autograder.hidden.families.two_classrooms import (
    BLENDS,
    DIALS,
    IN_BLENDS,
    OVER,
    POPULATIONS_TO_TELL_APART,
    UNDER,
    blends,
)
from autograder.misconceptions.draws import Draws, Group
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
    result,
)
from autograder.misconceptions.formulas import OF_LOGS as AROUND_LOGS
from autograder.misconceptions.formulas import AnyOf, Around, Fraction, Parts, Rules, Total
from autograder.misconceptions.library import Library

library = Library()

CLASS = np.array([2.0, 0.0, 7.0, 31.0]), np.array([5.0, 3.0, 8.0, 90.0])


def _partial(k, n, mu, lam):
    return (mu * lam + k) / (lam + n)


def _heap(k, n):
    return np.full(np.shape(k), np.sum(k) / np.sum(n))


ALONE = {
    "right": ("", lambda k, n, mu, lam: k / n),
    "heap": (
        "No pooling holds the fraction of the heap: each student is judged by their own bentos.",
        lambda k, n, mu, lam: _heap(k, n),
    ),
    "upside down": ("No pooling is upside down.", lambda k, n, mu, lam: n / k),
    "hamburgers": ("No pooling is the share of hamburgers.", lambda k, n, mu, lam: (n - k) / n),
    "counts": ("No pooling holds counts, not fractions.", lambda k, n, mu, lam: k + 0.0),
    "of the class": (
        "No pooling divides by all bentos of the class, not by the student's own.",
        lambda k, n, mu, lam: k / np.sum(n),
    ),
    "Laplace": (
        "One bento of either kind has been added in no pooling.",
        lambda k, n, mu, lam: (k + 1) / (n + 2),
    ),
    "odds": ("No pooling holds odds.", lambda k, n, mu, lam: k / (n - k)),
    "partial": ("No pooling holds the partially pooled rates.", _partial),
    "mu": ("No pooling holds mu for everybody.", lambda k, n, mu, lam: mu + 0.0 * k),
    "rounded": ("No pooling has been rounded.", lambda k, n, mu, lam: np.round(k / n, 3)),
    "mean": (
        "No pooling holds the average of the fractions, the same for everybody.",
        lambda k, n, mu, lam: np.full(np.shape(k), np.mean(k / n)),
    ),
}
TOGETHER = {
    "right": ("", lambda k, n, mu, lam: _heap(k, n)),
    "mean of fractions": (
        "Complete pooling is the average of the students' fractions, so that one bento counts as "
        "much as a hundred: throw all bentos on one heap first, and then divide.",
        lambda k, n, mu, lam: np.full(np.shape(k), np.mean(k / n)),
    ),
    "median of fractions": (
        "Complete pooling is the median of the students' fractions: throw all bentos on one heap.",
        lambda k, n, mu, lam: np.full(np.shape(k), np.median(k / n)),
    ),
    "mu": (
        "Complete pooling is the population's mean mu: asked for is the fraction of the heap.",
        lambda k, n, mu, lam: np.full(np.shape(k), mu + 0.0),
    ),
    "one number": (
        "Complete pooling is a single number: give each student a copy of it.",
        lambda k, n, mu, lam: np.sum(k) / np.sum(n),
    ),
    "an array of one": (
        "Complete pooling is an array with a single entry: give each student a copy of it.",
        lambda k, n, mu, lam: np.array([np.sum(k) / np.sum(n)]),
    ),
    "one number, mean of fractions": (
        "Complete pooling is a single number, and the average of fractions: throw all bentos on "
        "one heap, and give each student a copy.",
        lambda k, n, mu, lam: np.mean(k / n),
    ),
    "one number, mu": (
        "Complete pooling is a single number, and mu: asked for are copies of the heap's fraction.",
        lambda k, n, mu, lam: mu + 0.0,
    ),
    "with the prior": (
        "The imaginary bentos lie on the heap of complete pooling: it holds real ones only.",
        lambda k, n, mu, lam: np.full(np.shape(k), (np.sum(k) + mu * lam) / (np.sum(n) + lam)),
    ),
    "hamburgers": (
        "Complete pooling is the share of hamburgers.",
        lambda k, n, mu, lam: 1 - _heap(k, n),
    ),
    "upside down": ("Complete pooling is upside down.", lambda k, n, mu, lam: 1 / _heap(k, n)),
    "sum": (
        "Complete pooling is the number of all tonkatsu, not their share.",
        lambda k, n, mu, lam: np.full(np.shape(k), np.sum(k) + 0.0),
    ),
    "by students": (
        "Complete pooling divides by the number of students: bentos lie on the heap.",
        lambda k, n, mu, lam: np.full(np.shape(k), np.sum(k) / np.size(k)),
    ),
    "own over all": (
        "Complete pooling divides each student's tonkatsu by all bentos: add the tonkatsu, too.",
        lambda k, n, mu, lam: k / np.sum(n),
    ),
    "all over own": (
        "Complete pooling divides all tonkatsu by each student's bentos: add the bentos, too.",
        lambda k, n, mu, lam: np.sum(k) / n,
    ),
    "sum of fractions": (
        "Complete pooling is the sum of the students' fractions.",
        lambda k, n, mu, lam: np.full(np.shape(k), np.sum(k / n)),
    ),
    "mean of partial": (
        "Complete pooling is the average of the partially pooled rates.",
        lambda k, n, mu, lam: np.full(np.shape(k), np.mean(_partial(k, n, mu, lam))),
    ),
    "alone": (
        "Complete pooling holds each student's own fraction.",
        lambda k, n, mu, lam: k / n,
    ),
    "left out": (
        "Complete pooling leaves each student out of their own heap.",
        lambda k, n, mu, lam: (np.sum(k) - k) / (np.sum(n) - n),
    ),
    "half": (
        "Complete pooling is a half for everybody.",
        lambda k, n, mu, lam: np.full(np.shape(k), 0.5),
    ),
    "story": (
        "Complete pooling is the number of the batters, whatever class is asked about.",
        lambda k, n, mu, lam: np.full(np.shape(k), 215 / 810),
    ),
}


def _partials():
    right = _partial
    for slip in [*BLENDS, *DIALS, *NUMBERS]:
        yield slip.name, slip.teaches, slip.change(right)
    for (x, (said, above)), (y, (also, below)) in itertools.product(OVER.items(), UNDER.items()):
        if bool(said) != bool(also):
            yield (
                f"({x}) / ({y})",
                said or also,
                lambda *args, above=above, below=below: above(*args) / below(*args),
            )
    yield (
        "mean of all",
        "It is the average of the other two.",
        lambda k, n, mu, lam: (k / n + _heap(k, n)) / 2,
    )
    yield (
        "pulled to the heap",
        "It pulls towards the heap's fraction: the population's mean is mu.",
        lambda k, n, mu, lam: (_heap(k, n) * lam + k) / (lam + n),
    )
    yield (
        "weights swapped, heap",
        "It pulls towards the heap's fraction, and the two weights have changed places.",
        lambda k, n, mu, lam: (lam * k / n + n * _heap(k, n)) / (lam + n),
    )


NAMES = ("no_pooling", "complete_pooling", "partial_pooling")


def _dictionary(alone, together, partial):
    def wrong(k, n, mu, lam):
        k, n = np.asarray(k, float), np.asarray(n, float)
        parts = (f(k, n, mu, lam) for f in (alone, together, partial))
        return dict(zip(NAMES, parts, strict=True))

    return wrong


RIGHT = _dictionary(ALONE["right"][1], TOGETHER["right"][1], _partial)


def _predictions():
    for (x, (said, alone)), (y, (also, together)) in itertools.product(
        ALONE.items(), TOGETHER.items()
    ):
        if said or also:
            faults = " ".join(part for part in (said, also) if part)
            yield formula(
                f"alone {x}, together {y}", faults, _dictionary(alone, together, _partial)
            )
    for name, teaches, partial in _partials():
        for y, (also, together) in TOGETHER.items():
            if y in ("right", "mean of fractions", "mu", "one number"):
                faults = f"In partial pooling: {teaches} {also}".strip()
                yield formula(
                    f"partial {name}, together {y}",
                    faults,
                    _dictionary(ALONE["right"][1], together, partial),
                )


def _renamed(order):
    return lambda y: dict(zip(NAMES, (y[name] for name in order), strict=True))


library.family(
    "predict_three_ways",
    members(
        RIGHT,
        [
            *[
                result(
                    f"names in the order {order}",
                    "The right predictions stand under each other's names.",
                    _renamed(order),
                )
                for order in itertools.permutations(NAMES)
                if order != NAMES
            ],
            result(
                "lists",
                "The entries are Python lists: arrays are asked for.",
                lambda y: {name: np.asarray(part).tolist() for name, part in y.items()},
            ),
            result(
                "a tuple",
                "The three come without their names: asked for is a dictionary.",
                lambda y: tuple(y.values()),
            ),
            *[
                result(
                    slip.name,
                    slip.teaches,
                    lambda y, slip=slip: {
                        name: slip.change(lambda part=part: part)() for name, part in y.items()
                    },
                    exact=slip.exact,
                )
                for slip in NUMBERS
            ],
            FORGOTTEN_RETURN,
            *_predictions(),
        ],
        examples=[(*CLASS, 0.41, 33.0), (*CLASS, 0.625, 0.45)],
    ),
)


def _ways(k, n):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


def _chance(rates, k, n):
    return xlogy(k, rates) + xlog1py(n - k, -rates)


def _plain(rates, k, n):
    return k * np.log(rates) + (n - k) * np.log(1 - rates)


ORDERS = {
    "right": ("", lambda k, n: _ways(k, n)),
    "left out": (
        "The binomial coefficient is missing: k_later successes can come in many orders.",
        lambda k, n: 0.0 * n,
    ),
    "subtracted": (
        "The binomial coefficient is divided by, not multiplied.",
        lambda k, n: -_ways(k, n),
    ),
    "shifted": (
        "The factorials are one step too low: log m! is gammaln(m + 1).",
        lambda k, n: gammaln(n + 0.0) - gammaln(k + 0.0) - gammaln(n - k + 0.0),
    ),
    "one factorial": (
        "One factorial of the coefficient is missing.",
        lambda k, n: gammaln(n + 1.0) - gammaln(k + 1.0),
    ),
    "other factorial": (
        "The factorial of the successes is missing in the coefficient.",
        lambda k, n: gammaln(n + 1.0) - gammaln(n - k + 1.0),
    ),
    "a sign": (
        "One factorial of the coefficient has the wrong sign.",
        lambda k, n: gammaln(n + 1.0) - gammaln(k + 1.0) + gammaln(n - k + 1.0),
    ),
    "not log": (
        "The coefficient itself has been added, not its logarithm.",
        lambda k, n: np.exp(_ways(k, n)),
    ),
    "twice": ("The binomial coefficient is counted twice.", lambda k, n: 2 * _ways(k, n)),
}
CHANCES = {
    "right": ("", _chance),
    "plain": (
        "0 times the logarithm of 0 has been computed, and that is NaN: what did not happen should "
        "add 0, even if it was called impossible. xlogy and xlog1py know that.",
        _plain,
    ),
    "successes": (
        "The failures are missing: both successes and failures were predicted.",
        lambda rates, k, n: xlogy(k, rates),
    ),
    "failures": (
        "The successes are missing: both successes and failures were predicted.",
        lambda rates, k, n: xlog1py(n - k, -rates),
    ),
    "all fail": (
        "All n_later are counted as failures, the successes too.",
        lambda rates, k, n: xlogy(k, rates) + xlog1py(n, -rates),
    ),
    "all succeed": (
        "All n_later are counted as successes.",
        lambda rates, k, n: xlogy(n, rates) + xlog1py(n - k, -rates),
    ),
    "k for both": (
        "k_later counts the successes, and stands for the failures as well.",
        lambda rates, k, n: xlogy(k, rates) + xlog1py(k, -rates),
    ),
    "exchanged": (
        "Successes and failures have changed places.",
        lambda rates, k, n: _chance(1 - rates, k, n),
    ),
    "plus": (
        "log1p(rate) stands where log1p(-rate) belongs.",
        lambda rates, k, n: xlogy(k, rates) + xlog1py(n - k, rates),
    ),
    "minus": (
        "The two terms are subtracted: both successes and failures multiply the probability.",
        lambda rates, k, n: xlogy(k, rates) - xlog1py(n - k, -rates),
    ),
    "logits": (
        "The rates have been taken for logits, the logs of odds.",
        lambda rates, k, n: _chance(expit(rates), k, n),
    ),
    "rate times": (
        "Counts have been multiplied by rates, not by their logarithms.",
        lambda rates, k, n: k * rates + (n - k) * (1 - rates),
    ),
    "cross entropy": (
        "Fractions stand where counts belong: how many there were is lost.",
        lambda rates, k, n: _chance(rates, k / n, 1.0 + 0 * n),
    ),
    "zero for NaN": (
        "NaN has been made 0, and with it what was contradicted: only what did not happen adds 0.",
        lambda rates, k, n: np.nan_to_num(_plain(rates, k, n), nan=0.0, neginf=0.0),
    ),
    "finite for infinite": (
        "Minus infinity has been replaced by a large number: it is the score.",
        lambda rates, k, n: np.nan_to_num(np.float32(_plain(rates, k, n))),
    ),
    "skipped": (
        "Rates of 0 and 1 have been left out of the score, also where they are contradicted.",
        lambda rates, k, n: np.where((rates > 0) & (rates < 1), _plain(rates, k, n), 0.0),
    ),
}


def _moved(rates, k, n, small):
    """What plain logarithms make of rates with a small number added, in float32."""
    rates = np.float32(rates)
    return k * np.log(rates + small) + (n - k) * np.log(np.float32(1) - rates + small)


CHANCES |= {
    f"clipped {edge}": (
        "The rates have been kept away from 0 and 1, so that somebody who was certain and wrong "
        "gets off lightly: the logarithm of 0 is minus infinity, and that is the score.",
        lambda rates, k, n, edge=edge: _chance(np.clip(rates, edge, 1 - edge), k, n),
    )
    for edge in (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.05)
}
CHANCES |= {
    f"added {small}": (
        "A small number has been added to the rates, so that somebody who was certain and wrong "
        "gets off lightly: the logarithm of 0 is minus infinity, and that is the score.",
        lambda rates, k, n, small=small: _moved(rates, k, n, np.float32(small)),
    )
    for small in (1e-30, 1e-20, 1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
}
SUMS = {
    "right": ("", np.sum),
    "mean": (
        "This is the average over students. The log probability of it all is the sum.",
        np.mean,
    ),
    "one by one": ("These are the students one by one: add them up.", lambda x: x),
    "product": ("The logarithms have been multiplied: they are added.", np.prod),
    "largest": ("This is the best score of a student, not the sum.", np.max),
    "smallest": ("This is the worst score of a student, not the sum.", np.min),
    "finite only": (
        "What is not finite has been left out: minus infinity is a score as well.",
        lambda x: np.sum(x[np.isfinite(x)]),
    ),
    "nansum": ("NaN has been left out.", np.nansum),
    "log of the mean": (
        "Probabilities have been averaged before the logarithm was taken.",
        lambda x: np.log(np.mean(np.exp(x))),
    ),
    "log of the sum": (
        "Probabilities have been added before the logarithm was taken.",
        lambda x: np.log(np.sum(np.exp(x))),
    ),
    "log of the product": (
        "The product of many probabilities is too small for the computer, which makes it 0: add "
        "logarithms instead.",
        lambda x: np.log(np.prod(np.float32(np.exp(x)))),
    ),
    "exp": (
        "This is the probability itself; asked for is its logarithm.",
        lambda x: np.exp(np.sum(x)),
    ),
    "mean of probabilities": (
        "The students' probabilities have been averaged; their logarithms are added.",
        lambda x: np.mean(np.exp(x)),
    ),
    "sum of probabilities": (
        "The students' probabilities have been added; their logarithms are.",
        lambda x: np.sum(np.exp(x)),
    ),
    "without the last": ("The last student is missing.", lambda x: np.sum(x[:-1])),
    "only the first": ("Only the first student is counted.", lambda x: x[0]),
    "only the last": ("Only the last student is counted.", lambda x: x[-1]),
}


def _scores():
    for (o, (said, ways)), (c, (also, chance)), (s, (too, total)) in itertools.product(
        ORDERS.items(), CHANCES.items(), SUMS.items()
    ):
        faults = [part for part in (said, also, too) if part]
        often = c in ("right", "plain", "exchanged") or s == "mean"
        if len(faults) == 1 or (len(faults) == 2 and often):
            yield formula(
                f"orders {o}, chances {c}, sum {s}",
                " ".join(faults),
                lambda rates, k, n, ways=ways, chance=chance, total=total: total(
                    ways(k, n) + chance(np.asarray(rates, float), np.asarray(k), np.asarray(n))
                ),
            )


def _log_score(rates, k, n):
    return np.sum(_ways(k, n) + _chance(rates, k, n))


library.family(
    "log_score",
    members(
        _log_score,
        [
            # The last is within the tolerance of a float32 sum.
            *[slip for slip in OF_LOGS if slip is not ROUNDED[-1]],
            *OF_CLASSES[-2:],
            *_scores(),
            arguments(
                "k and n swapped",
                "k_later and n_later have changed places.",
                lambda rates, k, n: (rates, n, k),
            ),
            *[
                formula(name, teaches, wrong)
                for name, teaches, wrong in (
                    (
                        "squared errors",
                        "These are squared errors; asked for is a log probability.",
                        lambda r, k, n: np.sum((k / n - r) ** 2),
                    ),
                    (
                        "minus squared errors",
                        "These are squared errors; asked for is a log probability.",
                        lambda r, k, n: -np.sum((k / n - r) ** 2),
                    ),
                    (
                        "mean squared error",
                        "These are squared errors; asked for is a log probability.",
                        lambda r, k, n: np.mean((k / n - r) ** 2),
                    ),
                    (
                        "absolute errors",
                        "These are errors; asked for is a log probability.",
                        lambda r, k, n: np.sum(np.abs(k / n - r)),
                    ),
                    (
                        "counts' errors",
                        "These are squared errors of counts; asked for is a log probability.",
                        lambda r, k, n: np.sum((k - n * r) ** 2),
                    ),
                    (
                        "normal",
                        "A bell curve has been put in place of the Binomial.",
                        lambda r, k, n: np.sum(norm.logpdf(k, n * r, np.sqrt(n * r * (1 - r)))),
                    ),
                    (
                        "Poisson",
                        "A Poisson distribution has been put in place of the Binomial.",
                        lambda r, k, n: np.sum(xlogy(k, n * r) - n * r - gammaln(k + 1.0)),
                    ),
                    (
                        "at most",
                        "This is the probability of at most k_later, not of k_later.",
                        lambda r, k, n: np.sum(_log_cdf(r, k, n)),
                    ),
                    (
                        "heap",
                        "The class has been thrown on one heap.",
                        lambda r, k, n: _log_score(np.mean(r), np.sum(k), np.sum(n)),
                    ),
                )
            ],
        ],
        [
            arguments(
                "exchanged",
                "Successes and failures have changed places.",
                lambda rates, k, n: (1 - rates, k, n),
            )
        ],
        OFTEN_OF_LOGS,
        examples=[
            (np.array([0.3, 0.6, 0.9]), np.array([3, 7, 2]), np.array([9, 11, 4])),
            (np.array([0.0, 0.25]), np.array([1, 2]), np.array([7, 5])),
            (np.array([0.0, 0.5, 1.0]), np.array([0, 2, 5]), np.array([7, 5, 5])),
            (np.array([0.5, 0.125]), np.array([0, 0]), np.array([0, 19])),
        ],
    ),
)


def _log_cdf(rates, k, n):
    from scipy.stats import binom

    return binom.logcdf(k, n, rates)


def _counts(of_rates, shape_of_rates=None, chance=lambda rates: rates, size=lambda n: n):
    def wrong(key, n, mu, lam, num_replicates):
        random = np.random.default_rng([9, key.seed])
        n = np.asarray(n, float)
        rates = random.beta(*of_rates(mu, lam), (num_replicates, *n.shape))
        return random.binomial(size(n).astype(int), chance(rates)).astype(float)

    return wrong


def _after(change):
    def wrong(*args):
        return change(_counts(lambda mu, lam: (mu * lam, (1 - mu) * lam))(*args), *args)

    return wrong


RATES_OF_REPLICATES = {
    name: (teaches, of_rates)
    for name, teaches, of_rates in (
        ("right", "", lambda mu, lam: (mu * lam, (1 - mu) * lam)),
        (
            "untranslated",
            "mu and lam went into the Beta as they are; it wants the two pseudo-counts.",
            lambda mu, lam: (mu, lam),
        ),
        (
            "swapped",
            "The two pseudo-counts have changed places.",
            lambda mu, lam: ((1 - mu) * lam, mu * lam),
        ),
        (
            "all of lam",
            "The second pseudo-count is all of lam; it is what mu leaves over.",
            lambda mu, lam: (mu * lam, lam),
        ),
        (
            "share",
            "The second pseudo-count is the share 1 - mu, not a number of bentos.",
            lambda mu, lam: (mu * lam, 1 - mu),
        ),
        (
            "lam - mu",
            "What is left of lam is lam less a, not lam less mu.",
            lambda mu, lam: (mu * lam, lam - mu),
        ),
        (
            "twice a",
            "The first pseudo-count stands for the second as well.",
            lambda mu, lam: (mu * lam, mu * lam),
        ),
        (
            "shares",
            "The Beta has been given two shares: lam has not been used.",
            lambda mu, lam: (mu, 1 - mu),
        ),
        (
            "divided",
            "A share of lam is multiplied, not divided.",
            lambda mu, lam: (mu / lam, (1 - mu) / lam),
        ),
        (
            "uniform",
            "Rates are uniform: mu and lam have not been used.",
            lambda mu, lam: (1.0, 1.0),
        ),
        (
            "six and four",
            "Rates come from Beta(6, 4), whatever mu and lam are.",
            lambda mu, lam: (6.0, 4.0),
        ),
        (
            "plus one",
            "One has been added to each pseudo-count.",
            lambda mu, lam: (mu * lam + 1, (1 - mu) * lam + 1),
        ),
        (
            "twice lam",
            "lam has been counted twice.",
            lambda mu, lam: (2 * mu * lam, 2 * (1 - mu) * lam),
        ),
        ("half lam", "lam counts half.", lambda mu, lam: (mu * lam / 2, (1 - mu) * lam / 2)),
        (
            "the batters",
            "Rates come from the batters' population, whatever mu and lam are.",
            lambda mu, lam: (0.27 * 340, 0.73 * 340),
        ),
    )
}
REPLICATED = [
    (f"population {name}", teaches, _counts(of_rates))
    for name, (teaches, of_rates) in RATES_OF_REPLICATES.items()
    if teaches
]
REPLICATED += [
    (
        "logits",
        "The rates have been taken for logits, the logs of odds.",
        _counts(lambda mu, lam: (mu * lam, (1 - mu) * lam), chance=expit),
    ),
    (
        "hamburgers",
        "Hamburgers are being counted.",
        _counts(lambda mu, lam: (mu * lam, (1 - mu) * lam), chance=lambda rates: 1 - rates),
    ),
    (
        "mean n",
        "Everybody brings the class's average: n belongs to its student.",
        _counts(
            lambda mu, lam: (mu * lam, (1 - mu) * lam),
            size=lambda n: np.full(n.shape, np.floor(np.mean(n))),
        ),
    ),
    (
        "largest n",
        "Everybody brings as many as the one with most: n belongs to its student.",
        _counts(
            lambda mu, lam: (mu * lam, (1 - mu) * lam), size=lambda n: np.full(n.shape, np.max(n))
        ),
    ),
    (
        "first n",
        "Everybody brings as many as the first: n belongs to its student.",
        _counts(lambda mu, lam: (mu * lam, (1 - mu) * lam), size=lambda n: np.full(n.shape, n[0])),
    ),
    (
        "turned round",
        "The students come in the opposite order: n belongs to its student.",
        _counts(lambda mu, lam: (mu * lam, (1 - mu) * lam), size=lambda n: n[::-1]),
    ),
    (
        "all n",
        "Everybody brings all the class's bentos: n belongs to its student.",
        _counts(
            lambda mu, lam: (mu * lam, (1 - mu) * lam), size=lambda n: np.full(n.shape, np.sum(n))
        ),
    ),
    (
        "transposed",
        "Rows and columns have changed places: a row is a new class.",
        _after(lambda counts, *args: counts.T),
    ),
    (
        "fractions",
        "These are fractions; asked for are counts.",
        _after(lambda counts, key, n, *args: counts / np.asarray(n)),
    ),
    (
        "sorted",
        "The counts have been sorted: who is who is lost.",
        _after(lambda counts, *args: np.sort(counts, axis=0)),
    ),
    (
        "sorted classes",
        "The counts of each class have been sorted: who is who is lost.",
        _after(lambda counts, *args: np.sort(counts, axis=1)),
    ),
    (
        "sums",
        "The counts of each class have been added up: asked for are all of them.",
        _after(lambda counts, *args: np.sum(counts, axis=1)),
    ),
    (
        "means over classes",
        "The classes have been averaged: asked for is each of them.",
        _after(lambda counts, *args: np.mean(counts, axis=0)),
    ),
    (
        "one class",
        "This is a single class: asked for are num_replicates of them.",
        _after(lambda counts, *args: counts[0]),
    ),
    (
        "flat",
        "All the counts stand in one row: a row is a class.",
        _after(lambda counts, *args: counts.ravel()),
    ),
    (
        "expected",
        "These are expected counts, n times a rate: luck with bentos is missing.",
        lambda key, n, mu, lam, number: (
            np.random.default_rng([9, key.seed]).beta(mu * lam, (1 - mu) * lam, (number, len(n)))
            * np.asarray(n, float)
        ),
    ),
    (
        "rounded expected",
        "These are expected counts, rounded: luck with bentos is missing.",
        lambda key, n, mu, lam, number: np.round(
            np.random.default_rng([9, key.seed]).beta(mu * lam, (1 - mu) * lam, (number, len(n)))
            * np.asarray(n, float)
        ),
    ),
    (
        "rates",
        "These are rates; asked for are counts.",
        lambda key, n, mu, lam, number: np.random.default_rng([9, key.seed]).beta(
            mu * lam, (1 - mu) * lam, (number, len(n))
        ),
    ),
    (
        "mean rate",
        "Everybody has the population's mean rate: students differ.",
        lambda key, n, mu, lam, number: (
            np.random.default_rng([9, key.seed])
            .binomial(np.asarray(n, int), mu, (number, len(n)))
            .astype(float)
        ),
    ),
    (
        "single bentos",
        "These are single bentos, 0 or 1: n has not been used.",
        lambda key, n, mu, lam, number: (
            np.random.default_rng([9, key.seed])
            .binomial(
                1,
                np.random.default_rng([10, key.seed]).beta(
                    mu * lam, (1 - mu) * lam, (number, len(n))
                ),
            )
            .astype(float)
        ),
    ),
]
library.family(
    "replicate_class",
    [(Slip(name, teaches, lambda f: f), wrong) for name, teaches, wrong in REPLICATED],
    random=True,
)


def _tail(observed, replicated):
    return np.mean(replicated >= observed)


library.family(
    "tail_probability",
    members(
        _tail,
        [
            *[
                formula(name, teaches, wrong)
                for name, teaches, wrong in (
                    (
                        "number",
                        "This is a number of classes; asked for is a share of them.",
                        lambda o, r: np.sum(r >= o),
                    ),
                    (
                        "strict",
                        "Values that equal the observed one are left out.",
                        lambda o, r: np.mean(r > o),
                    ),
                    (
                        "below",
                        "This is the share of smaller values, what the tail leaves over.",
                        lambda o, r: np.mean(r < o),
                    ),
                    (
                        "at most",
                        "This is the other side: asked for is the share of values at least "
                        "as large.",
                        lambda o, r: np.mean(r <= o),
                    ),
                    ("equal", "Only equal values are counted.", lambda o, r: np.mean(r == o)),
                    (
                        "different",
                        "All values but equal ones are counted.",
                        lambda o, r: np.mean(r != o),
                    ),
                    (
                        "mid",
                        "Equal values count half here; they count like larger ones.",
                        lambda o, r: np.mean(r > o) + np.mean(r == o) / 2,
                    ),
                    (
                        "two sided",
                        "Both tails are counted: asked for is the upper one alone.",
                        lambda o, r: 2 * min(np.mean(r >= o), np.mean(r <= o)),
                    ),
                    (
                        "two sided, cut",
                        "Both tails are counted: asked for is the upper one alone.",
                        lambda o, r: min(1.0, 2 * min(np.mean(r >= o), np.mean(r <= o))),
                    ),
                    (
                        "two sided, complement",
                        "Both tails are counted: asked for is the upper one alone.",
                        lambda o, r: 2 * min(np.mean(r >= o), 1 - np.mean(r >= o)),
                    ),
                    (
                        "smaller tail",
                        "The smaller of the two tails is taken: asked for is the upper "
                        "one, whichever is smaller.",
                        lambda o, r: min(np.mean(r >= o), np.mean(r <= o)),
                    ),
                    (
                        "smaller of share and rest",
                        "The smaller of the share and the rest is taken: "
                        "asked for is the upper tail, whichever is smaller.",
                        lambda o, r: min(np.mean(r >= o), 1 - np.mean(r >= o)),
                    ),
                    (
                        "doubled",
                        "The share has been doubled: asked for is the upper tail alone.",
                        lambda o, r: 2 * np.mean(r >= o),
                    ),
                    (
                        "with the observed one",
                        "The observed class has been counted among the "
                        "replicates, above the line and below.",
                        lambda o, r: (1 + np.sum(r >= o)) / (1 + len(r)),
                    ),
                    (
                        "strict, with the observed one",
                        "The observed class has been counted among "
                        "the replicates, and equal values are left out.",
                        lambda o, r: (1 + np.sum(r > o)) / (1 + len(r)),
                    ),
                    (
                        "one below the line",
                        "There is one class too many below the line.",
                        lambda o, r: np.sum(r >= o) / (len(r) + 1),
                    ),
                    (
                        "one too few",
                        "There is one class too few below the line.",
                        lambda o, r: np.sum(r >= o) / (len(r) - 1),
                    ),
                    (
                        "per cent",
                        "These are per cent; asked for is a share between 0 and 1.",
                        lambda o, r: 100 * np.mean(r >= o),
                    ),
                    (
                        "deviations",
                        "Distances from the mean are compared, on both sides: asked for "
                        "are values at least as large.",
                        lambda o, r: np.mean(np.abs(r - np.mean(r)) >= np.abs(o - np.mean(r))),
                    ),
                    (
                        "absolute",
                        "Absolute values are compared with a distance from the mean.",
                        lambda o, r: np.mean(np.abs(r - np.mean(r)) >= o),
                    ),
                    (
                        "bell",
                        "A bell curve has been put in place of the replicated values: count them.",
                        lambda o, r: norm.sf((o - np.mean(r)) / np.std(r)),
                    ),
                    (
                        "bell with n - 1",
                        "A bell curve has been put in place of the replicated values: count them.",
                        lambda o, r: norm.sf((o - np.mean(r)) / np.std(r, ddof=1)),
                    ),
                    (
                        "z",
                        "This is a distance in standard deviations; asked for is a share.",
                        lambda o, r: (o - np.mean(r)) / np.std(r),
                    ),
                    (
                        "z with n - 1",
                        "This is a distance in standard deviations; asked for is a share.",
                        lambda o, r: (o - np.mean(r)) / np.std(r, ddof=1),
                    ),
                    (
                        "mean",
                        "This is the average of the replicated values.",
                        lambda o, r: np.mean(r),
                    ),
                    (
                        "mean of the tail",
                        "This is the average of the values in the tail; asked for is their share.",
                        lambda o, r: np.mean(r[r >= o]) if np.any(r >= o) else np.nan,
                    ),
                    (
                        "sum of the tail",
                        "The values in the tail have been added up; asked for is their share.",
                        lambda o, r: np.sum(r[r >= o]),
                    ),
                    (
                        "mean with zeros",
                        "The values in the tail have been averaged; asked for is their share.",
                        lambda o, r: np.mean(np.where(r >= o, r, 0)),
                    ),
                    (
                        "odds",
                        "These are odds: as large ones over smaller ones, not over all.",
                        lambda o, r: np.sum(r >= o) / np.sum(r < o),
                    ),
                    (
                        "one by one",
                        "This says of each class whether it is as large: asked for is "
                        "the share of those.",
                        lambda o, r: (r >= o) * 1.0,
                    ),
                    (
                        "any",
                        "This says whether any class is as large: asked for is their share.",
                        lambda o, r: float(np.any(r >= o)),
                    ),
                    (
                        "all",
                        "This says whether all classes are as large: asked for is their share.",
                        lambda o, r: float(np.all(r >= o)),
                    ),
                    (
                        "mean compared",
                        "The replicates' mean is compared: count the replicates.",
                        lambda o, r: float(np.mean(r) >= o),
                    ),
                    (
                        "rank",
                        "This is a rank; asked for is a share.",
                        lambda o, r: np.searchsorted(np.sort(r), o),
                    ),
                    (
                        "at most, number",
                        "This is a number of classes on the other side.",
                        lambda o, r: np.sum(r <= o),
                    ),
                    (
                        "strict number",
                        "This is a number of classes, and equal ones are left out.",
                        lambda o, r: np.sum(r > o),
                    ),
                )
            ],
            *ROUNDED[:3],
            FORGOTTEN_RETURN,
        ],
        examples=[
            (3.0, np.array([1.0, 2.0, 3.0, 3.0, 4.0, 7.5, 0.5])),
            (4.0, np.array([1.0, 2.0, 3.0, 3.0, 4.0, 7.5, 0.5])),
            (9.0, np.array([1.0, 2.0, 3.5])),
            (0.5, np.array([1.0, 2.0, 3.5])),
        ],
    ),
)

library.searches["predict_three_ways"] = Parts(
    {
        "no_pooling": AnyOf(
            Rules(ALONE),
            Fraction(
                lambda k, n, mu, lam: k / n,
                IN_BLENDS,
                {"k": 1},
                {"n": 1},
                examples=POPULATIONS_TO_TELL_APART,
            ),
        ),
        "complete_pooling": Rules(TOGETHER),
        "partial_pooling": AnyOf(
            Rules(
                {"right": ("", _partial)}
                | {name: (teaches, of) for name, teaches, of in _partials()}
            ),
            blends(),
        ),
    }
)


def _of_class(term):
    return lambda rates, k, n: np.sum(term(rates, np.asarray(k), np.asarray(n)))


IN_SCORES = {
    "log (n choose k)": lambda r, k, n: _ways(k, n),
    "k log p": lambda r, k, n: xlogy(k, r),
    "(n - k) log (1 - p)": lambda r, k, n: xlog1py(n - k, -r),
    "k log (1 - p)": lambda r, k, n: xlog1py(k, -r),
    "(n - k) log p": lambda r, k, n: xlogy(n - k, r),
    "n log p": lambda r, k, n: xlogy(n, r),
    "n log (1 - p)": lambda r, k, n: xlog1py(n, -r),
    "log p": lambda r, k, n: np.log(r),
    "log (1 - p)": lambda r, k, n: np.log1p(-r),
    "log n!": lambda r, k, n: gammaln(n + 1.0),
    "log k!": lambda r, k, n: gammaln(k + 1.0),
    "log (n - k)!": lambda r, k, n: gammaln(n - k + 1.0),
    "log (n + 1)": lambda r, k, n: np.log(n + 1.0),
    "n choose k": lambda r, k, n: np.exp(_ways(k, n)),
    "k": lambda r, k, n: k,
    "n": lambda r, k, n: n,
}
library.searches["log_score"] = Total(
    _log_score,
    {name: _of_class(term) for name, term in IN_SCORES.items()},
    {"log (n choose k)": 1, "k log p": 1, "(n - k) log (1 - p)": 1},
    examples=[
        (np.array([0.3, 0.6, 0.9]), np.array([3, 7, 2]), np.array([9, 11, 4])),
        (np.array([0.7, 0.2]), np.array([4, 1]), np.array([9, 11])),
        (np.array([0.45]), np.array([4]), np.array([12])),
    ],
    arounds=[
        *AROUND_LOGS,
        Around(
            "({}) / the number of students",
            "It is averaged over students.",
            lambda y, r, k, n: y * np.size(k),
        ),
        Around(
            "({}) / all n_later",
            "It is divided by the number of all that came later.",
            lambda y, r, k, n: y * np.sum(n),
        ),
    ],
)


def _groups(answered):
    """Each student of many new classes."""
    _, n, mu, lam, number = answered.question.args
    counts = np.asarray(answered.answer, np.float64)
    if counts.shape != (number, len(n)) or not np.all(np.isfinite(counts)):
        raise ValueError
    if number >= 1000:
        for i, column in enumerate(counts.T):
            yield Group((mu, lam), np.asarray(n, np.float64), np.array([i]), column)


library.searches["replicate_class"] = Draws(
    {
        name: (teaches, lambda mu, lam, n, of=of: of(mu, lam))
        for name, (teaches, of) in RATES_OF_REPLICATES.items()
    }
    | {
        "n for lam": (
            "The student's n stands where lam belongs.",
            lambda mu, lam, n: (mu * n, (1 - mu) * n),
        ),
        "lam times n": (
            "lam has been multiplied by n.",
            lambda mu, lam, n: (mu * lam * n, (1 - mu) * lam * n),
        ),
    },
    {
        "right": ("", lambda theta, mu, lam: theta),
        "logits": (
            "The rates have been taken for logits, the logs of odds.",
            lambda theta, mu, lam: expit(theta),
        ),
        "hamburgers": ("Hamburgers are being counted.", lambda theta, mu, lam: 1 - theta),
        "mean rate": (
            "Everybody has the population's mean rate: students differ.",
            lambda theta, mu, lam: mu + 0 * theta,
        ),
    },
    {
        "right": ("", lambda n: n),
        "largest": (
            "Everybody brings as many as the one with most: n belongs to its student.",
            lambda n: np.full(n.shape, np.max(n)),
        ),
        "first": (
            "Everybody brings as many as the first: n belongs to its student.",
            lambda n: np.full(n.shape, n[0]),
        ),
        "all": (
            "Everybody brings all the class's bentos: n belongs to its student.",
            lambda n: np.full(n.shape, np.sum(n)),
        ),
        "turned round": (
            "The students come in the opposite order: n belongs to its student.",
            lambda n: n[::-1],
        ),
        "one more": ("There is one bento too many.", lambda n: n + 1),
        "one less": ("There is one bento too few.", lambda n: n - 1),
    },
    _groups,
)

library.parameters |= {
    "replicate_class": ("key", "n", "mu", "lam", "num_replicates"),
}
