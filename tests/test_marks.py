"""Marks of written answers: valid while the answer stays, asked for anew when it has changed."""

import shutil

import nbformat
import pytest
import small_class
from conftest import demo_submission, with_answers
from small_class import PS1, exported, hand_in

from autograder.doors import nbgrader
from autograder.notebooks.cells import grade_id

ANSWER = "explain_shrinkage"


@pytest.fixture
def root(tmp_path, empty_gradebook, monkeypatch):
    """Alyssa's notebook, graded, and her answer marked."""
    shutil.copy(empty_gradebook, tmp_path)
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    hand_in(tmp_path, "alyssa", demo_submission("alyssa"))
    assert small_class.autograde(tmp_path)[0]
    assert exported(tmp_path)["alyssa"]["to_be_marked"] == ANSWER
    small_class.mark(tmp_path, "alyssa", 2.5)
    assert exported(tmp_path)["alyssa"]["to_be_marked"] == ""
    return tmp_path


def grade_of(root, student="alyssa"):
    return small_class.contents(root)[student]["grades"][ANSWER]


def test_a_mark_stays_when_other_cells_or_the_suite_have_changed(root):
    changed = with_answers(demo_submission("alyssa"), data_weight="def data_weight(a, b, n): 1")
    for notebook in (demo_submission("alyssa"), changed):
        hand_in(root, "alyssa", notebook)
        success, log = small_class.autograde(root, force=True)
        assert success
        assert "mark it again" not in log
        assert grade_of(root) == (None, 2.5, None, False)


def test_another_answer_is_to_be_marked_again(root):
    answer = with_answers(demo_submission("alyssa"), **{ANSWER: "Another answer."})
    for notebook in (answer, answer, demo_submission("alyssa")):  # also when it is graded twice
        hand_in(root, "alyssa", notebook)
        small_class.autograde(root, force=True)
        assert grade_of(root) == (None, 2.5, None, True)
        assert exported(root)["alyssa"]["to_be_marked"] == ANSWER


def test_a_marked_answer_that_has_been_taken_out_is_to_be_marked_again(root):
    released = nbformat.read(PS1.release, as_version=4)
    empty = next(cell.source for cell in released.cells if grade_id(cell) == ANSWER)
    hand_in(root, "alyssa", with_answers(demo_submission("alyssa"), **{ANSWER: empty}))
    small_class.autograde(root, force=True)
    assert grade_of(root) == (None, 2.5, None, True)


def test_it_is_told_who_has_changed_a_marked_answer(root, caplog):
    hand_in(root, "alyssa", with_answers(demo_submission("alyssa"), **{ANSWER: "Another."}))
    small_class.autograde(root, force=True)
    assert f"{ANSWER} of alyssa was marked and has changed since: mark it again." in caplog.text


def test_where_it_is_not_known_what_was_marked_it_is_asked_for_again(root):
    (path,) = (root / "graded_answers").rglob("*.json")
    path.write_text("no JSON")
    small_class.autograde(root, force=True)
    assert grade_of(root) == (None, 2.5, None, True)


def test_an_answer_in_another_cell_waits_for_a_teacher(root):
    released = nbformat.read(PS1.release, as_version=4)
    hand_in(root, "emi", released)
    elsewhere = nbformat.from_dict(released)
    elsewhere.cells.append(nbformat.v4.new_markdown_cell("Few bentos, so the prior counts more."))
    hand_in(root, "ben", elsewhere)
    small_class.autograde(root)
    assert grade_of(root, "emi") == (0.0, None, None, False)
    assert grade_of(root, "ben") == (None, None, None, True)
    assert exported(root)["ben"]["to_be_marked"] == ANSWER
    small_class.mark(root, "ben", 2.0)
    small_class.autograde(root, force=True)
    assert grade_of(root, "ben") == (None, 2.0, None, False)
    elsewhere.cells[-1].source = "Something else."
    hand_in(root, "ben", elsewhere)
    small_class.autograde(root, force=True)
    assert grade_of(root, "ben") == (None, 2.0, None, True)
