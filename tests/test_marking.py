"""Marking written answers: what the form grader shows, and feedback that follows the marks."""

import shutil

import pytest
import small_class
from conftest import demo_submission
from nbconvert.exporters import HTMLExporter
from nbgrader.converters import GenerateFeedback
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
from small_class import PS1, directory_of, hand_in

from autograder.doors import nbgrader
from autograder.doors.marking import marking_scheme

SCHEME = "Marking scheme (3 points"
COMMENT = "Well seen: the data weight is small."


@pytest.fixture
def root(tmp_path, empty_gradebook, monkeypatch):
    """A course directory with one graded submission."""
    shutil.copy(empty_gradebook, tmp_path)
    monkeypatch.setattr(nbgrader, "grade", small_class.quick_grade)
    hand_in(tmp_path, "alyssa", demo_submission("alyssa"), date="2027-01-02 12:00:00 UTC")
    assert small_class.autograde(tmp_path)[0]
    return tmp_path


def feedback(root):
    """The feedback page, made as the command makes it."""
    directory, config = directory_of(root)
    directory.assignment_id = PS1.name
    GenerateFeedback(coursedir=directory, config=config).start()
    return (root / "feedback" / "alyssa" / PS1.name / f"{PS1.notebook}.html").read_text("utf-8")


def form(root):
    """The page of the form grader, made as nbgrader's extension makes it."""
    _, config = directory_of(root)
    of_the_extension = FormgradeExtension().build_extra_config()
    of_the_extension.merge(config)
    exporter = HTMLExporter(config=of_the_extension)
    path = root / "autograded" / "alyssa" / PS1.name / f"{PS1.notebook}.ipynb"
    resources = {"assignment_id": PS1.name, "notebook_id": PS1.notebook, "submission_id": "1"}
    return exporter.from_filename(str(path), {**resources, "index": 0, "total": 1})[0]


def test_a_page_follows_the_marks_that_were_given_after_it_was_made(root):
    assert COMMENT not in feedback(root)
    small_class.mark(root, "alyssa", 2.25, COMMENT)
    page = feedback(root)
    assert COMMENT in page
    assert "2.25" in page


def test_who_was_not_graded_gets_a_page_that_says_why(root):
    hand_in(root, "carmen", "this is no notebook", date="2027-01-02 12:00:00 UTC")
    secret = root / "submitted" / "carmen" / PS1.name / "submission_secret.txt"
    secret.symlink_to(root / "gradebook.db")
    small_class.autograde(root)
    feedback(root)
    folder = root / "feedback" / "carmen" / PS1.name
    assert "not valid JSON" in (folder / f"{PS1.notebook}.html").read_text("utf-8")
    assert {path.name for path in folder.iterdir()} == {f"{PS1.notebook}.html", "timestamp.txt"}
    hand_in(root, "carmen", demo_submission("carmen"))
    small_class.autograde(root)
    feedback(root)
    assert "not valid JSON" not in (folder / f"{PS1.notebook}.html").read_text("utf-8")


def test_the_marking_scheme_stands_in_the_form_grader_and_nowhere_else(root):
    page = form(root)
    assert page.count(SCHEME) == 1
    answer = page.index('id="explain_shrinkage-comment"')
    assert answer < page.index(SCHEME)
    assert "BEGIN SOLUTION" not in page
    assert 'class="score tabbable" id="explain_shrinkage"' in page
    assert SCHEME not in feedback(root)
    assert "Model answer" not in feedback(root)


def test_without_a_key_the_page_says_so():
    context = {"resources": {"assignment_id": "ps9"}}
    assert "There is no answer key: There is no assignment" in marking_scheme(context, "explain")
