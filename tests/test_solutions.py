"""The JAX reference against exact answers, for every kind of input that the course allows.

Random answers are compared with exact ones and may be off by Z standard errors, which the exact
side provides. With Z = 5 a correct answer fails with probability 6e-7 a comparison (two sides of a
normal distribution); as keys and seeds are fixed, each comparison either holds for good or not.
Deterministic answers may be off by float32 rounding.
"""

import inspect
import math

import genjax
import jax
import jax.numpy as jnp
import jax.random as jr
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import same_color
from matplotlib.patches import StepPatch
from scipy import stats

import solutions
from solutions import exact, two_classrooms

Z = 5.0
NAMES = ["Alyssa", "Ben", "Carmen", "Diego", "Emi", "Farid"]
A = ([70, 28, 6, 3, 2, 0], [100, 40, 10, 5, 2, 1])
B = ([97, 2, 19, 0, 2, 0], [100, 40, 20, 20, 2, 1])
C = ([3, 11, 0, 40, 7, 7, 1], [30, 50, 4, 90, 20, 7, 9])
LARGE = ([7031, 401, 99, 1500, 3, 9000], [9900, 800, 260, 1700, 12, 10000])

FORMS = {
    "lists": lambda values: jnp.asarray(list(values)),
    "float lists": lambda values: jnp.asarray([float(value) for value in values]),
    "numpy ints": np.array,
    "numpy floats": lambda values: np.array(values, dtype=np.float64),
    "jax floats": lambda values: jnp.array(values, dtype=jnp.float32),
}


@pytest.fixture(autouse=True)
def _figures():
    """Draw without a window, and forget every figure."""
    plt.switch_backend("Agg")
    yield
    plt.close("all")


@pytest.fixture(params=FORMS.values(), ids=FORMS.keys())
def form(request):
    """One of the ways to write a list of counts."""
    return request.param


def arrays(classroom):
    """Counts of a classroom as integer JAX arrays."""
    return tuple(map(jnp.array, classroom))


def close(actual, expected, rtol=1e-6, atol=1e-6):
    """Compare up to float32 rounding, shapes included."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)


# The contract


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("posterior_mean", "(a, b, k, n)"),
        ("data_weight", "(a, b, n)"),
        ("shrinkage_shift", "(a, b, k, n)"),
        ("plot_shrinkage", "(names, k, n, a, b, ax=None)"),
        ("simulate_population", "(key, a, b, n)"),
        ("log_joint", "(theta, k, a, b, n)"),
        ("prior_predictive", "(key, a, b, n, num_samples)"),
        ("log_binom_coeff", "(n, k)"),
        ("log_beta_binom", "(k, n, a, b)"),
        ("population_loglik", "(a, b, k, n)"),
        ("importance_weights", "(log_w)"),
        ("effective_sample_size", "(weights)"),
        ("infer_prior", "(key, k, n, num_samples=20000, low=0.5, high=20.0)"),
        ("to_mean_concentration", "(a, b)"),
        ("from_mean_concentration", "(mu, lam)"),
        ("sample_hyperprior", "(key, n_samples, lam_low=0.1, lam_high=100.0)"),
        ("weigh_population", "(k, n, mu, lam)"),
        ("infer_population", "(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0)"),
        ("shrink", "(k, n, mu, lam)"),
        ("classroom_verdict", "(k, n, seed=0)"),
        ("plot_concentration", "(classrooms, seed=0)"),
        ("predict_three_ways", "(k, n, mu, lam)"),
        ("log_score", "(rates, k_later, n_later)"),
        ("replicate_class", "(key, n, mu, lam, num_replicates)"),
        ("tail_probability", "(observed, replicated)"),
    ],
)
def test_signature(name, signature):
    """Names, order and defaults are those that the notebooks ask for."""
    assert name in solutions.__all__
    parameters = inspect.signature(getattr(solutions, name)).parameters.values()
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    assert str(inspect.Signature(bare)) == signature


def test_every_export_exists_and_nothing_is_missing():
    """The 26 functions of the course, the model among them."""
    assert len(set(solutions.__all__)) == len(solutions.__all__) == 26
    assert all(callable(getattr(solutions, name)) for name in solutions.__all__)
    assert isinstance(solutions.student_tonkatsu, genjax.StaticGenerativeFunction)


# ps1-shrinkage


def test_shrinkage_table(form):
    """The table of the story, Beta(6, 4), from counts in any form."""
    k, n = map(form, A)
    close(solutions.posterior_mean(6, 4, k, n), [0.691, 0.680, 0.6, 0.6, 0.667, 0.545], atol=5.1e-4)
    shifts = [-0.009, -0.020, 0.0, 0.0, -0.333, 0.545]
    close(solutions.shrinkage_shift(6, 4, k, n), shifts, atol=5.1e-4)
    close(solutions.data_weight(6, 4, n), np.array(A[1]) / (10 + np.array(A[1])))


@pytest.mark.parametrize(("a", "b"), [(2, 8), (0.25, 0.5), (60.0, 40)])
@pytest.mark.parametrize(("k", "n"), [(0, 0), (0, 7), (7, 7), (3, 7), (70_123, 1_000_000)])
def test_posterior_mean_of_numbers(a, b, k, n):
    """Python numbers, ints and floats: nothing seen, none, all, some, and very many."""
    mean = solutions.posterior_mean(a, b, k, n)
    close(mean, (a + k) / (a + b + n), atol=0.0)
    assert isinstance(mean, jax.Array)
    weight = solutions.data_weight(a, b, n)
    close(weight, n / (a + b + n), atol=0.0)
    if n > 0:
        close(weight * (k / n) + (1 - weight) * (a / (a + b)), mean)
        close(solutions.shrinkage_shift(a, b, k, n), mean - k / n)


def test_shift_needs_bentos():
    """No raw fraction, no shift: not a number, rather than a number that means nothing."""
    assert np.isnan(solutions.shrinkage_shift(6, 4, 0, 0))


def test_shrinkage_broadcasts():
    """Priors down the rows, students along the columns."""
    a, b = jnp.array([[6], [60]]), np.array([[4.0], [40.0]])
    k, n = map(np.array, A)
    close(solutions.posterior_mean(a, b, k, n), (np.asarray(a) + k) / (np.asarray(a) + b + n))
    close(solutions.data_weight(a, b, n), n / (np.asarray(a) + b + n))
    shift = (np.asarray(a) + k) / (np.asarray(a) + b + n) - k / n
    close(solutions.shrinkage_shift(a, b, k, n), shift)
    with pytest.raises(TypeError, match="shapes"):
        solutions.posterior_mean(1, 1, jnp.ones(3), jnp.ones(2))


def solid_lines(ax):
    """Points and label of each line that is not dashed."""
    return [
        (np.asarray(line.get_xydata(), dtype=float), line.get_label())
        for line in ax.lines
        if line.get_linestyle() == "-"
    ]


def test_plot_shrinkage_shows_every_student(form):
    """Two points a student at the right heights, joined, with areas that grow with n."""
    k, n = map(form, A)
    ax = solutions.plot_shrinkage(NAMES, k, n, 2, 8)
    assert isinstance(ax, Axes)
    raw = np.array(A[0]) / np.array(A[1])
    pooled = (2 + np.array(A[0])) / (10 + np.array(A[1]))
    lines = solid_lines(ax)
    discs = [disc for disc in ax.collections if isinstance(disc, PathCollection)]
    assert len(lines) == len(discs) == 6
    areas = []
    for (points, label), disc, name, before, after in zip(
        lines, discs, NAMES, raw, pooled, strict=True
    ):
        assert name in label
        close(points, [[0, before], [1, after]])
        close(np.ma.getdata(disc.get_offsets()), [[0, before], [1, after]])
        areas.append(float(disc.get_sizes()[0]))
    assert np.all(np.diff(areas) < 0)


def test_plot_shrinkage_marks_the_population_mean():
    """One dashed orange horizontal line at a / (a + b), and labels that a reader needs."""
    ax = solutions.plot_shrinkage(NAMES, *arrays(A), 2, 8)
    (dashed,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    close(dashed.get_ydata(), [0.2, 0.2])
    assert same_color(dashed.get_color(), "#E69F00")
    assert not any(same_color(line.get_color(), "#E69F00") for line in ax.lines[:6])
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(shown) == 7
    ticks = [text.get_text() for text in ax.get_xticklabels()]
    assert "raw" in ticks[0]
    assert "posterior" in ticks[1]


def test_plot_shrinkage_draws_where_it_is_told():
    """On the given Axes and no other; without, on a new figure."""
    _, (left, right) = plt.subplots(1, 2)
    assert solutions.plot_shrinkage(NAMES, *arrays(A), 6, 4, ax=left) is left
    assert not right.lines
    assert len(plt.get_fignums()) == 1
    assert solutions.plot_shrinkage(NAMES, *arrays(A), 6, 4).figure is not left.figure
    with pytest.raises(ValueError, match="zip"):
        solutions.plot_shrinkage(NAMES[:5], *arrays(A), 6, 4)


def test_plot_shrinkage_of_a_student_without_bentos():
    """A posterior mean, no raw fraction, and no trouble."""
    ax = solutions.plot_shrinkage(["Gen", "Hana"], [0, 0], [0, 0], 6, 4)
    for points, _ in solid_lines(ax):
        assert np.isnan(points[0, 1])
        assert points[1, 1] == pytest.approx(0.6)
    ax.figure.canvas.draw()


# ps2-student-model


def test_model_has_the_addresses_and_returns_the_count():
    """Choices "theta" and "k", from ints as well as floats."""
    for arguments in ((6, 4, 10), (jnp.array(6), np.float64(4), np.array(10.0))):
        trace = solutions.student_tonkatsu.simulate(jr.PRNGKey(0), arguments)
        choices = trace.get_choices()
        assert 0.0 < choices["theta"] < 1.0
        assert choices["k"] == trace.get_retval()
        assert trace.get_retval() in range(11)


@pytest.fixture(scope="module")
def traces():
    """20,000 rates and counts of a student with 30 bentos, Beta(2, 5)."""

    def simulate(key):
        choices = solutions.student_tonkatsu.simulate(key, (2, 5, 30)).get_choices()
        return choices["theta"], choices["k"]

    rates, counts = jax.jit(jax.vmap(simulate))(jr.split(jr.PRNGKey(11), 20000))
    return np.asarray(rates, dtype=float), np.asarray(counts, dtype=float)


def test_rates_of_the_model_are_beta(traces):
    """Distance of the distribution functions within the Dvoretzky-Kiefer-Wolfowitz bound.

    The bound sqrt(log(2 / p) / (2 N)) is exceeded with probability p at most; p = 6e-7.
    """
    rates, _ = traces
    bound = np.sqrt(np.log(2 / 6e-7) / (2 * len(rates)))
    assert stats.ks_1samp(rates, stats.beta(2, 5).cdf).statistic < bound


def test_counts_of_the_model_are_binomial_at_its_rate(traces):
    """Given theta: mean n theta and variance n theta (1 - theta), within Z standard errors.

    The standardised counts have mean 0; the squared distance from n theta, minus its variance, too.
    """
    rates, counts = traces
    variance = 30 * rates * (1 - rates)
    deviation = counts - 30 * rates
    for residual in (deviation / np.sqrt(variance), deviation**2 - variance):
        assert abs(residual.mean()) < Z * residual.std() / np.sqrt(len(residual))
    as_logit = counts - 30 / (1 + np.exp(-rates))
    assert abs(as_logit.mean()) > 10 * as_logit.std() / np.sqrt(len(as_logit))


def check_counts(counts, n, a, b):
    """Mean, variance and frequencies of Beta-Binomial counts."""
    counts = np.asarray(counts, dtype=float)
    moments = exact.beta_binom_moments(n, a, b)
    draws = len(counts)
    assert counts.mean() == pytest.approx(moments.mean, abs=Z * moments.mean_standard_error(draws))
    assert counts.var() == pytest.approx(
        moments.variance, abs=Z * moments.variance_standard_error(draws)
    )
    expected = draws * exact.beta_binom_pmf(np.arange(n + 1), n, a, b)
    observed = np.bincount(counts.astype(int), minlength=n + 1)
    assert expected.min() > 5  # else chi-square would not apply
    assert stats.chisquare(observed, expected * draws / expected.sum()).pvalue > 6e-7
    assert np.all(counts == np.floor(counts))


@pytest.mark.parametrize(("a", "b", "n"), [(6, 4, 10), (0.4, 0.2, 5), (1.0, 3.0, 1)])
def test_prior_predictive_is_beta_binomial(a, b, n):
    """20,000 counts of one student."""
    counts = solutions.prior_predictive(jr.PRNGKey(3), a, b, n, 20000)
    assert counts.shape == (20000,)
    check_counts(counts, n, a, b)


def test_prior_predictive_depends_on_its_key_alone():
    """The same key gives the same counts, another key others; no bentos, no tonkatsu."""
    first, again, other = (
        np.asarray(solutions.prior_predictive(jr.PRNGKey(seed), 6, 4, 100, 20000))
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.mean(first != other) > 0.5
    np.testing.assert_array_equal(solutions.prior_predictive(jr.PRNGKey(1), 6, 4, 0, 20000), 0)


def test_logit_misreading_would_be_caught():
    """Its published mean, 0.645 of n, is more than 10 standard errors away from ours."""
    moments = exact.beta_binom_moments(100, 6, 4)
    assert abs(64.5 - moments.mean) > 10 * moments.mean_standard_error(20000)


def test_simulate_population_of_the_story(form):
    """The known counts of that key, for bentos in any form."""
    counts = solutions.simulate_population(jr.PRNGKey(2), 6, 4, form(A[1]))
    np.testing.assert_array_equal(counts, [37, 35, 4, 3, 2, 1])


def test_students_of_a_population_are_independent():
    """Given a and b: pairs of students are uncorrelated, and each is Beta-Binomial.

    The correlation of N independent pairs has the standard error 1 / sqrt(N).
    """
    counts = solutions.simulate_population(jr.PRNGKey(5), 6, 4, jnp.full(20000, 10))
    check_counts(counts, 10, 6, 4)
    first, second = np.asarray(counts).reshape(-1, 2).T
    assert abs(np.corrcoef(first, second)[0, 1]) < Z / np.sqrt(10000)


def test_simulate_population_keeps_each_student_within_their_bentos():
    """Counts belong to their own n, up to 10,000 bentos and down to none."""
    n = np.array([10000, 0, 1, 3, 10000, 2])
    counts = np.array(
        [solutions.simulate_population(jr.PRNGKey(seed), 0.5, 0.5, n) for seed in range(4)]
    )
    assert np.all((counts >= 0) & (counts <= n))
    assert counts[:, 0].max() > 3
    with pytest.raises(ValueError, match="one entry per student"):
        solutions.simulate_population(jr.PRNGKey(0), 6, 4, 10)


@pytest.mark.parametrize("theta", [0.05, 0.5, 0.95])
@pytest.mark.parametrize(("k", "n"), [(0, 9), (3, 9), (9, 9), (0, 0), (700, 1000)])
def test_log_joint_is_the_models_density(theta, k, n):
    """Beta log density plus Binomial log probability, in ints and floats.

    The terms of size log n! round in float32; the bound is that of the log marginal.
    """
    allowed = exact.float32_log_marginal_error(k, n, 6.0, 4.0) + 2e-6 * n
    for a, b in ((6, 4), (6.0, 4.0)):
        density = solutions.log_joint(theta, k, a, b, n)
        close(density, exact.log_joint(np.float32(theta), k, a, b, n), atol=float(allowed))


def test_log_joint_broadcasts():
    """Every element is a student of its own, and not a term of a sum."""
    theta, k = np.array([[0.05], [0.95]]), np.array([0, 4, 9])
    density = solutions.log_joint(theta, k, 6, 4, 9)
    close(density, exact.log_joint(theta, k, 6, 4, 9), rtol=1e-5)
    with pytest.raises(ValueError, match="broadcast"):
        solutions.log_joint(jnp.array([0.2, 0.3]), jnp.array([1, 2, 3]), 6, 4, 9)


# ps3-learning-the-prior


def test_log_binom_coeff(form):
    """Against Python's integers, up to four float32 spacings of the largest term, log n!."""
    n, k = [5, 5, 5, 0, 40, 100], [0, 2, 5, 0, 20, 3]
    expected = [math.log(math.comb(ni, ki)) for ni, ki in zip(n, k, strict=True)]
    close(solutions.log_binom_coeff(form(n), form(k)), expected, atol=4 * 3.1e-5)
    close(solutions.log_binom_coeff(5, np.array([[2], [3]])), [[math.log(10)]] * 2, atol=5e-6)
    large = solutions.log_binom_coeff(10000, 4000)
    close(large, math.log(math.comb(10000, 4000)), atol=4 * 0.0079, rtol=0)


@pytest.mark.parametrize("n", [0, 1, 2, 10, 100, 1000, 10_000, 100_000])
def test_log_beta_binom_within_its_float32_budget(n):
    """Thousands of students and populations, with k = 0 and k = n among them.

    The reference must also keep the bound without its last term, which allows for the other order
    of ``b + n - k``; that order must keep the whole bound.
    """
    rng = np.random.default_rng(n)
    size = 20000
    lam, mu = 10 ** rng.uniform(-1, 3, size), rng.uniform(1e-6, 1 - 1e-6, size)
    a, b = (mu * lam).astype(np.float32), ((1 - mu) * lam).astype(np.float32)
    k = np.round(n * rng.uniform(size=size))
    k[:1000], k[1000:2000] = 0, n
    truth = exact.log_beta_binom(k, n, a, b)
    budget = exact.float32_log_marginal_error(k, n, a, b)
    rounding_of_b = np.finfo(np.float32).eps * n / (b.astype(float) + (n - k))
    error = np.abs(np.asarray(solutions.log_beta_binom(k, n, a, b), dtype=float) - truth)
    assert np.all(error <= budget - rounding_of_b)

    k_jax, betaln = jnp.asarray(k, dtype=jnp.float32), jax.scipy.special.betaln
    left_to_right = solutions.log_binom_coeff(n, k_jax) + betaln(a + k_jax, b + n - k_jax)
    error = np.abs(np.asarray(left_to_right - betaln(a, b), dtype=float) - truth)
    accurate = rounding_of_b < 0.1
    assert np.all(error[accurate] <= budget[accurate])


def test_log_beta_binom_survives_a_tiny_b():
    """A student with k = n when b is lost in b + n: finite, and right."""
    b = np.float32(1e-6)
    assert np.float32(1000) + b - np.float32(1000) == 0
    value = solutions.log_beta_binom(1000, 1000, 2.0, b)
    close(value, exact.log_beta_binom(1000, 1000, 2.0, b), atol=2e-3)
    mirrored = solutions.log_beta_binom(0, 1000, b, 2.0)
    close(value, mirrored, atol=2e-3)


@pytest.mark.parametrize(("a", "b"), [(6, 4), (0.3, 0.2), (1, 1)])
def test_log_beta_binom_sums_to_one(a, b):
    """Over all counts; also with an int prior."""
    total = jnp.exp(solutions.log_beta_binom(jnp.arange(13), 12, a, b)).sum()
    close(total, 1.0, atol=2e-5)


def test_population_loglik_of_numbers_and_grids(form):
    """The sum over students, for one population and for a grid of them."""
    k, n = map(form, C)
    close(solutions.population_loglik(2, 3, k, n), exact.population_loglik(2, 3, *C), atol=5e-4)
    a, b = np.array([[0.5], [3.0], [20.0]]), np.array([1.0, 9.0])
    grid = solutions.population_loglik(a, b, k, n)
    close(grid, exact.population_loglik(a, b, *C), rtol=1e-5, atol=5e-4)
    mapped = jax.vmap(lambda a: solutions.population_loglik(a, 4.0, k, n))(jnp.array([1.0, 2.0]))
    close(mapped, exact.population_loglik([1.0, 2.0], 4.0, *C), rtol=1e-5, atol=5e-4)


@pytest.mark.parametrize("offset", [-1000, -90, 0, 90, 1000])
def test_importance_weights_at_any_height(offset):
    """Only differences of log weights matter; naive exponentials would overflow or vanish."""
    weights = solutions.importance_weights(offset + np.array([0, 1, 3]))
    expected = np.exp([0.0, 1.0, 3.0])
    close(weights, expected / expected.sum(), rtol=1e-5)


def test_importance_weights_of_unequal_draws():
    """Impossible draws get nothing; one draw gets everything; ints will do."""
    close(solutions.importance_weights([-np.inf, 0.0, -np.inf]), [0, 1, 0])
    close(solutions.importance_weights(jnp.array([-1000, 1000])), [0, 1])
    close(solutions.importance_weights(np.full(8, -777.0)), np.full(8, 0.125))
    assert solutions.importance_weights([5.0]) == 1.0


def test_effective_sample_size():
    """All of them, one of them, and in between."""
    close(solutions.effective_sample_size(np.full(50, 0.02)), 50.0, rtol=1e-5)
    close(solutions.effective_sample_size([0, 1, 0]), 1.0)
    close(solutions.effective_sample_size([0.5, 0.25, 0.25]), 1 / 0.375)


def test_infer_prior_of_the_story(form):
    """The published numbers of that key."""
    a, b = solutions.infer_prior(jr.PRNGKey(0), *map(form, A))
    close(a, 14.57, atol=0.005)
    close(b, 8.12, atol=0.005)
    close(a / (a + b), 0.642, atol=5e-4)


@pytest.mark.parametrize(
    ("classroom", "options"),
    [(A, {}), (C, {}), (A, {"high": 10.0}), (B, {"low": 0.05, "high": 3.0, "num_samples": 5000})],
)
def test_infer_prior_against_exact(classroom, options):
    """E[a] and E[b] of three keys, within Z standard errors, for other boxes too."""
    box = {name: value for name, value in options.items() if name != "num_samples"}
    posterior = exact.box_posterior(*classroom, **box)
    draws = options.get("num_samples", 20000)
    assert draws * posterior.effective_fraction > 200
    for seed in range(3):
        a, b = solutions.infer_prior(jr.PRNGKey(100 + seed), *arrays(classroom), **options)
        close(a, posterior.mean_a, atol=Z * posterior.standard_error(posterior.a, draws), rtol=0)
        close(b, posterior.mean_b, atol=Z * posterior.standard_error(posterior.b, draws), rtol=0)


def test_infer_prior_refuses_an_empty_box():
    """A box needs room, above 0."""
    for low, high in ((2.0, 2.0), (0.0, 1.0), (5.0, 1.0)):
        with pytest.raises(ValueError, match="low < high"):
            solutions.infer_prior(jr.PRNGKey(0), *arrays(A), low=low, high=high)


# ps4-two-classrooms


def test_mean_and_concentration_are_inverse():
    """The two ways to name a Beta, for numbers and arrays."""
    close(solutions.to_mean_concentration(6, 4), (0.6, 10.0))
    close(solutions.from_mean_concentration(0.6, 10), (6.0, 4.0))
    mu, lam = np.array([[0.1], [0.75]]), np.array([0.5, 1, 40])
    a, b = solutions.from_mean_concentration(mu, lam)
    assert a.shape == b.shape == (2, 3)
    back_mu, back_lam = solutions.to_mean_concentration(a, b)
    close(back_mu, np.broadcast_to(mu, (2, 3)))
    close(back_lam, np.broadcast_to(lam, (2, 3)))


@pytest.mark.parametrize(("low", "high"), [(0.1, 100.0), (1, 1000)])
def test_hyperprior(low, high):
    """Both margins by the Dvoretzky-Kiefer-Wolfowitz bound (p = 6e-7), and no correlation."""
    options = {} if low == 0.1 else {"lam_low": low, "lam_high": high}
    mu, lam = solutions.sample_hyperprior(jr.PRNGKey(4), 30000, **options)
    assert mu.shape == lam.shape == (30000,)
    bound = np.sqrt(np.log(2 / 6e-7) / (2 * 30000))
    assert stats.ks_1samp(mu, stats.uniform.cdf).statistic < bound
    assert stats.ks_1samp(lam, stats.loguniform(low, high).cdf).statistic < bound
    assert abs(np.corrcoef(mu, np.log(lam))[0, 1]) < Z / np.sqrt(30000)
    # float32 rounds the ends of the range by less than one part in 100,000
    assert low * (1 - 1e-5) <= lam.min() < lam.max() <= high * (1 + 1e-5)


def test_hyperprior_stays_off_the_ends():
    """Where JAX would draw a mu of exactly 0 there is a small one, with finite log weights."""
    key = jr.key(301)
    assert jnp.any(jr.uniform(jr.split(key)[0], (60000,)) == 0)
    mu, lam = solutions.sample_hyperprior(key, 60000)
    assert jnp.all((mu > 0) & (mu < 1))
    a, b = solutions.from_mean_concentration(mu, lam)
    for k, n in (([9, 0], [9, 9]), ([1000], [1000]), ([0], [1000])):
        assert jnp.all(jnp.isfinite(solutions.population_loglik(a, b, jnp.array(k), jnp.array(n))))


def test_hyperprior_refuses_an_empty_range():
    """The range of lam needs room, above 0, wherever it is passed."""
    for low, high in ((0.0, 1.0), (3.0, 3.0), (5.0, 1.0)):
        with pytest.raises(ValueError, match="lam_low < lam_high"):
            solutions.sample_hyperprior(jr.PRNGKey(0), 10, low, high)
        with pytest.raises(ValueError, match="lam_low < lam_high"):
            solutions.infer_population(*arrays(A), lam_low=low, lam_high=high)


def test_weigh_population_of_given_draws(form):
    """Weights in proportion to the exact likelihood, in the shape of mu."""
    k, n = map(form, B)
    mu, lam = np.array([0.1, 0.4, 0.5, 0.9]), np.array([50.0, 0.5, 0.2, 3.0])
    loglik = exact.population_loglik(mu * lam, (1 - mu) * lam, *B)
    expected = np.exp(loglik - loglik.max())
    close(solutions.weigh_population(k, n, mu, lam), expected / expected.sum(), rtol=1e-3)
    square = solutions.weigh_population(k, n, mu.reshape(2, 2), lam.reshape(2, 2))
    close(square, (expected / expected.sum()).reshape(2, 2), rtol=1e-3)


@pytest.mark.parametrize(
    ("classroom", "mu", "lam"), [(A, 0.6621, 41.36), (B, 0.4689, 0.5504)], ids=["A", "B"]
)
def test_infer_population_of_the_story(classroom, mu, lam, form):
    """What seed 0 gives, as floats, whatever the form of the counts."""
    estimate = solutions.infer_population(*map(form, classroom))
    assert [type(value) for value in estimate] == [float, float]
    assert estimate == pytest.approx((mu, lam), rel=2e-4)


@pytest.mark.parametrize(
    ("classroom", "options"),
    [
        (A, {}),
        (B, {}),
        (C, {}),
        (LARGE, {}),
        (A, {"lam_high": 1000.0}),
        (B, {"lam_low": 1.0, "n_samples": 30000}),
    ],
)
def test_infer_population_against_exact(classroom, options):
    """E[mu], E[lam] and the rates that follow, within Z standard errors, for three seeds."""
    ranges = {name: value for name, value in options.items() if name != "n_samples"}
    posterior = exact.population_posterior(*classroom, **ranges)
    draws = options.get("n_samples", 60000)
    assert draws * posterior.effective_fraction > 200
    k, n = arrays(classroom)
    rounding = 2e-6
    for seed in range(1, 4):
        mu, lam = solutions.infer_population(k, n, seed, **options)
        close(mu, posterior.mean_mu, atol=Z * posterior.standard_error(posterior.mu, draws), rtol=0)
        error = posterior.standard_error(posterior.lam, draws)
        close(lam, posterior.mean_lam, atol=Z * error, rtol=0)
        shift = np.abs(solutions.shrink(k, n, mu, lam) - posterior.plug_in_rates)
        assert np.all(shift <= Z * posterior.plug_in_standard_error(draws) + rounding)


def test_shrink_is_the_posterior_mean(form):
    """Of the Beta that (mu, lam) names; no bentos leave mu, many leave the raw fraction."""
    k, n = map(form, A)
    expected = (0.25 * 8 + np.array(A[0])) / (8 + np.array(A[1]))
    close(solutions.shrink(k, n, 0.25, 8), expected)
    close(solutions.shrink(0, 0, 0.25, 8), 0.25)
    close(solutions.shrink(9_000_000, 10_000_000, 0.25, 8), 0.9, atol=1e-6)
    rows = solutions.shrink(k, n, np.array([[0.25], [0.5]]), np.array([[8.0], [2.0]]))
    close(rows[0], expected)
    assert rows.shape == (2, 6)


@pytest.mark.parametrize(
    ("classroom", "regime", "emi", "farid", "verdict"),
    [
        (A, "alike", 0.68, 0.65, "pulled to the group"),
        (B, "different", 0.89, 0.17, "taken at face value"),
    ],
    ids=["A", "B"],
)
def test_verdicts_on_emi_and_farid(classroom, regime, emi, farid, verdict, form):
    """The same two students, opposite conclusions."""
    answer = solutions.classroom_verdict(*map(form, classroom))
    assert set(answer) == {"mu", "lam", "regime", "shrunk", "verdicts"}
    assert answer["regime"] == regime
    close(answer["shrunk"][-2:], [emi, farid], atol=0.005)
    assert answer["verdicts"][-2:] == [verdict, verdict]
    assert answer["verdicts"][0] == "taken at face value"  # Alyssa, with 100 bentos
    assert len(answer["verdicts"]) == 6


def test_verdict_follows_its_seed():
    """The population is that of infer_population with the same seed, and rates follow from it."""
    k, n = arrays(C)
    answer = solutions.classroom_verdict(k, n, seed=3)
    assert (answer["mu"], answer["lam"]) == solutions.infer_population(k, n, seed=3)
    assert answer["lam"] != solutions.classroom_verdict(k, n)["lam"]
    close(answer["shrunk"], solutions.shrink(k, n, answer["mu"], answer["lam"]))


@pytest.mark.parametrize(
    ("lam", "regime"), [(0.999, "different"), (1.0, "alike"), (1.001, "alike")]
)
def test_regime_at_the_border(monkeypatch, lam, regime):
    """A concentration of exactly 1 counts as alike."""
    monkeypatch.setattr(two_classrooms, "infer_population", lambda k, n, seed: (0.5, lam))
    assert solutions.classroom_verdict(*arrays(A))["regime"] == regime


def test_verdict_at_the_border(monkeypatch):
    """With lam = 4 a student with 4 bentos moves half way; a tie is no pull.

    A student without bentos is wholly the group's; one at the group's rate does not move, and is
    taken at face value.
    """
    monkeypatch.setattr(two_classrooms, "infer_population", lambda k, n, seed: (0.5, 4.0))
    k, n = jnp.array([3, 4, 5, 0, 2]), jnp.array([3, 4, 5, 0, 4])
    answer = solutions.classroom_verdict(k, n)
    close(answer["shrunk"], [5 / 7, 0.75, 7 / 9, 0.5, 0.5])
    pulled, taken = "pulled to the group", "taken at face value"
    assert answer["verdicts"] == [pulled, taken, taken, pulled, taken]


def step_patches(ax):
    """Label and histogram of each outlined posterior."""
    outlines = [p for p in ax.patches if isinstance(p, StepPatch) and not p.get_fill()]
    return {patch.get_label(): patch.get_data() for patch in outlines}


def test_plot_concentration_shows_posteriors():
    """One labelled density per classroom, whose areas per decade are posterior probabilities.

    The mass below 1 and the mass of each third of the range agree with the exact probabilities
    within Z standard errors of an estimated probability.
    """
    classrooms = {"mixed bringers": arrays(A), "creatures of habit": arrays(B)}
    ax = solutions.plot_concentration(classrooms, seed=1)
    assert isinstance(ax, Axes)
    histograms = step_patches(ax)
    assert list(histograms) == list(classrooms)
    for (values, edges, _), classroom in zip(histograms.values(), (A, B), strict=True):
        close([edges[0], edges[-1]], [0.1, 100.0])
        masses = values * np.diff(np.log10(edges))
        assert masses.sum() == pytest.approx(1.0, abs=1e-3)
        posterior = exact.population_posterior(*classroom)
        for border in (1.0, 10.0):
            below = masses[edges[1:] < border * 1.001].sum()
            error = posterior.standard_error(posterior.lam < border, 60000)
            assert below == pytest.approx(float(posterior.lam_cdf(border)), abs=Z * error + 1e-5)


def test_plot_concentration_is_labelled():
    """Logarithmic axis, line at 1, names of the classrooms, labelled axes, a figure of its own."""
    ax = solutions.plot_concentration({"only one": arrays(B)})
    assert ax.get_xscale() == "log"
    assert any(np.allclose(line.get_xdata(), 1.0) for line in ax.lines)
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "only one" in legend
    assert ax.figure is not solutions.plot_concentration({"again": arrays(B)}).figure


def test_plot_concentration_depends_on_its_seed():
    """Another seed, another histogram; the same seed, the same."""
    first, again, other = (
        step_patches(solutions.plot_concentration({"B": arrays(B)}, seed=seed))["B"].values
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


# ps5-real-data


def test_three_predictions_of_the_story(form):
    """Each alone, the heap for everyone, and the posterior means, from counts in any form."""
    k, n = map(form, A)
    rates = solutions.predict_three_ways(k, n, 0.6, 10)
    assert list(rates) == ["no_pooling", "complete_pooling", "partial_pooling"]
    close(rates["no_pooling"], np.array(A[0]) / np.array(A[1]))
    close(rates["complete_pooling"], np.full(6, 109 / 158))
    close(rates["partial_pooling"], exact.posterior_mean(6, 4, *map(np.array, A)))


BATTERS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
REST = (
    [127, 127, 144, 61, 114, 126, 155, 29, 137, 46, 142, 42, 132, 73, 69, 159, 129, 14],
    [367, 426, 521, 275, 418, 466, 586, 138, 510, 200, 538, 186, 435, 277, 270, 558, 408, 70],
)


def test_scores_of_the_batters(form):
    """Those of the notebook: partial pooling just ahead of complete, no pooling far behind."""
    rates = solutions.predict_three_ways(BATTERS, np.full(18, 45), 0.2666, 333.8)
    scores = [float(solutions.log_score(r, *map(form, REST))) for r in rates.values()]
    assert scores == pytest.approx([-131.31, -70.61, -69.44], abs=0.02)
    exactly = [exact.log_score(np.asarray(r, dtype=float), *REST) for r in rates.values()]
    assert scores == pytest.approx(exactly, abs=0.02)


def test_log_score_of_certain_predictions():
    """Contradicted: minus infinity. Borne out, or nothing came later: 0."""
    never_and_always = jnp.array([0.0, 1.0])
    close(solutions.log_score(never_and_always, [0, 4], [7, 4]), 0.0, atol=1e-5)
    close(solutions.log_score(never_and_always, [0, 0], [0, 0]), 0.0, atol=1e-5)
    for k in ([1, 4], [0, 3]):
        assert solutions.log_score(never_and_always, k, [7, 4]) == -np.inf


@pytest.fixture
def _quick_to_compile():
    """Let JAX not polish programs that run once."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


@pytest.mark.usefixtures("_quick_to_compile")
@pytest.mark.parametrize(("mu", "lam"), [(0.3, 8.0), (0.6, 0.5)])
def test_replicates_are_new_classes(mu, lam):
    """Each student Beta-Binomial with an n of their own, and independent; the key decides."""
    n = np.array([9, 5])
    first, again, other = (
        np.asarray(solutions.replicate_class(jr.PRNGKey(seed), n, mu, lam, 10000))
        for seed in (4, 4, 5)
    )
    assert first.shape == (10000, 2)
    for column, size in zip(first.T, n.tolist(), strict=True):
        check_counts(column, size, mu * lam, (1 - mu) * lam)
    assert abs(np.corrcoef(first.T)[0, 1]) < Z / np.sqrt(10000)
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_tail_probability_counts_equal_values(form):
    """At least as large, so equal ones too; Python numbers, ints and floats."""
    replicated = form([1, 2, 3, 3, 5])
    for observed, share in ((3, 0.6), (3.5, 0.2), (0, 1.0), (6, 0.0)):
        close(solutions.tail_probability(observed, replicated), share)
