"""One submission never ends a batch, and whoever is not graded is named, with the reason."""

import io
import json
import os

import nbformat
import pytest
import small_class
from conftest import with_answers
from rich.console import Console
from small_class import PS1, autograde, contents, exported, hand_in

from autograder.doors import nbgrader, tables
from autograder.errors import CannotGrade
from autograder.notebooks.finding import (
    iter_submissions,
    notebook_to_grade,
    remark_on_name,
    student_of,
)
from autograder.notebooks.reading import released_notebook
from course_config import ASSIGNMENTS, COURSE

NOTEBOOK = f"{PS1.notebook}.ipynb"


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory):
    return small_class.set_up(tmp_path_factory.mktemp("empty") / "course")


@pytest.fixture
def root(empty_course, tmp_path, monkeypatch):
    """A course directory in which grading takes no time."""
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    return small_class.copy_of(empty_course, tmp_path / "course")


def faulty(key, error):
    return with_answers(key, explain_shrinkage=f"RAISE {error}")


def test_whatever_is_wrong_with_one_the_others_are_graded(root, key):
    """And it is told in one sentence whose fault it was."""
    hand_in(root, "a-good", key)
    hand_in(root, "b-no-json", "this is no notebook")
    for error in ("GraderFault", "TypeError", "MemoryError", "RecursionError", "SystemExit"):
        hand_in(root, error, faulty(key, error))
    (root / "submitted" / "m-empty" / PS1.name).mkdir(parents=True)
    hand_in(root, "n-undated", key, date="yesterday\n")
    hand_in(root, "z-good", key)
    well, log = autograde(root)
    assert not well
    reasons = {student: row["why_not_graded"] for student, row in exported(root).items()}
    itself = "The grader itself failed, not the submission: "
    told = {
        "a-good": "",
        "b-no-json": "The file is not valid JSON",
        "GraderFault": itself + "out of order",
        "TypeError": itself + "TypeError: out of order",
        "MemoryError": itself + "MemoryError: out of order",
        "RecursionError": itself + "RecursionError: out of order",
        "SystemExit": itself + "out of order",
        "m-empty": "There is no notebook (.ipynb) in this folder.",
        "n-undated": "Its timestamp.txt holds no date and time: correct or remove that file.",
        "z-good": "",
    }
    assert reasons.keys() == told.keys()
    for student, reason in reasons.items():
        assert reason.startswith(told[student])
        assert bool(reason) == bool(told[student])
        assert f"was not graded. {reason}" in log or not reason
        assert (root / "autograded" / student / PS1.name).exists() == (not reason)


def test_who_is_not_graded_has_no_zero_anywhere(root, key):
    hand_in(root, "good", key)
    hand_in(root, "bad", "this is no notebook")
    autograde(root)
    with small_class.gradebook_of(root) as gradebook:
        gradebook.add_student("absent", last_name='O"Brien, jr')
        full = gradebook.find_submission(PS1.name, "good").score
        assert gradebook.average_assignment_score(PS1.name) == full
        assert [s.student.id for s in gradebook.assignment_submissions(PS1.name)] == ["good"]
    hand_in(root, "later", key)
    rows = exported(root)
    columns = ("raw_score", "late_submission_penalty", "score")
    assert [rows["good"][c] for c in columns] == [str(full), "0.0", str(full)]
    for student in ("bad", "later"):
        assert [rows[student][c] for c in columns] == ["", "", ""]
        assert rows[student]["max_score"] == "20.0"
    assert rows["later"]["why_not_graded"] == "Handed in and not autograded yet."
    assert rows["good"]["to_be_marked"] == "explain_shrinkage"
    assert [rows["absent"][c] for c in columns] == ["", "", ""]
    assert rows["absent"]["why_not_graded"] == "Nothing was handed in."
    assert rows["absent"]["last_name"] == 'O"Brien, jr'
    with small_class.gradebook_of(root) as gradebook:
        gradebook.update_or_create_assignment(PS1.name, duedate="2020-01-01 00:00:00 UTC")
    assert [exported(root)["absent"][c] for c in columns] == ["0.0", "0.0", "0.0"]


def test_the_columns_of_nbgrader_come_first(root):
    from nbgrader.plugins import CsvExportPlugin

    with small_class.gradebook_of(root) as gradebook:
        plugin = CsvExportPlugin(to=str(root / "stock.csv"))
        plugin.export(gradebook)
    exported(root)
    stock, own = ((root / n).read_text().splitlines()[0] for n in ("stock.csv", "grades.csv"))
    assert own == f"{stock},why_not_graded,to_be_marked"


def test_the_form_grader_shows_who_is_not_graded(root, key):
    """As "needs autograding", without a score; and its button tells why."""
    from nbgrader.apps.api import NbGraderAPI

    hand_in(root, "good", key)
    hand_in(root, "bad", "this is no notebook")
    autograde(root)
    directory, config = small_class.directory_of(root)
    api = NbGraderAPI(coursedir=directory, config=config)
    graded = {s["student"]: s["autograded"] for s in api.get_submissions(PS1.name)}
    assert graded == {"good": True, "bad": False}
    answer = api.autograde(PS1.name, "bad")
    assert not answer["success"]
    assert "was not graded. The file is not valid JSON" in answer["log"]


def test_a_better_notebook_takes_the_reason_away(root, key):
    hand_in(root, "bad", "this is no notebook")
    autograde(root)
    hand_in(root, "bad", key)
    assert autograde(root)[0]
    assert exported(root)["bad"]["why_not_graded"] == ""
    assert not (root / "not_graded").exists()


def test_a_worse_notebook_takes_nothing_of_a_teacher(root, key):
    hand_in(root, "carmen", key)
    assert autograde(root)[0]
    small_class.mark(root, "carmen", 2.5, "Nicely put.")
    hand_in(root, "carmen", "this is no notebook")
    assert not autograde(root, force=True)[0]
    row = exported(root)["carmen"]
    assert row["score"] == ""
    assert "JSON" in row["why_not_graded"]
    hand_in(root, "carmen", key)
    assert autograde(root)[0]
    carmen = contents(root)["carmen"]
    assert carmen["grades"]["explain_shrinkage"][1] == 2.5
    assert carmen["comments"]["explain_shrinkage"][1] == "Nicely put."
    assert carmen["grades"]["test_data_weight"][0] is not None


def test_a_notebook_by_another_name_is_found_and_stays_as_it_is(root, key):
    hand_in(root, "rena", key, name="shrinkage (1).ipynb")
    hand_in(root, "scribbler", key)
    hand_in(root, "scribbler", "{", name="Untitled.ipynb")
    well, log = autograde(root)
    assert well
    assert "There was no shrinkage.ipynb; 'shrinkage (1).ipynb' was graded." in log
    rena, scribbler = contents(root)["rena"], contents(root)["scribbler"]
    notebooks = [json.loads(of_one.pop("notebook")) for of_one in (rena, scribbler)]
    (remark,), nothing = [n["metadata"]["autograder"].pop("remarks") for n in notebooks]
    assert rena == scribbler
    assert notebooks[0] == notebooks[1]
    assert "'shrinkage (1).ipynb' was graded." in remark
    assert not nothing
    assert [p.name for p in (root / "submitted" / "rena" / PS1.name).iterdir()] == [
        "shrinkage (1).ipynb"
    ]


def test_of_several_candidates_none_is_guessed(root, key):
    for name in ("one.ipynb", "two.ipynb"):
        hand_in(root, "tess", key, name=name)
    assert not autograde(root)[0]
    assert (
        "several notebooks could be it: one.ipynb, two.ipynb"
        in (exported(root)["tess"]["why_not_graded"])
    )


def test_without_a_sandbox_nobody_is_touched(root, key, monkeypatch):
    from autograder.sandbox import walls

    hand_in(root, "good", key)
    monkeypatch.setattr(walls, "_why_bubblewrap_fails", lambda: "bubblewrap is not installed")
    well, log = autograde(root)
    assert not well
    assert "Nothing was graded. Student code is only run inside a sandbox" in log
    assert not (root / "autograded").exists()


def test_what_a_link_leads_to_is_copied_nowhere(root, key, tmp_path):
    """nbgrader copies what lies beside a notebook, into ``autograded/`` and into ``feedback/``."""
    (tmp_path / "secret").write_text("swordfish")
    hand_in(root, "mallory", key, date="2027-01-02 12:00:00 UTC")
    hand_in(root, "zoe", key)
    folder = root / "submitted" / "mallory" / PS1.name
    for name in ("notes.txt", "[ab]/*.txt", ".hidden"):
        link = folder / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(tmp_path / "secret")
    (folder / "gone").symlink_to("nowhere")
    (folder / "all").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "mine.txt").write_text("an ordinary file")
    (root / "submitted" / "zoe" / PS1.name / "notes.txt").write_text("an ordinary file, too")
    well, log = autograde(root)
    assert well, log
    assert "6 that are no ordinary files (links, pipes) are left out, such as" in log
    small_class.NbGraderCourse(root).generate_feedback(PS1, "mallory")
    kept = {"mine.txt", "timestamp.txt"}
    for step, page in (("autograded", NOTEBOOK), ("feedback", f"{PS1.notebook}.html")):
        found = [path for path in (root / step / "mallory").rglob("*") if path.is_file()]
        assert not any(b"swordfish" in path.read_bytes() for path in found)
        copied = {path.name for path in found if path.parent.name == PS1.name}
        assert copied - {path.name for path in (root / "source" / PS1.name).iterdir()} <= {
            page,
            *kept,
        }
        assert kept <= copied
    assert (root / "autograded" / "zoe" / PS1.name / "notes.txt").exists()


def test_a_date_that_is_a_link_is_not_read(root, key):
    """It could lead to a file without end, or to a pipe on which the run would wait for ever."""
    for student in ("good", "mallory"):
        hand_in(root, student, key)
    (root / "submitted" / "mallory" / PS1.name / "timestamp.txt").symlink_to("/dev/zero")
    _, log = autograde(root)
    assert "mallory was not graded. Its timestamp.txt holds no date" in log
    reasons = {student: row["why_not_graded"] for student, row in exported(root).items()}
    assert not reasons["good"]
    assert reasons["mallory"].startswith("Its timestamp.txt holds no date and time")


def test_a_hook_of_the_course_is_still_called(root, key):
    hand_in(root, "good", key)
    called = []
    hooks = {
        "pre_convert_hook": lambda **of: called.append(("before", of["notebooks"])),
        "post_convert_hook": lambda **of: called.append(("after", of["notebooks"])),
    }
    assert autograde(root, options={"Autograde": hooks})[0]
    notebook = str(root / "submitted" / "good" / PS1.name / NOTEBOOK)
    assert called == [("before", [notebook]), ("after", [notebook])]


# How a notebook is found, without nbgrader.


@pytest.fixture
def folder(tmp_path):
    """Where Alyssa's first assignment lies, and nothing is in it."""
    folder = tmp_path / "submitted" / "alyssa" / PS1.name
    folder.mkdir(parents=True)
    return folder


def put(folder, name, notebook):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook))
    return path


def test_the_expected_name_counts_whatever_else_there_is(folder, key):
    put(folder, "shrinkage (1).ipynb", key)
    expected = put(folder, NOTEBOOK, "{")
    assert notebook_to_grade(folder, PS1) == expected
    assert remark_on_name(expected, PS1) == ""


@pytest.mark.parametrize("name", ["shrinkage (1).ipynb", "Shrinkage.ipynb", "all/mine.ipynb"])
def test_by_another_name_the_only_one_with_exercises_counts(folder, key, name):
    found = put(folder, name, key)
    put(folder, "scratch.ipynb", nbformat.v4.new_notebook())
    put(folder, "broken.ipynb", "{")
    put(folder, "other.ipynb", released_notebook(ASSIGNMENTS[1]))
    put(folder, ".ipynb_checkpoints/mine-checkpoint.ipynb", key)
    put(folder, "._shrinkage.ipynb", "left behind by macOS")
    (folder / "folder.ipynb").mkdir()
    assert notebook_to_grade(folder, PS1) == found
    assert found.name in remark_on_name(found, PS1)
    assert student_of(found, PS1) == "alyssa"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "There is no notebook"),
        (["a.ipynb"], "The file is not valid JSON"),
        (["a.ipynb", "b.ipynb"], "no other notebook in this folder has exercises of ps1"),
    ],
)
def test_where_none_can_be_meant_the_reason_is_told(folder, names, told):
    for name in names:
        put(folder, name, "{")
    with pytest.raises(CannotGrade, match=told):
        notebook_to_grade(folder, PS1)


def test_many_candidates_are_not_all_named(folder, key):
    for number in range(9):
        put(folder, f"{number}.ipynb", key)
    with pytest.raises(CannotGrade, match=r"4\.ipynb and 4 more"):
        notebook_to_grade(folder, PS1)


def test_one_notebook_counts_in_a_folder_of_an_assignment_and_all_elsewhere(folder, key, tmp_path):
    put(folder, NOTEBOOK, key)
    put(folder, "scratch.ipynb", key)
    empty = tmp_path / "submitted" / "ben" / PS1.name
    empty.mkdir(parents=True)
    heap = [put(tmp_path / "heap", f"{name}.ipynb", key) for name in ("carmen", "diego")]
    assert list(iter_submissions(tmp_path, COURSE)) == [
        *((path, "") for path in heap),
        (folder / NOTEBOOK, ""),
        (empty, "There is no notebook (.ipynb) in this folder."),
    ]
    assert list(iter_submissions(folder, COURSE)) == [(folder / NOTEBOOK, "")]
    assert remark_on_name(heap[0], PS1) == ""


def test_where_there_is_no_terminal_progress_is_told_in_lines(monkeypatch):
    monkeypatch.setattr(tables, "_PLAIN_SECONDS", 0)
    console = Console(file=io.StringIO())
    with tables.progress(console) as progress:
        bar = progress.add_task("Grading", total=2)
        progress.advance(bar)
        progress.advance(bar)
    assert [line.split(",")[0] for line in console.file.getvalue().splitlines()] == [
        "Grading: 1 of 2",
        "Grading: 2 of 2",
    ]
