"""The page's sections above the questions: summary, comparison, charts. Strings of HTML; all foreign text escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from harness.analysis.compare import Comparison
from harness.report import charts, figures
from harness.report.gather import RunData
from harness.report.html import both, folded, table, words_html
from harness.report.panels import ORDER, Panel, columns_of
from harness.report.words import WORDS
from solver.base.display.theme import clock

MARKS = "①②③④⑤⑥"
"""What runs are called on the page; letters would be taken for answers."""
_WIDE = frozenset({"family"})
"""Charts that take the page's whole width even for one run."""


def summary(runs: Sequence[RunData]) -> str:
    """The headline of every run, side by side."""
    cards = "".join(_card(run, MARKS[place] if len(runs) > 1 else None) for place, run in enumerate(runs))
    return _section("summary", f'<div class="runs">{cards}</div>')


def comparison(runs: Sequence[RunData], pairs: Sequence[tuple[int, int, Comparison | None]]) -> str:
    """Paired differences: the first run less each other; with two runs also within groups."""
    parts = []
    for a, b, found in pairs:
        names = f"{MARKS[a]} {runs[a].name}", f"{MARKS[b]} {runs[b].name}"
        if found is None:
            parts.append(f'<p class="warning">{words_html("paired_none", *names)}</p>')
            continue
        parts.append(_pair(names, found, MARKS[a], MARKS[b]))
        if len(runs) == 2:
            parts.append(_paired_groups(runs[a], runs[b]))
    return _section("comparison", "".join(parts))


def charts_of(runs: Sequence[RunData], panels: Sequence[Mapping[str, Panel]]) -> str:
    """All charts; of several runs those of a kind stand side by side."""
    cards = []
    for key in ORDER:
        if not any(key in own for own in panels):
            continue
        shown = "".join(
            _figure(own.get(key), f"{MARKS[place]} {run.name}" if len(runs) > 1 else None)
            for place, (run, own) in enumerate(zip(runs, panels, strict=True))
        )
        note = next(own[key].note for own in panels if key in own)
        wide = " wide" if len(runs) > 1 or key in _WIDE else ""
        noted = f'<p class="note">{note}</p>' if note else ""
        cards.append(
            f'<div class="card chart{wide}"><h3>{words_html(key)}</h3><div class="panels">{shown}</div>{noted}</div>'
        )
    return _section("charts", f'<div class="charts">{"".join(cards)}</div>')


def _section(name: str, content: str) -> str:
    title = words_html(f"nav_{name}")
    return f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{title}</h2>{content}</section>'


# ---- a run's headline -------------------------------------------------------------------------------------------


def _card(run: RunData, mark: str | None) -> str:
    total = run.summary
    tag = f'<span class="tag">{mark}</span>' if mark else ""
    about = " · ".join((*run.models, run.rule, *_files(run)))
    stopped = total.get("stopped_by")
    unfinished = "" if total.get("complete", True) else _warning("incomplete", str(stopped or "failed"))
    settings = table(
        [words_html("setting"), words_html("value")],
        [(escape(name), escape(json.dumps(value, ensure_ascii=False))) for name, value in run.settings.items()],
        kind="settings",
    )
    return (
        f'<div class="card"><div class="run-name">{tag}<b>{escape(run.name)}</b><span>{escape(about)}</span></div>'
        f"{unfinished}{_lead(run)}{_tiles(run)}{folded(words_html('settings'), settings)}</div>"
    )


def _files(run: RunData) -> list[str]:
    found = run.summary.get("data")
    return [str(name) for name in found] if isinstance(found, list) else []


def _lead(run: RunData) -> str:
    """The accuracy, its interval as words and as a picture."""
    whole = figures.accuracy_of(run.results)
    counted = words_html("n_questions", f"{len(run.results):,}", f"{len({one.problem_id for one in run.results}):,}")
    if whole is None:
        return f'<p class="warning">{words_html("no_keys")}</p><p class="note">{counted}</p>'
    low, value, high = (100 * part for part in (whole.low, whole.value, whole.high))
    random = _number(run.summary.get("random_baseline"))
    guess = "" if random is None else f'<path class="tick" d="M{100 * random:.2f} 5V17" stroke="var(--muted)"/>'
    best = run.summary.get("best_letter")
    letter = _number(run.summary.get("letter_baseline"))
    note = ""
    if random is not None and letter is not None:
        note = words_html("baselines", f"{100 * random:.1f} %", str(best), f"{100 * letter:.1f} %")
    return (
        f'<div class="lead"><span class="big num">{value:.1f} %</span>'
        f'<span class="range"><b>{words_html("accuracy")}</b> <span class="num">{low:.1f} – {high:.1f} %</span><br>'
        f"{counted}</span></div>"
        '<svg class="scale" viewBox="0 0 100 22" preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="M0 11H100" stroke="var(--grid)" stroke-width="6"/>'
        f'<path d="M{low:.2f} 11H{high:.2f}" stroke="var(--series-0)" stroke-width="6"/>'
        f'<path class="tick" d="M{value:.2f} 3V19" stroke="var(--ink)"/>{guess}</svg>'
        f'<p class="note">{note}</p>'
    )


def _tiles(run: RunData) -> str:
    total = run.summary
    tiles = [
        _tile("samples_each", _written(total.get("samples_per_question"), 2)),
        _tile("tokens_each", _written(total.get("tokens_per_question"), 0)),
        _tile("no_answer_rate", _percent(total.get("no_answer_rate"))),
        _tile("unanswered", f"{sum(result.answer is None for result in run.results):,}"),
        _tile("speed", _written(total.get("tokens_per_s"), 0)),
        _tile("wall", clock(run.time_spent.wall_s)),
    ]
    gain = total.get("voting_gain")
    if isinstance(gain, dict):
        value, low, high = (100 * float(gain[name]) for name in ("value", "ci_low", "ci_high"))
        said = words_html("gain_note", str(gain["k"]))
        tiles.insert(0, _tile("gain", f"{value:+.1f}", f'<span class="num">[{low:+.1f}, {high:+.1f}]</span> {said}'))
    elif total.get("single_sample_accuracy") is not None:
        tiles.insert(0, _tile("first_sample", _percent(total.get("single_sample_accuracy"))))
    cost = total.get("cost")
    money = "–" if cost is None else f"{float(str(cost)):.4f} {escape(str(total.get('currency') or ''))}"
    tiles.append(_tile("cost", money, words_html("no_prices") if cost is None else ""))
    return f'<dl class="tiles">{"".join(tiles)}</dl>'


def _tile(key: str, value: str, note: str = "") -> str:
    small = f"<small>{note}</small>" if note else ""
    return f'<div><dt>{words_html(key)}</dt><dd class="num">{value}{small}</dd></div>'


def _warning(key: str, *values: str) -> str:
    return f'<p class="warning">{words_html(key, *values)}</p>'


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _written(value: object, digits: int) -> str:
    found = _number(value)
    return "–" if found is None else f"{found:,.{digits}f}"


def _percent(value: object) -> str:
    found = _number(value)
    return "–" if found is None else f"{100 * found:.1f} %"


# ---- two runs ---------------------------------------------------------------------------------------------------


def _pair(names: tuple[str, str], found: Comparison, mark_a: str, mark_b: str) -> str:
    least = "–" if found.smallest_detectable is None else f"{100 * found.smallest_detectable:.2f}"
    tiles = [
        _tile("paired_p", f"{found.p_value:.4f}"),
        f'<div><dt>{words_html("paired_wins", mark_a)}</dt><dd class="num">{found.wins:,}</dd></div>',
        f'<div><dt>{words_html("paired_wins", mark_b)}</dt><dd class="num">{found.losses:,}</dd></div>',
        _tile("paired_same", f"{found.ties:,}"),
        _tile("paired_detectable", least),
    ]
    warnings = "".join(f'<p class="warning">{escape(warning)}</p>' for warning in found.warnings)
    common = words_html("paired_common", f"{found.n_questions:,}", f"{found.n_problems:,}")
    return (
        f'<div class="card"><div class="run-name"><b>{words_html("paired", *names)}</b><span>{common}</span></div>'
        f'<div class="lead"><span class="big num">{100 * found.difference:+.2f}</span><span class="range">'
        f"{words_html('paired_points')}<br>"
        f'<span class="num">[{100 * found.ci_low:+.2f}, {100 * found.ci_high:+.2f}]</span>'
        f'</span></div><dl class="tiles">{"".join(tiles)}</dl>{warnings}</div>'
    )


def _paired_groups(run_a: RunData, run_b: RunData) -> str:
    cards = []
    for grouping in ("split", "level", "n_options", "family"):
        groups = figures.paired_groups(run_a.results, run_b.results, grouping)
        if len(groups) < 2:
            continue
        rows = [
            (escape(group.name), _difference(group), f"{group.wins:,}", f"{group.losses:,}", f"{group.difference.n:,}")
            for group in groups
        ]
        heads = [words_html(key) for key in ("col_group", "col_difference", "col_wins", "col_losses", "col_n")]
        title = _titled("paired_by", f"by_{grouping}")
        drawn = "".join(
            charts.paired_chart(f"paired-{grouping}-{place}", part) for place, part in enumerate(columns_of(groups))
        )
        wide = " wide" if grouping in _WIDE else ""
        cards.append(
            f'<div class="card chart{wide}"><h3>{title}</h3><div class="panels"><figure>'
            f'<div class="panels">{drawn}</div>{folded(words_html("as_table"), table(heads, rows))}'
            f'</figure></div><p class="note">{words_html("paired_note")}</p></div>'
        )
    return f'<div class="charts after">{"".join(cards)}</div>'


def _titled(key: str, inner: str) -> str:
    """Return a text whose gap holds another text, each language its own."""
    return both(*(outer.format(inside) for outer, inside in zip(WORDS[key], WORDS[inner], strict=True)))


def _difference(group: figures.PairedGroup) -> str:
    found = group.difference
    return f"{100 * found.value:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"


def _figure(panel: Panel | None, caption: str | None) -> str:
    head = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    if panel is None:
        return f'<figure>{head}<p class="note">{words_html("nothing_here")}</p></figure>'
    if not panel.chart:
        return f"<figure>{head}{panel.table}</figure>"
    more = folded(words_html("as_table"), panel.table) if panel.table else ""
    return f'<figure>{head}<div class="panels">{panel.chart}</div>{more}</figure>'
