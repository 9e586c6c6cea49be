"""The options that ``answer`` and the terminal share, and what they come to: where samples come from, and how.

Defaults live in ``Settings`` and ``BackendConfig``; an option that is not given is None here.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from solver.commands.choices import choices
from solver.problems.prompt import DEFAULT_PROMPT, prompts
from solver.voting.ensemble import DEFAULT_ENSEMBLE, ensemble_examples
from solver.voting.rules import DEFAULT_RULE, rule_examples

if TYPE_CHECKING:
    from solver.backends.backend import BackendConfig
    from solver.scheduling.solve import Settings


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options, and what may be chosen from to the help's end."""
    parser.epilog = f"{parser.epilog or ''}\n\n{choices()}"
    add = parser.add_argument
    add("--endpoint", dest="endpoints", action="append", metavar="URL", help="a running server; may be repeated")
    add("--serve", metavar="MODEL", help="folder of a model to serve here (default: the embedded model)")
    add("--model", dest="models", action="append", metavar="NAME", help="model to ask; several make an ensemble")
    add("--ensemble", help=f"{ensemble_examples()} (default {DEFAULT_ENSEMBLE})")
    add("--rule", help=f"{rule_examples()} (default {DEFAULT_RULE})")
    add("--max-samples", type=int, metavar="N", help="samples a question at most (default 16)")
    known = ", ".join(prompts().names)
    add("--prompt", metavar="NAME|PATH", help=f"{known} or a file (default {DEFAULT_PROMPT})")
    add("--temperature", type=float, metavar="T", help="default 0.7; embedded model 1.0")
    add("--top-p", type=float, metavar="P", help="default 1")
    add("--max-tokens", type=int, metavar="N", help="tokens a chain (default 1024; embedded model 400)")
    add("--seed", type=int, metavar="N", help="default 0")
    add("--shuffle-options", action="store_true", default=None, help="another option order for every sample")


def backend_of(arguments: argparse.Namespace) -> BackendConfig:
    """Return where samples come from.

    Raises:
        UsageError: both a server and a model to serve are named.
    """
    from solver.backends.backend import BackendConfig
    from solver.base.errors import UsageError
    from solver.base.places import EMBEDDED_MODEL

    if arguments.endpoints and arguments.serve:
        raise UsageError("--endpoint asks a running server and --serve starts one: give one of the two")
    return BackendConfig(
        endpoints=tuple(arguments.endpoints or ()),
        serve=arguments.serve or str(EMBEDDED_MODEL),
        models=tuple(arguments.models or ()),
    )


def settings_of(arguments: argparse.Namespace, models: tuple[str, ...]) -> Settings:
    """Return how questions are solved.

    Args:
        models: to ask where none is named.

    Raises:
        UsageError, PromptError: a value cannot be used.
    """
    from solver.backends.embedded import EMBEDDED_MAX_TOKENS, EMBEDDED_TEMPERATURE
    from solver.scheduling.solve import Settings

    names = ("ensemble", "rule", "max_samples", "prompt", "temperature", "top_p", "max_tokens", "seed")
    given = {name: getattr(arguments, name) for name in (*names, "shuffle_options")}
    values = {name: value for name, value in given.items() if value is not None}
    if not arguments.endpoints and not arguments.serve:
        values = {"max_tokens": EMBEDDED_MAX_TOKENS, "temperature": EMBEDDED_TEMPERATURE} | values
    return Settings(models=tuple(arguments.models or models), **values)
