"""Small pieces of HTML: text in two languages, tables. Everything that goes in is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from harness.report.words import word


def both(english: str, chinese: str) -> str:
    """Return a text in both languages, of which the page shows one.

    >>> both("<a>", "<a>"), both("a", "甲")
    ('&lt;a&gt;', '<span class="en" lang="en">a</span><span class="zh" lang="zh">甲</span>')
    """
    if english == chinese:
        return escape(english)
    return f'<span class="en" lang="en">{escape(english)}</span><span class="zh" lang="zh">{escape(chinese)}</span>'


def words_html(key: str, *values: str) -> str:
    """Return a text of ``words`` in both languages."""
    return both(*word(key, *values))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """Return a table.

    Args:
        headings: HTML, one a column.
        rows: HTML, one a cell.
        kind: a CSS class.
    """
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    opened = f'<table class="{kind}">' if kind else "<table>"
    return f"{opened}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def folded(title: str, content: str) -> str:
    """Return content behind a line that opens it; the title is HTML."""
    return f'<details><summary>{title}</summary><div class="scroll" tabindex="0">{content}</div></details>'
