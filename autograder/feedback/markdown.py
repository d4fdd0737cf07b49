"""Markdown that students wrote, as HTML in which nothing can run, with its formulas as MathML."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape, unescape
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.feedback.formulas import formula2html
from autograder.notebooks.display import PICTURES

_ALLOWED_TAGS = frozenset(
    (
        "a abbr b blockquote br code col dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr "
        "i img kbd li ol p pre s small span strong sub summary sup table tbody td tfoot "
        "th thead tr ul"
    ).split()
)
# Of classes only these: boxes, and the parts of a program.
_CLASSES = re.compile(r"alert( alert-\w+)?|highlight|[a-z]{1,2}\d?")
# Markdown's tools take a time that grows with the square of this: 5,000 take a second.
_MOST_MARKUP = 5_000
_PICTURE = re.compile(rf"data:({'|'.join(PICTURES)});base64,[A-Za-z0-9+/=\s]+", re.ASCII)


@pass_context
def cell_markdown2html(context: Mapping[str, Any], source: str) -> str:
    """:func:`markdown2html` as a filter of nbgrader's templates, with the cell's pictures."""
    return markdown2html(source, (context.get("cell") or {}).get("attachments", {}))


def markdown2html(
    source: str,
    attachments: Mapping[str, Any] = MappingProxyType({}),
    *,
    highest_heading: int = 1,
) -> str:
    """Render a cell's Markdown for a page, without anything that could run there.

    Pages insert what this returns as it is, so students' own HTML has to be cleaned here. Pasted
    pictures are shown; one that is not in the notebook is named in its place. What is too long, or
    what Markdown's tools give up on, is shown as it was typed.

    Args:
        source: Markdown.
        attachments: the cell's pictures, by name and MIME type, in base64.
        highest_heading: the level that a heading of level 1 gets on the page, the others below it.
    """
    as_typed = f"<pre>{escape(source)}</pre>"
    if len(re.findall(r"[^\w\s+/=]", source)) > _MOST_MARKUP:
        return as_typed
    renderer = _Renderer(highest_heading)
    cleaner = Cleaner(
        tags=_ALLOWED_TAGS,
        attributes=_is_allowed_attribute,
        protocols=("http", "https", "mailto", "data", "attachment"),
        filters=[partial(_WithPictures, attachments=attachments, formulas=renderer.formulas)],
    )
    try:
        cleaned = cleaner.clean(MarkdownWithMath(renderer=renderer).render(source))
        return renderer.formulas.put_in(cleaned)
    except Exception:  # no answer may keep the page from being made
        return as_typed


class _Formulas:
    """Keeps a cell's formulas out of the cleaner's hands, which knows no MathML.

    In their places stand words that nobody can guess, until the text around them is clean.
    """

    def __init__(self) -> None:
        self._word = secrets.token_hex(16)
        self._formulas: list[tuple[str, bool]] = []
        self._places = re.compile(rf"{self._word}n(\d+)n")

    def add(self, tex: str, *, display: bool) -> str:
        self._formulas.append((tex, display))
        return f"{self._word}n{len(self._formulas) - 1}n"

    def put_in(self, html: str) -> str:
        return self._places.sub(lambda place: formula2html(*self._at(place)), html)

    def as_typed(self, text: str) -> str:
        """For a text in which no formula can be shown, such as the name of a picture."""
        return self._places.sub(lambda place: f"${self._at(place)[0]}$", text)

    def _at(self, place: re.Match[str]) -> tuple[str, bool]:
        return self._formulas[int(place[1])]


class _Renderer(IPythonRenderer):
    """Leaves pictures as they are; nbconvert refuses the whole page where one is not there."""

    def __init__(self, highest_heading: int) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.formulas = _Formulas()
        self._deeper = highest_heading - 1

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return super().heading(text, min(6, level + self._deeper), **attrs)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        rendered: str = super(IPythonRenderer, self).image(text, url, title)
        return rendered

    def block_math(self, body: str) -> str:
        return self.formulas.add(body, display=True)

    def inline_math(self, body: str) -> str:
        return self.formulas.add(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        return self.formulas.add(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


class _WithPictures(Filter):
    """Puts a cell's pasted pictures in, and names those that are not there.

    A picture somewhere on the web is named as well: to load it would tell who reads the page.
    """

    def __init__(
        self, source: Any, attachments: Mapping[str, Mapping[str, str]], formulas: _Formulas
    ) -> None:
        super().__init__(source)
        self._attachments = attachments
        self._formulas = formulas

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            if isinstance(token.get("data"), dict):
                attributes = token["data"].items()
                token["data"] = {name: self._formulas.as_typed(v) for name, v in attributes}
            yield self._picture(token) if token.get("name") == "img" else token

    def _picture(self, token: dict[str, Any]) -> dict[str, Any]:
        address = unquote(unescape(token["data"].get((None, "src"), "")))
        bundle = self._attachments.get(address.removeprefix("attachment:"), {})
        pasted = [f"data:{mime};base64,{data}" for mime, data in bundle.items()]
        source = pasted[0] if pasted and address.startswith("attachment:") else address
        if _PICTURE.fullmatch(source):
            return token | {"data": {(None, "alt"): ""} | token["data"] | {(None, "src"): source}}
        return {"type": "Characters", "data": f"[picture that cannot be shown: {address[:200]}]"}


def _is_allowed_attribute(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return _CLASSES.fullmatch(value) is not None
    if name in ("title", "align", "colspan", "rowspan"):
        return True
    if tag == "a" and name == "href":
        return value.startswith(("http://", "https://", "mailto:", "#"))
    return tag == "img" and name in ("alt", "width", "height", "src")
