"""Reading what was handed in, and giving it back the cells that belong to the course."""

import codecs
import contextlib
import copy
import functools
import gzip
import json
import os
import threading

import nbformat
import pytest
from conftest import PS1, with_answers, with_cell

from autograder.errors import CannotGrade
from autograder.notebooks import reading
from autograder.notebooks.cells import grade_id
from autograder.notebooks.finding import assignment_by_cells, assignment_by_path, student_of
from autograder.notebooks.reading import read_notebook
from autograder.notebooks.restoring import kernel_note, restore
from course_config import ASSIGNMENTS, COURSE


def course_cells(notebook):
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def cell_named(notebook, name):
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def content_of(notebook):
    """A notebook as the JSON that a file holds, to be spoilt."""
    return json.loads(nbformat.writes(notebook))


@pytest.fixture
def read(tmp_path):
    """Reads what a file of this content holds, given as bytes, as a text or as JSON."""

    def read_content(content):
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        path = tmp_path / "shrinkage.ipynb"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_notebook(path)

    return read_content


def cell_content(content, name):
    """The cell of that grade_id in a file's JSON."""
    return next(
        c for c in content["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\xff", "not text"),
        (b"", "not valid JSON"),
        (b'{"cells": [', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1, 2]", "no Jupyter notebook"),
        (b'{"a": 1}', "no Jupyter notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "format version '3'"),
        (b'{"nbformat": 99, "cells": []}', "format version '99'"),
        (b'{"nbformat": NaN, "cells": []}', "format version 'nan'"),
        (b'{"nbformat": "4", "cells": []}', "format version as a number"),
        (b'{"nbformat": true, "cells": []}', "format version as a number"),
        (gzip.compress(b'{"nbformat": 4, "cells": []}', mtime=0), "not text"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": [3]}', "Cell 1 of the notebook is malformed"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 3}]}', "Cell 1"),
    ],
)
def test_unreadable_files_are_refused_in_one_sentence(read, content, told):
    with pytest.raises(CannotGrade, match=told) as refused:
        read(content)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CannotGrade, match="cannot be read"):
        read_notebook(tmp_path / "nowhere.ipynb")


def test_a_file_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 2**20)
    path = tmp_path / "large.ipynb"
    path.write_bytes(b" " * (2**20 + 1))
    with pytest.raises(CannotGrade, match="larger than 1 MB"):
        read_notebook(path)


def test_only_a_file_is_read_and_no_link_is_followed(tmp_path):
    other = tmp_path / "other.ipynb"
    other.write_text('{"nbformat": 4, "cells": []}')
    link, folder, pipe = (tmp_path / name for name in ("link.ipynb", "x.ipynb", "pipe.ipynb"))
    link.symlink_to(other)
    folder.mkdir()
    os.mkfifo(pipe)

    def write():
        with contextlib.suppress(OSError):
            pipe.write_bytes(other.read_bytes())

    # Whoever waited until there is something to read would get it.
    threading.Thread(target=write, daemon=True).start()
    for path, told in (
        (link, "symbolic link"),
        (folder, "cannot be read"),
        (pipe, "no ordinary file"),
        ("/dev/zero", "no ordinary file"),
    ):
        with pytest.raises(CannotGrade, match=told):
            read_notebook(path)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_other_encodings_of_unicode_are_read(read, released, mark, encoding):
    content = content_of(with_answers(released, data_weight="# Größe, 便当"))
    submitted = read(mark + json.dumps(content, ensure_ascii=False).encode(encoding))
    assert cell_named(submitted, "data_weight").source == "# Größe, 便当"


@pytest.mark.parametrize("minor", [0, 5, 99, 10**30, -1, "5", None, [], 4.5, True])
def test_the_minor_version_does_not_matter(read, released, minor):
    submitted = read(content_of(released) | {"nbformat": 4.0, "nbformat_minor": minor})
    assert course_cells(submitted) == course_cells(released)


# What tools write, by mistake or not, where the format wants texts and objects.
ODD = {
    "nothing": None,
    "true": True,
    "zero": 0,
    "a fraction": -1.5,
    "a long number": 10**400,
    "an empty text": "",
    "a text": "x",
    "an empty list": [],
    "a list": ["x"],
    "an empty object": {},
    "an object": {"x": 1},
    "a name that is no text": {"name": 5},
    "a name only": {"name": "python"},
    "a deep object": functools.reduce(lambda inner, _: {"nested": [inner]}, range(200), {}),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_metadata_does_no_harm(read, released, odd):
    content = content_of(released)
    names = [
        "kernelspec",
        "language_info",
        "language",
        "orig_nbformat",
        "title",
        "authors",
        "\ud800",
    ]
    content["metadata"] = dict.fromkeys(names, odd)
    for name in ("posterior_mean", "test_data_weight"):
        cell = cell_content(content, name)
        cell["metadata"] |= dict.fromkeys(["tags", "name", "format", "jupyter", "collapsed"], odd)
        cell["metadata"]["nbgrader"] |= dict.fromkeys(
            ["points", "checksum", "locked", "\ud800"], odd
        )
        cell |= {"id": odd, "execution_count": odd, "outputs": odd, "attachments": odd}
    setup, written = (cell_content(content, name) for name in ("setup", "explain_shrinkage"))
    setup["metadata"]["nbgrader"] = odd
    written["metadata"] = odd
    submitted = read(content)
    assert kernel_note(submitted) == ""
    restored = restore(submitted, released)
    nbformat.validate(restored)
    assert course_cells(restored) == course_cells(released)
    assert read(content | {"metadata": odd}).metadata == {}


@pytest.mark.parametrize(
    "metadata",
    [
        {"kernelspec": {"name": "ir", "language": "R"}},
        {"kernelspec": "ir", "language_info": {"name": "R"}},
        {"kernelspec": {"name": 5, "display_name": ["R"], "language": "R"}, "language_info": 3},
    ],
)
def test_another_language_is_refused_however_the_metadata_looks(read, released, metadata):
    with pytest.raises(CannotGrade, match="runs with a r kernel"):
        kernel_note(read(content_of(released) | {"metadata": metadata}))


def test_an_unknown_kernel_without_a_name_to_display_is_remarked(read, released):
    content = content_of(released) | {"metadata": {"kernelspec": {"name": "my-env"}}}
    assert "my-env" in kernel_note(read(content))


def test_what_a_notebook_says_of_its_kernel_does_nothing_to_a_terminal(read, released):
    spec = {"name": "\x1b[2Jx\ud800", "language": "python"}
    note = kernel_note(read(content_of(released) | {"metadata": {"kernelspec": spec}}))
    assert note.isprintable()
    spec = {"language": "\x1b[2J\u202e\x9b"}
    with pytest.raises(CannotGrade) as refused:
        kernel_note(read(content_of(released) | {"metadata": {"kernelspec": spec}}))
    assert str(refused.value).isprintable()


def test_half_characters_are_replaced_and_all_else_is_graded(read, released, tmp_path):
    content = content_of(released)
    cell_content(content, "data_weight")["source"] = ["x = '\ud83d'\n", "# \udc80 \ud83c\udf71 \0"]
    answer = cell_content(content, "explain_shrinkage")
    answer["attachments"] = {"\udfff.png": {"image/png": "iVBORw0KGgo="}}
    content["cells"].append(copy.deepcopy(answer))
    content["cells"][-1]["metadata"]["nbgrader"]["grade_id"] = "explain\ud800"
    restored = restore(read(content), released)
    assert cell_named(restored, "data_weight").source == "x = '\ufffd'\n# \ufffd \U0001f371 \0"
    assert list(cell_named(restored, "explain_shrinkage").attachments) == ["\ufffd.png"]
    nbformat.write(restored, tmp_path / "restored.ipynb")
    again = restore(read_notebook(tmp_path / "restored.ipynb"), released)
    assert [cell.source for cell in again.cells] == [cell.source for cell in restored.cells]


def test_of_two_entries_of_one_name_the_last_counts_as_in_javascript(read):
    cell = '{"cell_type": "code", "source": "1", "source": "2"}'
    submitted = read(f'{{"nbformat": 4, "cells": [], "cells": [{cell}], "x": [NaN, Infinity]}}')
    assert [cell.source for cell in submitted.cells] == ["2"]


def test_an_untouched_release_is_restored_to_itself(released):
    restored = restore(released, released)
    assert [cell.source for cell in restored.cells] == [cell.source for cell in released.cells]


def test_restoring_twice_changes_nothing(tmp_path, key, released):
    changed = with_cell(key, "x = 1", after="data_weight")
    once = restore(changed, released)
    nbformat.write(once, tmp_path / "once.ipynb")
    twice = restore(read_notebook(tmp_path / "once.ipynb"), released)
    assert [cell.source for cell in twice.cells] == [cell.source for cell in once.cells]
    assert course_cells(twice) == course_cells(once) == course_cells(released)


def test_deleted_cells_come_back_at_their_place(key, released):
    for name in ("test_posterior_mean", "setup", "data_weight", "explain_shrinkage"):
        crippled = copy.deepcopy(key)
        crippled.cells = [cell for cell in crippled.cells if grade_id(cell) != name]
        assert course_cells(restore(crippled, released)) == course_cells(released)


def test_locked_cells_points_and_names_are_the_courses_own(key, released):
    hostile = with_answers(key, test_posterior_mean="6.0", setup="import os; os._exit(0)")
    for cell in hostile.cells:
        if grade_id(cell):
            cell.metadata["nbgrader"].update(points=1000, locked=False, solution=True, grade=True)
    restored = restore(hostile, released)
    for cell in released.cells:
        if grade_id(cell):
            assert cell_named(restored, grade_id(cell)).metadata == cell.metadata
    for name in ("test_posterior_mean", "setup"):
        assert cell_named(restored, name).source == cell_named(released, name).source


def test_a_cell_turned_into_markdown_is_code_again(key, released):
    submitted = copy.deepcopy(key)
    cell_named(submitted, "data_weight").cell_type = "markdown"
    assert cell_named(restore(submitted, released), "data_weight").cell_type == "code"


def test_of_a_duplicated_answer_the_last_that_was_filled_in_counts(released):
    first = with_answers(released, posterior_mean="first = 1")
    index = next(i for i, c in enumerate(first.cells) if grade_id(c) == "posterior_mean")
    second, stub = copy.deepcopy(first.cells[index]), cell_named(released, "posterior_mean")
    second.source = "second = 2"
    first.cells[index + 1 : index + 1] = [second, copy.deepcopy(stub)]
    restored = restore(first, released)
    assert course_cells(restored) == course_cells(released)
    assert cell_named(restored, "posterior_mean").source == "second = 2"
    sources = [cell.source for cell in restored.cells]
    assert sources.index("first = 1") < sources.index("second = 2")
    assert sources.count(stub.source) == 0


def test_old_or_malformed_nbgrader_metadata_does_no_harm(key, released):
    submitted = copy.deepcopy(key)
    cell_named(submitted, "data_weight").metadata["nbgrader"] = {
        "grade_id": "data_weight",
        "schema_version": 1,
    }
    extra = nbformat.v4.new_code_cell("x = 1", id="x")
    extra.metadata["nbgrader"] = {"grade_id": "unknown", "schema_version": 0, "grade": True}
    submitted.cells.append(extra)
    restored = restore(submitted, released)
    assert course_cells(restored) == course_cells(released)
    assert "nbgrader" not in restored.cells[-1].metadata


def test_a_notebook_without_the_assignments_cells_is_refused(released):
    foreign = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", id="a")])
    with pytest.raises(CannotGrade, match="no nbgrader metadata"):
        restore(foreign, released)


def test_the_notebook_of_another_assignment_is_refused(released):
    with pytest.raises(CannotGrade, match="another assignment"):
        restore(read_notebook(ASSIGNMENTS[1].key), released)


def test_an_unknown_kernel_is_remarked_and_another_language_refused(released):
    released.metadata["kernelspec"] = {"name": "my-env", "language": "python"}
    assert "my-env" in kernel_note(released)
    released.metadata["kernelspec"] = {"name": "ir", "language": "R"}
    with pytest.raises(CannotGrade, match="Python"):
        kernel_note(released)


def test_the_assignment_is_told_by_folder_file_name_or_cells(tmp_path, released):
    folder = tmp_path / "alyssa" / PS1.name
    assert assignment_by_path(folder / "whatever.ipynb", COURSE) == PS1
    assert assignment_by_path(tmp_path / f"{PS1.notebook}.ipynb", COURSE) == PS1
    assert assignment_by_path(tmp_path / "copy.ipynb", COURSE) is None
    assert assignment_by_cells(released, COURSE) == PS1
    assert student_of(folder / "x.ipynb", PS1) == "alyssa"
    assert student_of(tmp_path / "x.ipynb", PS1) is None
    folder.mkdir(parents=True)
    link = tmp_path / "x.ipynb"
    link.symlink_to(folder / "x.ipynb")
    assert student_of(link, PS1) is None
    assert assignment_by_path(link, COURSE) is None
    with pytest.raises(CannotGrade, match="no assignment"):
        assignment_by_cells(nbformat.v4.new_notebook(), COURSE)


def test_pasted_pictures_stay_and_other_attachments_go(read, released):
    content = content_of(released)
    cell_content(content, "explain_shrinkage")["attachments"] = {
        "a.png": {"image/png": "iVBORw0KGgo="},
        "lines.gif": {"image/gif": ["R0lG\n", "ODlh"]},
        "b.svg": {"image/svg+xml": "<svg onload=alert(1)>"},
        "c.png": {"image/png": '"><script>'},
        "d.png": {"image/png": 5, "text/html": "<script>"},
        "e.png": "iVBORw0KGgo=",
    }
    restored = restore(read(content), released)
    attachments = cell_named(restored, "explain_shrinkage").attachments
    assert attachments == {
        "a.png": {"image/png": "iVBORw0KGgo="},
        "lines.gif": {"image/gif": "R0lG\nODlh"},
    }
    nbformat.validate(restored)
