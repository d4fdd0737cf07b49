"""The ways into the grader beside the command line: nbgrader's classes, tables, the doctor."""
