"""nbgrader reads this file; the options themselves stand in ``course_config.py``."""

import sys

try:
    from autograder.configuration import configure_nbgrader

    configure_nbgrader(get_config())
except Exception as problem:
    # An exception here nbgrader would only report: it would go on with its own defaults and run
    # student code on this machine, without the sandbox. This ends it.
    print(f"nbgrader was not started. {problem}", file=sys.stderr)
    sys.exit(2)
