"""Hidden tests of ps2-student-model.

Each check of random draws fails a right answer with probability 1e-7 at most (see
``student.expect_draws``); a test makes up to four of them. An exercise that builds on the student's
own model is compared with that model as well, so that a mistake in the model costs its points once.
"""

import numpy as np
import pytest
from scipy.stats import beta as beta_distribution

from solutions import exact

# Tests ask for one of these lengths where they can: another length is another program to compile.
DRAWS = 20_000
SOME = 137
A, B, N = 2.5, 7.25, 13

# Rows for densities: rates near both ends, where a logit is far from a probability. The extreme
# ones are exact in float32.
THETA = np.array([0.05, 0.95, 0.3, 0.62, 1 / 256, 255 / 256])
COUNTS = np.array([1.0, 12.0, 3.0, 9.0, 0.0, 13.0])


def density_magnitude(k, n, a, b):
    """What float32 loses in a log density: log Gamma values of this size are subtracted."""
    return exact.float32_log_marginal_error(k, n, a, b) / np.finfo(np.float32).eps + 20.0


def count_cdf(n=N, a=A, b=B):
    """The distribution function of a student's count, the Beta-Binomial's."""
    return lambda k: exact.beta_binom_cdf(np.floor(k), n, a, b)


def draws_of_own_model(student, n=N, a=A, b=B, draws=DRAWS):
    """Counts from the student's own model, for exercises that build on it."""
    # The same addresses as elsewhere: the model need not be compiled once more.
    answer = student.simulate(
        "student_tonkatsu", a, b, float(n), seed=77, draws=draws, addresses=("theta", "k")
    )
    assert np.ptp(answer["retval"]) > 0, "there is nothing to follow"
    return answer["retval"]


def expect_independent(student, counts, meaning):
    """Neither neighbours nor the two halves of many draws have to do with each other."""
    values = student.numbers(counts, (DRAWS,))
    for lag in (1, DRAWS // 2):
        student.expect_uncorrelated(values[:-lag], values[lag:], meaning=meaning)


def right_or_as_the_own_model(check_right, check_own):
    """Pass what is right, and what is right but for a mistake in the student's own model."""
    try:
        check_right()
    except AssertionError as failure:
        try:
            check_own()
        except AssertionError:
            raise failure from None


@pytest.mark.grade_cell(
    "test_student_tonkatsu",
    example=(
        "simulate",
        "student_tonkatsu",
        (6.0, 4.0, 10.0),
        {"seed": 0, "draws": DRAWS, "addresses": ["theta", "k"]},
    ),
)
class TestStudentTonkatsu:
    @pytest.mark.points(1)
    def test_choices_and_return_value(self, student):
        """It makes its two random choices at "theta" and "k", and returns the count k."""
        runs = simulate(student, seed=1, n=250)
        assert np.array_equal(runs["retval"], runs["k"]), (
            'What the model returns should be the count that it drew at the address "k".'
        )

    @pytest.mark.points(1)
    def test_rates_come_from_the_population(self, student):
        """The students' rates theta follow the population's Beta(a, b)."""
        student.expect_draws(
            simulate(student, seed=2)["theta"],
            DRAWS,
            beta_distribution(A, B).cdf,
            meaning='The rates drawn at "theta" do not follow Beta(a, b).',
        )

    @pytest.mark.points(2)
    def test_counts_follow_the_rates(self, student):
        """Over many students, counts out of n scatter as the Beta-Binomial says."""
        student.expect_draws(
            simulate(student, seed=3)["k"],
            DRAWS,
            count_cdf(),
            meaning="Simulated counts do not scatter as counts of students with such rates do.",
        )

    @pytest.mark.points(3)
    def test_log_densities(self, student):
        """Asked for the log density of given choices, it answers with Beta times Binomial."""
        for a, b in ((A, B), (0.6, 0.35)):
            student.expect_close(
                student.assess(
                    "student_tonkatsu", a, b, float(N), choices={"theta": THETA, "k": COUNTS}
                ),
                exact.log_joint(THETA, COUNTS, a, b, N),
                operations=1,
                magnitude=density_magnitude(COUNTS, N, a, b),
                meaning="The model's log density at given theta and k is not that of Beta and "
                "Binomial: look at what each argument of the two distributions stands for.",
            )

    @pytest.mark.points(1)
    def test_whole_numbers_are_accepted(self, student):
        """It also works with whole numbers for a, b and n, such as 3, 2 and 7."""
        try:
            runs = student.simulate(
                "student_tonkatsu", 3, 2, 7, seed=4, draws=DRAWS, addresses=("theta", "k")
            )
        except AssertionError as failure:
            simulate(student, seed=4)  # what is wrong with floats as well is told first
            raise AssertionError(
                "The model stops when a, b or n is a whole number: GenJAX's beta and binomial want "
                "floats. Turn the arguments into floats inside the model."
            ) from failure
        assert np.all((runs["k"] >= 0) & (runs["k"] <= 7)), (
            "With whole numbers for a, b and n, counts come out that cannot be."
        )
        student.expect_draws(
            runs["theta"],
            DRAWS,
            beta_distribution(3, 2).cdf,
            meaning="With whole numbers for a, b and n, the model draws something else.",
        )


def simulate(student, seed, n=N):
    return student.simulate(
        "student_tonkatsu", A, B, float(n), seed=seed, draws=DRAWS, addresses=("theta", "k")
    )


STORY_N = np.array([100.0, 40.0, 10.0, 5.0, 2.0, 1.0])


@pytest.mark.grade_cell(
    "test_simulate_population",
    example=("compiled", "simulate_population", "key", 6.0, 4.0, STORY_N),
    builds_on=["student_tonkatsu"],
)
class TestSimulatePopulation:
    @pytest.mark.points(1)
    def test_one_count_a_student(self, student):
        """One whole count for each entry of n, between 0 and n."""
        n = np.array([3.0, 250.0, 1.0, 40.0, 40.0, 17.0])
        counts = student.numbers(
            student.call_compiled("simulate_population", student.key(11), A, B, n), n.shape
        )
        assert np.all((counts >= 0) & (counts <= n) & (counts == np.floor(counts))), (
            "Each count should be a whole number between 0 and that student's n."
        )
        # All are 0 with probability 1e-9, all are n with less.
        assert np.any(counts > 0) and np.any(counts < n), (
            "In a class of this size, some bento is tonkatsu and some other is not."
        )

    @pytest.mark.points(2)
    def test_each_student_draws_alone(self, student):
        """Students with the same n differ: each has a rate and luck of their own."""
        counts = student.call_compiled(
            "simulate_population", student.key(12), A, B, np.full(DRAWS, float(N))
        )
        meaning = (
            "In a class of thousands with the same n, counts do not scatter as those of students "
            "with rates of their own: does each student get a key of their own?"
        )
        right_or_as_the_own_model(
            lambda: student.expect_draws(counts, DRAWS, count_cdf(), meaning=meaning),
            lambda: student.expect_same_distribution(
                student.numbers(counts, (DRAWS,)), draws_of_own_model(student), meaning=meaning
            ),
        )
        expect_independent(
            student, counts, "Some students bring alike: their draws should be independent."
        )

    @pytest.mark.points(1)
    def test_n_belongs_to_its_student(self, student):
        """In a mixed class, each student's count answers to that student's own n."""
        n = np.tile([2.0, 60.0], DRAWS // 2)
        counts = student.numbers(
            student.call_compiled("simulate_population", student.key(13), A, B, n), n.shape
        )
        for start, size in ((0, 2), (1, 60)):
            own = counts[start::2]
            meaning = "In a class of two kinds of students, counts do not fit their own n."
            right_or_as_the_own_model(
                lambda own=own, size=size: student.expect_draws(
                    own, DRAWS // 2, count_cdf(size), meaning=meaning
                ),
                lambda own=own, size=size: student.expect_same_distribution(
                    own, draws_of_own_model(student, n=size), meaning=meaning
                ),
            )

    @pytest.mark.points(1)
    def test_the_key_decides(self, student):
        """The same key gives the same class, another key another one."""
        n = np.full(6, 250.0)
        first, again, other = (
            student.numbers(
                student.call_compiled("simulate_population", student.key(s), A, B, n), n.shape
            )
            for s in (5, 5, 6)
        )
        assert np.array_equal(first, again), "The same key gave two different classes."
        assert not np.array_equal(first, other), (
            "Another key gave the very same class: is the key that is passed in being used?"
        )


@pytest.mark.grade_cell(
    "test_log_joint",
    example=("compiled", "log_joint", 0.6, 7.0, 6.0, 4.0, 10.0),
    builds_on=["student_tonkatsu"],
)
class TestLogJoint:
    @pytest.mark.points(2)
    def test_rates_near_both_ends(self, student):
        """The log joint density at several rates, near 0 and near 1 among them."""
        for theta, k in zip(THETA, COUNTS, strict=True):
            self.check(student, float(theta), float(k), A, B, float(N))

    @pytest.mark.points(2)
    def test_other_students(self, student):
        """Other students and populations: no bento at all, one, and many."""
        # No whole numbers: a model that refuses them has lost its point for that already.
        for theta, k, a, b, n in (
            (0.4, 0.0, 3.5, 1.25, 0.0),
            (0.2, 1.0, 0.75, 2.5, 1.0),
            (0.7, 160.0, 12.0, 5.0, 230.0),
        ):
            self.check(student, theta, k, a, b, n)

    def check(self, student, theta, k, a, b, n):
        answer = student.call_compiled("log_joint", theta, k, a, b, n)
        meaning = "The log density of a rate and a count together comes out wrong."
        magnitude = density_magnitude(k, n, a, b)
        right_or_as_the_own_model(
            lambda: student.expect_close(
                answer,
                exact.log_joint(theta, k, a, b, n),
                operations=1,
                magnitude=magnitude,
                meaning=meaning,
            ),
            lambda: student.expect_close(
                answer,
                student.assess(
                    "student_tonkatsu",
                    a,
                    b,
                    float(n),
                    choices={"theta": np.array([theta]), "k": np.array([float(k)])},
                )[0],
                operations=1,
                magnitude=magnitude,
                meaning=meaning,
            ),
        )


@pytest.mark.grade_cell(
    "test_prior_predictive",
    example=("compiled", "prior_predictive", "key", 6.0, 4.0, 10.0, SOME),
    builds_on=["student_tonkatsu", "simulate_population"],
)
class TestPriorPredictive:
    @pytest.mark.points(1)
    def test_as_many_as_asked_for(self, student):
        """As many whole counts between 0 and n as are asked for."""
        counts = student.numbers(
            student.call_compiled("prior_predictive", student.key(21), A, B, float(N), SOME),
            (SOME,),
        )
        assert np.all((counts >= 0) & (counts <= N) & (counts == np.floor(counts))), (
            "Each simulated count should be a whole number between 0 and n."
        )
        assert np.ptp(counts) > 0, "Over a hundred simulated counts are all the same."

    @pytest.mark.points(2)
    def test_distribution_of_counts(self, student):
        """The counts scatter as the Beta-Binomial: each with a rate of its own."""
        for n, seed in ((N, 22), (900, 23)):
            counts = student.call_compiled(
                "prior_predictive", student.key(seed), A, B, float(n), DRAWS
            )
            meaning = (
                "The counts do not scatter as one student's would before anything is known of the "
                "rate: is a new rate drawn for each count?"
            )
            right_or_as_the_own_model(
                lambda counts=counts, n=n: student.expect_draws(
                    counts, DRAWS, count_cdf(n), meaning=meaning
                ),
                lambda counts=counts, n=n: student.expect_same_distribution(
                    student.numbers(counts, (DRAWS,)),
                    draws_of_own_model(student, n=n),
                    meaning=meaning,
                ),
            )
            expect_independent(
                student, counts, "Some counts are alike: each needs a random key of its own."
            )

    @pytest.mark.points(1)
    def test_the_key_decides(self, student):
        """The same key gives the same counts, another key others."""
        first, again, other = (
            student.numbers(
                student.call_compiled("prior_predictive", student.key(s), A, B, 40.0, SOME), (SOME,)
            )
            for s in (7, 7, 8)
        )
        assert np.array_equal(first, again), "The same key gave two different samples."
        assert not np.array_equal(first, other), (
            "Another key gave the very same counts: is the key that is passed in being used?"
        )
