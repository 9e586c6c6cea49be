"""``python -m harness eval``: a model's score on files of problems."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.run.config import EvalConfig
    from harness.run.outputs import Evaluation

RESUMES = True
HELP = "score a model on files of problems"
_EXAMPLES = """examples:
  python -m harness eval                                   the embedded model on a third of the built-in benchmark
  python -m harness eval --full --details                  on all of it, with families, levels and the rest
  python -m harness eval logiqa-zh,ar-lsat                 public benchmarks by name (harness benchmarks)
  python -m harness eval problems.jsonl --serve models/my-32b-gptq --rule lead:3 --max-samples 16
  python -m harness eval problems.jsonl --endpoint http://127.0.0.1:8000/v1 --deadline 4h --run runs/mine
"""


def declare(parser: argparse.ArgumentParser) -> None:
    from harness.run.config import EvalConfig
    from solver.commands import options

    parser.epilog = _EXAMPLES
    words = "files of any shape, -, hf:org/set, benchmarks (default: a third of the built-in one); key=value"
    options.declare(parser, EvalConfig, words="DATA", help=words)


def run(arguments: argparse.Namespace) -> int:
    import asyncio

    from harness.run.config import EvalConfig, as_begun
    from harness.run.evaluate import evaluate
    from harness.run.folder import RunFolder
    from harness.run.process_start import process_started
    from solver.base.errors import EndpointRefused, Interrupted, one_of
    from solver.base.outputs import Output, check_outputs
    from solver.commands import options

    if getattr(arguments, "from_forecast", None) is not None and arguments.config is None:
        from pathlib import Path

        from harness.forecast.forecast_files import settings_beside

        arguments.config = settings_beside(Path(arguments.from_forecast))
    config = as_begun(options.read(EvalConfig, arguments, files="data"))
    check_outputs([Output("--run", config.folder, names=RunFolder(config.folder).written)], reads=config.inputs)
    try:
        outcome = asyncio.run(evaluate(config, process_started=process_started()))
    except (EndpointRefused, BaseExceptionGroup) as error:
        cause = one_of(error) if isinstance(error, BaseExceptionGroup) else error
        if not isinstance(cause, EndpointRefused):
            raise
        raise EndpointRefused(f"{cause}; then the same command continues: --run {config.folder}") from error
    except asyncio.CancelledError:
        raise Interrupted(f"continue with the same command and --run {config.folder}") from None
    return _report(config, outcome)


def _report(config: EvalConfig, outcome: Evaluation) -> int:
    from harness.run.folder import RunFolder
    from harness.run.submission import told
    from solver.base.display.printing import print_json, print_table, tell, tell_end
    from solver.base.errors import Interrupted

    for warning in outcome.warnings:
        tell(f"harness: warning: {warning}")
    if config.is_json:
        print_json(RunFolder(outcome.folder).read_summary(), flush=True)
    else:
        from harness.scoring.score_table import render_score

        print_table(render_score(outcome.score, is_detailed=config.details, notes=_notes(config, outcome)))
    if outcome.submitted.empty:
        tell(f"harness: {RunFolder(outcome.folder).submission}: {told(outcome.submitted)}")
    if outcome.stop == "interrupted":
        raise Interrupted(f"continue with the same command and --run {outcome.folder}")
    if not outcome.is_complete:
        why = f"stopped by: {outcome.stop}" if outcome.stop else "samples failed"
        tell(f"harness: incomplete ({why}); the same command continues: --run {outcome.folder}")
        if not outcome.stop:
            tell("harness: what the server refuses for good, like a prompt that is too long, stays open")
        return 1
    folder = RunFolder(outcome.folder)
    tell_end("harness", folder.submission, folder.results, folder.summary, then=("harness", "report", folder.path))
    return 1 if outcome.is_mute else 0


def _notes(config: EvalConfig, outcome: Evaluation) -> list[str]:
    """Return where the rest is."""
    from harness.benchmarks.builtin import THIRD
    from harness.run.attempt_log import read_with, versions_told
    from harness.run.folder import RunFolder

    notes = ["", f"all that was drawn and decided: {outcome.folder}"]
    notes += (
        [] if config.details else [f"families, levels and the rest: --details, or {RunFolder(outcome.folder).summary}"]
    )
    versions = read_with(RunFolder(outcome.folder))
    if config.details or len(versions) > 1:
        notes.append(f"letters read with extraction rules {versions_told(versions) or 'unknown'}")
    return notes + (["the whole benchmark: --full"] if config.inputs == (THIRD,) else [])
