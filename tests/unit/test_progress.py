"""Every command that takes more than two seconds tells how far it is and how long it will take; this says where.

A new command is a line here: the module whose bar or live view shows, or why there is nothing to wait for.
"""

from __future__ import annotations

import re

import pytest

from logic_vote import PROGRAMS
from tests.support.checkout import ROOT

_LIVE = "harness/run/live/view.py"
SHOWN = {
    "solver answer": "solver/commands/answering.py",
    "harness eval": _LIVE,
    "harness tune": "harness/tune/run_tune.py",
    "harness reproduce": _LIVE,
    "harness forecast": "harness/commands/forecast.py",
    "harness board": "harness/board/command.py",
    "harness replay": "harness/analysis/replay.py",
    "harness reread": "harness/analysis/reread.py",
    "harness report": "harness/commands/over_runs/report.py",
    "synth generate": "synth/commands/generate.py",
    "synth distill": "synth/distill/live_view.py",
    "synth augment": "synth/augment/run_augment.py",
    "synth perturb": "synth/perturb/run_perturb.py",
    "synth check": "synth/commands/check.py",
    "synth giveaways": "synth/commands/giveaways.py",
    "train tokenizer": "train/commands/tokenizer.py",
    "train pretrain": "train/pretrain/pretrain.py",
    "train sft": "train/lora/callbacks.py",
    "train dpo": "train/lora/callbacks.py",
    "train grpo": "train/lora/callbacks.py",
    "train merge": "train/commands/merge.py",
    "train quantize": "train/commands/quantize.py",
    "train plan": "train/planning/training_plan.py",
}
"""Command -> where its bar or view is."""
NOTHING_TO_WAIT_FOR = {
    "solver terminal": "a screen that tells all the time",
    "solver serve": "goes on until it is stopped",
    "solver extract": "a line out for each line in",
    "harness compare": "files that are read once",
    "harness combine": "files that are read once",
    "harness leaderboard": "files that are read once",
    "harness submit": "files that are read once",
    "harness audit": "files that are read once",
    "harness export": "files that are read once",
    "harness import": "files that are read once; a line a task",
    "harness benchmarks": "a list; what is fetched is small, a line a file",
    "harness fetch": "the hub's client shows its own bars",
    "harness doctor": "half a minute; a line a check",
    "synth harvest": "files that are read once",
    "synth families": "a list",
    "synth mix": "files that are read once",
    "synth benchmark": "a file that is copied together",
    "synth export": "a few files",
    "train export": "files that are read once",
}


def test_every_command_says_how_far_it_is_or_why_it_need_not() -> None:
    assert not SHOWN.keys() & NOTHING_TO_WAIT_FOR.keys()
    names = {f"{one.package} {name}" for one in PROGRAMS for name in one.commands}
    assert names == SHOWN.keys() | NOTHING_TO_WAIT_FOR.keys()


@pytest.mark.parametrize("command", SHOWN)
def test_the_bar_is_where_it_is_said_to_be(command: str) -> None:
    text = (ROOT / SHOWN[command]).read_text(encoding="utf-8")
    assert re.search(r"\bbars?\(|\bclock\(", text), f"{SHOWN[command]} shows nothing"
