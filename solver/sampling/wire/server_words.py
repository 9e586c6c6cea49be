"""From an error that a server sent to a ``Fault`` or a ``Refusal`` with the server's own words. Pure.

>>> words_of({"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]})
'seed: Extra inputs are not permitted'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from solver.sampling.completion import ERROR_WORDS, error_inside
from solver.sampling.transport import Fault, Refusal
from solver.sampling.wire.refusal_sorts import (
    fields_named,
    is_for_good,
    is_of_the_moment,
    is_slowed,
    is_spent,
    sorted_refusal,
    told_wait_s,
)

_MOST = 4000
"""Characters of a server's words that are looked at."""
_MOST_TITLE = 200
_DEEPEST = 5
_USUAL = ("", "error", "errors", "detail", "title", "reason", "description", *ERROR_WORDS)
"""Names of what says what is wrong."""
_NO_WORDS = ("code", "type", "status", "id", "request_id", "requestId", "trace_id", "instance", "object", "timestamp")
"""Names of texts that say nothing to a reader."""
_MAY_HEAL = (408, 409, 425, 499)
"""Statuses below 500 that speak of the moment."""
LONGEST_WAIT_S = 300.0
"""A server that asks to come back later than this has nothing left for this run: the same command goes on then."""
_LONGEST_PAUSE_S = 120.0
"""What is paused at most before the next try."""
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,400})</title>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]{0,400}>")


def failure_of(
    status: int, body: object, *, name: str, wait_s: float | None = None, location: str = ""
) -> Fault | Refusal:
    """Sort an error.

    Args:
        status: HTTP status; of an error inside a good reply the code in it, 0 where it has none.
        body: the reply, read as JSON where it is some, else its text.
        name: of the server, for messages; ends before the words.
        wait_s: what ``Retry-After`` said, seconds; None where it said nothing.
        location: where a redirect points.
    """
    error = error_in(body)
    code = _short(error.get("code") or error.get("error_code") or error.get("type"))
    words, param = words_of(body), _short(error.get("param"))
    if not status:
        status = _status_in(error) or (429 if is_slowed(f"{code} {words}") else 0)
    text = f"{name}: {words or 'no reason given'}" + (f" ({status})" if status else "")
    if 300 <= status < 400:
        where = f" to {location}" if location else ""
        return Refusal(f"{name}: redirects{where} ({status}), which is not followed", status, sort="all")
    if status == 429:
        wait_s = told_wait_s(words) if wait_s is None else wait_s
        told = wait_s is not None
        if is_spent(words, code=code, quotas=_quotas_in(error), is_told_to_wait=told) or (wait_s or 0) > LONGEST_WAIT_S:
            return Refusal(text, status, sort="all")
        return Fault("429", text, _pause(wait_s))
    if status in _MAY_HEAL:
        return Fault("5xx", text, _pause(wait_s))
    if status >= 500:
        if is_for_good(words, code=code) or (wait_s or 0) > LONGEST_WAIT_S:
            return Refusal(text, status, sort="all")
        # Some servers fall over what they do not take, instead of refusing it.
        named = fields_named(words, param)
        if not named:
            return Fault("5xx", text, _pause(wait_s))
        return Refusal(text, status, sort="field", field=named[0], named=named)
    sort, field = sorted_refusal(status, words, code=code, param=param)
    if sort == "unknown" and is_of_the_moment(f"{code} {words}"):
        return Fault("5xx", text, _pause(wait_s))
    if not status and sort == "unknown":
        return Fault("malformed", text)
    return Refusal(text, status, sort=sort, field=field, named=fields_named(words, param) if sort == "field" else ())


def _pause(wait_s: float | None) -> float | None:
    return None if wait_s is None else min(wait_s, _LONGEST_PAUSE_S)


def parsed(raw: bytes) -> object:
    """Read an error's body: as JSON where it is some, else as text."""
    text = _decoded(raw).strip().removeprefix("\ufeff")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _decoded(raw: bytes) -> str:
    """Return a text in the encoding that it is in, which heads are often wrong about."""
    for encoding in (json.detect_encoding(raw), "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", errors="replace")


def error_in(body: object) -> Mapping[str, Any]:
    """Return the error object of a reply; the reply itself where it is one, empty where there is none."""
    if isinstance(body, list) and body:
        # One maker wraps its errors into a list.
        body = body[0]
    if not isinstance(body, dict):
        return {}
    inner = body.get("error")
    if isinstance(inner, dict):
        return inner
    return body if isinstance(inner, str) or body.get("detail") else error_inside(body) or body


def words_of(body: object) -> str:
    """Return what the server says, not cleaned, at most 4000 characters; empty where it says nothing."""
    if isinstance(body, str):
        return page_title(body) if body.lstrip("\ufeff \r\n\t").startswith("<") else body[:_MOST]
    error = error_in(body)
    inner = body.get("error") if isinstance(body, dict) else None
    if isinstance(inner, str):
        return inner[:_MOST]
    for name in (*ERROR_WORDS, "detail"):
        found = error.get(name)
        if isinstance(found, str) and found:
            return f"{found}{_behind(error)}"[:_MOST]
        if isinstance(found, list) and found:
            return "; ".join(map(_one, found[:5]))[:_MOST]
        if isinstance(found, dict) and isinstance(found.get("message"), str):
            return str(found["message"])[:_MOST]
    return "; ".join(_leaves(body))[:_MOST]


def _leaves(value: object, name: str = "", depth: int = 0) -> list[str]:
    """Return the texts in an error of a form that nobody knows, each behind its name where that is not a usual one.

    >>> _leaves({"errors": {"n": ["must be 1"]}, "error": {"error": {"message": "no"}}, "type": "x"})
    ['n: must be 1', 'no']
    """
    if isinstance(value, str):
        return [value if name in _USUAL else f"{name}: {value}"] if value.strip() and name not in _NO_WORDS else []
    if depth == _DEEPEST:
        return []
    if isinstance(value, list):
        return [leaf for one in value[:5] for leaf in _leaves(one, name, depth + 1)]
    if isinstance(value, dict):
        return [leaf for key, one in [*value.items()][:20] for leaf in _leaves(one, str(key)[:60], depth + 1)]
    return []


def _behind(error: Mapping[str, Any]) -> str:
    """Return what the server behind a relay said, where the relay passes it on."""
    beside = error.get("metadata")
    raw = beside.get("raw") if isinstance(beside, dict) else None
    said = words_of(parsed(raw.encode())) if isinstance(raw, str) else ""
    return f": {said}" if said else ""


def page_title(page: str) -> str:
    """Return what a page for browsers is called, else its text without tags.

    >>> page_title("<html><head><title>502 Bad Gateway</title></head></html>"), page_title("<p>no <b>way</b></p>")
    ('502 Bad Gateway', 'no way')
    """
    found = _TITLE.search(page[:_MOST])
    return " ".join((found[1] if found else _MARKUP.sub(" ", page[:_MOST])).split())[:_MOST_TITLE]


def _one(entry: object) -> str:
    """Write one entry of a list of errors, as pydantic makes them."""
    if not isinstance(entry, dict):
        return str(entry)[:_MOST] if isinstance(entry, str | int | float) else ""
    place = entry.get("loc")
    names = [str(part)[:60] for part in place[:5] if part != "body"] if isinstance(place, list) else []
    said = str(entry.get("msg") or entry.get("message"))[:_MOST]
    return f"{'.'.join(names)}: {said}" if names else said


def _quotas_in(error: Mapping[str, Any]) -> str:
    """Return the names of the quotas that are used up, as Google's errors have them beside the message.

    >>> _quotas_in({"details": [{"violations": [{"quotaId": "RequestsPerDay"}]}]})
    'RequestsPerDay'
    """
    details = error.get("details")
    lists = [one.get("violations") for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    found = [one for violations in lists if isinstance(violations, list) for one in violations if isinstance(one, dict)]
    return " ".join(_short(one.get("quotaId")) for one in found[:20])


def _short(value: object) -> str:
    return str(value)[:60] if isinstance(value, str | int) else ""


def _status_in(error: Mapping[str, Any]) -> int:
    """Return the HTTP status that an error object tells, 0 where it tells none."""
    for name in ("code", "status", "status_code"):
        value = error.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) == 3:
            value = int(value)
        if type(value) is int and 300 <= value < 600:
            return value
    return 0
