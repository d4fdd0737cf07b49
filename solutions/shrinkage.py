"""Reference for ps1-shrinkage: partial pooling under a known population ``Beta(a, b)``.

``a`` and ``b`` are counted in bentos, as if the population had shown ``a`` tonkatsu and ``b``
others before the student brought any; ``k`` of a student's ``n`` bentos are tonkatsu. All
arguments broadcast, and incompatible shapes raise TypeError.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from jax.typing import ArrayLike
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from solutions._common import ORANGE, PALETTE, float_array


def posterior_mean(a: ArrayLike, b: ArrayLike, k: ArrayLike, n: ArrayLike) -> jax.Array:
    """Mean of a student's rate after seeing ``k`` tonkatsu in ``n`` bentos.

    The Beta prior is conjugate to the Binomial: the posterior is ``Beta(a + k, b + n - k)``, with
    mean ``(a + k) / (a + b + n)``. Needs ``a, b > 0``; ``n = 0`` gives the prior mean. Returns a
    fraction in the broadcast shape.
    """
    a, b, k, n = (float_array(value) for value in (a, b, k, n))
    return (a + k) / (a + b + n)


def data_weight(a: ArrayLike, b: ArrayLike, n: ArrayLike) -> jax.Array:
    """Weight of the student's own data in the posterior mean.

    With ``w = n / (a + b + n)`` the posterior mean is ``w (k / n) + (1 - w) a / (a + b)``, so 0
    means "the population decides" and 1 "the data decide". Returns a fraction in the broadcast
    shape.
    """
    a, b, n = (float_array(value) for value in (a, b, n))
    return n / (a + b + n)


def shrinkage_shift(a: ArrayLike, b: ArrayLike, k: ArrayLike, n: ArrayLike) -> jax.Array:
    """Posterior mean minus raw fraction ``k / n``: how far pooling moves a student.

    Positive is up. Needs ``n >= 1``: without bentos there is no raw fraction, and the answer is
    not a number. Returns a difference of fractions in the broadcast shape.
    """
    return posterior_mean(a, b, k, n) - float_array(k) / float_array(n)


def plot_shrinkage(
    names: Sequence[str],
    k: ArrayLike,
    n: ArrayLike,
    a: ArrayLike,
    b: ArrayLike,
    ax: Axes | None = None,
) -> Axes:
    """Draw each student's raw fraction (x = 0) joined to the posterior mean (x = 1).

    ``names``, ``k`` and ``n`` have one entry per student, ``a`` and ``b`` are numbers. The area of
    a marker grows with ``n``, and a dashed orange line marks the population mean
    ``a / (a + b)``. A student without bentos has a posterior mean but no raw fraction, and is not
    drawn as a line. Draws on ``ax``, or on a new figure, and returns the Axes. Raises ValueError
    when ``names``, ``k`` and ``n`` differ in length, TypeError when ``k`` and ``n`` do.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(6.5, 4.5), layout="constrained")
    counts, bentos = float_array(k), float_array(n)
    raw = counts / bentos
    pooled = posterior_mean(a, b, counts, bentos)
    areas = 40.0 + 360.0 * bentos / jnp.maximum(bentos.max(), 1.0)
    population_mean = float(posterior_mean(a, b, 0.0, 0.0))

    columns = (np.asarray(column) for column in (counts, bentos, raw, pooled, areas))
    for index, (name, count, total, before, after, area) in enumerate(
        zip(names, *columns, strict=True)
    ):
        colour = PALETTE[index % len(PALETTE)]
        label = f"{name} ({count:g} of {total:g})"
        ax.plot([0, 1], [before, after], color=colour, linewidth=1.5, label=label)
        # A pale disc with a dark rim: of two students at the same height, both stay visible.
        face = to_rgba(colour, 0.3)
        ax.scatter([0, 1], [before, after], s=area, facecolor=face, edgecolor=colour, zorder=3)
    ax.axhline(
        population_mean,
        color=ORANGE,
        linestyle="--",
        linewidth=2,
        label=f"population mean {population_mean:.2f}",
    )

    ax.set_xticks([0, 1], ["raw fraction\n$k / n$", "posterior mean\n$(a + k) / (a + b + n)$"])
    ax.set_xlim(-0.25, 1.25)
    ax.set_ylim(-0.05, 1.05)
    ax.set_xlabel("estimate (the area of a marker grows with $n$)")
    ax.set_ylabel("tonkatsu rate")
    ax.set_title("Shrinkage toward the population mean")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return ax
