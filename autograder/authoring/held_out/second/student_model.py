# %% student_tonkatsu: a normal rate
@gen
def student_tonkatsu(a, b, n):
    a, b, n = (jnp.asarray(x, dtype=float) for x in (a, b, n))
    mean = a / (a + b)
    theta = beta(mean * n, (1 - mean) * n) @ "theta"
    k = binomial(n, probs=theta) @ "k"
    return k

# %% student_tonkatsu: both returned
@gen
def student_tonkatsu(a, b, n):
    a, b, n = (jnp.asarray(x, dtype=float) for x in (a, b, n))
    theta = beta(a, b) @ "theta"
    k = binomial(n, probs=theta) @ "k"
    return theta, k

# %% simulate_population: n shared by everybody is the sum
# cause: right, right, right, cut off
def simulate_population(key, a, b, n):
    keys = jr.split(key, n.shape[0])
    rates = jax.vmap(lambda s: student_tonkatsu.simulate(s, (a, b, jnp.sum(n))).get_retval())(keys)
    return jnp.floor(rates * n / jnp.sum(n))

# %% simulate_population: the rate and the count from one key each, shared
# cause: theta shared
def simulate_population(key, a, b, n):
    n = jnp.asarray(n, dtype=float)
    trace = student_tonkatsu.simulate(key, (a, b, 100.0))
    theta = trace.get_choices()["theta"]
    keys = jr.split(key, n.shape[0])
    return jax.vmap(lambda s, m: jr.binomial(s, m, theta))(keys, n)

# %% log_joint: the prior's density at a wrong rate
def log_joint(theta, k, a, b, n):
    return stats.beta.logpdf(k / n, a, b) + stats.binom.logpmf(k, n, theta)

# %% log_joint: averaged, not added
# cause: halved
def log_joint(theta, k, a, b, n):
    return (stats.beta.logpdf(theta, a, b) + stats.binom.logpmf(k, n, theta)) / 2

# %% prior_predictive: updated by its own draws
def prior_predictive(key, a, b, n, num_samples):
    counts = simulate_population(key, a, b, jnp.full(num_samples, n))
    return jnp.clip(counts, 1, n - 1)

# %% prior_predictive: a thousand, whatever is asked for
def prior_predictive(key, a, b, n, num_samples):
    return simulate_population(key, a, b, jnp.full(1000, n))
