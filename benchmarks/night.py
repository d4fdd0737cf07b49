"""How long many submissions take on many cores: a simulation of the queue, with stragglers.

    .venv/bin/python benchmarks/night.py --submissions 100000 --cores 16 32 64 128

Each core takes the next submission when it is done with one. Most take about the mean time of
their assignment; stragglers, whose programs loop, take until their time is up. Grades are entered
by one writer when all are graded.
"""

from __future__ import annotations

import argparse
import heapq

import numpy as np

from course_config import LIMITS

# Seconds of one core for a submission: ps1 from docs/growth.md, the others a second grade of a
# process, measured before the notebooks became lighter.
MEAN_SECONDS = {"ps1": 0.7, "ps2": 7.0, "ps3": 4.2, "ps4": 5.8}
ENTERING_SECONDS = 0.16
# How much submissions of one assignment differ: the standard deviation of the logarithm.
SPREAD = 0.4


def durations(count: int, stragglers: float, rng: np.random.Generator) -> np.ndarray:
    """Seconds of ``count`` submissions, of all assignments alike, in the order of handing in."""
    means = np.resize(list(MEAN_SECONDS.values()), count)
    seconds = means * rng.lognormal(-(SPREAD**2) / 2, SPREAD, count)
    # A loop in one cell costs that cell's time, one in every call that of the whole submission.
    loops = rng.uniform(LIMITS.cell_seconds, LIMITS.submission_seconds, count)
    return np.where(rng.random(count) < stragglers, loops, seconds)


def hours_to_grade(seconds: np.ndarray, cores: int) -> float:
    """When the last core is done, if each takes the next submission as soon as it can."""
    free_at = [0.0] * cores
    for duration in seconds:
        heapq.heapreplace(free_at, free_at[0] + float(duration))
    return max(free_at) / 3600


def main() -> None:
    """Print a table: cores, share of stragglers, hours."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100_000, metavar="N")
    parser.add_argument("--cores", type=int, nargs="+", default=[16, 32, 64, 128], metavar="N")
    parser.add_argument("--stragglers", type=float, nargs="+", default=[0, 0.01, 0.05])
    arguments = parser.parse_args()
    entering = arguments.submissions * ENTERING_SECONDS / 3600
    print("| cores | stragglers | core hours | grading, h | entering, h | together, h |")
    print("|---:|---:|---:|---:|---:|---:|")
    for share in arguments.stragglers:
        seconds = durations(arguments.submissions, share, np.random.default_rng(1))
        for cores in arguments.cores:
            grading = hours_to_grade(seconds, cores)
            print(
                f"| {cores} | {share:.0%} | {seconds.sum() / 3600:.0f} | {grading:.1f} "
                f"| {entering:.1f} | {grading + entering:.1f} |"
            )


if __name__ == "__main__":
    main()
