"""``python -m harness eval``: a model's score on files of problems."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from solver.commands.choices import choices
from solver.problems.prompt import DEFAULT_PROMPT, prompts
from solver.voting.ensemble import DEFAULT_ENSEMBLE, ensemble_examples
from solver.voting.rules import DEFAULT_RULE, rule_examples

if TYPE_CHECKING:
    from harness.run.config import EvalConfig
    from harness.run.evaluate import Outcome

RESUMES = True
HELP = "score a model on files of problems"
_EXAMPLES = """examples:
  python -m harness eval                                   the embedded model on the built-in benchmark
  python -m harness eval problems.jsonl --serve models/my-32b-gptq --rule lead:3 --max-samples 16
  python -m harness eval problems.jsonl --endpoint http://127.0.0.1:8000/v1 --deadline 4h --run runs/mine
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the flags. Defaults live in ``EvalConfig``; a flag that is not given is not passed on."""
    parser.epilog = f"{_EXAMPLES}\n{choices()}"
    add = parser.add_argument
    none = argparse.SUPPRESS
    add(
        "data",
        nargs="*",
        default=none,
        metavar="DATA",
        help="problem files (default: the built-in benchmark); key=value settings",
    )
    add("--config", type=Path, metavar="YAML", help="settings from a file; flags win")
    add(
        "--endpoint",
        dest="endpoints",
        action="append",
        default=none,
        metavar="URL",
        help="a running server; may be repeated",
    )
    add("--serve", default=none, metavar="MODEL", help="folder of a model to serve here (default: the embedded model)")
    add(
        "--adapter",
        dest="adapters",
        action="append",
        default=none,
        metavar="NAME=DIR",
        help="LoRA adapter to serve beside it",
    )
    add(
        "--model",
        dest="models",
        action="append",
        default=none,
        metavar="NAME",
        help="model to ask; several make an ensemble, best first",
    )
    add("--ensemble", default=none, help=f"{ensemble_examples()} (default {DEFAULT_ENSEMBLE})")
    add("--rule", default=none, help=f"{rule_examples()} (default {DEFAULT_RULE})")
    add("--max-samples", type=int, default=none, metavar="N", help="cap on samples a question (default 16)")
    add(
        "--prompt",
        default=none,
        metavar="NAME|PATH",
        help=f"{', '.join(prompts().names)} or a file (default {DEFAULT_PROMPT})",
    )
    add("--temperature", type=float, default=none, metavar="T", help="default 0.7; embedded model 1.0")
    add("--top-p", type=float, default=none, metavar="P", help="default 1")
    add(
        "--max-tokens",
        type=int,
        default=none,
        metavar="N",
        help="tokens a chain (default 1024; embedded model 400)",
    )
    add("--limit", type=int, default=none, metavar="N", help="only the first N questions")
    add("--seed", type=int, default=none, metavar="N")
    add("--no-seed", dest="is_seeded", action="store_false", default=none, help="send no seed to the engine")
    add("--shuffle-options", action="store_true", default=none, help="another option order for every sample")
    add("--no-close", dest="close", action="store_false", default=none, help="leave chains without an answer open")
    add("--no-logprobs", dest="logprobs", action="store_false", default=none, help="do not ask for log-probabilities")
    add(
        "--deadline",
        dest="deadline_s",
        default=none,
        metavar="TIME",
        help="90s, 15m, 4h: from the start of the process",
    )
    add(
        "--fill",
        action=argparse.BooleanOptionalAction,
        default=none,
        help="a letter for unanswered questions in the submission, not in the score (default: with --deadline)",
    )
    add("--token-budget", type=int, default=none, metavar="N", help="generated tokens at most")
    add("--slots", type=int, default=none, metavar="N", help="samples in flight at most (default 192)")
    add(
        "--over-launch",
        type=int,
        default=none,
        metavar="N",
        help="samples of a question ahead of need where slots are idle, 0 to 8 (default: 8 for an engine started here)",
    )
    add("--requests-per-minute", type=float, default=none, metavar="N", help="at each endpoint")
    add("--tokens-per-minute", type=float, default=none, metavar="N", help="at each endpoint")
    add("--price-prompt", default=none, metavar="X", help="price of a million prompt tokens")
    add("--price-completion", default=none, metavar="X", help="price of a million generated tokens")
    add("--run", default=none, metavar="DIR", help="run folder (default: derived from the settings, under runs/)")
    add(
        "--skip-bad",
        action="store_true",
        default=none,
        help="continue without unusable lines; they go to rejects.jsonl",
    )
    add(
        "--eager",
        action=argparse.BooleanOptionalAction,
        default=none,
        help="start the engine without compiling: sooner up, slower after (default: on a CPU)",
    )
    add(
        "--vram-gb",
        type=float,
        default=none,
        metavar="G",
        help="memory that --serve may take, GiB: the engine's settings are planned for it and checked",
    )
    add("--kv-cache-dtype", choices=("auto", "fp8"), default=none, help="fp8 halves the KV cache on a GPU")
    add(
        "--engine-arg",
        dest="engine_args",
        action="append",
        default=none,
        metavar="ARG",
        help="a further argument for vLLM's server, written --engine-arg=--name=value; may be repeated",
    )
    add("--display", choices=("auto", "live", "plain", "log", "none"), default=none)
    add("--json", action="store_true", default=none, help="the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    import asyncio

    from harness.run.config import parse_duration, parse_setting, resolved
    from harness.run.evaluate import evaluate
    from harness.run.process_start import process_started
    from solver.base.errors import Interrupted

    flags = {
        name: value for name, value in vars(options).items() if name not in ("command", "run_command", "config", "data")
    }
    data = []
    for word in getattr(options, "data", ()):
        if "=" in word and not Path(word).exists():
            key, value = parse_setting(word)
            flags[key] = value
        else:
            data.append(word)
    if data:
        flags["data"] = tuple(data)
    for name in ("endpoints", "adapters", "models", "engine_args"):
        if name in flags:
            flags[name] = tuple(flags[name])
    if isinstance(flags.get("deadline_s"), str):
        flags["deadline_s"] = parse_duration(flags["deadline_s"])
    config = resolved(options.config, flags)
    try:
        outcome = asyncio.run(evaluate(config, process_started=process_started()))
    except asyncio.CancelledError:
        raise Interrupted(f"continue with the same command and --run {config.folder}") from None
    return _report(config, outcome)


def _report(config: EvalConfig, outcome: Outcome) -> int:
    from solver.base.display.printing import print_json, print_table, tell
    from solver.base.errors import Interrupted

    for warning in outcome.warnings:
        tell(f"harness: warning: {warning}")
    if config.json:
        print_json(json.loads((outcome.folder / "summary.json").read_text(encoding="utf-8")), flush=True)
    else:
        from harness.scoring.tables import render_score

        print_table(render_score(outcome.score))
    if outcome.stop == "interrupted":
        raise Interrupted(f"continue with the same command and --run {outcome.folder}")
    if not outcome.is_complete:
        why = f"stopped by: {outcome.stop}" if outcome.stop else "samples failed"
        tell(f"harness: incomplete ({why}); the same command continues: --run {outcome.folder}")
        if not outcome.stop:
            tell("harness: what the server refuses for good, like a prompt that is too long, stays open")
        return 1
    return 0
