"""How time is counted: in processor seconds, so that a busy machine costs nobody points."""

import pytest

from autograder.sandbox.cores import ClaimedCores
from autograder.sandbox.meter import Meter


class Scripted:
    """A clock and a processor that do as they are told."""

    def __init__(self):
        self.wall = self.cpu = 0.0
        self.meter = Meter(lambda: self.cpu, lambda: self.wall)

    def go(self, seconds, share):
        for _ in range(int(seconds * 5)):
            self.wall += 0.2
            self.cpu += 0.2 * share
            self.meter.spent()
        return self.meter.spent()


@pytest.mark.parametrize(
    ("share", "spent"),
    [(1.0, 60), (0.5, 30), (0.1, 6), (0.05, 6), (0.0, 60)],
    ids=["alone", "beside another", "on a busy machine", "on a very busy one", "asleep"],
)
def test_a_minute_costs_what_was_done_in_it(share, spent):
    assert Scripted().go(60, share) == pytest.approx(spent, abs=1.2)


def test_the_last_unfinished_second_counts_in_wall_time():
    scripted = Scripted()
    scripted.go(2.6, share=1.0)
    assert scripted.meter.total() == pytest.approx(2.6)


def test_kernels_side_by_side_get_cores_of_their_own(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1, 2})
    claims = [ClaimedCores(1) for _ in range(3)]
    # Other kernels of this user may run while this test does.
    assert len({core for claim in claims for core in claim._locks}) == sum(
        len(claim._locks) for claim in claims
    )
    assert all(len(claim.cores) == 1 for claim in claims)
    shared = ClaimedCores(1)
    assert len(shared.cores) == 1
    for claim in [*claims, shared]:
        claim.release()
