"""What the grader keeps of a kernel's messages: its own request's, in order, and not too much."""

import json

import pytest
from fuzzing import JSON, fuzzed
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox import kernel
from autograder.sandbox.kernel import BYTES_A_MESSAGE, Execution, _OutputCollector

LIMIT = 10_000


@pytest.fixture
def collected():
    return _OutputCollector(Execution(), LIMIT)


def message(kind, content, parent="ours"):
    return {"msg_type": kind, "content": content, "parent_header": {"msg_id": parent}}


def printed(text, name="stdout"):
    return message("stream", {"name": name, "text": text})


def take(collected, *messages):
    for each in messages:
        collected.add(each, "ours")
    return collected._execution


def test_outputs_are_kept_in_order_as_they_are(collected):
    figure = message("display_data", {"data": {"image/png": "AAAA"}, "metadata": {}})
    value = message("execute_result", {"data": {"text/plain": "5"}})
    error = message("error", {"ename": "E", "evalue": "e", "traceback": ["t"]})
    sent = [printed("a"), printed("b", "stderr"), figure, printed(""), value, error]
    execution = take(collected, *sent)
    assert execution.outputs == [(each["msg_type"], each["content"]) for each in sent]
    assert not execution.dropped


@pytest.mark.parametrize(
    "other",
    [
        None,
        {},
        message("stream", {"name": "stdout", "text": "x"}, parent="another"),
        {"msg_type": "stream", "content": {"text": "x"}},
        {"msg_type": "stream", "content": {"text": "x"}, "parent_header": "ours"},
        message("stream", "x"),
        message(["stream"], {"text": "x"}),
        message("comm_open", {"data": {}}),
        message("execute_input", {"code": "x"}),
    ],
)
def test_what_is_no_output_of_this_request_is_left_out(collected, other):
    execution = take(collected, other)
    assert (execution.outputs, execution.dropped) == ([], False)


def test_of_a_flood_the_beginning_is_kept_and_it_is_said(collected):
    lines = [f"{number} flood\n" * 20 for number in range(1000)]
    execution = take(collected, *map(printed, lines))
    kept = "".join(content["text"] for _, content in execution.outputs)
    assert execution.dropped
    assert "".join(lines).startswith(kept)
    # As much as there is room for: the last message is cut, not left out.
    assert len(kept) + BYTES_A_MESSAGE * len(execution.outputs) == LIMIT


def test_one_text_that_is_too_long_is_cut(collected):
    execution = take(collected, printed("long" * LIMIT), printed("later"))
    ((_, content),) = execution.outputs
    assert content["text"] == ("long" * LIMIT)[: LIMIT - BYTES_A_MESSAGE]
    assert execution.dropped


def test_a_text_that_just_fits_is_kept_whole(collected):
    execution = take(collected, printed("x" * (LIMIT - BYTES_A_MESSAGE)))
    assert len(execution.outputs[0][1]["text"]) == LIMIT - BYTES_A_MESSAGE
    assert not execution.dropped


@pytest.mark.parametrize(
    "large",
    [
        message("display_data", {"data": {"image/png": "A" * LIMIT}}),
        message("error", {"traceback": ["A"] * LIMIT}),
        message("execute_result", {"text": "", "data": {"text/plain": "A" * LIMIT}}),
        message("stream", {"name": "stdout", "text": ["A" * LIMIT]}),
    ],
)
def test_what_cannot_be_cut_is_left_out(collected, large):
    execution = take(collected, printed("before"), large)
    assert [content["text"] for _, content in execution.outputs] == ["before"]
    assert execution.dropped


def test_messages_that_say_nothing_take_room_as_well(collected):
    execution = take(collected, *[printed("")] * LIMIT)
    assert len(execution.outputs) == LIMIT / BYTES_A_MESSAGE
    assert execution.dropped


def test_of_what_is_printed_only_text_and_stream_are_kept(collected):
    junk = message("stream", {"name": "n" * LIMIT, "text": "x", "junk": "y" * LIMIT})
    ((_, content),) = take(collected, junk).outputs
    assert content == {"name": "n" * 10, "text": "x"}


def reply(content, parent="ours"):
    return message("execute_reply", content, parent)


IDLE = message("status", {"execution_state": "idle"})


def test_a_request_is_over_when_it_is_answered_and_the_kernel_is_idle(collected):
    assert not collected.is_complete()
    take(collected, IDLE | {"parent_header": {"msg_id": "another"}})
    collected.add_reply(reply({"status": "ok"}, "another"), "ours")
    collected.add_reply(None, "ours")
    take(collected, message("status", {"execution_state": "busy"}), IDLE)
    assert not collected.is_complete()
    collected.add_reply(reply({"status": "ok"}), "ours")
    assert collected.is_complete()
    assert collected._execution.reply == {"status": "ok"}


def test_a_flood_that_drowns_the_idle_kernel_ends_soon_after_the_answer(collected, monkeypatch):
    now = 100.0
    monkeypatch.setattr(kernel.time, "monotonic", lambda: now)
    collected.add_reply(reply("no content"), "ours")
    assert collected._execution.reply == {}
    assert not collected.is_complete()
    now += 3
    assert collected.is_complete()


PARTS = st.sampled_from(["ours", "stream", "status", "error", "idle", "x" * 500]) | JSON
CONTENTS = st.dictionaries(
    st.sampled_from(["name", "text", "data", "traceback", "execution_state"]), PARTS
)
MESSAGES = st.fixed_dictionaries(
    {
        "msg_type": st.sampled_from(["stream", "display_data", "error", "status"]) | JSON,
        "content": CONTENTS | JSON,
        "parent_header": st.just({"msg_id": "ours"})
        | st.dictionaries(st.just("msg_id"), JSON)
        | JSON,
    }
)


@fuzzed(200)
@given(st.lists(MESSAGES, max_size=20), st.integers(0, 2000))
def test_of_any_messages_no_more_than_the_limit_is_kept(messages, limit):
    collected = _OutputCollector(Execution(), limit)
    execution = take(collected, *messages)
    for each in messages:
        collected.add_reply(each, "ours")
    assert isinstance(execution.reply, dict)
    sizes = [
        len(content["text"]) if kind == "stream" else len(repr(content))
        for kind, content in execution.outputs
        if kind != "stream" or isinstance(content.get("text"), str)
    ]
    assert sum(sizes) + len(execution.outputs) * BYTES_A_MESSAGE <= limit
    assert collected.is_complete() in (True, False)
    json.dumps([content for _, content in execution.outputs])
