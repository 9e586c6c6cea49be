"""Configuration records: what a command can be told stands once, in the fields of a frozen pydantic model.

Flags with their help, YAML files, ``key=value`` words, checks, the part that a run folder belongs to and its hash all
come from the fields::

    class Sampling(Config):
        temperature: float = setting(0.7, "randomness of the samples", metavar="T", ge=0, le=5, binds="always")
        stop: tuple[str, ...] = setting((), "text that ends a chain", metavar="TEXT", binds="changed")

    class EvalConfig(Config):
        sampling: Sampling = inline(Sampling)          # its settings are named as if they were EvalConfig's own
        limit: int | None = setting(None, "only the first N questions", metavar="N", ge=1)

    declare(parser, EvalConfig)                        # --temperature T, --stop TEXT, --limit N, with their defaults
    layers = from_yaml(EvalConfig, path), from_pairs(EvalConfig, ["limit=3"]), from_arguments(EvalConfig, arguments)
    config = build(EvalConfig, *layers)                # later ones win
    config.sampling.temperature, binding(config), digest_of(binding(config)), told(config)

A nested model that is not ``inline`` is a section: ``lora.rank=8``, or a mapping in the file; mappings of names to
models and lists of models are fields like any other. Wrong input is a ``UsageError`` in one line that names file and
line where there are some, the setting, its value and what is wanted. A validator that raises a ``UsageError`` of its
own has the last word, so that a value which may hold a secret is not repeated. Every number has a closed range
(``bounds``), which the refusal tells.
"""

from solver.base.config.command_line import declare, from_arguments, from_pairs
from solver.base.config.complaints import Given, Misfit, near
from solver.base.config.duration import Seconds, parse_duration
from solver.base.config.fields import Binds, Entry, Facts, entries, inline, other_default, setting
from solver.base.config.record import Config, Layer, binding, build, digest_of, told, values_of
from solver.base.config.yaml_file import from_yaml, from_yaml_text

__all__ = [
    "Binds",
    "Config",
    "Entry",
    "Facts",
    "Given",
    "Layer",
    "Misfit",
    "Seconds",
    "binding",
    "build",
    "declare",
    "digest_of",
    "entries",
    "from_arguments",
    "from_pairs",
    "from_yaml",
    "from_yaml_text",
    "inline",
    "near",
    "other_default",
    "parse_duration",
    "setting",
    "told",
    "values_of",
]
