"""Which notebooks there are, which assignment each belongs to, and whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import CannotGrade
from autograder.notebooks.cells import grade_id, is_autograded
from autograder.notebooks.reading import released_notebook


def iter_notebooks(folder: Path) -> Iterator[Path]:
    """The notebooks below a folder, in a fixed order, without Jupyter's checkpoints."""
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield path


def assignment_by_path(path: Path, course: Course) -> Assignment | None:
    """The assignment that the folder, or else the file name, of a notebook tells."""
    for assignment in course.assignments:
        if assignment.name == path.resolve().parent.name:
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
    """Who handed a notebook in, where it lies in ``<student>/<assignment>/``."""
    folder = path.resolve().parent
    is_the_course_itself = folder.parent.parent == assignment.root
    if folder.name != assignment.name or is_the_course_itself:
        return None
    return folder.parent.name
