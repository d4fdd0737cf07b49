"""The checks of problem set 4; keep this file and checking.py beside the notebook."""

import textwrap
from itertools import pairwise

from checking import (
    agree,
    as_numbers,
    ask,
    check,
    complain,
    exercise,
    expect_axes,
    lines_in,
    right,
    show,
    unnoted,
)

# isort: split
# The versions have been looked at: now JAX may be imported.
import jax.numpy as jnp
import jax.random as jr
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.container import BarContainer
from matplotlib.patches import Polygon, StepPatch

# The classrooms of the story, and what is known exactly about them.
A = (jnp.array([70, 28, 6, 3, 2, 0]), jnp.array([100, 40, 10, 5, 2, 1]))
B = (jnp.array([97, 2, 19, 0, 2, 0]), jnp.array([100, 40, 20, 20, 2, 1]))
NAMES = ["Alyssa", "Ben", "Carmen", "Diego", "Emi", "Farid"]
SIX = (jnp.array([0.6, 0.7, 0.6, 0.5, 0.68, 0.65]), jnp.array([10.0, 40.0, 4.0, 20.0, 90.0, 15.0]))
SIX_WEIGHTS = [0.0684, 0.2787, 0.0217, 0.0122, 0.4896, 0.1294]
SHRUNK = [0.6909, 0.6800, 0.6000, 0.6000, 0.6667, 0.5455]  # of A, under mean 0.6 and 10 bentos
# E[mu] and E[lam], and the standard errors of one run.
EXACT_A = (0.6628, 41.68), (0.00064, 0.44)
EXACT_B = (0.4693, 0.5527), (0.00108, 0.0025)


@exercise
def to_mean_concentration() -> None:
    """Check of exercise 1."""
    __tracebackhide__ = True
    check(
        "to_mean_concentration",
        (6.0, 4.0),
        [0.6, 10.0],
        "problem set 1",
        "This is the population of problem set 1: six imaginary tonkatsu and four imaginary "
        "hamburgers. Which share is tonkatsu, and how large is the heap?",
        slips=[
            ([10.0, 0.6], "The right two numbers in the wrong order: the mean comes first."),
            ([0.4, 10.0], "mu is the share of tonkatsu, and a counts the tonkatsu."),
            (
                [1.5, 10.0],
                "a / b compares tonkatsu with hamburgers. A share is a part of the whole heap.",
            ),
            ([0.6, 5.0], "The concentration is the whole heap, the sum and not the average."),
            ([0.6, 24.0], "The concentration is the whole heap: a sum, not a product."),
        ],
        pair=True,
    )
    check(
        "to_mean_concentration",
        (0.3, 0.2),
        [0.6, 0.5],
        "the U",
        "The U of the figure. Less than one bento on the heap is fine.",
        pair=True,
    )
    check(
        "to_mean_concentration",
        (jnp.array([6, 30, 2]), jnp.array([4, 20, 8])),
        [[0.6, 0.6, 0.2], [10.0, 50.0, 10.0]],
        "three populations",
        "Three populations in one call: two arrays of shape (3,).",
        pair=True,
    )
    agree("to_mean_concentration agrees: the first parameter is a share, the second a heap.")


@exercise
def from_mean_concentration() -> None:
    """Check of exercise 2."""
    __tracebackhide__ = True
    check(
        "from_mean_concentration",
        (0.6, 10.0),
        [6.0, 4.0],
        "problem set 1",
        "Ten imaginary bentos, of which a share of 0.6 is tonkatsu: how many of either kind?",
        slips=[
            (
                [4.0, 6.0],
                "a and b have changed places: a counts the tonkatsu, and mu is their share.",
            ),
            ([6.0, 10.0], "a is right. b counts the hamburgers, and not the whole heap."),
            ([6.0, 0.4], "a is right. 1 - mu is the hamburgers' share; asked for is their number."),
            ([0.6, 9.4], "Those would be bentos if mu were a number of bentos. It is a share."),
            (
                [0.06, 0.04],
                "The heap is divided here, and should be multiplied: a share of ten bentos.",
            ),
            ([6.0, 6.0], "b counts hamburgers, whose share is what tonkatsu have left over."),
            ([10.0, 6.0], "The first answer should be the tonkatsu, the second the hamburgers."),
        ],
        pair=True,
    )
    check(
        "from_mean_concentration",
        (0.2, 0.5),
        [0.1, 0.4],
        "half a bento",
        "Half an imaginary bento, one fifth of it tonkatsu.",
        slips=[([0.4, 0.1], "a and b have changed places: a counts the tonkatsu.")],
        pair=True,
    )
    check(
        "from_mean_concentration",
        (jnp.array([0.6, 0.6, 0.2]), jnp.array([10, 50, 10])),
        [[6.0, 30.0, 2.0], [4.0, 20.0, 8.0]],
        "three populations",
        "Three populations in one call: two arrays of shape (3,).",
        pair=True,
    )
    check(
        "from_mean_concentration",
        (0.6, jnp.array([0.5, 50.0])),
        [[0.3, 30.0], [0.2, 20.0]],
        "one mean, two heaps",
        "One mean with two concentrations: plain arithmetic takes care of that.",
        pair=True,
    )
    agree("from_mean_concentration agrees.")


@exercise
def sample_hyperprior() -> None:
    """Check of exercise 3."""
    __tracebackhide__ = True
    _check_draws()
    _check_draws(5000, lam_low=1.0, lam_high=1000.0, seed=2)
    _check_draws(5000, lam_low=0.1, lam_high=1000.0, seed=3)
    _check_keys()
    agree("sample_hyperprior draws both as it should: mu uniform, lam log-uniform, independent.")


@exercise
def weigh_population() -> None:
    """Check of exercise 4."""
    __tracebackhide__ = True
    _lean_on("from_mean_concentration")
    check(
        "weigh_population",
        (*B, jnp.array([0.5, 0.5, 0.3]), jnp.array([0.5, 2.0, 0.4])),
        [0.6145, 0.0330, 0.3525],
        "classroom B",
        "This is classroom B with three candidates, two of them U-shaped. Each candidate's score "
        "is the sum of log_beta_binom over the six students, so candidates and students need an "
        "axis each, and the sum runs over the students', axis=1; importance_weights does the rest.",
        slips=[
            (
                [0.3959, 0.2432, 0.3609],
                "The students' scores were averaged. Log probabilities of "
                "independent students are added: six students say more than one.",
            ),
            (
                [0.7380, 0.0397, 0.2223],
                "a and b have changed places on their way into log_beta_binom.",
            ),
            (
                [0.6478, 0.0021, 0.3501],
                "b looks like lam itself. Translate mu and lam with "
                "from_mean_concentration; b is the hamburgers' part of the heap.",
            ),
            (
                [0.3841, 0.0006, 0.6152],
                "mu and lam went into log_beta_binom as they are. It wants a "
                "and b: translate first.",
            ),
            (
                [1.0, 0.0537, 0.5736],
                "Relative to the best candidate these are right. Weights add up "
                "to 1: divide by their sum, or let importance_weights do it.",
            ),
            (
                [0.0, 0.0, 0.0],
                "Those look like plain probabilities of the class, which are tiny. "
                "Normalise them: weights add up to 1.",
            ),
            (
                [-13.2856, -16.2095, -13.8414],
                "Those are the log probabilities, and they are right. Turn "
                "them into weights with importance_weights.",
            ),
            ([-0.4870, -3.4108, -1.0427], "Those are the logarithms of the weights."),
            (
                [0.5974, 0.1284, 0.2742],
                "Each weight has an extra factor lam. The candidates are drawn "
                "from the hyperprior already, so the class alone decides about the weights.",
            ),
            (
                [0.5779, 0.0078, 0.4144],
                "Each weight has an extra factor 1 / lam. The candidates are drawn "
                "from the hyperprior already, so the class alone decides about the weights.",
            ),
            (
                [float("nan")] * 3,
                "No numbers came out. Have mu and lam changed places, or k and n? "
                "A mean above 1 or more tonkatsu than bentos have no logarithm.",
            ),
        ],
    )
    check(
        "weigh_population",
        (*A, *SIX),
        SIX_WEIGHTS,
        "classroom A",
        "This is classroom A with six candidates. Six students and six candidates: every candidate "
        "must meet every student.",
        slips=[
            (
                [0.0164, 0.0715, 0.0951, 0.2115, 0.3454, 0.2601],
                "The first candidate has met only the first student, the second only the second, "
                "and so on. Every candidate must meet every student: give the candidates an axis "
                "of their own, a[:, None], and sum over the students' axis.",
            )
        ],
    )
    check(
        "weigh_population",
        (*A, jnp.array([0.02, 0.03, 0.01]), jnp.array([90.0, 95.0, 80.0])),
        [0.0036, 0.9964, 0.0001],
        "hopeless candidates",
        "Three hopeless candidates: under each, the class has a probability below 1e-53. Weights "
        "compare candidates, so the least hopeless one still gets nearly all.",
        slips=[
            (
                [float("nan")] * 3,
                "Under each candidate the class has a probability below 1e-53, "
                "which a 32-bit number rounds to 0, and 0 / 0 is no number. importance_weights "
                "works on the logarithms and avoids this.",
            )
        ],
    )
    agree("weigh_population agrees, and adds up to 1.")


@exercise
def infer_population() -> None:
    """Check of exercise 5."""
    __tracebackhide__ = True
    _lean_on("from_mean_concentration", "sample_hyperprior", "weigh_population")
    in_a = _check_run(
        A,
        {"seed": 0},
        *EXACT_A,
        "This is classroom A: the weighted averages of mu and of lam over 60,000 candidates.",
        slips=[
            ((41.68, 0.6628), "The right two numbers in the wrong order: the mean comes first."),
            (
                (0.5, 14.46),
                "Those are the means of the hyperprior: the class has had no say. Multiply "
                "each candidate by its weight before you add up.",
            ),
            (
                (0.6628, 30.33),
                "That is exp of the average of log lam, a geometric mean. Average lam itself.",
            ),
            (
                (0.6726, 60.03),
                "That is what a uniform lam would give. It is log lam that is uniform.",
            ),
            (
                (0.6831, 99.0),
                "That looks like the single candidate with the largest weight. Asked for is "
                "the average over all, each with its weight.",
            ),
            ((0.5868, 16.70), "The students' scores were averaged. They are to be added."),
            (
                (0.6733, 11.92),
                "mu and lam seem to come from the same random numbers. Split the key.",
            ),
            ((0.3372, 41.68), "mu is the share of hamburgers here: a and b have changed places."),
            ((0.8518, 4.77), "b looks like lam itself. Translate with from_mean_concentration."),
            ((0.6726, 41.68), "mu is E[a] / E[lam] here, a ratio of averages. Average mu itself."),
            (
                (28.04, 13.65),
                "Those look like averages of a and b. Asked for are those of mu and lam.",
            ),
            ((0.0, 0.0007), "The weights add up to 1 already: sum, do not average once more."),
        ],
    )
    _check_run(
        B,
        {"seed": 0},
        *EXACT_B,
        "This is classroom B, whose students differ: lam lies below 1.",
        slips=[((0.4693, 0.4581), "That is exp of the average of log lam. Average lam itself.")],
    )
    _check_run(
        B,
        {"seed": 0, "lam_low": 1.0},
        (0.4870, 1.3268),
        (0.00172, 0.0039),
        "Classroom B under a hyperprior that begins at 1.",
        slips=[
            (
                (0.4693, 0.5527),
                "That is the answer of the default range: lam_low has not "
                "reached sample_hyperprior.",
            )
        ],
    )
    _check_run(
        A,
        {"seed": 0, "lam_high": 1000.0},
        (0.6760, 266.55),
        (0.00050, 4.3),
        "Classroom A under a hyperprior that ends at 1000.",
        slips=[
            (
                (0.6628, 41.68),
                "That is the answer of the default range: lam_high has not "
                "reached sample_hyperprior.",
            )
        ],
    )
    _check_arguments(in_a)
    agree("infer_population agrees with the exact answers, within the luck of its draws.")


@exercise
def shrink() -> None:
    """Check of exercise 6."""
    __tracebackhide__ = True
    _lean_on("from_mean_concentration")
    check(
        "shrink",
        (2, 2, 0.6, 10.0),
        0.6667,
        "Emi",
        "This is Emi in the population of problem set 1, mean 0.6 and concentration 10. Put the "
        "real bentos on the heap with the imaginary ones: which share is tonkatsu?",
        slips=[
            (
                1.0,
                "That is Emi's raw fraction, or else the imaginary hamburgers are missing below "
                "the line. All of the group's bentos lie on the heap as well.",
            ),
            (0.6, "That is the mean of the group. Emi's two bentos must have a say as well."),
            (0.5, "a and b have changed places: mu is the share of tonkatsu."),
            (
                0.9333,
                "The weights have changed places: of twelve bentos on the heap two are Emi's, so "
                "the group should weigh more.",
            ),
            (
                0.8,
                "Halfway between raw fraction and mean. Two real bentos against ten imaginary "
                "ones: halfway gives Emi too much say. Is lam used for n, or n for lam?",
            ),
            (
                0.4,
                "Is lam used in place of n? The heap holds lam imaginary bentos and n real ones.",
            ),
            (
                0.2167,
                "mu is a share. The heap holds imaginary tonkatsu, as many as mu says of lam "
                "bentos.",
            ),
            (
                0.8667,
                "mu is a share, lam a number of bentos: have mu and lam changed places somewhere?",
            ),
            (0.7, "That is the highest point of the posterior, its mode. Asked for is its mean."),
        ],
    )
    check(
        "shrink",
        (0, 1, 0.6, 10.0),
        0.5455,
        "Farid",
        "This is Farid in the same population: the 0.545 of problem set 1.",
        slips=[
            (0.3, "Is lam used in place of n? The heap holds lam imaginary bentos and n real ones.")
        ],
    )
    check(
        "shrink",
        (*A, 0.6, 10.0),
        SHRUNK,
        "the whole class",
        "The whole class in one call, and the whole table of problem set 1.",
    )
    check(
        "shrink",
        (0, 1, 0.5, 0.5),
        0.1667,
        "Farid among habits",
        "This is Farid among creatures of habit: half an imaginary bento on the heap, and a whole "
        "real one.",
    )
    check(
        "shrink",
        (0, 0, 0.6, 10.0),
        0.6,
        "Gia, who has brought nothing",
        "This is Gia, who has brought nothing: only the group is left. If your formula divides by "
        "n, find one that does not.",
        slips=[
            (
                float("nan"),
                "Gia's raw fraction is 0/0, which does not exist. Find a formula that "
                "does not divide by n.",
            )
        ],
    )
    check(
        "shrink",
        (0, 1, jnp.array([0.6, 0.5]), jnp.array([10.0, 0.5])),
        [0.5455, 0.1667],
        "Farid, two populations",
        "Farid in two populations in one call: mu and lam may be arrays as well.",
    )
    agree("shrink agrees with problem set 1, and with a heap of less than one bento.")


@exercise
def classroom_verdict() -> None:
    """Check of exercise 7."""
    __tracebackhide__ = True
    _lean_on(
        "from_mean_concentration",
        "sample_hyperprior",
        "weigh_population",
        "infer_population",
        "shrink",
    )
    first = _check_verdict("A", A, *EXACT_A, "alike")
    _check_verdict("B", B, *EXACT_B, "different")
    if _check_verdict("A", A, *EXACT_A, "alike", seed=1) == first:
        complain(
            "classroom_verdict(k_A, n_A) and classroom_verdict(k_A, n_A, seed=1)",
            "got       the same lam, to the last digit",
            meaning="Another seed means other candidates: pass seed on to infer_population.",
        )
    agree("classroom_verdict agrees on both classrooms.")


@exercise
def plot_concentration() -> None:
    """Check of exercise 8: shows the figure, then says what is in it."""
    __tracebackhide__ = True
    _lean_on("from_mean_concentration", "sample_hyperprior", "weigh_population")
    _check_figure()
    where = "nearly all of it right of 1, most of it above 10"
    _check_curve("Classroom A", A, 0.75, 1.75, where)
    _check_curve("Classroom B", B, -0.75, -0.15, "most of it left of 1")
    agree("plot_concentration draws what was asked for.")


def _largest_gap(u):
    """The largest distance between the distribution function of u and the uniform one."""
    u, size = np.sort(u), len(u)
    steps = np.arange(size + 1) / size
    return max(np.abs(steps[1:] - u).max(), np.abs(steps[:-1] - u).max())


def _check_draws(n_samples=20000, seed=0, **given):
    """Look at candidate populations: shapes, ranges, distributions, independence."""
    __tracebackhide__ = True
    low, high = given.get("lam_low", 0.1), given.get("lam_high", 100.0)
    words = "".join(f", {name}={value}" for name, value in given.items())
    call = f"sample_hyperprior(jr.PRNGKey({seed}), {n_samples}{words})"
    meaning = "Draws of two parameters, as two arrays of n_samples numbers each."
    got = ask("sample_hyperprior", jr.PRNGKey(seed), n_samples, **given, meaning=meaning)
    mu, lam = _two_arrays(call, got, n_samples)
    _check_ranges(call, mu, lam, low, high)
    u = np.log(lam / low) / np.log(high / low)
    allowed = np.sqrt(np.log(2e6) / (2 * n_samples))  # exceeded once in a million runs
    if _largest_gap(mu) > allowed:
        complain(
            call,
            f"got       mu {_range_of(mu)}, {(mu < 0.5).mean():.0%} of it below 0.5",
            "expected  mu uniform between 0 and 1",
            meaning="Before the class has been seen, every mean rate is equally believable.",
        )
    if _largest_gap(u) > allowed:
        is_uniform = _largest_gap((lam - low) / (high - low)) < allowed
        _complain_of_lam(call, lam, low, high, is_uniform)
    together = np.corrcoef(mu, u)[0, 1]
    if abs(together) > 5 / np.sqrt(n_samples):
        same = abs(together) > 0.99
        complain(
            call,
            f"got       a correlation of {together:.2f} between mu and log lam",
            "expected  none: mu and lam are drawn independently",
            meaning=("Both were made from the same random numbers. " if same else "")
            + "A key gives the same numbers each time it is used: split it, and give "
            "each of the two a key of its own.",
        )
    middle = np.sqrt(low * high)
    halves = f"{(mu < 0.5).mean():.0%} of mu below 0.5, {(lam < middle).mean():.0%} of lam "
    right(call, f"{halves}below {middle:.3g}", f"lam {low:g} to {high:g}")
    return mu, lam


def _two_arrays(call, got, n_samples):
    __tracebackhide__ = True
    pair = isinstance(got, (tuple, list)) or getattr(got, "shape", ()) == (2, n_samples)
    if got is None or not pair or len(got) != 2:
        had = "one array" if hasattr(got, "shape") else type(got).__name__
        complain(
            call,
            f"got       {'nothing' if got is None else had}",
            "expected  two arrays, mu and lam",
            meaning="End the function with `return mu, lam`.",
        )
    both = [as_numbers(draws) for draws in got]
    for name, draws in zip(("mu", "lam"), both):
        if draws is None or draws.shape != (n_samples,):
            shape = "no numbers" if draws is None else f"{name} of shape {draws.shape}"
            complain(
                call,
                f"got       {shape}",
                f"expected  {name} of shape ({n_samples},)",
                meaning="One number for each candidate population: jr.uniform takes the "
                "shape of what it draws, and n_samples belongs there.",
            )
        if not np.isfinite(draws).all():
            complain(
                call,
                f"got       {name} with {(~np.isfinite(draws)).sum()} values that are no numbers",
                meaning="Did a logarithm meet 0 or a negative number?",
            )
    return both


def _range_of(draws):
    return f"from {draws.min():.4g} to {draws.max():.4g}"


def _check_ranges(call, mu, lam, low, high):
    __tracebackhide__ = True
    facts = [
        call,
        f"got       mu {_range_of(mu)}, lam {_range_of(lam)}",
        f"expected  mu between 0 and 1, lam from about {low:g} to about {high:g}",
    ]
    if mu.max() > 1 and lam.min() >= 0 and lam.max() <= 1:
        complain(*facts, meaning="mu and lam have changed places: the mean comes first.")
    if mu.min() <= 0 or mu.max() >= 1:
        complain(
            *facts,
            meaning="A mean rate lies strictly between 0 and 1. At exactly 0 or 1 there "
            "is no Beta distribution, and the log weight is no number.",
        )
    if np.log(low) * 1.001 - 1e-6 <= lam.min() < low and lam.max() <= np.log(high) * 1.001 + 1e-6:
        complain(
            *facts,
            meaning="That is the logarithm of lam. It is uniform as it should be; now "
            "undo the logarithm before you return.",
        )
    if low > 0.2 and 0.0999 <= lam.min() < 0.11:
        complain(
            *facts,
            meaning="lam begins at 0.1, the default value, although a different one was given. "
            "Use the arguments lam_low and lam_high, and not the numbers.",
        )
    if high > 200 and 95 < lam.max() <= 100.1:
        complain(
            *facts,
            meaning="lam ends at 100, the default value, although a different one was given. "
            "Use the arguments lam_low and lam_high, and not the numbers.",
        )
    if lam.min() > 0 and lam.max() > high * 1.001:
        complain(
            *facts,
            meaning="lam leaves its range. A typical cause: jnp.log undone by 10 ** ... "
            "The partner of jnp.log is jnp.exp, that of jnp.log10 is 10 ** ...",
        )
    if lam.min() < low * 0.999 or lam.max() > high * 1.001:
        complain(*facts, meaning="lam leaves its range, from lam_low to lam_high.")


def _complain_of_lam(call, lam, low, high, is_uniform):
    __tracebackhide__ = True
    middle = np.sqrt(low * high)
    meaning = "lam has a different distribution. Each factor of ten should get the same "
    meaning += "share of the draws: log lam is uniform."
    if is_uniform:
        meaning = "lam itself is uniform here. Its logarithm should be: draw log lam "
        meaning += "uniformly between the logarithms of the bounds, then undo the log."
    elif lam.min() > 0.999 and min(abs(lam.max() - np.e), abs(lam.max() - 10)) < 0.01:
        meaning = "The bounds are missing: jr.uniform draws between 0 and 1 unless it is given "
        meaning += "minval and maxval, here the logarithms of lam_low and lam_high."
    elif lam.min() > low * 2 or lam.max() < high / 2:
        meaning = "lam does not fill its range. A typical cause: jnp.log10 undone by "
        meaning += "jnp.exp. The partner of jnp.log10 is 10 ** ..., that of jnp.log is jnp.exp."
    complain(
        call,
        f"got       lam {_range_of(lam)}, {(lam < middle).mean():.1%} of it below {middle:.3g}",
        f"expected  half of lam below {middle:.3g}, the middle of the range in factors",
        meaning=meaning,
    )


def _check_run(args, kwargs, exact, errors, meaning, slips=()):
    """Compare one run of infer_population with the exact answer, give or take five errors."""
    __tracebackhide__ = True
    which = "A" if args is A else "B"
    words = "".join(f", {key}={value}" for key, value in kwargs.items())
    call = f"infer_population(k_{which}, n_{which}{words})"
    hint = f"{meaning} sample_hyperprior wants a key, and jr.PRNGKey(seed) makes one."
    got = ask("infer_population", *args, **kwargs, meaning=hint)
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        complain(
            call,
            f"got       {show(got)}",
            "expected  two floats, the means of mu and of lam",
            meaning="End the function with `return ..., ...`: first mu, then lam.",
        )
    numbers = as_numbers(got)
    if numbers is None or numbers.shape != (2,):
        complain(
            call,
            "got       two answers that are not single numbers",
            "expected  two floats, the means of mu and of lam",
            meaning="A mean over all candidates is one number: weigh each candidate, and add up.",
        )
    mu, lam = numbers
    allowed = 5 * np.asarray(errors)
    digits = [4, 3 if exact[1] < 10 else 1]
    facts = [
        call,
        f"got       mu {mu:.{digits[0]}f}, lam {lam:.{digits[1]}f}",
        "expected  "
        + ", ".join(
            f"{name} {value:.{digit}f} give or take {margin:.{digit}f}"
            for name, value, digit, margin in zip(("mu", "lam"), exact, digits, allowed)
        ),
    ]
    if not (np.abs(numbers - exact) <= allowed).all():
        for slip, its_meaning in slips:
            if (np.abs(numbers - slip) <= np.maximum(allowed, 0.02 * np.abs(slip))).all():
                complain(*facts, meaning=its_meaning)
        complain(*facts, meaning=meaning)
    if not all(isinstance(number, float) for number in got):
        complain(
            call,
            f"got       a {type(got[0]).__name__} and a {type(got[1]).__name__}",
            "expected  two floats",
            meaning="The numbers are right. Turn each into a plain Python number with float(...).",
        )
    right(call, facts[1].split("  ")[-1].strip(), f"classroom {which}")
    return float(mu), float(lam)


def _check_earlier(name):
    """A short look at an exercise on which a later one builds."""
    __tracebackhide__ = True
    if name == "from_mean_concentration":
        words = "See the check of exercise 2."
        check(name, (0.6, 10.0), [6.0, 4.0], "", words, pair=True)
    elif name == "sample_hyperprior":
        _check_draws()
    elif name == "weigh_population":
        check(name, (*A, *SIX), SIX_WEIGHTS, "", "See the check of exercise 4.")
    elif name == "infer_population":
        _check_run(A, {"seed": 0}, *EXACT_A, "See the check of exercise 5.")
    else:
        check(name, (*A, 0.6, 10.0), SHRUNK, "", "See the check of exercise 6.")


def _lean_on(*names):
    """Look at the earlier exercises before a later one that builds on them is blamed."""
    __tracebackhide__ = True
    for name in names:
        try:
            with unnoted():
                _check_earlier(name)
        except AssertionError as fault:
            explained = AssertionError(
                f"\n\nThis exercise builds on an earlier one, {name}, which is not right yet.\n"
                f"Fix that one first, with its own check, then come back.{fault}"
            )
            raise explained from None


def _height(corners, grid):
    """The height of a curve, or of a filled outline, at each point of the grid."""
    height = np.zeros(len(grid))
    for (x0, y0), (x1, y1) in pairwise(corners):
        if x0 != x1 and np.isfinite([x0, y0, x1, y1]).all():
            here = (grid >= min(x0, x1)) & (grid <= max(x0, x1))
            height[here] = np.maximum(height[here], y0 + (grid[here] - x0) / (x1 - x0) * (y1 - y0))
    return height


def _curves_in(ax, grid):
    """Each histogram or curve as its heights on the grid, whichever function drew it."""
    outlines, bars = [], []
    for line in ax.lines:
        outlines.append(line.get_xydata())
    for patch in ax.patches:
        if isinstance(patch, Polygon):
            outlines.append(patch.get_xy())
        elif isinstance(patch, StepPatch):
            values, edges, _ = patch.get_data()
            outlines.append(np.column_stack([np.repeat(edges, 2)[1:-1], np.repeat(values, 2)]))
    for filled in ax.collections:
        if isinstance(filled, PolyCollection):
            outlines += [path.vertices for path in filled.get_paths()]
    for container in ax.containers:
        if isinstance(container, BarContainer) and len(container) > 5:
            boxes = [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in container]
            bars.append(np.vstack([[(x, h), (x + w, h)] for x, w, h in boxes]))
    curves = [
        _height(np.asarray(corners, float), grid)
        for corners in outlines + bars
        if len(corners) >= 10
    ]
    return [curve for curve in curves if curve.max() > 0]


def _check_keys():
    __tracebackhide__ = True
    with unnoted():
        (mu, lam), (mu_again, lam_again) = _check_draws(seed=0), _check_draws(seed=0)
    if not (np.array_equal(mu, mu_again) and np.array_equal(lam, lam_again)):
        complain(
            "sample_hyperprior(jr.PRNGKey(0), 20000), twice",
            "got       different draws",
            meaning="The same key should give the same draws: all chance comes from the key.",
        )
    mu_other, lam_other = _check_draws(seed=1)
    for name, same in [
        ("mu", np.array_equal(mu, mu_other)),
        ("lam", np.array_equal(lam, lam_other)),
    ]:
        if same:
            complain(
                "sample_hyperprior with the keys jr.PRNGKey(0) and jr.PRNGKey(1)",
                f"got       the same {name}",
                "expected  different draws for a different key",
                meaning="All chance should come from the argument key. Is a key made inside?",
            )


def _check_arguments(in_a):
    __tracebackhide__ = True
    if ask("infer_population", *A, seed=0) != in_a:
        complain(
            "infer_population(k_A, n_A, seed=0), twice",
            "got       two different answers",
            meaning="The same seed should give the same answer: all chance comes from the seed.",
        )
    other = _check_run(A, {"seed": 1}, *EXACT_A, "Classroom A with another seed.")
    if other == in_a:
        complain(
            "infer_population(k_A, n_A, seed=0) and seed=1",
            "got       the same answer, to the last digit",
            meaning="Another seed means other candidates: make the key from the argument seed.",
        )
    # As many as in the check of weigh_population, so that JAX has nothing new to compile.
    fewer = ask("infer_population", *A, seed=0, n_samples=6)
    if fewer == in_a:
        complain(
            "infer_population(k_A, n_A, n_samples=6) and n_samples=60000",
            "got       the same answer, to the last digit",
            meaning="n_samples has not reached sample_hyperprior.",
        )
    right("infer_population(k_A, n_A, seed=0, n_samples=6)", "another answer", "six candidates")


def _check_verdict(which, args, exact, errors, regime, seed=0):
    __tracebackhide__ = True
    call = f"classroom_verdict(k_{which}, n_{which}" + (f", seed={seed})" if seed else ")")
    meaning = f"This is classroom {which}, with the exercises before this one in order. "
    meaning += "jnp.where cannot choose between texts: use a list comprehension."
    got = ask("classroom_verdict", *args, seed=seed, meaning=meaning)
    wanted = ["mu", "lam", "regime", "shrunk", "verdicts"]
    if not isinstance(got, dict) or not set(wanted) <= set(got):
        has = sorted(got) if isinstance(got, dict) else f"a {type(got).__name__}"
        complain(
            call,
            f"got       {has}",
            f"expected  a dictionary with the keys {wanted}",
            meaning="Return one dictionary with these five entries, spelled like this.",
        )
    mu, lam = as_numbers(got["mu"]), as_numbers(got["lam"])
    for name, value, truth, error in zip(("mu", "lam"), (mu, lam), exact, errors):
        if value is None or value.shape != () or not abs(value - truth) <= 5 * error:
            complain(
                call,
                f'got       "{name}": {show(got[name])}',
                f"expected  {truth:.4g} give or take {5 * error:.2g}",
                meaning="The two numbers are what infer_population returns for this class: mu "
                "first, then lam, with its default range and number of draws.",
            )
    if got["regime"] != regime:
        flipped = got["regime"] in ("alike", "different")
        complain(
            call,
            f'got       "regime": {got["regime"]!r}, with lam = {lam:.2f}',
            f"expected  {regime!r}",
            meaning=("The two words have changed places: " if flipped else "There are two words: ")
            + 'a large heap makes students "alike", less than one bento "different".',
        )
    k, n = (np.asarray(counts) for counts in args)
    plug_in = (mu * lam + k) / (lam + n)
    _check_shrunk(call, which, got["shrunk"], plug_in)
    _check_words(call, got["verdicts"], mu, plug_in, raw=k / n)
    right(call, f"lam {lam:.3g}, {regime!r}, Farid at {plug_in[5]:.2f}", f"classroom {which}")
    return float(mu), float(lam)


def _check_shrunk(call, which, got, plug_in):
    __tracebackhide__ = True
    if isinstance(got, list):
        complain(
            call,
            'got       "shrunk": a Python list',
            "expected  an array of shape (6,)",
            meaning="jnp.array(...) turns a list into an array. (shrink does the whole class at "
            "once, and gives one.)",
        )
    shrunk = as_numbers(got)
    if shrunk is None or shrunk.shape != (6,) or np.abs(shrunk - plug_in).max() > 5e-4:
        averaged = {"A": [0.6940, 0.6317], "B": [0.8928, 0.1550]}[which]
        has_shape = shrunk is not None and shrunk.shape == (6,)
        near = has_shape and np.abs(shrunk[4:] - averaged).max() < 5e-3
        complain(
            call,
            f'got       "shrunk": {show(got)}',
            f"expected  {show(jnp.asarray(plug_in))}",
            meaning="That is the average over all candidates, the fully Bayesian estimate. Asked "
            "for is the plug-in estimate, under the one population of your mu and lam."
            if near
            else "One rate for each student: shrink, with your mu and your lam.",
        )


def _check_words(call, got, mu, plug_in, raw):
    __tracebackhide__ = True
    words = got.tolist() if isinstance(got, np.ndarray) else got
    pulled, believed = allowed = ["pulled to the group", "taken at face value"]
    is_list = isinstance(words, (list, tuple)) and len(words) == 6
    if not is_list or not set(map(str, words)) <= set(allowed):
        complain(
            call,
            f'got       "verdicts": {textwrap.shorten(repr(words), 60)}',
            f"expected  a list of six strings, each one of {allowed}",
            meaning="One verdict a student, in the order of the class, spelled like this.",
        )
    expected = [pulled if abs(s - mu) < abs(s - r) else believed for s, r in zip(plug_in, raw)]
    wrong = [i for i in range(6) if words[i] != expected[i]]
    if wrong:
        i = wrong[0]
        complain(
            call,
            f"got       {NAMES[i]} {words[i]!r}",
            f"expected  {expected[i]!r}",
            meaning="All verdicts are the wrong way round."
            if len(wrong) == 6
            else f"{NAMES[i]} goes from {raw[i]:.3f} to {plug_in[i]:.3f}, and the group's mean "
            f"is {mu:.3f}. To which of the two is the shrunk rate nearer? What counts is "
            "the student's own raw fraction and the group's own mean: no fixed number "
            "such as 0.5, and not the regime.",
        )


def _check_figure():
    """Show the figure of both classrooms; look at its axis, its labels and its line."""
    __tracebackhide__ = True
    call = 'plot_concentration({"Classroom A": (k_A, n_A), "Classroom B": (k_B, n_B)})'
    ax = ask(
        "plot_concentration",
        {"Classroom A": A, "Classroom B": B},
        meaning="These are the classrooms of the story.",
    )
    plt.show()
    expect_axes(call, ax)
    if ax.get_xscale() != "log":
        complain(
            call,
            f"got       a {ax.get_xscale()} x axis",
            "expected  a logarithmic one",
            meaning="On a linear axis everything below 1 is squeezed into one hundredth of the "
            'width: use ax.set_xscale("log").',
        )
    if not ax.get_xlabel().strip():
        complain(
            call,
            "got       an x axis without a label",
            "expected  a label that says what is drawn",
            meaning="A reader cannot know that this is the concentration lam: use ax.set_xlabel.",
        )
    words = [text.get_text() for text in ax.texts]
    words += [text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else []
    for label in ("Classroom A", "Classroom B"):
        if not any(label in text for text in words):
            set_but_hidden = not ax.get_legend() and label in ax.get_legend_handles_labels()[1]
            complain(
                call,
                f"got       no {label!r} in the figure",
                "expected  each classroom's label",
                meaning="The labels are set, but nobody has asked for a legend: call ax.legend()."
                if set_but_hidden
                else "Write each classroom's label into the legend or "
                "beside its curve. The labels are the keys of the dictionary.",
            )
    at_one = [
        corners
        for corners, _ in lines_in(ax)
        if len(corners) == 2 and np.allclose(corners[:, 0], 1, atol=1e-6)
    ]
    if not at_one:
        complain(
            call,
            "got       no vertical line at lam = 1",
            "expected  one",
            meaning="Left of that line students differ, right of it they are alike. On a "
            "logarithmic axis it is still drawn at x = 1, not at log 1 = 0.",
        )
    right("plot_concentration({...: ..., ...: ...})", "log axis, labels, line at 1", "A and B")


# Points on the axis of lam.
GRID = np.logspace(-1, 2, 601)


def _centre_of(mass):
    """Where a curve balances, in powers of ten."""
    return (mass * np.log10(GRID)).sum() / mass.sum()


def _check_curve(label, args, low, high, where):
    """Does a classroom's curve, drawn by itself, balance between ``low`` and ``high``?

    That leaves room for histograms, densities and all kinds of bins. The hyperprior balances at
    0.5, or, drawn as a density, at -0.57.
    """
    __tracebackhide__ = True
    call = f'plot_concentration({{"{label}": (k_{label[-1]}, n_{label[-1]})}})'
    plt.close("all")
    ax = ask("plot_concentration", {label: args}, meaning="One classroom by itself.")
    curves = _curves_in(ax, GRID)
    plt.close("all")
    if not curves:
        complain(
            call,
            "got       no histogram and no curve between 0.1 and 100",
            "expected  the posterior of lam",
            meaning="Draw a histogram of the weighted draws (ax.hist with weights=...), or a "
            "curve over lam. If the values of x are logarithms, undo them: the axis "
            "takes care of the scale.",
        )
    centres = [_centre_of(curve) for curve in curves]
    by_area = [_centre_of(curve * GRID) for curve in curves]  # for bins of equal width
    if not any(low <= centre <= high for centre in centres + by_area):
        prior = any(abs(centre - 0.5) < 0.1 or abs(centre + 0.57) < 0.1 for centre in centres)
        complain(
            call,
            "got       a curve that balances near lam = "
            + ", ".join(f"{10**centre:.2g}" for centre in centres),
            f"expected  {where}",
            meaning="That looks like the hyperprior: the draws without their weights. Pass "
            "weigh_population's weights to ax.hist as weights=..."
            if prior
            else f"This is {label} by itself. Is it lam that is drawn, and are the weights "
            "those of this classroom?",
        )
    best = min(curves, key=lambda curve: abs(_centre_of(curve) - (low + high) / 2))
    right(call, f"a curve around lam = {10 ** _centre_of(best):.2g}", label)
    left = best[(GRID > 0.1) & (GRID < 1)]
    if label == "Classroom B" and len(np.unique(left.round(12))) < 4:
        print(
            "A tip, not a fault: all of B's mass is in a bin or two. Bins that are equally wide on "
            "the logarithmic axis, jnp.logspace(-1, 2, 61), show its shape."
        )
