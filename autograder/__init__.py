"""The grader: student notebooks run in a sandbox, hidden pytest suites question them from outside.

Each package is a room with one job. Imports point one way, from the first line to the last:

    cli                 what people type
    authoring           release, verify, power, the demo class: what the course's authors use
    doors               nbgrader's classes and course directory, tables for the terminal, the doctor
    report              what a class did in an assignment, as a page and a table
    grading             grade(notebook, assignment, course), the one path behind every door
    misconceptions      mistakes as code, and how an answer is recognised as one
    notebooks           notebooks are found, read, restored and run
    sandbox             bubblewrap, and the live kernel in it
    in_kernel           what is also sent into the student's kernel
    statistics          how random answers are judged
    records, course, errors     plain data that everybody may import

``hidden/`` holds the suites, one module a notebook, and the misconceptions that they recognise.
Only the outermost rooms (``cli``, ``doors``) import ``course_config``; the others are handed a
``Course``.
"""
