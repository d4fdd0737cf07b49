# %% posterior_mean
def posterior_mean(a, b, k, n):
    return (a + k) / (a + b + n)

# %% data_weight
def data_weight(a, b, n):
    return n / (a + b + n)
