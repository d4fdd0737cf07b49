"""The checks of problem set 2; keep this file and checking.py beside the notebook."""

import re
from typing import Any

from checking import (
    agree,
    as_numbers,
    attempt,
    brief,
    check,
    complain,
    exercise,
    notebook,
    right,
    show,
    yours,
)

# isort: split
# The versions have been looked at: now JAX may be imported.
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from genjax import ChoiceMapBuilder as C

WHERE = "Further up, the error message points to the line where it happened."
_MEANINGS_OF_ERRORS = [
    (
        r"FloatToInt|incompatible dtypes",
        "A whole number has got through to beta or to binomial, and these insist on floats: turn "
        "a, b and n into floats inside the recipe, before they are used, so that callers may write "
        "10 as well as 10.0.",
    ),
    (
        r"Concretization|Tracer\w*Conversion",
        "GenJAX runs the recipe with placeholders instead of numbers, and float(), int(), if and "
        "NumPy want to see the number itself. jnp.asarray(n, dtype=float) does not.",
    ),
    (
        r"GenerativeFunctionClosure",
        "A distribution was used as if it were a number. It becomes one when it is drawn from, and "
        'that takes an address: beta(...) @ "theta".',
    ),
    (
        r"concentration1|unexpected keyword",
        "beta takes a and b in this order and without names; probs= belongs to binomial.",
    ),
    (
        r"vmap was requested to map|vmap got inconsistent sizes",
        "jax.vmap walks through every argument that it is handed. Hand it only what there is one "
        "of for each student, and leave a and b to the function: they are the same for all.",
    ),
    (
        r"IndexError: tuple index",
        "A single number was asked for its shape[0]. simulate_population wants an array n, with "
        "one entry for each student: jnp.full(num_samples, n) makes one.",
    ),
    (r"AddressReuse", "Two draws carry one address. Each draw needs its own."),
    (
        r"MissingAddress|ChoiceMapNoValue",
        "Something was asked for at an address that was given no value. The addresses of a "
        'student are "theta" and "k", spelt just so.',
    ),
]


def compiled(function):
    """jax.jit(function), or the function as it is, where it cannot be compiled."""
    program = jax.jit(function)

    def call(*args):
        try:
            return program(*args)
        except Exception:  # what is wrong, if anything, shows in the plain call
            return function(*args)

    return call


@exercise
def student_tonkatsu() -> None:
    """Check of exercise 1."""
    __tracebackhide__ = True
    _check_recipe(6.0, 4.0, 10.0)
    assess = compiled(
        lambda theta, k, args: yours("student_tonkatsu").assess(C.kw(theta=theta, k=k), args)
    )
    _check_density(
        assess,
        0.05,
        0.0,
        (6.0, 4.0, 1.0),
        -8.9613,
        "Farid",
        "This is Farid, no tonkatsu out of one, with a supposed rate of 0.05. The log density is "
        "that of the rate under Beta(6, 4) plus that of the count under Binomial(1, 0.05).",
        slips=[
            (
                -9.6284,
                "That would be right if 0.05 were a logit: the count was drawn with a "
                "probability of 1 / (1 + exp(-0.05)) = 0.51. This is the first draft's mistake. "
                "The second argument of binomial is a logit unless you say otherwise; look at "
                "its names in section 4.",
            ),
            (-3.0724, "a and b have changed places: a counts the imaginary tonkatsu."),
            (
                -11.9057,
                "That is the density of one tonkatsu out of one, or of a student with rate "
                "0.95. Have tonkatsu and hamburger changed places in the count?",
            ),
        ],
    )
    _check_density(
        assess,
        0.95,
        2.0,
        (6.0, 4.0, 2.0),
        -3.1237,
        "Emi",
        "This is Emi, two out of two, with a supposed rate of 0.95: a student like that brings a "
        "pair of tonkatsu nine times in ten.",
        slips=[
            (
                -3.6750,
                "That would be right if 0.95 were a logit, with a probability of 0.72. "
                "The second argument of binomial is a logit unless you say otherwise.",
            )
        ],
    )
    _check_density(
        assess,
        0.05,
        3.0,
        (2.0, 8.0, 5.0),
        -5.8653,
        "Diego, other prior",
        "This is Diego, three out of five, in the school of the hamburger lovers, Beta(2, 8). Do "
        "all three of a, b and n come from the arguments?",
    )
    _check_density(
        assess,
        0.95,
        3,
        (2, 8, 5),
        -20.5875,
        "Diego, whole numbers",
        "Diego again, with a supposed rate of 0.95, and whole numbers for a, b and n.",
    )
    _note_that_it_passed("student_tonkatsu")
    agree("student_tonkatsu has its addresses, returns the count, and takes a rate for a rate.")


@exercise
def simulate_population() -> None:
    """Check of exercise 2."""
    __tracebackhide__ = True
    _expect_passed("student_tonkatsu", number=1)
    _check_students(
        "simulate_population",
        "simulate_population(jr.PRNGKey(2), 6, 4, jnp.array([100, 40, 10, 5, 2, 1]))",
        yours("simulate_population"),
        most=jnp.array([100, 40, 10, 5, 2, 1]),
        call=lambda size: f"simulate_population(key, 6, 4, jnp.full({size}, 100))",
    )
    _note_that_it_passed("simulate_population")
    agree(
        "simulate_population: one count for each student, each with a rate and luck of their own."
    )


@exercise
def log_joint() -> None:
    """Check of exercise 3."""
    __tracebackhide__ = True
    _expect_passed("student_tonkatsu", number=1)
    density = _run(
        "log_joint",
        "log_joint(0.95, 2, 6.0, 4.0, 2)",
        lambda: yours("log_joint")(0.95, 2, 6.0, 4.0, 2),
        "Ask the model: assess needs a value for each of its two addresses, in C.kw(...), and "
        "the arguments (a, b, n) as one tuple.",
    )
    if isinstance(density, tuple):
        complain(
            "log_joint(0.95, 2, 6.0, 4.0, 2)",
            "got       a pair",
            "expected  one number",
            meaning="assess returns two things, the log density first and then what the recipe "
            "would have returned. Asked for is the first.",
        )
    check(
        "log_joint",
        (0.95, 2, 6.0, 4.0, 2),
        -3.1237,
        "Emi",
        "This is Emi with a supposed rate of 0.95. Ask the model: assess needs a value for each of "
        "its two addresses, in C.kw(...), and the arguments (a, b, n) as a tuple.",
        slips=[
            (0.0440, "That is the density. Asked for is its logarithm, as assess gives it."),
            (
                3.1237,
                "The right size with the wrong sign. This density is less than 1, so its "
                "logarithm is negative.",
            ),
            (
                -0.1026,
                "That is the second factor alone, the count given the rate. How probable the "
                "rate is in the population is missing: the draw at theta.",
            ),
            (
                -3.0211,
                "That is the first factor alone, the rate in the population. How well the "
                "rate explains the count is missing: the draw at k.",
            ),
            (
                -9.3462,
                "The first factor lacks its constant: what is written down here is "
                "proportional to the Beta density, and not equal to it. assess has it right.",
            ),
            (
                -3.6750,
                "That takes the rate for a logit, like the first draft. Does your function "
                "ask student_tonkatsu?",
            ),
        ],
    )
    check(
        "log_joint",
        (0.7, 6, 6.0, 4.0, 10),
        -0.7816,
        "Carmen",
        "This is Carmen, six of ten, with a supposed rate of 0.7.",
        slips=[
            (
                -6.1287,
                "Nearly. Six of ten can come in 210 orders, and the binomial coefficient "
                "that counts them is missing. assess has it.",
            ),
            (-2.4761, "a and b have changed places, or tonkatsu and hamburger."),
            (-1.6088, "That is the count given the rate, without how probable the rate is."),
        ],
    )
    check(
        "log_joint",
        (0.05, 3, 2, 8, 5),
        -5.8653,
        "Diego, other prior",
        "This is Diego under the prior of the hamburger lovers, Beta(2, 8), in whole numbers. a "
        "and b must come from the arguments, in this order.",
    )
    rates = jnp.array([0.05, 0.7, 0.95])
    grid_of_three = _run(
        "log_joint",
        "jax.vmap(lambda theta: log_joint(theta, 6, 6.0, 4.0, 10))(jnp.array([...]))",
        lambda: jax.vmap(lambda theta: yours("log_joint")(theta, 6, 6.0, 4.0, 10))(rates),
        "One rate works, and several under jax.vmap do not.",
    )
    if not np.allclose(grid_of_three, [-21.7424, -0.7816, -9.9647], rtol=0, atol=2e-3):
        complain(
            "jax.vmap(lambda theta: log_joint(theta, 6, 6.0, 4.0, 10))(three rates)",
            f"got       {show(grid_of_three)}",
            "expected  jnp.array([-21.7424, -0.7816, -9.9647])",
            meaning="Each of the rates should be answered for itself.",
        )
    right("log_joint(theta, 6, 6.0, 4.0, 10)", brief(grid_of_three), "three rates, by jax.vmap")
    _note_that_it_passed("log_joint")
    agree("log_joint: what the recipe says about a rate and a count together.")


@exercise
def prior_predictive() -> None:
    """Check of exercise 4."""
    __tracebackhide__ = True
    _expect_passed("student_tonkatsu", number=1)
    code = getattr(yours("prior_predictive"), "__code__", None)
    if code and "simulate_population" in code.co_names:
        _expect_passed("simulate_population", number=2)
    _check_students(
        "prior_predictive",
        "prior_predictive(jr.PRNGKey(2), 6, 4, 10, 8)",
        lambda key, a, b, n: yours("prior_predictive")(key, a, b, n[0], n.shape[0]),
        most=jnp.full(8, 10),
        call=lambda size: f"prior_predictive(key, 6, 4, 100, {size})",
    )
    _note_that_it_passed("prior_predictive")
    agree("prior_predictive: independent counts, each with a rate of its own.")


_passed: dict[str, Any] = {}  # the functions that have passed their checks
_steps: dict[str, int] = {}  # how many steps JAX takes for one student


def _note_that_it_passed(name):
    _passed[name] = yours(name)


def _expect_passed(name, number):
    """Stop if an earlier exercise, on which this one builds, has not passed its check."""
    __tracebackhide__ = True
    if name not in notebook() or _passed.get(name) is not notebook()[name]:
        complain(
            f"{name}, from exercise {number}, has not passed its check yet.",
            meaning=f"This exercise builds on it. Run the check of exercise {number} "
            "first, and once more if you have changed your answer since; then come back.",
        )


def _run(name, call, action, meaning=""):
    """Do something with one of your functions; explain a placeholder and exceptions."""
    __tracebackhide__ = True

    def hint(error):
        for sign, its_meaning in _MEANINGS_OF_ERRORS:
            if re.search(sign, f"{type(error).__name__}: {error}"):
                return its_meaning
        return meaning

    return attempt(name, call, action, hint, width=110)


def _one_student(a, b, n):
    """The trace of one student."""
    __tracebackhide__ = True
    model, key = yours("student_tonkatsu"), jr.PRNGKey(0)
    try:
        program = jax.jit(lambda key: model.simulate(key, (a, b, n))).trace(key)
        _steps["one"] = len(program.jaxpr.eqns)
        return program.lower().compile()(key)
    except Exception:  # what is wrong, if anything, shows in the plain call
        return model.simulate(key, (a, b, n))


def _check_recipe(a, b, n):
    """Make up one student: are there the two addresses, and is the count returned?"""
    __tracebackhide__ = True
    call = f"student_tonkatsu.simulate(jr.PRNGKey(0), ({a}, {b}, {n}))"
    if not hasattr(yours("student_tonkatsu"), "simulate"):
        complain(
            "student_tonkatsu",
            "got       an ordinary Python function",
            "expected  a GenJAX model",
            meaning="The line @gen above the line that begins with def turns the one into "
            "the other. Put it back.",
        )
    trace = _run("student_tonkatsu", call, lambda: _one_student(a, b, n), WHERE)
    choices, returned = trace.get_choices(), trace.get_retval()
    addresses = sorted(map(str, getattr(choices, "mapping", {})))
    if addresses != ["k", "theta"]:
        complain(
            call,
            f"got       the addresses {', '.join(addresses) or '(none)'}",
            "expected  the addresses k, theta",
            meaning='The rate is drawn at the address "theta" and the count at the address '
            '"k". A draw without @ and an address is not recorded, and not even made.',
        )
    theta, count = choices["theta"], choices["k"]
    facts = [call, f'got       {show(theta)} at "theta" and {show(count)} at "k"']
    if not 0 <= theta <= 1:
        complain(
            *facts,
            'expected  a rate at "theta"',
            meaning="A rate lies between 0 and 1. Have the two addresses changed places?",
        )
    if not (0 <= count <= n and count == jnp.round(count)):
        complain(
            *facts,
            f'expected  a whole number from 0 to {n} at "k"',
            meaning="At k belongs the number of tonkatsu bentos among the n.",
        )
    _check_returned(call, returned, theta, count)
    right(call, f"theta {show(theta)}, k {show(count)}", "a student made up")


def _check_returned(call, returned, theta, count):
    __tracebackhide__ = True
    answer = as_numbers(returned)
    if answer is None or answer.shape != () or answer != count:
        meaning = "The recipe returns the count."
        if returned is None:
            meaning = "The recipe returned nothing. Does it end with `return ...`?"
        elif answer is not None and answer.shape == () and answer == theta:
            meaning = "That is the student's rate, which nobody can see. " + meaning
        elif answer is not None and answer.shape == (2,):
            meaning = "One value is enough: the trace keeps the rate anyway. " + meaning
        facts = f"returned  {show(returned)}", f"expected  {show(count)}, the count"
        complain(call, *facts, meaning=meaning)


def _check_density(assess, theta, k, args, expected, who, meaning, slips=()):
    """Compare the model's log density of one student with the right one."""
    __tracebackhide__ = True
    call = f"student_tonkatsu.assess(C.kw(theta={theta}, k={k}), {args})"
    score, _ = _run("student_tonkatsu", call, lambda: assess(theta, k, args))
    if not np.allclose(score, expected, rtol=0, atol=2e-3):
        for slip, its_meaning in slips:
            if np.allclose(score, slip, rtol=0, atol=2e-3):
                meaning = its_meaning
                break
        complain(call, f"got       {show(score)}", f"expected  {show(expected)}", meaning=meaning)
    right(call, show(score), who)


def _check_students(name, small_call, students, most, call):
    """Are students as varied as the population? ``students(key, a, b, n)``, for an array n.

    What is compiled is one small class, which takes long, and it is run with hundreds of keys,
    which takes no time. Where it cannot be compiled, a large class is made up a few times.
    """
    __tracebackhide__ = True
    program = _small_class(name, students, most)
    size, keys = (len(most), 1800 // len(most)) if program else (1000, 4)

    def classes(seeds, a, b, n):
        __tracebackhide__ = True
        make = program or students
        keys = [jr.PRNGKey(seed) for seed in seeds]
        return _run(name, call(size), lambda: [make(key, a, b, n) for key in keys])

    shown = _run(name, small_call, lambda: (program or students)(jr.PRNGKey(2), 6, 4, most), WHERE)
    _check_counts(name, small_call, shown, most)
    for counts in classes(range(30) if program else [2], 6, 4, jnp.resize(most, size)):
        _check_values(small_call, counts, np.resize(most, size))
    right(small_call, brief(np.asarray(shown).astype(int)), "a small class")

    hundreds = jnp.full(size, 100)
    runs = np.array(classes(range(keys), 6, 4, hundreds), dtype=float) / 100
    again = np.array(classes([0], 6, 4, hundreds), dtype=float) / 100
    facts = [
        call(size),
        f"{keys} classes of {size} students with 100 bentos each, from the population Beta(6, 4)",
    ]
    _check_keys(facts, runs, again[0])
    _check_spread(facts, runs)
    right(call(size), f"k/n near {runs.mean():.2f}", f"{keys} classes")
    mean = np.mean(classes(range(keys // 3 + 1), 2, 8, hundreds)) / 100
    other_call = call(size).replace("6, 4", "2, 8")
    if abs(mean - 0.2) > 0.03:  # 5.8 standard errors with 600 students: k/n has variance 0.016
        complain(
            other_call,
            f"got       k/n with mean {mean:.3f}",
            "expected  about 0.200",
            meaning="In this population students prefer hamburgers. Use the arguments a "
            "and b; 6 and 4 should not be written into your function.",
        )
    right(other_call, f"k/n near {mean:.2f}", "hamburger lovers")


def _small_class(name, students, most):
    """A compiled program for a class, or None where that is no JAX program of the right shape."""
    __tracebackhide__ = True
    try:
        traced = jax.jit(students).trace(jr.PRNGKey(0), 6, 4, most)
        shape = traced.out_info.shape
    except Exception:  # what is wrong, if anything, shows in the plain call
        return None
    if shape != most.shape:
        return None
    steps, steps_of_one = len(traced.jaxpr.eqns), _steps.get("one", 100)
    if steps > 3 * steps_of_one + 20:
        complain(
            f"{name} grows with the number of students:",
            f"1 student takes {steps_of_one} steps, {len(most)} students take {steps}",
            meaning="It seems to go from student to student in a loop, and JAX compiles "
            "every round anew: the thousands of students that we need would take hours. "
            "Describe one student, and let jax.vmap do the rest.",
        )
    return traced.lower().compile()


def _check_counts(name, call, got, most):
    """Stop if that is no array of counts."""
    __tracebackhide__ = True
    if got is None:
        meaning = f"{name} returned nothing. Does it end with `return ...`?"
        complain(call, "got       None", meaning=meaning)
    if hasattr(got, "get_retval"):
        complain(
            call,
            "got       a trace",
            f"expected  counts, in an array of shape {most.shape}",
            meaning="A trace holds everything that was drawn. Asked for is what the recipe "
            "returns: get_retval().",
        )
    if isinstance(got, list):
        complain(
            call,
            "got       a Python list",
            f"expected  an array of shape {most.shape}",
            meaning="jnp.array(...) turns a list into an array.",
        )
    counts = as_numbers(got)
    if counts is None or counts.shape != most.shape:
        had = "no array of numbers" if counts is None else f"an array of shape {counts.shape}"
        complain(
            call,
            f"got       {had}",
            f"expected  an array of shape {most.shape}",
            meaning="One count for each simulated student.",
        )
    _check_values(call, got, np.asarray(most))


def _check_values(call, got, most):
    """Stop if some count is not whole, below 0, or above the number of bentos."""
    __tracebackhide__ = True
    counts = np.asarray(got, dtype=float)
    if not np.array_equal(counts, np.round(counts)):
        complain(
            call,
            f"got       {show(got)}",
            "expected  whole numbers",
            meaning="Asked for are counts of tonkatsu bentos. These look like rates or fractions.",
        )
    if not np.all((counts >= 0) & (counts <= most)):
        limit = most[0] if len(set(most.tolist())) == 1 else most
        complain(
            call,
            f"got       {show(got)}",
            f"expected  at least 0 and at most {limit}",
            meaning="Nobody brings more tonkatsu bentos than bentos.",
        )


def _check_keys(facts, runs, first_again):
    """Does the key decide, and is there one for each student?"""
    __tracebackhide__ = True
    if not np.array_equal(runs[0], first_again):
        complain(
            *facts,
            "got       different counts when the same key was used again",
            meaning="All randomness comes from the key: the same key, the same counts.",
        )
    if np.array_equal(runs[0], runs[1]):
        complain(
            *facts,
            "got       the same counts from two different keys",
            meaning="All randomness comes from the key that the caller passes, so that "
            "a different key makes up a different class.",
        )
    if np.all(runs == runs[:, :1]):
        first, second, third = runs[:3, 0] * 100
        complain(
            *facts,
            f"got       the same count for all, {first:g}, then {second:g}, then {third:g}",
            meaning="Every student was made with one and the same key, and so with the "
            "same luck. Split the key: each student needs one.",
        )


def _check_spread(facts, runs):
    """Has k/n mean 0.6 and variance 0.0240, as under Beta(6, 4) with 100 bentos?

    The margins are more than five standard errors with 1800 students: 0.0037 for the mean, 0.0008
    for the variance. If everybody had the rate 0.6, the variance would be 0.0024.
    """
    __tracebackhide__ = True
    means, mean, within = runs.mean(axis=1), runs.mean(), runs.var(axis=1, ddof=1).mean()
    spread = [
        f"got       k/n with mean {mean:.3f} and variance {within:.4f}",
        "expected  k/n with mean 0.600 and variance 0.0240, or close to it",
    ]
    if within < 0.005 and means.std() > 3 * (0.0024 / runs.shape[1]) ** 0.5:
        first, second, third = means[:3]
        complain(
            *facts,
            f"got       k/n near {first:.2f} for all, then near {second:.2f}, "
            f"then near {third:.2f}",
            spread[1],
            meaning="All students of one call seem to share one rate. Every student draws "
            "a rate of their own: the whole recipe runs once for each of them.",
        )
    if within < 0.005 and abs(mean - 0.6) < 0.02:
        complain(
            *facts,
            *spread,
            meaning="That is the spread of luck alone: every student seems to have the "
            "rate 0.6. Students differ; run the whole recipe, in which each of them first "
            "draws a rate from the population.",
        )
    if abs(mean - 0.6) > 0.02 or abs(within - 0.024) > 0.005:
        swapped = abs(mean - 0.4) < 0.02
        complain(
            *facts,
            *spread,
            meaning="a and b have changed places."
            if swapped
            else "These are not the students of your recipe. Run student_tonkatsu as it is, "
            "with the arguments a, b and n.",
        )
