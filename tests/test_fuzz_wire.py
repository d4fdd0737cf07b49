"""Whatever the kernel sends for an answer is decoded to plain values, or refused."""

import json
import math

import numpy as np
import pytest
from fuzzing import JSON, fuzzed, spoilt
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.in_kernel.wire import (
    DTYPES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    Key,
    Opaque,
    WireError,
    decode,
    encode,
)

KINDS = "none bool int float str key list tuple dict array opaque".split()

ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=3))
)
# Dictionaries do not take two entries of one name, which NaN never is.
NAMES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    NAMES | st.floats() | st.builds(Key, st.integers()) | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(NAMES, inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def forged(draw, parts):
    """A description with fields that may fit its kind, and may not."""
    fields = {
        "value": JSON | st.integers().map(str) | st.floats().map(repr),
        "seed": JSON,
        "type": JSON,
        "items": st.lists(parts | st.lists(parts, min_size=2, max_size=2), max_size=4) | JSON,
        "dtype": st.sampled_from(sorted(DTYPES)) | JSON,
        "shape": st.lists(st.sampled_from([0, 1, 2, 2**25, 2**40, -1]), max_size=9) | JSON,
        "data": st.binary(max_size=12).map(lambda raw: encode(np.array(list(raw), "u1"))["data"])
        | JSON,
    }
    return draw(st.fixed_dictionaries({"kind": st.sampled_from(KINDS) | JSON}, optional=fields))


FORGED = st.recursive(JSON, forged, max_leaves=8)


def is_decoded_or_refused(message):
    try:
        value = decode(message)
    except WireError as refused:
        return str(refused).isprintable()
    return is_plain(value)


def is_plain(value, depth=0):
    assert depth <= MAX_DEPTH
    if type(value) in (list, tuple):
        return all(is_plain(item, depth + 1) for item in value)
    if type(value) is dict:
        return all(
            type(name) in (str, int, float, bool, type(None)) and is_plain(item, depth + 1)
            for name, item in value.items()
        )
    if type(value) is np.ndarray:
        return value.dtype.name in DTYPES and value.nbytes <= MAX_BYTES
    return type(value) in (type(None), bool, int, float, str, Key, Opaque)


@fuzzed(300)
@given(FORGED)
@example({"kind": "array", "dtype": "float32", "shape": [0, 2**25, 2**25, 2**25], "data": ""})
@example({"kind": "array", "dtype": "bool", "shape": [1], "data": "\ud800"})
@example({"kind": "float", "value": "\ud800"})
@example({"kind": "int", "value": "²"})
@example({"kind": "int", "value": "-"})
@example({"kind": ["none"]})
def test_any_message_is_decoded_to_plain_values_or_refused(message):
    assert is_decoded_or_refused(message)


@fuzzed(200)
@given(VALUES.map(encode).flatmap(lambda message: spoilt(message, JSON)))
def test_a_spoilt_description_is_decoded_to_plain_values_or_refused(message):
    assert is_decoded_or_refused(message)


def same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    if isinstance(one, np.ndarray):
        alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and one.tobytes() == other.tobytes()
    return one == other or (one != one and other != other)


@fuzzed(300)
@given(VALUES)
@example(-0.0)
@example(math.nextafter(0, 1))
def test_values_survive(value):
    assert same(decode(json.loads(json.dumps(encode(value), allow_nan=False))), value)


@pytest.mark.parametrize("width", [2, 10, 1000])
def test_no_more_values_are_made_than_a_message_may_hold(width):
    """Each list is a hundred times the same one: the JSON of a message has no such short cuts."""
    message = {"kind": "none"}
    for _ in range(MAX_DEPTH):
        message = {"kind": "list", "items": [message] * width}
    if width**MAX_DEPTH < MAX_VALUES:
        decode(message)
    else:
        with pytest.raises(WireError, match="too many values"):
            decode(message)
