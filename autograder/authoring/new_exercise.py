"""A new exercise: every part in its place, with its gaps marked. ``autograder new-exercise``."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.authoring import skeleton
from autograder.authoring.code_edits import (
    reference_functions_in,
    with_assignment,
    with_reference,
)
from autograder.course import Assignment, Course
from autograder.doors.unfinished import parts_of
from autograder.errors import UserError
from autograder.files import write_all_or_none
from autograder.notebooks.cells import grade_id, is_autograded

# What stands beside every notebook, and is linked there.
LINKS = {
    "README.md": Path("../for_students.md"),
    "checking.py": Path("../checking.py"),
    "glossary.md": Path("../../docs/glossary.md"),
    "requirements.txt": Path("../requirements.txt"),
}

# Of letters only: cells have the names of their functions, and those with digits are Jupyter's.
_FUNCTION = re.compile("[a-z]+(_[a-z]+)*")
_ASSIGNMENT = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NUMBER = re.compile("([a-z]+)([0-9]+)-")
_LINE_LENGTH = 100


def new_exercise(
    course: Course, name: str, function: str, arguments: list[str], points: float
) -> list[Path]:
    """Write all parts of a new exercise, or, on an error or an interruption, none.

    Args:
        course: the course.
        name: an assignment of the course, or a new one, which is made as well.
        function: what students will program.
        arguments: the names of its arguments.
        points: what it is worth.

    Returns the paths of the files that were made or added to.

    Raises:
        UserError: a name cannot be used, or a file is in the way or not there.
    """
    _expect_names(course, function, arguments)
    assignment = _existing(course, name) or _new_assignment(course, name)
    is_new = not assignment.source.exists()
    notebook = None if is_new else nbformat.read(assignment.source, as_version=4)
    known = _words(course, assignment, notebook, function, arguments, points)
    beside = assignment.source.parent
    links = {beside / file: place for file, place in LINKS.items()} if is_new else {}
    contents = {assignment.source: _notebook(assignment, notebook, known, points)}
    contents |= _modules(assignment, known, is_new)
    if is_new:
        _expect_free(course, [*contents, *links])
    else:
        _expect_nothing_handed_in(course, assignment)
    table = course.root / "solutions" / "__init__.py"
    contents[table] = with_reference(_read(course, table), assignment.notebook, function)
    if _existing(course, name) is None:
        path = course.root / "course_config.py"
        contents[path] = with_assignment(_read(course, path), skeleton.ASSIGNMENT.substitute(known))
    written: dict[Path, bytes | Path] = {path: text.encode() for path, text in contents.items()}
    write_all_or_none(written | links)
    return [*written, *links]


def _expect_names(course: Course, function: str, arguments: list[str]) -> None:
    if not _FUNCTION.fullmatch(function) or keyword.iskeyword(function):
        raise UserError(
            f"{function!r} cannot be the name of an exercise: small letters and underscores, such "
            "as posterior_mode."
        )
    if hasattr(builtins, function) or function.startswith(("test_", "explain_")):
        raise UserError(f"{function} means something else already: take another name.")
    there = reference_functions_in(_read(course, course.root / "solutions" / "__init__.py"))
    for module, functions in there.items():
        if function in functions:
            raise UserError(f"{function} is an exercise of {module} already: take another name.")
    for argument in arguments:
        if not argument.isidentifier() or not argument.isascii() or keyword.iskeyword(argument):
            raise UserError(f"{argument!r} cannot be the name of an argument.")
    if len(set(arguments)) < len(arguments):
        raise UserError(f"Two arguments have one name: {', '.join(arguments)}.")


def _existing(course: Course, name: str) -> Assignment | None:
    return next((one for one in course.assignments if one.name == name), None)


def _new_assignment(course: Course, name: str) -> Assignment:
    number = _NUMBER.match(name)
    for other in course.assignments:
        # Of two problem sets with one number, one is a slip of the finger.
        if number and other.name.startswith(number[0]):
            raise UserError(f"There is no assignment {name!r}; is {other.name} meant?")
    notebook = _NUMBER.sub("", name, count=1).replace("-", "_")
    is_name = notebook.isidentifier() and not keyword.iskeyword(notebook)
    if not _ASSIGNMENT.fullmatch(name) or not is_name:
        raise UserError(
            f"{name!r} cannot be the name of a new assignment: small letters, digits and hyphens, "
            "such as ps6-my-topic."
        )
    return Assignment(course.root, name, notebook, _a_week_after_the_last(course))


def _a_week_after_the_last(course: Course) -> str:
    if not course.assignments:
        return f"{datetime.now() + timedelta(weeks=4):%Y-%m-%d} 18:00:00 UTC"
    date, rest = course.assignments[-1].due.split(" ", 1)
    return f"{datetime.strptime(date, '%Y-%m-%d') + timedelta(weeks=1):%Y-%m-%d} {rest}"


def _expect_free(course: Course, paths: list[Path]) -> None:
    for path in paths:
        if path.exists() or path.is_symlink():
            raise UserError(
                f"{path.relative_to(course.root)} is there already, and would be overwritten: "
                "remove it or take another name."
            )


def _expect_nothing_handed_in(course: Course, assignment: Assignment) -> None:
    there = list((course.root / "submitted").glob(f"*/{assignment.name}"))
    if there:
        raise UserError(
            f"{assignment.name} has been handed in already ({len(there)} in submitted/), and "
            "everybody would lose the points of a new exercise: put it into another assignment."
        )


def _words(
    course: Course,
    assignment: Assignment,
    notebook: NotebookNode | None,
    function: str,
    arguments: list[str],
    points: float,
) -> dict[str, str]:
    """What the skeleton's placeholders stand for."""
    listed = ", ".join(arguments)
    values = ", ".join(f"{number}.0" for number in range(1, len(arguments) + 1))
    comma = "" if len(arguments) > 1 else ","
    number = _NUMBER.match(assignment.name)
    tested = [cell for cell in notebook.cells if is_autograded(cell)] if notebook else []
    return {
        "assignment": assignment.name,
        "notebook": assignment.notebook,
        "due": assignment.due,
        "set_number": number[2] if number else str(len(course.assignments) + 1),
        "function": function,
        "camel": "".join(part.capitalize() for part in function.split("_")),
        "number": str(len(tested) + 1),
        "arguments": listed,
        "call": f"{function}({listed})",
        "definition": _definition(function, arguments),
        "floats": f"{listed} = (float_array(value) for value in ({listed}))"
        if len(arguments) > 1
        else f"{listed} = float_array({listed})",
        "values": values,
        "tuple": values + comma,
        "points": f"{points:g}",
        "worth": _worth(points),
    }


def _definition(function: str, arguments: list[str]) -> str:
    typed = [f"{name}: ArrayLike" for name in arguments]
    line = f"def {function}({', '.join(typed)}) -> jax.Array:"
    if len(line) <= _LINE_LENGTH:
        return line
    return "\n".join([f"def {function}(", *(f"    {one}," for one in typed), ") -> jax.Array:"])


def _worth(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"


def _modules(assignment: Assignment, known: dict[str, str], is_new: bool) -> dict[Path, str]:
    """The text of each module that the exercise is added to, or begins."""
    _, *paths = parts_of(assignment)
    contents = {}
    for path, (head, part) in zip(paths, skeleton.MODULES, strict=True):
        if not is_new and part is None:
            continue
        if is_new:
            before = head.substitute(known) if head else ""
        else:
            before = _without(path, assignment, known)
        contents[path] = (before + (part.substitute(known) if part else "")).lstrip("\n")
    return contents


def _without(path: Path, assignment: Assignment, known: dict[str, str]) -> str:
    """The text of a module that does not have the exercise yet."""
    where = path.relative_to(assignment.root)
    try:
        text = path.read_text("utf-8").rstrip("\n") + "\n"
        tree = ast.parse(text) if path.parent.name != "alternatives" else ast.Module([], [])
    except FileNotFoundError:
        raise UserError(f"There is no {where}, which the exercise would be added to.") from None
    except SyntaxError as error:
        raise UserError(f"{where}, line {error.lineno}: {error.msg}.") from None
    bound = {known["function"], f"Test{known['camel']}"} & _names_bound_in(tree)
    if bound:
        raise UserError(f"{where} has a {bound.pop()} already: take another name.")
    return text


def _names_bound_in(tree: ast.Module) -> set[str]:
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return names


def _notebook(
    assignment: Assignment, notebook: NotebookNode | None, known: dict[str, str], points: float
) -> str:
    """The instructor's notebook with the exercise below the last that it has."""
    cells = _exercise_cells(known, points)
    if notebook is None:
        notebook = nbformat.v4.new_notebook(
            metadata={
                "kernelspec": {
                    "display_name": "Python 3 (ipykernel)",
                    "language": "python",
                    "name": "python3",
                },
                "language_info": {"name": "python"},
            },
            cells=_opening_cells(known) + cells,
        )
        return str(nbformat.writes(notebook)) + "\n"
    there = {str(cell.id) for cell in notebook.cells} | {grade_id(c) for c in notebook.cells}
    for cell in cells:
        if cell.id in there:
            where = assignment.source.relative_to(assignment.root)
            raise UserError(f"{where} has a cell {cell.id} already: take another name.")
    before = _points_in(notebook)
    tested = [index for index, cell in enumerate(notebook.cells) if is_autograded(cell)]
    end = tested[-1] + 1 if tested else len(notebook.cells)
    notebook.cells[end:end] = cells
    title, total = notebook.cells[0], _worth(_points_in(notebook))
    title.source = title.source.replace(f"· {_worth(before)}*", f"· {total}*", 1)
    return str(nbformat.writes(notebook)) + "\n"


def _points_in(notebook: NotebookNode) -> float:
    return sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in notebook.cells)


def _exercise_cells(known: dict[str, str], points: float) -> list[NotebookNode]:
    function = known["function"]
    return [
        _text_cell(f"{function.replace('_', '-')}-text", skeleton.TEXT.substitute(known)),
        _code_cell(function, skeleton.SOLUTION.substitute(known), solution=True, locked=False),
        _code_cell(
            f"test_{function}",
            skeleton.TEST.substitute(known),
            grade=True,
            points=int(points) if points == int(points) else points,
        ),
    ]


def _opening_cells(known: dict[str, str]) -> list[NotebookNode]:
    return [
        _text_cell("title", skeleton.TITLE.substitute(known)),
        _text_cell("how-to", skeleton.HOW_TO.substitute(known)),
        _text_cell("set-up-text", skeleton.SET_UP_TEXT.substitute(known)),
        _code_cell("checks", skeleton.IMPORT_CHECKS.substitute(known)),
        _code_cell("setup", skeleton.SET_UP.substitute(known)),
    ]


def _text_cell(name: str, text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, id=name)


def _code_cell(name: str, source: str, **settings: object) -> NotebookNode:
    """A code cell that nbgrader knows: locked, and neither graded nor a solution, unless said."""
    nbgrader = {"grade": False, "grade_id": name, "locked": True, "solution": False, "task": False}
    nbgrader |= {"schema_version": 3, **settings}
    return nbformat.v4.new_code_cell(source, id=name, metadata={"nbgrader": nbgrader})


def _read(course: Course, path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise UserError(f"There is no {path.relative_to(course.root)}.") from None
