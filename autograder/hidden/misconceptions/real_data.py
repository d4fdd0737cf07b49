"""Misconceptions of ps5-real-data."""

import jax
import jax.numpy as jnp
import jax.random as jr
import jax.scipy.stats
import numpy as np
from jax.scipy.special import gammaln

from autograder.misconceptions.library import Library

library = Library()


def _three(k, n, mu, lam, **wrong):
    k, n = jnp.asarray(k, dtype=float), jnp.asarray(n, dtype=float)
    right = {
        "no_pooling": k / n,
        "complete_pooling": jnp.full(k.shape, k.sum() / n.sum()),
        "partial_pooling": (mu * lam + k) / (lam + n),
    }
    return right | wrong


def _by_student(rates, k, n):
    return jax.scipy.stats.binom.logpmf(k, n, rates)


def _log_ways(k, n):
    k, n = jnp.asarray(k, dtype=float), jnp.asarray(n, dtype=float)
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _classes(key, n, a, b, num_replicates):
    rate_key, count_key = jr.split(key)
    n = jnp.asarray(n, dtype=float)
    return jr.binomial(count_key, n, jr.beta(rate_key, a, b, (num_replicates, *n.shape)))


@library.of(
    "predict_three_ways",
    "No pooling and complete pooling have changed places: without pooling, each student is judged "
    "by their own bentos alone.",
)
def swapped_names(k, n, mu, lam):
    right = _three(k, n, mu, lam)
    return right | {
        "no_pooling": right["complete_pooling"],
        "complete_pooling": right["no_pooling"],
    }


@library.of(
    "predict_three_ways",
    "Complete pooling is the average of the students' fractions here, so that one bento counts as "
    "much as a hundred: throw all bentos on one heap first, and then divide.",
)
def mean_of_fractions(k, n, mu, lam):
    k, n = jnp.asarray(k, dtype=float), jnp.asarray(n, dtype=float)
    return _three(k, n, mu, lam, complete_pooling=jnp.full(k.shape, jnp.mean(k / n)))


@library.of(
    "predict_three_ways",
    "Complete pooling is the population's mean mu here: asked for is the fraction of the heap that "
    "these students have brought, without any prior.",
)
def mean_of_the_population(k, n, mu, lam):
    return _three(k, n, mu, lam, complete_pooling=jnp.full(jnp.shape(k), mu))


@library.of(
    "predict_three_ways",
    "Complete pooling is a single number here: give each student a copy of it, so that all three "
    "entries have one rate for each student.",
)
def one_number_for_all(k, n, mu, lam):
    return _three(k, n, mu, lam, complete_pooling=jnp.sum(k) / jnp.sum(n))


@library.of(
    "predict_three_ways",
    "mu and lam have been used as a and b. Translate first: of lam imaginary bentos, a share mu is "
    "tonkatsu.",
)
def mu_and_lam_for_a_and_b(k, n, mu, lam):
    return _three(k, n, mu, lam, partial_pooling=(mu + k) / (mu + lam + n))


@library.of(
    "predict_three_ways",
    "The imaginary tonkatsu and the imaginary hamburgers have changed places in partial pooling: "
    "mu is the share of tonkatsu.",
)
def swapped_a_and_b(k, n, mu, lam):
    return _three(k, n, mu, lam, partial_pooling=((1 - mu) * lam + k) / (lam + n))


@library.of(
    "predict_three_ways",
    "Partial pooling is half own fraction, half mean for everybody here: how much a student's own "
    "bentos count depends on how many they are.",
)
def half_and_half(k, n, mu, lam):
    return _three(k, n, mu, lam, partial_pooling=(k / n + mu) / 2)


@library.of(
    "predict_three_ways",
    "The imaginary bentos are missing below the line: lam of them lie on the heap with the n real "
    "ones.",
)
def lam_missing_below(k, n, mu, lam):
    return _three(k, n, mu, lam, partial_pooling=(mu * lam + k) / n)


@library.of(
    "predict_three_ways",
    "This is where the posterior density peaks, its mode; partial pooling takes its mean.",
)
def mode_for_mean(k, n, mu, lam):
    return _three(k, n, mu, lam, partial_pooling=(mu * lam + k - 1) / (lam + n - 2))


@library.of(
    "predict_three_ways",
    "Partial pooling pulls towards the heap's fraction here: the population's mean is mu, which "
    "the function is given.",
)
def pulled_to_the_heap(k, n, mu, lam):
    heap = jnp.sum(k) / jnp.sum(n)
    return _three(k, n, mu, lam, partial_pooling=(heap * lam + k) / (lam + n))


@library.of(
    "log_score",
    "The binomial coefficient is missing: k_later successes can come in many orders.",
)
def coefficient_left_out(rates, k_later, n_later):
    log_p = jax.scipy.special.xlogy(k_later, rates)
    return jnp.sum(log_p + jax.scipy.special.xlog1py(n_later - k_later, -rates))


@library.of(
    "log_score",
    "0 times the logarithm of 0 has been computed, and that is NaN: what did not happen should add "
    "0, even if it was called impossible. xlogy and xlog1py know that.",
)
def zero_times_infinity(rates, k_later, n_later):
    n, k = jnp.asarray(n_later, dtype=float), jnp.asarray(k_later, dtype=float)
    return jnp.sum(_log_ways(k, n) + k * jnp.log(rates) + (n - k) * jnp.log1p(-rates))


@library.of(
    "log_score",
    "This is the average over students. The log probability of everything together is the sum.",
)
def mean_for_sum(rates, k_later, n_later):
    return jnp.mean(_by_student(rates, k_later, n_later))


@library.of(
    "log_score",
    "The students' probabilities have been averaged before the logarithm was taken: it is their "
    "logarithms that are added.",
)
def log_of_the_mean(rates, k_later, n_later):
    return jnp.log(jnp.mean(jnp.exp(_by_student(rates, k_later, n_later))))


@library.of(
    "log_score",
    "The product of many probabilities is too small for the computer, which makes it 0: add "
    "logarithms instead.",
)
def log_of_a_product(rates, k_later, n_later):
    return jnp.log(jnp.prod(jnp.exp(_by_student(rates, k_later, n_later))))


@library.of("log_score", "This is the probability itself; asked for is its logarithm.")
def log_forgotten(rates, k_later, n_later):
    return jnp.exp(jnp.sum(_by_student(rates, k_later, n_later)))


@library.of(
    "log_score",
    "Successes and failures have changed places: rates are rates of k_later among n_later.",
)
def failures_for_successes(rates, k_later, n_later):
    return jnp.sum(_by_student(1 - rates, k_later, n_later))


@library.of(
    "log_score",
    "The failures are missing: what came later is k_later successes and n_later - k_later "
    "failures, and both were predicted.",
)
def successes_only(rates, k_later, n_later):
    return jnp.sum(_log_ways(k_later, n_later) + jax.scipy.special.xlogy(k_later, rates))


@library.of("log_score", "The sign is wrong: a better prediction has the larger score.")
def wrong_sign(rates, k_later, n_later):
    return -jnp.sum(_by_student(rates, k_later, n_later))


@library.of("log_score", "These are logarithms to the base ten; asked for are natural ones.")
def base_ten(rates, k_later, n_later):
    return jnp.sum(_by_student(rates, k_later, n_later)) / jnp.log(10.0)


@library.of(
    "log_score",
    "The rates have been taken for logits, the logs of odds: say which of the two you mean.",
)
def rates_taken_for_logits(rates, k_later, n_later):
    return jnp.sum(_by_student(jax.nn.sigmoid(rates), k_later, n_later))


@library.of(
    "log_score",
    "The rates have been kept away from 0 and 1, so that somebody who was certain and wrong gets "
    "off lightly: the logarithm of 0 is minus infinity, and that is the score.",
)
def certainty_forgiven(rates, k_later, n_later):
    return jnp.sum(_by_student(jnp.clip(rates, 1e-6, 1 - 1e-6), k_later, n_later))


@library.of(
    "log_score",
    "This is a sum of squared errors. It treats two at-bats like two hundred; the log probability "
    "does not.",
)
def squared_errors(rates, k_later, n_later):
    return -jnp.sum((jnp.asarray(k_later, dtype=float) / n_later - rates) ** 2)


@library.of(
    "log_score",
    "The predictions are scored on the first 45 at-bats, from which they were made: whoever has "
    "seen the answers predicts them well. Score k_later and n_later.",
)
def scored_on_the_first_part(rates, k_later, n_later):
    seen = jnp.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    return jnp.sum(_by_student(rates, seen, 45))


@library.of(
    "replicate_class",
    "All students of a new class share one rate: each draws a rate of their own from the "
    "population.",
    random=True,
    sign="classes of one rate",
)
def one_rate_for_a_class(key, n, mu, lam, num_replicates):
    rate_key, count_key = jr.split(key)
    n = jnp.asarray(n, dtype=float)
    rates = jr.beta(rate_key, mu * lam, (1 - mu) * lam, (num_replicates, 1))
    return jr.binomial(count_key, n, jnp.broadcast_to(rates, (num_replicates, *n.shape)))


@library.of(
    "replicate_class",
    "These are the same students over and over, with new luck: in a new class everybody has a new "
    "rate.",
    random=True,
    sign="same students",
)
def same_students_again(key, n, mu, lam, num_replicates):
    rate_key, count_key = jr.split(key)
    n = jnp.asarray(n, dtype=float)
    rates = jr.beta(rate_key, mu * lam, (1 - mu) * lam, n.shape)
    return jr.binomial(count_key, n, jnp.broadcast_to(rates, (num_replicates, *n.shape)))


@library.of(
    "replicate_class",
    "Everybody has the population's mean rate here: that is complete pooling, and it leaves out "
    "that students differ.",
    random=True,
)
def mean_rate_for_all(key, n, mu, lam, num_replicates):
    n = jnp.asarray(n, dtype=float)
    return jr.binomial(key, n, jnp.full((num_replicates, *n.shape), mu))


@library.of(
    "replicate_class",
    "mu and lam went into the Beta as they are; it wants the two pseudo-counts mu * lam and "
    "(1 - mu) * lam.",
    random=True,
)
def mu_and_lam_in_the_beta(key, n, mu, lam, num_replicates):
    return _classes(key, n, mu, lam, num_replicates)


@library.of("replicate_class", "The two pseudo-counts have changed places.", random=True)
def swapped_a_and_b_in_the_class(key, n, mu, lam, num_replicates):
    return _classes(key, n, (1 - mu) * lam, mu * lam, num_replicates)


@library.of(
    "replicate_class",
    "The second pseudo-count is all of lam; it is what mu leaves over, (1 - mu) * lam.",
    random=True,
)
def all_of_lam_for_b(key, n, mu, lam, num_replicates):
    return _classes(key, n, mu * lam, lam, num_replicates)


@library.of(
    "replicate_class",
    "All the new classes are one and the same: each needs a random key of its own.",
    random=True,
    sign="all classes alike",
)
def same_key_for_all_classes(key, n, mu, lam, num_replicates):
    one = _classes(key, n, mu * lam, (1 - mu) * lam, 1)
    return jnp.broadcast_to(one, (num_replicates, one.shape[1]))


@library.of(
    "replicate_class",
    "The key that is passed in is not used: the function makes its own, always the same.",
    random=True,
    sign="ignores the key",
)
def key_not_used(key, n, mu, lam, num_replicates):
    return _classes(jr.PRNGKey(0), n, mu * lam, (1 - mu) * lam, num_replicates)


@library.of(
    "replicate_class",
    "Rows and columns have changed places: a row is a new class, a column a student.",
    random=True,
)
def transposed(key, n, mu, lam, num_replicates):
    return _classes(key, n, mu * lam, (1 - mu) * lam, num_replicates).T


@library.of("replicate_class", "These are rates; asked for are counts.", random=True)
def rates_for_counts(key, n, mu, lam, num_replicates):
    return jr.beta(key, mu * lam, (1 - mu) * lam, (num_replicates, *jnp.shape(n)))


@library.of("replicate_class", "These are fractions; asked for are counts.", random=True)
def fractions_for_counts(key, n, mu, lam, num_replicates):
    counts = _classes(key, n, mu * lam, (1 - mu) * lam, num_replicates)
    return counts / jnp.asarray(n, dtype=float)


@library.of(
    "replicate_class",
    "The rates have been taken for logits, the logs of odds: say which of the two you mean.",
    random=True,
)
def logit_for_probability(key, n, mu, lam, num_replicates):
    rate_key, count_key = jr.split(key)
    n = jnp.asarray(n, dtype=float)
    rates = jr.beta(rate_key, mu * lam, (1 - mu) * lam, (num_replicates, *n.shape))
    return jr.binomial(count_key, n, jax.nn.sigmoid(rates))


@library.of(
    "tail_probability",
    "Values that equal the observed one are left out: at least as large includes as large.",
)
def strict_inequality(observed, replicated):
    return jnp.mean(replicated > observed)


@library.of(
    "tail_probability",
    "This is the other side: asked for is the share that is as large as the observed value, or "
    "larger.",
)
def wrong_side(observed, replicated):
    return jnp.mean(replicated <= observed)


@library.of("tail_probability", "This is the share of smaller values, what the tail leaves over.")
def share_of_smaller_ones(observed, replicated):
    return jnp.mean(replicated < observed)


@library.of("tail_probability", "This is a number of classes; asked for is a share of them.")
def count_for_share(observed, replicated):
    return jnp.sum(replicated >= observed)


@library.of(
    "tail_probability",
    "Both tails are counted here, the smaller one twice: asked for is the upper one alone.",
)
def both_tails(observed, replicated):
    upper, lower = jnp.mean(replicated >= observed), jnp.mean(replicated <= observed)
    return jnp.minimum(1.0, 2 * jnp.minimum(upper, lower))


@library.of("tail_probability", "Equal values count half here; they count like larger ones.")
def half_of_the_equal_ones(observed, replicated):
    return (jnp.mean(replicated > observed) + jnp.mean(replicated >= observed)) / 2


@library.of("tail_probability", "These are per cent; asked for is a share between 0 and 1.")
def per_cent(observed, replicated):
    return 100 * jnp.mean(replicated >= observed)


@library.of(
    "tail_probability",
    "A bell curve has been put in place of the replicated values. They need none: count them.",
)
def bell_curve(observed, replicated):
    distance = (observed - jnp.mean(replicated)) / np.std(replicated)
    return jax.scipy.stats.norm.sf(distance)


@library.of(
    "replicate_class",
    "There are not as many classes as are asked for: num_replicates says how many.",
    random=True,
    sign="another number",
)
def always_a_thousand(key, n, mu, lam, num_replicates):
    return _classes(key, n, mu * lam, (1 - mu) * lam, 1000)
