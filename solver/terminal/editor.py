"""A text being edited: several lines, or one. Pure; positions are characters, widths are cells.

>>> editor = Editor(); editor.press(Key("text", "甲乙")); editor.press(Key("left")); editor.press(Key("text", "和"))
True
True
True
>>> editor.text, editor.view(10, 3)
('甲和乙', View(lines=['甲和乙'], row=0, column=4))
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from solver.base.display import theme
from solver.base.text_safety import cleaned
from solver.terminal.keys import Key

_LONGEST = 200_000
"""Characters; a problem has some hundreds, and wrapping a text is done at every key."""


class View(NamedTuple):
    """The visible part of a text."""

    lines: list[str]
    row: int
    """The cursor's line among them."""
    column: int
    """The cursor's cell in it."""


@dataclass(slots=True)
class Editor:
    """A text and a cursor in it."""

    text: str = ""
    cursor: int = 0
    """Characters before the cursor."""
    is_single: bool = False
    """One line only: line ends become spaces."""

    def press(self, key: Key) -> bool:
        """Obey an editing key; returns False for a key that is none."""
        match key.name:
            case "text" | "paste":
                self._insert(key.text)
            case "enter" if not self.is_single:
                self._insert("\n")
            case "tab" if not self.is_single:
                self._insert("    ")
            case "backspace":
                self._remove(self._before(), self.cursor)
            case "delete":
                self._remove(self.cursor, self._after())
            case "left":
                self.cursor = self._before()
            case "right":
                self.cursor = self._after()
            case "home" | "ctrl-a":
                self.cursor = self.text.rfind("\n", 0, self.cursor) + 1
            case "end" | "ctrl-e":
                end = self.text.find("\n", self.cursor)
                self.cursor = len(self.text) if end < 0 else end
            case "up" | "down" if not self.is_single:
                self._vertical(-1 if key.name == "up" else 1)
            case "ctrl-u":
                self._remove(self.text.rfind("\n", 0, self.cursor) + 1, self.cursor)
            case "ctrl-w":
                head = self.text[: self.cursor].rstrip()
                self._remove(max(head.rfind(" "), head.rfind("\n")) + 1, self.cursor)
            case _:
                return False
        return True

    def replace(self, text: str) -> None:
        """Put another text there, the cursor behind it."""
        self.text, self.cursor = text, len(text)

    def view(self, width: int, height: int) -> View:
        """Return the lines to show, so that the cursor is among them.

        Args:
            width: cells; a single line scrolls sideways, several are cut into rows.
            height: rows at most.
        """
        rows, row, column = self._rows(max(width, 2))
        top = min(max(0, row - height + 1), max(0, len(rows) - height))
        top = min(top, row)
        return View(rows[top : top + height], row - top, column)

    def _rows(self, width: int) -> tuple[list[str], int, int]:
        """Cut the text into rows; returns them and the cursor's row and column."""
        rows, row, used, at = [""], 0, 0, (0, 0)
        for place, char in enumerate(self.text + "\0"):
            size = 0 if char in "\n\0" else theme.width_of(cleaned(char))
            if used + size > width or (place == self.cursor and used >= width and char != "\n"):
                rows.append("")
                row, used = row + 1, 0
            if place == self.cursor:
                at = (row, min(used, width - 1))
            if char == "\n":
                rows.append("")
                row, used = row + 1, 0
            elif char != "\0":
                rows[row] += cleaned(char)
                used += size
        return rows, at[0], at[1]

    def _insert(self, text: str) -> None:
        if self.is_single:
            text = " ".join(text.split("\n"))
        text = text.replace("\t", "    ")[: max(0, _LONGEST - len(self.text))]
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    def _remove(self, start: int, end: int) -> None:
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start

    def _before(self) -> int:
        """Return the place one character to the left, marks that combine with it included."""
        place = max(self.cursor - 1, 0)
        while place > 0 and unicodedata.combining(self.text[place]):
            place -= 1
        return place

    def _after(self) -> int:
        place = min(self.cursor + 1, len(self.text))
        while place < len(self.text) and unicodedata.combining(self.text[place]):
            place += 1
        return place

    def _vertical(self, step: int) -> None:
        """Go a line up or down, to the same cell as far as it has one."""
        lines = self.text.split("\n")
        line = self.text.count("\n", 0, self.cursor)
        start = self.text.rfind("\n", 0, self.cursor) + 1
        goal = theme.width_of(self.text[start : self.cursor])
        target = line + step
        if not 0 <= target < len(lines):
            self.cursor = 0 if step < 0 else len(self.text)
            return
        place = 0
        while place < len(lines[target]) and theme.width_of(lines[target][: place + 1]) <= goal:
            place += 1
        self.cursor = sum(len(lines[number]) + 1 for number in range(target)) + place
