"""Text in English and Chinese, written where it is used; a page holds both and shows one.

>>> BOTH = Bilingual("{} less {}", "{} 减 {}")
>>> BOTH.filled("a", Bilingual("b", "乙"))
Bilingual(english='a less b', chinese='a 减 乙')
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple


class Bilingual(NamedTuple):
    """One text in both languages; ``{}`` are gaps, as many in one as in the other."""

    english: str
    chinese: str

    def filled(self, *values: object) -> Bilingual:
        """Fill the gaps; a value that is bilingual itself gives each language its own."""
        english = (value.english if isinstance(value, Bilingual) else value for value in values)
        chinese = (value.chinese if isinstance(value, Bilingual) else value for value in values)
        return Bilingual(self.english.format(*english), self.chinese.format(*chinese))

    def __html__(self) -> str:
        """Return both texts as HTML; templates that escape by themselves take this.

        >>> Bilingual("<a>", "<a>").__html__(), Bilingual("a", "甲").__html__()
        ('&lt;a&gt;', '<span class="en" lang="en">a</span><span class="zh" lang="zh">甲</span>')
        """
        english, chinese = escape(self.english), escape(self.chinese)
        if english == chinese:
            return english
        return f'<span class="en" lang="en">{english}</span><span class="zh" lang="zh">{chinese}</span>'
