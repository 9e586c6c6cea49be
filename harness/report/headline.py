"""The head of the page: what each run achieved and what it took, as values for ``templates/summary.html``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

from harness.bilingual import Bilingual
from harness.report.charts.chart import Table
from harness.report.run_data import RunData
from harness.scoring.accuracy import accuracy_of
from solver.base.display.theme import clock
from solver.base.intervals import Interval


class Tile(NamedTuple):
    """One figure."""

    title: Bilingual
    value: str
    note: Bilingual | None = None
    interval: str = ""
    """Stands before the note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One run's head."""

    name: str
    mark: str | None
    """What the run is called where there are several."""
    about: str
    stopped: str | None
    """Why it ended early."""
    accuracy: Interval | None
    counted: Bilingual
    random: float | None
    """Accuracy of a random guess, 0 to 1."""
    baselines: Bilingual | None
    tiles: tuple[Tile, ...]
    settings: Table


def headline_of(run: RunData, mark: str | None) -> Headline:
    """Put a run's head together."""
    total = run.summary
    files = total.get("data")
    random, letter = _number(total.get("random_baseline")), _number(total.get("letter_baseline"))
    baselines = Bilingual("random guess {}, always {} {}", "随机猜测 {}，总选 {} {}")
    counted = Bilingual("{} questions of {} problems", "{} 个问题，{} 道题干")
    setting = (Bilingual("setting", "设置"), Bilingual("value", "值"))
    return Headline(
        name=run.name,
        mark=mark,
        about=" · ".join((*run.models, run.rule, *(map(str, files) if isinstance(files, list) else ()))),
        stopped=None if total.get("complete", True) else str(total.get("stopped_by") or "failed"),
        accuracy=accuracy_of(run.results),
        counted=counted.filled(f"{len(run.results):,}", f"{len({one.problem_id for one in run.results}):,}"),
        random=random,
        baselines=None
        if random is None or letter is None
        else baselines.filled(f"{100 * random:.1f} %", total.get("best_letter"), f"{100 * letter:.1f} %"),
        tiles=_tiles(run),
        settings=Table(setting, [(key, json.dumps(value, ensure_ascii=False)) for key, value in run.settings.items()]),
    )


def _tiles(run: RunData) -> tuple[Tile, ...]:
    total = run.summary
    tiles = [
        Tile(Bilingual("samples a question", "每题样本数"), _written(total.get("samples_per_question"), 2)),
        Tile(Bilingual("generated tokens a question", "每题生成词元"), _written(total.get("tokens_per_question"), 0)),
        Tile(Bilingual("samples without an answer", "无答案的样本"), _percent(total.get("no_answer_rate"))),
        Tile(
            Bilingual("questions without an answer", "无答案的问题"),
            f"{sum(result.answer is None for result in run.results):,}",
        ),
        Tile(Bilingual("tokens a second", "词元/秒"), _written(total.get("tokens_per_s"), 0)),
        Tile(Bilingual("wall-clock time", "总用时"), clock(run.time_spent.wall_s)),
    ]
    gain = total.get("voting_gain")
    if isinstance(gain, dict):
        value, low, high = (100 * float(gain[name]) for name in ("value", "ci_low", "ci_high"))
        said = Bilingual(
            "points over one sample (mean of the first {})", "个百分点，相对单次采样（前 {} 个的均值）"
        ).filled(gain["k"])
        tiles.insert(
            0, Tile(Bilingual("gain of voting", "投票增益"), f"{value:+.1f}", said, f"[{low:+.1f}, {high:+.1f}]")
        )
    elif total.get("single_sample_accuracy") is not None:
        tiles.insert(0, Tile(Bilingual("first sample", "首个样本"), _percent(total.get("single_sample_accuracy"))))
    cost = total.get("cost")
    money = "–" if cost is None else f"{float(str(cost)):.4f} {total.get('currency') or ''}"
    unknown = Bilingual("no prices given", "未给出价格")
    tiles.append(Tile(Bilingual("cost", "费用"), money, unknown if cost is None else None))
    return tuple(tiles)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _written(value: object, digits: int) -> str:
    found = _number(value)
    return "–" if found is None else f"{found:,.{digits}f}"


def _percent(value: object) -> str:
    found = _number(value)
    return "–" if found is None else f"{100 * found:.1f} %"
