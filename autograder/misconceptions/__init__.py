"""Mistakes that learners make, as code, and how an answer is recognised as one."""
