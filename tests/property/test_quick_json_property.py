"""The quick parser of JSON gives the values and the refusals of the standard one, for any bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solver.base.quick_json import loads

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
ODD = [b'{"a":"\\ud800"}', b"\xef\xbb\xbf{}", b"[" * 300 + b"]" * 300, '{"a":1}'.encode("utf-16"), b'{"a":1,"a":2}']
BROKEN = [b"", b"[1,]", b"[01]", b'"\xff"', b'"a\nb"', b"[1] x", b"[" * 10**6, b'{"a"', b"\x00", b"1e", b"nan", b"'a'"]


def outcome(parse: Callable[[bytes], Any], text: bytes) -> object:
    """The value as text that tells 1 from 1.0 and -0.0 from 0.0, or the kind of error."""
    try:
        return repr(parse(text))
    except (ValueError, RecursionError) as error:
        return type(error)


@given(VALUES, st.booleans())
@example(math.nan, True)
@example([-0.0, 1e300, 10**30, 5e-324, -(2**63)], True)
@settings(deadline=None)
def test_what_is_json_has_the_same_value(value: object, is_ascii: bool) -> None:
    try:
        text = json.dumps(value, ensure_ascii=is_ascii).encode()
    except UnicodeEncodeError:
        return
    assert outcome(loads, text) == outcome(json.loads, text) == repr(json.loads(text))


@given(VALUES, st.data())
@settings(deadline=None)
def test_what_is_broken_is_refused_alike(value: object, data: st.DataObject) -> None:
    text = bytearray(json.dumps(value).encode())
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(loads, bytes(text)) == outcome(json.loads, bytes(text))


@pytest.mark.parametrize("text", [*ODD, *BROKEN], ids=lambda text: repr(text[:12]))
def test_odd_bytes_come_to_the_same(text: bytes) -> None:
    assert outcome(loads, text) == outcome(json.loads, text)
