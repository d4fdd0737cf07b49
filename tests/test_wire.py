"""What crosses the wall: values survive, and whatever is not one of them is refused."""

import json
import math

import jax.numpy as jnp
import numpy as np
import pytest

from autograder.in_kernel.wire import DTYPES, MAX_DEPTH, Key, Opaque, WireError, decode, encode


def through_json(value):
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -3, 10**300, 0.1, "tonkatsu\u2028", [1, [2.5]], (1, "a"), {"mu": 0.5, 1: [2]}],
)
def test_plain_values_survive(value):
    assert through_json(value) == value
    assert type(through_json(value)) is type(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinities_survive(value):
    assert through_json(value) == value


def test_nan_survives_alone_and_in_arrays():
    assert math.isnan(through_json(math.nan))
    assert np.array_equal(
        through_json(np.array([np.nan, np.inf, 1.0])), [np.nan, np.inf, 1.0], equal_nan=True
    )


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_arrays_keep_dtype_and_shape(dtype, shape):
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    back = through_json(array)
    assert back.dtype == array.dtype
    assert back.shape == shape
    assert np.array_equal(back, array)


def test_jax_arrays_numpy_scalars_and_bfloat16_come_back_as_numpy():
    assert through_json(jnp.float32(1.5)).dtype == np.float32
    assert through_json(np.float64(0.5)).shape == ()
    assert through_json(jnp.array([1.5], jnp.bfloat16)).tolist() == [1.5]


def test_arrays_of_texts_come_back_as_lists():
    assert through_json(np.array(["alike", "different"])) == ["alike", "different"]
    assert through_json({"regime": np.array("alike")}) == {"regime": "alike"}


def test_views_that_are_not_contiguous_keep_their_order():
    array = np.arange(12.0).reshape(3, 4).T[::-1]
    assert np.array_equal(through_json(array), array)


def test_keys_and_unknown_objects():
    assert through_json(Key(7)) == Key(7)
    assert through_json(object()) == Opaque("object")
    assert through_json(np.array([object()])) == Opaque("ndarray")
    assert isinstance(through_json(1j), Opaque)


def test_what_is_too_deep_or_too_large_is_refused():
    nested = []
    for _ in range(MAX_DEPTH + 2):
        nested = [nested]
    with pytest.raises(WireError, match="deeply"):
        encode(nested)
    with pytest.raises(WireError, match="digits"):
        encode(10**10_000)
    with pytest.raises(WireError, match="large"):
        encode(np.zeros(10**8))


ARRAY = {"kind": "array", "dtype": "float32", "shape": [1], "data": "AACAPw=="}


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "6.0",
        {},
        {"kind": "pickle", "data": "gASV"},
        {"kind": "int", "value": "1" * 10_000},
        {"kind": "int", "value": "__import__('os')"},
        {"kind": "int", "value": 5},
        {"kind": "float", "value": "six"},
        {"kind": "bool", "value": 1},
        {"kind": "list", "items": {"0": 1}},
        {"kind": "dict", "items": [[1]]},
        {"kind": "dict", "items": [[{"kind": "list", "items": []}, {"kind": "none"}]]},
        ARRAY | {"dtype": "object"},
        ARRAY | {"dtype": "V8"},
        ARRAY | {"shape": [2]},
        ARRAY | {"shape": [-1]},
        ARRAY | {"shape": [2**40]},
        ARRAY | {"shape": [0, 2**25, 2**25, 2**25], "data": ""},
        ARRAY | {"shape": [0, 2**24], "data": ""},
        ARRAY | {"shape": [True]},
        ARRAY | {"shape": [1] * 9},
        ARRAY | {"data": "not base64!"},
        ARRAY | {"data": "AACAPw==" * 1000},
        {"kind": "array", "dtype": "bool", "shape": [1], "data": "Ag=="},
    ],
)
def test_malformed_messages_are_refused(message):
    with pytest.raises(WireError):
        decode(message)


def test_a_message_of_many_values_is_refused_however_they_are_nested():
    short = {"kind": "list", "items": [{"kind": "none"}] * 1000}
    pair = {"kind": "dict", "items": [[{"kind": "int", "value": str(i)}, short] for i in range(99)]}
    decode({"kind": "tuple", "items": [pair] * 10})
    with pytest.raises(WireError, match="too many values"):
        decode({"kind": "tuple", "items": [pair] * 11})


def test_a_deep_message_is_refused_without_recursion():
    message = {"kind": "none"}
    for _ in range(500):
        message = {"kind": "list", "items": [message]}
    with pytest.raises(WireError, match="deeply"):
        decode(message)
