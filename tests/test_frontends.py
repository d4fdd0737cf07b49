"""A released folder, worked through in a kernel as JupyterLab, Notebook 7 and VS Code do it.

All three start the kernel in the notebook's folder and send it one cell after the other; nbclient
does the same, without a browser.
"""

import copy
import re
import shutil

import nbformat
import pytest
from conftest import PS1
from nbclient import NotebookClient

from autograder.notebooks.cells import grade_id, is_autograded


@pytest.fixture(scope="module")
def worked_through(tmp_path_factory):
    """The first assignment, run as it was handed out and then once more with right answers."""
    folder = tmp_path_factory.mktemp("student") / PS1.name
    shutil.copytree(PS1.release.parent, folder)
    notebook = nbformat.read(folder / PS1.release.name, as_version=4)
    before = len(notebook.cells)
    for index, cell in enumerate(copy.deepcopy(nbformat.read(PS1.key, as_version=4).cells)):
        cell["id"] = f"again-{index}"
        notebook.cells.append(cell)
    client = NotebookClient(
        notebook,
        timeout=600,
        allow_errors=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return notebook.cells[:before], notebook.cells[before:]


def errors(cells):
    """The kind and the text of each cell's error, by the cell's name or place."""
    return {
        grade_id(cell) or index: (output.ename, re.sub(r"\x1b\[[0-9;]*m", "", output.evalue))
        for index, cell in enumerate(cells)
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }


def test_as_it_was_handed_out_only_placeholders_stop(worked_through):
    found = errors(worked_through[0])
    checks = {name: error for name, error in found.items() if isinstance(name, str)}
    assert list(checks) == [grade_id(c) for c in worked_through[0] if is_autograded(c)]
    for kind, told in checks.values():
        assert kind == "AssertionError"
        assert "still has its placeholder" in told
    others = {kind for name, (kind, _) in found.items() if name not in checks}
    assert others == {"NotImplementedError"}


def test_with_right_answers_nothing_stops_and_every_check_says_so(worked_through):
    assert errors(worked_through[1]) == {}
    for cell in worked_through[1]:
        if is_autograded(cell):
            assert len(cell.outputs[-1].text.splitlines()) > 1, grade_id(cell)
    first, told = (
        str([cell.outputs for cell in cells if cell.cell_type == "code"])
        for cells in worked_through
    )
    assert "Versions are fine" in first  # the second time it has been imported
    assert "image/png" in told
    assert "'stderr'" not in told
