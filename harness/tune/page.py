"""What a search came to as a page: Markdown, and HTML with the frontier of accuracy against tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from harness.bilingual import Bilingual
from harness.report.charts.chart import ACCURACY_95, MISSING, Cell, N, Table, percent_range
from harness.scoring.metrics.tokens import SAMPLES
from harness.tune.halving import Standing
from harness.tune.search import Found
from harness.tune.stopping import Point, frontier
from solver.base.display.figures import counted, points_with_interval

_SCRIPT = """"use strict";
document.getElementById("language").addEventListener("click", () => {
  const root = document.documentElement;
  root.lang = root.lang === "zh" ? "en" : "zh";
});
"""
_STAGES = {
    "prompts": Bilingual("Prompts", "提示词"),
    "sampling": Bilingual("Ways to sample", "采样方式"),
    "final": Bilingual("The last arms", "最后的候选"),
}
_SETTINGS, _TOKENS = Bilingual("settings", "设置"), Bilingual("tokens a question", "每题词元数")


_BEHIND = Bilingual(
    "What was chosen is worse here than the settings where the search began: {} points. The preset holds the latter.",
    "在这一半题目上，所选设置不如起点：{} 个百分点。预设文件保留起点设置。",
)


def verdict_of(found: Found) -> Bilingual | None:
    """Return what is to be said of a choice that was behind the starting settings; None where it was not."""
    if found.stated is None or not found.is_behind:
        return None
    return _BEHIND.filled(points_with_interval(found.stated.gain, to="–"))


def markdown_of(found: Found, *, title: str, facts: str, preset: str) -> str:
    """Return the page in Markdown.

    Args:
        title: model and data.
        facts: day, tokens, why it ended.
        preset: the preset's text.
    """
    parts = [f"# Settings found: {title}\n", f"{facts}. Intervals are 95 %, clustered by problem.\n"]
    parts += ["## On the half of the problems that chose nothing\n"]
    parts += [markdown_table(stated_table(found)) if found.stated else "The budget ended before.\n"]
    parts += [f"{verdict.english}\n"] if (verdict := verdict_of(found)) else []
    parts += ["## Accuracy against tokens, replayed on the half that chose\n", markdown_table(points_table(found))]
    for name, table in rounds_of(found):
        parts += [f"## {name.english}\n", markdown_table(table)]
    return "\n".join([*parts, "## The preset\n", f"```yaml\n{preset}```\n"])


def html_of(found: Found, *, title: str, facts: str, preset: str) -> str:
    """Return the page as one HTML document; arguments as ``markdown_of``."""
    from harness.report.charts.drawing import drawn
    from harness.report.page import part, policy, templates
    from harness.tune.frontier_chart import draw

    css = part("page.css")
    return (
        templates()
        .get_template("tune.html")
        .render(
            title=title,
            facts=facts,
            preset=preset,
            policy=policy(css, _SCRIPT),
            css=Markup(css),
            script=Markup(_SCRIPT),
            svg=Markup(drawn(draw, found, "frontier")),
            stated=stated_table(found) if found.stated else None,
            verdict=verdict_of(found),
            points=points_table(found),
            rounds=list(rounds_of(found)),
        )
    )


def stated_table(found: Found) -> Table:
    """Return the chosen settings beside those where the search began."""
    stated = found.stated
    assert stated is not None
    headings = (_SETTINGS, ACCURACY_95, SAMPLES, _TOKENS, N)
    rows = [
        _stated(Bilingual("chosen: {}", "所选：{}").filled(_way(found.arm.name, stated.winner)), stated.winner),
        _stated(Bilingual("one sample of it", "其单个样本"), stated.single),
        _stated(Bilingual("began with: {}", "起点：{}").filled(_way(found.start.name, stated.start)), stated.start),
        (
            Bilingual("chosen less that, points", "两者之差（百分点）"),
            points_with_interval(stated.gain, to="–"),
            "",
            "",
            "",
        ),
    ]
    return Table(headings, rows)


def points_table(found: Found) -> Table:
    """Return the frontier of every one of the last arms."""
    rows = [
        (_way(name, point), percent_range(point.accuracy), f"{point.samples:.2f}", f"{point.tokens:,.0f}")
        for name, points in found.by_arm()
        for point in frontier(points)
    ]
    return Table((_SETTINGS, ACCURACY_95, SAMPLES, _TOKENS), rows)


def rounds_of(found: Found) -> Iterator[tuple[Bilingual, Table]]:
    """Yield what every round came to."""
    headings = (
        Bilingual("arm", "候选"),
        Bilingual("vote, %", "投票正确率（%）"),
        Bilingual("against the first, points (95 %)", "与第一名之差（百分点，95 %）"),
        Bilingual("tokens a sample", "每样本词元数"),
        Bilingual("goes on", "继续"),
    )
    for ranked in found.rounds:
        n = ranked.standings[0].n if ranked.standings else 0
        name = Bilingual("{}: {} questions", "{}：{} 题").filled(_STAGES[ranked.stage], n)
        yield name, Table(headings, [_standing(one, ranked.kept) for one in ranked.standings])


def _way(arm: str, point: Point) -> str:
    return f"{arm}; {point.stop.rule}, at most {counted(point.stop.cap, 'sample')} of {point.stop.max_tokens} tokens"


def _stated(name: Bilingual, point: Point) -> tuple[Cell, ...]:
    n = str(point.accuracy.n)
    return (name, percent_range(point.accuracy), f"{point.samples:.2f}", f"{point.tokens:,.0f}", n)


def _standing(one: Standing, kept: Sequence[str]) -> tuple[Cell, ...]:
    behind = MISSING if one.against_leader is None else points_with_interval(one.against_leader, to="–")
    goes_on = Bilingual("yes", "是") if one.arm in kept else Bilingual("no", "否")
    return (one.arm, f"{100 * one.score:.1f}", behind, f"{one.tokens:,.0f}", goes_on)


def markdown_table(table: Table) -> str:
    """Return a table as Markdown, in English."""

    def text(cell: Cell) -> str:
        return (cell.english if isinstance(cell, Bilingual) else str(cell)).replace("|", "\\|").replace("\n", " ")

    rows = [table.headings, ["---"] * len(table.headings), *table.rows]
    return "\n".join("| " + " | ".join(map(text, row)) + " |" for row in rows) + "\n"
