"""Hidden tests of ps1-shrinkage: classes and priors that are in no notebook."""

import itertools

import numpy as np
import pytest
from scipy.special import gammaln

from solutions import exact

# The notebook's class, for the public examples.
STORY_K = np.array([70, 28, 6, 3, 2, 0])
STORY_N = np.array([100, 40, 10, 5, 2, 1])
STORY_NAMES = ["Alyssa", "Ben", "Carmen", "Diego", "Emi", "Farid"]

# Another class: no symmetric numbers, so that swapped arguments show.
K = np.array([3, 41, 0, 17, 9, 1, 25])
N = np.array([11, 57, 4, 17, 60, 1, 100])
A, B = 2.5, 7.25

# Every formula of this notebook is a handful of float32 operations on numbers that the prior's
# strength plus the largest count bounds, divided by one of the same size.
OPERATIONS = 8


def log_gamma_size(a, b, n):
    """What float32 loses where a posterior mean is taken from a ratio of two Beta functions."""
    return 1 + gammaln(np.asarray(a) + b + n)


@pytest.mark.grade_cell(
    "test_posterior_mean", example=("call", "posterior_mean", 6.0, 4.0, STORY_K, STORY_N)
)
class TestPosteriorMean:
    @pytest.mark.points(2)
    def test_whole_class_at_once(self, student):
        """Another class under another prior, all students at once."""
        student.expect_close(
            student.call("posterior_mean", A, B, K, N),
            exact.posterior_mean(A, B, K, N),
            operations=OPERATIONS,
            magnitude=log_gamma_size(A, B, N),
            meaning="The posterior means of another class under another prior come out wrong.",
        )

    @pytest.mark.points(2)
    def test_one_student_with_python_numbers(self, student):
        """One student, with plain Python numbers, integers among them; rates near 0 and 1 too."""
        for a, b, k, n in (
            (3, 5, 2, 9),
            (0.75, 12.5, 30, 31),
            (1.5, 40, 0, 160),
            (40, 1.5, 160, 160),
        ):
            student.expect_close(
                student.call("posterior_mean", a, b, k, n),
                exact.posterior_mean(a, b, k, n),
                operations=OPERATIONS,
                magnitude=log_gamma_size(a, b, n),
                meaning="The posterior mean of a single student comes out wrong.",
            )

    @pytest.mark.points(1)
    def test_no_bentos_at_all(self, student):
        """A student who has brought no bento yet: only the prior is left."""
        student.expect_close(
            student.call("posterior_mean", A, B, 0, 0),
            exact.posterior_mean(A, B, 0, 0),
            operations=OPERATIONS,
            magnitude=log_gamma_size(A, B, 0),
            meaning="With no data at all, the answer should be what the prior alone says.",
        )

    @pytest.mark.points(1)
    def test_many_priors_for_one_student(self, student):
        """One student under several priors: it broadcasts over a and b as well."""
        a, b = np.array([0.5, 4.0, 60.0]), np.array([3.0, 1.5, 40.0])
        student.expect_close(
            student.call("posterior_mean", a, b, 4, 9),
            exact.posterior_mean(a, b, 4, 9),
            operations=OPERATIONS,
            magnitude=log_gamma_size(a, b, 9),
            meaning="With arrays for a and b, the answer should hold one posterior mean a prior.",
        )


@pytest.mark.grade_cell("test_data_weight", example=("call", "data_weight", 6.0, 4.0, STORY_N))
class TestDataWeight:
    @pytest.mark.points(2)
    def test_weights_of_a_class(self, student):
        """The weights of another class under a strong prior and a weak one."""
        for a, b in ((A, B), (0.3, 0.15)):
            student.expect_close(
                student.call("data_weight", a, b, N),
                N / (a + b + N),
                operations=OPERATIONS,
                meaning="The weights that other students' own data get come out wrong.",
            )

    @pytest.mark.points(1)
    def test_no_data_and_much_data(self, student):
        """No data get no weight, and very much data get almost all."""
        for n in (0, 1_000_000):
            student.expect_close(
                student.call("data_weight", A, B, n),
                n / (A + B + n),
                operations=OPERATIONS,
                meaning="Look at the two ends: what weight do no data get, and very many?",
            )


@pytest.mark.grade_cell(
    "test_shrinkage_shift",
    example=("call", "shrinkage_shift", 6.0, 4.0, STORY_K, STORY_N),
    builds_on=["posterior_mean"],
)
class TestShrinkageShift:
    @pytest.mark.points(2)
    def test_shifts_of_a_class(self, student):
        """The shifts of another class under another prior, with their signs."""
        meaning = "How far, and in which direction, other students move comes out wrong."
        self.check(student, A, B, K, N, meaning)

    @pytest.mark.points(1)
    def test_who_agrees_with_the_group_stays(self, student):
        """A student whose raw fraction is the prior mean does not move; one below it moves up."""
        k, n = np.array([5, 1]), np.array([20, 20])
        meaning = "The pull is towards the group, and as strong as the disagreement with it."
        self.check(student, 3.0, 9.0, k, n, meaning)

    def check(self, student, a, b, k, n, meaning):
        shift = student.call("shrinkage_shift", a, b, k, n)
        budget = {"operations": OPERATIONS, "magnitude": log_gamma_size(a, b, n)}
        right = exact.posterior_mean(a, b, k, n)
        try:
            student.expect_close(shift, right - k / n, **budget, meaning=meaning)
        except AssertionError as failure:
            own = own_means(student, a, b, k, n)
            if own is None:
                raise
            try:
                student.expect_close(shift, own - k / n, **budget, meaning=meaning)
            except AssertionError:
                raise failure from None


def own_means(student, a, b, k, n):
    """The student's own posterior means, right, rounded or wrong: later exercises build on them.

    Right ones change nothing, since nothing but float32 lies between them and the exact ones.
    """
    try:
        own = student.numbers(student.call("posterior_mean", a, b, k, n), k.shape)
    except AssertionError:
        return None
    return own if np.all(np.isfinite(own)) else None


NAMES = ["Gus", "Hana", "Ito", "June"]
PLOT_K = np.array([1, 45, 2, 30])
PLOT_N = np.array([8, 50, 3, 120])
PLOT_A, PLOT_B = 3.0, 5.5
# A figure may hold a few lines that nobody asked for, but none at every height.
STRAY_LINES = 3


@pytest.mark.grade_cell(
    "test_plot_shrinkage",
    example=("axes", "plot_shrinkage", STORY_NAMES, STORY_K, STORY_N, 6.0, 4.0),
    builds_on=["posterior_mean"],
)
class TestPlotShrinkage:
    @pytest.mark.points(1.5)
    def test_two_columns_of_points(self, student):
        """Raw fractions stand at x = 0, posterior means at x = 1, one marker a student in each."""
        drawing = draw(student)
        expect_heights(at_x(drawing, 0), PLOT_K / PLOT_N, "raw fractions at x = 0")
        right = at_x(drawing, 1)
        means = means_drawn(student, [point["y"] for point in right])
        expect_heights(right, means, "posterior means at x = 1")

    @pytest.mark.points(1.5)
    def test_a_line_joins_each_pair(self, student):
        """A line leads from each student's raw fraction to the same student's posterior mean."""
        drawing = draw(student)
        segments = [segment for line in drawing["lines"] for segment in segments_of(line)]
        means = means_drawn(student, [end for _, (x, end) in segments if abs(x - 1) < 1e-3])
        across = np.array(
            [s for s in segments if np.allclose([s[0][0], s[1][0]], [0, 1], atol=1e-3)]
        )
        heights = across[:, :, 1] if len(across) else np.empty((0, 2))
        pairs = np.column_stack([PLOT_K / PLOT_N, means])
        belongs = np.all(np.abs(heights[:, None] - pairs) < 1e-3, axis=2)
        assert np.all(np.any(belongs, axis=0)), (
            "Some student's two points are not joined by a line from x = 0 to x = 1."
        )
        is_level = np.all(np.abs(heights - PLOT_A / (PLOT_A + PLOT_B)) < 1e-3, axis=1)
        assert np.sum(~np.any(belongs, axis=1) & ~is_level) <= STRAY_LINES, (
            "Many lines from x = 0 to x = 1 belong to no student."
        )

    @pytest.mark.points(1)
    def test_marker_area_grows_with_n(self, student):
        """The more bentos a student has brought, the larger the marker's area, in both columns."""
        drawing = draw(student)
        means = means_drawn(student, [point["y"] for point in at_x(drawing, 1)])
        for x, heights in ((0, PLOT_K / PLOT_N), (1, means)):
            points = at_x(drawing, x)
            expect_heights(points, heights, f"students at x = {x}")
            areas = areas_of_students(points, heights)
            assert np.all(np.diff(areas[np.argsort(PLOT_N)]) > 0), (
                "The markers should be larger for students who brought more bentos: "
                "is their size computed from n?"
            )

    @pytest.mark.points(1)
    def test_dashed_orange_line_at_the_prior_mean(self, student):
        """A dashed orange horizontal line marks the population mean a/(a+b)."""
        lines = draw(student)["lines"]
        level = PLOT_A / (PLOT_A + PLOT_B)
        wide = [line for line in lines if len(line["y"]) >= 2 and np.ptp(line["x"]) >= 0.9]
        horizontal = [line for line in wide if np.allclose(line["y"], level, atol=1e-3)]
        assert sum(line["dashed"] for line in wide) <= len(PLOT_N) + 1 + STRAY_LINES, (
            "So many lines are dashed that none of them marks the population mean."
        )
        assert horizontal, "There is no horizontal line at the population mean."
        assert any(line["dashed"] for line in horizontal), "The population line is not dashed."
        assert any(line["dashed"] and is_orange(line["color"]) for line in horizontal), (
            "The dashed population line is not orange."
        )


def draw(student):
    return student.draw("plot_shrinkage", NAMES, PLOT_K, PLOT_N, PLOT_A, PLOT_B)


def means_drawn(student, drawn):
    """The right posterior means; the student's own, if those are wrong and stand in the figure."""
    own = own_means(student, PLOT_A, PLOT_B, PLOT_K, PLOT_N)
    drawn = np.array(drawn)
    if own is not None and all(np.any(np.abs(drawn - height) < 1e-3) for height in own):
        return own
    return exact.posterior_mean(PLOT_A, PLOT_B, PLOT_K, PLOT_N)


def at_x(drawing, x):
    return [point for point in drawing["points"] if abs(point["x"] - x) < 1e-3]


def expect_heights(points, heights, what):
    # A figure is read to a thousandth at best; the closest two students here are 0.03 apart.
    drawn = np.array(sorted(point["y"] for point in points))
    assert len(drawn) >= len(heights), f"There are not as many {what} as students."
    assert all(np.any(np.abs(drawn - height) < 1e-3) for height in heights), (
        f"The {what} do not stand at the right heights."
    )
    assert all(np.any(np.abs(heights - height) < 1e-3) for height in drawn), (
        f"Among the {what} are markers that belong to no student."
    )


def areas_of_students(points, heights):
    """Each student's area; where several stand at one height, the largest is for the largest n."""
    areas = np.zeros(len(heights))
    for height in heights:
        here = np.flatnonzero(np.abs(heights - height) < 1e-3)
        drawn = sorted(point["area"] for point in points if abs(point["y"] - height) < 1e-3)
        assert len(drawn) >= len(here), "Some student's marker is missing."
        areas[here[np.argsort(PLOT_N[here])]] = drawn[-len(here) :]
    return areas


def segments_of(line):
    """The straight pieces of a polyline from left to right (a NaN separates two pieces)."""
    corners = np.column_stack([line["x"], line["y"]])
    i = 1
    while i < len(corners) - 1:
        (x0, y0), (x, y), (x1, y1) = corners[i - 1 : i + 2]
        between = min(x0, x1) < x < max(x0, x1)
        if between and abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y) < 1e-3:
            corners = np.delete(corners, i, axis=0)  # on a straight line, no corner
        else:
            i += 1
    for start, end in itertools.pairwise(corners.tolist()):
        yield sorted([start, end])


def is_orange(color):
    """Whether a hex colour lies between reddish orange and amber: a hue of 15 to 50 degrees."""
    if not color:
        return False
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    brightest, spread = max(red, green, blue), max(red, green, blue) - min(red, green, blue)
    if brightest < 0.5 or spread < 0.4 * brightest or brightest != red:
        return False
    return 15 <= 60 * (green - blue) / spread <= 50
