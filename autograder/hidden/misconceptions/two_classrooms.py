"""Misconceptions of ps4-two-classrooms."""

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
from jax.scipy.special import betaln, gammaln

from autograder.misconceptions.library import Library

library = Library()


def _marginal(k, n, a, b):
    coefficient = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return coefficient + betaln(a + k, b + n - k) - betaln(a, b)


def _per_student(k, n, mu, lam):
    k, n = jnp.asarray(k, dtype=float), jnp.asarray(n, dtype=float)
    mu, lam = jnp.asarray(mu, dtype=float), jnp.asarray(lam, dtype=float)
    return jax.vmap(lambda mu, lam: _marginal(k, n, mu * lam, (1 - mu) * lam))(mu, lam)


def _weights(log_w):
    w = jnp.exp(log_w - log_w.max())
    return w / w.sum()


def _draws(key, size, lam_low, lam_high):
    key_mu, key_lam = jr.split(key)
    mu = jr.uniform(key_mu, (size,), minval=1e-6, maxval=1 - 1e-6)
    log_lam = jr.uniform(key_lam, (size,), minval=np.log(lam_low), maxval=np.log(lam_high))
    return mu, jnp.exp(log_lam)


def _uniform_draws(key, size, lam_low, lam_high):
    key_mu, key_lam = jr.split(key)
    mu = jr.uniform(key_mu, (size,), minval=1e-6, maxval=1 - 1e-6)
    return mu, jr.uniform(key_lam, (size,), minval=lam_low, maxval=lam_high)


def _estimate(k, n, mu, lam):
    w = _weights(_per_student(k, n, mu, lam).sum(axis=1))
    return float(jnp.sum(w * mu)), float(jnp.sum(w * lam))


def _infer(k, n, seed, n_samples, lam_low, lam_high):
    return _estimate(k, n, *_draws(jr.PRNGKey(seed), n_samples, lam_low, lam_high))


def _shrink(k, n, mu, lam):
    return (mu * lam + jnp.asarray(k)) / (lam + jnp.asarray(n))


def _verdict(k, n, seed):
    mu, lam = _infer(k, n, seed, 60000, 0.1, 100.0)
    shrunk, raw = _shrink(k, n, mu, lam), jnp.asarray(k) / jnp.asarray(n)
    verdicts = [
        "pulled to the group" if abs(s - mu) < abs(s - r) else "taken at face value"
        for s, r in zip(shrunk.tolist(), raw.tolist(), strict=True)
    ]
    regime = "alike" if lam >= 1 else "different"
    return {"mu": mu, "lam": lam, "regime": regime, "shrunk": shrunk, "verdicts": verdicts}


ORDER = "The two have changed places: the mean comes first."


@library.of("to_mean_concentration", ORDER)
def swapped_pair(a, b):
    return a + b, a / (a + b)


@library.of("to_mean_concentration", "mu is the share of a, the tonkatsu, not of b.")
def share_of_b(a, b):
    return b / (a + b), a + b


@library.of(
    "to_mean_concentration", "This is the mode of the Beta, its peak; asked for is the mean."
)
def mode_for_mean(a, b):
    return (a - 1) / (a + b - 2), a + b


@library.of("to_mean_concentration", "The concentration is a sum of pseudo-counts, no product.")
def product_for_concentration(a, b):
    return a / (a + b), a * b


@library.of("to_mean_concentration", "a / b are the odds; the mean is a share of the whole.")
def odds_for_mean(a, b):
    return a / b, a + b


@library.of("to_mean_concentration", "The concentration is the whole a + b, not half of it.")
def half_the_concentration(a, b):
    return a / (a + b), (a + b) / 2


@library.of("from_mean_concentration", "b gets the rest, 1 - mu of the concentration.")
def one_minus_forgotten(mu, lam):
    return mu * lam, mu * lam


@library.of("from_mean_concentration", "a and b have changed places.")
def swapped_a_and_b(mu, lam):
    return (1 - mu) * lam, mu * lam


@library.of("from_mean_concentration", "b is what is left of lam after a, not all of lam.")
def all_of_lam_for_b(mu, lam):
    return mu * lam, lam


@library.of("from_mean_concentration", "a is a share of lam: it is multiplied, not divided.")
def divided_by_lam(mu, lam):
    return mu / lam, (1 - mu) / lam


@library.of("from_mean_concentration", "Here mu is taken for the peak of the Beta; it is its mean.")
def mean_taken_for_mode(mu, lam):
    return mu * (lam - 2) + 1, (1 - mu) * (lam - 2) + 1


@library.of("from_mean_concentration", "mu and lam have changed places.")
def swapped_mu_and_lam(mu, lam):
    return lam * mu, (1 - lam) * mu


@library.of(
    "sample_hyperprior",
    "lam is uniform here, which leaves hardly any draws below 1; asked for is a uniform log lam.",
    random=True,
)
def uniform_for_log_uniform(key, n_samples, lam_low=0.1, lam_high=100.0):
    return _uniform_draws(key, n_samples, lam_low, lam_high)


@library.of(
    "sample_hyperprior",
    "Bounds in powers of ten have been raised with exp: take one base for the logarithm and the "
    "way back.",
    random=True,
)
def two_bases_mixed(key, n_samples, lam_low=0.1, lam_high=100.0):
    key_mu, key_lam = jr.split(key)
    low, high = np.log10(lam_low), np.log10(lam_high)
    return jr.uniform(key_mu, (n_samples,)), jnp.exp(
        jr.uniform(key_lam, (n_samples,), minval=low, maxval=high)
    )


@library.of(
    "sample_hyperprior",
    "mu and lam are drawn with the same random key, so that they rise and fall together.",
    random=True,
)
def same_key_for_both(key, n_samples, lam_low=0.1, lam_high=100.0):
    u = jr.uniform(key, (n_samples,))
    return u, lam_low * (lam_high / lam_low) ** u


@library.of("sample_hyperprior", ORDER, random=True)
def swapped_draws(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu, lam = _draws(key, n_samples, lam_low, lam_high)
    return lam, mu


@library.of("sample_hyperprior", "The bounds lam_low and lam_high are not used.", random=True)
def bounds_not_used(key, n_samples, lam_low=0.1, lam_high=100.0):
    return _draws(key, n_samples, 0.1, 100.0)


@library.of(
    "sample_hyperprior", "These are draws of log lam: the way back is missing.", random=True
)
def still_a_logarithm(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu, lam = _draws(key, n_samples, lam_low, lam_high)
    return mu, jnp.log(lam)


@library.of(
    "sample_hyperprior",
    "The key that is passed in is not used: the draws are always the same.",
    random=True,
    sign="ignores the key",
)
def key_not_used(key, n_samples, lam_low=0.1, lam_high=100.0):
    return _draws(jr.PRNGKey(0), n_samples, lam_low, lam_high)


@library.of(
    "sample_hyperprior",
    "log lam follows a bell curve here; asked for is a uniform one.",
    random=True,
)
def normal_for_uniform(key, n_samples, lam_low=0.1, lam_high=100.0):
    key_mu, key_lam = jr.split(key)
    middle, width = np.log(lam_low * lam_high) / 2, np.log(lam_high / lam_low) / 4
    return jr.uniform(key_mu, (n_samples,)), jnp.exp(
        middle + width * jr.normal(key_lam, (n_samples,))
    )


@library.of("weigh_population", "The weights do not add up to one yet.")
def unnormalised(k, n, mu, lam):
    log_w = _per_student(k, n, mu, lam).sum(axis=1)
    return jnp.exp(log_w - log_w.max())


@library.of(
    "weigh_population",
    "exp of a very negative number is zero, and zero divided by zero no number: "
    "use a weighting that survives large classes.",
)
def underflowing(k, n, mu, lam):
    w = jnp.exp(_per_student(k, n, mu, lam).sum(axis=1))
    return w / w.sum()


@library.of(
    "weigh_population",
    "The students' log probabilities have been averaged, so that a class counts as one student; "
    "independent students add up.",
)
def mean_over_students(k, n, mu, lam):
    return _weights(_per_student(k, n, mu, lam).mean(axis=1))


@library.of("weigh_population", "These are log weights, not weights.")
def still_logs(k, n, mu, lam):
    return _per_student(k, n, mu, lam).sum(axis=1)


@library.of("weigh_population", "All candidates weigh the same: the class has not been used.")
def equal_weights(k, n, mu, lam):
    return jnp.full(jnp.shape(mu), 1.0 / jnp.size(mu))


@library.of(
    "weigh_population",
    "Tonkatsu and hamburgers have changed places: a and b, where a is mu times lam; or k and "
    "n - k; or mu and 1 - mu.",
)
def swapped_in_the_weights(k, n, mu, lam):
    return _weights(_per_student(k, n, 1 - jnp.asarray(mu), lam).sum(axis=1))


@library.of("weigh_population", "All bentos are on one heap, as if they were one student's.")
def one_heap(k, n, mu, lam):
    one = _per_student(jnp.array([jnp.sum(k)]), jnp.array([jnp.sum(n)]), mu, lam)
    return _weights(one.sum(axis=1))


@library.of(
    "weigh_population",
    "lam went in where b belongs: b counts the hamburgers only, not the whole heap.",
)
def lam_for_b(k, n, mu, lam):
    k, n = jnp.asarray(k, dtype=float), jnp.asarray(n, dtype=float)
    mu, lam = jnp.asarray(mu, dtype=float), jnp.asarray(lam, dtype=float)
    return _weights(jax.vmap(lambda mu, lam: _marginal(k, n, mu * lam, lam).sum())(mu, lam))


@library.of(
    "weigh_population",
    "The hyperprior is counted twice: the candidates are drawn from it already, so the class alone "
    "makes their weights.",
)
def hyperprior_counted_twice(k, n, mu, lam):
    return _weights(_per_student(k, n, mu, lam).sum(axis=1) - jnp.log(jnp.asarray(lam)))


@library.of(
    "weigh_population",
    "mu and lam went in where a and b belong: translate them first.",
)
def dials_taken_for_a_and_b(k, n, mu, lam):
    k, n = jnp.asarray(k, dtype=float), jnp.asarray(n, dtype=float)
    mu, lam = jnp.asarray(mu, dtype=float), jnp.asarray(lam, dtype=float)
    return _weights(jax.vmap(lambda a, b: _marginal(k, n, a, b).sum())(mu, lam))


@library.of(
    "infer_population",
    "lam is drawn uniformly, which favours large concentrations; the hyperprior is log-uniform.",
    within=0.06,
)
def uniform_hyperprior(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    return _estimate(k, n, *_uniform_draws(jr.PRNGKey(seed), n_samples, lam_low, lam_high))


@library.of(
    "infer_population",
    "This is the mean of the hyperprior: the class has not been used.",
    within=0.06,
)
def weights_left_out(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = _draws(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    return float(mu.mean()), float(lam.mean())


@library.of(
    "infer_population",
    "This is the exponential of the mean log concentration, a geometric mean; asked for is E[lam].",
    within=0.06,
)
def geometric_mean(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = _draws(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    mean_mu, mean_log = _estimate_logs(k, n, mu, lam)
    return mean_mu, float(np.exp(mean_log))


def _estimate_logs(k, n, mu, lam):
    w = _weights(_per_student(k, n, mu, lam).sum(axis=1))
    return float(jnp.sum(w * mu)), float(jnp.sum(w * jnp.log(lam)))


@library.of(
    "infer_population",
    "This is the single best candidate; asked for is the weighted mean of all.",
    within=0.06,
)
def argmax(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = _draws(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    best = jnp.argmax(_per_student(k, n, mu, lam).sum(axis=1))
    return float(mu[best]), float(lam[best])


@library.of("infer_population", "The bounds lam_low and lam_high are not used.", within=0.06)
def bounds_not_used_in_the_inference(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    return _infer(k, n, seed, n_samples, 0.1, 100.0)


@library.of(
    "infer_population",
    "These are a and b of the population that was learned; asked for are mu and lam.",
    within=0.06,
)
def a_and_b_for_mu_and_lam(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = _draws(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = _weights(_per_student(k, n, mu, lam).sum(axis=1))
    return float(jnp.sum(w * mu * lam)), float(jnp.sum(w * (1 - mu) * lam))


@library.of("infer_population", ORDER, within=0.06)
def swapped_estimates(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    return _infer(k, n, seed, n_samples, lam_low, lam_high)[::-1]


@library.of(
    "infer_population",
    "mu and lam are drawn with the same random key, so that large rates only come with large "
    "concentrations.",
    within=0.06,
)
def same_key_in_the_inference(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    u = jr.uniform(jr.PRNGKey(seed), (n_samples,), minval=1e-6, maxval=1 - 1e-6)
    return _estimate(k, n, u, lam_low * (lam_high / lam_low) ** u)


@library.of(
    "infer_population",
    "Every seed gives the same estimate: the random key has to be made from the seed.",
    within=0.06,
    sign="ignores the key",
)
def seed_not_used(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    return _infer(k, n, 0, n_samples, lam_low, lam_high)


@library.of("shrink", "lam stands alone where mu times lam imagined tonkatsu belong.")
def lam_for_a(k, n, mu, lam):
    return (lam + jnp.asarray(k)) / (lam + jnp.asarray(n))


@library.of("shrink", "mu stands alone where mu times lam imagined tonkatsu belong.")
def mu_for_a(k, n, mu, lam):
    return (mu + jnp.asarray(k)) / (lam + jnp.asarray(n))


@library.of("shrink", "The imagined tonkatsu are missing above the line.")
def prior_tonkatsu_missing(k, n, mu, lam):
    return jnp.asarray(k) / (lam + jnp.asarray(n))


@library.of("shrink", "a and b have changed places.")
def shrunk_to_the_other_side(k, n, mu, lam):
    return ((1 - mu) * lam + jnp.asarray(k)) / (lam + jnp.asarray(n))


@library.of("shrink", "These are the raw fractions: nobody has been shrunk.")
def raw_fractions(k, n, mu, lam):
    return jnp.asarray(k) / jnp.asarray(n)


@library.of("shrink", "Everybody gets the group's mean: the students' own data are left out.")
def mean_for_everybody(k, n, mu, lam):
    return mu + 0.0 * (jnp.asarray(k) + jnp.asarray(n))


@library.of(
    "shrink",
    "The two weights have changed places: with more bentos, the group should count less.",
)
def weights_swapped(k, n, mu, lam):
    k, n = jnp.asarray(k), jnp.asarray(n)
    return (n * mu + lam * k / n) / (n + lam)


@library.of("shrink", "This is how far each student moves, not where each student ends up.")
def shift_for_rate(k, n, mu, lam):
    return _shrink(k, n, mu, lam) - jnp.asarray(k) / jnp.asarray(n)


@library.of(
    "classroom_verdict",
    "The regimes have changed places: students are alike when the concentration is high.",
    within=0.06,
    sign="flipped regime",
)
def flipped_regime(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    verdict["regime"] = "different" if verdict["regime"] == "alike" else "alike"
    return verdict


@library.of(
    "classroom_verdict",
    "The verdicts have changed places: who ends up near the group's mean has been pulled to it.",
    within=0.06,
    sign="flipped verdicts",
)
def flipped_verdicts(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    verdict["verdicts"] = [
        "taken at face value" if v == "pulled to the group" else "pulled to the group"
        for v in verdict["verdicts"]
    ]
    return verdict


@library.of(
    "classroom_verdict",
    "The verdict has been read off the regime, the same for everybody; it depends on each "
    "student's own way.",
    within=0.06,
)
def verdict_by_regime(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    word = "pulled to the group" if verdict["lam"] >= 1 else "taken at face value"
    verdict["verdicts"] = [word] * len(verdict["verdicts"])
    return verdict


@library.of(
    "classroom_verdict",
    'In "shrunk" stand the raw fractions; it should hold the shrunk rates.',
    within=0.06,
)
def raw_for_shrunk(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    verdict["shrunk"] = jnp.asarray(k) / jnp.asarray(n)
    return verdict


@library.of(
    "classroom_verdict",
    "The shrunk rate has been compared with a half instead of with the group's mean.",
    within=0.06,
)
def compared_with_a_half(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    raw = (jnp.asarray(k) / jnp.asarray(n)).tolist()
    verdict["verdicts"] = [
        "pulled to the group" if abs(s - 0.5) < abs(s - r) else "taken at face value"
        for s, r in zip(verdict["shrunk"].tolist(), raw, strict=True)
    ]
    return verdict


@library.of(
    "classroom_verdict",
    "The regime has been read off the mean; it is the concentration that says how alike students "
    "are.",
    within=0.06,
)
def regime_by_mean(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    verdict["regime"] = "alike" if verdict["mu"] >= 0.5 else "different"
    return verdict


@library.of(
    "classroom_verdict",
    "The same seed is used whatever seed is asked for: pass it on.",
    within=0.06,
)
def seed_not_passed_on(k, n, seed=0):
    return _verdict(k, n, 0)


@library.of(
    "classroom_verdict",
    "The rates have been shrunk with a concentration that is not the one in the verdict.",
    within=0.06,
)
def shrunk_with_another_concentration(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    verdict["shrunk"] = _shrink(k, n, verdict["mu"], 10.0)
    return verdict


@library.of(
    "classroom_verdict",
    "The verdicts are written in other words than the two that the exercise gives: letter by "
    "letter.",
    within=0.06,
    sign="other words",
)
def verdicts_in_other_words(k, n, seed=0):
    verdict = _verdict(k, n, seed)
    verdict["verdicts"] = [word.split()[0] for word in verdict["verdicts"]]
    return verdict


def _plot(
    classrooms,
    seed,
    *,
    scale="log",
    line=1.0,
    weighted=True,
    of_mu=False,
    of_log=False,
    of=None,
    draws=_draws,
    scale_of_scores="sum",
):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    bins = np.geomspace(0.1, 100, 61)
    for label, counted in classrooms.items():
        k, n = of or counted
        mu, lam = draws(jr.PRNGKey(seed), 60000, 0.1, 100.0)
        scores = getattr(_per_student(k, n, mu, lam), scale_of_scores)(axis=1)
        w = np.asarray(_weights(scores))
        x = np.asarray(mu if of_mu else jnp.log(lam) if of_log else lam)
        ax.hist(x, bins=bins, weights=w if weighted else None, histtype="step", label=label)
    if line is not None:
        ax.axvline(line, color="0.5", linestyle="--")
    ax.set(xscale=scale, xlabel="concentration lam")
    ax.legend()
    return ax


@library.of(
    "plot_concentration",
    "On a linear axis everything below 1 is squeezed into a corner: use a logarithmic one.",
    random=True,
    sign="linear axis",
)
def linear_axis(classrooms, seed=0):
    return _plot(classrooms, seed, scale="linear")


@library.of(
    "plot_concentration",
    "The draws are not weighted: this is the hyperprior, the same for every classroom.",
    random=True,
)
def prior_drawn_for_posterior(classrooms, seed=0):
    return _plot(classrooms, seed, weighted=False)


@library.of(
    "plot_concentration",
    "The line at lam = 1 is missing.",
    random=True,
    sign="no upright line",
)
def line_at_one_missing(classrooms, seed=0):
    return _plot(classrooms, seed, line=None)


@library.of(
    "plot_concentration",
    "No upright line stands at lam = 1, where the two regimes meet: there is one elsewhere.",
    random=True,
    sign="upright line elsewhere",
)
def line_at_ten(classrooms, seed=0):
    return _plot(classrooms, seed, line=10.0)


@library.of(
    "plot_concentration", "This is the posterior of mu; asked for is that of lam.", random=True
)
def mean_drawn_for_concentration(classrooms, seed=0):
    return _plot(classrooms, seed, of_mu=True)


@library.of(
    "plot_concentration",
    "The same posterior is drawn for every classroom: each has counts, and so weights, of its own.",
    random=True,
)
def first_classroom_for_all(classrooms, seed=0):
    return _plot(classrooms, seed, of=next(iter(classrooms.values())))


@library.of(
    "plot_concentration",
    "The same posterior is drawn for every classroom: each has counts, and so weights, of its own.",
    random=True,
)
def last_classroom_for_all(classrooms, seed=0):
    return _plot(classrooms, seed, of=list(classrooms.values())[-1])


@library.of("plot_concentration", "The classrooms' names have changed places.", random=True)
def swapped_names(classrooms, seed=0):
    names = reversed(list(classrooms))
    return _plot(dict(zip(names, classrooms.values(), strict=True)), seed)


@library.of(
    "sample_hyperprior",
    "Another key changes only one of the two: the other is drawn with a key of its own making.",
    random=True,
    sign="ignores part of the key",
)
def part_of_the_key_not_used(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu, _ = _draws(jr.PRNGKey(0), n_samples, lam_low, lam_high)
    _, lam = _draws(key, n_samples, lam_low, lam_high)
    return mu, lam


@library.of(
    "plot_concentration",
    "The x axis has no label: say what it shows.",
    sign="no label",
)
def no_label(classrooms, seed=0):
    ax = _plot(classrooms, seed)
    ax.set_xlabel("")
    return ax


@library.of(
    "plot_concentration",
    "The classrooms' names are nowhere in the figure: give each curve a label, then ax.legend().",
    sign="no names",
)
def no_names(classrooms, seed=0):
    ax = _plot(classrooms, seed)
    ax.get_legend().remove()
    return ax


@library.of(
    "plot_concentration",
    "The line at 1 lies level: lam is on the x axis, so the line is upright.",
    sign="level line at one",
)
def level_line_at_one(classrooms, seed=0):
    ax = _plot(classrooms, seed, line=None)
    ax.axhline(1.0)
    return ax


@library.of(
    "plot_concentration",
    "The function draws, but returns nothing: end it with `return ax`.",
    sign="nothing returned",
)
def nothing_returned(classrooms, seed=0):
    _plot(classrooms, seed)


@library.of(
    "plot_concentration",
    "The whole figure is returned: asked for are the Axes that were drawn on.",
    sign="figure returned",
)
def figure_returned(classrooms, seed=0):
    return _plot(classrooms, seed).figure


@library.of(
    "plot_concentration",
    "lam has been drawn by its logarithm: draw lam itself, on a logarithmic axis.",
    random=True,
)
def logarithms_drawn(classrooms, seed=0):
    return _plot(classrooms, seed, of_log=True)


@library.of(
    "plot_concentration",
    "lam is drawn from a uniform hyperprior here; the hyperprior is log-uniform.",
    random=True,
)
def uniform_draws_in_the_figure(classrooms, seed=0):
    return _plot(classrooms, seed, draws=_uniform_draws)


@library.of(
    "plot_concentration",
    "The students' log probabilities have been averaged for the weights; they add up.",
    random=True,
)
def averaged_weights_in_the_figure(classrooms, seed=0):
    return _plot(classrooms, seed, scale_of_scores="mean")


@library.of(
    "infer_population",
    "The estimates have been rounded: return them as they are, and round only what you print.",
    sign="rounded",
)
def rounded_estimates(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = _infer(k, n, seed, n_samples, lam_low, lam_high)
    return round(mu, 1), round(lam, 1)


@library.of(
    "plot_concentration",
    "The curves of all classrooms are one and the same: each has counts, and so weights, of its "
    "own.",
    random=True,
    sign="same curves",
)
def one_curve_for_all(classrooms, seed=0):
    k, n = (np.concatenate([data[i] for data in classrooms.values()]) for i in (0, 1))
    return _plot(classrooms, seed, of=(k, n))


@library.of(
    "sample_hyperprior",
    "Thousands of draws, and only a few different numbers among them: have they been rounded, "
    "before or after the logarithm was undone?",
    random=True,
    sign="few values",
)
def whole_powers(key, n_samples, lam_low=0.1, lam_high=100.0):
    mu, lam = _draws(key, n_samples, lam_low, lam_high)
    return mu, 10.0 ** jnp.round(jnp.log10(lam))
