"""Systematic mistakes, one module a notebook: slips of the right answers, in NumPy and SciPy.

Most are computed while a submission is graded, so nothing here may import JAX.
"""
