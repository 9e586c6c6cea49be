"""From a matplotlib figure to an SVG fragment fit for the report's page.

matplotlib writes text as text (``svg.fonttype: none``) but with inline styles, fixed colours and ids of its own. Here

* styles become presentation attributes, since the page's Content-Security-Policy forbids inline styles;
* the stand-in colours of ``INK``, ``SERIES`` … become CSS variables, so that one drawing serves light, dark and print;
* texts drawn through ``Labels`` become what they stand for, in both languages, of which the page shows one;
* what was given a tip gets a ``<title>``; ids get the figure's name in front.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from solver.base.display.theme import width_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, MUTED, GRID, PAPER, GOOD, BAD = "#010201", "#010202", "#010203", "#010204", "#010205", "#010206"
SERIES = ("#010301", "#010302", "#010303", "#010304", "#010305")
_VARIABLES: Mapping[str, str] = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    PAPER: "--paper",
    GOOD: "--good",
    BAD: "--bad",
    **{colour: f"--series-{place}" for place, colour in enumerate(SERIES)},
}
_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_COLOUR = re.compile("|".join(_VARIABLES))
_LABEL = re.compile(r"§(\d{4})x*")
_FONT_SIZE = re.compile(r"([\d.]+)px")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


class Labels:
    """Stands in for foreign and translated text while matplotlib draws: it needs to know widths only."""

    def __init__(self) -> None:
        self._texts: list[tuple[str, str]] = []

    def __call__(self, english: str, chinese: str | None = None) -> str:
        """Return a stand-in as wide as the text (a Chinese character counts as two)."""
        self._texts.append((english, english if chinese is None else chinese))
        return f"§{len(self._texts) - 1:04d}".ljust(width_of(english), "x")

    def found(self, text: str) -> tuple[str, str]:
        """Return what a drawn text says in both languages."""
        english, chinese = text, text
        for match in _LABEL.finditer(text):
            own = self._texts[int(match[1])]
            english, chinese = english.replace(match[0], own[0], 1), chinese.replace(match[0], own[1], 1)
        return english, chinese


def fragment(figure: Figure, name: str, labels: Labels, tips: Mapping[str, str], about: tuple[str, str]) -> str:
    """Return the figure as an ``<svg>`` element.

    Args:
        name: a name of its own on the page, fit for an id.
        labels: what its texts stand for.
        tips: tips by the gid of what they belong to.
        about: what the picture shows, for those who do not see it, in English and Chinese.
    """
    raw = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(raw, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    root = ElementTree.fromstring(raw.getvalue())
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}style", f"{{{_SVG}}}metadata"):
                parent.remove(child)
    for element in list(root.iter()):
        _mend(element, name, labels, tips)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    # Not "alt": an SVG in the page is read through its title.
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-en {name}-zh")
    for place, (language, text) in enumerate((("en", about[0]), ("zh", about[1]))):
        title = ElementTree.Element("desc", {"id": f"{name}-{language}", "class": language, "lang": language})
        title.text = text
        root.insert(place, title)
    return ElementTree.tostring(root, encoding="unicode")


def _mend(element: ElementTree.Element, name: str, labels: Labels, tips: Mapping[str, str]) -> None:
    # Plain names: inside an HTML page an <svg> needs no namespaces.
    element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    tip = tips.get(element.get("id", ""))
    link = element.attrib.pop(f"{{{_LINK}}}href", None)
    if link is not None:
        element.set("href", link)
    for style in (element.attrib.pop("style", None) or "").split(";"):
        key, _, value = style.partition(":")
        if value:
            _set_style(element, key.strip(), value.strip())
    for key, value in list(element.attrib.items()):
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == "href" and value.startswith("#"):
            element.set(key, f"#{name}-{value[1:]}")
        else:
            value = _REFERENCE.sub(rf"url(#{name}-\1)", value)
            element.set(key, _COLOUR.sub(lambda match: f"var({_VARIABLES[match[0]]})", value))
    if element.tag == "text" and element.text:
        _translate(element, labels)
    if tip is not None:
        title = ElementTree.Element("title")
        title.text = tip
        element.insert(0, title)


def _set_style(element: ElementTree.Element, key: str, value: str) -> None:
    if key == "font":
        # The family is the page's own; the shorthand is no attribute.
        size = _FONT_SIZE.search(value)
        if size is not None:
            element.set("font-size", size[1])
        if "bold" in value or re.search(r"\b[67]00\b", value):
            element.set("font-weight", "600")
    elif key not in ("font-family",):
        element.set(key, value)


def _translate(element: ElementTree.Element, labels: Labels) -> None:
    english, chinese = labels.found(element.text or "")
    if english == chinese:
        element.text = english
        return
    element.text = None
    for language, text in (("en", english), ("zh", chinese)):
        span = ElementTree.SubElement(element, "tspan", {"class": language, "lang": language})
        span.text = text
