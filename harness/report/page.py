"""The page itself: templates filled by jinja2, which escapes everything, with a Content-Security-Policy by hash.

The page may run exactly the script and use exactly the styles that are in it; it may load nothing, send nothing and be
framed by nobody's form. Text of models, problems and file names reaches it only through the templates' escaping, or as
packed JSON that the script writes with ``textContent``. Words stand in the templates and the charts, in both languages.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import NamedTuple

import jinja2
from markupsafe import Markup

from harness.analysis.compare import Comparison, compare
from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.errors import NothingToCompare
from harness.report.charts.paired_groups import PairedPanel, paired_panels
from harness.report.charts.registry import CHARTS, Panel, panels_of
from harness.report.headline import headline_of
from harness.report.question_browser import blocks
from harness.report.translations import OUTCOMES, SCRIPT_WORDS

MARKS = "①②③④⑤⑥"
"""What runs are called on the page; letters would be taken for answers."""
_WHOLE = ("page.html", "tune.html")
"""Templates of whole pages, whose lines stay."""
_TEXTS_MISSING = {
    "gone": Bilingual(
        "The file of problems is no longer where the run found it; questions are shown without their texts "
        "(--data FILE names it).",
        "运行所用的题目文件已不在原处，题目不显示原文（可用 --data FILE 指定）。",
    ),
    "changed": Bilingual(
        "The file of problems has changed since the run; questions are shown without their texts.",
        "题目文件在运行之后已改动，题目不显示原文。",
    ),
}


class Pair(NamedTuple):
    """Two runs, as ``templates/comparison.html`` wants them."""

    mark_a: str
    mark_b: str
    name_a: str
    """With its mark."""
    name_b: str
    found: Comparison | None
    """None where they share nothing."""
    groups: tuple[PairedPanel, ...] | None
    """None where there are more than two runs."""


class Card(NamedTuple):
    """One chart of all runs, as ``templates/charts.html`` wants it."""

    title: Bilingual
    is_wide: bool
    panels: tuple[tuple[str | None, Panel | None], ...]
    """Caption and panel of each run."""
    notes: tuple[Bilingual, ...]


def page_of(
    runs: Sequence[RunData],
    *,
    made_on: str,
    with_chains: bool = True,
    show: Callable[[int, int], None] = lambda done, total: None,
) -> str:
    """Return the report as one HTML document.

    Args:
        runs: up to six; the first is the one that others are compared with.
        made_on: the day, as it is to be shown.
        with_chains: False leaves the samples' texts out.
        show: is told how many of how many steps are done.
    """
    steps = len(runs) + 2
    panels = []
    for place, run in enumerate(runs):
        panels.append(panels_of(run, f"r{place}"))
        show(place + 1, steps)
    pairs = tuple(_pairs(runs))
    show(len(runs) + 1, steps)
    embedded = blocks(runs, with_chains=with_chains)
    show(steps, steps)
    nav = (
        ("summary", Bilingual("Summary", "概览")),
        *((("comparison", Bilingual("Comparison", "对比")),) if pairs else ()),
        ("charts", Bilingual("Charts", "图表")),
        ("questions", Bilingual("Questions", "题目")),
    )
    css, script = part("page.css"), part("page.js")
    return (
        templates()
        .get_template("page.html")
        .render(
            policy=policy(css, script),
            css=Markup(css),
            script=Markup(script),
            names=[run.name for run in runs],
            nav=nav,
            headlines=[headline_of(run, MARKS[place] if len(runs) > 1 else None) for place, run in enumerate(runs)],
            pairs=pairs,
            cards=tuple(_cards(runs, panels)),
            texts_missing=[(run.name, _TEXTS_MISSING[run.texts_missing]) for run in runs if run.texts_missing],
            made_on=made_on,
            words=Markup(_json({"words": SCRIPT_WORDS, "outcomes": OUTCOMES})),
            blocks=embedded,
        )
    )


def policy(css: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing but this very style and script."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(css)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(value: object) -> str:
    # Inside <script> only "</" could end it; "<" written as an escape never does.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def part(name: str) -> str:
    """Return the text of one of the files in ``templates``."""
    return files("harness.report").joinpath("templates", name).read_text(encoding="utf-8")


def templates() -> jinja2.Environment:
    """Return the templates; what they are given is escaped, and what they are not given is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: part(name) if name in _WHOLE else _on_one_line(part(name))),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["t"] = Bilingual
    return environment


def _on_one_line(template: str) -> str:
    """Join a template's lines, so that it may be indented without putting white space between words of the page."""
    return "".join(line.strip() for line in template.splitlines())


def _pairs(runs: Sequence[RunData]) -> Iterator[Pair]:
    """Compare every later run with the first."""
    names = [f"{mark} {run.name}" for mark, run in zip(MARKS, runs, strict=False)]
    for place in range(1, len(runs)):
        found = groups = None
        try:
            found = compare(runs[0].results, runs[place].results, runs[0].name, runs[place].name)
        except NothingToCompare:
            pass
        else:
            groups = tuple(paired_panels(*runs)) if len(runs) == 2 else None
        yield Pair(MARKS[0], MARKS[place], names[0], names[place], found, groups)


def _cards(runs: Sequence[RunData], panels: Sequence[Mapping[str, Panel]]) -> Iterator[Card]:
    """Put the runs' charts side by side; a chart that no run has is left out."""
    captions = [f"{mark} {run.name}" if len(runs) > 1 else None for mark, run in zip(MARKS, runs, strict=False)]
    for chart in CHARTS:
        shown = tuple((caption, own.get(chart.name)) for caption, own in zip(captions, panels, strict=True))
        notes = next((panel.notes for _, panel in shown if panel), None)
        if notes is not None:
            yield Card(chart.title, chart.is_wide or len(runs) > 1, shown, notes)
