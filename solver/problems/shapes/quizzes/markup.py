"""What a piece of HTML says as plain text.

>>> plain_text("<p>Is x<sub>1</sub> &lt; 2<sup>3</sup>?</p><p>Yes,<br>or no</p>")
'Is x_1 < 2^3?\\nYes,\\nor no'
"""

from __future__ import annotations

import html
import re

from solver.problems.forms.form import UnusableLine

_PICTURE = re.compile(r"<(?:img|svg|video|audio|object|iframe|canvas)\b", re.IGNORECASE)
_LINE = re.compile(r"<br\s?/?>|</(?:p|div|li|tr|h[1-6]|pre)\s?>", re.IGNORECASE)
_SCRIPTS = ((re.compile(r"<sub\b[^<>]*>", re.IGNORECASE), "_"), (re.compile(r"<sup\b[^<>]*>", re.IGNORECASE), "^"))
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--[^<>]*-->")


def plain_text(text: str) -> str:
    """Return HTML without its tags, a line for each of its paragraphs.

    Raises:
        UnusableLine: it holds what is no text.
    """
    if picture := _PICTURE.search(text):
        raise UnusableLine("text", f"holds {picture[0][1:].lower()!r}, which cannot be asked as text; take it out")
    text = _LINE.sub("\n", text)
    for tag, sign in _SCRIPTS:
        text = tag.sub(sign, text)
    shown = html.unescape(_TAG.sub("", text)).replace("\xa0", " ")
    return "\n".join(line.strip() for line in shown.split("\n") if line.strip())
