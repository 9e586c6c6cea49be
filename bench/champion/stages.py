"""From a plan to stages, each a command of this project, and which of them begins next: pure, no clock and no file.

A stage knows what it needs, by the placeholders of its words. What a stage makes has a fixed place in the folder of the
table; all paths are relative to it, so that the folder can be moved while nothing is running.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bench.champion.plan import MADE, Plan
from solver.base.errors import UsageError

_HOLE = re.compile(r"\{([a-z][\w-]*)\}")
URL = "{url}"
"""Stands in a stage's words for the address of its server."""
BASE = "base"
AT_ONCE = "at-once"
"""The stage that asks all members in one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An engine that lives as long as stages ask it."""

    name: str
    """What its model is called by those who ask."""
    model: str
    """Folder, or name of a cached model."""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One command."""

    name: str
    words: tuple[str, ...]
    """Behind ``python -m``."""
    result: str
    """The file that is there once it has ended well."""
    needs: tuple[str, ...] = ()
    """Stages that must have ended well before."""
    after: tuple[str, ...] = ()
    """Stages that must be over before, well or not."""
    server: str | None = None
    adapters: tuple[tuple[str, str], ...] = ()
    """Name and folder of those that its server must have."""
    trains: bool = False
    """It can be asked to end early."""
    minutes: float | None = None
    """Of training at most."""
    slots: int = 1
    """Places of its device that it takes."""
    is_alone: bool = False
    """It takes the whole device, as its time is what is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A plan worked out."""

    stages: tuple[Stage, ...]
    """Each behind what it needs; of those that can begin the first one does."""
    servers: Mapping[str, Server]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far it is."""

    done: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    running: Mapping[str, str] = field(default_factory=dict)
    """Stage -> device."""
    servers: Mapping[str, str] = field(default_factory=dict)
    """Server that is up, or coming up -> device."""


def run_of(name: str, what: str) -> str:
    """Return the run folder of a model on some questions."""
    return f"runs/{name}-{what}"


def held_run(member: str, form: str) -> str:
    """Return the run folder of a member on the held-out questions; ``form`` is adapter, merged or int4."""
    return run_of(member if form == "adapter" else f"{member}-{form}", "held")


def layout_of(plan: Plan) -> Layout:
    """Work a plan out.

    Raises:
        UsageError: a text names what there is not, or members wait for each other.
    """
    made = _Made(plan)
    stages = [*made.questions(), *made.rows(), *made.members(), *made.runs(), *made.forms(), *made.speed()]
    return Layout(stages=tuple(stages), servers=made.servers)


class _Made:
    """What the stages of a plan make: a file or folder by its name in texts, and the stage that it comes of."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        serve = (*shlex.split(plan.serve), *shlex.split(plan.serve_base), "--enable-lora")
        adapters = ("--max-lora-rank", str(plan.lora_rank), "--max-loras", str(len(plan.members)))
        self.servers = {BASE: Server(name=BASE, model=plan.base, arguments=(*serve, *adapters))}
        self._places = {"rows": ("rows/train.messages.jsonl", "rows"), "pairs": ("rows/train.dpo.jsonl", "rows")}
        self._places["mixed"] = ("rows/mixed.jsonl", "mixed")
        self._held = ("", "")
        for name, text in plan.questions.model_dump().items():
            place = (f"data/{name}.jsonl", f"data-{name}") if text.startswith(MADE) else (text, "")
            if name == "held":
                self._held = place
            else:
                self._places[name] = place
        for name, member in plan.members.items():
            self._places[name] = (member.adapter, "") if member.adapter else (f"members/{name}/adapter", name)

    def _filled(self, text: str, what: str) -> tuple[list[str], tuple[str, ...]]:
        """Return a text's words with what they name in them, and the stages that make it."""
        needs: list[str] = []

        def place(found: re.Match[str]) -> str:
            if found[1] not in self._places:
                raise UsageError(f"{what}: {found[0]} is nothing that a stage makes; use {self._names}")
            path, stage = self._places[found[1]]
            needs.append(stage)
            return path

        # Cut first: a path may hold blanks.
        words = [_HOLE.sub(place, word) for word in shlex.split(text)]
        return words, tuple(dict.fromkeys(filter(None, needs)))

    @property
    def _names(self) -> str:
        return ", ".join(f"{{{name}}}" for name in self._places)

    def questions(self) -> Iterator[Stage]:
        """Files that a command makes."""
        for name, text in self.plan.questions.model_dump().items():
            if text.startswith(MADE):
                path = f"data/{name}.jsonl"
                yield Stage(name=f"data-{name}", words=(*shlex.split(text), "--out", path), result=path)

    def rows(self) -> Iterator[Stage]:
        """The base's own chains, as rows and as pairs, and mixed with puzzles."""
        learn, made = self._places["learn"]
        yield self._asked((BASE,), "learn", server=BASE)
        words = ["synth", "harvest", run_of(BASE, "learn"), "--data", learn, "--out", "rows"]
        words += ["--format", "messages", "--format", "dpo", *shlex.split(self.plan.harvest)]
        yield Stage(
            name="rows", words=tuple(words), result="rows/report.json", needs=("base-learn", *filter(None, [made]))
        )
        files, needs = self._filled(self.plan.mixed, "mixed")
        words = ["synth", "mix", *files, "--out", "rows/mixed.jsonl"]
        yield Stage(name="mixed", words=tuple(words), result="rows/mixed.jsonl", needs=needs)

    def members(self) -> list[Stage]:
        """The trainings, each behind the one whose adapter it begins with."""
        found = {}
        for name, member in self.plan.members.items():
            if member.train is None:
                continue
            words, needs = self._filled(member.train, f"members.{name}.train")
            found[name] = Stage(
                name=name,
                words=("train", *words, f"base.model={self.plan.base}", "--out", f"members/{name}"),
                result=f"members/{name}/report.json",
                needs=needs,
                trains=True,
                minutes=member.minutes,
                slots=member.slots,
            )
        ordered: list[Stage] = []
        while waiting := [stage for stage in found.values() if stage not in ordered]:
            ready = [one for one in waiting if not {*one.needs} & {other.name for other in waiting}]
            if not ready:
                raise UsageError(f"members wait for each other: {', '.join(one.name for one in waiting)}")
            ordered += ready
        return ordered

    def runs(self) -> Iterator[Stage]:
        """The base and the members, as adapters on one engine."""
        for name in (BASE, *self.plan.members):
            if name != BASE:
                yield self._asked((name,), "choose", server=BASE)
            yield self._asked((name,), "held", server=BASE)

    def forms(self) -> Iterator[Stage]:
        """Merged, in four bits, and both asked."""
        calibration, needs = self._filled(self.plan.four_bits, "four_bits")
        for name in self.plan.in_all_forms:
            source, before = self.plan.base, needs
            if name != BASE:
                source, (adapter, made) = f"models/{name}-merged", self._places[name]
                words = ["train", "merge", adapter, "--base", self.plan.base, "--out", source]
                yield self._model(f"{name}-merged", words, source, (made,))
                yield self._served(f"{name}-merged", source)
                before = (f"{name}-merged", *needs)
            out = f"models/{name}-int4"
            words = ["train", "quantize", source, "--out", out, *calibration]
            yield self._model(f"{name}-int4", words, out, before)
            yield self._served(f"{name}-int4", out)

    def speed(self) -> Iterator[Stage]:
        """The members one after the other, then all at once, each time with the device for itself."""
        if not self.plan.speed:
            return
        # Behind everything that was asked of the base: prompts are cached alike, and nothing else waits for the device.
        after = tuple(f"{name}-held" for name in self.plan.members)
        alone = []
        for name in self.plan.members:
            stage = self._asked((name,), "held", server=BASE, run=f"alone-{name}", more=self.plan.speed, after=after)
            alone.append(stage.name)
            yield stage
        members = tuple(self.plan.members)
        yield self._asked(members, "held", server=BASE, run=AT_ONCE, more=self.plan.speed, after=(*after, *alone))

    def _model(self, name: str, words: Sequence[str], out: str, needs: Iterable[str]) -> Stage:
        return Stage(name=name, words=tuple(words), result=f"{out}/config.json", needs=tuple(filter(None, needs)))

    def _served(self, name: str, model: str) -> Stage:
        """Ask a model that has a server of its own, which comes up for it."""
        self.servers[name] = Server(name=name, model=model, arguments=tuple(shlex.split(self.plan.serve)))
        return self._asked((name,), "held", server=name, needs=(name,))

    def _asked(
        self,
        models: Sequence[str],
        what: str,
        *,
        server: str,
        run: str = "",
        more: str = "",
        needs: Sequence[str] = (),
        after: tuple[str, ...] = (),
    ) -> Stage:
        """Ask one or several models of a server; a run with a name of its own is timed."""
        data, made = self._held if what == "held" else self._places[what]
        name = run or f"{models[0]}-{what}"
        adapters = tuple((model, self._places[model][0]) for model in models if model in self.plan.members)
        behind = (made, *needs, *(self._places[model][1] for model, _ in adapters))
        words = ["harness", "eval", data, "--endpoint", URL]
        words += [word for model in models for word in ("--model", model)]
        words += [*shlex.split(self.plan.asked), *shlex.split(more), "--run", f"runs/{name}", "--display", "plain"]
        return Stage(
            name=name,
            words=tuple(words),
            result=f"runs/{name}/summary.json",
            needs=tuple(dict.fromkeys(filter(None, behind))),
            after=after,
            server=server,
            adapters=adapters,
            is_alone=bool(run),
        )


# ---- which is next


def blocked(layout: Layout, failed: Iterable[str]) -> dict[str, str]:
    """Return the stages that can never begin, each with the one that it waits for."""
    lost: dict[str, str] = {}
    names = {*failed}
    for stage in layout.stages:
        if stage.name not in names and (missing := next((one for one in stage.needs if one in names | {*lost}), None)):
            lost[stage.name] = missing
    return lost


def without_lost(layout: Layout, failed: Iterable[str]) -> Layout:
    """Leave members that are not trained out of what asks all at once, as long as two are left.

    What is left has a name and a result of its own: once the member is there, all are asked.
    """
    names = {*failed}
    lost = names | {*blocked(layout, names)}
    return replace(layout, stages=tuple(_asking_fewer(stage, lost) for stage in layout.stages))


def _asking_fewer(stage: Stage, lost: set[str]) -> Stage:
    left = tuple(one for one in stage.adapters if one[0] not in lost)
    if left == stage.adapters or len(left) < 2:
        return stage
    name = "-".join((AT_ONCE, *(adapter for adapter, _ in left)))
    pairs = zip(stage.words, ("", *stage.words), strict=False)
    words = [word for word, before in pairs if before != "--model" or word not in lost]
    pairs = zip(words, (*words[1:], ""), strict=True)
    words = [word for word, behind in pairs if word != "--model" or behind in dict(left)]
    words = [f"runs/{name}" if word == f"runs/{stage.name}" else word for word in words]
    needs = tuple(one for one in stage.needs if one not in lost)
    return replace(stage, name=name, words=tuple(words), result=f"runs/{name}/summary.json", needs=needs, adapters=left)


def over(layout: Layout, state: State) -> set[str]:
    """Return the stages that have come to an end, or never can begin."""
    return {*state.done, *state.failed, *blocked(layout, state.failed)}


def unsettled(layout: Layout, state: State) -> list[Stage]:
    """Return the stages that have still to come to an end, those that run among them."""
    ended = over(layout, state)
    return [stage for stage in layout.stages if stage.name not in ended]


def next_stage(
    layout: Layout, state: State, devices: Sequence[str], per_device: int, *, may_train: bool = True
) -> tuple[Stage, str] | None:
    """Return the stage that begins next and its device; None where nothing can begin now.

    A stage goes where most places are free, one that asks to where its server is.
    """

    def cost(stage: Stage) -> int:
        return per_device if stage.is_alone else min(stage.slots, per_device)

    by_name = {stage.name: stage for stage in layout.stages}
    used = {
        device: sum(cost(by_name[name]) for name, at in state.running.items() if at == device) for device in devices
    }
    ended = over(layout, state)
    for stage in layout.stages:
        if stage.name in ended | {*state.running} or not {*stage.needs} <= state.done or not {*stage.after} <= ended:
            continue
        if stage.trains and not may_train:
            continue
        at = state.servers.get(stage.server or "")
        places = [at] if at is not None else devices
        device = min(places, key=lambda one: used[one])
        if used[device] + cost(stage) <= per_device:
            return stage, device
    return None


def idle_servers(layout: Layout, state: State) -> list[str]:
    """Return the servers that are up and that no stage will ask any more."""
    wanted = {stage.server for stage in unsettled(layout, state)}
    return [name for name in state.servers if name not in wanted]
