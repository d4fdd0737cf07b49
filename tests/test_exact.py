"""The exact answers against published numbers, closed forms and other methods of integration."""

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import betaln, expit

from solutions import exact

A = ([70, 28, 6, 3, 2, 0], [100, 40, 10, 5, 2, 1])
B = ([97, 2, 19, 0, 2, 0], [100, 40, 20, 20, 2, 1])
LAM_RANGE = np.log(100.0 / 0.1)


def independent_loglik(a, b, k, n):
    """Log likelihood of a classroom by SciPy's Beta-Binomial, one student at a time."""
    return sum(stats.betabinom.logpmf(ki, ni, a, b) for ki, ni in zip(k, n, strict=True))


def big_classroom(students, bentos, a, b, seed=0):
    """Counts of many students with many bentos."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, bentos, students)
    return rng.binomial(n, rng.beta(a, b, students)), n


# Closed forms


@pytest.mark.parametrize("n", [0, 1, 2, 17, 400])
@pytest.mark.parametrize(("a", "b"), [(6.0, 4.0), (0.3, 0.2), (1.0, 1.0), (70.0, 3.5)])
def test_beta_binomial_agrees_with_scipy(n, a, b):
    """Probability, cumulative probability and moments of the count."""
    counts = np.arange(n + 1)
    reference = stats.betabinom(n, a, b)
    np.testing.assert_allclose(exact.beta_binom_pmf(counts, n, a, b), reference.pmf(counts), 1e-9)
    np.testing.assert_allclose(exact.beta_binom_cdf(counts, n, a, b), reference.cdf(counts), 1e-9)
    moments = exact.beta_binom_moments(n, a, b)
    assert moments.mean == pytest.approx(np.sum(counts * reference.pmf(counts)))
    deviations = counts - moments.mean
    assert moments.variance == pytest.approx(np.sum(deviations**2 * reference.pmf(counts)))
    assert moments.fourth_central == pytest.approx(np.sum(deviations**4 * reference.pmf(counts)))


def test_beta_binomial_outside_its_range():
    """Impossible counts have probability 0; the cumulative probability is a step function."""
    np.testing.assert_array_equal(exact.beta_binom_pmf([-1, 0.5, 4], 3, 2.0, 5.0), 0.0)
    cdf = exact.beta_binom_cdf([-1, -0.1, 0, 0.9, 1.0, 3, 99], 3, 2.0, 5.0)
    pmf = exact.beta_binom_pmf(np.arange(4), 3, 2.0, 5.0)
    np.testing.assert_allclose(cdf, [0, 0, pmf[0], pmf[0], pmf[0] + pmf[1], 1, 1])


def test_beta_binomial_special_cases():
    """One bento has probability a / (a + b); a uniform rate makes every count as likely."""
    assert exact.log_beta_binom(1, 1, 2.0, 6.0) == pytest.approx(np.log(0.25))
    assert exact.log_beta_binom(0, 1, 2.0, 6.0) == pytest.approx(np.log(0.75))
    np.testing.assert_allclose(exact.log_beta_binom(np.arange(8), 7, 1, 1), -np.log(8.0))


@pytest.mark.parametrize(("a", "b"), [(6.0, 4.0), (0.3, 0.2), (1.0, 5.0)])
def test_beta_moments_agree_with_scipy(a, b):
    """Mean, variance and kurtosis of the rate, and its sd."""
    mean, variance, kurtosis = stats.beta(a, b).stats("mvk")
    moments = exact.beta_moments(a, b)
    assert moments.mean == pytest.approx(mean)
    assert moments.variance == pytest.approx(variance)
    assert moments.sd == pytest.approx(np.sqrt(variance))
    assert moments.fourth_central == pytest.approx((kurtosis + 3.0) * variance**2)


def test_standard_errors_of_sample_moments():
    """What 2,000 repetitions show, within 5 standard errors of a standard deviation.

    The standard deviation of R nearly normal numbers is known to 1 / sqrt(2 R), here 1.6 percent.
    """
    moments, draws, repetitions = exact.beta_moments(6.0, 4.0), 500, 2000
    samples = np.random.default_rng(1).beta(6.0, 4.0, (repetitions, draws))
    tolerance = 5.0 / np.sqrt(2 * repetitions)
    assert np.std(samples.mean(axis=1)) == pytest.approx(
        moments.mean_standard_error(draws), rel=tolerance
    )
    assert np.std(samples.var(axis=1)) == pytest.approx(
        moments.variance_standard_error(draws), rel=tolerance
    )


@pytest.mark.parametrize("theta", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("k", [0, 3, 9])
def test_log_joint_agrees_with_scipy(theta, k):
    """Beta log density plus Binomial log probability."""
    expected = stats.beta.logpdf(theta, 6.0, 4.0) + stats.binom.logpmf(k, 9, theta)
    assert exact.log_joint(theta, k, 6.0, 4.0, 9) == pytest.approx(expected)


def test_log_score_agrees_with_scipy():
    """Sum of Binomial log probabilities, rates of 0 and 1 and a student of nothing included."""
    rates, k, n = np.array([0.3, 0.0, 1.0, 0.5, 0.0]), np.array([7, 0, 4, 0, 0]), [90, 5, 4, 0, 0]
    right = stats.binom.logpmf(k, n, rates).sum()
    assert exact.log_score(rates, k, n) == pytest.approx(right)
    assert exact.log_score([0.5, 0.25], [1, 2], [2, 3]) == pytest.approx(np.log(0.5 * 9 / 64))
    for k in ([1, 4], [0, 3]):  # never, and it happened; always, and it did not
        assert exact.log_score([0.0, 1.0], k, [5, 4]) == -np.inf


def test_log_joint_integrates_to_the_marginal():
    """Averaging over the rate gives the Beta-Binomial probability."""
    total, _ = integrate.quad(lambda theta: np.exp(exact.log_joint(theta, 2, 2.5, 4.0, 9)), 0, 1)
    assert np.log(total) == pytest.approx(exact.log_beta_binom(2, 9, 2.5, 4.0))


def test_log_binom_coeff_is_exact():
    """Known coefficients, and the symmetry of k and n - k."""
    np.testing.assert_allclose(np.exp(exact.log_binom_coeff(5, np.arange(6))), [1, 5, 10, 10, 5, 1])
    assert exact.log_binom_coeff(100, 3) == pytest.approx(np.log(161700.0))


def test_posterior_mean_broadcasts():
    """Rows of priors against columns of students, without bentos too."""
    means = exact.posterior_mean([[6.0], [1.0]], [[4.0], [3.0]], [0, 3], [0, 5])
    np.testing.assert_allclose(means, [[0.6, 9 / 15], [0.25, 4 / 9]])


def test_population_loglik_on_a_grid():
    """The sum over students, in the shape of the grid, zero bentos included."""
    k, n = [70, 0, 5, 0], [100, 0, 5, 7]
    a, b = np.array([[0.3], [2.0], [40.0]]), np.array([0.1, 7.0])
    grid = exact.population_loglik(a, b, k, n)
    assert grid.shape == (3, 2)
    np.testing.assert_allclose(grid, independent_loglik(a, b, k, n), rtol=1e-10)
    assert exact.population_loglik(2.0, 7.0, k, n) == pytest.approx(grid[1, 1])


# Published numbers: each is right to half a unit of its last digit


@pytest.mark.parametrize(
    ("classroom", "mu", "lam", "sd"),
    [(A, 0.6628, 41.68, 27.7), (B, 0.4693, 0.5527, 0.355)],
)
def test_published_populations(classroom, mu, lam, sd):
    """Classrooms A and B."""
    posterior = exact.population_posterior(*classroom)
    assert posterior.mean_mu == pytest.approx(mu, abs=5e-5)
    assert posterior.mean_lam == pytest.approx(lam, abs=5e-3 if lam > 1 else 5e-5)
    assert posterior.sd(posterior.lam) == pytest.approx(sd, abs=0.05 if lam > 1 else 5e-4)


@pytest.mark.parametrize(
    ("classroom", "plug_in", "averaged"),
    [(A, (0.678, 0.647), (0.694, 0.632)), (B, (0.885, 0.167), (0.893, 0.155))],
)
def test_published_rates_of_emi_and_farid(classroom, plug_in, averaged):
    """The plug-in rates, and those averaged over the posterior."""
    posterior = exact.population_posterior(*classroom)
    np.testing.assert_allclose(posterior.plug_in_rates[-2:], plug_in, atol=5e-4)
    np.testing.assert_allclose(posterior.student_rates[-2:], averaged, atol=5e-4)


def test_published_consequences_of_other_hyperpriors():
    """A longer range, a range blind below 1, and a uniform prior of lam."""
    longer = exact.population_posterior(*A, lam_high=1000.0)
    assert longer.mean_lam == pytest.approx(266.6, abs=0.05)
    np.testing.assert_allclose(longer.plug_in_rates[-2:], [0.6785, 0.6735], atol=5e-5)
    blind = exact.population_posterior(*B, lam_low=1.0)
    assert blind.mean_lam == pytest.approx(1.33, abs=5e-3)
    np.testing.assert_allclose(blind.plug_in_rates[-2:], [0.795, 0.278], atol=5e-4)
    assert blind.probability_different == 0.0
    for classroom, lam in ((A, 60.0), (B, 0.78)):
        uniform = exact.population_posterior(*classroom, lam_prior="uniform")
        assert uniform.mean_lam == pytest.approx(lam, abs=0.05 if lam > 1 else 5e-3)


def test_published_box():
    """E[a], E[b], the ratio of means and the mean of the ratio."""
    box = exact.box_posterior(*A)
    assert box.mean_a == pytest.approx(14.525, abs=1e-3)
    assert box.mean_b == pytest.approx(8.085, abs=1e-3)
    assert box.ratio_of_means == pytest.approx(0.642, abs=5e-4)
    assert box.mean_mu == pytest.approx(0.646, abs=5e-4)
    assert box.effective_fraction == pytest.approx(0.26, abs=0.01)


@pytest.mark.parametrize(
    ("high", "rate", "a"),
    [
        (10, 0.620, 7.4),
        (20, 0.642, 14.5),
        (40, 0.658, 28.5),
        (100, 0.671, 69.7),
        (400, 0.678, 271.7),
    ],
)
def test_published_boxes(high, rate, a):
    """The rate is learned, the scale is the box's."""
    box = exact.box_posterior(*A, high=high)
    assert box.ratio_of_means == pytest.approx(rate, abs=5.1e-4)
    assert box.mean_a == pytest.approx(a, abs=0.051)


def test_published_effective_sample_sizes():
    """Of 60,000 draws with mu in (0.01, 0.99), the range that those numbers were measured on.

    Those are single runs; over repeated runs the effective size varies by about 1 percent.
    """
    for classroom, size in ((A, 4600), (B, 10350)):
        posterior = exact.population_posterior(*classroom, mu_low=0.01, mu_high=0.99)
        assert 60000 * posterior.effective_fraction == pytest.approx(size, rel=0.01)


# Other ways to integrate


def brute_force(classroom, lam_low=0.1, lam_high=100.0, size=1000):
    """Midpoint rule on a grid of (mu, log lam): nodes, masses, and likelihood at the nodes."""
    step = (np.arange(size) + 0.5) / size
    lam = lam_low * (lam_high / lam_low) ** step[:, None]
    mu = step[None, :]
    likelihood = np.exp(exact.population_loglik(mu * lam, (1.0 - mu) * lam, *classroom))
    return mu, lam, likelihood


@pytest.mark.parametrize("classroom", [A, B, ([0, 0, 3], [4, 9, 3]), ([5, 50], [5, 50])])
def test_population_agrees_with_brute_force(classroom):
    """Everything that a posterior offers, by the midpoint rule.

    Its error falls with the square of the step; at 1,000 steps it stays below 1.4e-4 here.
    """
    mu, lam, likelihood = brute_force(classroom)
    mass = likelihood / likelihood.sum()
    weight = likelihood / likelihood.mean()
    posterior = exact.population_posterior(*classroom)
    close = {"rel": 2e-4}
    assert posterior.log_evidence == pytest.approx(np.log(likelihood.mean()), abs=2e-4)
    assert posterior.mean_mu == pytest.approx(np.sum(mass * mu), **close)
    assert posterior.mean_lam == pytest.approx(np.sum(mass * lam), **close)
    assert posterior.mean_a == pytest.approx(np.sum(mass * mu * lam), **close)
    assert posterior.mean_b == pytest.approx(np.sum(mass * (1 - mu) * lam), **close)
    assert posterior.effective_fraction == pytest.approx(1 / np.mean(weight**2), **close)
    deviation = lam - np.sum(mass * lam)
    assert posterior.sd(posterior.lam) == pytest.approx(
        np.sqrt(np.sum(mass * deviation**2)), **close
    )
    error = np.sqrt(np.mean((weight * deviation) ** 2) / 500)
    assert posterior.standard_error(posterior.lam, 500) == pytest.approx(error, **close)
    k, n = np.array(classroom)[:, :, None, None]
    rates = np.sum(mass * (mu * lam + k) / (lam + n), axis=(1, 2))
    np.testing.assert_allclose(posterior.student_rates, rates, rtol=2e-4)


def test_brute_force_stands_on_scipy():
    """The likelihood of the grid above is SciPy's."""
    mu, lam, likelihood = brute_force(A, size=20)
    expected = np.exp(independent_loglik(mu * lam, (1 - mu) * lam, *A))
    np.testing.assert_allclose(likelihood, expected, rtol=1e-8)


@pytest.mark.parametrize(
    ("classroom", "low", "high"), [(A, 0.5, 20.0), (B, 0.5, 20.0), (([1, 9], [9, 9]), 0.05, 3.0)]
)
def test_box_agrees_with_a_product_rule(classroom, low, high):
    """The box in its own coordinates, a and b, by Gauss-Legendre with 120 nodes each."""
    nodes, weights = np.polynomial.legendre.leggauss(120)
    x = low + (high - low) * (nodes + 1) / 2
    a, b = x[:, None], x[None, :]
    likelihood = np.exp(independent_loglik(a, b, *classroom))
    prior = np.outer(weights, weights) / 4
    evidence = np.sum(prior * likelihood)
    mass = prior * likelihood / evidence
    box = exact.box_posterior(*classroom, low, high)
    assert box.log_evidence == pytest.approx(np.log(evidence))
    assert box.mean_a == pytest.approx(np.sum(mass * a))
    assert box.mean_b == pytest.approx(np.sum(mass * b))
    assert box.mean_mu == pytest.approx(np.sum(mass * a / (a + b)))
    deviation = a - np.sum(mass * a)
    assert box.sd(box.a) == pytest.approx(np.sqrt(np.sum(mass * deviation**2)))
    ratio = likelihood / evidence
    assert box.effective_fraction == pytest.approx(1 / np.sum(prior * ratio**2))
    error = np.sqrt(np.sum(prior * (ratio * deviation) ** 2) / 20000)
    assert box.standard_error(box.a, 20000) == pytest.approx(error)


def test_population_agrees_with_adaptive_integration():
    """Evidence and mean of lam of a small classroom, by SciPy's adaptive rule."""
    classroom = ([2, 0, 1], [2, 1, 3])

    def integrand(log_lam, mu, power):
        lam = np.exp(log_lam)
        a, b = mu * lam, (1.0 - mu) * lam
        return lam**power * np.exp(exact.log_beta_binom(*classroom, a, b).sum()) / LAM_RANGE

    bounds = (0.0, 1.0, np.log(0.1), np.log(100.0))
    evidence, _ = integrate.dblquad(integrand, *bounds, args=(0,), epsabs=1e-10)
    first, _ = integrate.dblquad(integrand, *bounds, args=(1,), epsabs=1e-9)
    posterior = exact.population_posterior(*classroom)
    assert posterior.log_evidence == pytest.approx(np.log(evidence), abs=1e-7)
    assert posterior.mean_lam == pytest.approx(first / evidence, rel=1e-7)


def test_one_bento_has_a_closed_form():
    """With one tonkatsu of one bento the likelihood is mu, whatever lam is.

    So mu has the density 2 mu, lam keeps its prior, the evidence is 1/2, the effective fraction
    E[mu]^2 / E[mu^2] = 3/4, and the squared error constant of mu is
    4 (1/5 - 4/3 * 1/4 + 4/9 * 1/3) = 8/135.
    """
    posterior = exact.population_posterior([1], [1])
    assert posterior.mean_mu == pytest.approx(2 / 3)
    assert posterior.sd(posterior.mu) == pytest.approx(np.sqrt(1 / 18))
    assert posterior.mean_lam == pytest.approx(99.9 / LAM_RANGE)
    assert posterior.log_evidence == pytest.approx(np.log(0.5))
    assert posterior.effective_fraction == pytest.approx(0.75)
    assert posterior.standard_error(posterior.mu, 100) == pytest.approx(np.sqrt(8 / 135) / 10)
    assert posterior.probability_different == pytest.approx(1 / 3)
    np.testing.assert_allclose(posterior.lam_density([0.5, 7.0]) * [0.5, 7.0], 1 / LAM_RANGE)


def test_without_bentos_the_posterior_is_the_prior():
    """Nothing seen, nothing learned; all weights are equal."""
    posterior = exact.population_posterior([0, 0], [0, 0])
    assert posterior.mean_mu == pytest.approx(0.5)
    assert posterior.effective_fraction == pytest.approx(1.0)
    np.testing.assert_allclose(posterior.lam_cdf([0.1, 1.0, 10.0, 100.0]), [0, 1 / 3, 2 / 3, 1])
    box = exact.box_posterior([0], [0], 2.0, 5.0)
    assert box.mean_a == pytest.approx(3.5)
    assert box.sd(box.b) == pytest.approx(3.0 / np.sqrt(12.0))
    assert box.standard_error(box.a, 4) == pytest.approx(1.5 / np.sqrt(12.0))
    uniform = exact.population_posterior([0], [0], lam_prior="uniform", mu_low=0.2, mu_high=0.4)
    assert uniform.mean_lam == pytest.approx(50.05)
    assert uniform.mean_mu == pytest.approx(0.3)


@pytest.mark.parametrize("classroom", [A, B, ([0] * 4, [8] * 4), ([90] * 9, [100] * 9)])
def test_swapping_tonkatsu_and_the_rest_mirrors_mu(classroom):
    """The prior is symmetric, so n - k in place of k gives 1 - mu and the same lam."""
    k, n = map(np.array, classroom)
    posterior, mirrored = exact.population_posterior(k, n), exact.population_posterior(n - k, n)
    assert mirrored.mean_mu == pytest.approx(1.0 - posterior.mean_mu)
    assert mirrored.mean_lam == pytest.approx(posterior.mean_lam)
    np.testing.assert_allclose(mirrored.student_rates, 1.0 - posterior.student_rates)
    box, mirrored_box = exact.box_posterior(k, n), exact.box_posterior(n - k, n)
    assert mirrored_box.mean_a == pytest.approx(box.mean_b)


# The marginal of lam


@pytest.mark.parametrize("classroom", [A, B])
def test_lam_density_by_integrating_over_mu(classroom):
    """The density at single points, by an adaptive rule over mu."""
    posterior = exact.population_posterior(*classroom)
    for lam in (0.15, 0.6, 2.0, 30.0, 99.0):
        likelihood, _ = integrate.quad(
            lambda mu, lam=lam: np.exp(
                exact.log_beta_binom(*classroom, mu * lam, (1 - mu) * lam).sum()
                - posterior.log_evidence
            ),
            0.0,
            1.0,
            epsabs=1e-12,
            limit=200,
        )
        expected = likelihood / (LAM_RANGE * lam)
        assert posterior.lam_density(lam) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    "posterior",
    [
        exact.population_posterior(*A),
        exact.population_posterior(*B),
        exact.box_posterior(*A),
        exact.population_posterior(*B, lam_prior="uniform"),
    ],
    ids=["A", "B", "box", "uniform"],
)
def test_lam_cdf_is_the_integral_of_the_density(posterior):
    """Between any two points, and 0 and 1 at the ends; the mean follows from it too."""
    points = np.array([0.1, 0.3, 1.0, 1.5, 4.0, 12.0, 20.5, 35.0, 40.0, 100.0])
    cdf = posterior.lam_cdf(points)
    assert cdf[0] == pytest.approx(0.0, abs=1e-12)
    assert cdf[-1] == pytest.approx(1.0)
    for low, high, mass in zip(points[:-1], points[1:], np.diff(cdf), strict=True):
        integral, _ = integrate.quad(posterior.lam_density, low, high, epsabs=1e-11, limit=200)
        assert mass == pytest.approx(integral, abs=1e-8)
    grid = np.linspace(0.0, 100.0, 100001)[1:]
    mean = 100.0 - np.mean(posterior.lam_cdf(grid - 0.0005)) * 100.0
    assert mean == pytest.approx(posterior.mean_lam, rel=1e-4)


def test_probability_that_students_differ():
    """P(lam < 1), by the midpoint rule; 900 steps put a boundary of cells at lam = 1."""
    for classroom in (A, B):
        _, lam, likelihood = brute_force(classroom, size=900)
        below = likelihood[lam[:, 0] < 1.0].sum() / likelihood.sum()
        posterior = exact.population_posterior(*classroom)
        assert posterior.probability_different == pytest.approx(below, rel=5e-4)


# What importance sampling should give


def importance_sampling(draw, classroom, draws, repetitions):
    """Self-normalised estimates, repeated: effective sample sizes and values of each function."""
    k, n = classroom
    rng = np.random.default_rng(20)
    sizes, estimates = [], []
    for _ in range(repetitions):
        a, b, functions = draw(rng, draws)
        loglik = sum(
            betaln(a + ki, b + ni - ki) - betaln(a, b) for ki, ni in zip(k, n, strict=True)
        )
        weights = np.exp(loglik - loglik.max())
        weights /= weights.sum()
        sizes.append(1.0 / np.sum(weights**2))
        estimates.append(functions @ weights)
    return np.array(sizes), np.array(estimates)


def draw_population(rng, draws):
    """Mean and concentration from the hyperprior of the course."""
    mu, lam = rng.uniform(size=draws), 0.1 * 1000.0 ** rng.uniform(size=draws)
    return mu * lam, (1 - mu) * lam, np.stack([mu, lam])


def draw_box(rng, draws):
    """Both parameters from the box of the course."""
    a, b = rng.uniform(0.5, 20.0, (2, draws))
    return a, b, np.stack([a, b])


@pytest.mark.parametrize(
    ("draw", "classroom", "kind"),
    [
        (draw_population, A, exact.population_posterior),
        (draw_population, B, exact.population_posterior),
        (draw_box, A, exact.box_posterior),
    ],
    ids=["A", "B", "box"],
)
def test_standard_errors_against_repeated_sampling(draw, classroom, kind):
    """400 runs of 5,000 draws: means, spreads and effective sample size are as predicted.

    The mean of R runs has the standard error se / sqrt(R), their standard deviation that of
    se / sqrt(2 R); 5 of either are allowed (chance 6e-7). The bias of one run is of the order of
    se / sqrt(effective size), below a tenth of a standard error of one run, and is added.
    """
    draws, repetitions = 5000, 400
    sizes, estimates = importance_sampling(draw, classroom, draws, repetitions)
    posterior = kind(*classroom)
    functions = (
        [posterior.mu, posterior.lam] if draw is draw_population else [posterior.a, posterior.b]
    )
    for function, runs in zip(functions, estimates.T, strict=True):
        error = posterior.standard_error(function, draws)
        assert runs.std(ddof=1) == pytest.approx(error, rel=5.0 / np.sqrt(2 * repetitions))
        allowed = 5.0 * error / np.sqrt(repetitions) + 0.1 * error
        assert runs.mean() == pytest.approx(posterior.mean(function), abs=allowed)
    if draw is draw_population:
        k, n = map(np.array, classroom)
        mu, lam = estimates.T[:, :, None]
        spread = np.std((mu * lam + k) / (lam + n), axis=0, ddof=1)
        predicted = posterior.plug_in_standard_error(draws)
        np.testing.assert_allclose(spread, predicted, rtol=5.0 / np.sqrt(2 * repetitions))
    size_error = 5.0 * sizes.std() / np.sqrt(repetitions)
    size = draws * posterior.effective_fraction
    assert sizes.mean() == pytest.approx(size, abs=size_error + 0.01 * size)


# Large and extreme classrooms


@pytest.mark.parametrize(("a", "b"), [(6.0, 4.0), (0.2, 0.3)])
def test_two_hundred_students_with_thousands_of_bentos(a, b):
    """Against a product rule on the small rectangle where this posterior lives.

    The rectangle reaches 8 standard deviations (or to the edge of the prior) on each side.
    """
    classroom = big_classroom(200, 10000, a, b)
    posterior = exact.population_posterior(*classroom)
    nodes, weights = np.polynomial.legendre.leggauss(48)
    log_lam_mean = posterior.mean(np.log(posterior.lam))
    log_lam = log_lam_mean + 8 * posterior.sd(np.log(posterior.lam)) * nodes[:, None]
    mu = posterior.mean_mu + 8 * posterior.sd(posterior.mu) * nodes[None, :]
    lam = np.exp(log_lam)
    k, n = (np.asarray(x, dtype=float)[:, None, None] for x in classroom)
    loglik = np.sum(betaln(mu * lam + k, (1 - mu) * lam + (n - k)), axis=0)
    loglik = loglik - 200 * betaln(mu * lam, (1 - mu) * lam)
    mass = np.outer(weights, weights) * np.exp(loglik - loglik.max())
    mass /= mass.sum()
    assert posterior.mean_mu == pytest.approx(np.sum(mass * mu), rel=1e-7)
    assert posterior.mean_lam == pytest.approx(np.sum(mass * lam), rel=1e-7)
    # The population that made the counts lies well inside.
    assert abs(posterior.mean_mu - a / (a + b)) < 5 * posterior.sd(posterior.mu)
    assert abs(posterior.mean_lam - (a + b)) < 5 * posterior.sd(posterior.lam)


def test_everyone_always_brings_tonkatsu():
    """All 200 students with 10,000 of 10,000: mu piles up at 1, where only b is pinned down.

    At fixed lam the likelihood depends on b as ``exp(-200 b h)`` to first order, where h is the sum
    of ``1 / (lam + i)`` over the 10,000 bentos, so E[b given lam] is near ``1 / (200 h)``.
    """
    posterior = exact.population_posterior([10000] * 200, [10000] * 200)
    assert 0.99 < posterior.mean_mu < 1.0
    near_one = (posterior.lam > 0.9) & (posterior.lam < 1.1)
    mean_b = np.sum(posterior.mass[near_one] * posterior.b[near_one]) / np.sum(
        posterior.mass[near_one]
    )
    harmonic = np.sum(1.0 / (1.0 + np.arange(10000)))
    assert mean_b == pytest.approx(1 / (200 * harmonic), rel=0.01)


def test_a_box_that_the_posterior_leaves():
    """A corner of the box cuts through a narrow ridge; two ways to place the nodes agree."""
    classroom = big_classroom(60, 5000, 60.0, 40.0)
    box = exact.box_posterior(*classroom)
    nodes, weights = np.polynomial.legendre.leggauss(400)
    # The mass outside a > 8, b > 4 is negligible.
    a = 14.0 + 6.0 * nodes[:, None]
    b = 12.0 + 8.0 * nodes[None, :]
    loglik = exact.population_loglik(a, b, *classroom)
    mass = np.outer(weights, weights) * np.exp(loglik - loglik.max())
    mass /= mass.sum()
    assert box.mean_a == pytest.approx(np.sum(mass * a), rel=1e-6)
    assert box.mean_b == pytest.approx(np.sum(mass * b), rel=1e-6)


# The interface


def test_posteriors_accept_lists_and_arrays_and_are_shared():
    """The same classroom in any form is the same cached posterior, which nobody can change."""
    posterior = exact.population_posterior(*A)
    assert exact.population_posterior(*map(np.array, A)) is posterior
    assert exact.population_posterior(*(np.array(x, dtype=np.float32) for x in A)) is posterior
    with pytest.raises(ValueError, match="read-only"):
        posterior.mass[0] = 1.0
    assert posterior.mass.sum() == pytest.approx(1.0)
    assert posterior.mean(3.0) == pytest.approx(3.0)


def test_order_of_students_does_not_matter():
    """Students are exchangeable; their rates follow the order given."""
    forward, backward = (
        exact.population_posterior(*B),
        exact.population_posterior(B[0][::-1], B[1][::-1]),
    )
    assert backward.mean_lam == pytest.approx(forward.mean_lam)
    np.testing.assert_allclose(backward.student_rates[::-1], forward.student_rates)


@pytest.mark.parametrize(
    ("k", "n"),
    [([3], [2]), ([-1], [2]), ([1, 1], [2]), ([], []), (1, 2), ([0.5], [1]), ([np.nan], [1])],
)
def test_counts_that_are_no_classroom(k, n):
    """Impossible, fractional or ragged counts are refused by name."""
    for function in (exact.population_posterior, exact.box_posterior):
        with pytest.raises(ValueError, match="k"):
            function(k, n)
    with pytest.raises(ValueError, match="k"):
        exact.population_loglik(1.0, 1.0, k, n)


def test_ranges_that_are_none():
    """Empty, negative or reversed ranges are refused."""
    for low, high in ((0.0, 1.0), (2.0, 1.0), (1.0, 1.0), (-1.0, 1.0), (1.0, np.inf)):
        with pytest.raises(ValueError, match="low < high"):
            exact.box_posterior(*A, low, high)
        with pytest.raises(ValueError, match="low < high"):
            exact.population_posterior(*A, low, high)
    with pytest.raises(ValueError, match="mu needs"):
        exact.population_posterior(*A, mu_low=0.5, mu_high=0.5)
    with pytest.raises(ValueError, match="log-uniform"):
        exact.population_posterior(*A, lam_prior="flat")


def test_a_rule_too_coarse_is_noticed(monkeypatch):
    """Without enough nodes there is an error, not a wrong number."""
    monkeypatch.setattr(exact, "_SIZES", ((4, 4), (8, 8)))
    with pytest.raises(ArithmeticError, match="converge"):
        exact.population_posterior([41, 1, 7], [59, 21, 9])


def test_logit_misreading_has_other_moments():
    """The model that takes theta for a logit: E[sigmoid(theta)] is far from E[theta].

    With a = 6, b = 4 the published numbers are 0.645 in place of 0.600, for the mean of k / n.
    """
    wrong, _ = integrate.quad(lambda t: expit(t) * stats.beta.pdf(t, 6, 4), 0, 1)
    assert wrong == pytest.approx(0.645, abs=1e-3)
    right = exact.beta_binom_moments(100, 6.0, 4.0)
    assert right.mean / 100 == pytest.approx(0.6)
    assert right.variance / 100**2 == pytest.approx(0.0240, abs=5e-5)
