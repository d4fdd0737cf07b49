"""What the four modules share: conversion to float arrays, and colours for figures."""

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

# Okabe and Ito's palette, which colour-blind readers can tell apart. Orange is kept for the
# population mean, and yellow is too pale for lines on white.
ORANGE = "#E69F00"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#000000")


def float_array(values: ArrayLike) -> jax.Array:
    """Convert numbers or arrays, ints or floats, to an array of JAX's default float type."""
    return jnp.asarray(values, dtype=float)
