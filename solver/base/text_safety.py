"""Text from elsewhere (models, servers, data, file names) made harmless for a terminal, and free of secrets. Pure.

Everything that is printed goes through here: ``solver.base.display.printing`` does it for lines, the views do it for
what they draw. JSON needs no cleaning below U+0080, where ``json`` escapes control codes itself; ``json_text`` escapes
the rest without changing a value.

>>> cleaned("a\\x1b[2Jb"), one_line("a\\nb\\u202e"), json_text({"name": "a\\u202eb"})
('a␛[2Jb', 'a b', '{"name": "a\\\\u202eb"}')
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

# Marks that turn the direction of writing around, and line ends that only some programs know.
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x2028, 0x2029)
# Half a surrogate pair (a model's broken output) is no Unicode text: strict readers refuse it.
HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
# What moves the cursor, rings, or turns the direction of writing around. Line feeds are handled by the caller.
_HARMFUL: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(32) if code != 10},
    9: "    ",
    13: "",
    127: "␡",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **dict.fromkeys(_TURNING, ""),
    **HALVES,
}
_ESCAPED = {**{code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), *_TURNING)}, **HALVES}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASS|CREDENTIAL", re.IGNORECASE)
_LEAST_SECRET = 8
"""Characters; a shorter value (``KEY=1``) is no secret, and its text stands in many places."""


def cleaned(text: str) -> str:
    """Return foreign text without anything that a terminal would obey; line feeds stay, tabs become four spaces.

    Control characters become their pictures (``␛``), so that one sees that they were there. Marks that turn the
    direction of writing are dropped.
    """
    return text.translate(_HARMFUL)


def one_line(text: str) -> str:
    """Return foreign text cleaned and in one line, runs of white space as one space."""
    return " ".join(cleaned(text).split())


def json_text(value: object, *, is_ascii: bool = False) -> str:
    """Return a value as one line of JSON in which nothing steers a terminal.

    Every string keeps its value, but for halves of surrogate pairs, which become U+FFFD.

    Args:
        is_ascii: write everything beyond ASCII as escapes, for a stream that knows no more.
    """
    text = json.dumps(value, ensure_ascii=False, default=str).translate(_ESCAPED)
    return _BEYOND_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], text) if is_ascii else text


def redacted(text: str, environ: Mapping[str, str]) -> str:
    """Return text with every secret of the environment replaced by its variable's name.

    >>> redacted("Bearer sk-123456789 refused", {"OPENAI_API_KEY": "sk-123456789"})
    'Bearer [OPENAI_API_KEY] refused'
    """
    for name, value in environ.items():
        if len(value) >= _LEAST_SECRET and _SECRET.search(name):
            text = text.replace(value, f"[{name}]")
    return text
