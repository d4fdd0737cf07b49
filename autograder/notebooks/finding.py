"""Which notebooks there are, which assignment each belongs to, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import CannotGrade
from autograder.notebooks.cells import grade_id, is_autograded, is_solution
from autograder.notebooks.reading import read_notebook, released_notebook

_MOST_NAMES_TOLD = 5


def iter_notebooks(folder: Path) -> Iterator[Path]:
    """The notebooks below a folder, in a fixed order, without hidden ones and checkpoints."""
    for path in sorted(folder.rglob("*.ipynb")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def iter_submissions(folder: Path, course: Course) -> Iterator[tuple[Path, str]]:
    """What there is to grade below a folder: each notebook, and why it cannot be one, or nothing.

    Of a folder with an assignment's name, such as ``alyssa/ps1-shrinkage``, one notebook counts:
    :func:`notebook_to_grade`. Elsewhere each notebook does.
    """
    by_name = {assignment.name: assignment for assignment in course.assignments}
    assignment = by_name.get(folder.resolve().name)
    if assignment:
        try:
            yield notebook_to_grade(folder, assignment), ""
        except CannotGrade as problem:
            yield folder, str(problem)
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from iter_submissions(path, course)
        elif path.suffix == ".ipynb":  # also what is no file: reading it says so
            yield path, ""


def notebook_to_grade(folder: Path, assignment: Assignment) -> Path:
    """The notebook that counts of all that a student handed in for an assignment.

    It is the one with the expected name; where there is none (browsers call a second download
    ``shrinkage (1).ipynb``), the only one in the folder with exercises of the assignment.

    Raises:
        CannotGrade: there is no such notebook, or there are several.
    """
    expected = folder / f"{assignment.notebook}.ipynb"
    if expected.is_file():
        return expected
    notebooks = list(iter_notebooks(folder))
    if not notebooks:
        raise CannotGrade("There is no notebook (.ipynb) in this folder.")
    if len(notebooks) == 1:
        read_notebook(notebooks[0])  # If it cannot be read, this tells why.
    fitting = [path for path in notebooks if _has_exercises_of(assignment, path)]
    if not fitting:
        raise CannotGrade(
            f"There is no {expected.name}, and no other notebook in this folder has exercises of "
            f"{assignment.name}: {_names(notebooks, folder)}."
        )
    if len(fitting) > 1:
        raise CannotGrade(
            f"There is no {expected.name}, and several notebooks could be it: "
            f"{_names(fitting, folder)}. Leave one of them in the folder."
        )
    return fitting[0]


def remark_on_name(path: Path, assignment: Assignment) -> str:
    """A sentence on a notebook in ``<student>/<assignment>/`` that has another name, or nothing."""
    expected = f"{assignment.notebook}.ipynb"
    if path.name == expected or student_of(path, assignment) is None:
        return ""
    return f"There was no {expected}; {path.name!r} was graded."


def _has_exercises_of(assignment: Assignment, path: Path) -> bool:
    try:
        cells = read_notebook(path).cells
    except CannotGrade:
        return False
    released = released_notebook(assignment).cells
    # Notebooks of one course share cells for set-up; exercises are an assignment's own.
    exercises = {grade_id(c) for c in released if is_solution(c) or is_autograded(c)}
    return any(grade_id(cell) in exercises for cell in cells)


def _names(paths: list[Path], folder: Path) -> str:
    names = [str(path.relative_to(folder)) for path in paths]
    more = len(names) - _MOST_NAMES_TOLD
    return ", ".join(names[:_MOST_NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")


def assignment_by_path(path: Path, course: Course) -> Assignment | None:
    """The assignment that the folder, or else the file name, of a notebook tells."""
    for assignment in course.assignments:
        if assignment.name == path.parent.resolve().name:
            return assignment
    for assignment in course.assignments:
        if assignment.notebook == path.stem:
            return assignment
    return None


def assignment_by_cells(notebook: NotebookNode, course: Course) -> Assignment:
    """The assignment that a notebook has test cells of.

    Raises:
        CannotGrade: it has none of any.
    """
    names = {grade_id(cell) for cell in notebook.cells}
    for assignment in course.assignments:
        tests = {grade_id(c) for c in released_notebook(assignment).cells if is_autograded(c)}
        if names & tests:
            return assignment
    raise CannotGrade(
        "The notebook belongs to no assignment of this course "
        f"({', '.join(a.name for a in course.assignments)}): neither its folder, its file name "
        "nor its cells say to which."
    )


def student_of(path: Path, assignment: Assignment) -> str | None:
    """Who handed a notebook in, where it lies in or below ``<student>/<assignment>/``."""
    # Were the notebook a link, its owner is not whoever has what it leads to.
    inner = path.parent.resolve()
    for folder in (inner, *inner.parents):
        if folder.name == assignment.name:
            is_the_course_itself = folder.parent.parent == assignment.root
            return None if is_the_course_itself else folder.parent.name
    return None
