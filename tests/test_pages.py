"""``docs/pages/`` shows the notebooks as they are released now, figures and all, and no answers."""

import re

import pytest

from autograder.authoring.pages import folder_of_pages
from autograder.notebooks.cells import is_autograded, is_solution
from autograder.notebooks.reading import read_notebook, released_notebook
from course_config import ASSIGNMENTS, COURSE


@pytest.fixture(params=ASSIGNMENTS, ids=lambda assignment: assignment.name)
def assignment(request):
    return request.param


@pytest.fixture
def page(assignment):
    return (folder_of_pages(COURSE) / f"{assignment.name}.md").read_text("utf-8")


def test_every_cell_of_the_release_stands_there(assignment, page):
    lines = {line.rstrip() for line in page.splitlines()}
    for cell in released_notebook(assignment).cells:
        text = cell.source.replace("](glossary.md)", "](../glossary.md)")
        missing = [line for line in text.splitlines() if line.rstrip() not in lines]
        assert not missing, "stale: make pages"


def test_no_answer_stands_there(assignment, page):
    for cell in read_notebook(assignment.key).cells:
        if is_solution(cell) and cell.cell_type == "code":
            assert cell.source not in page
    assert "### BEGIN" not in page
    asked = filter(is_autograded, released_notebook(assignment).cells)
    assert page.count("    raise NotImplementedError()") == len(list(asked))


def test_every_figure_is_there(assignment, page):
    named = set(re.findall(r"!\[\w+\]\((\S+)\)", page))
    folder = folder_of_pages(COURSE)
    assert named == {str(f.relative_to(folder)) for f in folder.glob(f"{assignment.name}_files/*")}
    drawing = [c for c in released_notebook(assignment).cells if "plt.show()" in c.source]
    assert len(named) >= len(drawing)


def test_the_glossary_that_it_links_to_is_there(page):
    assert "](../glossary.md)" in page
    assert (folder_of_pages(COURSE).parent / "glossary.md").exists()
