"""Exact answers, in float64, to the questions that the course answers by simulation.

Nothing here uses JAX or a random number. Closed forms come from the conjugacy of the Beta and
Binomial distributions; posteriors of the population's parameters come from Gauss-Legendre
quadrature. So every number can serve as ground truth for a Monte Carlo estimate, and the standard
error that such an estimate should have is computed beside it.

Notation, as in the notebooks: student ``j`` brought ``k[j]`` tonkatsu among ``n[j]`` bentos; rates
are ``theta[j] ~ Beta(a, b)``; ``mu = a / (a + b)`` is the population's mean rate and
``lam = a + b`` its concentration, in bentos.

How the posteriors are integrated. The log likelihood is a sum of ``log Gamma`` terms in ``a`` and
in ``b``, minus the same in ``lam``; at a fixed ``lam`` it is a concave function of ``mu`` (each
rising factorial of ``a``, or of ``b``, is a product of linear factors). Nothing is singular at
``mu = 0`` or ``1``: at fixed ``lam`` the likelihood is a polynomial in ``mu``. So, for every node
of an outer rule in ``log lam``, bisection finds the only interval of ``mu`` where the likelihood is
not negligible and an inner rule integrates it. The rules are doubled until no summary changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.polynomial import Legendre
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, gammaln, xlog1py, xlogy

Array = NDArray[np.float64]
LamPrior = Literal["log-uniform", "uniform"]

__all__ = [
    "Moments",
    "Posterior",
    "beta_binom_cdf",
    "beta_binom_moments",
    "beta_binom_pmf",
    "beta_moments",
    "box_posterior",
    "float32_log_marginal_error",
    "log_beta_binom",
    "log_binom_coeff",
    "log_joint",
    "log_score",
    "population_loglik",
    "population_posterior",
    "posterior_mean",
]


# Densities and probabilities in closed form


def posterior_mean(a: ArrayLike, b: ArrayLike, k: ArrayLike, n: ArrayLike) -> Array:
    """Mean of ``Beta(a + k, b + n - k)``: a student's rate after ``k`` of ``n``.

    All arguments broadcast. Returns a fraction between 0 and 1 in the broadcast shape.
    """
    a, b, k, n = _floats(a, b, k, n)
    return (a + k) / (a + b + n)


def log_binom_coeff(n: ArrayLike, k: ArrayLike) -> Array:
    """Log of "``n`` choose ``k``", in nats, for ``0 <= k <= n``; arguments broadcast."""
    n, k = _floats(n, k)
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


def log_beta_binom(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike) -> Array:
    """Log probability, in nats, of ``k`` of ``n`` when the rate is ``Beta(a, b)``.

    The Beta-Binomial distribution: the Binomial probability averaged over the rate,
    ``C(n, k) B(a + k, b + n - k) / B(a, b)``. Needs ``0 <= k <= n`` and ``a, b > 0``. Arguments
    broadcast.
    """
    k, n, a, b = _floats(k, n, a, b)
    return log_binom_coeff(n, k) + betaln(a + k, b + (n - k)) - betaln(a, b)


def log_joint(theta: ArrayLike, k: ArrayLike, a: ArrayLike, b: ArrayLike, n: ArrayLike) -> Array:
    """Log joint density of one student's rate and count, ``log p(theta, k | a, b, n)``.

    The Beta log density at ``theta`` plus the Binomial log probability of ``k``, in nats.
    Arguments broadcast.
    """
    theta, k, a, b, n = _floats(theta, k, a, b, n)
    log_beta = xlogy(a - 1.0, theta) + xlog1py(b - 1.0, -theta) - betaln(a, b)
    log_binomial = log_binom_coeff(n, k) + xlogy(k, theta) + xlog1py(n - k, -theta)
    return log_beta + log_binomial


def log_score(rates: ArrayLike, k: ArrayLike, n: ArrayLike) -> float:
    """Log probability, in nats, of ``k[j]`` of ``n[j]`` at the rates ``rates[j]``, all together.

    ``-inf`` when a rate of 0 or 1 is contradicted; where it is borne out, and where ``n`` is 0,
    the student adds 0. Arguments broadcast and the sum is over all entries.
    """
    rates, k, n = _floats(rates, k, n)
    return float(np.sum(log_binom_coeff(n, k) + xlogy(k, rates) + xlog1py(n - k, -rates)))


def population_loglik(a: ArrayLike, b: ArrayLike, k: ArrayLike, n: ArrayLike) -> Array:
    """Log probability, in nats, of a classroom's counts under ``Beta(a, b)``.

    ``a`` and ``b`` broadcast against each other, to a grid for instance; ``k`` and ``n`` have one
    entry per student. Returns the sum of `log_beta_binom` over students in the grid's shape.
    Raises ValueError when the counts are not those of a classroom.
    """
    classroom = _Classroom.of(k, n)
    a, b = np.broadcast_arrays(*_floats(a, b))
    return classroom.loglik(a, b, a + b)


def float32_log_marginal_error(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike) -> Array:
    """Bound, in nats, on the error of a float32 Beta-Binomial log probability.

    Log Gamma values that are much larger than the result are subtracted, so the error is a few
    float32 spacings of the largest, ``log Gamma(a + b + n)``. Written from left to right,
    ``b + n - k`` also rounds ``b`` to the spacing of ``n``, which matters when ``b`` is small and
    ``k`` near ``n``; the last term allows for that, to first order: when it exceeds about 0.1, that
    way of writing has no accuracy left, and is infinite when it rounds to ``b = 0``. The factors
    were measured on JAX's ``gammaln`` and ``betaln``. Arguments broadcast.
    """
    k, n, a, b = _floats(k, n, a, b)
    spacing = float(np.finfo(np.float32).eps)
    return spacing * (6.0 * (8.0 + gammaln(a + b + n + 1.0)) + n / (b + (n - k)))


# Moments


@dataclass(frozen=True)
class Moments:
    """Mean, variance and fourth central moment of a distribution."""

    mean: float
    variance: float
    fourth_central: float

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float(np.sqrt(self.variance))

    def mean_standard_error(self, draws: int) -> float:
        """Standard error of the average of that many independent draws."""
        return float(np.sqrt(self.variance / draws))

    def variance_standard_error(self, draws: int) -> float:
        """Standard error (to first order in ``1 / draws``) of the variance of independent draws."""
        return float(np.sqrt((self.fourth_central - self.variance**2) / draws))


def beta_moments(a: float, b: float) -> Moments:
    """Moments of ``Beta(a, b)``, from the textbook formulas for its variance and kurtosis."""
    lam = a + b
    variance = a * b / (lam**2 * (lam + 1.0))
    excess = (
        6.0
        * ((a - b) ** 2 * (lam + 1.0) - a * b * (lam + 2.0))
        / (a * b * (lam + 2.0) * (lam + 3.0))
    )
    return Moments(a / lam, variance, (3.0 + excess) * variance**2)


def beta_binom_moments(n: int, a: float, b: float) -> Moments:
    """Moments of the Beta-Binomial count among ``n``.

    Mean and variance in closed form; the fourth central moment is the sum over all counts.
    """
    mu, lam = a / (a + b), a + b
    variance = n * mu * (1.0 - mu) * (lam + n) / (lam + 1.0)
    counts = np.arange(n + 1.0)
    fourth = float(np.sum(beta_binom_pmf(counts, n, a, b) * (counts - n * mu) ** 4))
    return Moments(n * mu, variance, fourth)


def beta_binom_pmf(k: ArrayLike, n: ArrayLike, a: ArrayLike, b: ArrayLike) -> Array:
    """Beta-Binomial probability of ``k`` of ``n``; 0 for a ``k`` outside 0..n or not whole.

    Arguments broadcast.
    """
    k, n, a, b = np.broadcast_arrays(*_floats(k, n, a, b))
    possible = (k >= 0.0) & (k <= n) & (k == np.floor(k))
    return np.where(possible, np.exp(log_beta_binom(np.where(possible, k, 0.0), n, a, b)), 0.0)


def beta_binom_cdf(k: ArrayLike, n: int, a: float, b: float) -> Array:
    """Beta-Binomial probability of ``k`` or fewer of ``n``, in the shape of ``k``."""
    cumulative = np.cumsum(beta_binom_pmf(np.arange(n + 1), n, a, b))
    cumulative = np.concatenate([[0.0], np.minimum(cumulative, 1.0)])
    cumulative[-1] = 1.0
    index = np.clip(np.floor(np.asarray(k, dtype=float)) + 1.0, 0.0, n + 1.0)
    return cumulative[index.astype(int)]


# Posteriors of the population's parameters


@dataclass(frozen=True, eq=False)
class Posterior:
    """A posterior of ``(mu, lam)``, or of ``(a, b)``, as quadrature nodes and their masses.

    Any function of the parameters is an array of its values at the nodes, for instance
    ``posterior.a / posterior.lam``; `mean`, `sd` and `standard_error` take such arrays (or a single
    number, for a constant).

    Attributes:
        k: the students' counts, shape (students,).
        n: their numbers of bentos, shape (students,).
        mu: mean rate at the nodes, shape (nodes,).
        lam: concentration at the nodes, in bentos, shape (nodes,).
        mass: posterior mass of the nodes, shape (nodes,), sums to 1.
        weight: likelihood divided by its prior mean, shape (nodes,): the importance weight,
            scaled to have mean 1, of a draw from the prior.
        log_evidence: log of the prior mean of the likelihood, in nats.
        lam_marginal: the density of ``log lam``, piece by piece, each a Legendre series.
    """

    k: Array
    n: Array
    mu: Array
    lam: Array
    mass: Array
    weight: Array
    log_evidence: float
    lam_marginal: tuple[Legendre, ...] = field(repr=False)

    @property
    def a(self) -> Array:
        """``a = mu lam`` at the nodes."""
        return self.mu * self.lam

    @property
    def b(self) -> Array:
        """``b = (1 - mu) lam`` at the nodes."""
        return (1.0 - self.mu) * self.lam

    def mean(self, values: ArrayLike) -> float:
        """Posterior mean of a function, given by its values at the nodes."""
        return float(np.sum(self.mass * np.asarray(values, dtype=float)))

    def sd(self, values: ArrayLike) -> float:
        """Posterior standard deviation of a function, given by its values at the nodes."""
        centred = np.asarray(values, dtype=float) - self.mean(values)
        return float(np.sqrt(self.mean(centred**2)))

    @property
    def mean_mu(self) -> float:
        """E[mu], which is also E[a / (a + b)], the mean of the ratio."""
        return self.mean(self.mu)

    @property
    def mean_lam(self) -> float:
        """E[lam], in bentos."""
        return self.mean(self.lam)

    @property
    def mean_a(self) -> float:
        """E[a]."""
        return self.mean(self.a)

    @property
    def mean_b(self) -> float:
        """E[b]."""
        return self.mean(self.b)

    @property
    def ratio_of_means(self) -> float:
        """E[a] / (E[a] + E[b]), which is not E[a / (a + b)]."""
        return self.mean_a / self.mean_lam

    @property
    def effective_fraction(self) -> float:
        """Effective sample size, as a fraction of the draws, of importance sampling.

        The proposal is the prior. This is ``E[w]^2 / E[w^2]`` over the prior, the limit of
        ``1 / sum(normalised weights squared) / draws`` as the number of draws grows.
        """
        return 1.0 / self.mean(self.weight)

    def standard_error(self, values: ArrayLike, draws: int) -> float:
        """Standard error of an importance-sampling estimate of a function's posterior mean.

        The estimate is the self-normalised one, from that many draws of the prior. By the delta
        method its variance is ``E[w^2 (f - mean)^2] / E[w]^2 / draws`` over the prior (Owen, Monte
        Carlo theory, methods and examples, section 9.2). The error of a smooth function
        ``g(mean 1, mean 2)`` of two such estimates from the same draws is that of the function
        ``g1 f1 + g2 f2``, with ``g``'s partial derivatives as the coefficients.

        This is asymptotic: trust it when ``draws * effective_fraction`` is in the hundreds.
        """
        centred = np.asarray(values, dtype=float) - self.mean(values)
        return float(np.sqrt(self.mean(self.weight * centred**2) / draws))

    @property
    def plug_in_rates(self) -> Array:
        """Each student's posterior mean under the one population (E[mu], E[lam]).

        Shape (students,). What `shrink` computes in the notebook.
        """
        mu, lam = self.mean_mu, self.mean_lam
        return posterior_mean(mu * lam, (1.0 - mu) * lam, self.k, self.n)

    def plug_in_standard_error(self, draws: int) -> Array:
        """Standard error of `plug_in_rates` when E[mu] and E[lam] come from importance sampling.

        Shape (students,). The delta method, with the derivatives of
        ``(mu lam + k) / (lam + n)``.
        """
        mu, lam = self.mean_mu, self.mean_lam
        by_mu = lam / (lam + self.n)
        by_lam = (mu * self.n - self.k) / (lam + self.n) ** 2
        return np.array(
            [
                self.standard_error(slope_mu * self.mu + slope_lam * self.lam, draws)
                for slope_mu, slope_lam in zip(by_mu, by_lam, strict=True)
            ]
        )

    @property
    def student_rates(self) -> Array:
        """Each student's fully Bayesian posterior mean rate, shape (students,).

        The average over the posterior of ``(a + k) / (lam + n)``.
        """
        return np.array(
            [self.mean((self.a + k) / (self.lam + n)) for k, n in zip(self.k, self.n, strict=True)]
        )

    def lam_density(self, lam: ArrayLike) -> Array:
        """Posterior density of the concentration, per bento, in the shape of ``lam``.

        Multiply by ``lam`` for the density per unit of ``log lam`` and by ``lam log(10)`` for the
        density per decade.
        """
        lam = np.asarray(lam, dtype=float)
        log_lam = np.log(lam)
        density = np.zeros_like(log_lam)
        for piece in self.lam_marginal:
            low, high = piece.domain
            inside = (low <= log_lam) & (log_lam <= high)
            density = np.where(inside, piece(np.clip(log_lam, low, high)), density)
        return np.maximum(density, 0.0) / lam

    def lam_cdf(self, lam: ArrayLike) -> Array:
        """Posterior probability of a concentration of at most ``lam``, in its shape."""
        log_lam = np.log(np.asarray(lam, dtype=float))
        total = np.zeros_like(log_lam)
        for piece in self.lam_marginal:
            low, high = piece.domain
            integral = piece.integ(lbnd=low)
            total = total + integral(np.clip(log_lam, low, high))
        return np.clip(total, 0.0, 1.0)

    @property
    def probability_different(self) -> float:
        """Posterior probability of ``lam < 1``, the regime where students differ."""
        return float(self.lam_cdf(1.0))


def box_posterior(k: ArrayLike, n: ArrayLike, low: float = 0.5, high: float = 20.0) -> Posterior:
    """Posterior of ``(a, b)`` when both are uniform on ``(low, high)`` a priori.

    ``k`` and ``n`` have one entry per student. Raises ValueError when they are not the counts of a
    classroom or unless ``0 < low < high``, and ArithmeticError when quadrature does not converge.
    """
    low, high = _interval(low, high)
    return _box_posterior(*_hashable(k, n), low, high)


def population_posterior(
    k: ArrayLike,
    n: ArrayLike,
    lam_low: float = 0.1,
    lam_high: float = 100.0,
    *,
    lam_prior: LamPrior = "log-uniform",
    mu_low: float = 0.0,
    mu_high: float = 1.0,
) -> Posterior:
    """Posterior of ``(mu, lam)`` with ``mu`` uniform and ``log lam`` uniform a priori.

    ``k`` and ``n`` have one entry per student. The course's prior of ``mu`` is uniform on (0, 1),
    and that of ``lam`` is log-uniform; the keyword arguments serve to work out what other choices
    (``lam_prior="uniform"``, a truncated ``mu``) would answer. Raises ValueError when the counts
    are not those of a classroom or unless ``0 < lam_low < lam_high`` and
    ``0 <= mu_low < mu_high <= 1``, and ArithmeticError when quadrature does not converge.
    """
    lam_low, lam_high = _interval(lam_low, lam_high)
    if not 0.0 <= mu_low < mu_high <= 1.0:
        raise ValueError(f"mu needs 0 <= low < high <= 1, not {mu_low} and {mu_high}")
    if lam_prior not in ("log-uniform", "uniform"):
        raise ValueError(f"the prior of lam is log-uniform or uniform, not {lam_prior}")
    return _population_posterior(
        *_hashable(k, n), lam_low, lam_high, lam_prior, float(mu_low), float(mu_high)
    )


@lru_cache(maxsize=256)
def _box_posterior(
    k: tuple[float, ...], n: tuple[float, ...], low: float, high: float
) -> Posterior:
    def mu_bounds(lam: Array) -> tuple[Array, Array]:
        return np.maximum(low / lam, 1.0 - high / lam), np.minimum(high / lam, 1.0 - low / lam)

    def log_density(lam: Array) -> Array:
        # da db = lam dmu dlam = lam^2 dmu dlog(lam)
        return 2.0 * np.log(lam) - 2.0 * np.log(high - low)

    # The bounds of mu have a corner where the line a + b = lam meets two corners of the box.
    edges = (2.0 * low, low + high, 2.0 * high)
    return _integrate(_Classroom.of(k, n), _Prior(edges, mu_bounds, log_density))


@lru_cache(maxsize=256)
def _population_posterior(
    k: tuple[float, ...],
    n: tuple[float, ...],
    lam_low: float,
    lam_high: float,
    lam_prior: LamPrior,
    mu_low: float,
    mu_high: float,
) -> Posterior:
    def mu_bounds(lam: Array) -> tuple[Array, Array]:
        return np.full_like(lam, mu_low), np.full_like(lam, mu_high)

    def log_density(lam: Array) -> Array:
        if lam_prior == "uniform":
            per_log_lam = np.log(lam) - np.log(lam_high - lam_low)
        else:
            per_log_lam = np.full_like(lam, -np.log(np.log(lam_high / lam_low)))
        return per_log_lam - np.log(mu_high - mu_low)

    return _integrate(_Classroom.of(k, n), _Prior((lam_low, lam_high), mu_bounds, log_density))


# Quadrature

_NEGLIGIBLE = 40.0  # nats below the maximum: a factor of 4e-18
_AGREEMENT = 1e-8  # largest relative change of a summary when the rules are doubled
# Nodes in log lam and nodes in mu. On an interval cut at 40 nats, 48 nodes in mu already give nine
# digits; the marginal of log lam is not concave, and needs more where the prior cuts it off.
_SIZES = ((48, 48), (96, 96), (192, 96), (384, 96), (768, 96))


@dataclass(frozen=True)
class _Classroom:
    """Counts of a classroom, and the likelihood of a population."""

    k: Array
    n: Array

    @classmethod
    def of(cls, k: ArrayLike, n: ArrayLike) -> "_Classroom":
        """Check the counts; raises ValueError when they are no classroom's."""
        k, n = _floats(k, n)
        if k.ndim != 1 or k.shape != n.shape or k.size == 0:
            raise ValueError(
                f"k and n need one entry per student, not the shapes {k.shape} and {n.shape}"
            )
        whole = np.isfinite(n) & (k == np.floor(k)) & (n == np.floor(n))
        if not np.all(whole & (k >= 0.0) & (k <= n)):
            raise ValueError("counts need whole numbers with 0 <= k <= n for every student")
        return cls(k, n)

    def loglik(self, a: Array, b: Array, lam: Array) -> Array:
        """Log likelihood, in nats; the arguments broadcast and ``lam = a + b``."""
        constant = log_binom_coeff(self.n, self.k).sum()
        return constant + self.loglik_in_mu(a, b) - _log_rising(lam, self.n)

    def loglik_in_mu(self, a: Array, b: Array) -> Array:
        """The terms of the log likelihood that depend on ``mu`` when ``lam`` is fixed."""
        return _log_rising(a, self.k) + _log_rising(b, self.n - self.k)

    def slope_in_mu(self, a: Array, b: Array) -> Array:
        """Derivative of the log likelihood by ``mu``, divided by ``lam``, at fixed ``lam``."""
        return _rising_slope(a, self.k) - _rising_slope(b, self.n - self.k)


@dataclass(frozen=True)
class _Prior:
    """Prior of ``(mu, lam)`` that, at fixed ``lam``, is uniform in ``mu``.

    Attributes:
        lam_edges: range of lam, with the points between where the prior is not smooth.
        mu_bounds: lowest and highest mu for given lam.
        log_density: log density with respect to ``dmu dlog(lam)``, between those bounds.
    """

    lam_edges: tuple[float, ...]
    mu_bounds: Callable[[Array], tuple[Array, Array]]
    log_density: Callable[[Array], Array]


@dataclass(frozen=True)
class _Nodes:
    """Nodes of the product rule on one panel of ``log lam``, shape (lam nodes, mu nodes).

    Attributes:
        panel: lowest and highest ``log lam``.
        mu: mean rate, shape (lam nodes, mu nodes).
        lam: concentration, shape (lam nodes, 1).
        log_prior: log of quadrature weight times prior density.
        log_posterior: the same plus the log likelihood, not normalised.
    """

    panel: tuple[float, float]
    mu: Array
    lam: Array
    log_prior: Array
    log_posterior: Array


def _integrate(classroom: _Classroom, prior: _Prior) -> Posterior:
    """Posterior by quadrature, with the rules doubled until all summaries agree.

    Raises ArithmeticError when they never do.
    """
    edges = np.log(prior.lam_edges)
    panels = [_relevant_panel(classroom, prior, low, high) for low, high in pairwise(edges)]
    previous = None
    for lam_nodes, mu_nodes in _SIZES:
        posterior = _assemble(
            classroom,
            [_panel_nodes(classroom, prior, panel, lam_nodes, mu_nodes) for panel in panels],
        )
        if previous is not None and _agree(posterior, previous):
            return posterior
        previous = posterior
    raise ArithmeticError("the quadrature of this posterior did not converge")


def _agree(one: Posterior, other: Posterior) -> bool:
    """Whether two rules give the same evidence and the same summaries."""
    same_evidence = abs(one.log_evidence - other.log_evidence) <= _AGREEMENT
    return bool(
        same_evidence and np.allclose(_summary(one), _summary(other), rtol=_AGREEMENT, atol=0.0)
    )


def _summary(posterior: Posterior) -> Array:
    """What must not change when the rules are doubled."""
    return np.array(
        [
            posterior.mean_mu,
            posterior.mean_lam,
            posterior.sd(posterior.mu),
            posterior.sd(posterior.lam),
            posterior.effective_fraction,
            posterior.standard_error(posterior.mu, 1),
            posterior.standard_error(posterior.lam, 1),
        ]
    )


def _assemble(classroom: _Classroom, parts: list[_Nodes]) -> Posterior:
    """Normalise the nodes of all panels together."""
    highest = max(part.log_posterior.max() for part in parts)
    total = sum(np.exp(part.log_posterior - highest).sum() for part in parts)
    log_evidence = float(highest + np.log(total))
    masses = [np.exp(part.log_posterior - log_evidence) for part in parts]
    weights = [np.exp(part.log_posterior - part.log_prior - log_evidence) for part in parts]
    marginals = tuple(
        _legendre_series(part.panel, mass.sum(axis=1))
        for part, mass in zip(parts, masses, strict=True)
    )
    return Posterior(
        k=_read_only(classroom.k),
        n=_read_only(classroom.n),
        mu=_flat([part.mu for part in parts]),
        lam=_flat([np.broadcast_to(part.lam, part.mu.shape) for part in parts]),
        mass=_flat(masses),
        weight=_flat(weights),
        log_evidence=log_evidence,
        lam_marginal=marginals,
    )


def _panel_nodes(
    classroom: _Classroom,
    prior: _Prior,
    panel: tuple[float, float],
    lam_nodes: int,
    mu_nodes: int,
) -> _Nodes:
    """Product rule: Gauss-Legendre in log lam, and in mu between bounds that depend on lam."""
    log_lam, lam_weight = _gauss_legendre(lam_nodes, *panel)
    lam = np.exp(log_lam)
    low, high = _relevant_mu(classroom, lam, *prior.mu_bounds(lam))
    mu, mu_weight = _gauss_legendre(mu_nodes, low[:, None], high[:, None])
    lam = lam[:, None]
    log_prior = np.log(lam_weight[:, None] * mu_weight) + prior.log_density(lam)
    loglik = classroom.loglik(mu * lam, (1.0 - mu) * lam, lam)
    return _Nodes(panel, mu, lam, log_prior, log_prior + loglik)


def _relevant_panel(
    classroom: _Classroom, prior: _Prior, low: float, high: float
) -> tuple[float, float]:
    """The part of a panel of log lam outside which the posterior is negligible.

    The marginal posterior is scanned at 16 points, cut to where it is not negligible and one
    spacing more on each side, and scanned again while that helps.
    """
    points = 16
    while True:
        spacing = (high - low) / points
        log_lam = low + spacing * (np.arange(points) + 0.5)
        lam = np.exp(log_lam)
        mu_low, mu_high = _relevant_mu(classroom, lam, *prior.mu_bounds(lam))
        mu, weight = _gauss_legendre(24, mu_low[:, None], mu_high[:, None])
        loglik = classroom.loglik(mu * lam[:, None], (1.0 - mu) * lam[:, None], lam[:, None])
        log_mass = np.log(weight) + loglik + prior.log_density(lam)[:, None]
        marginal = np.logaddexp.reduce(log_mass, axis=1)
        kept = log_lam[marginal > marginal.max() - _NEGLIGIBLE]
        new_low = max(low, float(kept[0] - 1.5 * spacing))
        new_high = min(high, float(kept[-1] + 1.5 * spacing))
        if new_high - new_low > 0.75 * (high - low):
            return float(new_low), float(new_high)
        low, high = new_low, new_high


def _relevant_mu(classroom: _Classroom, lam: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """The interval of mu, for each lam, outside which the likelihood is negligible.

    The log likelihood is concave in mu, so bisection on its slope finds the mode and bisection on
    its value finds where it has dropped far enough. Bisection looks at interior points only.
    """
    left, right = low, high
    for _ in range(32):
        middle = 0.5 * (left + right)
        rising = classroom.slope_in_mu(middle * lam, (1.0 - middle) * lam) > 0.0
        left, right = np.where(rising, middle, left), np.where(rising, right, middle)
    mode = 0.5 * (left + right)

    def drops_at(mu: Array) -> NDArray[np.bool_]:
        return classroom.loglik_in_mu(mu * lam, (1.0 - mu) * lam) < highest - _NEGLIGIBLE

    highest = classroom.loglik_in_mu(mode * lam, (1.0 - mode) * lam)
    return _last_drop(drops_at, low, mode), _last_drop(drops_at, high, mode)


def _last_drop(drops_at: Callable[[Array], NDArray[np.bool_]], outer: Array, mode: Array) -> Array:
    """The point nearest to the mode, between it and ``outer``, that is surely negligible.

    ``outer`` itself when no point between is negligible.
    """
    inner = mode
    for _ in range(20):
        middle = 0.5 * (outer + inner)
        dropped = drops_at(middle)
        outer, inner = np.where(dropped, middle, outer), np.where(dropped, inner, middle)
    return outer


def _log_rising(x: Array, lengths: Array) -> Array:
    """Sum over lengths m of ``log(x (x + 1) ... (x + m - 1)) = log Gamma(x + m) / Gamma(x)``."""
    return _sum_of_differences(gammaln, x, lengths)


def _rising_slope(x: Array, lengths: Array) -> Array:
    """Derivative by ``x`` of `_log_rising`."""
    return _sum_of_differences(digamma, x, lengths)


def _sum_of_differences(function: Callable[[Array], Array], x: Array, lengths: Array) -> Array:
    """Sum over lengths m of ``function(x + m) - function(x)``, each different m done once."""
    values, times = np.unique(lengths[lengths > 0.0], return_counts=True)
    if values.size == 0:
        return np.zeros_like(x)
    total = -times.sum() * function(x)
    for value, count in zip(values, times, strict=True):
        total = total + count * function(x + value)
    return total


def _legendre_series(panel: tuple[float, float], mass: Array) -> Legendre:
    """The density on a panel whose Gauss-Legendre masses are given, as a Legendre series."""
    size = len(mass)
    nodes, _ = _unit_rule(size)
    # Coefficient i of f is (2 i + 1) / 2 times the integral of f P_i, here over [-1, 1].
    polynomials = np.polynomial.legendre.legvander(nodes, size - 1)
    half_width = 0.5 * (panel[1] - panel[0])
    coefficients = (np.arange(size) + 0.5) * (polynomials.T @ mass) / half_width
    return Legendre(coefficients, domain=list(panel))


def _gauss_legendre(size: int, low: ArrayLike, high: ArrayLike) -> tuple[Array, Array]:
    """Nodes and weights of the Gauss-Legendre rule on (low, high); the bounds broadcast."""
    nodes, weights = _unit_rule(size)
    low, high = _floats(low, high)
    half_width = 0.5 * (high - low)
    return low + half_width * (nodes + 1.0), half_width * weights


@lru_cache(maxsize=16)
def _unit_rule(size: int) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return _read_only(nodes), _read_only(weights)


def _floats(*values: ArrayLike) -> list[Array]:
    return [np.asarray(value, dtype=float) for value in values]


def _flat(arrays: list[Array]) -> Array:
    return _read_only(np.concatenate([array.ravel() for array in arrays]))


def _read_only(array: Array) -> Array:
    """Cached posteriors are shared, so their arrays must not change."""
    array.flags.writeable = False
    return array


def _interval(low: float, high: float) -> tuple[float, float]:
    low, high = float(low), float(high)
    if not 0.0 < low < high < np.inf:
        raise ValueError(f"a range needs 0 < low < high, not {low} and {high}")
    return low, high


def _hashable(k: ArrayLike, n: ArrayLike) -> tuple[tuple[float, ...], tuple[float, ...]]:
    classroom = _Classroom.of(k, n)
    return tuple(classroom.k.tolist()), tuple(classroom.n.tolist())
