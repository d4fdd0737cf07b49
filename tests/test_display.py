"""What student code shows, and what students write, becomes pages and lines that do nothing."""

import base64
import copy
import io
import json

import nbformat
import pytest
from conftest import PS1, with_answers
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from rich.console import Console
from traitlets.config import Config

from autograder.doors import tables
from autograder.doors.course_directory import NbGraderCourse
from autograder.doors.nbgrader import GradeInSandbox
from autograder.feedback.markdown import markdown2html
from autograder.grading.feedback import as_text, outputs_of
from autograder.notebooks.cells import grade_id, is_autograded
from autograder.notebooks.display import not_run, notice, printable, shown_outputs
from autograder.notebooks.restoring import restore
from autograder.records import CellResult, Result, TestResult
from course_config import configure

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
SHOWN = f'src="data:image/png;base64,{PNG}"'


def shown(kind, **content):
    return [dict(output) for output in shown_outputs([(kind, content)])]


# --- outputs -----------------------------------------------------------------------------------


def test_text_and_pictures_are_shown_and_nothing_that_runs():
    data = {
        "text/plain": "<Figure>",
        "image/png": PNG,
        "image/jpeg": '"><script>',
        "image/svg+xml": "<svg onload=alert(1)>",
        "text/html": "<script>",
        "text/markdown": "<script>",
        "text/latex": "$x$",
        "application/javascript": "alert(1)",
    }
    kept = {"text/plain": "<Figure>", "image/png": PNG}
    for kind in ("display_data", "execute_result"):
        assert shown(kind, data=data, metadata={"image/png": {"width": '"><script>'}}) == [
            {"output_type": "display_data", "metadata": {}, "data": kept}
        ]
    assert shown("display_data", data={"text/html": "<script>"}) == []
    assert shown("display_data", data="<script>") == []


def test_what_is_printed_stays_apart_by_stream():
    for name, kept in (
        ("stdout", "stdout"),
        ("stderr", "stderr"),
        ("\ud800", "stdout"),
        ([], "stdout"),
    ):
        assert shown("stream", name=name, text="so\r\n\x1b[31m") == [
            {"output_type": "stream", "name": kept, "text": "so\r\n\x1b[31m"}
        ]
    assert shown("stream", text=5)[0]["text"] == ""


def test_half_characters_are_replaced_wherever_they_stand():
    half, told = "\ud83d", "\ufffd"
    outputs = [
        *shown("stream", text=half),
        *shown("error", ename=half, evalue=half, traceback=[half, 5]),
        *shown("display_data", data={"text/plain": half}),
    ]
    assert json.dumps(outputs, ensure_ascii=False).count(told) == 5
    assert outputs[1]["traceback"] == [told, ""]


def test_the_graders_own_outputs_are_valid():
    cell = nbformat.v4.new_code_cell(outputs=[notice("stopped"), not_run()])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


# --- lines for terminals and logs --------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J",
        "\x1b]0;title\x07",
        "\x9b2J",
        "a\rb",
        "a\x08b",
        "\u202eevil",
        "\u2028",
        "\ud800",
        "\0",
    ],
)
def test_nothing_that_a_terminal_would_obey_is_printed(hostile):
    told = printable(f"before {hostile} after")
    assert told.startswith("before ")
    assert told.endswith(" after")
    assert told.isprintable()


def test_words_of_all_languages_are_printed_as_they_are_but_not_without_end():
    for words in ("Größe 便当 étudiant\u00a0: 👩\u200d🎓", "two\nlines\tand a tab"):
        assert printable(words) == words
    assert printable("x" * 3000, limit=10) == "x" * 10 + " ..."


def test_feedback_with_an_error_message_of_a_students_is_harmless():
    hint = "stops with ValueError: \x1b[2J<script>\ud800\n  ok   everything"
    tests = (
        TestResult("a", False, 0, 2, hint, tests_that="It is right."),
        TestResult("b", False, 0, 1, hint, "mode for mean", "It is right."),
        TestResult("c", False, 0, 1, hint, "mode for mean", "It is right."),
    )
    cell = CellResult("test_f", tests)
    assert as_text(cell).split("\n") == [
        "test_f: 0 of 4 points",
        "  FAIL It is right.",
        "       stops with ValueError: \ufffd[2J<script>\ufffd",
        "         ok   everything",
        "  FAIL It is right.",
        "       Mode for mean? stops with ValueError: \ufffd[2J<script>\ufffd",
        "         ok   everything",
        "  FAIL It is right.",
        "       (the same)",
    ]
    for output in outputs_of(cell):
        json.dumps(output, ensure_ascii=False).encode()
        assert "<script>" not in output["data"].get("text/html", "")


def test_nothing_in_names_of_files_reaches_the_terminal():
    """They come from students' disks: bytes that are no text, and commands to a terminal."""
    printed = io.StringIO()
    console = Console(file=printed, width=200)
    name = "caf\udce9 \x1b[2J\x1b]0;x\x07[red].ipynb"
    wrong = TestResult("a", False, 0, 1, "\x1b[2J", tests_that="It is right.")
    graded = Result(name, None, None, None, reason=name, cells=(CellResult("test_f", (wrong,)),))
    refused = Result(name, None, None, None, "failed", reason=name)
    console.print(tables.results_table([graded, refused]))
    tables.print_details(console, graded)
    told = printed.getvalue()
    assert told.count("caf\ufffd \ufffd[2J\ufffd]0;x\ufffd[red].ipynb") == 5
    assert told.replace("\n", "").isprintable()


# --- Markdown ----------------------------------------------------------------------------------

PICTURES = {
    "a.png": {"image/png": PNG},
    "my (new) picture.png": {"image/png": PNG},
    "b.svg": {"image/svg+xml": PNG},
    "c.png": {},
}


def page(source):
    return markdown2html(source, PICTURES)


@pytest.mark.parametrize(
    "source",
    [
        "![why](attachment:a.png)",
        "![](<attachment:my (new) picture.png>)",
        "![](attachment:my%20%28new%29%20picture.png)",
        "![why][it]\n\n[it]: attachment:a.png",
        '<img src="attachment:a.png" width="300" onerror="alert(1)">',
        f"![]( data:image/png;base64,{PNG})",
    ],
)
def test_a_pasted_picture_is_shown(source):
    assert page(source).count(SHOWN) == 1
    assert "onerror" not in page(source)
    assert "picture that" not in page(source)


@pytest.mark.parametrize(
    "address",
    [
        "attachment:missing.png",
        "attachment:b.svg",
        "attachment:c.png",
        "attachment:",
        "picture.png",
        "https://example.org/x.png",
        "DATA:image/png;base64,AAAA",
        "data:image/svg+xml;base64,AAAA",
        "attachment:&lt;script&gt;",
    ],
)
def test_a_picture_that_is_not_there_is_named_in_its_place(address):
    for source in (f"before ![x]({address}) after", f'before <img src="{address}"> after'):
        told = page(source)
        assert "<img" not in told
        assert "<script" not in told
        assert told == f"<p>before [picture that cannot be shown: {address}] after</p>\n"


def test_other_places_have_no_pictures():
    assert "cannot be shown: attachment:a.png" in markdown2html("![](attachment:a.png)")


@pytest.mark.parametrize("source", ["# " * 20_000, "<div>" * 50_000, "[" * 50_000, "$$a" * 20_000])
def test_what_would_take_long_is_shown_as_it_was_typed(source):
    told = page(f"{source} <script>")
    assert told.startswith("<pre>")
    assert "<script" not in told


def test_what_markdown_gives_up_on_is_shown_as_it_was_typed(monkeypatch):
    monkeypatch.setattr("autograder.feedback.markdown.Cleaner.clean", lambda *_: 1 / 0)
    assert page("*a* & b") == "<pre>*a* &amp; b</pre>"


# --- nbgrader's pages --------------------------------------------------------------------------

ANSWER = """Carmen moved most:

![table](attachment:a.png) and ![](attachment:missing.png), ![](attachment:b.svg)
<img src="attachment:a.png" width="20">"""


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course directory in which an answer with pictures has been graded by nbgrader."""
    from autograder.notebooks.reading import read_notebook, released_notebook

    root = tmp_path_factory.mktemp("pictures")
    directory = NbGraderCourse.set_up(root)
    directory.generate_assignment(PS1)
    notebook = with_answers(released_notebook(PS1), explain_shrinkage=ANSWER)
    for cell in notebook.cells:
        if grade_id(cell) == "explain_shrinkage":
            cell["attachments"] = PICTURES
    path = root / "submitted" / "alyssa" / PS1.name / f"{PS1.notebook}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    # What the sandbox would make of it does not matter here.
    graded = restore(read_notebook(path), released_notebook(PS1))
    for cell in graded.cells:
        if is_autograded(cell):
            cell.outputs = outputs_of(CellResult(str(grade_id(cell))))
    GradeInSandbox.take_over(PS1, graded)
    assert directory.autograde(PS1, "alyssa") == ""
    directory.generate_feedback(PS1, "alyssa")
    return root


def is_shown(text):
    assert text.count(SHOWN) == 2
    assert text.count("[picture that cannot be shown: attachment:") == 2
    return True


def test_pictures_are_shown_in_feedback(handed_in):
    path = handed_in / "feedback" / "alyssa" / PS1.name / f"{PS1.notebook}.html"
    assert is_shown(path.read_text("utf-8"))


def test_pictures_are_shown_in_the_form_grader(handed_in):
    """Rendered as the form grader's server does, by its template and with the same settings."""
    config = Config()
    configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    exporter = HTMLExporter(config=config)
    path = handed_in / "autograded" / "alyssa" / PS1.name / f"{PS1.notebook}.ipynb"
    resources = {"index": 0, "total": 1, "base_url": "", "notebook_path": ""}
    text, _ = exporter.from_filename(str(path), resources=copy.deepcopy(resources))
    assert is_shown(text)
