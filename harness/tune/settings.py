"""The configuration of ``harness tune``."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import field_validator, model_validator

from harness.run.config import FolderConfig
from solver.backends.settings import AskedOrServed
from solver.base.config import inline, setting
from solver.base.config.bounds import MOST_SAMPLES
from solver.base.errors import UsageError
from solver.problems.prompt import load_template


class TuneConfig(FolderConfig):
    """What ``harness tune`` was told to do; its sampling is where the search begins and what it is held against."""

    backend: AskedOrServed = inline(AskedOrServed)
    out: str = setting(..., "the preset to write; a page of each kind stands beside it", metavar="PRESET.yaml")
    prompts: tuple[str, ...] = setting(
        (),
        "prompts to try, names or files; may be repeated, or with commas between",
        metavar="NAME|FILE",
        shown="the built-in ones for the language of the problems",
        binds="changed",
    )
    systems: tuple[str, ...] = setting(
        (), "a system message to try, as text or file; may be repeated", metavar="TEXT|FILE", binds="changed"
    )
    try_thinking: bool | None = setting(
        None,
        "try the model with thinking turned on and off",
        shown="where its chat template can be read here and has the switch",
        binds="changed",
    )
    cap: int | None = setting(
        None,
        "samples of a question at most in what is tried",
        metavar="N",
        ge=1,
        le=MOST_SAMPLES,
        shown="that of --max-samples",
    )

    @field_validator("prompts")
    @classmethod
    def _are_prompts(cls, prompts: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(
            name for word in prompts for name in ([word] if Path(word).is_file() else word.split(",")) if name
        )
        for name in names:
            load_template(name)
        return names

    @model_validator(mode="after")
    def _is_about_rules(self) -> Self:
        if self.sampling.allocation or self.sampling.mean_tokens is not None:
            raise UsageError(
                "tune looks for a stopping rule under a budget of its own (--token-budget): leave out --allocation and "
                "--mean-tokens, and give them to eval"
            )
        return self

    @field_validator("out")
    @classmethod
    def _can_be_written(cls, out: str) -> str:
        if Path(out).suffix not in (".yaml", ".yml"):
            raise UsageError(f"--out {out}: the preset is a YAML file, such as mine.yaml")
        return out

    @property
    def samples(self) -> int:
        """Of a question at most in what is tried."""
        return self.cap or self.sampling.max_samples

    @property
    def binding(self) -> dict[str, object]:
        """What the folder belongs to; where the search begins is no part of it, so that samples are used again."""
        found = super().binding
        names = ("data", "map", "limit", "adapters", "serve")
        kept: dict[str, object] = {name: found[name] for name in names if name in found}
        return {**kept, "models": self.sampling.models, "command": "tune"}

    def _name(self, of_what: str) -> str:
        return f"tune-{of_what}"
