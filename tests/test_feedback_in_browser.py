"""The feedback page in a real browser: on a phone, in the dark, without a network, by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, needs_chromium
from conftest import PS1
from test_feedback_page import TEACHER, graded

from autograder.feedback.page import feedback_page, not_graded_page

# One browser is started for all tests.
pytestmark = [needs_chromium, pytest.mark.xdist_group("feedback in a browser")]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages as files, by name."""
    folder = tmp_path_factory.mktemp("pages")
    wide = "x" * 300 + " = " + "1 + " * 100 + "1"
    made = {
        "before": feedback_page(graded(data_weight=wide), PS1, student="emi", late_penalty=1),
        "marked": feedback_page(graded(), PS1, student="emi", **TEACHER),
        "not graded": not_graded_page(PS1, "The file is not valid JSON.", student="nora"),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser, pages):
    """Opens a page with everything unfolded; notes what it asks for and complains of."""
    contexts = []

    def open_page(name, viewport=DESK, scheme="light", unfold=True):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("dialog", lambda dialog: page.complaints.append(dialog.message))
        page.goto(pages[name])
        if unfold:
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["before", "marked", "not graded"])
def test_on_a_phone_nothing_has_to_be_scrolled_sideways(opened, name):
    page = opened(name, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_no_network_is_asked_and_nothing_runs(opened, pages):
    page = opened("before")
    assert [url for url in page.asked if not url.startswith("data:")] == [pages["before"]]
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["before", "marked", "not graded"])
def test_it_is_accessible(opened, name, scheme):
    """What axe-core finds: contrast, landmarks, order of headings, names of pictures, and more."""
    found = Axe().run(opened(name, scheme=scheme)).response
    assert "color-contrast" in {rule["id"] for rule in found["passes"]}
    told = {
        rule["id"]: [node["html"][:200] for node in rule["nodes"]] for rule in found["violations"]
    }
    assert told == {}


def test_it_can_be_read_by_keyboard(opened):
    """Folded parts open with the keyboard, and a link of the summary leads to its exercise."""
    page = opened("before", unfold=False)
    summary = page.locator("details.chapter > summary")
    assert not page.get_by_text("The chapter begins.").is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("The chapter begins.").is_visible()
    page.get_by_role("link", name="Exercise 4: draw it").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#test_plot_shrinkage"


def test_formulas_are_drawn(opened):
    """A fraction is higher than a letter, and the brace under a sum is as wide as what it holds."""
    page = opened("before")
    heights = page.evaluate(
        "[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)"
    )
    assert len(heights) > 20
    assert min(heights) > 5
    assert max(heights) > 30
