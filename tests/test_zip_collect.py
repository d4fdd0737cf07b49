"""``nbgrader zip_collect`` with what Canvas and Moodle let teachers download."""

import logging
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import small_class
from nbgrader.apps.zipcollectapp import ZipCollectApp
from small_class import PS1, directory_of

from autograder.errors import CannotGrade
from autograder.notebooks.finding import notebook_to_grade
from course_config import ROOT

ROSTER = {
    "alyssa": {"first_name": "Alyssa P.", "last_name": "Hacker", "lms_user_id": "12345"},
    "ben": {"first_name": "Ben", "last_name": "Bitdiddle"},
    "mallory": {"first_name": "Mallory", "last_name": "Mal", "lms_user_id": "99"},
}


@pytest.fixture
def root(tmp_path, empty_gradebook):
    shutil.copy(empty_gradebook, tmp_path)
    with small_class.gradebook_of(tmp_path) as gradebook:
        for student, details in ROSTER.items():
            gradebook.update_or_create_student(student, **details)
    return tmp_path


@pytest.fixture
def download(root):
    """Put a zip file where nbgrader looks for them; members are named by keyword arguments."""

    def put(name, **members):
        path = root / "downloaded" / PS1.name / "archive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return put


@pytest.fixture
def collect(root, caplog):
    """``nbgrader zip_collect ps1-shrinkage``: what is in submitted/ then, and what was told."""

    def run(**options):
        directory, config = directory_of(root, {"ZipCollectApp": options})
        directory.assignment_id = PS1.name
        app = ZipCollectApp(config=config, coursedir=directory)
        app.log = logging.getLogger("tests.zip_collect")
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            app.init_plugins()
            app.collector_plugin_inst.log = app.extractor_plugin_inst.log = app.log
            app.extract_archive_files()
            app.process_extracted_files()
        submitted = root / "submitted"
        files = {
            str(path.relative_to(submitted)): path.read_text()
            for path in submitted.rglob("*")
            if path.is_file()
        }
        return files, [record.getMessage() for record in caplog.records]

    return run


def told_of(messages, text):
    return [message for message in messages if text in message]


def test_canvas(download, collect, root):
    download(
        "submissions.zip",
        **{
            "hackeralyssa_LATE_12345_1_shrinkage-1.ipynb": "alyssa",
            "bitdiddleben_7_2_shrinkage.ipynb": "ben",
            "nobody_8_3_shrinkage.ipynb": "nobody",
            "malmallory_99_4_shrinkage.pdf": "mallory",
        },
    )
    files, told = collect()
    assert files == {
        f"alyssa/{PS1.name}/shrinkage-1.ipynb": "alyssa",
        f"ben/{PS1.name}/shrinkage.ipynb": "ben",
    }
    assert len(told_of(told, "nobody in the gradebook is nobody (Canvas, user 8)")) == 1
    assert len(told_of(told, "1 of 3 notebooks have no owner: they stay in")) == 1
    assert len(told_of(told, "malmallory_99_4_shrinkage.pdf is no notebook")) == 1
    assert len(told_of(told, "these came late, but not when: alyssa.")) == 1
    # It is there to be seen to by hand.
    extracted = root / "downloaded" / PS1.name / "extracted" / "submissions.zip"
    assert (extracted / "nobody_8_3_shrinkage.ipynb").read_text() == "nobody"


def test_moodle(download, collect):
    download(
        "BAYES-Problem set 1-4711.zip",
        **{
            "Alyssa P. Hacker_61_assignsubmission_file_/shrinkage.ipynb": "alyssa",
            "Ben Bitdiddle_62_assignsubmission_file_my shrinkage.ipynb": "ben",
            "Zoé Nobody_63_assignsubmission_file_/shrinkage.ipynb": "nobody",
        },
    )
    files, told = collect()
    assert files == {
        f"alyssa/{PS1.name}/shrinkage.ipynb": "alyssa",
        f"ben/{PS1.name}/my shrinkage.ipynb": "ben",
    }
    assert len(told_of(told, "nobody in the gradebook is Zoé Nobody (Moodle)")) == 1


def test_what_a_browser_has_unpacked_is_found_as_well(download, collect, root):
    folder = download("x.zip").parent
    (folder / "x.zip").unlink()
    (folder / "hackeralyssa_12345_1_shrinkage.ipynb").write_text("alyssa")
    (folder / "Ben Bitdiddle_62_assignsubmission_file_").mkdir()
    (folder / "Ben Bitdiddle_62_assignsubmission_file_" / "shrinkage.ipynb").write_text("ben")
    files, _ = collect()
    assert set(files.values()) == {"alyssa", "ben"}


def test_nobody_hands_in_for_another_or_writes_elsewhere(download, collect, root, tmp_path):
    inner = root / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("hackeralyssa_12345_1_shrinkage.ipynb", "mallory")
        archive.writestr("../../../../../submitted/alyssa/ps1-shrinkage/shrinkage.ipynb", "mallory")
    download("all.zip", **{"malmallory_99_4_w.zip": inner.read_bytes()})
    files, told = collect()
    assert files == {f"mallory/{PS1.name}/w.zip/hackeralyssa_12345_1_shrinkage.ipynb": "mallory"}
    assert len(told_of(told, "would lie outside")) == 1


def test_of_two_notebooks_of_one_name_a_teacher_chooses(download, collect, root, key):
    changed = nbformat.from_dict(key)
    changed.cells[0].source += "changed"
    for name, notebook in (("first.zip", key), ("second.zip", changed)):
        download(
            name,
            **{
                "hackeralyssa_12345_1_shrinkage.ipynb": nbformat.writes(notebook),
                "bitdiddleben_7_2_shrinkage.ipynb": "the same",
            },
        )
    files, _ = collect()
    assert len(files) == 3
    assert files[f"ben/{PS1.name}/shrinkage.ipynb"] == "the same"
    with pytest.raises(CannotGrade, match="several notebooks could be it"):
        notebook_to_grade(root / "submitted" / "alyssa" / PS1.name, PS1)


def test_a_date_that_a_teacher_wrote_stays_with_its_notebook(download, collect, root):
    name, date = "hackeralyssa_LATE_12345_1_shrinkage.ipynb", "2027-02-06 09:30:00 UTC"
    download("all.zip", **{name: "alyssa"})
    collect()
    path = root / "submitted" / "alyssa" / PS1.name / "timestamp.txt"
    path.write_text(date)
    files, told = collect(force=True)
    assert files[f"alyssa/{PS1.name}/timestamp.txt"].startswith("2027-02-06 09:30:00")
    assert not told_of(told, "was that of another notebook")
    download("all.zip", **{name: "alyssa's second"})
    files, told = collect(force=True)
    assert files == {f"alyssa/{PS1.name}/shrinkage.ipynb": "alyssa's second"}
    assert len(told_of(told, "(2027-02-06 09:30:00) was that of another notebook")) == 1


def test_a_folder_without_downloads(download, collect):
    download("x.zip").unlink()
    assert len(told_of(collect()[1], "is empty: put there what Canvas or Moodle")) == 1


def test_it_runs_as_a_command(download, root):
    download("all.zip", **{"hackeralyssa_12345_1_shrinkage.ipynb": "alyssa"})
    (root / "nbgrader_config.py").symlink_to(ROOT / "nbgrader_config.py")
    done = subprocess.run(
        [Path(sys.executable).parent / "nbgrader", "zip_collect", PS1.name],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (root / "submitted" / "alyssa" / PS1.name / "shrinkage.ipynb").is_file()
