"""What is released beside a notebook, and how it comes into the kernels that notebooks run in."""

import contextlib
import dataclasses
import re
import shutil
import subprocess
import sys
import tomllib

import nbformat
import pytest
from conftest import PS1, STRICT, with_cell

from autograder.authoring import release
from autograder.authoring.release import stale_files
from autograder.errors import UserError
from autograder.grading.grade import grade, grade_file
from autograder.grading.kernels import kernel_setup, with_modules
from autograder.notebooks.cells import grade_id
from autograder.notebooks.reading import released_notebook
from autograder.records import CellResult, Result, TestResult
from autograder.sandbox.kernel import LiveKernel
from course_config import ASSIGNMENTS, COURSE, ROOT

by_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda a: a.name)


def import_cell(assignment):
    cells = released_notebook(assignment).cells
    return next(cell.source for cell in cells if grade_id(cell) == "checks")


@by_assignment
def test_all_that_students_need_stands_beside_the_notebook(assignment):
    for place in (assignment.source, assignment.release, assignment.key):
        assert {path.name for path in place.parent.iterdir() if path.is_file()} == {
            f"{assignment.notebook}.ipynb",
            f"{assignment.notebook}_checks.py",
            "README.md",
            "checking.py",
            "glossary.md",
            "requirements.txt",
        }
    assert [path.name for path in assignment.modules] == sorted(
        ["checking.py", f"{assignment.notebook}_checks.py"]
    )


def test_students_are_told_the_same_versions_everywhere():
    requirements = (ROOT / "source" / "requirements.txt").read_text().split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = [needed for needed in project["dependencies"] if re.match("(gen)?jax(lib)?==", needed)]
    assert [needed for needed in requirements if "==" in needed] == pinned
    for place in ("checking.py", "for_students.md"):
        assert '%pip install "genjax==0.10.3" "jax==0.5.3"' in (ROOT / "source" / place).read_text()
    assert {"genjax==0.10.3", "jax==0.5.3"} < set(pinned)


def test_a_readme_of_ten_lines_names_what_is_in_the_folder():
    text = (PS1.release.parent / "README.md").read_text()
    assert len([line for line in text.splitlines() if line.strip()]) == 1 + 10
    for name in ("requirements.txt", "checking.py", "_checks.py", "glossary.md"):
        assert name in text


@pytest.mark.parametrize("there", [[], ["shrinkage_checks.py"], ["checking.py"]])
def test_a_missing_module_is_named_with_what_to_do(there, tmp_path):
    for name in there:
        shutil.copy(PS1.release.parent / name, tmp_path)
    command = [sys.executable, "-c", import_cell(PS1)]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stderr
    missing = "checking.py" if there == ["shrinkage_checks.py"] else "shrinkage_checks.py"
    assert f"There is no {missing} beside this notebook." in told
    assert "put both beside the notebook" in told


@pytest.mark.parametrize("is_warm", [True, False], ids=["warm", "cold"])
def test_notebooks_import_the_courses_modules_in_kernels(is_warm):
    for assignment in ASSIGNMENTS if is_warm else [PS1]:
        setup = dataclasses.replace(kernel_setup(COURSE), warm=is_warm)
        with LiveKernel(with_modules(setup, assignment)) as kernel:
            execution = kernel.execute(import_cell(assignment), 60)
        assert execution.ending == "ok"
        assert "Versions are fine" in str(execution.outputs)


MINE = "def posterior_mean():\n    print('mine')\n"


def test_a_module_that_was_handed_in_does_not_count(key, tmp_path):
    looking = with_cell(key, "import shrinkage_checks\nprint(shrinkage_checks.__doc__)", "setup")
    path = tmp_path / PS1.name / "shrinkage.ipynb"
    path.parent.mkdir()
    nbformat.write(looking, path)
    (path.parent / "shrinkage_checks.py").write_text(MINE)
    graded = grade_file(path, COURSE)
    assert sum(cell.score for cell in graded.cells) == 17
    assert "The checks of problem set 1" in str(graded.graded_notebook.cells)


def test_a_module_that_a_cell_replaces_gives_no_points_and_is_back_after_a_restart(released):
    replacing = f"""
with open("shrinkage_checks.py") as file:
    print("before:", {MINE!r} in file.read())
with open("shrinkage_checks.py", "w") as file:
    file.write({MINE!r})
"""
    ending = with_cell(released, "import os; os._exit(0)", after="setup")
    graded = grade(with_cell(ending, replacing, after="checks"), PS1, STRICT)
    assert sum(cell.score for cell in graded.cells) == 0
    shown = str(graded.graded_notebook.cells)
    assert "before: False" in shown
    assert "before: True" not in shown


def test_a_release_that_is_not_what_the_source_gives_is_found(tmp_path):
    ps1 = dataclasses.replace(PS1, root=tmp_path)
    course = dataclasses.replace(COURSE, root=tmp_path, assignments=(ps1,))
    for folder in ("release", "solutions"):
        shutil.copytree(ROOT / folder / PS1.name, tmp_path / folder / PS1.name)
    (ps1.release.parent / "checking.py").write_text("# edited")
    (ps1.release.parent / "old_checks.py").write_text("# renamed since")
    (ps1.key.parent / "glossary.md").unlink()
    (ps1.key.parent / "__pycache__").mkdir(exist_ok=True)
    assert stale_files(course) == [
        ps1.release.parent / "checking.py",
        ps1.release.parent / "old_checks.py",
        ps1.key.parent / "glossary.md",
    ]


@pytest.mark.parametrize("points", [0.0, 2.0])
def test_a_release_is_written_only_when_the_keys_score_full_marks(tmp_path, monkeypatch, points):
    course_root, fresh = tmp_path / "course", tmp_path / "fresh"
    ps1 = dataclasses.replace(PS1, root=course_root)
    course = dataclasses.replace(COURSE, root=course_root, assignments=(ps1,))
    for folder in ("release", "solutions"):
        for root, text in ((course_root, "old"), (fresh, "new")):
            (root / folder / PS1.name).mkdir(parents=True)
            (root / folder / PS1.name / "shrinkage.ipynb").write_text(text)

    def grade_key(assignment, course):
        assert assignment.key.read_text() == "new"
        tests = (TestResult("right", points == 2, points, 2.0),)
        return Result("", None, None, None, cells=(CellResult("test_f", tests),))

    monkeypatch.setattr(release, "generated", lambda course: contextlib.nullcontext(fresh))
    monkeypatch.setattr(release, "_grade_key", grade_key)
    if points == 2:
        assert release.make_release(course, 1) == [ps1.release, ps1.key]
    else:
        with pytest.raises(UserError, match=r"ps1-shrinkage does not score full marks \(0 of 2\)"):
            release.make_release(course, 1)
    expected = "new" if points == 2 else "old"
    assert [path.read_text() for path in (ps1.release, ps1.key)] == [expected] * 2
