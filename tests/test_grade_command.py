"""``autograder grade``: what it takes, what it shows, what it leaves in files."""

import csv
import io
import json
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest
import small_class
from conftest import PS1, demo_submission

from autograder import cli
from autograder.grading import grade as grade_module
from course_config import ROOT


@pytest.fixture(autouse=True)
def graded(monkeypatch):
    """Grading that takes no time; an answer may name the error that it ends with."""
    seen = []

    def grade(notebook, assignment, course):
        seen.append(notebook)
        if "INTERRUPT" in str(notebook.cells):
            raise KeyboardInterrupt
        return small_class.quick_grade(notebook, assignment, course)

    monkeypatch.setattr(grade_module, "grade", grade)
    monkeypatch.setenv("COLUMNS", "160")
    return seen


@pytest.fixture
def run(tmp_path, capsys):
    """``autograder grade`` with results in CSV: exit status, rows by path, what it says."""

    def run_it(*arguments):
        table = tmp_path / "results.csv"
        status = cli.main(["grade", "--jobs", "1", "--csv", str(table), *map(str, arguments)])
        rows = list(csv.DictReader(io.StringIO(table.read_text()))) if table.exists() else []
        return status, rows, "".join(capsys.readouterr())

    return run_it


def text_of(student):
    return nbformat.writes(demo_submission(student))


def archive(path, members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_a_download_of_canvas_and_one_of_moodle(tmp_path, run):
    inner = io.BytesIO()
    archive(inner, {"ps1-shrinkage/shrinkage.ipynb": text_of("carmen"), "checking.py": "1"})
    canvas = archive(
        tmp_path / "canvas.zip",
        {
            "hackeralyssa_11_22_shrinkage.ipynb": text_of("alyssa"),
            "bitdiddleben_LATE_12_23_shrinkage-1.ipynb": text_of("ben"),
            "carmen_13_24_work.zip": inner.getvalue(),
            "farid_14_25_essay.pdf": "no notebook",
            "../../etc/evil_15_26_shrinkage.ipynb": text_of("ben"),
        },
    )
    moodle = archive(
        tmp_path / "moodle.zip",
        {"Diego Dietz_5_assignsubmission_file_/shrinkage.ipynb": text_of("diego")},
    )
    status, rows, told = run(canvas, moodle)
    assert status == cli.NOT_ALL_GRADED
    graded = {row["student"]: row for row in rows if row["status"] == "graded"}
    assert graded.keys() == {"hackeralyssa", "bitdiddleben", "carmen", "Diego Dietz"}
    assert graded["carmen"]["path"].endswith(
        "canvas.zip/carmen_13_24_work.zip/ps1-shrinkage/shrinkage.ipynb"
    )
    assert {row["assignment"] for row in graded.values()} == {PS1.name}
    failed = {row["student"]: row["reason"] for row in rows if row["status"] == "failed"}
    assert failed.keys() == {"farid", "evil"}
    assert "essay.pdf is no notebook" in failed["farid"]
    assert "outside of the archive's folder" in failed["evil"]
    assert not list(tmp_path.rglob("evil*"))
    for name in (*graded, "essay.pdf"):
        assert name in told


@pytest.mark.parametrize("content", [b"", b"no zip file", b"PK\x05\x06" + b"\0" * 18])
def test_an_archive_without_notebooks_is_told(tmp_path, run, content):
    (tmp_path / "class.zip").write_bytes(content)
    status, rows, _ = run(tmp_path / "class.zip")
    assert status == cli.NOT_ALL_GRADED
    (row,) = rows
    assert row["path"] == str(tmp_path / "class.zip")
    assert re.search("cannot be read as a zip file|no notebook", row["reason"])


def test_the_columns_of_the_table_are_the_exercises(tmp_path, run):
    small_class.hand_in(tmp_path, "=cmd|' C calc'!A0", demo_submission("alyssa"))
    _, (row,), _ = run(tmp_path / "submitted")
    exercises = ("posterior_mean", "data_weight", "shrinkage_shift", "plot_shrinkage")
    assert sum(float(row[name]) for name in exercises) == float(row["score"])
    assert row["max_score"] == "17.0"
    assert row["student"] == "'=cmd|' C calc'!A0"


def test_what_each_test_says_is_shown_when_asked_for(tmp_path, run):
    small_class.hand_in(tmp_path, "ben", demo_submission("ben"), name="shrinkage (1).ipynb")
    status, _, told = run(tmp_path / "submitted")
    assert status == 0
    assert "There was no shrinkage.ipynb; 'shrinkage (1).ipynb' was graded." in told
    assert "test_posterior_mean: " not in told
    _, _, told = run(tmp_path / "submitted", "-v")
    assert told.count("test_posterior_mean: ") == 1


def test_an_interrupted_run_shows_and_keeps_what_was_done(tmp_path, run):
    for student in ("alyssa", "ben"):
        small_class.hand_in(tmp_path, student, demo_submission(student))
    notebook = demo_submission("ben")
    notebook.cells[-1].source += "INTERRUPT"
    small_class.hand_in(tmp_path, "carmen", notebook)
    small_class.hand_in(tmp_path, "diego", demo_submission("diego"))
    status, rows, told = run(tmp_path / "submitted")
    assert status == 130
    assert [row["student"] for row in rows] == ["alyssa", "ben"]
    assert "ben" in told
    assert "interrupted; 2 of 4 were done; they stand in" in told


def test_pages_for_students_have_names_that_every_system_allows(tmp_path, run):
    for student in ("alyssa", "x\\..\\y", "b n", "b_n"):
        small_class.hand_in(tmp_path / "all", student, demo_submission("ben"))
    small_class.hand_in(tmp_path / "all", "nora", "this is no notebook")
    status, rows, _ = run(tmp_path / "all", "--html", tmp_path / "pages")
    assert status == cli.NOT_ALL_GRADED
    pages = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert len(pages) == len(rows) == 5
    assert all(re.fullmatch(r"[\w.-]+\.html", name) and name[0] != "." for name in pages)
    assert {"alyssa-shrinkage.html", "b_n-shrinkage.html", "b_n-shrinkage-2.html"} < set(pages)
    assert "not valid JSON" in (tmp_path / "pages" / "nora-shrinkage.html").read_text()


def test_files_that_cannot_be_written_are_told_before_anything_is_graded(tmp_path, graded, capsys):
    small_class.hand_in(tmp_path, "ben", demo_submission("ben"))
    (tmp_path / "file").write_text("")
    for option, place in (("--csv", "no/x.csv"), ("--json", "submitted"), ("--html", "file")):
        arguments = ["grade", str(tmp_path / "submitted"), option, str(tmp_path / place)]
        assert cli.main(arguments) == cli.WRONG_USAGE
    assert graded == []
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_json_names_what_is_in_an_archive(tmp_path):
    class_zip = archive(tmp_path / "c.zip", {"alyssa_1_2_shrinkage.ipynb": text_of("alyssa")})
    results = tmp_path / "r.json"
    assert cli.main(["grade", "--jobs", "1", str(class_zip), "--json", str(results)]) == 0
    (result,) = json.loads(results.read_text())["submissions"]
    assert (result["student"], result["assignment"]) == ("alyssa", PS1.name)
    assert result["path"] == str(class_zip / "alyssa_1_2_shrinkage.ipynb")


def completions(line):
    """What a shell offers at the end of a line, and which modules were imported to say so."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SHELL": "bash",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_STDOUT_FILENAME": "/dev/stdout",
    }
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "autograder.cli"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    return done.stdout.split(), imported


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("autograder gra", ["grade", "grade-class", "gradebook"]),
        ("autograder report ps1", ["ps1-shrinkage"]),
        ("autograder grade --assignment ps4", ["ps4-two-classrooms"]),
        ("autograder grade --sandbox b", ["bubblewrap"]),
    ],
)
def test_a_shell_completes_without_importing_what_is_slow(line, offered):
    found, imported = completions(line)
    assert [word.rstrip() for word in found] == offered
    heavy = {"jax", "genjax", "nbgrader", "nbconvert", "nbformat", "matplotlib", "scipy", "pytest"}
    assert not heavy & imported
