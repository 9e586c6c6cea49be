from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from rich.console import Console

from synth.distill.concurrent_climbs import Progress
from synth.distill.live_view import line, remaining_s, render
from synth.llm.journal import Journal
from synth.llm.spend_ledger import Ledger, StageCounts


def state(folder: Path, wanted: int | None = None) -> tuple[Progress, Ledger]:
    progress = Progress(questions=40, wanted=wanted, started_at=100.0)
    progress.decided = 10
    progress.running = 4
    progress.status.update(accepted=5, rejected=5)
    progress.entered.update(easy=14, hard=6)
    progress.now_on.update(easy=2, hard=2)
    progress.accepted.update(easy=4, hard=1)
    with Journal(folder / "j", {}) as journal:
        ledger = Ledger(journal)
    ledger.stats["base", "easy"] = StageCounts(
        requests=14, prompt_tokens=1000, completion_tokens=500, cost=Decimal("0.5")
    )
    ledger.stats["best", "hard"] = StageCounts(requests=9, retries=3, prompt_tokens=2000, cost=None)
    return progress, ledger


def test_the_line_tells_acceptance_spend_and_time_left(tmp_path: Path) -> None:
    progress, ledger = state(tmp_path)
    told = line(progress, ledger, "USD", 160.0)
    assert told.startswith("10/40 decided · 5 accepted (50%) · 4 under way · 23 requests · spent unknown · 1m00s")
    assert told.endswith("about 3m00s left")


def test_the_time_left_goes_by_acceptance_where_a_number_was_asked_for(tmp_path: Path) -> None:
    progress, _ = state(tmp_path, wanted=10)
    assert remaining_s(progress, 160.0) == 60.0
    progress.status.clear()
    assert remaining_s(progress, 160.0) is None


def test_the_panel_has_a_row_for_every_rung_and_keeps_within_the_terminal(tmp_path: Path) -> None:
    progress, ledger = state(tmp_path)
    for width in (60, 100, 200):
        console = Console(width=width, record=True, file=(tmp_path / "screen").open("w"))
        console.print(render(progress, ledger, ("easy", "hard"), "USD", 160.0, width))
        text = console.export_text()
        console.file.close()
        assert all(len(row.rstrip()) <= width for row in text.splitlines())
        if width >= 100:
            assert [row.split() for row in text.splitlines() if row.startswith(("easy", "hard"))] == [
                ["easy", "14", "2", "4", "33%", "14", "1,500", "0", "0.5000", "USD"],
                ["hard", "6", "2", "1", "25%", "9", "2,000", "3", "unknown"],
            ]
