"""The grader: student notebooks run in a sandbox, hidden pytest suites question them from outside.

Who imports whom, from the outside in:

    cli, demo, nbgrader_door        the doors: command line, demonstration, nbgrader
    grading                         grade(notebook) -> Result, the one path behind every door
    submission, suite, feedback     reading and restoring a notebook, scoring, explaining the score
    proxy                           the ``student`` fixture that hidden suites talk to
    kernel                          a live Jupyter kernel that runs the student's cells
    sandbox                         bubblewrap: what such a kernel can see and use

``agent``, ``axes`` and ``wire`` are also sent into the student's kernel and run there.
``hidden/`` holds the suites, one module a notebook, and the misconceptions that they recognise.
"""
