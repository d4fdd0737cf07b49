# %% student_tonkatsu: the log of the rate taken for its logit
@gen
def student_tonkatsu(a, b, n):
    theta = beta(jnp.float32(a), jnp.float32(b)) @ "theta"
    k = binomial(jnp.float32(n), logits=jnp.log(theta)) @ "k"
    return k

# %% student_tonkatsu: the population scaled to one imaginary bento
@gen
def student_tonkatsu(a, b, n):
    strength = a + b
    theta = beta(a / strength, b / strength) @ "theta"
    k = binomial(jnp.asarray(n, float), probs=theta) @ "k"
    return k

# %% student_tonkatsu: hamburgers counted instead of tonkatsu
@gen
def student_tonkatsu(a, b, n):
    theta = beta(jnp.asarray(a, float), jnp.asarray(b, float)) @ "theta"
    k = binomial(jnp.asarray(n, float), probs=1 - theta) @ "k"
    return k

# %% student_tonkatsu: the fraction is returned, not the count
@gen
def student_tonkatsu(a, b, n):
    theta = beta(jnp.asarray(a, float), jnp.asarray(b, float)) @ "theta"
    k = binomial(jnp.asarray(n, float), probs=theta) @ "k"
    return k / n

# %% simulate_population: everybody brings as many bentos as the first
def simulate_population(key, a, b, n):
    keys = jr.split(key, n.shape[0])
    def one(subkey):
        return student_tonkatsu.simulate(subkey, (a, b, n[0])).get_retval()
    return jax.vmap(one)(keys)

# %% simulate_population: the expected count, rounded, where the count should be drawn
def simulate_population(key, a, b, n):
    keys = jr.split(key, n.shape[0])
    def one(subkey, bentos):
        trace = student_tonkatsu.simulate(subkey, (a, b, bentos))
        return jnp.round(trace.get_choices()["theta"] * bentos)
    return jax.vmap(one)(keys, n)

# %% simulate_population: a and b swapped on the way to the model
def simulate_population(key, a, b, n):
    keys = jr.split(key, n.shape[0])
    return jax.vmap(lambda s, m: student_tonkatsu.simulate(s, (b, a, m)).get_retval())(keys, n)

# %% log_joint: only the count is judged, not the rate
def log_joint(theta, k, a, b, n):
    return stats.binom.logpmf(k, n, theta)

# %% log_joint: the sign turned round, as for a loss to be minimised
def log_joint(theta, k, a, b, n):
    score, _ = student_tonkatsu.assess(C.kw(theta=theta, k=k), (a, b, n))
    return -score

# %% log_joint: the rate is kept between 0.01 and 0.99
def log_joint(theta, k, a, b, n):
    safe = jnp.clip(theta, 0.01, 0.99)
    return student_tonkatsu.assess(C.kw(theta=safe, k=k), (a, b, n))[0]

# %% prior_predictive: one rate for all the samples
def prior_predictive(key, a, b, n, num_samples):
    first, second = jr.split(key)
    theta = jr.beta(first, a, b)
    return jr.binomial(second, n, theta, shape=(num_samples,))

# %% prior_predictive: the number of samples is fixed at 1000
def prior_predictive(key, a, b, n, num_samples=1000):
    keys = jr.split(key, 1000)
    return jax.vmap(lambda s: student_tonkatsu.simulate(s, (a, b, n)).get_retval())(keys)

# %% prior_predictive: the key is ignored, seeds 0, 1, 2 ... take its place
def prior_predictive(key, a, b, n, num_samples):
    keys = jax.vmap(jr.PRNGKey)(jnp.arange(num_samples))
    return jax.vmap(lambda s: student_tonkatsu.simulate(s, (a, b, n)).get_retval())(keys)
