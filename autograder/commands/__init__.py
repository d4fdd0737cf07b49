"""The commands of ``autograder``: one module each, with its options and what it does."""
