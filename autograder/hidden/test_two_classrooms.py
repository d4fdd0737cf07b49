"""Hidden tests of ps4-two-classrooms.

Monte Carlo answers are compared with quadrature, within 5.33 standard errors of a run of that many
draws (a false alarm of 1e-7 a check, at most eight checks a test). Where a function builds on an
earlier one that is wrong, it is compared with what is right given the student's own earlier one.
"""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import loguniform, uniform

from solutions import exact

EPS = float(np.finfo(np.float32).eps)
DRAWS = 20_000
STORY_K = np.array([70, 28, 6, 3, 2, 0])
STORY_N = np.array([100, 40, 10, 5, 2, 1])
STORY_B = (np.array([97, 2, 19, 0, 2, 0]), np.array([100, 40, 20, 20, 2, 1]))

# Classrooms that are in no notebook: one of students who are alike, one of creatures of habit.
ALIKE = (np.array([33, 9, 14, 0, 3, 21, 5]), np.array([80, 25, 40, 1, 4, 50, 12]))
DIFFERENT = (np.array([58, 1, 0, 29, 1, 0, 33]), np.array([60, 45, 24, 30, 1, 2, 34]))


@pytest.mark.grade_cell(
    "test_to_mean_concentration", example=("call", "to_mean_concentration", 6.0, 4.0)
)
class TestToMeanConcentration:
    @pytest.mark.points(1)
    def test_mean_and_concentration(self, student):
        """The mean and the concentration of several Beta distributions, alone and in arrays."""
        for a, b in ((1.5, 6), (np.array([0.2, 30.0]), np.array([0.7, 12.0]))):
            mu, lam = two(student, student.call("to_mean_concentration", a, b), np.shape(a))
            meaning = "Of the two parameters, {} comes out wrong (the mean comes first)."
            student.expect_close(
                mu, a / (a + b), operations=4, meaning=meaning.format("the mean mu")
            )
            student.expect_close(
                lam, a + b, operations=4, meaning=meaning.format("the concentration lam")
            )


@pytest.mark.grade_cell(
    "test_from_mean_concentration", example=("call", "from_mean_concentration", 0.6, 10.0)
)
class TestFromMeanConcentration:
    @pytest.mark.points(2)
    def test_a_and_b(self, student):
        """a and b of several pairs of mu and lam, alone and in arrays."""
        # The last of them would show that a or b has been rounded.
        for mu, lam in ((0.15, 8), (np.array([0.25, 0.9, 0.1371]), np.array([0.4, 55.0, 0.7313]))):
            a, b = two(student, student.call("from_mean_concentration", mu, lam), np.shape(mu))
            meaning = "Turning (mu, lam) back into (a, b), {} comes out wrong."
            student.expect_close(a, mu * lam, operations=4, meaning=meaning.format("a"))
            student.expect_close(
                b, (1 - mu) * lam, operations=4, magnitude=lam, meaning=meaning.format("b")
            )


@pytest.mark.grade_cell(
    "test_sample_hyperprior", example=("call", "sample_hyperprior", "key", 1000)
)
class TestSampleHyperprior:
    @pytest.mark.points(1)
    def test_means(self, student):
        """mu is uniform between 0 and 1."""
        # A margin of 0.01 at both ends, as in the text that the course follows, is let pass.
        mu, _ = self.draw(student, 41)
        student.expect_draws(
            mu, DRAWS, uniform().cdf, meaning="The draws of mu are not uniform between 0 and 1."
        )

    @pytest.mark.points(2)
    def test_concentrations(self, student):
        """log lam is uniform, between the default bounds and between others."""
        for seed, bounds in ((42, {}), (43, {"lam_low": 0.5, "lam_high": 20.0})):
            _, lam = self.draw(student, seed, **bounds)
            low, high = bounds.get("lam_low", 0.1), bounds.get("lam_high", 100.0)
            meaning = "The draws of lam are not log-uniform between lam_low and lam_high."
            student.expect_draws(lam, DRAWS, loguniform(low, high).cdf, meaning=meaning)
            rounding = 1e-5  # exp and log in float32
            inside = (low * (1 - rounding) <= lam) & (lam <= high * (1 + rounding))
            assert np.all(inside), "Some draws of lam lie outside lam_low and lam_high."

    @pytest.mark.points(1)
    def test_the_two_are_independent_and_follow_the_key(self, student):
        """mu and lam are drawn independently, and the key decides which."""
        # All draws first, so that it shows which mistakes they would repeat under another key.
        (mu, lam), again, other = (self.draw(student, seed) for seed in (44, 44, 45))
        log_lam = np.log(np.maximum(lam, 1e-30))
        from_the_middle = np.abs(log_lam - np.log(0.1 * 100.0) / 2)
        for of_mu in (mu, np.abs(mu - 0.5)):
            for of_lam in (log_lam, from_the_middle):
                student.expect_uncorrelated(
                    of_mu,
                    of_lam,
                    meaning="mu and lam hang together: does each get a random key of its own?",
                )
        for draws, repeated, fresh in zip((mu, lam), again, other, strict=True):
            assert np.array_equal(draws, repeated), "The same key gave different draws."
            assert not np.array_equal(draws, fresh), (
                "Another key gave the very same draws of mu or of lam."
            )

    def draw(self, student, seed, **bounds):
        answer = student.call("sample_hyperprior", student.key(seed), DRAWS, **bounds)
        return two(student, answer, (DRAWS,))


def some_draws(size=400):
    random = np.random.default_rng(6)
    mu = random.uniform(0.05, 0.95, size).astype(np.float32)
    lam = np.exp(random.uniform(np.log(0.15), np.log(80), size)).astype(np.float32)
    return mu.astype(float), lam.astype(float)


EXAMPLE_DRAWS = (np.array([0.3, 0.6, 0.7]), np.array([0.5, 10.0, 40.0]))


@pytest.mark.grade_cell(
    "test_weigh_population",
    example=("call", "weigh_population", STORY_K, STORY_N, *EXAMPLE_DRAWS),
    builds_on=["from_mean_concentration"],
)
class TestWeighPopulation:
    @pytest.mark.points(3)
    def test_weights_of_other_classes(self, student):
        """The weight of each candidate population, for two other classes."""
        for k, n in (ALIKE, DIFFERENT):
            mu, lam = some_draws()
            self.check(student, k, n, mu, lam)

    @pytest.mark.points(1)
    def test_a_large_class(self, student):
        """A class so large that its likelihood underflows: the weights still add up to one."""
        k, n = np.tile(ALIKE[0], 12), np.tile(ALIKE[1], 12)
        mu, lam = np.array([0.35, 0.4, 0.45]), np.array([20.0, 30.0, 10.0])
        self.check(student, k, n, mu, lam)

    def check(self, student, k, n, mu, lam):
        weights = student.call("weigh_population", k, n, mu, lam)
        try:
            self.compare(student, weights, k, n, mu * lam, (1 - mu) * lam)
        except AssertionError as failure:
            try:
                a, b = two(student, student.call("from_mean_concentration", mu, lam), mu.shape)
                assert np.all(a > 0) and np.all(b > 0), "no population to follow"
                self.compare(student, weights, k, n, a, b)
            except AssertionError:
                raise failure from None

    def compare(self, student, answer, k, n, a, b):
        log_w = exact.population_loglik(a, b, k, n)
        weights = np.exp(log_w - log_w.max())
        weights = weights / weights.sum()
        # An error in a log weight is a relative error in the weight, twice for the normaliser.
        error = np.array(
            [2 * exact.float32_log_marginal_error(k, n, x, y).sum() for x, y in zip(a, b)]
        )
        student.expect_close(
            answer,
            weights,
            operations=1,
            magnitude=(error.max() * weights + 1e-6) / EPS,
            meaning="The candidate populations' weights come out wrong for another class.",
        )


@pytest.mark.grade_cell(
    "test_infer_population",
    example=("call", "infer_population", STORY_K, STORY_N, 0, 2000),
    by_chance=True,
    builds_on=["sample_hyperprior", "weigh_population"],
)
class TestInferPopulation:
    @pytest.mark.points(2)
    def test_both_kinds_of_classroom(self, student):
        """Another class of students who are alike, and one of creatures of habit."""
        self.check(student, *ALIKE, seed=3)
        self.check(student, *DIFFERENT, seed=4)

    @pytest.mark.points(2)
    def test_other_bounds(self, student):
        """Other bounds for lam and other numbers of draws are used."""
        self.check(student, *ALIKE, seed=5, n_samples=40_000, lam_low=0.5, lam_high=400.0)
        self.check(student, *DIFFERENT, seed=6, n_samples=40_000, lam_low=1.0, lam_high=50.0)

    @pytest.mark.points(1)
    def test_the_seed_decides(self, student):
        """The same seed gives the same estimate; another seed, unless it is exact, another one."""
        first, again, other = (
            two(student, student.call("infer_population", *ALIKE, seed=s, n_samples=40_000))
            for s in (1, 1, 2)
        )
        assert np.all(np.isfinite(first)), "The estimates are NaN or infinite."
        assert first == again, "The same seed gave two different estimates."
        if first == other:  # quadrature in place of sampling needs no seed
            is_exact = self.is_exact(student, 100) or self.is_exact(student, 60_000)
            assert is_exact, "Another seed gave the very same estimate."
        else:
            self.check_single_draws(student)

    def check_single_draws(self, student):
        """Of twelve single draws, all within a tenth of mu's range have probability 1e-10."""
        draws = [
            two(student, student.call_by_chance("infer_population", *ALIKE, seed=s, n_samples=1))
            for s in range(40, 52)
        ]
        assert np.any(np.ptp(draws, axis=0) > (0.1, 10.0)), (
            "Estimates from a single draw are too much alike: is n_samples used?"
        )

    def is_exact(self, student, draws):
        """Whether estimates are nearer to the exact values than a run of so many draws gets.

        Such a run is within 0.3 standard errors with probability 0.24; of the eight means here all
        are with probability 1e-5, if they are independent.
        """
        for k, n in (ALIKE, DIFFERENT, (STORY_K, STORY_N), STORY_B):
            answer = two(
                student,
                student.call_by_chance("infer_population", k, n, seed=1, n_samples=draws),
            )
            posterior = exact.population_posterior(k, n)
            for value, nodes in zip(answer, (posterior.mu, posterior.lam), strict=True):
                error = posterior.standard_error(nodes, draws)
                if not abs(value - posterior.mean(nodes)) <= 0.3 * error:
                    return False
        return True

    def check(self, student, k, n, seed, **settings):
        answer = two(student, student.call("infer_population", k, n, seed=seed, **settings))
        draws = settings.get("n_samples", 60_000)
        bounds = {name: settings[name] for name in ("lam_low", "lam_high") if name in settings}
        posterior = exact.population_posterior(k, n, **bounds)
        meaning = "The posterior mean of {} comes out wrong for another class or other bounds."
        try:
            for value, nodes, name in zip(
                answer, (posterior.mu, posterior.lam), ("mu", "lam"), strict=True
            ):
                student.expect_estimate(
                    value,
                    posterior.mean(nodes),
                    posterior.standard_error(nodes, draws),
                    meaning=meaning.format(name),
                )
        except AssertionError as failure:
            try:
                self.follow(student, answer, k, n, draws, bounds)
            except AssertionError:
                raise failure from None

    def follow(self, student, answer, k, n, draws, bounds):
        """Compare with a run of the student's own hyperprior and weights, if those are wrong."""
        mu, lam = two(
            student,
            student.call("sample_hyperprior", student.key(99), draws, **bounds),
            (draws,),
        )
        weights = student.numbers(student.call("weigh_population", k, n, mu, lam), (draws,))
        assert not self.are_right(student, mu, lam, weights, k, n, bounds), "nothing to follow"
        for value, nodes in zip(answer, (mu, lam), strict=True):
            mean = np.sum(weights * nodes)
            # Two runs with this error each.
            error = np.sqrt(2 * np.sum(weights**2 * (nodes - mean) ** 2))
            student.expect_followed(value, mean, error, meaning="followed")

    def are_right(self, student, mu, lam, weights, k, n, bounds):
        """Whether both the draws from the hyperprior and their weights are as they should be."""
        low, high = bounds.get("lam_low", 0.1), bounds.get("lam_high", 100.0)
        try:
            student.expect_draws(mu, len(mu), uniform().cdf, meaning="wrong")
            student.expect_draws(lam, len(lam), loguniform(low, high).cdf, meaning="wrong")
            student.expect_uncorrelated(mu, np.log(lam), meaning="wrong")
        except AssertionError:
            return False
        log_w = exact.population_loglik(mu * lam, (1 - mu) * lam, k, n)
        right = np.exp(log_w - np.max(log_w))
        return np.allclose(weights, right / np.sum(right), rtol=0.01, atol=1e-6)


@pytest.mark.grade_cell(
    "test_shrink",
    example=("call", "shrink", STORY_K, STORY_N, 0.66, 41.3),
    builds_on=["from_mean_concentration"],
)
class TestShrink:
    @pytest.mark.points(2)
    def test_other_classes(self, student):
        """Other classes under populations of both kinds."""
        self.check(student, *ALIKE, 0.41, 33.0)
        self.check(student, *DIFFERENT, 0.55, 0.45)

    @pytest.mark.points(1)
    def test_one_student(self, student):
        """A single student with plain numbers, and one without any bento."""
        self.check(student, 3, 8, 0.25, 6)
        self.check(student, 0, 0, 0.7, 5.0)

    def check(self, student, k, n, mu, lam):
        answer = student.call("shrink", k, n, mu, lam)
        meaning = "The students' posterior means under a given population come out wrong."
        try:
            student.expect_close(
                answer,
                exact.posterior_mean(mu * lam, (1 - mu) * lam, k, n),
                operations=16,
                meaning=meaning,
            )
        except AssertionError as failure:
            try:
                a, b = two(student, student.call("from_mean_concentration", mu, lam))
                student.expect_close(
                    answer, exact.posterior_mean(a, b, k, n), operations=16, meaning=meaning
                )
            except AssertionError:
                raise failure from None


PULLED, FACE_VALUE = "pulled to the group", "taken at face value"


@pytest.mark.grade_cell(
    "test_classroom_verdict",
    example=("call", "classroom_verdict", STORY_K, STORY_N),
    by_chance=True,
    builds_on=["infer_population", "shrink"],
)
class TestClassroomVerdict:
    @pytest.mark.points(1)
    def test_students_who_are_alike(self, student):
        """Another class of students who are alike: population, regime, rates and verdicts."""
        self.check(student, *ALIKE, seed=7)

    @pytest.mark.points(1)
    def test_creatures_of_habit(self, student):
        """Another class of creatures of habit: population, regime, rates and verdicts."""
        self.check(student, *DIFFERENT, seed=8)

    @pytest.mark.points(1)
    def test_the_notebooks_two_classrooms(self, student):
        """Classrooms A and B of the notebook, under a seed of the grader's, which is used."""
        lam = self.check(student, STORY_K, STORY_N, seed=9)
        self.check(student, *STORY_B, seed=9)
        if self.check(student, STORY_K, STORY_N, seed=10) == lam:
            own = [
                two(student, student.call("infer_population", STORY_K, STORY_N, seed=s))
                for s in (9, 10)
            ]
            assert own[0] == own[1], "Another seed gave the very same lam: is it passed on?"

    @pytest.mark.points(1)
    def test_a_classroom_of_both(self, student):
        """A class in which some are pulled to the group and some are taken at face value."""
        # lam comes out at 1.4, so that a line between the regimes at 2 shows as well.
        k, n = np.array([19, 1, 74, 0, 4, 1, 6]), np.array([20, 12, 90, 1, 60, 1, 8])
        self.check(student, k, n, seed=10)

    def check(self, student, k, n, seed):
        verdict = student.call("classroom_verdict", k, n, seed=seed)
        assert isinstance(verdict, dict), "The verdict should be a dictionary."
        for name in ("mu", "lam", "regime", "shrunk", "verdicts"):
            assert name in verdict, f'The verdict has no entry "{name}".'
        mu, lam = (
            float(student.numbers(verdict[name], (), what=f'"{name}" in the verdict'))
            for name in ("mu", "lam")
        )
        self.check_population(student, mu, lam, k, n, seed)
        self.check_regime(student, verdict["regime"], lam)
        shrunk = self.check_shrunk(student, verdict["shrunk"], mu, lam, k, n)
        self.check_verdicts(student, verdict["verdicts"], shrunk, mu, k / n)
        return lam

    def check_regime(self, student, regime, lam):
        student.expect_consistent(
            isinstance(regime, str) and regime in ("alike", "different"),
            meaning='The regime should be the text "alike" or the text "different".',
        )
        student.expect_consistent(
            regime == ("alike" if lam >= 1 else "different"),
            meaning='The regime does not go with the "lam" in the same verdict: it is "alike" '
            'where lam is 1 or more, and "different" where it is less.',
        )

    def check_population(self, student, mu, lam, k, n, seed):
        posterior = exact.population_posterior(k, n)
        meaning = "mu or lam in the verdict is not what the class says of its population."
        try:
            for value, nodes in ((mu, posterior.mu), (lam, posterior.lam)):
                student.expect_estimate(
                    value,
                    posterior.mean(nodes),
                    posterior.standard_error(nodes, 60_000),
                    meaning=meaning,
                )
        except AssertionError as failure:
            try:
                own = two(student, student.call("infer_population", k, n, seed=seed))
            except AssertionError:
                raise failure from None
            if not np.allclose((mu, lam), own, rtol=1e-4):
                raise

    def check_shrunk(self, student, answer, mu, lam, k, n):
        meaning = 'The rates in "shrunk" are not the students\' rates under that population.'
        shrunk = student.numbers(answer, k.shape, what='"shrunk" in the verdict')
        right = exact.posterior_mean(mu * lam, (1 - mu) * lam, k, n)
        try:
            student.expect_close(shrunk, right, operations=32, meaning=meaning)
        except AssertionError as failure:
            try:
                own = student.numbers(student.call("shrink", k, n, mu, lam), k.shape)
            except AssertionError:
                raise failure from None
            if not np.allclose(shrunk, own, rtol=1e-4, atol=1e-6):
                raise
        return shrunk

    def check_verdicts(self, student, verdicts, shrunk, mu, raw):
        student.expect_consistent(
            isinstance(verdicts, list | tuple) and len(verdicts) == len(raw),
            meaning='There should be one entry in "verdicts" for each student.',
        )
        student.expect_consistent(
            all(isinstance(verdict, str) for verdict in verdicts)
            and {PULLED, FACE_VALUE}.issuperset(verdicts),
            meaning=f'Each verdict should be the text "{PULLED}" or the text "{FACE_VALUE}".',
        )
        margin = np.abs(shrunk - raw) - np.abs(shrunk - mu)
        for verdict, room in zip(verdicts, margin, strict=True):
            if abs(room) > 1e-4:  # else a rounding error decides
                student.expect_consistent(
                    verdict == (PULLED if room > 0 else FACE_VALUE),
                    meaning="A verdict does not say which the shrunk rate is nearer to, the "
                    "group's mean or the student's own raw fraction.",
                )


CLASSROOMS = {"Room 7": ALIKE, "Room 9": DIFFERENT}
# The prior and the ends of intervals may be drawn as well, but not a curve everywhere.
STRAY_CURVES = 4


@pytest.mark.grade_cell(
    "test_plot_concentration",
    example=("axes", "plot_concentration", {"A": (STORY_K, STORY_N)}),
    builds_on=["sample_hyperprior", "weigh_population"],
)
class TestPlotConcentration:
    @pytest.mark.points(1)
    def test_axis_labels_and_names(self, student):
        """The x axis is logarithmic and labelled, and each classroom's name can be read."""
        drawing = draw(student)
        assert drawing["xscale"] == "log", "The x axis is not logarithmic."
        assert drawing["xlabel"].strip(), "The x axis has no label."
        written = [drawing["title"], *drawing["legend"], *drawing["texts"]]
        for name in CLASSROOMS:
            assert any(name in text for text in written), (
                "A classroom's name is nowhere in the figure: label its curve."
            )

    @pytest.mark.points(0.5)
    def test_line_at_one(self, student):
        """A vertical line marks lam = 1, where the two regimes meet."""
        drawing = draw(student)
        height = np.ptp(drawing["ylim"])
        assert any(
            len(line["x"]) >= 2
            and np.allclose(line["x"], 1.0, rtol=1e-3)
            and np.ptp(line["y"]) >= 0.3 * height
            for line in drawing["lines"]
        ), "There is no vertical line at lam = 1."

    @pytest.mark.points(1.5)
    def test_each_posterior_lies_where_it_should(self, student):
        """Each classroom's curve or histogram lies where its posterior of lam lies."""
        drawn = curves_drawn(draw(student))
        centers = {name: centers_of_posterior(*data) for name, data in CLASSROOMS.items()}
        try:
            self.check(drawn, centers)
        except AssertionError as failure:
            own = {name: own_center(student, *data) for name, data in CLASSROOMS.items()}
            try:
                self.check(drawn, {name: (*centers[name], *own[name]) for name in CLASSROOMS})
            except AssertionError:
                raise failure from None

    def check(self, drawn, centers):
        belongs = {
            name: [
                near(curve, (*centers[name], *centers_in_bins(curve.edges, name)))
                for curve in drawn
            ]
            for name in CLASSROOMS
        }
        for name in CLASSROOMS:
            assert any(belongs[name]), (
                "For one of the classrooms there is no curve or histogram where the posterior of "
                "lam lies: are the draws weighted?"
            )
            labelled = [
                of for of, curve in zip(belongs[name], drawn, strict=True) if name in curve.label
            ]
            assert not labelled or any(labelled), "A curve carries the name of another classroom."
        strays = sum(not any(of) for of in zip(*belongs.values(), strict=True))
        assert strays <= STRAY_CURVES, "Many curves belong to none of the classrooms."


def draw(student):
    return student.draw("plot_concentration", CLASSROOMS, seed=12)


class Curve(NamedTuple):
    """A curve or histogram: its label, its centre over log lam, and the edges of its bins."""

    label: str
    center: float
    edges: np.ndarray


def near(curve, centers):
    """Whether a curve lies at one of some centres."""
    # Monte Carlo noise and fine bins move a centre by about 0.1; the prior's is at 1.15.
    return any(abs(curve.center - center) < 0.3 for center in centers)


def own_center(student, k, n):
    """Where the posterior lies by the student's own draws and weights, which may be wrong."""
    try:
        answer = student.call("sample_hyperprior", student.key(98), DRAWS)
        mu, lam = two(student, answer, (DRAWS,))
        weights = student.numbers(student.call("weigh_population", k, n, mu, lam), (DRAWS,))
    except AssertionError:
        return []
    if not np.all((lam > 0) & (weights >= 0)) or not np.sum(weights) > 0:
        return []
    return [np.sum(weights * np.log(lam)) / np.sum(weights)]


def curves_drawn(drawing):
    """Each curve, and the bars of each colour."""
    grid = np.linspace(np.log(0.1), np.log(100), 400)
    curves = []
    for line in drawing["lines"]:
        height = np.zeros_like(grid)
        with np.errstate(all="ignore"):
            x = np.log(line["x"])
        y = line["y"]
        for i in range(len(x) - 1):
            if np.isfinite(x[i : i + 2]).all() and x[i] != x[i + 1]:
                inside = (grid >= min(x[i], x[i + 1])) & (grid <= max(x[i], x[i + 1]))
                rise = (grid[inside] - x[i]) / (x[i + 1] - x[i])
                height[inside] = np.maximum(height[inside], y[i] + rise * (y[i + 1] - y[i]))
        is_steps = np.all((np.diff(x) == 0) | (np.diff(y) == 0))
        edges = np.unique(line["x"]) if is_steps else np.empty(0)
        curves.append(Curve(line["label"], center_of(grid, height), edges))
    for color in {bar["color"] for bar in drawing["bars"]}:
        height, edges = np.zeros_like(grid), set()
        for bar in drawing["bars"]:
            low, high = sorted((bar["x"], bar["x"] + bar["width"]))
            if bar["color"] == color and high > 0:
                edges |= {low, high}
                in_bar = (grid >= np.log(max(low, 1e-9))) & (grid <= np.log(high))
                height[in_bar] += abs(bar["height"])
        curves.append(Curve("", center_of(grid, height), np.array(sorted(edges))))
    return [curve for curve in curves if curve.center is not None]


def centers_in_bins(edges, name):
    """Where a histogram with these bins of a classroom's posterior of lam has its centre.

    Coarse bins move it. There may be two answers, for counts and for densities per unit of lam, and
    there is none where the bins are too coarse to tell the classrooms apart.
    """
    if not 2 <= len(edges) <= 1000 or not np.isfinite(edges).all():
        return []
    found = []
    for per_unit in (False, True):
        centers = {
            room: binned_center(edges, exact.population_posterior(*data), per_unit)
            for room, data in CLASSROOMS.items()
        }
        if None not in centers.values() and np.ptp(list(centers.values())) > 0.8:
            found.append(centers[name])
    return found


def binned_center(edges, posterior, per_unit):
    """The centre over log lam of a histogram of a posterior; see :func:`center_of`."""
    grid = np.linspace(np.log(0.1), np.log(100), 400)
    shares = np.array(
        [
            posterior.mean(((posterior.lam >= low) & (posterior.lam < high)).astype(float))
            for low, high in itertools.pairwise(edges)
        ]
    )
    height = shares / np.diff(edges) if per_unit else shares
    own_bin = np.clip(np.searchsorted(edges, np.exp(grid), "right") - 1, 0, len(shares) - 1)
    inside = (np.exp(grid) >= edges[0]) & (np.exp(grid) <= edges[-1])
    return center_of(grid, np.where(inside, height[own_bin], 0.0))


def center_of(grid, height):
    """The centre of mass of a curve over log lam; None for what is no curve."""
    mass = np.sum(height)
    return float(np.sum(grid * height) / mass) if np.isfinite(mass) and mass > 0 else None


def centers_of_posterior(k, n):
    """Where the posterior of lam lies: drawn per unit of log lam, or per unit of lam."""
    posterior = exact.population_posterior(k, n)
    log_lam = np.log(posterior.lam)
    per_log = posterior.mean(log_lam)
    per_unit = posterior.mean(log_lam / posterior.lam) / posterior.mean(1 / posterior.lam)
    return per_log, per_unit


def two(student, answer, shape=()):
    """Two numbers or arrays, however they are held together."""
    assert isinstance(answer, tuple | list | np.ndarray) and len(answer) == 2, (
        "The answer should be a pair, in the order that the exercise asks for."
    )
    first, second = (student.numbers(part, shape) for part in answer)
    return (first, second) if shape else (float(first), float(second))
