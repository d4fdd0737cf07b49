"""What grading costs: seconds a submission, for each answer key, in one process.

    .venv/bin/python benchmarks/grade_submission.py --repeat 3

The first submission of a process also pays for importing JAX in the grader; it is told apart.
"""

import argparse
import statistics
import time

from autograder.authoring.release import key_path
from autograder.grading.grade import grade_file
from autograder.sandbox.kernel import LiveKernel
from course_config import ASSIGNMENTS, LIMITS


def main() -> None:
    """Grade each key several times and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    print(f"{'':24s} {'first':>8s} {'median':>8s}  seconds")
    starts = []
    for _ in range(repeat):
        started = time.monotonic()
        with LiveKernel(LIMITS, "bubblewrap"):
            starts.append(time.monotonic() - started)
    print(f"{'an empty sandboxed kernel':24s} {starts[0]:8.2f} {statistics.median(starts):8.2f}")
    for assignment in ASSIGNMENTS:
        times = [
            grade_file(key_path(assignment), assignment=assignment).seconds
            for _ in range(repeat + 1)
        ]
        print(f"{assignment.name:24s} {times[0]:8.1f} {statistics.median(times[1:]):8.1f}")


if __name__ == "__main__":
    main()
