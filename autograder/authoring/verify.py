"""The authors' gate: right answers keep their points, wrong ones lose them and are told why.

For each assignment five things are shown:

- no exercise lacks a visible check that the key passes, a reference that the hidden tests accept, a
  misconception, another right way;
- the answer key scores full marks, the release scores zero on every test cell;
- every misconception loses points on its own cell and is named there, and costs nothing on cells
  that do not build on its function;
- every other right way to solve an exercise keeps full marks everywhere;
- every held-out wrong answer, written by somebody who had not seen the library, loses points on its
  own cell, and where its cause is written down, it is told no other.

Keys, misconceptions written by hand and alternatives are tried in two ways, and score the same in
both: as a submission, of which only the cells that decide are run, and in a kernel that
has run every cell. (For misconceptions and alternatives that is the key's, where they take the
place of its answers one after the other.) The demo class is graded in both ways as well. Members of
families, of which there are thousands, answer the suite themselves, without a kernel.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.authoring.answers import (
    DEMO_CLASS,
    demo_submission,
    fill_in,
    has_handed_in,
    named_answers,
    with_little_patience,
)
from autograder.course import Assignment, Course
from autograder.errors import UserError
from autograder.grading.grade import grade, known_misconceptions
from autograder.grading.kernels import kernel_setup, with_modules
from autograder.grading.suite import Mistaken, Suite, collect, run_suite
from autograder.misconceptions.library import Misconception, families_of, library_of
from autograder.notebooks.cells import grade_id, is_autograded, is_solution
from autograder.notebooks.reading import read_notebook, released_notebook
from autograder.notebooks.relevance import cells_that_decide
from autograder.notebooks.restoring import restore
from autograder.notebooks.run import NotebookRun
from autograder.records import CellResult, TestResult

ALTERNATIVES = Path(__file__).parent / "alternatives"
# Wrong answers by which the library is measured, and which it must not be fitted to. The second set
# was written when the library had been finished, and measured once.
HELD_OUT = {
    "held out, first set": Path(__file__).parent / "held_out" / "first",
    "held out, second set": Path(__file__).parent / "held_out" / "second",
    "held out, third set": Path(__file__).parent / "held_out" / "third",
    "held out, fourth set": Path(__file__).parent / "held_out" / "fourth",
}

KEEPS_FULL_MARKS = "keeps full marks"

# Each task runs the key first, so they are not small.
_VARIANTS_A_TASK = 16
_MEMBERS_A_TASK = 200
_MEMBERS_OF_A_SAMPLE = 97

# What students' notebooks have imported anyway, so that misconceptions can be written as modules.
_IMPORTS = """
import jax, jax.numpy as jnp, jax.random as jr, numpy as np, matplotlib.pyplot as plt
from jax.scipy.special import betaln, gammaln, logsumexp
"""


@dataclass(frozen=True)
class Variant:
    """One way to answer one exercise.

    Attributes:
        kind: ``misconception``, ``alternative`` or one of ``HELD_OUT``.
        function: the exercise.
        name: what the way is called.
        source: the whole solution cell.
        teaches: the sentence by which a misconception is recognised.
        causes: for a held-out answer, names of the misconceptions that describe it.
    """

    kind: str
    function: str
    name: str
    source: str
    teaches: str = ""
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What came of one check; ``problem`` is empty where all is as it should be.

    ``told`` is the misconception that a held-out answer was told, if any.
    """

    assignment: str
    kind: str
    function: str
    name: str
    problem: str = ""
    told: str = ""

    @property
    def title(self) -> str:
        """What was checked, to begin a sentence with."""
        if not self.function:
            return f"{self.assignment}: {self.name}"
        return f"{self.assignment} {self.function}: {self.kind} '{self.name}'"


def variants_of(assignment: Assignment) -> list[Variant]:
    """All misconceptions and alternatives of an assignment."""
    path = assignment.suite.parent / "misconceptions" / f"{assignment.notebook}.py"
    module = ast.parse(path.read_text("utf-8"))
    families = families_of(assignment.notebook).functions
    wrong = [
        Variant("misconception", m.function, m.name, _as_cell(m, module), m.teaches)
        for m in library_of(assignment.notebook).functions
        if m not in families
    ]
    return wrong + [
        Variant("alternative", function, name, source)
        for function, name, source in named_answers(ALTERNATIVES / f"{assignment.notebook}.py")
    ]


def held_out_of(assignment: Assignment) -> list[Variant]:
    """The held-out wrong answers of an assignment.

    A line ``# cause: NAME`` in one says which misconception describes it. What one without such a
    line is told is for a person to judge.
    """
    return [
        Variant(kind, function, name, source, causes=tuple(_CAUSE.findall(source)))
        for kind, folder in HELD_OUT.items()
        for function, name, source in named_answers(folder / f"{assignment.notebook}.py")
    ]


_CAUSE = re.compile(r"^# cause: (.+)$", re.MULTILINE)


def _as_cell(misconception: Misconception, module: ast.Module) -> str:
    """A solution cell that makes the mistake: the module's own code under the exercise's name."""
    kept: list[ast.stmt] = []
    for node in module.body:
        if (isinstance(node, ast.FunctionDef) and node.name.startswith("_")) or (
            isinstance(node, ast.ImportFrom) and node.module and "genjax" in node.module
        ):
            kept.append(node)
        elif isinstance(node, ast.FunctionDef) and node.name.replace("_", " ") == (
            misconception.name
        ):
            node = ast.parse(ast.unparse(node)).body[0]  # type: ignore[assignment]
            assert isinstance(node, ast.FunctionDef)
            node.decorator_list = [d for d in node.decorator_list if isinstance(d, ast.Name)]
            node.name = misconception.function
            kept.append(node)
    beta_import = "from jax.scipy.stats import beta as beta_distribution\n"
    return _IMPORTS + beta_import + "\n\n".join(ast.unparse(node) for node in kept)


def sample_of(variants: list[Variant]) -> list[Variant]:
    """One variant an exercise: the first misconception, or the first alternative, by turns."""
    kept = []
    for i, function in enumerate(dict.fromkeys(variant.function for variant in variants)):
        kind = ("misconception", "alternative")[i % 2]
        kept += [v for v in variants if (v.kind, v.function) == (kind, function)][:1]
    return kept


@dataclass(frozen=True)
class Task:
    """Checks that are made one after the other: of some variants, or of whole notebooks.

    Attributes:
        notebooks: what to grade, of ``answer key``, ``empty release`` and the demo class's names;
            or what else to look at in the whole assignment, of :data:`PARTS`.
        variants: what to try instead.
        own_cell_only: try each variant on its own test cell only.
        members: what to try instead, members of families.
    """

    assignment: Assignment
    notebooks: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    own_cell_only: bool = False
    members: tuple[Misconception, ...] = ()

    @property
    def number_of_findings(self) -> int:
        """How many findings :func:`carry_out` gives for it."""
        return len(self.variants) + len(self.notebooks) + len(self.members)


def tasks_of(assignment: Assignment, quick: bool, exercise: str = "") -> list[Task]:
    """All checks of an assignment, or of one exercise and what its assignment has as a whole.

    ``quick`` tries a sample, each on its own test cell only.

    Raises:
        UserError: it has no such exercise.
    """
    if exercise and f"test_{exercise}" not in collect(assignment.suite).points:
        raise UserError(f"{assignment.name} has no exercise {exercise!r}.")
    variants = variants_of(assignment)
    held_out = [] if quick else held_out_of(assignment)
    members = list(families_of(assignment.notebook).functions)
    if exercise:
        variants, held_out = (
            [v for v in vs if v.function == exercise] for vs in (variants, held_out)
        )
        members = [member for member in members if member.function == exercise]
    if quick:
        variants, members = sample_of(variants), members[::_MEMBERS_OF_A_SAMPLE]
    tasks = [Task(assignment, notebooks=("answer key", "empty release"))]
    if not quick:
        tasks.append(Task(assignment, notebooks=tuple(PARTS)))
    if not quick and not exercise:
        students = [student for student in DEMO_CLASS if has_handed_in(assignment, student)]
        tasks.append(Task(assignment, notebooks=tuple(students)))
    tasks += [Task(assignment, (), part, quick) for part in _in_parts(variants)]
    tasks += [Task(assignment, (), part, own_cell_only=True) for part in _in_parts(held_out)]
    starts = range(0, len(members), _MEMBERS_A_TASK)
    return tasks + [
        Task(assignment, members=tuple(members[i : i + _MEMBERS_A_TASK])) for i in starts
    ]


def _in_parts(variants: list[Variant]) -> list[tuple[Variant, ...]]:
    starts = range(0, len(variants), _VARIANTS_A_TASK)
    return [tuple(variants[i : i + _VARIANTS_A_TASK]) for i in starts]


def carry_out(task: Task, course: Course) -> list[Finding]:
    """Make the checks of one task."""
    check = _check_variants if task.variants else _check_notebooks
    if task.members:
        check = _check_members
    return list(check(task, course))


def _check_notebooks(task: Task, course: Course) -> Iterator[Finding]:
    assignment = task.assignment
    for name in task.notebooks:
        if name in PARTS:
            problem = PARTS[name](assignment, course)
        else:
            problem = _problem_of_notebook(name, task, course)
        yield Finding(assignment.name, name, "", name, problem)


def _problem_of_visible_checks(assignment: Assignment, course: Course) -> str:
    """What the checks below the exercises complain of in the answer key."""
    key = restore(read_notebook(assignment.key), released_notebook(assignment))
    setup = with_modules(kernel_setup(course), assignment)
    complaints = []
    with NotebookRun(key, collect(assignment.suite).examples, setup) as run:
        run.run_cells()
        for cell in filter(is_autograded, key.cells):
            for output in run.substitute(cell.source, [str(grade_id(cell))]):
                if output.output_type == "error":
                    told = " ".join(output.evalue.split())
                    complaints.append(f"{grade_id(cell)} ({output.ename}: {told})")
    return f"complain of the answer key: {'; '.join(complaints)}" if complaints else ""


def _problem_of_reference(assignment: Assignment, course: Course) -> str:
    """Which hidden tests the reference in ``solutions/`` fails."""
    from autograder.authoring.power import LocalRun, reference_functions  # imports JAX

    run, known = LocalRun(reference_functions(assignment)), known_misconceptions(assignment, course)
    failed = [
        f"{test.name} of {cell.grade_id} ({test.hint})"
        for cell in run_suite(collect(assignment.suite), run, known)
        for test in cell.tests
        if not test.passed
    ]
    return f"fails {'; '.join(failed)}" if failed else ""


def _problem_of_parts(assignment: Assignment, course: Course) -> str:
    """Which exercise has no misconception, or no other right way."""
    there = {(variant.kind, variant.function) for variant in variants_of(assignment)}
    missing = [
        f"{question.function} has no {kind}"
        for question in collect(assignment.suite).examples.values()
        for kind in ("misconception", "alternative")
        if (kind, question.function) not in there
    ]
    return "; ".join(missing)


PARTS: dict[str, Callable[[Assignment, Course], str]] = {
    "visible checks": _problem_of_visible_checks,
    "reference": _problem_of_reference,
    "misconceptions and alternatives": _problem_of_parts,
}


def _problem_of_notebook(name: str, task: Task, course: Course) -> str:
    assignment = task.assignment
    wanted = {"answer key": 1.0, "empty release": 0.0}.get(name)
    if name == "answer key":
        notebook = read_notebook(assignment.key)
    elif name == "empty release":
        notebook = released_notebook(assignment)
    else:
        notebook, course = demo_submission(assignment, name), with_little_patience(course)
    cells = grade(notebook, assignment, course).cells
    if wanted is not None:
        bad = [cell.grade_id for cell in cells if cell.score != wanted * cell.max_score]
        if bad:
            return f"does not score {wanted:.0%} on {', '.join(bad)}"
    everything = grade(notebook, assignment, course, run_everything=True).cells
    return _difference(list(cells), everything)


def _check_variants(task: Task, course: Course) -> Iterator[Finding]:
    assignment = task.assignment
    key, released = read_notebook(assignment.key), released_notebook(assignment)
    suite, known = collect(assignment.suite), known_misconceptions(assignment, course)
    order = list(suite.points)
    restored = restore(key, released)
    needed = cells_that_decide(restored, released) if task.own_cell_only else None
    setup = with_modules(kernel_setup(course), assignment)
    with NotebookRun(restored, suite.examples, setup, needed) as run:
        run.run_cells()
        sources = {grade_id(c): c.source for c in key.cells if is_solution(c)}
        for variant in task.variants:
            test_cell = f"test_{variant.function}"
            later = order[order.index(test_cell) :]
            run.substitute(variant.source, later)
            only = frozenset([test_cell] if task.own_cell_only else later)
            cells = run_suite(suite, run, known, only)
            run.substitute(sources[variant.function], later)
            problem = _problem(variant, cells, suite)
            if not problem and not task.own_cell_only:
                handed_in = fill_in(key, {variant.function: variant.source})
                problem = _difference(cells, grade(handed_in, assignment, course).cells)
            yield Finding(
                assignment.name,
                variant.kind,
                variant.function,
                variant.name,
                problem,
                _told(cells, test_cell) if variant.kind in HELD_OUT else "",
            )


def _check_members(task: Task, course: Course) -> Iterator[Finding]:
    """Whether members of families lose points, and what they are told.

    Those whose answers are too noisy to be told from others' are told nothing, which is right.
    """
    assignment = task.assignment
    suite, known = collect(assignment.suite), known_misconceptions(assignment, course)
    for member in task.members:
        only = frozenset([f"test_{member.function}"])
        (cell,) = run_suite(suite, Mistaken(known, member), known, only)
        problem = cell.remark or (KEEPS_FULL_MARKS if cell.score == cell.max_score else "")
        told = _told([cell], cell.grade_id)
        yield Finding(assignment.name, "family", member.function, member.name, problem, told)


def _difference(cells: list[CellResult], graded: tuple[CellResult, ...]) -> str:
    """Where scores depend on whether every cell is run, or only those that decide the grade."""
    by_name = {cell.grade_id: cell.score for cell in graded}
    other = [cell.grade_id for cell in cells if by_name[cell.grade_id] != cell.score]
    return f"scores otherwise when every cell is run, on {', '.join(other)}" if other else ""


def _problem(variant: Variant, cells: list[CellResult], suite: Suite) -> str:
    own = next(cell for cell in cells if cell.grade_id == f"test_{variant.function}")
    if own.remark:
        return own.remark
    failed = [test for test in own.tests if not test.passed]
    if variant.kind == "alternative" and failed:
        return f"loses {own.max_score - own.score:g} points: {failed[0].hint}"
    if variant.kind != "alternative" and not failed:
        return KEEPS_FULL_MARKS
    if variant.kind in HELD_OUT:
        told = _told(cells, own.grade_id)
        fits = not variant.causes or told in variant.causes
        return "" if fits else f"is told {told or 'no cause'!r} instead of {variant.causes}"
    if variant.kind == "misconception" and not any(map(partial(_names, variant), failed)):
        instead = sorted({test.misconception or test.hint for test in failed})
        return f"is not named; told instead: {'; '.join(instead)}"
    for cell in cells:
        # The key's later answers may not go with another way: SciPy cannot be traced by vmap.
        excused = own.grade_id in suite.upstream(cell.grade_id)
        if cell is not own and cell.score < cell.max_score and not excused:
            return f"costs points on {cell.grade_id}"
    return ""


def _names(variant: Variant, test: TestResult) -> bool:
    """Whether a test tells a mistake, or what looks exactly like it as well.

    That something is not used may have been found by asking twice, which tells what it is.
    """
    is_unused = "not used" in variant.name and test.misconception.endswith(" not used")
    return test.hint == variant.teaches or test.hint.startswith("Either: ") or is_unused


def _told(cells: list[CellResult], test_cell: str) -> str:
    """The first misconception that a cell's feedback names."""
    own = next(cell for cell in cells if cell.grade_id == test_cell)
    return next((test.misconception for test in own.tests if test.misconception), "")


def _share(findings: list[Finding], holds: Callable[[Finding], bool]) -> str:
    return f"{sum(map(holds, findings))} of {len(findings)}"


def _loses(finding: Finding) -> bool:
    return finding.problem != KEEPS_FULL_MARKS


def write_table(findings: list[Finding], path: Path) -> None:
    """A Markdown table with a line for each exercise: how many were tried, and how many held."""
    lines = [
        "# What the hidden suites were tried with",
        "",
        "Made by `autograder verify --table FILE`. How many known mistakes each exercise's tests "
        "catch and name, at no cost to exercises that do not build on it; how many members of "
        "families of mistakes lose points, and are named; how many other right ways keep full "
        "marks; and "
        "how many held-out wrong answers, to which the library was not fitted, lose points and are "
        "told their cause.",
        "",
        "| assignment | exercise | misconceptions caught and named | other right ways accepted "
        "| families: lose points | named | held out: lose points | named |",
        "|---|---|---|---|---|---|---|---|",
    ]
    exercises = dict.fromkeys((f.assignment, f.function) for f in findings if f.function)
    for assignment, function in exercises:
        tried = [f for f in findings if (f.assignment, f.function) == (assignment, function)]
        counts = [
            _share([f for f in tried if f.kind == kind], lambda f: not f.problem)
            for kind in ("misconception", "alternative")
        ]
        for kinds in (("family",), HELD_OUT):
            wrong = [f for f in tried if f.kind in kinds]
            counts += [_share(wrong, _loses), _share(wrong, lambda f: bool(f.told))]
        lines.append(f"| {assignment} | `{function}` | {' | '.join(counts)} |")
    for kind in HELD_OUT:
        tried = [f for f in findings if f.kind == kind]
        lines += [
            "",
            f"{kind[0].upper()}{kind[1:]}: {_share(tried, _loses)} lose points, "
            f"{_share(tried, lambda f: bool(f.told))} are named.",
        ]
    lines += ["", "| assignment | answer key | empty release |", "|---|---|---|"]
    for assignment in dict.fromkeys(f.assignment for f in findings):
        key, empty = (
            next(f for f in findings if (f.assignment, f.kind) == (assignment, kind)).problem
            or right
            for kind, right in (
                ("answer key", "full marks"),
                ("empty release", "zero on every test"),
            )
        )
        lines.append(f"| {assignment} | {key} | {empty} |")
    students = [finding for finding in findings if finding.kind in DEMO_CLASS]
    alike = sum(not finding.problem for finding in students)
    lines += [
        "",
        "Every one of these was graded twice, as a submission of which only the cells that decide "
        "the grade are run, and in a kernel that has run every cell, and had to score the same. So "
        f"did the submissions of the demo class: {alike} of {len(students)}.",
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
