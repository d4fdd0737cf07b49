# %% student_tonkatsu
@gen
def student_tonkatsu(a, b, n):
    theta = beta(1.0 * a, 1.0 * b) @ "theta"
    k = binomial(1.0 * n, probs=theta) @ "k"
    return k

# %% simulate_population
def simulate_population(key, a, b, n):
    n = jnp.asarray(n) * 1.0

    def one_student(key, size):
        return student_tonkatsu.simulate(key, (a, b, size)).get_retval()

    return jax.vmap(one_student)(jr.split(key, n.shape[0]), n)

# %% log_joint
def log_joint(theta, k, a, b, n):
    choices = C.kw(theta=jnp.float32(theta), k=jnp.float32(k))
    log_density, _ = student_tonkatsu.assess(choices, (a, b, n))
    return log_density

# %% prior_predictive
def prior_predictive(key, a, b, n, num_samples):
    return simulate_population(key, a, b, jnp.full(num_samples, 1.0 * n))

# %% [markdown] explain_coupling
# All students hang from the same (a, b). If I see one student's bentos I learn something about
# (a, b), and through it about everybody else's rate: the information goes up one arrow and down
# another. If (a, b) were known exactly the path would be blocked, and students independent.
