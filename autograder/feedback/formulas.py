"""LaTeX as MathML, which browsers draw by themselves: no script, no fonts, no network."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import lru_cache
from html import escape, unescape
from itertools import zip_longest

from latex2mathml.converter import convert_to_element

# The longest formula of the course has 330 letters.
_MAX_LETTERS = 1_000
_TAGS = frozenset(
    (
        "math mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup "
        "msup mtable mtd mtext mtr munder munderover"
    ).split()
)
_ATTRIBUTES = frozenset(
    (
        "accent accentunder columnalign depth display displaystyle fence form height largeop "
        "linethickness lspace mathvariant maxsize minsize movablelimits rspace scriptlevel "
        "separator stretchy symmetric voffset width"
    ).split()
)
_THIN_SPACE = "0.17em"


def formula2html(tex: str, display: bool) -> str:
    """A formula as MathML; as it was typed where it is too long, or no formula.

    Nothing that was typed can run, or load anything, in the page: of what the converter gives only
    MathML's own elements are let through, without links and styles.
    """
    mathml = _mathml(tex.strip(), display)
    if mathml is None:
        mark = "$$" if display else "$"
        return f"<code>{escape(f'{mark}{tex}{mark}')}</code>"
    if display:
        return (
            f'<span class="formula" tabindex="0" role="group" aria-label="formula">{mathml}</span>'
        )
    return mathml


@lru_cache(maxsize=500)
def _mathml(tex: str, display: bool) -> str | None:
    if len(tex) > _MAX_LETTERS:
        return None
    try:
        math = convert_to_element(tex, display="block" if display else "inline")
        return ET.tostring(_cleaned(math), encoding="unicode")
    except Exception:  # of many kinds: it was no formula
        return None


def _cleaned(math: ET.Element) -> ET.Element:
    math.attrib.pop("xmlns", None)  # which HTML does not need
    for element in math.iter():
        if element.tag not in _TAGS:
            raise ValueError(f"{element.tag} is no element of MathML")
        for name in element.attrib.keys() - _ATTRIBUTES:
            del element.attrib[name]
        # The converter writes symbols as entities, to be put into the page as they are.
        element.text = unescape(element.text or "")
    for row in math.iter():
        for symbol, follower in zip_longest(row, row[1:]):
            if symbol.tag == "mi":
                _mend(symbol, follower)
    return math


def _mend(symbol: ET.Element, follower: ET.Element | None) -> None:
    """Give a symbol that the converter takes for a variable the looks that it has in LaTeX."""
    text = symbol.text or ""
    if text == "~":  # distributed as
        symbol.tag, symbol.text = "mo", "\u223c"
    elif len(text) == 1 and not text.isalnum():  # an arrow, for instance
        symbol.tag = "mo"
    elif "\u0391" <= text <= "\u03a9":  # capital Greek letters stand upright
        symbol.set("mathvariant", "normal")
    elif len(text) > 1 and text.isalpha():  # the name of a function
        symbol.tag = "mo"
        opens = follower is not None and follower.text in ("(", "[")
        symbol.attrib = {
            "form": "prefix",
            "lspace": _THIN_SPACE,
            "rspace": "0" if opens else _THIN_SPACE,
        }
