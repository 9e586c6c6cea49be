"""What a champion's table is made of: base, questions, members, and the flags of every command; read from YAML.

Texts of flags may name what another stage makes: ``{learn}``, ``{choose}``, ``{puzzles}`` (files), ``{rows}`` and
``{pairs}`` (the base's own right chains, and right against wrong ones), ``{mixed}`` (rows and puzzles), ``{NAME}`` (a
member's adapter). So a plan says by itself what waits for what. ``{held}`` cannot be named: nobody learns from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from solver.base.config import Config, Misfit, build, from_pairs, from_yaml
from solver.base.errors import UsageError
from solver.base.places import from_place_in_project
from solver.voting.ensemble import parse_ensemble

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
TAKEN = frozenset({"base", "learn", "choose", "held", "puzzles", "rows", "pairs", "mixed"})
"""What other things are called, so that no member can be."""
MADE = "synth "
"""How a text begins that is no file but the words of a command that makes one."""


class Questions(Config):
    """Files; or the words of ``synth generate``, without ``--out``, that make them."""

    learn: str
    """The base is asked for chains, and practice asks the members."""
    choose: str
    """Which member is the best, and which adapter of a practice."""
    held: str
    """Every figure of the table is of these."""
    puzzles: str
    """Rows of puzzles told in words, in messages form."""


class Member(Config):
    """One adapter: trained here, or there already."""

    train: str | None = None
    """Words of a command of ``train``, without base and ``--out``."""
    adapter: str | None = None
    """Folder of an adapter that was trained before."""
    minutes: float | None = Field(default=None, gt=0)
    """Training time at most."""
    slots: int = Field(default=1, ge=1)
    """How many of the places of a device its training takes."""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.train is None) == (self.adapter is None):
            raise UsageError("a member has either words to train with (train) or a folder (adapter)")
        return self


class Plan(Config):
    """Everything that decides a table."""

    base: str
    """A folder, or the name of a model in the local cache."""
    questions: Questions
    members: dict[str, Member] = Field(min_length=2)
    asked: str
    """Flags of ``harness eval`` for learn, choose and held; the same for every model, so that runs are paired."""
    harvest: str = ""
    """Further flags of ``synth harvest``."""
    mixed: str = "{rows}=1 {puzzles}=1"
    """What ``synth mix`` joins."""
    four_bits: str
    """Flags of ``train quantize``: the calibration set."""
    forms_of: tuple[str, ...] = ()
    """Members (or ``base``) that are also merged and put into four bits; empty is all of them."""
    speed: str
    """Flags, on top of ``asked``, of the runs that tell what several adapters at once cost; empty leaves them out."""
    serve: str = ""
    """Arguments of every server."""
    serve_base: str = ""
    """Further ones of the base's, which has all adapters."""
    lora_rank: int = Field(default=32, ge=1)
    """Largest rank among the adapters."""
    ensembles: tuple[str, ...] = ("plurality", "champion", "gated:0.6", "pooled")
    per_device: int = Field(default=2, ge=1)
    """Stages at once on a device."""
    reserve_minutes: float = Field(default=0, ge=0)
    """Of ``--minutes``, kept for what comes after the trainings."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Variables of every command and server."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for name in self.members:
            if not _NAME.fullmatch(name) or name in TAKEN:
                raise Misfit(f"{name!r} cannot be a member's name; take another, of small letters", "members", name)
        for name in self.forms_of:
            if name not in {"base", *self.members}:
                raise Misfit(f"no member is called {name!r}", "forms_of")
        for spec in self.ensembles:
            parse_ensemble(spec)
        return self

    @property
    def in_all_forms(self) -> tuple[str, ...]:
        """The base and the members that are merged and put into four bits."""
        return self.forms_of or ("base", *self.members)


def read(path: Path, changes: Sequence[str] = ()) -> Plan:
    """Read a plan, and put ``key=value`` on top.

    Raises:
        UsageError: it cannot be read, or makes no sense.
    """
    return build(Plan, from_yaml(Plan, path), from_pairs(Plan, changes))


def located(plan: Plan) -> Plan:
    """Return a plan whose files and folders are absolute, from the current folder on.

    Raises:
        UsageError: it names what is not there.
    """
    questions = {name: _file(text, name) for name, text in plan.questions.model_dump().items()}
    members = {name: _found(name, one) for name, one in plan.members.items()}
    base = Path(from_place_in_project(plan.base))
    where = str(base.resolve()) if base.exists() else plan.base
    return plan.model_copy(update={"questions": Questions(**questions), "members": members, "base": where})


def _file(text: str, name: str) -> str:
    if text.startswith(MADE):
        return text
    if not Path(text).is_file():
        raise UsageError(f"questions.{name}: {text} is no file; name one, or the words of synth generate")
    return str(Path(text).resolve())


def _found(name: str, member: Member) -> Member:
    if member.adapter is None:
        return member
    folder = Path(member.adapter).resolve()
    if not (folder / "adapter_config.json").is_file():
        raise UsageError(f"members.{name}: {folder} holds no adapter_config.json; name the folder of an adapter")
    return member.model_copy(update={"adapter": str(folder)})
