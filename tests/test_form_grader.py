"""nbgrader's form grader in a real browser, in the JupyterLab that docs/instructors.md starts."""

import html
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
import small_class
from browser import chromium, needs_chromium
from conftest import demo_submission
from small_class import PS1, gradebook_of, hand_in

from autograder.doors.course_directory import NbGraderCourse

pytestmark = needs_chromium

# The machine may be busy with all other tests.
PATIENCE_SECONDS = 300
COMMENT = "Carmen, look at Alyssa's data weight once more."
SCHEME = "Marking scheme (3 points"


@contextmanager
def jupyter_lab(root, home):
    """JupyterLab in a course directory; gives its address, with the token that lets one in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).parent / "jupyter", "lab", "--no-browser", "--allow-root"]
    options = [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=token"]
    log = home / "jupyter.log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [*command, *options],
            cwd=root,
            env=os.environ | {"HOME": str(home)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(10 * PATIENCE_SECONDS):
            try:
                urllib.request.urlopen(f"{address}/api/status?token=token").close()
                break
            except OSError:
                assert server.poll() is None, log.read_text("utf-8", "replace")
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture
def course(tmp_path):
    root = NbGraderCourse.set_up(tmp_path / "course").root
    hand_in(root, "carmen", demo_submission("carmen"), date="2027-01-02 12:00:00 UTC")
    small_class.set_up(root)
    return root


def test_a_teacher_grades_and_marks_in_the_browser(course, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with jupyter_lab(course, home) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(1000 * PATIENCE_SECONDS)
        page.goto(f"{address}/lab?token=token")
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.get_by_role("menuitem", name="Formgrader", exact=True).click()
        lab = page.frame_locator("iframe[src*=formgrader]")
        row = lab.locator("tr", has_text=PS1.name)
        row.get_by_text("2027-02-05").wait_for()
        row.locator(".num-submissions a").click()

        lab.locator("tr", has_text="carmen").locator(".autograde a").click()
        lab.get_by_text("Successfully").first.wait_for()
        lab.get_by_role("button", name="OK").click()
        programs = score_of(course)
        assert 0 < programs < 17

        page.goto(f"{address}/formgrader/gradebook/{PS1.name}/{PS1.notebook}")
        page.get_by_role("link", name="Submission #1").click()
        answer = page.locator("#explain_shrinkage")
        answer.wait_for()
        page.wait_for_function("formgrader.grades.loaded && formgrader.comments.loaded")
        earned = page.locator("input.score").evaluate_all(
            "found => found.map(input => [input.id, Number(input.value || input.placeholder)])"
        )
        assert dict(earned)["test_posterior_mean"] == 0
        assert dict(earned)["test_data_weight"] == 3
        assert sum(points for _, points in earned) == programs
        assert "Mode for mean? This is the highest point" in page.inner_text("body")
        scheme = page.locator("details.marking-scheme")
        assert SCHEME in scheme.inner_text()
        assert answer.bounding_box()["y"] < scheme.bounding_box()["y"]

        answer.fill("2.5")
        comment = page.locator("#explain_shrinkage-comment")
        comment.fill(COMMENT)
        comment.blur()
        page.wait_for_function("$.active === 0")
        if folder := os.environ.get("SCREENSHOTS"):  # for docs/images
            page.set_viewport_size({"width": 1100, "height": 800})
            answer.evaluate("e => e.scrollIntoView({block: 'center'})")
            page.mouse.wheel(0, 150)
            page.wait_for_timeout(1000)
            page.screenshot(path=Path(folder) / "form-grader.png")

        page.goto(f"{address}/formgrader/manage_submissions/{PS1.name}")
        row = page.locator("tr", has_text="carmen")
        row.get_by_text(re.compile(rf"^{programs + 2.5:g} / 20$")).wait_for()
        row.locator(".generate-feedback a").click()
        page.get_by_text("Successfully").first.wait_for()
    feedback = (course / "feedback" / "carmen" / PS1.name / f"{PS1.notebook}.html").read_text()
    assert COMMENT in html.unescape(feedback)
    assert SCHEME not in feedback


def score_of(course):
    with gradebook_of(course) as gradebook:
        return gradebook.find_submission(PS1.name, "carmen").score
