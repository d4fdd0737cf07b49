"""Without the wall the same attacks succeed: the corpus can tell whether there is one.

Only attacks that read or change what is planted for them are run so.
"""

import pytest

from attacks.corpus import ATTACKS
from attacks.notebooks import code_of
from attacks.room import text_of

CONTROLS = [attack for attack in ATTACKS if attack.control]


@pytest.fixture(scope="module")
def unwalled(room):
    """One notebook with all of them, run as any program of this user."""
    return room.try_out_all(CONTROLS, warm=False, sandbox="none")


@pytest.mark.parametrize("attack", CONTROLS, ids=lambda attack: attack.name.replace(" ", "-"))
@pytest.mark.xdist_group("without the wall")
def test_without_the_wall_it_succeeds(attack, unwalled, room):
    code = code_of(attack, room.planted.places)
    (cell,) = [cell for cell in unwalled.notebook.cells if cell.source == code]
    if attack.reads:
        assert room.planted.secrets[attack.reads] in text_of(cell), text_of(cell)
    if attack.leaves:
        assert room.planted.was_left(attack.leaves), text_of(cell)
    if attack.answers:
        assert unwalled.score > 0


@pytest.mark.xdist_group("without the wall")
def test_without_the_wall_a_daemon_is_left(unwalled):
    assert [line for line in unwalled.left_processes if "sleep" in line]
