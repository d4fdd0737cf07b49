# %% student_tonkatsu
@gen
def student_tonkatsu(a, b, n):
    theta = beta(1.0 * a, 1.0 * b) @ "theta"
    k = binomial(1.0 * n, probs=theta) @ "k"
    return k

# %% simulate_population
def simulate_population(key, a, b, n):
    # every student with the same key
    def one(size):
        return student_tonkatsu.simulate(key, (a, b, size)).get_retval()
    return jax.vmap(one)(jnp.asarray(n) * 1.0)

# %% log_joint
def log_joint(theta, k, a, b, n):
    return student_tonkatsu.assess(C.kw(theta=jnp.float32(theta), k=jnp.float32(k)), (a, b, n))[0]

# %% prior_predictive
def prior_predictive(key, a, b, n, num_samples):
    keys = jr.split(key, num_samples)
    return jax.vmap(lambda key: student_tonkatsu.simulate(key, (a, b, n)).get_retval())(keys)

# %% [markdown] explain_coupling
# One student tells about the population, and that about the others. Knowing a and b cuts it.
