"""The configuration of ``harness tune``."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import field_validator

from harness.run.config import Display, FolderConfig
from solver.backends.settings import AskedOrServed
from solver.base.config import binding, inline, setting
from solver.base.errors import UsageError
from solver.base.places import BENCHMARK, place_in_project
from solver.hub.model_name import named_by
from solver.problems.prompt import load_template
from solver.problems.shapes.fields import FIELDS, FIELDS_HELP
from solver.scheduling.settings import SamplingSettings


class TuneConfig(FolderConfig):
    """What ``harness tune`` was told to do; its sampling is where the search begins and what it is held against."""

    data: tuple[str, ...] = setting(
        (str(BENCHMARK),), "files of problems of any shape, -, hf:org/set", flag=(), binds="always", min_length=1
    )
    map: str | None = setting(None, FIELDS_HELP, metavar=FIELDS, binds="changed", shown="found by looking at the rows")
    backend: AskedOrServed = inline(AskedOrServed)
    sampling: SamplingSettings = inline(SamplingSettings)
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
        None, "samples of a question at most in what is tried", metavar="N", ge=1, shown="that of --max-samples"
    )
    limit: int | None = setting(None, "only the first N questions", metavar="N", ge=1, binds="always")
    run: str | None = setting(
        None, "folder of the samples", metavar="DIR", shown="derived from the settings, under runs/"
    )
    skip_bad: bool = setting(False, "continue without unusable lines")
    display: Display = setting("auto", "how the search is shown on stderr")
    is_json: bool = setting(False, "the result as one JSON object", flag="--json")

    @field_validator("prompts")
    @classmethod
    def _are_prompts(cls, prompts: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(
            name for word in prompts for name in ([word] if Path(word).is_file() else word.split(",")) if name
        )
        for name in names:
            load_template(name)
        return names

    @field_validator("out")
    @classmethod
    def _can_be_written(cls, out: str) -> str:
        if Path(out).suffix not in (".yaml", ".yml"):
            raise UsageError(f"--out {out}: the preset is a YAML file, such as mine.yaml")
        if not Path(out).absolute().parent.is_dir():
            raise UsageError(f"--out {out}: there is no folder {Path(out).absolute().parent}; make it first")
        return out

    @property
    def samples(self) -> int:
        """Of a question at most in what is tried."""
        return self.cap or self.sampling.max_samples

    @property
    def binding(self) -> dict[str, object]:
        """What the folder belongs to; where the search begins is no part of it, so that samples are used again."""
        serve = named_by(self.backend.serve) or place_in_project(self.backend.serve)
        found = {name: value for name, value in binding(self).items() if name in ("data", "map", "limit", "adapters")}
        return {**found, "serve": serve, "models": self.sampling.models, "command": "tune"}

    @property
    def folder(self) -> Path:
        """Where the samples are kept: as named, or derived, so that the same command finds them again."""
        if self.run is not None:
            return Path(self.run)
        data = "+".join(Path(name).name.split(".")[0] for name in self.data)
        model = "+".join(self.sampling.models) or Path(self.backend.serve).resolve().name
        name = re.sub(r"[^\w.+-]", "_", f"tune-{data}-{model}")
        return Path("runs") / f"{name[:80]}-{self.digest}"
