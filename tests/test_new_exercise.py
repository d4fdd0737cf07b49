"""``autograder new-exercise``: who follows docs/new-exercise.md to the letter gets an exercise."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder import cli, files
from autograder.authoring import skeleton
from autograder.authoring.code_edits import with_assignment, with_reference
from autograder.authoring.new_exercise import LINKS, new_exercise
from autograder.commands.options import WRONG_USAGE
from autograder.course import Assignment
from autograder.doors.unfinished import MARK, expect_finished, parts_of
from autograder.errors import UserError
from autograder.notebooks.cells import grade_id
from course_config import ASSIGNMENTS, COURSE, ROOT

PAGE = ROOT / "docs" / "new-exercise.md"
BIN = Path(sys.executable).parent
ARGUMENTS = ["a", "b", "k", "n"]
# Where what the command has written of the exercise begins, in each kind of file.
BEGINNINGS = (
    "@exercise\ndef posterior_mode(",
    "def posterior_mode(a: ArrayLike",
    '@pytest.mark.grade_cell(\n    "test_posterior_mode"',
    '@library.of(\n    "posterior_mode"',
    "# %% posterior_mode:",
)


def copy_course(place):
    """The course's own files, without what is made from them."""
    for name in ("autograder", "solutions", "source", "release"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, place / name, symlinks=True, ignore=ignored)
    (place / "docs").mkdir()
    for name in (
        "course_config.py",
        "nbgrader_config.py",
        "nbgrader_config.json",
        "pyproject.toml",
        "docs/glossary.md",
    ):
        shutil.copy(ROOT / name, place / name)
    return place


def below(root):
    """The course as it is in another folder."""
    assignments = tuple(replace(assignment, root=root) for assignment in ASSIGNMENTS)
    return replace(COURSE, root=root, assignments=assignments)


def content_of(root):
    """All files, as far as ``new-exercise`` may touch them."""
    return {
        path.relative_to(root): path.readlink() if path.is_symlink() else path.read_bytes()
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def blocks():
    """What the page says is to stand in which file or cell."""
    pattern = r"^\*\*`([^`]+)`(?:, cell `([^`]+)`)?\*\*\n\n```\w+\n(.*?)^```$"
    found = re.findall(pattern, PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(found) == 8
    return {(name, cell): text for name, cell, text in found}


def follow_the_page(assignment):
    """Fill in what the page's example says, in ps1 or in an assignment of its own."""
    notebook = nbformat.read(assignment.source, as_version=4)
    for (name, place), text in blocks().items():
        if place:
            for cell in notebook.cells:
                if cell.id == place and (place != "title" or MARK in cell.source):
                    cell.source = text.rstrip("\n")
            continue
        name = name.replace("ps1-shrinkage", assignment.name)
        path = assignment.root / name.replace("shrinkage", assignment.notebook)
        written = path.read_text("utf-8")
        (start,) = [written.index(words) for words in BEGINNINGS if words in written]
        path.write_text(written[:start] + text, "utf-8")
    nbformat.write(notebook, assignment.source)


def ruff(root):
    """What a check of the style finds in a copy of the course."""
    outcomes = [
        subprocess.run([BIN / "ruff", *command, "."], cwd=root, capture_output=True, text=True)
        for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"])
    ]
    return "".join(outcome.stdout for outcome in outcomes if outcome.returncode)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return copy_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def root(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "course", symlinks=True)


def test_in_an_assignment_that_is_there(root):
    course = below(root)
    before = content_of(root)
    paths = new_exercise(course, "ps1-shrinkage", "posterior_mode", ARGUMENTS, 2)
    ps1 = course.assignments[0]
    assert set(paths) == {*parts_of(ps1), root / "solutions/__init__.py"} - {
        root / "autograder/hidden/families/shrinkage.py"
    }
    changed = {path for path, content in content_of(root).items() if content != before.get(path)}
    assert changed == {path.relative_to(root) for path in paths}
    with pytest.raises(UserError, match=r"ps1-shrinkage is not finished.*shrinkage.ipynb \(9"):
        expect_finished(ps1)
    assert ruff(root) == ""
    follow_the_page(ps1)
    expect_finished(ps1)
    assert ruff(root) == ""
    cells = nbformat.read(ps1.source, as_version=4).cells
    names = [cell.id for cell in cells]
    assert names[names.index("test_plot_shrinkage") + 1 :][:3] == [
        "posterior-mode-text",
        "posterior_mode",
        "test_posterior_mode",
    ]
    assert "· 22 points*" in cells[0].source


def run_in(root, *command, program="autograder"):
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run(
        [BIN / program, *command], cwd=root, env=environment, capture_output=True, text=True
    )


def test_the_page_is_true_of_an_assignment_of_its_own(root):
    """In a course that has no other: made, released, verified, and rendered for the web."""
    configuration = root / "course_config.py"
    text = configuration.read_text("utf-8")
    alone = re.sub(r"(?sm)^(ASSIGNMENTS = \()\n.*?^\)", r"\1\n    # Ours alone.\n)", text)
    configuration.write_text(alone, "utf-8")
    (command,) = re.findall(r"^autograder (new-exercise ps6-.*)$", PAGE.read_text(), re.MULTILINE)
    made = run_in(root, *command.split())
    assert made.returncode == 0, made.stderr
    (due,) = re.findall(
        r'Assignment\(ROOT, "ps6-modes", "modes", due="(.*?)"\),', configuration.read_text()
    )
    modes = Assignment(root, "ps6-modes", "modes", due)
    for program, command in (("autograder", "release"), ("nbgrader", "generate_assignment")):
        refused = run_in(root, command, modes.name, program=program)
        assert refused.returncode != 0
        assert "ps6-modes is not finished: fill in" in refused.stderr
        assert not modes.release.exists()
    follow_the_page(modes)
    assert ruff(root) == ""
    for command in ("release", "verify", "pages"):
        outcome = run_in(root, command, "--jobs", "1")
        assert outcome.returncode == 0, (command, outcome.stdout, outcome.stderr)
        if command == "verify":
            # Key, release, checks, reference and parts; the misconception; the other right way.
            assert re.findall(r"\b\d/\d\b", outcome.stdout) == ["5/5", "1/1", "1/1"]
    for folder in (modes.release.parent, modes.key.parent):
        assert {p.name for p in folder.iterdir()} >= {"modes.ipynb", "modes_checks.py", *LINKS}
    assert "posterior_mode(6.0, 4.0, 2, 2)   0.7" in (
        root / "docs" / "pages" / "ps6-modes.md"
    ).read_text("utf-8")


def test_a_second_exercise_follows_the_first(root):
    course = below(root)
    new_exercise(course, "ps6-modes", "posterior_mode", ARGUMENTS, 2)
    modes = Assignment(root, "ps6-modes", "modes", "2027-03-12 18:00:00 UTC")
    course = replace(course, assignments=(*course.assignments, modes))
    new_exercise(course, "ps6-modes", "spread", ["x"], 1)
    cells = nbformat.read(modes.source, as_version=4).cells
    assert [grade_id(cell) for cell in cells if grade_id(cell)][-4:] == [
        "posterior_mode",
        "test_posterior_mode",
        "spread",
        "test_spread",
    ]
    assert "### Exercise 2" in cells[-3].source
    assert "· 3 points*" in cells[0].source
    assert "(1.0,)," in parts_of(modes)[1].read_text()


REFUSALS = {
    "PS6": ("ps6 and more", "f", ["x"], "'ps6 and more' cannot be the name of a new assignment"),
    "a keyword": ("ps6-class", "f", ["x"], "'ps6-class' cannot be the name"),
    "a slip of the finger": ("ps1-shrinkge", "f", ["x"], "is ps1-shrinkage meant?"),
    "digits": ("ps6-modes", "mode2", ["x"], "'mode2' cannot be the name of an exercise"),
    "a keyword of Python's": ("ps6-modes", "lambda", ["x"], "'lambda' cannot be the name"),
    "a function of Python's": ("ps6-modes", "max", ["x"], "max means something else already"),
    "an exercise": ("ps6-modes", "shrink", ["x"], "shrink is an exercise of two_classrooms"),
    "a cell": ("ps1-shrinkage", "setup", ["x"], "shrinkage.ipynb has a cell setup already"),
    "an import": ("ps1-shrinkage", "check", ["x"], "shrinkage_checks.py has a check already"),
    "no argument": ("ps6-modes", "f", ["2"], "'2' cannot be the name of an argument"),
    "one argument twice": ("ps6-modes", "f", ["x", "x"], "Two arguments have one name"),
    "a module": ("ps6-exact", "f", ["x"], "solutions/exact.py is there already"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(untouched, case):
    name, function, arguments, words = REFUSALS[case]
    before = content_of(untouched)
    with pytest.raises(UserError, match=re.escape(words)):
        new_exercise(below(untouched), name, function, arguments, 1)
    assert content_of(untouched) == before


def test_an_assignment_that_has_been_handed_in_gets_no_new_exercise(root):
    (root / "submitted" / "alyssa" / "ps1-shrinkage").mkdir(parents=True)
    with pytest.raises(UserError, match="ps1-shrinkage has been handed in already"):
        new_exercise(below(root), "ps1-shrinkage", "posterior_mode", ARGUMENTS, 2)


@pytest.mark.parametrize("points", ["0", "-1", "nan", "inf", "two"])
def test_points_are_a_number_above_0(points, capsys):
    with pytest.raises(SystemExit, match=str(WRONG_USAGE)):
        cli.main(["new-exercise", "ps6-modes", "f", "--points", points])
    assert "is not a number of points above 0" in capsys.readouterr().err


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_all_or_nothing_is_written(root, error, monkeypatch):
    course, before, replaced = below(root), content_of(root), os.replace
    for allowed in range(13):
        moves = iter([True] * allowed)

        def move(source, target, moves=moves):
            if not next(moves, False):
                raise error
            replaced(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(files.os, "replace", move)
            with pytest.raises(type(error)):
                new_exercise(course, "ps6-modes", "posterior_mode", ARGUMENTS, 2)
        assert content_of(root) == before
        assert not (root / "source" / "ps6-modes").exists()
    new_exercise(course, "ps6-modes", "posterior_mode", ARGUMENTS, 2)


def test_an_interruption_while_files_are_moved_takes_all_back(root, monkeypatch):
    before, replaced = content_of(root), os.replace

    def move(source, target):
        signal.raise_signal(signal.SIGINT)
        replaced(source, target)

    monkeypatch.setattr(files.os, "replace", move)
    # Workers of pytest-xdist leave Ctrl-C to whoever has started them.
    as_found = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            new_exercise(below(root), "ps1-shrinkage", "posterior_mode", ARGUMENTS, 2)
    finally:
        signal.signal(signal.SIGINT, as_found)
    assert content_of(root) == before


ENTRY = 'Assignment(ROOT, "ps6-modes", "modes", due="2027-03-12 18:00:00 UTC")'


def test_the_configuration_keeps_its_comments():
    text = (ROOT / "course_config.py").read_text()
    changed = with_assignment(text.replace(' UTC"),\n)', ' UTC"),  # extra\n)'), ENTRY)
    assert f"# extra\n    {ENTRY},\n)" in changed
    assert changed.replace(f"    {ENTRY},\n", "").replace("  # extra", "") == text


@pytest.mark.parametrize(
    "table",
    ["ASSIGNMENTS = tuple(read())", "ASSIGNMENTS = (\n    A(1)  # no comma\n)", "X = 1", "ASS ="],
)
def test_a_configuration_of_another_form_is_left_to_its_owner(table):
    with pytest.raises(
        UserError, match=re.escape(f"enter it yourself and run this again: {ENTRY}")
    ):
        with_assignment(table, ENTRY)


def test_the_table_of_references_stays_sorted():
    text = (ROOT / "solutions" / "__init__.py").read_text()
    changed = with_reference(with_reference(text, "modes", "b"), "modes", "a")
    assert '    "modes": (\n        "a",\n        "b",\n    ),\n    "real_data"' in changed
    assert with_reference(text, "shrinkage", "shrinkage_shift") == text
    with pytest.raises(UserError, match="_FUNCTIONS, a plain dictionary"):
        with_reference("_FUNCTIONS = make()", "modes", "a")


def test_a_new_notebook_begins_as_the_others_do():
    cells = {
        cell["id"]: "".join(cell["source"])
        for cell in json.loads(ASSIGNMENTS[0].source.read_text())["cells"]
    }
    names = {"notebook": "shrinkage"}
    assert skeleton.IMPORT_CHECKS.substitute(names) == cells["checks"]
    assert skeleton.SET_UP.substitute(names) == cells["setup"].replace(
        "from scipy import stats\n", ""
    )
    beside = ASSIGNMENTS[0].source.parent.iterdir()
    assert {path.name: path.readlink() for path in beside if path.is_symlink()} == LINKS
