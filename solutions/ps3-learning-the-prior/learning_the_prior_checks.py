"""The checks of problem set 3; keep this file and checking.py beside the notebook."""

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
    yours,
)

# isort: split
# The versions have been looked at: now JAX may be imported.
import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np

# The class of the story.
CLASS = jnp.array([70, 28, 6, 3, 2, 0]), jnp.array([100, 40, 10, 5, 2, 1])

# What later exercises build on: its number, its name, arguments and the answer.
COEFFICIENT = 1, "log_binom_coeff", (10, 6), 5.347108
MARGINAL = 2, "log_beta_binom", (6, 10, 6.0, 4.0), -1.742731
SUM = 3, "population_loglik", (6.0, 4.0, *CLASS), -11.654300
FAR_AWAY = jnp.array([-1000.0, -1000.0, -999.306853])
WEIGHTS = 4, "importance_weights", (FAR_AWAY,), [0.25, 0.25, 0.5]


@exercise
def log_binom_coeff() -> None:
    """Check of exercise 1."""
    __tracebackhide__ = True
    check(
        "log_binom_coeff",
        (10, 6),
        5.347108,
        "Carmen",
        "This is Carmen. 6 tonkatsu and 4 hamburgers can have come in 210 orders, and the answer "
        "is the log of 210. Write down the three factorials first, then their logs: what was above "
        "the fraction line is added, what was below it is subtracted.",
        slips=[
            *[
                (
                    near_210,
                    "210 is the number of orders. Asked for is its log: with large classes the "
                    "number itself does not fit into single precision.",
                )
                for near_210 in (210.0, 210.0003)
            ],
            (
                6.222576,
                "A shift is missing: gammaln(m) is the log of (m - 1)!, so each of the three "
                "factorials was taken one step too low. Look at the dotted curve again.",
            ),
            (
                6.733402,
                "Nearly: the factorial of the hamburgers, n - k, was taken one step too low.",
            ),
            (7.138867, "Nearly: the factorial of the tonkatsu, k, was taken one step too low."),
            (3.044522, "Nearly: the factorial of all bentos, n, was taken one step too low."),
            (8.525161, "The factorial of the hamburgers is missing below the fraction line."),
            (11.926359, "The factorial of the tonkatsu is missing below the fraction line."),
            (
                11.703215,
                "One of the two factorials below the fraction line was added. In logs, "
                "dividing means subtracting, for both of them: mind the brackets.",
            ),
            (-5.347108, "The right number with the wrong sign: n! stands above the fraction line."),
            (2.322219, "That is a logarithm to base 10. Natural logs are used throughout."),
            (7.714246, "That is a logarithm to base 2. Natural logs are used throughout."),
            (float("-inf"), "n and k have changed places: it is n first, then k."),
            (float("nan"), "n and k may have changed places: it is n first, then k."),
        ],
    )
    check(
        "log_binom_coeff",
        (100, 70),
        58.642096,
        "Alyssa",
        "This is Alyssa. 100! does not fit into single precision, so it must not be computed on "
        "the way: start from the logs of the factorials.",
        slips=[
            (
                float("inf"),
                "Something has overflowed on the way, probably 100!. Start from the "
                "logs of the factorials, not from the factorials.",
            ),
            (
                float("nan"),
                "Something has overflowed on the way, probably 100!. Start from the "
                "logs of the factorials, not from the factorials.",
            ),
        ],
    )
    check(
        "log_binom_coeff",
        (2, 2),
        0.0,
        "Emi",
        "This is Emi: two tonkatsu can only come in one order, and the log of 1 is 0.",
    )
    check(
        "log_binom_coeff",
        (0, 0),
        0.0,
        "Gia, who has brought nothing",
        "This is Gia, who has brought nothing yet. Nothing at all comes in one order too.",
    )
    check(
        "log_binom_coeff",
        (jnp.array([100, 40, 10, 5, 2, 1]), jnp.array([70, 28, 6, 3, 2, 0])),
        [58.642096, 22.443682, 5.347108, 2.302585, 0.0, 0.0],
        "the whole class",
        "The whole class in one call: one value for each student, in an array of shape (6,). "
        "gammaln and arithmetic do that by themselves; math.* and if do not work on arrays.",
    )
    check(
        "log_binom_coeff",
        (5, jnp.arange(6)),
        [0.0, 1.609438, 2.302585, 2.302585, 1.609438, 0.0],
        "all that Diego could bring",
        "All that Diego could have brought in one call, 0 to 5 out of 5: one n for six k.",
    )
    agree("log_binom_coeff agrees, from nobody's nothing to Alyssa's hundred.")


@exercise
def log_beta_binom() -> None:
    """Check of exercise 2."""
    __tracebackhide__ = True
    with _BuildsOn(COEFFICIENT):
        check(
            "log_beta_binom",
            (6, 10, 6.0, 4.0),
            -1.742731,
            "Carmen",
            "This is Carmen, whose 6 of 10 has probability 0.175 in the figure above. Three "
            "factors, so three terms in logs; write down which are above the fraction line and "
            "which below.",
            slips=[
                (
                    0.175042,
                    "That is the probability. Asked for is its log: see what multiplying "
                    "probabilities did above.",
                ),
                (
                    -7.089839,
                    "The bracket is missing: that is the log probability of Carmen's bentos "
                    "in one particular order, and 210 orders would have done.",
                ),
                (-12.436946, "The bracket is multiplied, so its log is added, not subtracted."),
                (
                    12.436946,
                    "Positive, so the probability would be above 1. The two Beta functions "
                    "have changed places: after the bentos above, before them below.",
                ),
                (
                    -14.187884,
                    "Both betaln terms were added. The area before the bentos stands below "
                    "the fraction line, so its log is subtracted.",
                ),
                (
                    -7.965307,
                    "B(a, b), the area before the bentos, is missing below the fraction line.",
                ),
                (
                    -2.166545,
                    "a and b have changed places: a goes with the tonkatsu k, b with the "
                    "hamburgers n - k.",
                ),
                (-6.37945, "Too many bentos on the heap: the hamburgers are n - k, not n."),
                (-3.50632, "Both kinds of bento got k. The hamburgers are n - k."),
                (
                    -1.383009,
                    "That is the plain Binomial at a rate of 0.6, the orange dots in the "
                    "figure. The rate is not known: it has to be averaged out.",
                ),
                (7.486481, "The log of a fraction is the difference of two logs, not their ratio."),
                *[
                    (
                        no_number,
                        "That is no finite number: have k and n changed places? In "
                        "log_beta_binom k comes first, in log_binom_coeff n does.",
                    )
                    for no_number in (float("nan"), float("-inf"), float("inf"))
                ],
            ],
        )
        check(
            "log_beta_binom",
            (0, 1, 6.0, 4.0),
            -0.916291,
            "Farid",
            "This is Farid: one bento, a hamburger, probability 4/10 under Beta(6, 4).",
        )
        check(
            "log_beta_binom",
            (3, 5, 2.0, 8.0),
            -2.632089,
            "Diego, other prior",
            "This is Diego in a school of hamburger lovers, Beta(2, 8). The population must come "
            "from the arguments a and b.",
            slips=[
                (-1.273965, "That would be Diego under Beta(6, 4). Use the arguments a and b."),
                (-1.715798, "a and b have changed places: a goes with the tonkatsu."),
            ],
        )
        check(
            "log_beta_binom",
            (jnp.arange(6), 5, 1.0, 1.0),
            [-1.791759] * 6,
            "Diego, flat prior",
            "All that Diego could have brought, 0 to 5 out of 5, in a population that knows no "
            "favourites, Beta(1, 1): six counts, each with probability 1/6.",
        )
        check(
            "log_beta_binom",
            (0, 0, 6.0, 4.0),
            0.0,
            "Gia, who has brought nothing",
            "This is Gia: no bentos are a certain event, and the log of 1 is 0.",
        )
        check(
            "log_beta_binom",
            (*CLASS, 6, 4),
            [-3.812755, -2.945747, -1.742731, -1.273965, -0.962811, -0.916291],
            "the whole class",
            "The whole class in one call: one value for each student, in an array of shape (6,).",
        )
        check(
            "log_beta_binom",
            (6, 10, jnp.array([1.0, 6.0, 14.0]), jnp.array([1.0, 4.0, 8.0])),
            [-2.397895, -1.742731, -1.600110],
            "Carmen, three priors",
            "Carmen under three populations in one call. The population may be an array as well.",
        )
    agree("log_beta_binom agrees, for known students and under other populations.")


@exercise
def population_loglik() -> None:
    """Check of exercise 3."""
    __tracebackhide__ = True
    with _BuildsOn(COEFFICIENT, MARGINAL):
        check(
            "population_loglik",
            (6.0, 4.0, *CLASS),
            -11.654300,
            "the whole class",
            "This is the whole class under Beta(6, 4): one log probability for each student, then "
            "one number for all of them together. Probabilities of independent events are "
            "multiplied; what does that mean for their logs?",
            slips=[
                (
                    -1.942383,
                    "That is the mean over students. A class of sixty would then count for "
                    "as much as a class of six; asked for is the sum.",
                ),
                *[
                    (
                        near_22,
                        "The logs were multiplied. Multiplying probabilities means adding logs.",
                    )
                    for near_22 in (21.998677, 21.9983)
                ],
                (
                    float("nan"),
                    "Something is not a number. Are the arguments of log_beta_binom in its "
                    "own order, k, n, a, b?",
                ),
                (
                    0.0,
                    "That is the product of the six probabilities, about 0.0000087. In a larger "
                    "class it would sink to zero: stay in logs, and add.",
                ),
                (
                    0.270966,
                    "That is the log of the sum of the six probabilities. Asked for is the log "
                    "of their product.",
                ),
                (1.311230, "The six probabilities were added. Stay in logs, and add those."),
                (
                    -4.232858,
                    "That is the log probability of one student with all 158 bentos. The "
                    "six have a rate each: add up over students, not over bentos.",
                ),
                (
                    -15.598555,
                    "a and b have changed places on the way to log_beta_binom, whose "
                    "arguments are k, n, a, b.",
                ),
            ],
        )
        check(
            "population_loglik",
            (2.0, 8.0, *CLASS),
            -25.372266,
            "the class, other prior",
            "The class under a population of hamburger lovers, Beta(2, 8). The candidate must come "
            "from the arguments a and b.",
            slips=[
                (
                    -11.6543,
                    "Another candidate, and the answer is still that of Beta(6, 4). "
                    "Use the arguments a and b.",
                )
            ],
        )
        check(
            "population_loglik",
            (14.0, 8.0, jnp.array([2, 0]), jnp.array([2, 1])),
            -1.891030,
            "Emi and Farid",
            "A class of two, Emi and Farid, under Beta(14, 8). The class must come from the "
            "arguments k and n, not from the table above, and so must the number of students.",
            slips=[
                (
                    -10.731735,
                    "A class of two was asked for, and the answer is about the six in "
                    "the table above. Use the arguments k and n.",
                )
            ],
        )
        check(
            "population_loglik",
            (40.0, 4.0, jnp.array([5, 2, 0, 0, 0, 0]), CLASS[1]),
            -133.399,
            "an unlikely class",
            "A class of students who hardly ever bring tonkatsu, under a population of tonkatsu "
            "lovers. That is next to impossible, but not quite.",
            slips=[
                (
                    float("-inf"),
                    "The product of the six probabilities is too small for the computer, which "
                    "makes it 0, as a class of sixty would. Add logs, and never multiply "
                    "probabilities.",
                )
            ],
            margin=0.01,
        )
        _give_a_tip()
    agree("population_loglik agrees: six students, one number.")


@exercise
def importance_weights() -> None:
    """Check of exercise 4."""
    __tracebackhide__ = True
    check(
        "importance_weights",
        (jnp.array([0.0, 0.6931472, 1.6094379]),),
        [0.125, 0.25, 0.625],
        "as 1 to 2 to 5",
        "Three candidates whose likelihoods are as 1 to 2 to 5. Their weights are in the same "
        "proportion, and add up to 1.",
        slips=[
            (
                [1.0, 2.0, 5.0],
                "The proportions are right. Now scale them, so that they add up to 1.",
            ),
            (
                [0.2, 0.4, 1.0],
                "The proportions are right, and the largest is safe at 1. Now scale "
                "them, so that they add up to 1.",
            ),
            (
                [0.0, 0.30103, 0.69897],
                "The log weights themselves were scaled. They have to be turned "
                "back into weights first, by the exponential function.",
            ),
            ([-2.0794415, -1.3862944, -0.4700036], "Those are the right weights, still as logs."),
            (
                [0.625, 0.25, 0.125],
                "The order is upside down: a higher log weight is a larger weight.",
            ),
        ],
    )
    far = (
        "Only the differences between log weights matter: the first candidate counts half as much "
        "as the third, wherever on the scale they are. "
    )
    check(
        "importance_weights",
        (FAR_AWAY,),
        [0.25, 0.25, 0.5],
        "far below zero",
        far + "Subtract a constant before you take exponentials.",
        slips=[
            (
                [float("nan")] * 3,
                far + "Here all three exponentials sank to 0, and 0/0 is not a "
                "number. Subtract a constant before you take exponentials: which one is safe?",
            ),
            (
                [0.0, 0.0, 0.0],
                far + "Here all three exponentials sank to 0. Subtract a constant "
                "before you take exponentials: which one is safe?",
            ),
            (
                [1 / 3] * 3,
                "All the same? Clipping, or a small number added against 0/0, hides "
                "the trouble and does not cure it. " + far,
            ),
        ],
    )
    check(
        "importance_weights",
        (jnp.array([1000.0, 1000.0, 1000.693147]),),
        [0.25, 0.25, 0.5],
        "far above zero",
        far + "Subtract a constant before you take exponentials.",
        slips=[
            (
                [float("nan")] * 3,
                far + "Here the exponentials overflowed, and infinity divided by "
                "infinity is not a number. Subtract a constant first: which one is safe?",
            )
        ],
    )
    check(
        "importance_weights",
        (jnp.array([-1000.0, 0.0, 1000.0]),),
        [0.0, 0.0, 1.0],
        "far from each other",
        "One candidate far ahead of all others has all the weight. No constant but one is safe "
        "when log weights are this far apart: after subtracting it, the largest must be 0.",
        slips=[
            (
                [float("nan")] * 3,
                "One candidate far ahead of all others has all the weight, and "
                "here something overflowed. Your constant does not keep the largest log weight "
                "down. There is one that always does.",
            )
        ],
    )
    check(
        "importance_weights",
        (jnp.array([-11.65]),),
        [1.0],
        "a single candidate",
        "A single candidate has all the weight, whatever its log weight is.",
    )
    agree("importance_weights agrees, near zero and a thousand away from it.")


@exercise
def effective_sample_size() -> None:
    """Check of exercise 5."""
    __tracebackhide__ = True
    check(
        "effective_sample_size",
        (jnp.array([0.5, 0.25, 0.25]),),
        2.666667,
        "one weighs double",
        "Three draws of which one weighs twice as much as the others: a little less than three. "
        "Square each weight, then add, then take the reciprocal, in this order.",
        slips=[
            (
                0.375,
                "That is the sum of the squares. It gets larger the fewer draws count, so the "
                "effective number is its reciprocal.",
            ),
            (
                8.0,
                "n divided by the sum of the squares is too much: the weights add up to 1 already, "
                "and there are only three draws to begin with.",
            ),
            (
                3.0,
                "That is the number of draws. The first of them weighs twice as much as the "
                "others, so they count for less than three.",
            ),
            (1.0, "Add the squares, and not the weights: the weights always add up to 1."),
            (2.0, "That is 1 over the largest weight. Related, but the others have a say too."),
            (
                2.828427,
                "That is the exponential of the entropy, another way to count. Asked for is "
                "the one with squares.",
            ),
            (0.888889, "That is the share of the draws that count. Asked for is their number."),
            (36.0, "The reciprocals were added. Add the squares first, then take one reciprocal."),
            (1.632993, "A square root too many: the sum of the squares itself is wanted."),
        ],
    )
    check(
        "effective_sample_size",
        (jnp.array([0.25, 0.25, 0.25, 0.25]),),
        4.0,
        "all weigh the same",
        "Four draws that weigh the same count for four.",
    )
    check(
        "effective_sample_size",
        (jnp.array([0.0, 1.0, 0.0, 0.0, 0.0]),),
        1.0,
        "one has everything",
        "Five draws, but a single one has all the weight: they count for one.",
    )
    agree("effective_sample_size agrees.")


@exercise
def infer_prior() -> None:
    """Check of exercise 6."""
    __tracebackhide__ = True
    with _BuildsOn(COEFFICIENT, MARGINAL, SUM, WEIGHTS):
        _check_inference()
    agree("infer_prior agrees: the class has spoken, in two boxes, with several keys.")


def _give_a_tip():
    try:
        program = jax.vmap(lambda a, b: yours("population_loglik")(a, b, *CLASS))
        program(jnp.ones(2), jnp.ones(2))
    except TypeError:
        print(
            "A tip, not a fault: jax.vmap cannot run your function, perhaps because of NumPy, "
            "math.* or float() in it.\nYou will want to score many candidates at once: use "
            "jnp instead, or let log_beta_binom broadcast."
        )


class _BuildsOn:
    """Around a check: when it fails, see first whether an earlier exercise is to blame."""

    def __init__(self, *earlier):
        self._earlier = earlier

    def __enter__(self):
        return self

    def __exit__(self, kind, error, where):
        __tracebackhide__ = True
        if kind is not None and issubclass(kind, AssertionError):
            for earlier in self._earlier:
                blame = _fault_of(*earlier)
                if blame is not None:
                    raise blame from None


def _fault_of(number, name, args, expected):
    """What is wrong with an earlier exercise, if anything is."""
    __tracebackhide__ = True
    try:
        got = yours(name)(*args)
    except NotImplementedError:
        return None  # the check has said so already
    except Exception as stopped:
        numbers, shown = None, f"an exception, {type(stopped).__name__}"
    else:
        numbers, shown = as_numbers(got), show(got)
    expected = np.asarray(expected, dtype=float)
    has_shape = numbers is not None and numbers.shape == expected.shape
    if has_shape and np.allclose(numbers, expected, rtol=0, atol=2e-4):
        return None
    try:
        complain(
            f"{name}({', '.join(map(show, args))})",
            f"got       {shown}",
            f"expected  {show(expected)}",
            meaning=f"{name} is exercise {number}, which comes before this one, and "
            "it is not right yet. So this check can say nothing about the present exercise. "
            f"Go back, fix {name} with its own check, then run this check again.",
        )
    except AssertionError as blame:
        return blame


# E[a] and E[b] of the class, and five standard errors of a run with 20,000 draws.
STORY = (14.52, 8.08), (0.25, 0.17)


def _check_inference():
    """Run infer_prior on the class of the story, in several ways."""
    __tracebackhide__ = True
    k, n = CLASS
    call, first = _infer(0)
    _expect_near(call, first, *STORY, *_about_the_story(first))
    right(call, brief(first), "the whole class")
    again = _infer(0)[1]
    if not np.allclose(again, first, rtol=0, atol=1e-6):
        complain(
            call,
            f"got       {show(first)}, then {show(again)}",
            "expected  the same numbers for the same key",
            meaning="All randomness must come from the argument key. Another source, such as "
            "numpy.random, cannot be repeated.",
        )
    call, other = _infer(1)
    if np.allclose(first, other, rtol=0, atol=1e-6):
        complain(
            call,
            f"got       {show(other)}",
            "expected  different numbers than with PRNGKey(0)",
            meaning="A different key, and the answer is the same to the last digit. Use the "
            "argument key, and do not make one inside the function.",
        )
    meaning = "The six students again, with another key. Correct runs differ a little, but "
    _expect_near(call, other, *STORY, meaning + "not by so much.")
    right(call, brief(other), "another key")
    call, swapped = _infer(2, n - k, words="Here hamburgers were counted. ")
    _expect_near(
        call,
        swapped,
        (8.08, 14.52),
        (0.17, 0.25),
        "The same class, but this time hamburgers were counted, so a and b should change places.",
        slips=[
            (
                _is_near(swapped, *STORY),
                "Another class was asked for, and the answer is about "
                "the one in the table above. Use the arguments k and n.",
            )
        ],
    )
    right(call, brief(swapped), "hamburgers counted")
    call, boxed = _infer(3, box=(5.0, 10.0), low=5.0, high=10.0)
    meaning = "The six students and a smaller box: both a and b between 5 and 10. Hand low "
    meaning += "and high on to where the candidates are drawn."
    _expect_near(call, boxed, (8.50, 6.38), (0.06, 0.06), meaning)
    right(call, brief(boxed), "a smaller box")
    _check_number_of_draws()


def _infer(seed, counts=CLASS[0], box=(0.5, 20.0), words="", **settings):
    """The call in words, and its two answers, if they are two numbers inside the box."""
    __tracebackhide__ = True
    what = "k" if counts is CLASS[0] else "n - k"
    more = "".join(f", {name}={value}" for name, value in settings.items())
    call = f"infer_prior(jr.PRNGKey({seed}), {what}, n{more})"
    meaning = f"{words}population_loglik scores one candidate at a time; jax.vmap "
    meaning += "makes it score many, with in_axes=(0, 0, None, None): one class for all of them."
    key, n = jr.PRNGKey(seed), CLASS[1]
    got = ask("infer_prior", key, counts, n, **settings, meaning=meaning)
    numbers = as_numbers(got)
    if numbers is None or numbers.shape != (2,):
        complain(
            call,
            f"got       {show(got)}",
            "expected  two numbers, E[a] and E[b]",
            meaning="Return the two weighted means as a pair: `return a_mean, b_mean`.",
        )
    if not (np.all(numbers >= box[0] - 0.01) and np.all(numbers <= box[1] + 0.01)):
        problem = "A weighted mean of candidates cannot lie outside the box in which all of "
        problem += "them were drawn."
        if np.isnan(numbers).any():
            problem = "Not a number: look at the log weights first, then at the weights."
        elif settings:
            problem += " Are low and high handed on to where the candidates are drawn?"
        else:
            problem += " Is it a sum, of weight times candidate? Do the weights add up to 1? Do "
            problem += "the candidates fill the box from low to high?"
        facts = f"got       {show(numbers)}", f"expected  both between {box[0]:g} and {box[1]:g}"
        complain(call, *facts, meaning=problem)
    return call, numbers


def _is_near(numbers, target, margin):
    return np.all(np.abs(numbers - np.array(target)) <= np.array(margin))


def _expect_near(call, numbers, target, margin, meaning, slips=()):
    __tracebackhide__ = True
    if _is_near(numbers, target, margin):
        return
    meaning = next((its_meaning for is_slip, its_meaning in slips if is_slip), meaning)
    complain(
        call,
        f"got       {show(numbers)}",
        f"expected  [{target[0]}, {target[1]}], give or take {margin[0]} and {margin[1]}",
        meaning=meaning,
    )


def _about_the_story(first):
    """What a wrong answer about the class means, and the slips that it may come from."""
    meaning = (
        "These are the six students. Look at each step by itself: are the candidates "
        "spread over the box? Are their log weights those of population_loglik? Is each "
        "mean the sum of weight times candidate?"
    )
    slips = [
        (
            abs(first[0] - first[1]) < 1e-3,
            "a and b are the same number: they were drawn with the same key, so every "
            "candidate lies on the diagonal of the box. Split the key, and use each half once.",
        ),
        (
            _is_near(first, (8.08, 14.52), (0.25, 0.25)),
            "a and b have changed places, either in what you return or on the way to "
            "population_loglik, whose arguments are a, b, k, n.",
        ),
        (
            _is_near(first, (10.25, 10.25), (0.5, 0.5)),
            "That is the middle of the box: the candidates' plain mean. The data have had no "
            "say; each candidate must be multiplied by its weight before you add up.",
        ),
        (
            np.all(first < 1.01),
            "Both below 1: jr.uniform draws between 0 and 1, unless you tell it otherwise. The "
            "candidates should fill the box from low to high.",
        ),
        (
            abs(first[0] / first[1] - 1.797) < 0.03,
            "The two numbers are in the right proportion, and have the wrong size. Do the "
            "weights add up to 1? Do the candidates lie between low and high, and not beyond?",
        ),
        (
            first[0] > 19,
            "That is right at the wall of the box: the best candidate, perhaps. Asked for is "
            "the mean of all candidates, each with its weight.",
        ),
    ]
    return meaning, slips


def _check_number_of_draws():
    __tracebackhide__ = True
    few = [_infer(seed, num_samples=1)[1] for seed in range(6)]
    if all(_is_near(numbers, (14.52, 8.08), (0.6, 0.6)) for numbers in few):
        complain(
            "infer_prior(jr.PRNGKey(0), k, n, num_samples=1), and with five other keys",
            f"got       {show(few[0])} and five that are nearly the same",
            "expected  six answers all over the box",
            meaning="With a single draw the answer is that draw, wherever in the box it "
            "fell. Draw as many candidates as the argument num_samples says.",
        )
    right("infer_prior(jr.PRNGKey(0), k, n, num_samples=1)", brief(few[0]), "a single draw")
