"""Notebooks: found, read, restored, run; what of their output is shown."""
