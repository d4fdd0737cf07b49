"""What misconceptions answer is kept by content; a store that is broken changes no grade."""

import pytest

from autograder.misconceptions import known as known_module
from autograder.misconceptions.known import KnownMisconceptions
from autograder.misconceptions.probes import NO_ANSWER
from autograder.records import Question

QUESTION = Question("test_posterior_mean", "call", "posterior_mean", (2.0, 3.0, 4.0, 9.0))


@pytest.fixture
def filled(tmp_path):
    """A store with the answers of the ps1 misconceptions to one question."""
    known = KnownMisconceptions("shrinkage", tmp_path, keep=True)
    answers = {entry.name: known.answer(entry, QUESTION) for entry in known.slow_entries}
    return tmp_path, answers


def answers_from(store):
    known = KnownMisconceptions("shrinkage", store)
    return {entry.name: known.answer(entry, QUESTION) for entry in known.slow_entries}


def no_library(*_):
    raise AssertionError("the misconceptions were imported")


def test_what_is_kept_is_not_computed_again(filled, monkeypatch):
    store, answers = filled
    monkeypatch.setattr(known_module, "library_of", no_library)
    assert answers_from(store) == answers
    assert NO_ANSWER in answers.values()  # those of other exercises cannot answer this
    assert answers["raw fraction"] == pytest.approx(4 / 9)


@pytest.mark.parametrize("content", ["", "{", '{"kind": "array"}', "[1, 2]", "3", '"text"'])
def test_a_broken_store_is_computed_anew(filled, content):
    store, answers = filled
    for path in store.rglob("*.json"):
        path.write_text(content)
    assert answers_from(store) == answers


def test_grading_only_reads_the_store(tmp_path):
    answers_from(tmp_path)
    assert list(tmp_path.rglob("*.json")) == []


def test_other_content_is_another_folder(filled, monkeypatch):
    store, answers = filled
    monkeypatch.setattr(known_module, "_content_key", lambda: "another")
    fresh = KnownMisconceptions("shrinkage", store, keep=True)
    assert not fresh.is_complete()
    assert {entry.name: fresh.answer(entry, QUESTION) for entry in fresh.slow_entries} == answers
    fresh.mark_as_complete()
    assert fresh.is_complete()
    assert [path.name for path in (store / "misconceptions").iterdir()] == ["another"]
