"""Attacks gain nothing, harm nothing, end soon, and the next submission is graded as ever."""

import json
import os
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from attacks.corpus import ATTACKS, Attack
from attacks.notebooks import code_of
from attacks.room import COLD_LIMITS, GRACE_SECONDS, GROWTH_BYTES, Outcome, Room, text_of
from autograder.feedback.markdown import markdown2html
from autograder.grading.feedback import as_text
from autograder.hidden import test_shrinkage as hidden_suite
from autograder.notebooks.cells import grade_id, is_autograded
from autograder.sandbox.cgroups import find_place

# What the grader itself may take: processor time, memory, and the file that it writes.
GRADER_SECONDS = 20
GRADER_BYTES = 2 * GROWTH_BYTES
NOTEBOOK_BYTES = 16 * 2**20
OUTPUTS_OF_A_CELL = 5_000
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# Those that read or change what is planted for them: ``test_positive_control.py`` has them too.
PLANTED_FOR = [attack for attack in ATTACKS if attack.control]
OTHERS = [attack for attack in ATTACKS if not attack.control]
ALL_COLD = bool(os.environ.get("ALL_ATTACKS_COLD"))


# Each group has a room of its own, which takes seconds to make. Most attacks wait.
GROUPS = [pytest.mark.xdist_group(f"attacks {number}") for number in range(2)]


def named(attacks, groups=GROUPS):
    return [
        pytest.param(attack, id=attack.name.replace(" ", "-"), marks=groups[i % len(groups)])
        for i, attack in enumerate(attacks)
    ]


def test_there_are_as_many_attacks_as_is_said_and_no_two_of_a_name():
    assert len(ATTACKS) > 170
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert all(attack.aim.endswith(".") for attack in ATTACKS)


def skip_where_nothing_stops(attack):
    if attack.needs_control_group and find_place().kind == "none":
        pytest.skip("this user can make no control groups here")


@pytest.mark.parametrize("attack", named(OTHERS))
def test_an_attack_gains_nothing(attack, attacked):
    skip_where_nothing_stops(attack)
    check(attack, attacked.try_out(attack), attacked)


@pytest.mark.parametrize("attack", named(a for a in OTHERS if a.cold or (ALL_COLD and a.code)))
def test_an_attack_gains_nothing_in_a_cold_kernel(attack, attacked):
    skip_where_nothing_stops(attack)
    check(attack, attacked.try_out(attack, warm=False), attacked)


@pytest.fixture(scope="module", params=[True, False], ids=["warm", "cold"])
def walled(request, room):
    """One notebook with all attacks that need planted secrets."""
    return room.try_out_all(PLANTED_FOR, warm=request.param)


@pytest.mark.parametrize("attack", named(PLANTED_FOR, GROUPS[:1]))
def test_an_attack_reads_and_leaves_nothing(attack, walled, room):
    code = code_of(attack, room.planted.places)
    (cell,) = [cell for cell in walled.notebook.cells if cell.source == code]
    shown = text_of(cell)
    assert re.search(attack.told, shown), shown[-2000:]
    assert "This cell" not in shown, "it was ended before it had tried"
    assert not any(secret in shown for secret in room.planted.secrets.values())
    assert not attack.leaves or not room.planted.was_left(attack.leaves)


@GROUPS[0]
def test_all_of_them_together_leave_nothing(walled, room):
    assert walled.score == 0
    check_nothing_got_through(walled, room)
    check_the_grader_is_well(walled)


def check(attack: Attack, outcome: Outcome, room: Room) -> None:
    """What must hold whatever an attack does."""
    assert bool(outcome.refused) == bool(attack.refused), outcome.refused
    assert re.search(attack.refused, outcome.refused)
    assert outcome.score == 0, [cell for cell in outcome.cells if cell.score]
    if not re.search(attack.told, outcome.shown):
        pytest.fail(f"nothing says {attack.told!r}:\n{outcome.in_short}")
    check_nothing_got_through(outcome, room)
    check_the_grader_is_well(outcome)
    assert not outcome.lost_template or attack.needs_control_group
    if outcome.notebook:
        check_the_notebook_can_be_shown(outcome)


def check_nothing_got_through(outcome: Outcome, room: Room) -> None:
    """Nothing was read, written or left."""
    for secret in (*room.planted.secrets.values(), str(hidden_suite.B)):
        assert secret not in outcome.shown
    for attack in ATTACKS:
        assert not attack.leaves or not room.planted.was_left(attack.leaves)
    assert outcome.left_processes == []
    assert outcome.left_files == []
    for folder in (sys.prefix, "/etc", "/usr/lib", "/tmp", "/dev/shm"):
        assert not Path(folder, "planted_by_an_attack.py").exists()


def check_the_grader_is_well(outcome: Outcome) -> None:
    """It took no more time and memory than it may."""
    most = COLD_LIMITS.submission_seconds + COLD_LIMITS.cell_seconds + GRACE_SECONDS
    assert outcome.spent < 1.5 * most
    assert outcome.grader_seconds < GRADER_SECONDS
    assert outcome.grader_bytes < GRADER_BYTES


def check_the_notebook_can_be_shown(outcome: Outcome) -> None:
    """It is a notebook, can be written, and nothing in it runs in a page or a terminal."""
    notebook = outcome.notebook
    nbformat.validate(notebook)
    assert len(nbformat.writes(notebook).encode()) < NOTEBOOK_BYTES
    json.dumps([cell.as_json() for cell in outcome.cells], ensure_ascii=False).encode()
    for cell in outcome.cells:
        assert all(letter.isprintable() or letter == "\n" for letter in as_text(cell))
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and grade_id(cell):
            assert not runs_in_a_page(markdown2html(cell.source))
        assert len(cell.get("outputs", [])) < OUTPUTS_OF_A_CELL
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert data.keys() <= {"text/plain", "text/html", *PICTURES}
            assert not runs_in_a_page(data.get("text/html", ""))
            assert not any(re.search(r"[^\w+/=]", data.get(kind, "").strip()) for kind in PICTURES)
    points = [cell.metadata.nbgrader.points for cell in notebook.cells if is_autograded(cell)]
    assert points == [6, 3, 3, 5]


class _Page(HTMLParser):
    """Notes whether anything in a page would run."""

    runs = False

    def handle_starttag(self, tag, attrs):
        self.runs |= tag in ("script", "iframe", "object", "embed", "svg", "style", "link", "base")
        for name, value in attrs:
            self.runs |= name.startswith("on") or (value or "").strip().startswith("javascript:")


def runs_in_a_page(html: str) -> bool:
    page = _Page()
    page.feed(html)
    return page.runs


def test_what_runs_in_a_page_is_recognised():
    assert runs_in_a_page("<p><script>1</script>")
    assert runs_in_a_page("<img src=x onerror=alert(1)>")
    assert runs_in_a_page("<a href='javascript:alert(1)'>x</a>")
    assert not runs_in_a_page("<p style='color: red'>&lt;script&gt; javascript: <img src=x></p>")
