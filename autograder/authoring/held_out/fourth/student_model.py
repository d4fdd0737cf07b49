# %% student_tonkatsu: the rate kept between 0.05 and 0.95 before the count is drawn
@gen
def student_tonkatsu(a, b, n):
    a, b, n = jnp.float32(a), jnp.float32(b), jnp.float32(n)
    theta = beta(a, b) @ "theta"
    safe = jnp.clip(theta, 0.05, 0.95)
    k = binomial(n, probs=safe) @ "k"
    return k

# %% simulate_population: each student has the population's mode as rate
def simulate_population(key, a, b, n):
    mode = (a - 1) / (a + b - 2)
    keys = jr.split(key, n.shape[0])
    return jax.vmap(lambda s, m: jr.binomial(s, m, mode))(keys, n)

# %% simulate_population: one trace for the whole class, its count scaled to each n
def simulate_population(key, a, b, n):
    count = student_tonkatsu.simulate(key, (a, b, 1000.0)).get_retval()
    return jnp.floor(count / 1000.0 * n)

# %% log_joint: the population is the notebook's, and only k and n are passed on
def log_joint(theta, k, a, b, n):
    score, _ = student_tonkatsu.assess(C.kw(theta=theta, k=k), (6.0, 4.0, n))
    return score

# %% log_joint: the score divided by the count
def log_joint(theta, k, a, b, n):
    score, count = student_tonkatsu.assess(C.kw(theta=theta, k=k), (a, b, n))
    return score / jnp.maximum(count, 1.0)

# %% prior_predictive: a normal approximation of the counts
def prior_predictive(key, a, b, n, num_samples):
    mean = a / (a + b)
    sd = jnp.sqrt(n * mean * (1 - mean))
    draws = n * mean + sd * jr.normal(key, (num_samples,))
    return jnp.clip(jnp.round(draws), 0, n)

# %% prior_predictive: the number of samples and of bentos exchanged
def prior_predictive(key, a, b, n, num_samples):
    keys = jr.split(key, num_samples)
    def one(subkey):
        return student_tonkatsu.simulate(subkey, (a, b, 1.0 * num_samples)).get_retval()
    return jax.vmap(one)(keys)
