"""``docs/pages/``: the notebooks as a visitor on the web reads them, with their figures.

The text is the released one, with its placeholders; the outputs are those of the answer key, run
here and not in the sandbox, since it is the course's own.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter
from nbconvert.writers import FilesWriter
from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.notebooks.cells import is_solution

CELL_SECONDS = 600


def folder_of_pages(course: Course) -> Path:
    """Where the pages are."""
    return course.root / "docs" / "pages"


def make_page(assignment: Assignment, folder: Path) -> Path:
    """Run an assignment's key and write its page; returns the page's path.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell of the key fails.
    """
    notebook = with_outputs(assignment)
    name = assignment.name
    shutil.rmtree(folder / f"{name}_files", ignore_errors=True)
    body, resources = MarkdownExporter().from_notebook_node(
        notebook, resources={"unique_key": name, "output_files_dir": f"{name}_files"}
    )
    # Beside a notebook that students get lies the glossary; here it is one folder up.
    body = body.replace("](glossary.md)", "](../glossary.md)")
    writer = FilesWriter(build_directory=str(folder))
    return Path(writer.write(body, resources, notebook_name=name))


def with_outputs(assignment: Assignment) -> NotebookNode:
    """The released notebook with what the key's cells print and draw."""
    released = nbformat.read(assignment.release, as_version=4)
    key = nbformat.read(assignment.key, as_version=4)
    with tempfile.TemporaryDirectory(prefix="page-") as folder:
        for module in assignment.release.parent.glob("*.py"):
            shutil.copy(module, folder)
        client = NotebookClient(
            key,
            timeout=CELL_SECONDS,
            resources={"metadata": {"path": folder}},
            kernel_name="python3",
        )
        client.execute()
    for cell, of_key in zip(released.cells, key.cells, strict=True):
        if cell.cell_type == "code" and not is_solution(cell):
            cell.outputs = of_key.outputs
    return released
