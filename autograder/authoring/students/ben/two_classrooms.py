# %% to_mean_concentration
def to_mean_concentration(a, b):
    lam = a + b
    return (a / lam, lam)

# %% from_mean_concentration
def from_mean_concentration(mu, lam):
    a = mu * lam
    return a, lam - a

# %% sample_hyperprior
import numpy as np

def sample_hyperprior(key, n_samples, lam_low=0.1, lam_high=100.0):
    random = np.random.default_rng(np.asarray(key).astype(np.uint32))
    mu = random.uniform(1e-6, 1 - 1e-6, n_samples)
    return mu, lam_low * (lam_high / lam_low) ** random.random(n_samples)

# %% weigh_population
from scipy.special import betaln as scipy_betaln

def weigh_population(k, n, mu, lam):
    a, b = np.asarray(mu * lam, float), np.asarray((1 - mu) * lam, float)
    log_w = np.zeros(a.shape)
    for ki, ni in zip(np.asarray(k), np.asarray(n)):      # the coefficient cancels
        log_w += scipy_betaln(a + ki, b + (ni - ki)) - scipy_betaln(a, b)
    w = np.exp(log_w - log_w.max())
    return w / w.sum()

# %% infer_population
def infer_population(k, n, seed=0, n_samples=60000, lam_low=0.1, lam_high=100.0):
    mu, lam = sample_hyperprior(jr.PRNGKey(seed), n_samples, lam_low, lam_high)
    w = weigh_population(k, n, mu, lam)
    return float(np.average(mu, weights=w)), float(np.average(lam, weights=w))

# %% shrink
def shrink(k, n, mu, lam):
    k, n = np.asarray(k, float), np.asarray(n, float)
    return (k + mu * lam) / (n + lam)

# %% classroom_verdict
def classroom_verdict(k, n, seed=0):
    mu, lam = infer_population(k, n, seed=seed)
    rates, verdicts = [], []
    for ki, ni in zip(np.asarray(k), np.asarray(n)):
        rate = float(shrink(ki, ni, mu, lam))
        to_group, to_self = abs(rate - mu), abs(rate - ki / ni)
        rates.append(rate)
        verdicts.append("pulled to the group" if to_group < to_self else "taken at face value")
    return {"mu": mu, "lam": lam, "regime": "alike" if lam >= 1 else "different",
            "shrunk": np.array(rates), "verdicts": verdicts}

# %% plot_concentration
def plot_concentration(classrooms, seed=0):
    ax = plt.figure().add_subplot()
    edges = np.logspace(-1, 2, 46)
    middles = np.sqrt(edges[1:] * edges[:-1])
    for label, (k, n) in classrooms.items():
        mu, lam = sample_hyperprior(jr.PRNGKey(seed), 60000)
        share, _ = np.histogram(lam, edges, weights=weigh_population(k, n, mu, lam))
        ax.plot(middles, share, drawstyle="steps-mid", label=label)
    ax.semilogx()
    ax.axvline(1)
    ax.set_xlabel("lambda")
    ax.legend()
    return ax

# %% [markdown] explain_farid
# The others decide. Alike in A, so luck; extreme in B, so character. With lam >= 1 only: 0.28.
