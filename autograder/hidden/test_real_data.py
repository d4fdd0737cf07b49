"""Hidden tests of ps5-real-data: classes and predictions that are in no notebook.

Formulas are compared with exact values within what float32 can lose. Each check of random draws
fails a right answer with probability 1e-7 at most, and a test makes up to four of them. No
exercise here builds on another, so no mistake is charged twice.
"""

import numpy as np
import pytest
from scipy.special import gammaln, xlog1py, xlogy

from solutions import exact

# The notebook's batters: hits in the first 45 at-bats, and in the rest of the season.
STORY_K = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
STORY_N = np.full(18, 45)
STORY_RATES = np.array([0.25, 0.375, 0.28125])
STORY_LATER = np.array([127, 42, 14]), np.array([367, 186, 70])

# Another class, of very unequal sizes; its heap's fraction, the mean of its fractions and the
# population's mean rate are three numbers.
K = np.array([3, 41, 0, 17, 9, 1, 25])
N = np.array([11, 57, 4, 17, 60, 1, 100])
MU, LAM = 0.3125, 9.75

# Every rate is a handful of float32 operations on numbers of at most lam plus the largest count.
OPERATIONS = 16


@pytest.mark.grade_cell(
    "test_predict_three_ways",
    example=("call", "predict_three_ways", STORY_K, STORY_N, 0.27, 340.0),
)
class TestPredictThreeWays:
    @pytest.mark.points(1)
    def test_no_pooling(self, student):
        """No pooling: each student of another class alone."""
        self.check(student, "no_pooling", K / N)

    @pytest.mark.points(1)
    def test_complete_pooling(self, student):
        """Complete pooling: another class on one heap, the same rate for each student."""
        self.check(student, "complete_pooling", np.full(K.shape, K.sum() / N.sum()))

    @pytest.mark.points(1)
    def test_partial_pooling(self, student):
        """Partial pooling: another class under another population."""
        self.check(student, "partial_pooling", exact.posterior_mean(*a_and_b(MU, LAM), K, N))

    @pytest.mark.points(1)
    def test_a_class_of_two_and_a_population_of_habit(self, student):
        """Two students, one with a single bento, and a population below one bento."""
        k, n, mu, lam = np.array([0, 30]), np.array([1, 32]), 0.875, 0.4
        right = {
            "no_pooling": k / n,
            "complete_pooling": np.full(2, 30 / 33),
            "partial_pooling": exact.posterior_mean(*a_and_b(mu, lam), k, n),
        }
        answer = predictions(student, k, n, mu, lam)
        for name, rates in right.items():
            self.compare(student, answer, name, rates)

    def check(self, student, name, right):
        self.compare(student, predictions(student, K, N, MU, LAM), name, right)

    def compare(self, student, answer, name, right):
        student.expect_close(
            student.numbers(answer[name], right.shape, what=f'"{name}"'),
            right,
            operations=OPERATIONS,
            meaning=f'The rates under "{name}" come out wrong for another class.',
        )


def predictions(student, k, n, mu, lam):
    """The student's dictionary; its entries are still to be read."""
    answer = student.call("predict_three_ways", k, n, mu, lam)
    names = ("no_pooling", "complete_pooling", "partial_pooling")
    assert isinstance(answer, dict), "The predictions should be a dictionary of three arrays."
    for name in names:
        assert name in answer, f'The predictions have no entry "{name}".'
    return answer


def a_and_b(mu, lam):
    """The two pseudo-counts of a population with that mean rate and concentration."""
    return mu * lam, (1 - mu) * lam


# Eighteen, as the notebook's batters: who scores the notebook's numbers gets this far. All rates
# are exact in float32; some lie near 0 and 1. The probability of it all, 3e-51, is not.
RATES = np.array([5, 250, 77, 170, 31, 120, 160, 140, 2, 254, 80, 66, 111, 180, 20, 50, 195, 125])
RATES = RATES / 256
K_LATER = np.array([1, 61, 9, 120, 0, 40, 8, 30, 0, 47, 70, 3, 12, 1, 0, 33, 400, 17])
N_LATER = np.array([40, 62, 31, 233, 6, 57, 11, 88, 9, 47, 130, 14, 30, 1, 2, 85, 451, 90])


@pytest.mark.grade_cell("test_log_score", example=("call", "log_score", STORY_RATES, *STORY_LATER))
class TestLogScore:
    @pytest.mark.points(1.5)
    def test_other_predictions(self, student):
        """Predictions for other classes, large and small, scored on what came later."""
        self.check(
            student,
            RATES,
            K_LATER,
            N_LATER,
            "The log probability of what came later comes out wrong for another class.",
        )
        self.check(
            student,
            RATES[:2],
            np.array([2, 5]),
            np.array([9, 6]),
            "The log probability of what came later comes out wrong for a class of two.",
        )

    @pytest.mark.points(1)
    def test_a_certain_prediction_that_is_contradicted(self, student):
        """A rate of 0 or 1 that is contradicted, and only that, scores minus infinity."""
        meaning = (
            "Whoever says never, or always, and is contradicted, has given what happened the "
            "probability 0, whose logarithm is minus infinity."
        )
        # The last is not contradicted: whoever always answers minus infinity is wrong there.
        for rates, k in (([0.0, 0.25], [1, 2]), ([0.25, 1.0], [7, 4]), ([0.25, 0.5], [7, 5])):
            self.check(student, np.array(rates), np.array(k), np.array([7, 5]), meaning)

    @pytest.mark.points(1)
    def test_a_certain_prediction_that_is_borne_out(self, student):
        """A rate of 0 or 1 that is borne out adds 0, and no NaN."""
        self.check(
            student,
            np.array([0.0, 0.625, 1.0, 0.0, 1.0]),
            np.array([0, 20, 9, 0, 0]),
            np.array([7, 20, 9, 1, 0]),
            "Whoever says never, or always, and is right, has given what happened the probability "
            "1, whose logarithm is 0. In floating-point numbers 0 times minus infinity is NaN.",
        )

    @pytest.mark.points(0.5)
    def test_nothing_came_later(self, student):
        """A student of whom nothing came later adds 0, whatever was predicted."""
        self.check(
            student,
            np.array([0.5, 0.125, 0.875, 0.25]),
            np.array([0, 0, 0, 0]),
            np.array([0, 19, 0, 0]),
            "Where n_later is 0, nothing was predicted and nothing can be wrong: it adds 0.",
        )

    def check(self, student, rates, k, n, meaning):
        student.expect_close(
            student.call("log_score", rates, k, n),
            exact.log_score(rates, k, n),
            operations=1,
            magnitude=log_score_error(rates, k, n) / np.finfo(np.float32).eps,
            may_be_infinite=True,
            meaning=meaning,
        )


def log_score_error(rates, k, n):
    """What float32 can lose in a log score: a few roundings of each student's largest terms.

    Log Gamma values of size log n! are subtracted; so are the two terms with the rate, in which
    rounding 1 - rate costs more the nearer the rate is to 1. At a rate of 0 or 1, nothing does.
    """
    inner = np.clip(rates, 1 / 256, 255 / 256)
    terms = np.abs(xlogy(k, inner)) + np.abs(xlog1py(n - k, -inner))
    sizes = 6.0 * (8.0 + gammaln(n + 2.0)) + 4.0 * terms + 2.0 * (n - k) / (1 - inner) + 2.0 * k
    return float(np.finfo(np.float32).eps * np.sum(sizes))


# Two shapes for all draws: another one is another program to compile.
FEW, REPLICATES = 30, 10_000
PAIR = np.array([13.0, 60.0])


def count_cdf(n, mu, lam):
    """The distribution function of a student's count, the Beta-Binomial's."""
    return lambda k: exact.beta_binom_cdf(np.floor(k), n, *a_and_b(mu, lam))


@pytest.mark.grade_cell(
    "test_replicate_class",
    example=("compiled", "replicate_class", "key", STORY_N[:5], 0.27, 340.0, FEW),
)
class TestReplicateClass:
    @pytest.mark.points(1)
    def test_a_row_for_each_class_and_a_column_for_each_student(self, student):
        """A row for each new class, a column for each student, whole counts from 0 to n."""
        n = np.array([3, 250, 1, 40, 0])
        counts = draw(student, 51, n, MU, LAM, FEW)
        assert np.all((counts >= 0) & (counts <= n) & (counts == np.floor(counts))), (
            "Each count should be a whole number between 0 and that student's n."
        )

    @pytest.mark.points(2)
    def test_counts_scatter_as_those_of_new_students(self, student):
        """Over many new classes, each student's count scatters as the Beta-Binomial says."""
        for seed, mu, lam in ((52, MU, LAM), (53, 0.625, 0.5)):  # alike, and creatures of habit
            counts = draw(student, seed, PAIR, mu, lam, REPLICATES)
            for column, size in enumerate(PAIR):
                student.expect_draws(
                    counts[:, column],
                    REPLICATES,
                    count_cdf(int(size), mu, lam),
                    meaning="Over many new classes, a student's count does not scatter as the "
                    "count of a student who is new each time, with a rate from the population.",
                )

    @pytest.mark.points(1)
    def test_everybody_draws_alone(self, student):
        """Neither students of a class nor classes have to do with each other."""
        counts = draw(student, 54, np.array([60.0, 60.0]), 0.625, 2.0, REPLICATES)
        first, second = counts.T
        student.expect_uncorrelated(
            first,
            second,
            meaning="Two students of a new class bring alike: given the population, each has a "
            "rate and luck of their own.",
        )
        for lag in (1, REPLICATES // 2):
            student.expect_uncorrelated(
                first[:-lag],
                first[lag:],
                meaning="One new class resembles another: each should be drawn afresh.",
            )

    @pytest.mark.points(1)
    def test_the_key_decides(self, student):
        """The same key gives the same classes, another key others."""
        first, again, other = (
            draw(student, seed, np.full(5, 250), MU, LAM, FEW) for seed in (7, 7, 8)
        )
        assert np.array_equal(first, again), "The same key gave different classes."
        assert not np.array_equal(first, other), (
            "Another key gave the very same classes: is the key that is passed in being used?"
        )
        assert len(np.unique(first, axis=0)) > 1, "All the new classes are one and the same."


def draw(student, seed, n, mu, lam, num_replicates):
    """New classes by the student's function, as an array of (num_replicates, students)."""
    counts = student.call_compiled("replicate_class", student.key(seed), n, mu, lam, num_replicates)
    return student.numbers(counts, (num_replicates, len(n)))


REPLICATED = np.array([4.0, 9.5, 2.0, 6.25, 6.25, 11.0, 3.5, 6.25, 8.0, 1.0, 6.25, 7.5])


@pytest.mark.grade_cell(
    "test_tail_probability",
    example=("call", "tail_probability", 3.0, np.array([2.0, 3.0, 4.0, 5.0])),
)
class TestTailProbability:
    @pytest.mark.points(1)
    def test_values_as_large_as_the_observed_one_count(self, student):
        """The share of values that are at least the observed one, equal ones included."""
        for observed in (6.25, 7.5):
            self.check(
                student,
                observed,
                REPLICATED,
                "The share comes out wrong: what counts is "
                "a replicated value that is at least as large as the observed one.",
            )

    @pytest.mark.points(1)
    def test_none_all_and_whole_numbers(self, student):
        """An observed value beyond all replicated ones, below all, and counts."""
        meaning = "Look at the ends: which share is at least as large as a value beyond all others?"
        for observed in (20.0, 0.5):
            self.check(student, observed, REPLICATED, meaning)
        self.check(student, 3, np.array([0, 3, 5, 3, 2, 7, 1, 3]), meaning)

    def check(self, student, observed, replicated, meaning):
        student.expect_close(
            student.call("tail_probability", observed, replicated),
            np.mean(replicated >= observed),
            operations=4,
            meaning=meaning,
        )
