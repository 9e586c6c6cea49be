"""The head of the page: what each run achieved and what it took, as values for ``templates/summary.html``."""

from __future__ import annotations

import json
from dataclasses import dataclass

from harness.analysis.run_data import RunData
from harness.bilingual import Bilingual
from harness.report.charts.chart import Table
from harness.scoring.group_accuracy import accuracy_of
from harness.scoring.metrics.metric import Summary, Tile
from harness.scoring.metrics.registry import listed
from solver.base.display.figures import percent
from solver.base.intervals import Interval

_NO_KEY = Bilingual("No question has a key: there is no accuracy.", "题目没有标准答案：无法计算正确率。")
_NO_SAMPLE = Bilingual("Nothing is sampled yet: there is no accuracy.", "尚未采样：无法计算正确率。")


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
    unmeasured: Bilingual
    """Why there is none, where there is none."""
    counted: Bilingual
    random: float | None
    """Accuracy of a random guess, 0 to 1."""
    baselines: Bilingual | None
    tiles: tuple[Tile, ...]
    settings: Table


def headline_of(run: RunData, mark: str | None) -> Headline:
    """Put a run's head together."""
    # Two facts that the results and the attempts tell better than an older summary.
    unanswered = sum(result.answer is None for result in run.results)
    total = Summary({**run.summary, "n_unanswered": unanswered, "wall_s": run.time_spent.wall_s})
    files = run.summary.get("data")
    random, letter = total.number("random_baseline"), total.number("letter_baseline")
    baselines = Bilingual("random guess {}, always {} {}", "随机猜测 {}，总选 {} {}")
    counted = Bilingual("{} questions of {} problems", "{} 个问题，{} 道题干")
    setting = (Bilingual("setting", "设置"), Bilingual("value", "值"))
    return Headline(
        name=run.name,
        mark=mark,
        about=" · ".join((*run.models, run.rule, *(map(str, files) if isinstance(files, list) else ()))),
        stopped=None if run.summary.get("complete", True) else total.text("stopped_by") or "failed",
        accuracy=accuracy_of(run.results),
        unmeasured=_NO_KEY if any(one.is_sampled for one in run.results) else _NO_SAMPLE,
        counted=counted.filled(f"{len(run.results):,}", f"{len({one.problem_id for one in run.results}):,}"),
        random=random,
        baselines=None
        if random is None or letter is None
        else baselines.filled(percent(random), total.text("best_letter"), percent(letter)),
        tiles=tuple(tile for metric in listed() for tile in metric.tiles(total)),
        settings=Table(setting, [(key, json.dumps(value, ensure_ascii=False)) for key, value in run.settings.items()]),
    )
