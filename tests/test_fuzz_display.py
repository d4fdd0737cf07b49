"""Whatever student code shows, the notebook with it is valid, can be written and runs nothing."""

import re
import unicodedata
from html.parser import HTMLParser

import nbformat
from fuzzing import JSON, TEXTS, fuzzed
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.feedback.markdown import markdown2html
from autograder.notebooks.display import PICTURES, printable, shown_outputs

KINDS = ["stream", "error", "display_data", "execute_result"]
MIMES = [
    *PICTURES,
    "text/plain",
    "text/html",
    "text/latex",
    "image/svg+xml",
    "application/javascript",
]
PARTS = (
    st.sampled_from(["AAAA", "AA==\n", "", "<script>", "\x1b[31m", "\ud800", "AAAA\u2028"]) | JSON
)
CONTENTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("name", "text", "ename", "evalue", "metadata"), PARTS)
    | {"traceback": st.lists(PARTS, max_size=3) | PARTS}
    | {"data": st.dictionaries(st.sampled_from(MIMES) | TEXTS, PARTS, max_size=4) | PARTS},
)
MESSAGES = st.lists(st.tuples(st.sampled_from(KINDS), CONTENTS), max_size=4)


@fuzzed(300)
@given(MESSAGES)
@example([("stream", {"name": ["stderr"], "text": "\ud800"})])
@example([("display_data", {"data": {"image/png": "\ud800", "text/plain": None}})])
def test_any_messages_become_valid_outputs(messages):
    outputs = shown_outputs(messages)
    cell = nbformat.v4.new_code_cell(outputs=outputs)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    assert {mime for output in outputs for mime in output.get("data", {})} <= {
        "text/plain",
        *PICTURES,
    }


# Controls, surrogates, and what separates lines and paragraphs.
UNFIT = {"Cc", "Cs", "Zl", "Zp"}


@fuzzed(300)
@given(TEXTS)
def test_any_text_can_be_printed(text):
    told = printable(text)
    told.encode()
    assert not {unicodedata.category(letter) for letter in told if letter not in "\n\t"} & UNFIT


MARKUP = st.sampled_from(
    [
        *"# > * _ ` ``` ![ ]( ) [ ] < > </ $ $$ | - --- & &lt; &#x; \" ' = ~~ : \\".split(),
        *"<script> <img <svg <a <pre> <textarea> <iframe> <style> <title> <noscript>".split(),
        *"<math> <!-- -->".split(),
        *"href= src= onload= onerror= javascript: data: data:image/png;base64,AAAA".split(),
        *"attachment:a.png attachment: http://a \\begin{a} \\end{a} 1.".split(),
        *"\\text{ \\frac{ } \\href{ ^ \\sqrt \\left( \\class{".split(),
        *["\n", "\n\n", " ", "    ", "\0"],
    ]
)


class _Reader(HTMLParser):
    """Notes what in a page could run or load something."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        self.found.add(tag)
        for name, value in attributes:
            self.found.add(f"{tag} {name}")
            if name in ("href", "src"):
                self.found.add(f"{tag} {re.match('[a-z]*:?', value)[0]}")


HARMLESS = re.compile(
    "[a-z0-9]+( (class|title|align|colspan|rowspan))?"
    "|span (tabindex|role|aria-label)|math display|m[a-z]+ [a-z]+"
    "|img( (alt|width|height|src|data:))?|a( (href|https?:|mailto:|))?"
)


@fuzzed(300)
@given(st.lists(MARKUP | TEXTS, max_size=20).map("".join))
@example("<svg><style><img src=x onerror=alert(1)></style></svg>")
@example("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
@example("[a](java\tscript:alert(1)) <a href=' javascript:alert(1)'>a</a>")
@example("[a](data:text/html;base64,PHNjcmlwdD4=) ![a](javascript:alert(1))")
@example('![a](attachment:a.png"onerror=alert(1)) `</pre><script>`')
@example("\0\ud800")
def test_whatever_is_written_runs_nothing_in_a_page(source):
    reader = _Reader()
    reader.feed(markdown2html(source, {"a.png": {"image/png": "AAAA"}}))
    reader.close()
    assert not {found for found in reader.found if not HARMLESS.fullmatch(found)}
    assert not reader.found & {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "base",
        "svg",
        "maction",
        "semantics",
    }
