# %% student_tonkatsu: the first draft again
# cause: logit for probability with floats
@gen
def student_tonkatsu(a, b, n):
    a, b, n = jnp.asarray(a, float), jnp.asarray(b, float), jnp.asarray(n, float)
    theta = beta(a, b) @ "theta"
    k = binomial(n, theta) @ "k"
    return k

# %% student_tonkatsu: the population of the notebook
# cause: the notebook's, right, right, right
@gen
def student_tonkatsu(a, b, n):
    theta = beta(6.0, 4.0) @ "theta"
    k = binomial(jnp.asarray(n, dtype=float), probs=theta) @ "k"
    return k

# %% student_tonkatsu: the fraction instead of the count
# cause: right, right, right, fraction
@gen
def student_tonkatsu(a, b, n):
    a, b, n = (jnp.asarray(number, dtype=float) for number in (a, b, n))
    theta = beta(a, b) @ "theta"
    k = binomial(n, probs=theta) @ "k"
    return k / n

# %% student_tonkatsu: hamburgers counted
# cause: hamburgers counted
@gen
def student_tonkatsu(a, b, n):
    a, b, n = (jnp.asarray(number, dtype=float) for number in (a, b, n))
    theta = beta(a, b) @ "theta"
    k = binomial(n, probs=1 - theta) @ "k"
    return k

# %% simulate_population: one key for everybody
# cause: same key for all
def simulate_population(key, a, b, n):
    n = jnp.asarray(n)
    return jax.vmap(lambda m: student_tonkatsu.simulate(key, (a, b, m)).get_retval())(n)

# %% simulate_population: everybody brings as many as the first
# cause: right, right, first, right
def simulate_population(key, a, b, n):
    keys = jr.split(key, len(n))
    return jax.vmap(lambda one: student_tonkatsu.simulate(one, (a, b, n[0])).get_retval())(keys)

# %% simulate_population: one rate for the class
# cause: theta shared
def simulate_population(key, a, b, n):
    key_rate, key_counts = jr.split(key)
    theta = jr.beta(key_rate, a, b)
    return jr.binomial(key_counts, jnp.asarray(n, float), theta)

# %% simulate_population: a seed of its own
# cause: key not used
def simulate_population(key, a, b, n):
    n = jnp.asarray(n)
    keys = jr.split(jr.PRNGKey(0), n.shape[0])
    return jax.vmap(lambda s, m: student_tonkatsu.simulate(s, (a, b, m)).get_retval())(keys, n)

# %% log_joint: the density itself
# cause: log forgotten
def log_joint(theta, k, a, b, n):
    log_density, _ = student_tonkatsu.assess(C.kw(theta=theta, k=k), (a, b, n))
    return jnp.exp(log_density)

# %% log_joint: only the count, given the rate
# cause: prior left out
def log_joint(theta, k, a, b, n):
    return stats.binom.logpmf(k, n, theta)

# %% log_joint: without the binomial coefficient
# cause: missing coefficient
def log_joint(theta, k, a, b, n):
    log_prior = stats.beta.logpdf(theta, a, b)
    return log_prior + k * jnp.log(theta) + (n - k) * jnp.log(1 - theta)

# %% log_joint: the posterior density of the rate
# cause: posterior for joint
def log_joint(theta, k, a, b, n):
    return stats.beta.logpdf(theta, a + k, b + n - k)

# %% prior_predictive: one rate for all counts
# cause: one rate for all samples
def prior_predictive(key, a, b, n, num_samples):
    k1, k2 = jr.split(key)
    theta = jr.beta(k1, a, b)
    keys = jr.split(k2, num_samples)
    draw = lambda s: binomial.simulate(s, (jnp.asarray(n, float), ), ).get_retval()
    return jr.binomial(k2, n, theta, shape=(num_samples,))

# %% prior_predictive: the mean rate for all
# cause: plug in rate
def prior_predictive(key, a, b, n, num_samples):
    return jr.binomial(key, n, a / (a + b), shape=(num_samples,))

# %% prior_predictive: expected counts
# cause: right, right, right, expected
def prior_predictive(key, a, b, n, num_samples):
    theta = jr.beta(key, a, b, (num_samples,))
    return n * theta

# %% prior_predictive: fractions
# cause: fractions for samples
def prior_predictive(key, a, b, n, num_samples):
    counts = simulate_population(key, a, b, jnp.full(num_samples, n))
    return counts / n
