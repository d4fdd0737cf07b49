"""nbgrader and the TA's command give the same grades, and one bad file harms no other."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import PS1, demo_submission

from autograder import cli
from autograder.doors.course_directory import NbGraderCourse
from autograder.grading import grade as grade_module
from autograder.grading.grade import not_graded
from autograder.notebooks.cells import grade_id
from autograder.sandbox import walls
from course_config import COURSE, ROOT

# One class is graded for all tests.
pytestmark = pytest.mark.xdist_group("doors")

BIN = Path(sys.executable).parent


def tampered(key):
    """A right notebook whose owner deleted a test cell, edited another and inflated the points.

    It asks for a kernel of its own as well.
    """
    notebook = copy.deepcopy(key)
    for cell in notebook.cells:
        if grade_id(cell) == "test_data_weight":
            cell.source = "3.0"
        if grade_id(cell):
            cell.metadata["nbgrader"]["points"] = 100
    copies = [copy.deepcopy(c) for c in notebook.cells if grade_id(c) == "test_shrinkage_shift"]
    notebook.cells += [copy.deepcopy(cell) for cell in copies * 2]
    notebook.cells = [c for c in notebook.cells if grade_id(c) != "test_posterior_mean"]
    for index, cell in enumerate(notebook.cells):
        cell["id"] = f"c{index}"
    notebook.metadata["kernelspec"] = {"name": "no-such-kernel", "display_name": "?"}
    return notebook


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory):
    """A course directory with submissions of every kind."""

    root = tmp_path_factory.mktemp("course")
    NbGraderCourse.set_up(root).generate_assignment(PS1)
    key = nbformat.read(PS1.key, as_version=4)
    submissions = {"alyssa": key, "carmen": demo_submission("carmen"), "tess": tampered(key)}
    for student, notebook in submissions.items():
        # A browser has given the second copy that Alyssa downloaded a name of its own.
        name = "shrinkage (1)" if student == "alyssa" else PS1.notebook
        _place(root, student, nbformat.writes(notebook), name)
    _place(root, "nora", "this is no notebook")
    _place(root, "oldo", json.dumps({"nbformat": 3, "worksheets": []}))
    _place(root, "zoe", nbformat.writes(nbformat.v4.new_notebook()))
    (root / "submitted" / "empty" / PS1.name).mkdir(parents=True)
    return root


def _place(root, student, text, name=PS1.notebook):
    path = root / "submitted" / student / PS1.name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def nbgrader(root, *arguments):
    return subprocess.run(
        [BIN / "nbgrader", *arguments], cwd=root, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def by_nbgrader(class_folder):
    """The gradebook after ``nbgrader autograde``, and what the command said."""
    outcome = nbgrader(class_folder, "autograde", PS1.name)
    graded = {}
    with NbGraderCourse(class_folder).gradebook as gradebook:
        for submission in gradebook.assignment_submissions(PS1.name):
            graded[submission.student.id] = {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.name.startswith("test_")
            }
    return graded, outcome


@pytest.fixture(scope="module")
def by_ta(class_folder):
    """The JSON of ``autograder grade``, by student, and its exit status."""
    path = class_folder / "results.json"
    arguments = [str(class_folder / "submitted"), "--json", str(path), "--jobs", "1"]
    status = cli.main(["grade", *arguments])
    results = json.loads(path.read_text())["submissions"]
    return {result["student"] or result["path"]: result for result in results}, status


def test_both_doors_give_the_same_scores(by_nbgrader, by_ta):
    graded, _ = by_nbgrader
    results, _ = by_ta
    for student in ("alyssa", "carmen", "tess"):
        told = {cell["grade_id"]: cell["score"] for cell in results[student]["cells"]}
        assert graded[student] == told


def test_tampering_changes_nothing_and_an_unknown_kernel_is_remarked(by_ta):
    results, _ = by_ta
    assert results["tess"]["score"] == results["alyssa"]["score"] == 17
    assert results["tess"]["max_score"] == 17
    assert results["tess"]["status"] == "graded"
    assert "no-such-kernel" in results["tess"]["reason"]


@pytest.mark.parametrize(
    ("student", "told"),
    [("nora", "not valid JSON"), ("oldo", "format version"), ("zoe", "none of")],
)
def test_what_cannot_be_graded_is_reported_by_both_doors(by_nbgrader, by_ta, student, told):
    results, status = by_ta
    assert results[student]["status"] == "failed"
    assert told in results[student]["reason"]
    assert results[student]["score"] is None
    assert status == 1
    graded, outcome = by_nbgrader
    assert outcome.returncode == 1
    assert told in outcome.stderr
    assert student not in graded


def test_nbgrader_feedback_and_export_follow(by_nbgrader, class_folder):
    assert nbgrader(class_folder, "generate_feedback", PS1.name).returncode == 0
    pages = {
        student: (
            class_folder / "feedback" / student / PS1.name / f"{PS1.notebook}.html"
        ).read_text()
        for student in ("alyssa", "carmen", "tess")
    }
    assert "Mode for mean?" in pages["carmen"]
    # Of the example that every student has: the mode that Carmen gives, and the mean.
    assert "[0.69444, 0.6875, " in pages["carmen"]
    assert "[0.69091, 0.68, " in pages["carmen"]
    assert pages["carmen"].count('alt="Yours: ') == pages["carmen"].count('alt="Expected: ') == 1
    assert "7.25" not in pages["carmen"]  # a prior of the hidden tests
    assert "&#39;shrinkage (1).ipynb&#39; was graded." in pages["alyssa"]
    assert "no-such-kernel" in pages["tess"]
    assert nbgrader(class_folder, "export").returncode == 0
    grades = (class_folder / "grades.csv").read_text()
    assert "carmen,,,,8.0,0.0,8.0,20.0,,explain_shrinkage\n" in grades
    assert 'nora,,,,,,,20.0,"The file is not valid JSON' in grades
    assert "empty,,,,,,,20.0,There is no notebook (.ipynb) in this folder.,\n" in grades


def test_nothing_in_a_submission_runs_in_a_page(by_nbgrader, class_folder, tmp_path):
    from autograder.feedback.markdown import markdown2html

    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) $x<y$"
    page = markdown2html(hostile)
    for forbidden in ("<script", "onerror", 'href="javascript', "src="):
        assert forbidden not in page
    assert "x" in page


def test_one_notebook_of_a_submission_counts_and_its_other_name_is_remarked(by_ta, class_folder):
    results, _ = by_ta
    assert results["alyssa"]["reason"] == (
        "There was no shrinkage.ipynb; 'shrinkage (1).ipynb' was graded."
    )
    assert results["empty"]["status"] == "failed"
    assert results["empty"]["reason"] == "There is no notebook (.ipynb) in this folder."
    assert len(results) == len(list((class_folder / "submitted").iterdir()))


@pytest.mark.parametrize("name", ["no/such/file.ipynb", "empty"])
def test_missing_notebooks_and_empty_folders_are_reported(tmp_path, capsys, name):
    if "/" not in name:
        (tmp_path / name).mkdir()
    path = tmp_path / "results.json"
    assert cli.main(["grade", str(tmp_path / name), "--json", str(path)]) == 1
    (result,) = json.loads(path.read_text())["submissions"]
    assert result["status"] == "failed"
    assert result["reason"].startswith("There is no ")


def test_wrong_usage_gets_one_sentence_and_status_2(tmp_path, capsys):
    assert cli.main(["grade", str(tmp_path), "--assignment", "ps9-none"]) == 2
    assert cli.main(["grade", str(tmp_path), "--json", str(tmp_path / "no" / "x.json")]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 2
    assert "no assignment 'ps9-none'" in told[0]
    with pytest.raises(SystemExit, match="2"):
        cli.main(["grade"])


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_interrupt_says_what_is_kept(tmp_path, monkeypatch, capsys, options):
    done = []

    def interrupt_the_second(path, **_):
        if done:
            raise KeyboardInterrupt
        done.append(path)
        return not_graded(path, "this one was done", COURSE)

    monkeypatch.setattr(grade_module, "grade_file", interrupt_the_second)
    for name in ("one", "two"):
        (tmp_path / f"{name}.ipynb").write_text("{}")
    results = tmp_path / "results.json"
    options = [*options, str(results)] if options else []
    assert cli.main(["grade", str(tmp_path), "--jobs", "1", *options]) == 130
    told = capsys.readouterr().err
    if options:
        assert f"interrupted; 1 of 2 were done; they stand in {results}." in told
        assert len(json.loads(results.read_text())["submissions"]) == 1
    else:
        assert "interrupted; 1 of 2 were done; --csv or --json would keep them." in told


def test_no_sandbox_no_grades(monkeypatch, capsys):

    monkeypatch.setattr(walls, "_why_bubblewrap_fails", lambda: "bubblewrap is not installed")
    path = ROOT / "release" / PS1.name
    assert cli.main(["grade", str(path)]) == 2
    assert "--sandbox none" in capsys.readouterr().err
    assert cli.main(["grade", str(path), "--sandbox", "none"]) == 0
