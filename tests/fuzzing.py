"""What the fuzz tests share: how many examples they try, and whatever JSON can hold.

``FUZZ=50 python -m pytest tests/test_fuzz_*.py`` tries fifty times as many examples as usual, and
other ones each time; without that, the same few are tried every time.
"""

import os
from pathlib import Path

from hypothesis import HealthCheck, configuration, settings
from hypothesis import strategies as st

# Among what pytest keeps, not in a folder of its own.
configuration.set_hypothesis_home_dir(Path(__file__).parents[1] / ".pytest_cache" / "hypothesis")

_TIMES = int(os.environ.get("FUZZ", "1"))

# With what JSON can say and a file cannot: lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=30)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


def fuzzed(max_examples):
    """Settings for a test that tries so many examples in a few seconds."""
    return settings(
        max_examples=max_examples * _TIMES,
        derandomize=_TIMES == 1,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def spoilt(value, other):
    """``value``, JSON, with one part of it, itself included, replaced by something of ``other``."""
    return st.deferred(lambda: st.sampled_from(list(_places(value)))).flatmap(
        lambda place: other.map(lambda new: _replaced(value, place, new))
    )


def _places(value):
    yield ()
    parts = value.items() if isinstance(value, dict) else ()
    for name, part in enumerate(value) if isinstance(value, list) else parts:
        yield from ((name, *place) for place in _places(part))


def _replaced(value, place, new):
    if not place:
        return new
    name, *inner = place
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[name] = _replaced(value[name], inner, new)
    return copy
