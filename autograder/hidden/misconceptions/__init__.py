"""Mistakes that learners make, one module a notebook.

To add one, write the mistake as a function under ``@library.of(GRADED_FUNCTION, SENTENCE)``: it
takes the graded function's arguments and answers as a learner who made the mistake would. The
sentence says what was mixed up, and not the answer. The first that fits is the one that is named.
"""
