"""The room in which the attacks of a module are graded."""

import os

import pytest

from attacks.room import Room

# An honest submission is graded behind each so many attacks.
ATTACKS_BETWEEN = 20


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, Room(tmp_path_factory.mktemp("a"), patch) as room:
        yield room
        grade_honest(room)


@pytest.fixture
def attacked(room):
    """The room; after so many attacks an honest submission must be graded as ever."""
    yield room
    if len(room.graded) >= ATTACKS_BETWEEN:
        grade_honest(room)


def grade_honest(room):
    """The answer key scores full marks, whatever was graded before."""
    before = room.graded
    running = os.environ["PYTEST_CURRENT_TEST"]
    outcome = room.try_out_key()
    os.environ["PYTEST_CURRENT_TEST"] = running  # taken away by the grader's own pytest
    assert outcome.score == 17, f"graded after {before}: {outcome.in_short}"
    assert outcome.left_files == []
