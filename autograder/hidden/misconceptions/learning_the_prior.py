"""Misconceptions of ps3-learning-the-prior."""

import jax
import jax.numpy as jnp
import jax.random as jr
from jax.scipy.special import betaln, gammaln, logsumexp

from autograder.misconceptions.library import Library

library = Library()


def _coefficient(n, k):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


def _marginal(k, n, a, b):
    return _coefficient(n, k) + betaln(a + k, b + n - k) - betaln(a * 1.0, b * 1.0)


def _loglik(a, b, k, n):
    k, n = jnp.asarray(k, dtype=float), jnp.asarray(n, dtype=float)
    return jax.vmap(lambda a, b: _marginal(k, n, a, b).sum())(a, b)


def _draws(key, num_samples, low, high):
    key_a, key_b = jr.split(key)
    a = jr.uniform(key_a, (num_samples,), minval=low, maxval=high)
    return a, jr.uniform(key_b, (num_samples,), minval=low, maxval=high)


def _weights(log_w):
    w = jnp.exp(log_w - log_w.max())
    return w / w.sum()


@library.of(
    "log_binom_coeff",
    "Gamma(m) is the factorial of m - 1, not of m: each argument is one too small.",
)
def off_by_one_gamma(n, k):
    return gammaln(n * 1.0) - gammaln(k * 1.0) - gammaln(n - k * 1.0)


@library.of(
    "log_binom_coeff",
    "The orders among the bentos that were not chosen are still counted: n choose k divides by "
    "both factorials.",
)
def one_factorial_too_few(n, k):
    return gammaln(n + 1.0) - gammaln(k + 1.0)


@library.of("log_binom_coeff", "This is the number of ways itself; asked for is its logarithm.")
def log_forgotten(n, k):
    return jnp.exp(_coefficient(n, k))


@library.of("log_binom_coeff", "The sign is wrong: ways to choose are at least one.")
def wrong_sign(n, k):
    return -_coefficient(n, k)


@library.of("log_binom_coeff", "This is a logarithm to base 10; the course's logs are natural.")
def base_ten(n, k):
    return _coefficient(n, k) / jnp.log(10.0)


@library.of(
    "log_binom_coeff",
    "Written with betaln, the coefficient needs one more term, the log of n + 1.",
)
def betaln_without_its_factor(n, k):
    return -betaln(n - k + 1.0, k + 1.0)


@library.of("log_binom_coeff", "n and k have changed places.")
def swapped_n_and_k(n, k):
    return _coefficient(k, n)


@library.of(
    "log_binom_coeff",
    "A logarithm turns a quotient into a difference: here logs are divided by logs.",
)
def logs_divided(n, k):
    return gammaln(n + 1.0) / (gammaln(k + 1.0) + gammaln(n - k + 1.0))


@library.of(
    "log_beta_binom", "The binomial coefficient is missing: the bentos come in many orders."
)
def missing_coefficient(k, n, a, b):
    return betaln(a + k, b + n - k) - betaln(a * 1.0, b * 1.0)


@library.of(
    "log_beta_binom",
    "The two Beta functions have changed places: the one with the data belongs above.",
)
def betaln_sign(k, n, a, b):
    return _coefficient(n, k) - betaln(a + k, b + n - k) + betaln(a * 1.0, b * 1.0)


@library.of("log_beta_binom", "This is the probability itself; asked for is its logarithm.")
def log_of_the_marginal_forgotten(k, n, a, b):
    return jnp.exp(_marginal(k, n, a, b))


@library.of("log_beta_binom", "a and b have changed places.")
def swapped_a_and_b(k, n, a, b):
    return _marginal(k, n, b, a)


@library.of(
    "log_beta_binom",
    "b grows by the hamburgers, and those are not all the bentos: n counts the tonkatsu as well.",
)
def n_taken_for_failures(k, n, a, b):
    return _coefficient(n, k) + betaln(a + k, b + n * 1.0) - betaln(a * 1.0, b * 1.0)


@library.of(
    "log_beta_binom",
    "This is a Binomial at the population's mean rate: the rate has been fixed, not averaged out, "
    "and extreme counts come out too unlikely.",
)
def plug_in_rate(k, n, a, b):
    rate = a / (a + b)
    return _coefficient(n, k) + k * jnp.log(rate) + (n - k) * jnp.log1p(-rate)


@library.of(
    "log_beta_binom",
    "The Beta function of the prior is missing, which makes the probabilities add up to one.",
)
def normaliser_missing(k, n, a, b):
    return _coefficient(n, k) + betaln(a + k, b + n - k)


@library.of(
    "log_beta_binom", "A logarithm turns division into subtraction, and here the two are added."
)
def plus_for_minus(k, n, a, b):
    return _coefficient(n, k) + betaln(a + k, b + n - k) + betaln(a * 1.0, b * 1.0)


@library.of(
    "population_loglik",
    "This is the mean over students; independent students multiply, so their logs add up.",
)
def mean_for_sum(a, b, k, n):
    return _marginal(k, n, a, b).mean()


@library.of("population_loglik", "The log has been undone: a class's log likelihood is asked for.")
def product_of_probabilities(a, b, k, n):
    return jnp.exp(_marginal(k, n, a, b).sum())


@library.of(
    "population_loglik",
    "The students' probabilities are multiplied before the log: for a large class their product is "
    "too small for a computer to hold.",
)
def log_of_a_product(a, b, k, n):
    return jnp.log(jnp.prod(jnp.exp(_marginal(k, n, a, b))))


@library.of("population_loglik", "These are the students one by one; their sum is still missing.")
def sum_missing(a, b, k, n):
    return _marginal(k, n, a, b)


@library.of(
    "population_loglik",
    "All bentos have been thrown on one heap: that is one student with a single rate, and not a "
    "class of students who differ.",
)
def one_heap(a, b, k, n):
    return _marginal(jnp.sum(k), jnp.sum(n), a, b)


@library.of(
    "population_loglik",
    "Probabilities have been added before taking the log; independent events multiply.",
)
def log_of_a_sum(a, b, k, n):
    return logsumexp(_marginal(k, n, a, b))


@library.of("population_loglik", "a and b have changed places.")
def swapped_a_and_b_in_the_class(a, b, k, n):
    return _marginal(k, n, b, a).sum()


@library.of("population_loglik", "The sign is wrong: this grows as the fit gets worse.")
def negative_loglik(a, b, k, n):
    return -_marginal(k, n, a, b).sum()


@library.of("population_loglik", "k and n have changed places.")
def swapped_k_and_n(a, b, k, n):
    return _marginal(n, k, a, b).sum()


@library.of(
    "population_loglik",
    "This is the class of the notebook's table, whatever class is asked about: use the arguments k "
    "and n.",
)
def the_notebooks_class(a, b, k, n):
    k, n = jnp.array([70, 28, 6, 3, 2, 0]), jnp.array([100, 40, 10, 5, 2, 1])
    return _marginal(k, n, a, b).sum()


@library.of("importance_weights", "The weights do not add up to one yet.")
def unnormalised(log_w):
    return jnp.exp(log_w - jnp.max(log_w))


@library.of(
    "importance_weights",
    "Where log weights are far from zero, exponentials have become infinite, or zero all of them: "
    "what must be subtracted from the log weights, before anything else is done to them?",
)
def overflowing(log_w):
    w = jnp.exp(log_w)
    return w / w.sum()


@library.of("importance_weights", "The log weights themselves have been normalised: undo the log.")
def log_weights_normalised(log_w):
    return log_w / jnp.sum(log_w)


@library.of("importance_weights", "These are still logarithms of weights.")
def still_logs(log_w):
    return log_w - logsumexp(log_w)


@library.of("importance_weights", "All weights are equal here: log_w has not been used.")
def equal_weights(log_w):
    return jnp.full(jnp.shape(log_w), 1.0 / jnp.size(log_w))


@library.of("importance_weights", "Only the heaviest draw gets weight: the others count as well.")
def winner_takes_all(log_w):
    return (log_w == jnp.max(log_w)) * 1.0


@library.of(
    "importance_weights", "Divided by the mean, the weights add up to their number, not to one."
)
def mean_one(log_w):
    w = jnp.exp(log_w - jnp.max(log_w))
    return w / w.mean()


@library.of(
    "importance_weights",
    "Subtracting the smallest log weight instead of the largest: the others can still overflow.",
)
def smallest_subtracted(log_w):
    w = jnp.exp(log_w - jnp.min(log_w))
    return w / w.sum()


@library.of(
    "importance_weights",
    "The mean of the log weights is subtracted: one that is far above the mean still overflows.",
)
def mean_subtracted(log_w):
    w = jnp.exp(log_w - jnp.mean(log_w))
    return w / w.sum()


@library.of(
    "importance_weights",
    "Clipping keeps exp from overflowing, but all log weights beyond the clip become the same; "
    "their differences are what matters.",
)
def clipped(log_w):
    w = jnp.exp(jnp.clip(log_w, -80.0, 80.0))
    return w / w.sum()


@library.of("effective_sample_size", "This is the sum of squares; the size is its reciprocal.")
def sum_of_squares(weights):
    return jnp.sum(weights**2)


@library.of("effective_sample_size", "This is the share of the draws that count, not their number.")
def share_for_number(weights):
    return 1.0 / (jnp.size(weights) * jnp.sum(weights**2))


@library.of(
    "effective_sample_size",
    "The squares have been forgotten: normalised weights add up to one, whatever they are.",
)
def squares_forgotten(weights):
    return 1.0 / jnp.sum(weights)


@library.of("effective_sample_size", "This counts all draws, also those without weight.")
def number_of_draws(weights):
    return jnp.size(weights) * 1.0


@library.of("effective_sample_size", "This looks at the heaviest draw only.")
def heaviest_only(weights):
    return 1.0 / jnp.max(weights)


@library.of(
    "effective_sample_size",
    "This is the exponential of the entropy, another measure of the same thing; the exercise asks "
    "for the one with squares.",
)
def entropy(weights):
    return jnp.exp(-jnp.sum(jnp.where(weights > 0, weights * jnp.log(weights + 1e-38), 0.0)))


@library.of("effective_sample_size", "One square root too many.")
def square_root_taken(weights):
    return 1.0 / jnp.sqrt(jnp.sum(weights**2))


@library.of(
    "infer_prior",
    "The weights have been left out: this is the mean of the hyperprior, whatever the class says.",
    within=0.05,
)
def weights_left_out(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, low, high)
    return a.mean(), b.mean()


@library.of(
    "infer_prior",
    "Only the best candidates count here; asked for is the weighted mean of all.",
    within=0.12,
)
def argmax(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, low, high)
    best = jnp.argmax(_loglik(a, b, k, n))
    return a[best], b[best]


@library.of(
    "infer_prior",
    "a and b have been drawn with the same random key, so that they are always equal.",
    within=0.05,
)
def same_key_for_both(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a = jr.uniform(key, (num_samples,), minval=low, maxval=high)
    mean = jnp.sum(_weights(_loglik(a, a, k, n)) * a)
    return mean, mean


@library.of(
    "infer_prior",
    "Every key gives the same estimate: draw with the key that is passed in.",
    within=0.05,
    sign="ignores the key",
)
def key_not_used(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(jr.PRNGKey(0), num_samples, low, high)
    w = _weights(_loglik(a, b, k, n))
    return jnp.sum(w * a), jnp.sum(w * b)


@library.of("infer_prior", "The bounds low and high are not used.", within=0.05)
def bounds_not_used(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, 0.5, 20.0)
    w = _weights(_loglik(a, b, k, n))
    return jnp.sum(w * a), jnp.sum(w * b)


@library.of(
    "infer_prior",
    "E[a] and E[b] come out exchanged: a and b have changed places, in the likelihood or in the "
    "pair that is returned, or hamburgers have been counted for tonkatsu.",
    within=0.05,
)
def swapped_means(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, low, high)
    w = _weights(_loglik(a, b, k, n))
    return jnp.sum(w * b), jnp.sum(w * a)


@library.of(
    "infer_prior",
    "The candidates' logs have been averaged: that is a geometric mean.",
    within=0.05,
)
def geometric_mean(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, low, high)
    w = _weights(_loglik(a, b, k, n))
    return jnp.exp(jnp.sum(w * jnp.log(a))), jnp.exp(jnp.sum(w * jnp.log(b)))


@library.of(
    "infer_prior",
    "The candidates' logarithms are drawn uniformly; the box says that a and b themselves are "
    "uniform.",
    within=0.05,
)
def log_uniform_candidates(key, k, n, num_samples=20000, low=0.5, high=20.0):
    log_a, log_b = _draws(key, num_samples, jnp.log(low), jnp.log(high))
    w = _weights(_loglik(jnp.exp(log_a), jnp.exp(log_b), k, n))
    return jnp.sum(w * jnp.exp(log_a)), jnp.sum(w * jnp.exp(log_b))


@library.of(
    "infer_prior",
    "Each student's log probability has been averaged over the class instead of added up: the "
    "class then counts as a single student.",
    within=0.05,
)
def mean_over_students(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, low, high)
    w = _weights(_loglik(a, b, k, n) / len(k))
    return jnp.sum(w * a), jnp.sum(w * b)


@library.of(
    "infer_prior",
    "This is the population's mean rate and its complement; asked for are a and b.",
    within=0.05,
)
def rate_for_a_and_b(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, low, high)
    w = _weights(_loglik(a, b, k, n))
    return jnp.sum(w * a / (a + b)), jnp.sum(w * b / (a + b))


@library.of(
    "infer_prior",
    "The estimates have been rounded: return them as they are, and round only what you print.",
    sign="rounded",
)
def rounded_estimates(key, k, n, num_samples=20000, low=0.5, high=20.0):
    a, b = _draws(key, num_samples, low, high)
    w = _weights(_loglik(a, b, k, n))
    return jnp.round(jnp.sum(w * a), 0), jnp.round(jnp.sum(w * b), 0)
