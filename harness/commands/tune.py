"""``python -m harness tune``: prompt, sampling, rule and cap for a model, found on questions of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.tune.run_tune import Written
    from harness.tune.settings import TuneConfig

RESUMES = True
HELP = "find prompt, sampling, rule and cap for a model"
_EXAMPLES = """examples:
  python -m harness tune problems.jsonl --endpoint http://127.0.0.1:8000/v1 --out mine.yaml --token-budget 6000000
  python -m harness tune logiqa-zh --serve models/my-model --out mine.yaml --prompts reason,short,my-prompt.txt
  python -m harness eval problems.jsonl --endpoint http://127.0.0.1:8000/v1 --preset mine.yaml
Half of the problems choose, the other half states the accuracy. The flags that eval has say where the search begins
and what it is held against. All samples are kept: the same command goes on, and so does one with a larger budget.
"""


def declare(parser: argparse.ArgumentParser) -> None:
    from harness.tune.settings import TuneConfig
    from solver.commands import options

    parser.epilog = _EXAMPLES
    words = "files of any shape, -, hf:org/set, benchmarks (default: the built-in one); key=value settings"
    options.declare(parser, TuneConfig, words="DATA", help=words)


def run(arguments: argparse.Namespace) -> int:
    import asyncio

    from harness.tune.run_tune import tune
    from harness.tune.settings import TuneConfig
    from solver.base.errors import Interrupted
    from solver.base.outputs import Output, check_outputs
    from solver.commands import options

    config = options.read(TuneConfig, arguments, files="data")
    check_outputs([Output("--out", Path(config.out))], reads=[*config.data, config.preset, arguments.config])
    try:
        written = asyncio.run(tune(config))
    except (asyncio.CancelledError, Interrupted):
        raise Interrupted(f"continue with the same command and --run {config.folder}") from None
    _report(config, written)
    return 0


def _report(config: TuneConfig, written: Written) -> None:
    from harness.tune.page import markdown_table, stated_table, verdict_of
    from solver.base.display.printing import print_json, print_text, tell_end

    found = written.found
    if config.is_json:
        print_json(_summary(written))
    else:
        if found.stated is not None:
            print_text(markdown_table(stated_table(found)))
        if (verdict := verdict_of(found)) is not None:
            print_text(f"{verdict.english}\n")
        print_text(f"{written.spent:,} tokens, {written.seconds:.0f} s; ended: {found.ended_by}")
    if config.display != "none":
        where = [word for url in config.backend.endpoints for word in ("--endpoint", url)]
        then = ("harness", "eval", *config.data, *(where or ("--serve", config.backend.serve)), "--preset", config.out)
        tell_end("harness", written.preset, *written.pages, then=then)


def _summary(written: Written) -> dict[str, object]:
    found, stated, advised = written.found, written.found.stated, written.found.advised
    summary: dict[str, object] = {
        "preset": str(written.preset),
        "arm": advised.name,
        "rule": advised.settings.rule,
        "max_samples": advised.settings.max_samples,
        "max_tokens": advised.settings.max_tokens,
        "chosen": found.arm.name,
        "is_behind": found.is_behind,
        "tokens": written.spent,
        "seconds": written.seconds,
        "ended_by": found.ended_by,
    }
    if stated is not None:
        summary |= {
            "accuracy": stated.winner.accuracy._asdict(),
            "start_accuracy": stated.start.accuracy._asdict(),
            "single_accuracy": stated.single.accuracy._asdict(),
            "gain": stated.gain._asdict(),
            "samples_a_question": stated.winner.samples,
            "tokens_a_question": stated.winner.tokens,
        }
    return summary
