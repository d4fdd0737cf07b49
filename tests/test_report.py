"""``autograder report``: its numbers are right, nothing in it runs, and it stays with the facts."""

import ast
import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest
import small_class
from conftest import demo_submission
from scipy.special import betainc, betaln
from small_class import PS1, hand_in
from synthetic_class import DUE, EXERCISES, right_answers, synthetic_class

from autograder import cli
from autograder.doors import nbgrader
from autograder.doors.class_report import all_cells, read_class
from autograder.doors.course_directory import NbGraderCourse
from autograder.report import alike
from autograder.report.alike import alikeness, passages
from autograder.report.page import report_page
from autograder.report.pass_rates import pass_rates
from autograder.report.records import Answer, ClassData, Exercise, Student
from autograder.report.table import report_table
from course_config import COURSE

MADE = datetime(2027, 2, 6, tzinfo=UTC)


def class_with(*solved, students):
    """A class in which each exercise was solved by that many."""
    exercises = tuple(Exercise(f"exercise_{i}", 1.0) for i in range(len(solved)))
    everybody = tuple(
        Student(
            f"s{n}", scores={e.name: float(n < k) for e, k in zip(exercises, solved, strict=True)}
        )
        for n in range(students)
    )
    return ClassData("ps0", None, exercises, everybody)


def test_pass_rates_are_those_of_the_courses_model():
    solved, students = np.array([5, 1, 6, 2]), 6
    found = pass_rates(class_with(*solved, students=students))
    # The same posterior on a fine grid, by Bayes' rule and nothing else.
    mu = (np.arange(400) + 0.5) / 400
    lam = np.exp(np.log(0.1) + (np.arange(400) + 0.5) / 400 * np.log(1000))
    a, b = (np.outer(share, lam).ravel() for share in (mu, 1 - mu))
    k = solved[:, None]
    log_mass = (betaln(a + k, b + students - k) - betaln(a, b)).sum(axis=0)
    mass = np.exp(log_mass - log_mass.max())
    mass /= mass.sum()
    for rate, own in zip(found.rates, solved, strict=True):
        assert rate.fraction == own / students
        assert rate.estimate == pytest.approx(((a + own) / (a + b + students)) @ mass, abs=2e-4)
        for end, quantile in ((rate.low, 0.05), (rate.high, 0.95)):
            below = betainc(a + own, b + students - own, end) @ mass
            assert below == pytest.approx(quantile, abs=2e-3)
    assert found.mean == pytest.approx(np.outer(mu, np.ones(400)).ravel() @ mass, abs=2e-4)


def test_a_few_students_are_pooled_and_many_are_not():
    few = pass_rates(class_with(6, 3, 3, 3, students=6)).rates[0]
    many = pass_rates(class_with(600, 300, 300, 300, students=600)).rates[0]
    assert few.estimate < 0.9 < few.high
    assert many.estimate > 0.995
    assert pass_rates(class_with(students=6)) is None
    assert pass_rates(replace(class_with(1, students=1), students=())) is None


def test_names_comments_and_spaces_hide_nothing_and_numbers_count():
    mine = Answer("def f(a):\n    '''Mine.'''\n    total = a * 2  # twice\n    return total", True)
    other = Answer("def f(a):\n  y  =  a*2\n  return (\n    y)".replace("(\n    y)", "y"), True)
    given = frozenset({"f", "a"})
    assert passages(mine, given) == passages(other, given)
    assert passages(mine, given) != passages(replace(mine, text=mine.text.replace("2", "3")), given)
    assert passages(Answer("", True)) == passages(Answer(" # only this", True)) == set()


@pytest.mark.parametrize(
    "text", ['"""', "'" * 9, "def (", "f'{", "\\" * 50, "\0" * 50, "(" * 500, "\ud800x = 1", "é`$?"]
)
def test_what_is_no_python_is_compared_too(text):
    passages(Answer(text, True))


class Disguise(ast.NodeTransformer):
    """Gives every variable that a function assigns another name."""

    def visit_FunctionDef(self, node):
        assigned = (n for n in ast.walk(node) if isinstance(n, ast.Name))
        names = {n.id for n in assigned if isinstance(n.ctx, ast.Store)}
        own = names - {argument.arg for argument in node.args.args}
        for n in ast.walk(node):
            if isinstance(n, ast.Name) and n.id in own:
                n.id = f"my_{n.id}"
        return node


def disguised(answer):
    """An answer with other names and spaces, and without comments."""
    if not answer.is_code:
        return answer
    return replace(answer, text=ast.unparse(Disguise().visit(ast.parse(answer.text))))


def copied(data, *, in_disguise=False):
    """The class, in which the third student has handed in what the second has."""
    answers = dict(data.students[1].answers)
    if in_disguise:
        answers = {name: disguised(answer) for name, answer in answers.items()}
    students = list(data.students)
    students[2] = replace(students[2], answers=answers)
    return replace(data, students=tuple(students))


@pytest.mark.parametrize("size", [6, 60])
@pytest.mark.parametrize("seed", [1, 2])
def test_copies_stand_out_and_who_works_alone_does_not(size, seed):
    data = synthetic_class(size, seed)
    assert alikeness(data).pairs == ()
    for in_disguise in (False, True):
        (pair,) = alikeness(copied(data, in_disguise=in_disguise)).pairs
        assert pair.students == (data.students[1].name, data.students[2].name)
        assert pair.similarity > 0.7


def test_what_all_write_makes_nobody_suspicious(released):
    released = all_cells(released)
    pool = right_answers()
    same = {function: known[0] for function, known in pool.items()}
    students = tuple(Student(f"s{i}", scores={}, answers=same) for i in range(30))
    found = alikeness(ClassData(PS1.name, None, EXERCISES, students, released))
    assert len(found.compared) == 30
    assert found.pairs == ()


def test_placeholders_and_short_answers_are_not_compared(released):
    released = all_cells(released)
    short = {"data_weight": Answer("def data_weight(a, b, n):\n    return n / (a + b + n)", True)}
    students = tuple(Student(f"s{i}", scores={}, answers=short) for i in range(6))
    handed_out = {name: released[name] for name in right_answers()}
    students += (Student("blank", scores={}, answers=handed_out),)
    assert alikeness(ClassData(PS1.name, None, EXERCISES, students, released)).compared == ()


class Page(HTMLParser):
    """What matters of a page: its elements, their attributes, its text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.text, self.open = [], [], "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def page_of(data):
    page = Page(report_page(data, pass_rates(data), alikeness(data), MADE))
    assert page.open == []
    return page


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\u202e{{ 7*7 }}"


def test_a_page_is_complete_in_itself_and_nothing_in_it_runs():
    data = synthetic_class(20)
    hostile = Student(HOSTILE, HOSTILE, HOSTILE)
    guilty = replace(data.students[0], misconceptions=frozenset({("posterior_mean", HOSTILE)}))
    page = page_of(replace(data, students=(hostile, guilty, *data.students[1:])))
    assert not {"script", "img", "iframe", "object", "link"} & set(page.elements)
    assert page.text.count("<script>alert(1)</script>") == 4
    assert "\x1b" not in page.text
    assert "{{ 7*7 }}" in page.text
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name.split(":")[-1] in ("href", "src"):
            assert value.startswith("#")
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    figures = page.elements.count("svg")
    assert figures == 4
    assert len([1 for name, value in page.attributes if name == "aria-label" and value]) >= figures
    assert "This page names students." in page.text


def test_a_page_says_what_is_known_and_what_is_not():
    data = synthetic_class(20)
    told = " ".join(page_of(data).text.split())
    assert "not valid JSON" in told
    for _, name in {entry for student in data.graded for entry in student.misconceptions}:
        assert name in told
    assert "No pair stands out." in told
    undated = tuple(replace(s, hours_late=None, timestamp=None) for s in data.students)
    told = " ".join(page_of(replace(data, students=undated)).text.split())
    assert "no submission with a date" in told
    told = " ".join(page_of(replace(data, due=None, students=undated)).text.split())
    assert "no due date" in told


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_class_of_hardly_anybody_has_a_report(size):
    data = synthetic_class(20)
    data = replace(data, students=data.students[:size])
    assert f"{size} of {size}" in page_of(data).text
    assert report_table(data, alikeness(data)).count("\n") == size + 1


def test_who_copied_from_whom_is_not_said_but_that_two_are_alike():
    data = copied(synthetic_class(20))
    one, other = data.students[1:3]
    told = page_of(data).text
    assert f"{one.full_name} ({one.name}) and {other.full_name} ({other.name})" in told
    rows = {row["student_id"]: row for row in rows_of(data)}
    assert rows[one.name]["stands_out_with"] == other.name
    assert rows[other.name]["stands_out_with"] == one.name
    assert rows[one.name]["similarity"] == "1.0"


def rows_of(data):
    return list(csv.DictReader(io.StringIO(report_table(data, alikeness(data)))))


def test_a_table_has_a_line_for_each_student_and_no_formulas():
    data = synthetic_class(6)
    hostile = Student("=1+1", "-2\x1b", '@SUM("A1")', timestamp=DUE, hours_late=0.25)
    *_, last = rows = rows_of(replace(data, students=(*data.students, hostile)))
    assert len(rows) == 7
    assert (last["student_id"], last["why_not_graded"]) == ("'=1+1", '\'@SUM("A1")')
    assert last["points"] == last["posterior_mean"] == ""
    first, student = rows[0], data.students[0]
    assert float(first["points_programs"]) == data.program_score(student)
    assert float(first["posterior_mean"]) == student.scores["posterior_mean"]
    assert first["hours_late"] == str(round(student.hours_late, 2))


# One class is graded for all of them.
of_one_class = pytest.mark.xdist_group("report")


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    """A course directory in which nbgrader has graded four of six, in no time."""
    root = small_class.set_up(tmp_path_factory.mktemp("report") / "course")
    with small_class.gradebook_of(root) as gradebook:
        gradebook.update_or_create_student("emi", first_name="Emi", last_name="Endo")
        gradebook.update_or_create_student("farid", first_name="Farid", last_name="Fuchs")
    for student in ("alyssa", "ben", "diego", "emi"):
        date = "2027-02-07 18:00:00 UTC" if student == "diego" else "2027-02-05 12:00:00 UTC"
        hand_in(root, student, demo_submission(student), date=date)
    hand_in(root, "carmen", "this is no notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nbgrader, "grade", small_class.quick_grade)
        small_class.autograde(root)
    with small_class.gradebook_of(root) as gradebook:
        grade = gradebook.find_grade("explain_shrinkage", PS1.notebook, PS1.name, "emi")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    return root


@of_one_class
def test_a_class_is_read_from_gradebook_and_graded_notebooks(graded_class):
    data = read_class(NbGraderCourse(graded_class), PS1)
    assert data.exercises == EXERCISES
    students = {student.name: student for student in data.students}
    assert list(students) == ["alyssa", "ben", "carmen", "diego", "emi", "farid"]
    assert not students["farid"].has_handed_in
    assert students["farid"].full_name == "Farid Fuchs"
    assert "not valid JSON" in students["carmen"].why_not_graded
    assert (students["diego"].hours_late, students["alyssa"].hours_late) == (48.0, -6.0)
    assert students["emi"].scores["explain_shrinkage"] == 2.5
    assert students["alyssa"].scores["explain_shrinkage"] is None
    entered = small_class.contents(graded_class)
    for name in ("alyssa", "ben", "diego", "emi"):
        of_gradebook = {
            cell.removeprefix("test_"): scores[0]
            for cell, scores in entered[name]["grades"].items()
            if cell.startswith("test_")
        }
        assert {e.name: students[name].scores[e.name] for e in data.programs} == of_gradebook
        assert set(students[name].answers) == {exercise.name for exercise in EXERCISES}


@of_one_class
def test_the_command_writes_a_page_and_a_table(graded_class, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(cli, "load_course", lambda: replace(COURSE, root=graded_class))
    assert cli.main(["report", PS1.name]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("ps1-shrinkage: 4 of 6 students are graded; ")
    assert told[1:] == [str(graded_class / "reports" / f"{PS1.name}.{e}") for e in ("html", "csv")]
    page = Page((graded_class / "reports" / f"{PS1.name}.html").read_text())
    assert "Farid Fuchs (farid)" in page.text
    assert cli.main(["report", PS1.name, "--to", str(tmp_path / "elsewhere")]) == 0
    assert (tmp_path / "elsewhere" / f"{PS1.name}.csv").exists()


@of_one_class
def test_a_graded_notebook_that_is_gone_takes_only_its_details_away(graded_class, tmp_path):
    root = small_class.copy_of(graded_class, tmp_path / "course")
    (root / "autograded" / "alyssa" / PS1.name / f"{PS1.notebook}.ipynb").write_text("{}")
    alyssa = read_class(NbGraderCourse(root), PS1).students[0]
    assert alyssa.is_graded
    assert alyssa.answers == {}
    assert alyssa.scores["posterior_mean"] is not None


@of_one_class
def test_an_assignment_that_the_gradebook_does_not_know(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli, "load_course", lambda: replace(COURSE, root=tmp_path))
    assert cli.main(["report", PS1.name]) == cli.WRONG_USAGE
    assert "run autograder gradebook first" in capsys.readouterr().err


def test_the_threshold_follows_the_class():
    luck = np.random.default_rng(0)
    different, similar = (luck.beta(a, b, 1000) for a, b in ((2, 30), (20, 6)))
    assert alike._threshold(different) == alike.LEAST_SIMILARITY
    assert alike._threshold(similar) > 0.9
