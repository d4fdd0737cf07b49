"""The checks of problem set 5; keep this file and checking.py beside the notebook."""

from checking import (
    agree,
    as_numbers,
    ask,
    brief,
    check,
    complain,
    exercise,
    right,
    show,
)

# isort: split
# The versions have been looked at: now JAX may be imported.
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from scipy.stats import betabinom


@exercise
def predict_three_ways() -> None:
    """Check of exercise 1."""
    __tracebackhide__ = True
    _check_predictions(
        "the story's class",
        (jnp.array([70, 28, 6, 3, 2, 0]), jnp.array([100, 40, 10, 5, 2, 1]), 0.8, 10.0),
        {
            "no_pooling": [0.7000, 0.7000, 0.6000, 0.6000, 1.0000, 0.0000],
            "complete_pooling": [0.6899, 0.6899, 0.6899, 0.6899, 0.6899, 0.6899],
            "partial_pooling": [0.7091, 0.7200, 0.7000, 0.7333, 0.8333, 0.7273],
        },
        slips=[
            (
                "no_pooling",
                [0.6899, 0.6899, 0.6899, 0.6899, 0.6899, 0.6899],
                "That is the heap. Without pooling, each student is judged by their own bentos "
                "alone.",
            ),
            (
                "complete_pooling",
                [0.7000, 0.7000, 0.6000, 0.6000, 1.0000, 0.0000],
                "These are the students' own fractions. On the heap, everybody is the same.",
            ),
            (
                "complete_pooling",
                [0.6000, 0.6000, 0.6000, 0.6000, 0.6000, 0.6000],
                "That is the average of the fractions, in which Farid's one bento counts as much "
                "as Alyssa's hundred. Add up the bentos first, and divide then.",
            ),
            (
                "complete_pooling",
                [0.8000, 0.8000, 0.8000, 0.8000, 0.8000, 0.8000],
                "That is mu, the population's mean. Complete pooling knows no population: it looks "
                "at this class's heap.",
            ),
            (
                "partial_pooling",
                [0.6545, 0.6000, 0.4000, 0.3333, 0.3333, 0.1818],
                "a and b have changed places: of lam imaginary bentos, a share mu is tonkatsu.",
            ),
            (
                "partial_pooling",
                [0.6390, 0.5669, 0.3269, 0.2405, 0.2187, 0.0678],
                "mu and lam were used as a and b. Of lam imaginary bentos, mu * lam are tonkatsu.",
            ),
            (
                "partial_pooling",
                [0.7500, 0.7500, 0.7000, 0.7000, 0.9000, 0.4000],
                "That is half-way between student and group, for everybody. The more bentos a "
                "student has, the less the group has to say.",
            ),
            (
                "partial_pooling",
                [0.7800, 0.9000, 1.4000, 2.2000, 5.0000, 8.0000],
                "lam imaginary bentos lie on the heap too: they are missing below the line.",
            ),
            (
                "partial_pooling",
                [0.7130, 0.7292, 0.7222, 0.7692, 0.9000, 0.7778],
                "That is the posterior's peak, its mode. Asked for is its mean.",
            ),
            (
                "partial_pooling",
                [0.6991, 0.6980, 0.6449, 0.6599, 0.7416, 0.6272],
                "That pulls towards the heap's fraction. The population's mean is the argument mu.",
            ),
        ],
    )
    _check_predictions(
        "a class of two",
        (jnp.array([0, 3]), jnp.array([1, 4]), 0.5, 0.5),
        {
            "no_pooling": [0.0, 0.75],
            "complete_pooling": [0.6, 0.6],
            "partial_pooling": [0.1667, 0.7222],
        },
    )
    agree("predict_three_ways agrees.")


@exercise
def log_score() -> None:
    """Check of exercise 2."""
    __tracebackhide__ = True
    check(
        "log_score",
        (jnp.array([0.5]), jnp.array([1]), jnp.array([2])),
        -0.6931,
        "one of two",
        "One tonkatsu of two at a rate of 1/2: the probability is 2 * 1/2 * 1/2 = 1/2.",
        slips=[
            (-1.3863, "The binomial coefficient is missing: one of two can come first or second."),
            (0.5, "That is the probability. Asked for is its logarithm."),
            (0.6931, "That has the wrong sign: the logarithm of a probability is negative."),
            (-0.3010, "That is the logarithm to the base ten; asked for is the natural one."),
            (
                0.0,
                "0 would be certainty. Is the failure left out, whose log probability is "
                "log(1 - p)?",
            ),
            (
                [-0.6931],
                "That is right for this student, but it is an array. The score is one number: "
                "add up over the students.",
            ),
            (0.4055, "xlog1py(x, y) is x log(1 + y), so for log(1 - p) y is -p."),
            (-0.7550, "The rate was taken for a logit, the log of the odds. It is a probability."),
        ],
    )
    check(
        "log_score",
        (jnp.array([0.5, 0.25]), jnp.array([1, 2]), jnp.array([2, 3])),
        -2.6548,
        "two students",
        "Two students: log(1/2) for the first, log(3 * 0.25**2 * 0.75) for the second, added.",
        slips=[
            (
                [-0.6931, -1.9617],
                "Those are the students' log probabilities, and they are right. Now add them up.",
            ),
            (-1.3274, "That is the average. Log probabilities of independent students are added."),
            (
                -1.1385,
                "The probabilities were averaged before the logarithm was taken: add logarithms.",
            ),
            (
                -1.5562,
                "Successes and failures have changed places for the second student: the rate "
                "goes with k_later.",
            ),
            (-4.4466, "The binomial coefficients are missing."),
        ],
    )
    check(
        "log_score",
        (jnp.array([0.0, 0.5]), jnp.array([1, 1]), jnp.array([3, 2])),
        float("-inf"),
        "never, and it happened",
        "The first prediction said never, and it happened. It had called the outcome impossible; "
        "the score is minus infinity, whatever the others do.",
    )
    check(
        "log_score",
        (jnp.array([0.0, 1.0]), jnp.array([0, 4]), jnp.array([3, 4])),
        0.0,
        "never and always, rightly",
        "Never and always, and both were borne out: log(1) = 0 for each.",
        slips=[
            (
                float("nan"),
                "Somewhere 0 * log(0) was computed, which is NaN. xlogy and xlog1py give 0 there.",
            )
        ],
    )
    check(
        "log_score",
        (jnp.array([0.3, 0.5]), jnp.array([0, 1]), jnp.array([0, 2])),
        -0.6931,
        "nothing came later",
        "Of the first student nothing came later: nothing was predicted, and 0 is added.",
    )
    check(
        "log_score",
        (jnp.array([0.05, 0.5]), jnp.array([40, 1]), jnp.array([40, 2])),
        -120.5224,
        "next to impossible",
        "The first student did what was thought next to impossible, 40 times: 40 * log(0.05).",
        slips=[
            (
                float("-inf"),
                "The product of the probabilities is too small for the computer, "
                "which makes it 0. Add logarithms, and never multiply first.",
            )
        ],
    )
    agree("log_score agrees.")


@exercise
def replicate_class() -> None:
    """Check of exercise 3."""
    __tracebackhide__ = True
    _check_classes(0.6, 10.0, seed=0, who="mixed bringers")
    _check_classes(0.3, 0.5, seed=3, who="creatures of habit")
    _check_key()
    agree("replicate_class: new classes, new students, each with a rate and luck of their own.")


@exercise
def tail_probability() -> None:
    """Check of exercise 4."""
    __tracebackhide__ = True
    check(
        "tail_probability",
        (3.0, jnp.array([8.0, 1.0, 6.0, 3.0, 10.0, 2.0, 5.0, 9.0, 4.0, 7.0])),
        0.8,
        "eight of ten",
        "Eight of the ten values are at least as large as 3.",
        slips=[
            (0.7, "Equal values are left out. At least as large includes as large."),
            (0.3, "That counts the values that are at most as large. Look at the upper tail."),
            (0.2, "That counts the smaller values. Look at the upper tail."),
            (0.75, "Equal values count half here. They count like larger ones."),
            (0.6, "Both tails were counted. Asked for is the upper one alone."),
            (8.0, "That is how many. Asked for is the share."),
            (80.0, "That is in per cent. Asked for is a share between 0 and 1."),
        ],
    )
    check(
        "tail_probability",
        (9, jnp.array([4, 7, 1])),
        0.0,
        "nothing comes near",
        "Nothing comes near: a share of 0.",
    )
    agree("tail_probability agrees.")


def _check_predictions(who, args, expected, slips=()):
    """Compare the three predictions for a class with the right ones; name a known slip."""
    __tracebackhide__ = True
    call = f"predict_three_ways({', '.join(map(show, args))})"
    got = ask("predict_three_ways", *args, meaning="Three predictions for each student.")
    if not isinstance(got, dict):
        complain(
            call,
            f"got       {'nothing' if got is None else type(got).__name__}",
            "expected  a dictionary with the entries " + ", ".join(expected),
            meaning='A dictionary is written {"no_pooling": ..., "complete_pooling": ..., '
            '"partial_pooling": ...}. Does the function end with `return`?',
        )
    for name, rates in expected.items():
        if name not in got:
            complain(
                call,
                "got       the entries " + ", ".join(map(str, got)),
                "expected  the entries " + ", ".join(expected),
                meaning=f'There is no "{name}". Names must be spelt just so.',
            )
        numbers, facts = (
            as_numbers(got[name]),
            [
                call,
                f'got       "{name}": {show(got[name])}',
                f'expected  "{name}": {show(jnp.array(rates))}',
            ],
        )
        if isinstance(got[name], list):
            complain(*facts, meaning="That is a Python list: jnp.array(...) makes it an array.")
        if numbers is None:
            complain(*facts, meaning="Each entry is an array of rates, one for each student.")
        if numbers.shape == () and name == "complete_pooling":
            complain(
                *facts,
                meaning="Everybody gets the same rate, and everybody gets one: make "
                "an array of copies. jnp.full(shape, value) does that.",
            )
        if numbers.shape != np.shape(rates):
            complain(*facts, meaning="There should be one rate for each student.")
        if not np.allclose(numbers, rates, rtol=0, atol=2e-4):
            meanings = [
                m
                for its_name, slip, m in slips
                if its_name == name and np.allclose(numbers, slip, rtol=0, atol=2e-4)
            ]
            meanings += [
                "This is not yet that prediction: compare its description in the docstring."
            ]
            complain(*facts, meaning=meanings[0])
        right(f'predict_three_ways(...)["{name}"]', brief(numbers), who)


def _new_classes(seed, mu, lam, n=(40, 40, 5), number=4000):
    """New classes by your replicate_class, after a look at their shape and their range."""
    __tracebackhide__ = True
    call = f"replicate_class(jr.PRNGKey({seed}), jnp.array({list(n)}), {mu}, {lam}, {number})"
    got = ask(
        "replicate_class",
        jr.PRNGKey(seed),
        jnp.array(n),
        mu,
        lam,
        number,
        meaning="One row for each new class, one column for each student.",
    )
    counts, facts = as_numbers(got), [call]
    if got is None:
        complain(*facts, "got       None", meaning="Does the function end with `return ...`?")
    if counts is None or counts.shape != (number, len(n)):
        shape = "no array of numbers" if counts is None else f"an array of shape {counts.shape}"
        complain(
            *facts,
            f"got       {shape}",
            f"expected  an array of shape ({number}, {len(n)})",
            meaning="One row for each new class, one column for each student. jr.beta takes "
            "the shape of what it draws, here (num_replicates, number of students).",
        )
    if not np.array_equal(counts, np.round(counts)):
        complain(
            *facts,
            f"got       {show(counts[0])} in the first row",
            "expected  whole numbers",
            meaning="Asked for are counts of tonkatsu, not rates and not fractions.",
        )
    if not np.all((counts >= 0) & (counts <= n)):
        complain(
            *facts,
            f"got       {show(counts[0])} in the first row",
            f"expected  at least 0 and at most {list(n)}",
            meaning="Nobody brings more tonkatsu bentos than bentos.",
        )
    return call, counts


def _check_classes(mu, lam, seed, who):
    """Are new classes as varied as the population, and everybody on their own?"""
    __tracebackhide__ = True
    call, counts = _new_classes(seed, mu, lam)
    if np.all(counts == counts[0]):
        complain(
            call,
            f"got       the class {show(counts[0])}, again and again",
            meaning="Every new class was made with the same luck. Ask jr.beta and "
            "jr.binomial for all classes at once, or give each class a key of its own.",
        )
    together = np.corrcoef(counts[:, 0], counts[:, 1])[0, 1]
    if not abs(together) < 5.3 / len(counts) ** 0.5:
        complain(
            call,
            f"got       two students of a class with correlation {together:.2f}",
            "expected  about 0.00",
            meaning="The students of a new class are alike, more than chance allows: each of "
            "them draws a rate of their own. Does the shape that is handed to jr.beta have "
            "an axis for the students?",
        )
    for column, size in enumerate((40, 40, 5)):
        _check_student(call, counts[:, column], size, mu, lam)
    means = ", ".join(f"{mean:.1f}" for mean in counts.mean(axis=0))
    right(f"replicate_class(jr.PRNGKey({seed}), n, {mu}, {lam}, 4000)", f"means {means}", who)


def _check_student(call, got, size, mu, lam):
    """Are the counts of one student, out of ``size``, those of the population?"""
    __tracebackhide__ = True
    exact = betabinom(size, mu * lam, (1 - mu) * lam)
    mean, variance = exact.mean(), exact.var()
    fourth = np.sum(exact.pmf(np.arange(size + 1)) * (np.arange(size + 1) - mean) ** 4)
    error = np.sqrt((fourth - variance**2) / len(got))
    facts = [
        call,
        f"got       counts out of {size} with mean {got.mean():.2f}, variance {got.var():.2f}",
        f"expected  mean {mean:.2f}, variance {variance:.2f}",
    ]
    if abs(got.mean() - mean) < 5.3 * np.sqrt(variance / len(got)):
        if abs(got.var() - variance) < 5.3 * error:
            return
        luck = size * mu * (1 - mu)
        complain(
            *facts,
            meaning="That is the variance of luck alone: everybody seems to have "
            "the rate mu. Students differ, and draw a rate from the population first."
            if abs(got.var() - luck) < 0.2 * luck
            else "The mean is right, the variance is not. Is the concentration lam used?",
        )
    meaning = "These are not students from the population: theta is drawn from "
    meaning += "Beta(mu * lam, (1 - mu) * lam), and then k from Binomial(n, theta)."
    if abs(got.mean() - (size - mean)) < 5.3 * np.sqrt(variance / len(got)):
        meaning = "Tonkatsu and hamburgers have changed places: a = mu * lam counts the tonkatsu."
    elif abs(got.mean() - size * mu / (mu + lam)) < 0.2:
        meaning = "mu and lam went into jr.beta as they are. It wants the two "
        meaning += "pseudo-counts: translate first, as in problem set 4."
    elif got.var() < size / 4:
        meaning = "So little variance from class to class: are these the same "
        meaning += "students each time, with new luck? In a new class everybody has a new rate."
    complain(*facts, meaning=meaning)


def _check_key():
    """Does the key decide, and nothing else?"""
    __tracebackhide__ = True
    (call, first), (_, again), (_, other) = (_new_classes(seed, 0.6, 10.0) for seed in (1, 1, 2))
    if not np.array_equal(first, again):
        complain(
            call + ", twice",
            "got       different classes",
            meaning="The same key should give the same classes: all chance comes from it.",
        )
    if np.array_equal(first, other):
        complain(
            call + ", and with jr.PRNGKey(2)",
            "got       the same classes",
            meaning="All chance should come from the argument key. Is a key made inside?",
        )
    right(
        "replicate_class(jr.PRNGKey(1), ...) and with jr.PRNGKey(2)", "other classes", "another key"
    )
