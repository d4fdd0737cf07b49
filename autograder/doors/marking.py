"""What a teacher reads beside a written answer in the form grader: the answer key's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import nbformat
from jinja2 import pass_context

from autograder.errors import UserError
from autograder.feedback.markdown import markdown2html
from autograder.notebooks.cells import grade_id
from course_config import COURSE

_MARKERS = re.compile(r"^### (?:BEGIN|END) SOLUTION$", re.MULTILINE)


@pass_context
def marking_scheme(context: Mapping[str, Any], name: str) -> str:
    """The model answer and the marking scheme of an exercise, as HTML; a filter for templates."""
    try:
        key = COURSE.assignment(context["resources"]["assignment_id"]).key
        cells = nbformat.read(key, as_version=4).cells
    except (UserError, OSError) as problem:
        return f"<p>There is no answer key: {escape(str(problem))}</p>"
    text = next((cell.source for cell in cells if grade_id(cell) == name), "")
    return markdown2html(_MARKERS.sub("", text).strip())
