"""The page itself: everything escaped, filled into ``page.html``, with a Content-Security-Policy by hash.

The page may run exactly the script and use exactly the styles that are in it; it may load nothing, send nothing and be
framed by nobody's form. Text of models, problems and file names reaches it only through ``html.escape`` here or as
packed JSON that the script writes with ``textContent``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from importlib.resources import files

from harness.analysis.compare import Comparison, compare
from harness.errors import NothingToCompare
from harness.report import sections
from harness.report.gather import RunData
from harness.report.html import both, words_html
from harness.report.pack import blocks
from harness.report.panels import panels_of
from harness.report.words import OUTCOMES, SCRIPT_WORDS, word

_GAP = re.compile(r"\{\{([a-z_:]+)\}\}")


def page_of(
    runs: Sequence[RunData],
    *,
    made_on: str,
    with_chains: bool = True,
    show: Callable[[int, int], None] = lambda done, total: None,
) -> str:
    """Return the report as one HTML document.

    Args:
        runs: up to 26 runs; the first is the one that others are compared with.
        made_on: the day, as it is to be shown.
        with_chains: False leaves the samples' texts out.
        show: is told how many of how many steps are done.
    """
    steps = len(runs) + 2
    panels = []
    for place, run in enumerate(runs):
        panels.append(panels_of(run, f"r{place}"))
        show(place + 1, steps)
    comparisons = _comparisons(runs)
    body = [sections.summary(runs)]
    if comparisons:
        body.append(sections.comparison(runs, comparisons))
    body.append(sections.charts_of(runs, panels))
    show(len(runs) + 1, steps)
    embedded = blocks(runs, with_chains=with_chains)
    show(steps, steps)
    nav = ["summary", *(["comparison"] if comparisons else []), "charts", "questions"]
    css, script = _part("page.css"), _part("page.js")
    gaps = {
        "policy": escape(policy(css, script)),
        "title": escape(f"{', '.join(run.name for run in runs)} · logic-vote"),
        "css": css,
        "named": escape(" · ".join(run.name for run in runs)),
        "nav": "".join(f'<a href="#{name}">{words_html(f"nav_{name}")}</a>' for name in nav),
        "body": "\n".join(body),
        "texts_note": "".join(
            f'<p class="warning">{escape(run.name)}: {words_html(f"texts_{run.texts_missing}")}</p>'
            for run in runs
            if run.texts_missing
        ),
        "made": both(*word("made", made_on)),
        "words": _json({"words": SCRIPT_WORDS, "outcomes": OUTCOMES}),
        "blocks": "\n".join(
            f'<script type="text/plain" id="{name}">{text}</script>' for name, text in embedded.items()
        ),
        "script": script,
    }
    return filled(_part("page.html"), gaps)


def filled(template: str, gaps: Mapping[str, str]) -> str:
    """Fill a template's gaps: ``{{name}}`` from ``gaps``, ``{{w:key}}`` from the words.

    Nothing that is filled in is looked at again.
    """
    return _GAP.sub(lambda found: words_html(found[1][2:]) if found[1].startswith("w:") else gaps[found[1]], template)


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


def _part(name: str) -> str:
    return files("harness.report").joinpath(name).read_text(encoding="utf-8")


def _comparisons(runs: Sequence[RunData]) -> tuple[tuple[int, int, Comparison | None], ...]:
    """Compare every later run with the first; None where they share nothing."""
    found: list[tuple[int, int, Comparison | None]] = []
    for place in range(1, len(runs)):
        try:
            pair = compare(runs[0].results, runs[place].results, runs[0].name, runs[place].name)
        except NothingToCompare:
            found.append((0, place, None))
        else:
            found.append((0, place, pair))
    return tuple(found)
