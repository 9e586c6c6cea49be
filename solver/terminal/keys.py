"""Bytes from a terminal to keys. Pure: a decoder that is fed whatever came, in pieces of any size.

>>> [key.name for key in Decoder().feed(b"a\\x1b[A\\x03")]
['text', 'up', 'ctrl-c']
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple


class Key(NamedTuple):
    """A key, or a piece of text."""

    name: str
    """``text`` (typed), ``paste`` (pasted), ``enter``, ``up``, ``ctrl-c`` …"""
    text: str = ""


# xterm's sequences, also sent by tmux, screen, iTerm, Windows Terminal and the Linux console (ctlseqs, "PC-style
# function keys"); modifiers (``1;5A``) are ignored.
_LETTERS = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end", "Z": "backtab", "M": "enter"}
_NUMBERS = {"1": "home", "3": "delete", "4": "end", "5": "pageup", "6": "pagedown", "7": "home", "8": "end"}
_SEQUENCE = re.compile(r"\x1b(?:\[([0-9;?<=>]*)([ -/]*[@-~])|O([A-Za-z]))")
_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"
_CONTROLS = {"\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\x08": "backspace"}
_LONGEST_SEQUENCE = 32


class Decoder:
    """Remembers what is not complete yet: half a character, half a sequence, an open paste."""

    def __init__(self) -> None:
        # Bytes that are no UTF-8 become U+FFFD, as everywhere else.
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._pasted: str | None = None

    @property
    def is_waiting(self) -> bool:
        """True where an escape has come and nothing behind it yet: call ``flush`` after a moment."""
        return self._pasted is None and bool(self._rest)

    def feed(self, data: bytes) -> list[Key]:
        """Take bytes and return the keys that are complete."""
        text, keys = self._rest + self._utf8.decode(data), list[Key]()
        self._rest = ""
        while text:
            if self._pasted is not None:
                text = self._take_paste(text, keys)
            elif text[0] == "\x1b":
                if (taken := self._take_sequence(text, keys)) == 0:
                    self._rest = text
                    break
                text = text[taken:]
            else:
                keys.append(_plain(text[0]))
                text = text[1:]
        return keys

    def flush(self) -> list[Key]:
        """Give up waiting: a lone escape was the Escape key."""
        text, self._rest = self._rest, ""
        return (
            [Key("escape")] + ([Key("text", text[1:])] if text[1:].isprintable() and text[1:] else []) if text else []
        )

    def _take_paste(self, text: str, keys: list[Key]) -> str:
        assert self._pasted is not None
        self._pasted += text
        end = self._pasted.find(_PASTE_END)
        if end < 0:
            if text == "\x03":
                # Pressed by itself: the end of this paste got lost, and nothing else would be heard any more.
                self._pasted = None
                keys.append(_plain(text))
            return ""
        pasted, rest = self._pasted[:end], self._pasted[end + len(_PASTE_END) :]
        self._pasted = None
        # Terminals paste line ends as carriage returns.
        keys.append(Key("paste", pasted.replace("\r\n", "\n").replace("\r", "\n")))
        return rest

    def _take_sequence(self, text: str, keys: list[Key]) -> int:
        """Return how many characters an escape sequence took; 0 where it is not complete."""
        if text.startswith(_PASTE_START):
            self._pasted = ""
            return len(_PASTE_START)
        if match := _SEQUENCE.match(text):
            numbers, final, single = match.groups()
            name = _LETTERS.get(single or final)
            if final == "~":
                name = _NUMBERS.get(numbers.split(";")[0])
            if name is not None:
                keys.append(Key(name))
            return match.end()
        if len(text) == 1 or (text[1] in "[O" and len(text) < _LONGEST_SEQUENCE):
            return 0
        if text[1] in "\r\n":
            keys.append(Key("alt-enter"))
            return 2
        # Escape and then something else: the Escape key, pressed just before.
        keys.append(Key("escape"))
        return 1


def _plain(text: str) -> Key:
    if text in _CONTROLS:
        return Key(_CONTROLS[text])
    if ord(text[0]) < 32:
        return Key(f"ctrl-{chr(ord(text[0]) + 96)}")
    return Key("text", text) if text.isprintable() else Key("unknown")
