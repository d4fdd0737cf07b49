"""One submission's notebook, run in a live kernel: first shown, then questioned.

The run has two phases, so that no hidden input can find its way into a page that a student sees:

1. The notebook's own cells run, top to bottom. All that is shown later comes from this phase. At
   each test cell the kernel remembers the names as they are, and each graded function is tried once
   with the notebook's own, public example.
2. Hidden tests ask their questions. What student code prints or raises now is dropped; only
   answers, and the kind of an error, come back.

A kernel that student code has ended is started again and the cells run anew, without the one that
ended it: one bad cell costs its own points and no others. Nobody can tell from outside whether a
process ended itself or was ended by something else on this machine, such as a want of memory. So a
cell or a function is only blamed when the kernel ends under it for the second time.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any, Protocol

from nbformat import NotebookNode

from autograder.in_kernel.wire import encode
from autograder.notebooks.cells import grade_id, is_autograded
from autograder.notebooks.display import not_run, notice, shown_outputs
from autograder.records import Question
from autograder.sandbox.kernel import KernelDied, LiveKernel
from autograder.sandbox.launch import KernelSetup

Error = dict[str, Any]

# How many ends of a kernel without a cause may be accidents, in one submission.
MAX_ACCIDENTS = 5

# How long an answer to the notebook's own example may be, as JSON, to be shown beside the grade.
MAX_SHOWN_BYTES = 2 * 2**20


class Answers(Protocol):
    """Whatever answers hidden questions: a student's notebook, or functions of the grader's."""

    example_errors: dict[str, Error]

    def ask(self, question: Question) -> dict[str, Any]:
        """The reply to one question; see :meth:`autograder.sandbox.kernel.LiveKernel.ask`."""

    def lines_of(self, cell: str) -> range:
        """The lines, counted in their own cell, of the exercise that a test cell grades."""


class NotebookRun:
    """Runs a restored notebook; fills in the outputs of its cells. Use it as a context manager.

    ``examples`` holds a public question for each test cell; ``example_errors`` what went wrong
    there, with full details, and ``example_answers`` the answers, not decoded yet. Of the cells,
    those of ``needed`` are run, or all.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        examples: dict[str, Question],
        setup: KernelSetup,
        needed: frozenset[int] | None = None,
    ) -> None:
        self.notebook = notebook
        self.example_errors: dict[str, Error] = {}
        self.example_answers: dict[str, Any] = {}
        self._examples = examples
        self._setup = setup
        self._limits = setup.limits
        self._needed = needed
        self._budget = setup.limits.submission_seconds
        self._spent_in_ended_kernels = 0.0
        self._restarts_left = setup.limits.restarts
        # Why the cell at an index, or a function, is not run any more.
        self._bad_cells: dict[int, str] = {}
        self._bad_functions: dict[tuple[str, str], Error] = {}
        # The cells and functions under which the kernel has ended once.
        self._suspects: set[int | tuple[str, str]] = set()
        self._kernel: LiveKernel | None = None

    def __enter__(self) -> NotebookRun:
        self._kernel = self._new_kernel()
        return self

    def __exit__(self, *_: object) -> None:
        if self._kernel is not None:
            self._kernel.close()

    def run_cells(self) -> None:
        """The first phase."""
        self._run_all(first_time=True)

    def ask(self, question: Question) -> dict[str, Any]:
        """The second phase: put one question; see :meth:`LiveKernel.ask` for the answer.

        A function that ended the kernel or did not come back is not asked again.
        """
        key = (question.cell, question.function)
        if key in self._bad_functions:
            return {"error": self._bad_functions[key]}
        if self._kernel is None:
            return {"error": {"kind": "ended"}}
        seconds = min(self._limits.call_seconds, self._time_left())
        if seconds <= 0:
            return {"error": {"kind": "no_time"}}
        try:
            reply = self._put(question, seconds)
        except KernelDied as death:
            if not self._is_to_blame(key, death):
                self._restart(for_nothing=True)
                return self.ask(question)
            self._bad_functions[key] = {"kind": "died", "reason": str(death)}
            self._restart()
            return {"error": self._bad_functions[key]}
        error = reply.get("error")
        if isinstance(error, dict) and error.get("kind") == "timeout":
            self._bad_functions[key] = error
        return reply

    def lines_of(self, cell: str) -> range:
        """The lines of the function that a test cell grades, in the cell that defines it last.

        Empty where no cell above it defines that function by ``def``.
        """
        lines = range(0)
        for above in self.notebook.cells:
            if grade_id(above) == cell:
                break
            if above.cell_type == "code":
                lines = _lines_of_function(above.source, cell.removeprefix("test_")) or lines
        return lines

    def substitute(self, source: str, cells: list[str]) -> list[NotebookNode]:
        """Run ``source`` as it would run at the first of ``cells``, and let all of them see it.

        For authors, who try many answers to one exercise in one kernel: what the source binds is
        replaced in what the kernel remembers for those test cells. Returns the outputs.
        """
        assert self._kernel is not None
        self._budget = self._spent() + self._limits.submission_seconds
        self._bad_functions.clear()
        agent = "__import__('sys').modules['autograder.in_kernel.agent']"
        self._kernel.execute(f"{agent}.go_back_to({cells[0]!r})", 60, silent=True)
        execution = self._kernel.execute(source, self._limits.cell_seconds)
        # Each answer brings compiled code of its own, which would fill the kernel's memory in time.
        self._kernel.execute("__import__('jax').clear_caches()", 60, silent=True)
        self._kernel.execute(f"{agent}.share_what_is_new({cells!r})", 60, silent=True)
        example = self._examples[cells[0]]
        reply = self._put(example, self._limits.call_seconds)
        self.example_errors[cells[0]] = reply.get("error", {})
        return shown_outputs(execution.outputs)

    def _put(self, question: Question, seconds: float) -> dict[str, Any]:
        assert self._kernel is not None
        request = {
            "do": question.action,
            "cell": question.cell,
            "function": question.function,
            "args": [encode(arg) for arg in question.args],
            "kwargs": {name: encode(arg) for name, arg in question.kwargs},
        }
        return self._kernel.ask(request, seconds)

    def _run_all(self, first_time: bool) -> None:
        while self._kernel is not None:
            try:
                for index, cell in enumerate(self.notebook.cells):
                    self._run_cell(index, cell, first_time)
                return
            except _CellEndedKernel as end:
                if end.reason:
                    self._bad_cells.setdefault(end.index, end.reason)
                self._new_kernel_or_none(for_nothing=not end.reason)

    def _restart(self, for_nothing: bool = False) -> None:
        self._new_kernel_or_none(for_nothing)
        self._run_all(first_time=False)

    def _is_to_blame(self, suspect: int | tuple[str, str], death: KernelDied) -> bool:
        known = suspect in self._suspects or len(self._suspects) >= MAX_ACCIDENTS
        if death.is_explained or known:
            return True
        self._suspects.add(suspect)
        return False

    def _new_kernel(self) -> LiveKernel:
        return LiveKernel(self._setup).__enter__()

    def _new_kernel_or_none(self, for_nothing: bool) -> None:
        self._spent_in_ended_kernels = self._spent()
        if self._kernel is not None:
            self._kernel.close()
        self._kernel = None
        if (for_nothing or self._restarts_left > 0) and self._time_left() > 0:
            self._restarts_left -= not for_nothing
            self._kernel = self._new_kernel()

    def _run_cell(self, index: int, cell: NotebookNode, first_time: bool) -> None:
        if cell.cell_type != "code":
            return
        if is_autograded(cell):
            self._reach_test_cell(index, str(grade_id(cell)))
        elif self._needed is not None and index not in self._needed:
            if first_time and cell.source.strip():
                cell.outputs = [not_run()]
        elif index in self._bad_cells:
            if first_time:
                cell.outputs = [notice(f"This cell was stopped: {self._bad_cells[index]}.")]
        elif cell.source.strip():
            outputs = self._execute(index, cell.source)
            if first_time:
                cell.outputs = outputs

    def _execute(self, index: int, source: str) -> list[NotebookNode]:
        assert self._kernel is not None
        seconds = min(self._limits.cell_seconds, self._time_left())
        if seconds <= 0:
            return [notice("This cell did not run: the notebook's time was up.")]
        try:
            execution = self._kernel.execute(source, seconds)
        except KernelDied as death:
            raise self._end_under(index, death) from None
        outputs = shown_outputs(execution.outputs)
        if execution.dropped:
            outputs.append(notice("This cell printed more than is kept; the rest was dropped."))
        if execution.ending == "timeout":
            outputs.append(notice(f"This cell was interrupted after {seconds:.0f} seconds."))
        return outputs

    def _reach_test_cell(self, index: int, cell_name: str) -> None:
        assert self._kernel is not None
        try:
            self._kernel.ask({"do": "remember", "cell": cell_name}, self._limits.call_seconds)
        except KernelDied as death:
            raise self._end_under(index, death) from None
        example = self._examples.get(cell_name)
        if example is None or cell_name in self.example_errors:
            return
        key = (example.cell, example.function)
        if key in self._bad_functions:
            return
        self.example_errors[cell_name] = {}
        try:
            reply = self._put(example, self._limits.call_seconds)
        except KernelDied as death:
            if not self._is_to_blame(key, death):
                del self.example_errors[cell_name]
                raise _CellEndedKernel(index) from None
            self._bad_functions[key] = {"kind": "died", "reason": str(death)}
            raise _CellEndedKernel(index, str(death)) from None
        error = reply.get("error", {})
        error = error if isinstance(error, dict) else {"kind": "garbled"}
        if error.get("kind") == "missing":
            error["stopped_with"] = _error_above(self.notebook.cells[:index], example.function)
        self.example_errors[cell_name] = error
        self.example_answers[cell_name] = _kept(reply.get("answer"))
        if error.get("kind") == "timeout":
            self._bad_functions[key] = error

    def _end_under(self, index: int, death: KernelDied) -> _CellEndedKernel:
        return _CellEndedKernel(index, str(death) if self._is_to_blame(index, death) else "")

    def _time_left(self) -> float:
        return self._budget - self._spent()

    def _spent(self) -> float:
        running = self._kernel.spent if self._kernel is not None else 0.0
        return self._spent_in_ended_kernels + running


def _kept(answer: Any) -> Any:
    """An answer, unless it would fill the grader's memory while the hidden questions are asked."""
    try:
        return answer if len(json.dumps(answer)) <= MAX_SHOWN_BYTES else None
    except RecursionError:
        return None


def _lines_of_function(source: str, name: str) -> range:
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return range(0)
    for node in reversed(module.body):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return range(0)


def _error_above(cells: list[NotebookNode], name: str) -> str:
    """What the cell that should define a name stopped with, or nothing."""
    defines = re.compile(rf"^[ \t]*(def[ \t]+)?{re.escape(name)}[ \t]*[(=]", re.MULTILINE)
    for cell in reversed(cells):
        if cell.cell_type == "code" and not is_autograded(cell) and defines.search(cell.source):
            errors = [out for out in cell.outputs if out.get("output_type") == "error"]
            return _in_words(errors[-1]) if errors else ""
    return ""


def _in_words(error: NotebookNode) -> str:
    """An error that a cell shows, such as ``SyntaxError: invalid syntax, in line 3``."""
    text = f"{error.get('ename', '')}: {error.get('evalue', '')}"
    # Python names the file as well, which for a cell is a number.
    return re.sub(r" \([^()]*, line (\d+)\)$", r", in line \1", text)


class _CellEndedKernel(Exception):
    """The kernel ended under the cell at an index; for a reason, if the cell is to blame."""

    def __init__(self, index: int, reason: str = "") -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason
