"""``autograder grade-class``: a class is graded once, entered as nbgrader would, and goes on."""

import sqlite3
from dataclasses import replace

import pytest
import small_class
from conftest import demo_submission, with_answers
from small_class import PS1, contents, exported, hand_in
from sqlalchemy.exc import OperationalError

from autograder import cli
from autograder.classes import kept_grades
from autograder.classes.kept_grades import BrokenResult, decode_result, encode_result
from autograder.commands.options import NOT_ALL_GRADED, WRONG_USAGE
from autograder.course import LatePolicy
from autograder.doors import autograde_run, nbgrader
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.grade_class import ClassRun
from autograder.errors import UserError
from autograder.grading import grade as grade_module
from autograder.grading.grade import grade_file
from autograder.notebooks.cells import grade_id
from course_config import COURSE


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory):
    return small_class.set_up(tmp_path_factory.mktemp("empty") / "course")


@pytest.fixture
def graded(monkeypatch):
    """The notebooks that were graded, which takes no time here."""
    seen = []

    def grade(notebook, assignment, course):
        seen.append(notebook)
        return small_class.quick_grade(notebook, assignment, course)

    monkeypatch.setattr(grade_module, "grade", grade)
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    return seen


@pytest.fixture
def root(empty_course, tmp_path, graded, key, lateness_costs):
    """A course directory with five submissions, of which one is late and one is no notebook."""
    root = small_class.copy_of(empty_course, tmp_path / "course")
    hand_in(root, "alyssa", demo_submission("alyssa"), date="2027-01-02 12:00:00 UTC")
    hand_in(root, "ben", demo_submission("ben"), name="shrinkage (1).ipynb")
    hand_in(root, "carmen", "this is no notebook")
    hand_in(root, "diego", demo_submission("diego"), date="2027-11-01 12:00:00 UTC")
    hand_in(root, "emi", key)
    return root


@pytest.fixture
def run_command(root, monkeypatch, capsys):
    """``autograder grade-class ps1-shrinkage`` in that directory: exit status and what it says."""
    monkeypatch.setattr(cli, "load_course", lambda: replace(COURSE, root=root))
    monkeypatch.setenv("COLUMNS", "120")

    def run(*options):
        status = cli.main(["grade-class", PS1.name, "--jobs", "1", *options])
        return status, "".join(capsys.readouterr())

    return run


def grades(root):
    """What the gradebook and the folders hold, without the note that lets a class be skipped."""
    found = contents(root)
    for entry in found.values():
        entry["notebook"] = entry["notebook"] and '"entered"' in entry["notebook"]
    return {student: (e["grades"], e["comments"], e["penalty"]) for student, e in found.items()}


def test_it_agrees_with_nbgrader_autograde(root, run_command, tmp_path, capsys):
    other = small_class.copy_of(root, tmp_path / "other")
    status, told = run_command()
    small_class.autograde(other)
    assert status == NOT_ALL_GRADED
    assert "4 of 5 graded (4 in this run, 0 before), 1 not" in told
    assert grades(root) == grades(other)
    assert exported(root) == exported(other)
    assert "not valid JSON" in exported(root)["carmen"]["why_not_graded"]
    small_class.autograde(root, force=True)
    assert grades(root) == grades(other)


def test_a_second_run_grades_and_enters_nothing(root, run_command, graded, monkeypatch):
    run_command()
    before = contents(root)
    graded.clear()
    monkeypatch.setattr(NbGraderCourse, "autograde", None)
    status, told = run_command()
    assert status == NOT_ALL_GRADED
    assert graded == []
    assert "4 of 5 graded (0 in this run, 4 before), 1 not" in told
    assert contents(root) == before


def test_only_what_changed_is_graded_again(root, run_command, graded, key):
    run_command()
    graded.clear()
    hand_in(root, "alyssa", with_answers(key, posterior_mean="def posterior_mean(): 1"))
    hand_in(root, "farid", key)  # word for word what Emi has handed in
    _, told = run_command()
    assert len(graded) == 1
    assert "5 of 6 graded (1 in this run, 4 before)" in told
    assert small_class.contents(root).keys() == {"alyssa", "ben", "diego", "emi", "farid"}


def test_an_interrupted_run_goes_on(root, run_command, graded, monkeypatch):
    enter = ClassRun.enter

    def interrupt(run, submission):
        if submission.student == "diego":
            raise KeyboardInterrupt
        enter(run, submission)

    with monkeypatch.context() as patch:
        patch.setattr(ClassRun, "enter", interrupt)
        status, told = run_command()
    assert status == 130
    assert "5 of 5 were tried, whose grades are kept, and 3 entered" in told
    assert contents(root).keys() == {"alyssa", "ben"}
    graded.clear()
    run_command()
    assert graded == []
    assert contents(root).keys() == {"alyssa", "ben", "diego", "emi"}


def test_force_grades_everybody_again(root, run_command, graded):
    run_command()
    graded.clear()
    _, told = run_command("--force")
    assert len(graded) == 4
    assert "4 of 5 graded (4 in this run, 0 before)" in told


def test_another_suite_regrades_and_tells_whose_score_moves(root, run_command, graded, monkeypatch):
    run_command()
    before = contents(root)
    monkeypatch.setattr(kept_grades, "_code_and_packages", lambda: "another suite")

    def generous(notebook, assignment, course):
        found = small_class.quick_grade(notebook, assignment, course)
        first = found.cells[0]
        tests = (replace(first.tests[0], points=first.max_score, passed=True),)
        cells = (replace(first, tests=tests), *found.cells[1:])
        (shown,) = [
            cell for cell in found.graded_notebook.cells if grade_id(cell) == first.grade_id
        ]
        shown.outputs = grade_module.outputs_of(cells[0])
        found.graded_notebook.metadata["autograder"]["cells"] = [c.as_json() for c in cells]
        return replace(found, cells=cells)

    monkeypatch.setattr(grade_module, "grade", generous)
    _, told = run_command("--dry-run")
    moved = [line for line in told.splitlines() if "posterior_mean" in line]
    less_than_full = [s for s, e in before.items() if e["grades"]["test_posterior_mean"][0] < 6]
    assert [line.split()[0] for line in moved] == less_than_full
    assert less_than_full
    assert contents(root) == before
    graded.clear()
    run_command()
    assert graded == []  # the dry run has graded, and its grades are kept
    after = contents(root)
    assert {e["grades"]["test_posterior_mean"][0] for e in after.values()} == {6.0}
    assert "posterior_mean" not in run_command()[1]


def test_penalties_follow_dates_and_manual_grades_stay(root, run_command):
    run_command()
    small_class.mark(root, "emi", 2.5)
    (root / "submitted" / "emi" / PS1.name / "timestamp.txt").write_text("2027-11-01 12:00:00 UTC")
    run_command()
    found = contents(root)["emi"]
    assert found["timestamp"].startswith("2027-11-01")
    assert found["grades"]["explain_shrinkage"] == (None, 2.5, None, False)
    with small_class.gradebook_of(root) as gradebook:
        gradebook.update_or_create_assignment(PS1.name, duedate="2026-01-01 12:00:00 UTC")
    run = ClassRun(NbGraderCourse(root), PS1, COURSE)
    # Another due date may bring another penalty; the one without a notebook is always looked at.
    assert [s.student for s in run.to_enter()] == ["alyssa", "ben", "carmen", "diego", "emi"]


def test_an_extension_takes_a_penalty_back(root, run_command):
    told = run_command()[1]
    assert "3 submissions wait for marks in the form grader" in told
    assert contents(root)["diego"]["penalty"] == 10
    with small_class.gradebook_of(root) as gradebook:
        gradebook.grant_extension(PS1.name, "diego", weeks=50)
    run_command("--force")
    assert contents(root)["diego"]["penalty"] is None


def test_who_cannot_be_graded_any_more_loses_the_old_grade(root, run_command):
    run_command()
    hand_in(root, "alyssa", "no notebook any more")
    run_command()
    assert "alyssa" not in contents(root)
    assert "not valid JSON" in exported(root)["alyssa"]["why_not_graded"]


def test_a_date_that_is_a_link_is_not_read(root, run_command):
    (root / "submitted" / "emi" / PS1.name / "timestamp.txt").symlink_to("/dev/zero")
    run_command()
    assert exported(root)["emi"]["why_not_graded"].startswith("Its timestamp.txt holds no date")
    assert contents(root).keys() == {"alyssa", "ben", "diego"}


def test_a_fault_of_the_grader_is_told_and_tried_again(root, run_command, graded, key):
    hand_in(root, "emi", with_answers(key, explain_shrinkage="RAISE TypeError"))
    _, told = run_command()
    assert "The grader itself failed" in told
    graded.clear()
    run_command()
    assert len(graded) == 1


def test_what_cannot_be_written_is_told_before_anything_is_graded(
    root, run_command, graded, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(autograde_run, "LEAST_ROOM_BYTES", 2**80)
        status, told = run_command()
    assert (status, graded) == (WRONG_USAGE, [])
    assert "No space left on device" in told

    def locked(directory):
        raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr("autograder.doors.grade_class.expect_writable", locked)
        status, told = run_command()
    assert (status, graded) == (WRONG_USAGE, [])
    assert "The gradebook cannot be used (database is locked)" in told


def test_an_assignment_that_the_gradebook_does_not_know_is_entered(root, run_command):
    (root / "gradebook.db").unlink()
    assert "4 of 5 graded" in run_command()[1]
    with small_class.gradebook_of(root) as gradebook:
        assert str(gradebook.find_assignment(PS1.name).duedate) == "2027-02-05 18:00:00"
    assert contents(root)["diego"]["penalty"] == 10


def test_another_policy_for_late_submissions_enters_grades_anew(root, run_command):
    run_command()
    course = replace(COURSE, root=root, late=LatePolicy(percent_a_day=1))
    run = ClassRun(NbGraderCourse(root), PS1, course)
    assert {s.student for s in run.to_enter()} >= {"alyssa", "diego"}


def test_a_disk_that_fills_while_grades_are_kept_loses_none(root, run_command, monkeypatch):
    keep = kept_grades.KeptGrades.keep
    kept = []

    def full_after_two(self, key, result):
        if len(kept) == 2:
            raise OSError(28, "No space left on device", "kept_grades")
        kept.append(key)
        keep(self, key, result)

    with monkeypatch.context() as patch:
        patch.setattr(kept_grades.KeptGrades, "keep", full_after_two)
        status, told = run_command()
    assert status == NOT_ALL_GRADED
    assert "kept_grades: No space left on device; mend that and run it again." in told
    assert "4 of 5 graded (2 in this run, 2 before)" in run_command()[1]


def test_a_kept_grade_that_is_broken_is_computed_again(root, run_command, graded):
    run_command("--dry-run")
    for path in (root / "kept_grades" / PS1.name).iterdir():
        path.write_text("{")
    _, told = run_command()
    assert told.count("Its kept grade could not be read") == 4
    graded.clear()
    assert "4 of 5 graded (4 in this run, 0 before)" in run_command()[1]


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    path = tmp_path_factory.mktemp("result") / "nothing.ipynb"
    path.write_text("nothing")
    return grade_file(path, COURSE)


def test_results_come_back_as_they_were(graded, root):
    found = grade_file(root / "submitted" / "alyssa" / PS1.name / "shrinkage.ipynb", COURSE)
    back = decode_result(encode_result(found))
    assert back == replace(found, seconds=back.seconds)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b'{"result": {}, "notebook": null}', b"[" * 100_000]
)
def test_what_is_no_result_is_refused(content):
    with pytest.raises(BrokenResult):
        decode_result(content)


def test_a_failed_result_has_no_notebook(result):
    assert decode_result(encode_result(result)).status == "failed"
    forged = encode_result(replace(result, status="graded"))
    with pytest.raises(BrokenResult, match="neither"):
        decode_result(forged)


def test_nobody_has_handed_in(empty_course, tmp_path, monkeypatch, capsys):
    root = small_class.copy_of(empty_course, tmp_path / "course")
    monkeypatch.setattr(cli, "load_course", lambda: replace(COURSE, root=root))
    assert cli.main(["grade-class", PS1.name]) == WRONG_USAGE
    assert "Nobody has handed in ps1-shrinkage" in capsys.readouterr().err


def test_fingerprints_tell_apart_what_judges_otherwise():
    limits = replace(COURSE.limits, call_seconds=1)
    judges = {
        kept_grades.fingerprint(COURSE, PS1),
        kept_grades.fingerprint(replace(COURSE, limits=limits), PS1),
        kept_grades.fingerprint(COURSE, COURSE.assignments[1]),
    }
    assert len(judges) == 3
    assert kept_grades.fingerprint(replace(COURSE, store=None), PS1) in judges


def test_the_error_is_one_sentence():
    with pytest.raises(UserError, match="There is no assignment 'ps9'"):
        COURSE.assignment("ps9")
