"""Running a notebook's hidden pytest suite and turning its outcomes into points.

A suite is a pytest module. Each class carries ``@pytest.mark.grade_cell(NAME, example=QUESTION)``,
the test cell whose points it gives and the notebook's own call of the graded function, and names in
``builds_on=`` the earlier exercises that an answer may call, and says ``by_chance=True`` where
right answers to that call differ though it names no random key; each test carries
``@pytest.mark.points(POINTS)`` and a docstring that says in a learner's words what is tested. Tests
use the ``student`` fixture, :class:`autograder.proxy.Student`.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import GraderFault
from autograder.grading.student import Inconsistent, Student, StudentFailure, unobserved
from autograder.in_kernel.wire import Key, WireError, decode, encode
from autograder.misconceptions.clues import clue
from autograder.misconceptions.estimates import is_estimate
from autograder.misconceptions.formulas import Found
from autograder.misconceptions.known import KnownMisconceptions
from autograder.misconceptions.library import Misconception
from autograder.misconceptions.matching import is_ambiguous, name_misconceptions
from autograder.misconceptions.probes import NO_ANSWER
from autograder.notebooks.display import printable
from autograder.notebooks.run import Answers
from autograder.records import Answered, CellResult, Question, TestResult

_log = logging.getLogger(__name__)

# Processor time of the grader's own for one test; right answers take less than a second.
CHECK_SECONDS = 60


@dataclass
class Suite:
    """What collecting a suite has found: its tests, by test cell."""

    path: Path
    points: dict[str, float] = field(default_factory=dict)
    examples: dict[str, Question] = field(default_factory=dict)
    builds_on: dict[str, list[str]] = field(default_factory=dict)
    by_chance: set[str] = field(default_factory=set)

    def upstream(self, cell: str) -> set[str]:
        """The test cells of all exercises that a cell's answer may build on."""
        direct = {f"test_{function}" for function in self.builds_on.get(cell, [])}
        return direct.union(*(self.upstream(earlier) for earlier in direct))


def collect(path: Path) -> Suite:
    """Read a suite without running it.

    Raises:
        GraderFault: it cannot be imported, or a test lacks its cell, points or docstring.
    """
    plugin = _Collector()
    _run_pytest(path, plugin, "--collect-only")
    return Suite(path, plugin.points, plugin.examples, plugin.builds_on, plugin.by_chance)


def check_mapping(suite: Suite, cell_points: dict[str, float]) -> None:
    """Check that suite and notebook name the same test cells with the same points.

    Raises:
        GraderFault: they do not; the message names the first difference.
    """
    for cell in sorted(suite.points.keys() | cell_points.keys()):
        if cell not in cell_points:
            raise GraderFault(f"{suite.path.name} tests {cell}, which the notebook does not have.")
        if cell not in suite.points:
            raise GraderFault(f"{suite.path.name} has no tests for the notebook's cell {cell}.")
        if abs(suite.points[cell] - cell_points[cell]) > 1e-9:
            raise GraderFault(
                f"{suite.path.name} gives {suite.points[cell]:g} points for {cell}, and the "
                f"notebook {cell_points[cell]:g}."
            )


def run_suite(
    suite: Suite, run: Answers, known: KnownMisconceptions, only: frozenset[str] | None = None
) -> list[CellResult]:
    """Ask the student's kernel every question of the suite, or of ``only`` some of its cells.

    Raises:
        GraderFault: the suite itself failed.
    """
    plugin = _Runner(run, known, only)
    _run_pytest(suite.path, plugin)
    cells = [plugin.cell_result(name, suite.upstream(name)) for name in plugin.results]
    for cell in cells:
        if abs(cell.max_score - suite.points[cell.grade_id]) > 1e-9:
            raise GraderFault(f"not every test of {cell.grade_id} was run")
    return cells


def try_misconceptions(suite: Suite, known: KnownMisconceptions) -> None:
    """Find out which misconception fails which test, for :class:`KnownMisconceptions` to keep.

    Raises:
        GraderFault: see :func:`collect`.
    """
    _run_pytest(suite.path, _Trier(known), "--collect-only")


def _run_pytest(path: Path, plugin: _Collector, *options: str) -> None:
    # The grader's own pytest run must not depend on who starts it: no configuration files, no
    # plug-ins that happen to be installed, no output.
    disabled = (
        "terminal cacheprovider logging capture doctest faulthandler junitxml warnings "
        "unraisableexception threadexception debugging"
    ).split()
    arguments = [str(path), f"--rootdir={path.parent}", "--config-file", os.devnull]
    arguments += ["--noconftest", "--assert=plain", "--import-mode=importlib", *options]
    for name in disabled:
        arguments += ["-p", f"no:{name}"]
    with _environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS=None, PYTEST_PLUGINS=None):
        status = pytest.main(arguments, plugins=[plugin])
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if plugin.faults:
        raise GraderFault(f"the hidden suite {path.name} failed: {plugin.faults[0]}")
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise GraderFault(f"the hidden suite {path.name} could not be run ({status!r})")


@contextmanager
def work_limited_to(seconds: float) -> Iterator[None]:
    """Let what is done within it fail when this process itself has worked for so long.

    Waiting for the student's kernel, or for a processor, is no work. Python hands signals to the
    main thread only; in another one there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise StudentFailure("The answer could not be checked: it holds too much.")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    _set_environment(values)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


class _Collector:
    """pytest plug-in that reads the marks."""

    def __init__(self) -> None:
        self.points: dict[str, float] = {}
        self.examples: dict[str, Question] = {}
        self.builds_on: dict[str, list[str]] = {}
        self.by_chance: set[str] = set()
        self.faults: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line(
            "markers", "grade_cell(name, example, builds_on, by_chance): a cell"
        )
        config.addinivalue_line("markers", "points(number): what the test is worth")
        # Nobody reads pytest's own account of a failure, which takes long to write.
        config.option.tbstyle = "native"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(str(report.longrepr))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            try:
                self._collect(item)
            except GraderFault as fault:
                self.faults.append(str(fault))
        items[:] = [item for item in items if self.is_wanted(item)]

    def is_wanted(self, item: pytest.Item) -> bool:
        """Whether to run a test."""
        return True

    def _collect(self, item: pytest.Item) -> None:
        cell = cell_of(item)
        mark = item.get_closest_marker("grade_cell")
        assert mark is not None
        if not _docstring(item):
            raise GraderFault(f"{item.nodeid} has no docstring")
        self.points[cell] = self.points.get(cell, 0) + points_of(item)
        self.examples[cell] = _example(cell, *mark.kwargs["example"])
        self.builds_on[cell] = mark.kwargs.get("builds_on", [])
        if mark.kwargs.get("by_chance"):
            self.by_chance.add(cell)

    @pytest.fixture
    def student(self) -> Student:  # so that --collect-only finds it
        """What the tests talk to."""
        raise NotImplementedError


class _Trier(_Collector):
    """pytest plug-in that puts every test to the misconceptions of its exercise."""

    def __init__(self, known: KnownMisconceptions) -> None:
        super().__init__()
        self._known = known

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            assert isinstance(item, pytest.Function)
            for misconception in self._known.slow_entries:
                if cell_of(item) == f"test_{misconception.function}":
                    would_fail(self._known, misconception, item)


class _Runner(_Collector):
    """pytest plug-in that provides the ``student`` fixture and notes each outcome."""

    def __init__(
        self, run: Answers, known: KnownMisconceptions, only: frozenset[str] | None
    ) -> None:
        super().__init__()
        self._only = only
        self.results: dict[str, list[TestResult]] = {}
        self.transcripts: dict[tuple[str, str], list[Answered]] = {}
        self._items: dict[tuple[str, str], pytest.Function] = {}
        self._inconsistent: set[tuple[str, str]] = set()
        self._run = run
        self._known = known

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The student's code, as it stood at the class's test cell."""
        _current.clear()
        _current.extend([cell_of(request.node), _name_of(request.node)])
        student = Student(self._run, cell_of(request.node))
        request.node.student = student
        return student

    def is_wanted(self, item: pytest.Item) -> bool:
        """Whether its cell is among those to be graded."""
        return self._only is None or cell_of(item) in self._only

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        """Let a test that an answer keeps busy for too long fail, and the others go on."""
        with work_limited_to(CHECK_SECONDS):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        error = call.excinfo.value if call.excinfo else None
        if error is not None and not (
            call.when == "call" and isinstance(error, (AssertionError, pytest.fail.Exception))
        ):
            self.faults.append(f"{item.name}: {type(error).__name__}: {error}")
        elif call.when == "call":
            self.results.setdefault(cell_of(item), []).append(self._result(item, error))
        return (yield)

    def _result(self, item: pytest.Item, error: BaseException | None) -> TestResult:
        points, told, name = points_of(item), _docstring(item), _name_of(item)
        student: Student | None = getattr(item, "student", None)
        self.transcripts[cell_of(item), name] = student.transcript if student else []
        assert isinstance(item, pytest.Function)
        self._items[cell_of(item), name] = item
        if error is None:
            return TestResult(name, True, points, points, tests_that=told)
        if isinstance(error, Inconsistent):
            self._inconsistent.add((cell_of(item), name))
        hint = str(error).strip() or told
        return TestResult(name, False, 0.0, points, hint, tests_that=told)

    def cell_result(self, cell: str, upstream: set[str]) -> CellResult:
        """The cell's tests, in the words of :meth:`_explained`.

        The points are there already: where these words cannot be found, which is a fault of the
        grader's, a remark says so and the tests keep their own.
        """
        tests = tuple(self.results[cell])
        if all(test.passed for test in tests):
            return CellResult(cell, tests)
        try:
            return CellResult(cell, self._explained(cell, upstream))
        except Exception as error:
            fault = printable(str(GraderFault.caused_by(error)))
            remark = f"What is wrong in {cell} could not be named, which costs no points: {fault}."
            _log.error(remark)
            return CellResult(cell, tests, remark)

    def _explained(self, cell: str, upstream: set[str]) -> tuple[TestResult, ...]:
        """The cell's tests; those explained by a misconception have its words.

        Where an exercise of ``upstream`` is wrong, what no misconception explains may come from
        there, and is said to. Else the formula that was computed is told, or a clue is added, if
        there is one.
        """
        tests = self.results[cell]
        failed = [test for test in tests if not test.passed]
        wrong_before = [
            name
            for name, earlier in self.results.items()
            if name in upstream and not all(test.passed for test in earlier)
        ]
        named = name_misconceptions(
            self._known,
            cell,
            {test.name: self.transcripts[cell, test.name] for test in tests},
            [test.name for test in failed],
            lambda misconception, name: would_fail(
                self._known, misconception, self._items[cell, name]
            ),
            only_by_numbers=bool(wrong_before),
        )
        function = cell.removeprefix("test_")
        asked = [
            answered
            for test in tests
            for answered in self.transcripts[cell, test.name]
            if answered.question.function == function
        ]
        found_out = None
        if any(map(is_ambiguous, named.values())):  # asking again may say which it is
            found_out = self._known.unused(function, asked, self._ask_again)
            named = {} if found_out else named
        elif not named:
            found_out = self._found_out(function, asked, bool(wrong_before))
        is_own = not (wrong_before or named or found_out)
        hint_at = clue(self._known.right(function), asked) if is_own else ""
        explained = {}
        for test in failed:
            known = named.get(test.name)
            if known is not None:
                test = replace(test, hint=known.teaches, misconception=known.name)
            elif found_out and self.transcripts[cell, test.name]:
                told = f"{test.hint} {found_out.teaches}"
                test = replace(test, hint=told, misconception=found_out.name)
            elif hint_at:
                test = replace(test, hint=f"{test.hint} {hint_at}")
            elif wrong_before and (cell, test.name) not in self._inconsistent:
                test = replace(test, hint=f"{test.hint} {_mend_first(wrong_before[0])}")
            explained[test.name] = test
        return tuple(explained.get(test.name, test) for test in tests)

    def _found_out(
        self, function: str, asked: list[Answered], is_wrong_before: bool
    ) -> Found | None:
        """What can be found out about a function that answers as no known mistake does.

        Its formula may come from an earlier mistake; an argument that is not used does not.
        """
        formula = self._known.formula(function, asked, own_only=is_wrong_before)
        return formula or self._known.unused(function, asked, self._ask_again)

    def _ask_again(self, question: Question) -> Any:
        try:
            return decode(self._run.ask(question)["answer"])
        except (KeyError, WireError):
            return NO_ANSWER


class Mistaken:
    """Answers a suite's questions as a misconception does; it knows no other function."""

    def __init__(self, known: KnownMisconceptions, misconception: Misconception) -> None:
        self.example_errors: dict[str, dict[str, Any]] = {}
        self._known = known
        self._misconception = misconception

    def ask(self, question: Question) -> dict[str, Any]:
        """What :meth:`NotebookRun.ask` would say."""
        if question.function != self._misconception.function:
            return {"error": {"kind": "missing"}}
        answer = self._known.answer(self._misconception, question)
        if is_estimate(answer):
            answer = answer["estimates"]
        return {"error": {"kind": "raised"}} if answer is NO_ANSWER else {"answer": encode(answer)}

    def lines_of(self, cell: str) -> range:
        """None: nobody is told where its code went wrong."""
        return range(0)


def would_fail(
    known: KnownMisconceptions, misconception: Misconception, item: pytest.Function
) -> bool:
    """Whether a misconception fails a test, which is the same for every student."""

    def trial() -> bool:
        test = getattr(item.cls(), item.function.__name__)  # type: ignore[misc]
        with unobserved():
            try:
                test(Student(Mistaken(known, misconception), cell_of(item)))
            except Exception:
                return True
        return False

    return known.fails(misconception, f"{cell_of(item)} {item.name}", trial)


def _mend_first(cell: str) -> str:
    return (
        f"(This may build on `{cell.removeprefix('test_')}`, which is not right yet: mend that "
        "first, then this can be judged.)"
    )


def _example(cell: str, action: str, function: str, *args: Any) -> Question:
    """The public question of a mark; the text "key" stands for a random key."""
    if action == "simulate":
        model_args, settings = args
        return Question(cell, action, function, model_args, tuple(sorted(settings.items())))
    with_keys = tuple(Key(0) if isinstance(arg, str) and arg == "key" else arg for arg in args)
    return Question(cell, action, function, with_keys)


def cell_of(item: pytest.Item) -> str:
    """The grade_id of the test cell that a test belongs to.

    Raises:
        GraderFault: its class is not marked.
    """
    mark = item.get_closest_marker("grade_cell")
    if mark is None or len(mark.args) != 1 or "example" not in mark.kwargs:
        raise GraderFault(f"{item.nodeid} has no mark grade_cell(NAME, example=...)")
    return str(mark.args[0])


def _name_of(item: pytest.Item) -> str:
    return item.name.removeprefix("test_").replace("_", " ")


# Cell and name of the test that is running, for studies of the suites themselves.
_current: list[str] = []


def current_test() -> tuple[str, str]:
    """Cell and name of the hidden test that is running, or ran last."""
    cell, name = _current
    return cell, name


def points_of(item: pytest.Item) -> float:
    """What a test is worth.

    Raises:
        GraderFault: it is not marked with a positive number of points.
    """
    mark = item.get_closest_marker("points")
    if mark is None or len(mark.args) != 1 or not mark.args[0] > 0:
        raise GraderFault(f"{item.nodeid} has no mark points(POINTS)")
    return float(mark.args[0])


def _docstring(item: pytest.Item) -> str:
    return " ".join((getattr(getattr(item, "obj", None), "__doc__", None) or "").split())
