"""The page that a student receives: what it says, and that nothing in it runs."""

import ast
import base64
import io
import re
import time
from html.parser import HTMLParser
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import small_class
from conftest import PS1, with_answers, with_cell
from matplotlib import image

from autograder.doors.course_directory import NbGraderCourse
from autograder.feedback.exercises import Mark
from autograder.feedback.figures import picture
from autograder.feedback.formulas import formula2html
from autograder.feedback.page import feedback_page, not_graded_page
from autograder.grading.examples import examples_to_show, shown_drawing, shown_value
from autograder.grading.suite import Suite, collect
from autograder.in_kernel.wire import Key, Opaque, encode
from autograder.misconceptions.known import KnownMisconceptions
from autograder.notebooks.display import not_run, notice
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.records import CellResult, Question, TestResult
from course_config import ASSIGNMENTS, COURSE

HOSTILE = '<script>alert(1)</script><img src="//x.example/y" onerror="alert(1)">\'"</style></pre>'
MISCONCEPTION = "The raw fraction forgets the group: a and b must have a say as well."
SAYS_NOTHING_OF_THE_KIND = ("<script", "onerror=", "onload=", "javascript:", '//x.example/y"')


def drawing(**changes):
    """A description of a figure, as the kernel gives it."""
    line = {"x": np.array([0.0, 1.0]), "y": np.array([0.7, 0.6]), "color": "#0072b2"}
    told = {
        "points": [{"x": 0.0, "y": 0.7, "area": 80.0, "color": "#e69f00"}],
        "lines": [line | {"dashed": True, "label": "prior"}],
        "bars": [{"x": 0.2, "width": 0.1, "y": 0.0, "height": 0.4, "color": ""}],
        "xlim": np.array([-0.25, 1.25]),
        "ylim": np.array([0.0, 1.0]),
        "legend": ["prior"],
        "texts": [],
        "xticklabels": [],
        "title": "Shrinkage",
        "xlabel": "estimate",
        "ylabel": "rate",
        "xscale": "linear",
        "yscale": "linear",
    }
    return told | changes


def graded(**answers):
    """A graded notebook with one exercise of each kind, made without a kernel."""
    answers = {
        "posterior_mean": f"def posterior_mean(a, b, k, n):\n    return k / n  # {HOSTILE}",
        "data_weight": "def data_weight(a, b, n):\n    return n / (a + b + n)",
        "explain_shrinkage": f"# Mine\n\nEmi moved most, $w < \\frac{{1}}{{2}}$. {HOSTILE}",
    } | answers
    notebook = with_answers(released_notebook(PS1), **answers)
    notebook = with_cell(notebook, "1 / 0", after="data_weight")
    notebook.cells[0].source = "# Shrinkage\n\nThe chapter begins."
    added = next(cell for cell in notebook.cells if cell.id == "added-by-the-test")
    added.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text=f"\x1b[31mprinted {HOSTILE}\n"),
        nbformat.v4.new_output("error", ename="E", evalue="e", traceback=[f"Traceback {HOSTILE}"]),
        nbformat.v4.new_output("display_data", data={"image/png": PNG, "text/html": HOSTILE}),
        notice("stopped"),
        not_run(),
    ]
    tests = (
        TestResult("a", False, 0, 2, MISCONCEPTION, "raw fraction", "The whole class at once."),
        TestResult("b", True, 1, 1, tests_that="No bentos at all."),
        TestResult("c", False, 0, 2, MISCONCEPTION, "raw fraction", "One student alone."),
        TestResult("d", False, 0, 1, f"It stops: {HOSTILE}", tests_that="Many priors."),
    )
    cells = [
        CellResult("test_posterior_mean", tests),
        CellResult("test_data_weight", (TestResult("e", True, 3, 3, tests_that="Weights."),)),
        CellResult("test_shrinkage_shift", (TestResult("f", False, 0, 3, "None.", "", "F."),)),
        CellResult("test_plot_shrinkage", (TestResult("g", False, 0, 5, "Thin.", "", "G."),)),
    ]
    example = {"agree": False, "by_chance": False, "after": ""}
    notebook.metadata["autograder"] = {
        "cells": [cell.as_json() for cell in cells],
        "examples": {
            "test_posterior_mean": example
            | {"call": "posterior_mean(6, 4, 70, 100)", "got": HOSTILE, "expected": "0.69091"},
            "test_plot_shrinkage": example
            | {
                "after": "posterior_mean",
                "call": "plot_shrinkage(...)",
                "got": shown_drawing(drawing(title=HOSTILE)),
                "expected": shown_drawing(drawing()),
            },
        },
    }
    return notebook


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
TEACHER = {
    "marks": {
        "test_posterior_mean": Mark(1, 6),
        "test_data_weight": Mark(2, 3),
        "explain_shrinkage": Mark(2.5, 3),
    },
    "comments": {"explain_shrinkage": f"Say why. {HOSTILE}", "posterior_mean": "So close!"},
}


@pytest.fixture(scope="module")
def page():
    """Before a teacher has read anything; late, and under another name."""
    return feedback_page(
        graded(),
        PS1,
        student=f"farid {HOSTILE}",
        remark="'shrinkage (1).ipynb' was graded.",
        seconds_late=27 * 3600,
        late_penalty=1.5,
    )


@pytest.fixture(scope="module")
def marked():
    """After a teacher has read it."""
    return feedback_page(graded(), PS1, **TEACHER)


def words(html):
    """What stands there to be read."""
    text = re.sub(r"<(style|title)>.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)


def part(html, name):
    """The section of one exercise."""
    return re.search(rf'<section [^>]*labelledby="{name}">.*?</section>', html, re.DOTALL)[0]


# --- what it says -------------------------------------------------------------------------------


def test_it_begins_with_a_summary_by_exercise(page):
    summary = words(page[: page.index("</table>")])
    for told in (
        "Shrinkage: how far to trust two bentos",
        "2.5 of 20 points so far; 3 wait for a teacher",
        "Handed in 1 day and 3 hours after the due date: 1.5 points are taken off.",
        "'shrinkage (1).ipynb' was graded.".replace("'", "&#39;"),
        "Exercise 1: the posterior mean 1 of 6 Raw fraction? The raw fraction forgets the group",
        "own? 3 of 3 all tests passed",
        "Exercise 3: how far does each student move? 0 of 3 not answered yet",
        "Exercise 4: draw it 0 of 5 not answered yet",
        "Question: the other four up to 3 waiting for a teacher",
    ):
        assert told in summary, told
    assert page.index("Exercise 1") < 12_000
    assert "0 of 3" not in words(part(page, "explain_shrinkage"))


def test_what_a_teacher_says_counts(marked):
    summary = words(marked[: marked.index("</table>")])
    assert "5.5 of 20 points" in summary
    assert "so far" not in summary
    assert "2 of 3 set by a teacher" in summary
    assert "2.5 of 3 read by a teacher" in summary
    assert "So close!" in part(marked, "test_posterior_mean")
    assert "Say why." in part(marked, "explain_shrinkage")
    assert "the tests gave 3 of 3" in words(part(marked, "test_data_weight"))


def test_an_answer_that_nobody_wrote_waits_for_nobody():
    untouched = released_notebook(PS1)
    page = words(feedback_page(untouched, PS1))
    assert "Question: the other four 0 of 3 no answer" in page
    assert "waiting" not in page


def test_advice_stands_once_with_all_tests_that_say_it(page):
    exercise = part(page, "test_posterior_mean")
    assert exercise.count(MISCONCEPTION) == 1
    group = re.search(r'<div class="failed">.*?</div>', exercise, re.DOTALL)[0]
    assert MISCONCEPTION in group
    assert words(group).count("Failed:") == 2
    assert "Many priors." not in group
    assert "Passed: No bentos at all. 1 of 1" in words(exercise)


def test_got_and_expected_are_shown_of_what_failed(page):
    told = words(part(page, "test_posterior_mean"))
    assert "Call posterior_mean(6, 4, 70, 100) Yours" in told
    assert "Expected 0.69091" in told
    assert "own example" not in part(page, "test_data_weight")


def test_two_figures_stand_side_by_side_and_are_told_in_words(page):
    exercise = part(page, "test_plot_shrinkage")
    pictures = re.findall(
        r'<img src="data:image/png;base64,([^"]*)" alt="(\w+): ([^"]+)"', exercise
    )
    assert [title for _, title, _ in pictures] == ["Yours", "Expected"]
    for data, _, told in pictures:
        assert image.imread(io.BytesIO(base64.b64decode(data))).shape[:2] == (462, 572)
        assert told == "1 marker, 1 dashed line, 1 bar; x axis: estimate; y axis: rate"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, ""),
        ({"agree": True}, "Here your answer is right."),
        ({"agree": True, "by_chance": True}, "Chance has a part in this answer"),
        ({"after": "data_weight"}, "may come from data_weight , an earlier exercise"),
    ],
)
def test_what_a_difference_means_is_said(changes, told):
    notebook = graded()
    notebook.metadata["autograder"]["examples"]["test_posterior_mean"].update(changes)
    exercise = words(part(feedback_page(notebook, PS1), "test_posterior_mean"))
    notes = ("Here your answer is right.", "Chance has a part", "an earlier exercise")
    assert told in exercise
    assert sum(note in exercise for note in notes) == bool(told)


def test_the_notebook_is_folded_below_with_its_outputs(page):
    chapter = page[page.index('<details class="chapter">') :]
    assert "printed" in chapter
    assert "Traceback" in chapter
    assert f'src="data:image/png;base64,{PNG}"' in chapter
    assert "was not run again</summary>" in chapter
    sections = re.search(r"<nav.*?</nav>", chapter, re.DOTALL)[0]
    assert "3 · What the group says: a prior" in sections
    assert "Test cell" not in page
    assert "Out[" not in page


def test_the_courses_explanation_is_left_out_of_the_students_program():
    source = released_notebook(PS1).cells[21].source
    filled = source.replace("# YOUR CODE HERE\n    raise NotImplementedError()", "return k")
    page = feedback_page(graded(posterior_mean=filled), PS1)
    exercise = words(part(page, "test_posterior_mean"))
    assert "return k" in exercise
    assert "Parameters" not in exercise


def test_who_was_not_graded_reads_why():
    page = words(not_graded_page(PS1, f"The file is not valid JSON. {HOSTILE}", student="nora"))
    assert "Feedback for nora" in page
    assert "Not graded The file is not valid JSON." in page


@pytest.mark.parametrize(
    ("seconds", "penalty", "told"),
    [
        (0, 0, ""),
        (30, 0, "Handed in 1 minute after the due date; no points are taken off."),
        (5400, 1, "Handed in 90 minutes after the due date: 1 point is taken off."),
        (7200, 2, "Handed in 2 hours after the due date: 2 points are taken off."),
        (0, 2, "Handed in late: 2 points are taken off."),
    ],
)
def test_lateness_is_told_in_words(seconds, penalty, told):
    page = feedback_page(graded(), PS1, seconds_late=seconds, late_penalty=penalty)
    assert (told or "Summary") in words(page)
    assert ("due date" in page) == (seconds > 0)


def test_points_comments_and_lateness_come_from_the_gradebook(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.doors.nbgrader.grade", small_class.quick_grade)
    root = small_class.set_up(tmp_path)
    notebook = with_answers(released_notebook(PS1), explain_shrinkage="Emi moved most.")
    small_class.hand_in(root, "emi", notebook, date="2027-02-06 21:00:00 UTC")
    assert small_class.autograde(root)[0]
    before = _feedback_of(root, "emi")
    assert "Handed in 1 day and 3 hours after the due date" in before
    assert "Question: the other four up to 3 waiting for a teacher" in before
    with small_class.gradebook_of(root) as gradebook:
        where = (PS1.notebook, PS1.name, "emi")
        grade = gradebook.find_grade("explain_shrinkage", *where)
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.find_comment("explain_shrinkage", *where).manual_comment = "And Farid?"
        gradebook.find_submission_notebook(*where).late_submission_penalty = 1.5
        gradebook.db.commit()
    after = _feedback_of(root, "emi")
    assert "1.5 points are taken off." in after
    assert "Question: the other four 2.5 of 3 read by a teacher" in after
    assert "From your teacher And Farid?" in after
    assert "so far" not in after
    assert "No response." not in after


def _feedback_of(root, student):
    NbGraderCourse(root).generate_feedback(PS1, student)
    page = root / "feedback" / student / PS1.name / f"{PS1.notebook}.html"
    return words(page.read_text("utf-8"))


# --- what is not in it --------------------------------------------------------------------------


class _Reader(HTMLParser):
    """Notes what a browser would act upon."""

    def __init__(self):
        super().__init__()
        self.tags, self.events, self.loads, self.ids = set(), set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.events.add(name)
            if name in ("src", "srcset", "href", "action", "data", "poster"):
                self.loads.add(value.split(",")[0])
            if name == "id":
                self.ids.append(value)


def read(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_nothing_that_a_student_wrote_runs_or_loads_anything(page, marked):
    for html in (page, marked, not_graded_page(PS1, HOSTILE, student=HOSTILE)):
        found = read(html)
        assert not found.tags & {
            "script",
            "iframe",
            "object",
            "embed",
            "base",
            "form",
            "svg",
            "link",
        }
        assert not found.events
        places = {place for place in found.loads if not place.startswith("#")}
        assert all(
            re.match("https?://|data:image/png;base64|glossary.md", place) for place in places
        )
        assert "default-src 'none'" in html
        assert len(found.ids) == len(set(found.ids))


def test_the_page_stays_small():
    """Pictures of a student's own fill no page."""
    big = with_cell(graded(), "pass")
    output = nbformat.v4.new_output("display_data", data={"image/png": PNG * 60_000})
    big.cells[0].outputs = [output, output]
    page = feedback_page(big, PS1)
    assert len(page) < 1_500_000
    assert "A picture is left out" in page


# Sizes of samples, which tell nothing of what is tested.
SAMPLES = {"137", "30"}


def test_examples_ask_nothing_that_is_hidden():
    """Their numbers stand in the released notebook or its checks, or at least in no hidden test."""
    for assignment in ASSIGNMENTS:
        texts = [cell.source for cell in released_notebook(assignment).cells]
        texts += [module.read_text() for module in assignment.modules]
        public = {f"{float(n):g}" for n in re.findall(r"\d+(?:\.\d+)?", "\n".join(texts))}
        hidden = _numbers_of_hidden_tests(assignment.suite.read_text())
        for question in collect(assignment.suite).examples.values():
            asked = set(re.findall(r"\d+(?:\.\d+)?", shown_value(question.args)))
            assert not (asked - public - SAMPLES) & hidden, question.function


def _numbers_of_hidden_tests(source):
    """All but those of the public examples."""
    module = ast.parse(source)
    tests = [node for node in module.body if not _is_of_examples(node)]
    for test in tests:
        if isinstance(test, ast.ClassDef):
            test.decorator_list = []
    constants = [
        node for test in tests for node in ast.walk(test) if isinstance(node, ast.Constant)
    ]
    return {f"{c.value:g}" for c in constants if isinstance(c.value, (int, float))}


def _is_of_examples(node):
    names = [ast.unparse(target) for target in getattr(node, "targets", [])]
    return any(name.startswith(("STORY", "EXAMPLE")) for name in names)


def test_the_reference_answers_every_example():
    for assignment in ASSIGNMENTS:
        known = KnownMisconceptions(assignment.notebook, COURSE.store)
        for cell, question in collect(assignment.suite).examples.items():
            right = known.reference_answer(question)
            if question.action == "axes":
                assert picture(shown_drawing(right)), cell
            else:
                assert len(shown_value(right)) > 3, cell


# --- values, figures and formulas ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "None"),
        (True, "True"),
        (7, "7"),
        (0.6909090909, "0.69091"),
        (float("nan"), "nan"),
        ("high", "'high'"),
        ((0.5, 2), "(0.5, 2)"),
        (np.array(0.25), "0.25"),
        (np.array([1, 2]), "[1, 2]"),
        (np.array([[0.5, 1.0]]), "[[0.5, 1]]"),
        (Key(3), "jr.PRNGKey(3)"),
        (Opaque("Axes"), "an object of type Axes"),
        ({"mu": 0.5, "lam": [1.0]}, "{'mu': 0.5,\n 'lam': [1]}"),
        (
            np.tile([0.0, 1.0], 500),
            "array of 1,000 numbers: mean 0.5, standard deviation 0.5, from 0 to 1",
        ),
    ],
)
def test_an_answer_is_told_in_a_few_words(value, told):
    assert shown_value(value) == told


@pytest.mark.parametrize(
    "value",
    ["x" * 10**6, [["a"] * 10**5] * 20, 10**399, dict.fromkeys(range(1000), "\x1b[2J\u202e")],
)
def test_an_answer_of_any_size_is_told_in_a_few_words(value):
    told = shown_value(value)
    assert len(told) < 700
    assert told.replace("\n", "").isprintable()


def examples(message, error=None, action="call", right=0.5):
    """What is shown of an exercise that lost its points, and builds on another that did."""
    known = SimpleNamespace(reference_answer=right if callable(right) else lambda _: right)
    run = SimpleNamespace(
        example_answers={"test_f": message}, example_errors={"test_f": error or {}}
    )
    question = Question("test_f", action, "f", (Key(0), np.array([1, 2])))
    suite = Suite(PS1.suite, examples={"test_f": question, "test_g": question})
    suite.builds_on = {"test_f": ["g"]}
    lost = (TestResult("a", False, 0, 1),)
    results = [CellResult("test_f", lost), CellResult("test_g", lost)]
    return examples_to_show(suite, run, known, results).get("test_f")


@pytest.mark.parametrize(
    ("message", "error", "got"),
    [
        (encode(0.5), None, "0.5"),
        (None, None, "an answer that cannot be shown"),
        ({"kind": "list", "items": "x"}, None, "an answer that cannot be shown"),
        (encode([HOSTILE]), None, repr([HOSTILE])),
        (
            None,
            {"kind": "raised", "type": "NameError", "message": "no k\x1b"},
            "NameError: no k\ufffd",
        ),
        (
            None,
            {"kind": "raised", "type": "NotImplementedError"},
            "nothing yet: the placeholder is still there",
        ),
        (None, {"kind": ["garbled"]}, "no answer"),
    ],
)
def test_whatever_was_answered_is_shown_beside_what_is_expected(message, error, got):
    told = examples(message, error)
    assert told["call"] == "f(jr.PRNGKey(0), [1, 2])"
    assert (told["got"], told["expected"]) == (got, "0.5")
    assert told["agree"] == (got == "0.5")
    assert told["by_chance"]
    assert told["after"] == "g"


def test_a_figure_that_is_none_is_not_drawn():
    told = examples(encode({"points": 5}), action="axes", right=drawing())
    assert told["got"] is None
    assert told["expected"]["title"] == "Shrinkage"


def test_an_example_that_cannot_be_shown_costs_nobody_the_grade(caplog):
    assert examples(encode(1.0), right=lambda _: 1 / 0) is None
    assert "No example is shown of test_f" in caplog.text


HUGE = np.array([-1e308, 1e308])


@pytest.mark.parametrize(
    "changes",
    [
        {"xlim": HUGE, "ylim": HUGE},
        {"xlim": np.array([np.nan, np.inf])},
        {"xscale": "log", "xlim": np.array([-5.0, 0.0])},
        {"xscale": "log", "xlim": np.array([1e-300, 1e300])},
        {"xscale": "function", "yscale": HOSTILE},
        {
            "title": r"$\frac{" * 20 + "$",
            "xlabel": "$" * 119,
            "ylabel": r"${x^{x^{x^{x^{x}}}}}$" * 5,
        },
        {"legend": ["prior"] * 2000},
        {"lines": [{"x": HUGE, "y": HUGE, "color": "", "dashed": True, "label": "\n" * 60}]},
        {"points": [{"x": 1e300, "y": np.nan, "area": 1e300, "color": ""}] * 500},
        {"bars": [{"x": 1e300, "width": -1e300, "y": 0.0, "height": np.inf, "color": ""}] * 500},
    ],
    ids=str,
)
def test_whatever_is_said_to_be_in_a_figure_is_drawn_soon_or_not_at_all(changes):
    told = shown_drawing(drawing(**changes))
    started = time.process_time()
    png = picture(told)
    assert time.process_time() - started < 10
    assert png is None or len(png) < 300_000


def test_a_figure_with_more_parts_than_can_be_told_apart_is_not_shown():
    point = drawing()["points"][0]
    assert shown_drawing(drawing(points=[point] * 601)) is None
    line = drawing()["lines"][0] | {"x": np.arange(5e4), "y": np.arange(5e4)}
    kept = shown_drawing(drawing(lines=[line]))["lines"][0]
    assert (len(kept["x"]), kept["x"][0], kept["x"][-1]) == (400, 0, 49999)
    assert shown_drawing(drawing(lines=[line] * 100)) is None
    assert shown_drawing({"points": []}) is None


def test_every_formula_of_the_course_becomes_mathml():
    found = set()
    for assignment in ASSIGNMENTS:
        for cell in released_notebook(assignment).cells:
            if cell.cell_type == "markdown":
                found |= set(
                    re.findall(r"(\$\$)(.+?)\$\$|(?<!\$)\$([^$]+)\$", cell.source, re.DOTALL)
                )
    assert len(found) > 130
    for display, block, inline in found:
        html = formula2html(block or inline, bool(display))
        assert "<math" in html, block or inline
        assert "\\" not in html, html
        assert "merror" not in html, html


@pytest.mark.parametrize(
    "tex",
    [
        HOSTILE,
        rf"\text{{{HOSTILE}}}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{background:url(//x.example/y)}{x}",
        r"\class{x}{\color{red}y}",
        "{" * 900,
        r"\sqrt" * 190,
        "x^" * 450,
        r"\frac" * 190,
        r"\left(" * 150,
        r"\begin{array}" * 60,
        r"\def\x{\x\x}\x",
        r"\newcommand{\x}{\x\x}\x",
        "x" * 1001,
        "\ud800\0",
        "",
    ],
    ids=lambda tex: tex[:30].encode("ascii", "replace").decode(),
)
@pytest.mark.parametrize("display", [True, False])
def test_whatever_stands_between_dollars_is_harmless_and_soon_done(tex, display):
    started = time.process_time()
    html = formula2html(tex, display)
    assert time.process_time() - started < 2
    found = read(html)
    assert not found.tags & {"script", "img", "a", "style", "svg"}
    assert not found.events
    assert not found.loads
    assert "style=" not in re.sub(r"<code>.*</code>", "", html, flags=re.DOTALL)


def test_no_marking_scheme_is_in_a_page(page):
    """Not even where the page is made beside the answer keys."""
    key = read_notebook(PS1.key)
    scheme = next(cell.source for cell in key.cells if "Model answer" in cell.source)
    assert not any(line in page for line in scheme.splitlines() if len(line) > 20)
