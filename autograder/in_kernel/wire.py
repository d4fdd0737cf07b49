"""The values that cross the wall between grader and student: plain JSON, bounded, never code.

Both sides use this module: the grader imports it, and its text is sent into the student's kernel.
The grader trusts nothing that comes back, so :func:`decode` checks every field, and what it returns
is built from Python numbers, strings, lists, dicts, NumPy arrays and :class:`Opaque` only.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_DEPTH = 12
MAX_ITEMS = 200_000
MAX_VALUES = 1_000_000
MAX_BYTES = 32 * 2**20
MAX_DIGITS = 400

DTYPES = frozenset(
    ("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64").split()
)


class WireError(ValueError):
    """A value that may not cross the wall: of an unknown kind, malformed, or too large."""


@dataclass(frozen=True)
class Opaque:
    """An answer of a type that does not cross the wall; only the type's name does."""

    type_name: str


@dataclass(frozen=True)
class Key:
    """A JAX random key, to be made inside the student's kernel: ``jax.random.PRNGKey(seed)``."""

    seed: int


def encode(value: Any, depth: int = 0) -> dict[str, Any]:
    """Describe ``value`` in JSON; what has no description becomes ``{"kind": "opaque"}``.

    Raises:
        WireError: the value is nested deeper than ``MAX_DEPTH`` or larger than ``MAX_BYTES``.
    """
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    if value is None:
        return {"kind": "none"}
    if isinstance(value, bool):
        return {"kind": "bool", "value": value}
    if isinstance(value, int):
        if value.bit_length() > 3 * MAX_DIGITS:
            raise WireError("an integer with too many digits")
        return {"kind": "int", "value": str(value)}
    if isinstance(value, float) and not isinstance(value, np.generic):
        return {"kind": "float", "value": repr(float(value))}
    if isinstance(value, str):
        if len(value) > MAX_BYTES:
            raise WireError("a text that is too long")
        return {"kind": "str", "value": sendable(value)}
    if isinstance(value, Key):
        return {"kind": "key", "seed": value.seed}
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_ITEMS:
            raise WireError("a list that is too long")
        kind = "list" if isinstance(value, list) else "tuple"
        return {"kind": kind, "items": [encode(item, depth + 1) for item in value]}
    if isinstance(value, dict):
        if len(value) > MAX_ITEMS:
            raise WireError("a dictionary that is too large")
        items = [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()]
        return {"kind": "dict", "items": items}
    return _encode_array(value, depth)


def sendable(text: str) -> str:
    """A text without lone surrogates, which no message can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _encode_array(value: Any, depth: int) -> dict[str, Any]:
    opaque = {"kind": "opaque", "type": type(value).__name__[:80]}
    if not hasattr(value, "__array__") or not hasattr(value, "dtype"):
        return opaque
    try:
        array = np.asarray(value)
        if array.dtype.name == "bfloat16":
            array = array.astype(np.float32)
        if array.dtype.name == np.dtype(np.longdouble).name:
            array = array.astype(np.float64)
    except Exception:  # e.g. a traced value, or a typed random key
        return opaque
    if array.nbytes > MAX_BYTES:
        raise WireError("an array that is too large")
    if array.dtype.kind == "U":  # texts, as a list of them
        return encode(array.tolist(), depth)
    if array.dtype.name not in DTYPES:
        return opaque
    little_endian = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return {
        "kind": "array",
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": base64.b64encode(little_endian.tobytes()).decode("ascii"),
    }


def decode(message: Any) -> Any:
    """Rebuild the value that ``message`` describes; arrays come back as NumPy arrays.

    Raises:
        WireError: the message is not one that :func:`encode` writes, or exceeds a bound.
    """
    return _decode(message, 0, iter(range(MAX_VALUES)))


def _decode(message: Any, depth: int, room: Iterator[int]) -> Any:
    """One value, with those in it; ``room`` has an item left for each value that may follow."""
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    if next(room, None) is None:
        raise WireError("too many values")
    if not isinstance(message, dict):
        raise WireError("not a description of a value")
    kind = message.get("kind")
    if kind == "none":
        return None
    if kind == "bool":
        return _field(message, "value", bool)
    if kind == "int":
        return _decode_int(_field(message, "value", str))
    if kind == "float":
        return _decode_float(_field(message, "value", str))
    if kind == "str":
        return _field(message, "value", str)
    if kind == "key":
        return Key(_field(message, "seed", int))
    if kind in ("list", "tuple"):
        items = [_decode(item, depth + 1, room) for item in _items(message)]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return _decode_dict(_items(message), depth, room)
    if kind == "array":
        return _decode_array(message)
    if kind == "opaque":
        return Opaque(_field(message, "type", str)[:80])
    raise WireError("a value of an unknown kind")


def _field(message: dict[str, Any], name: str, expected: type) -> Any:
    value = message.get(name)
    # bool is a subclass of int, and neither may pass for the other.
    if type(value) is not expected:
        raise WireError(f"a value whose {name} is not a {expected.__name__}")
    return value


def _items(message: dict[str, Any]) -> list[Any]:
    items: list[Any] = _field(message, "items", list)
    if len(items) > MAX_ITEMS:
        raise WireError("a collection that is too large")
    return items


def _decode_int(text: str) -> int:
    digits = text[1:] if text.startswith("-") else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise WireError("a malformed integer")
    return int(text)


def _decode_float(text: str) -> float:
    if len(text) > MAX_DIGITS:
        raise WireError("a malformed float")
    try:
        return float(text)
    except ValueError:
        raise WireError("a malformed float") from None


def _decode_dict(items: list[Any], depth: int, room: Iterator[int]) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for item in items:
        if not (isinstance(item, list) and len(item) == 2):
            raise WireError("a malformed dictionary")
        key = _decode(item[0], depth + 1, room)
        if not isinstance(key, (str, int, float, bool, type(None))):
            raise WireError("a dictionary key that is no text or number")
        result[key] = _decode(item[1], depth + 1, room)
    return result


def _decode_array(message: dict[str, Any]) -> np.ndarray:
    dtype_name, shape = _field(message, "dtype", str), _field(message, "shape", list)
    if dtype_name not in DTYPES:
        raise WireError("an array of an unknown dtype")
    if len(shape) > 8 or not all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape):
        raise WireError("an array with a malformed shape")
    dtype = np.dtype(dtype_name).newbyteorder("<")
    data = _field(message, "data", str)
    n_bytes = math.prod(shape) * dtype.itemsize
    # NumPy also refuses what would be too large if an axis without entries had one.
    most_bytes = math.prod(max(n, 1) for n in shape) * dtype.itemsize
    if most_bytes > MAX_BYTES or len(data) > 4 * (n_bytes // 3 + 1):
        raise WireError("an array that is too large")
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise WireError("an array whose data is not base64") from None
    if len(raw) != n_bytes:
        raise WireError("an array whose data does not fill its shape")
    if dtype_name == "bool" and raw.strip(b"\x00\x01"):
        raise WireError("an array of malformed booleans")
    return np.frombuffer(raw, dtype).reshape(shape).astype(np.dtype(dtype_name))
