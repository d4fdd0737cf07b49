"""Misconceptions of ps2-student-model."""

import jax
import jax.numpy as jnp
import jax.random as jr
from genjax import beta, binomial, gen
from jax.scipy.special import betaln, gammaln
from jax.scipy.stats import beta as beta_distribution

from autograder.misconceptions.library import Library

library = Library()

LOGIT = (
    "The second positional argument of GenJAX's binomial is a logit, the log of the odds, and a "
    "probability has been handed over there: name the argument that you mean."
)


def _log_binom_coeff(n, k):
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


@library.of("student_tonkatsu", LOGIT, random=True)
@gen
def logit_for_probability(a, b, n):
    theta = beta(a, b) @ "theta"
    k = binomial(n, theta) @ "k"
    return k


@library.of("student_tonkatsu", LOGIT, random=True)
@gen
def logit_for_probability_with_floats(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    k = binomial(jnp.float32(n), theta) @ "k"
    return k


@library.of(
    "student_tonkatsu",
    'The choices have other addresses: the exercise calls them "theta" and "k".',
    random=True,
)
@gen
def other_addresses(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "rate"
    k = binomial(jnp.float32(n), probs=theta) @ "count"
    return k


@library.of(
    "student_tonkatsu", "The model returns the rate theta; asked for is the count.", random=True
)
@gen
def rate_returned(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    binomial(jnp.float32(n), probs=theta) @ "k"
    return theta


@library.of(
    "student_tonkatsu",
    "The counts come from the population's mean rate, the same for everybody: the student's own "
    "theta has been drawn and then not used.",
    random=True,
)
@gen
def own_rate_not_used(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    k = binomial(jnp.float32(n), probs=a / (a + b) + 0.0 * theta) @ "k"
    return k


@library.of("student_tonkatsu", "a and b have changed places in the Beta.", random=True)
@gen
def swapped_a_and_b(a, b, n):
    theta = beta(jnp.float32(b), jnp.float32(a)) @ "theta"
    k = binomial(jnp.float32(n), probs=theta) @ "k"
    return k


@library.of("student_tonkatsu", "The hamburgers are being counted, not the tonkatsu.", random=True)
@gen
def hamburgers_counted(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    k = binomial(jnp.float32(n), probs=1 - theta) @ "k"
    return k


@library.of(
    "student_tonkatsu",
    "The Beta has been given a mean and a strength; its arguments are the two pseudo-counts.",
    random=True,
)
@gen
def mean_and_strength_for_a_and_b(a, b, n):
    theta = beta(a / (jnp.float32(a) + b), jnp.float32(a) + b) @ "theta"
    k = binomial(jnp.float32(n), probs=theta) @ "k"
    return k


@library.of(
    "simulate_population",
    "Students with the same n are copies of each other: one draw serves for all, or draws with one "
    "and the same key. Split the key.",
    random=True,
    sign="all copies",
)
def same_key_for_all(key, a, b, n):
    def one(size):
        rate_key, count_key = jr.split(key)
        theta = jr.beta(rate_key, a, b)
        return jr.binomial(count_key, size, theta)

    return jax.vmap(one)(jnp.asarray(n, dtype=float))


@library.of(
    "simulate_population",
    "All students share one rate: each draws a theta of their own from the population.",
    random=True,
    sign="one rate",
)
def theta_shared(key, a, b, n):
    rate_key, count_key = jr.split(key)
    return jr.binomial(count_key, jnp.asarray(n, dtype=float), jr.beta(rate_key, a, b))


@library.of(
    "simulate_population",
    "The counts come from the population's mean rate: students who differ scatter more.",
    random=True,
)
def mean_rate_for_all(key, a, b, n):
    return jr.binomial(key, jnp.asarray(n, dtype=float), a / (a + b))


@library.of(
    "simulate_population", "These are the students' rates; asked for are their counts.", random=True
)
def rates_for_counts(key, a, b, n):
    return jr.beta(key, a, b, jnp.shape(n))


@library.of(
    "simulate_population", "These are fractions; asked for are counts of bentos.", random=True
)
def fractions_for_counts(key, a, b, n):
    rate_key, count_key = jr.split(key)
    size = jnp.asarray(n, dtype=float)
    return jr.binomial(count_key, size, jr.beta(rate_key, a, b, size.shape)) / size


@library.of(
    "simulate_population",
    "The key that is passed in is not used: the function makes its own, always the same.",
    random=True,
    sign="ignores the key",
)
def key_not_used(key, a, b, n):
    rate_key, count_key = jr.split(jr.PRNGKey(0))
    size = jnp.asarray(n, dtype=float)
    return jr.binomial(count_key, size, jr.beta(rate_key, a, b, size.shape))


@library.of("simulate_population", LOGIT, random=True)
def logit_in_the_population(key, a, b, n):
    rate_key, count_key = jr.split(key)
    size = jnp.asarray(n, dtype=float)
    rates = jax.nn.sigmoid(jr.beta(rate_key, a, b, size.shape))
    return jr.binomial(count_key, size, rates)


@library.of("simulate_population", "a and b have changed places.", random=True)
def swapped_a_and_b_in_the_population(key, a, b, n):
    rate_key, count_key = jr.split(key)
    size = jnp.asarray(n, dtype=float)
    return jr.binomial(count_key, size, jr.beta(rate_key, b, a, size.shape))


@library.of(
    "log_joint",
    "The prior has been left out: this is the log probability of the count given the rate, not of "
    "the two together.",
)
def prior_left_out(theta, k, a, b, n):
    return _log_binom_coeff(n, k) + k * jnp.log(theta) + (n - k) * jnp.log1p(-theta)


@library.of("log_joint", "The data have been left out: this is the log density of the rate alone.")
def data_left_out(theta, k, a, b, n):
    return beta_distribution.logpdf(theta, a, b)


@library.of(
    "log_joint",
    "The binomial coefficient is missing: the bentos could have come in many orders.",
)
def missing_coefficient(theta, k, a, b, n):
    return beta_distribution.logpdf(theta, a, b) + k * jnp.log(theta) + (n - k) * jnp.log1p(-theta)


@library.of("log_joint", LOGIT)
def logit_in_the_joint(theta, k, a, b, n):
    rate = jax.nn.sigmoid(theta)
    return (
        beta_distribution.logpdf(theta, a, b)
        + _log_binom_coeff(n, k)
        + k * jnp.log(rate)
        + (n - k) * jnp.log1p(-rate)
    )


@library.of("log_joint", "This is the density itself; asked for is its logarithm.")
def log_forgotten(theta, k, a, b, n):
    log_likelihood = k * jnp.log(theta) + (n - k) * jnp.log1p(-theta)
    return jnp.exp(beta_distribution.logpdf(theta, a, b) + _log_binom_coeff(n, k) + log_likelihood)


@library.of(
    "log_joint",
    "The rate has been averaged out: the answer no longer depends on theta, and a joint density "
    "does.",
)
def marginal_for_joint(theta, k, a, b, n):
    return _log_binom_coeff(n, k) + betaln(a + k, b + n - k) - betaln(a, b)


@library.of("log_joint", "a and b have changed places.")
def swapped_a_and_b_in_the_joint(theta, k, a, b, n):
    return (
        beta_distribution.logpdf(theta, b, a)
        + _log_binom_coeff(n, k)
        + k * jnp.log(theta)
        + (n - k) * jnp.log1p(-theta)
    )


@library.of(
    "log_joint",
    "This is the posterior density of the rate, already divided by the probability of the data; "
    "the joint density is not divided.",
)
def posterior_for_joint(theta, k, a, b, n):
    return beta_distribution.logpdf(theta, a + k, b + n - k)


@library.of(
    "prior_predictive",
    "One rate serves for all the counts: before anything is known of the student, each imagined "
    "student has a rate of their own.",
    random=True,
    sign="one rate",
)
def one_rate_for_all_samples(key, a, b, n, num_samples):
    rate_key, count_key = jr.split(key)
    theta = jr.beta(rate_key, a, b)
    return jr.binomial(count_key, n, theta, (num_samples,))


@library.of(
    "prior_predictive",
    "The counts come from the mean rate: that leaves out how uncertain the rate is.",
    random=True,
)
def plug_in_rate(key, a, b, n, num_samples):
    return jr.binomial(key, n, a / (a + b), (num_samples,))


@library.of("prior_predictive", "These are rates; asked for are simulated counts.", random=True)
def rates_for_samples(key, a, b, n, num_samples):
    return jr.beta(key, a, b, (num_samples,))


@library.of(
    "prior_predictive",
    "All samples are the same number: each needs a random key of its own.",
    random=True,
    sign="all copies",
)
def same_key_for_all_samples(key, a, b, n, num_samples):
    rate_key, count_key = jr.split(key)
    count = jr.binomial(count_key, n, jr.beta(rate_key, a, b))
    return jnp.full(num_samples, count)


@library.of("prior_predictive", "These are fractions; asked for are counts.", random=True)
def fractions_for_samples(key, a, b, n, num_samples):
    rate_key, count_key = jr.split(key)
    return jr.binomial(count_key, n, jr.beta(rate_key, a, b, (num_samples,))) / n


@library.of("prior_predictive", LOGIT, random=True)
def logit_in_the_predictive(key, a, b, n, num_samples):
    rate_key, count_key = jr.split(key)
    rates = jax.nn.sigmoid(jr.beta(rate_key, a, b, (num_samples,)))
    return jr.binomial(count_key, n, rates)


@library.of(
    "prior_predictive",
    "The key that is passed in is not used: the function makes its own, always the same.",
    random=True,
    sign="ignores the key",
)
def key_not_used_for_samples(key, a, b, n, num_samples):
    rate_key, count_key = jr.split(jr.PRNGKey(0))
    return jr.binomial(count_key, n, jr.beta(rate_key, a, b, (num_samples,)))


@library.of(
    "prior_predictive",
    "Every count from 0 to n is equally likely here: the population's a and b have been left out.",
    random=True,
)
def all_counts_alike(key, a, b, n, num_samples):
    return jr.randint(key, (num_samples,), 0, jnp.int32(n) + 1)


@library.of(
    "prior_predictive",
    "There are not as many counts as are asked for: num_samples says how many.",
    random=True,
    sign="another number",
)
def always_a_thousand(key, a, b, n, num_samples):
    rate_key, count_key = jr.split(key)
    return jr.binomial(count_key, n, jr.beta(rate_key, a, b, (1000,)))


@library.of(
    "prior_predictive",
    "A count of 0 never comes, and some of these students bring no tonkatsu at all: have counts "
    "been cut off below, or moved?",
    random=True,
    sign="never nothing",
)
def never_without_tonkatsu(key, a, b, n, num_samples):
    rate_key, count_key = jr.split(key)
    counts = jr.binomial(count_key, n, jr.beta(rate_key, a, b, (num_samples,)))
    return jnp.clip(counts, 1, n - 1)


@library.of(
    "student_tonkatsu",
    "The model returns several things at once; asked for is the count alone.",
    random=True,
    sign="pair returned",
)
@gen
def both_returned(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    k = binomial(jnp.float32(n), probs=theta) @ "k"
    return theta, k
