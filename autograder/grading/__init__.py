"""``grade(notebook, assignment, course)``: hidden suites question a notebook and score it."""
