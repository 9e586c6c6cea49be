"""``harness tune`` as a whole: questions, the store, the backend, the search, and the files that it ends with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from harness.run.config import check_folder
from harness.run.data import load_data
from harness.run.folder import RunFolder
from harness.tune.arm_samples import INTERRUPTED, ArmSamples
from harness.tune.arms import Arm, prompt_arms, sampling_arms
from harness.tune.halving import Halves, halves_of
from harness.tune.page import html_of, markdown_of
from harness.tune.preset_file import preset_text
from harness.tune.search import LEAST, Found, Search
from harness.tune.settings import TuneConfig
from harness.tune.stopping import Stop
from solver.backends.backend import OpenBackend, open_backend
from solver.backends.protocol import Listener, each_once
from solver.base.display.figures import counted
from solver.base.display.live import Screen
from solver.base.display.progress import bar
from solver.base.errors import EndpointError, InputError, Interrupted
from solver.base.files import write_atomically
from solver.base.signals import Interrupts
from solver.presets.matching import Model
from solver.presets.served import model_in, models_at
from solver.problems.jsonl import digest_of, questions_of, require_good
from solver.problems.question import Question
from solver.sampling.client import SamplingClient
from solver.scheduling.solve import Solving
from solver.scheduling.store import Store


class Written(NamedTuple):
    """What a search ended with."""

    found: Found
    preset: Path
    pages: tuple[Path, Path]
    spent: int
    """Generated tokens over all attempts."""
    seconds: float


async def tune(config: TuneConfig) -> Written:
    """Search, and write the preset and its pages.

    Raises:
        LogicVoteError: input, folder, engine or endpoints cannot be used, or the budget is too small for anything.
        Interrupted: the user cut it short; the same command goes on.
    """
    tell, began = Screen(config.display).say, time.monotonic()

    with Interrupts(lambda: tell("stopping: what has landed is kept; once more leaves at once")) as interrupts:
        questions = _labelled(config, tell)
        halves = _halves(questions)
        folder = config.folder
        with Store(folder) as store:
            facts = {"data_sha256": digest_of(questions)}
            check_folder(folder, config, facts, has_begun=not store.is_empty)
            async with open_backend(
                config.backend,
                slots=config.sampling.max_concurrency,
                models=config.sampling.models,
                listener=Listener(say=tell, progress=each_once(tell)),
                log_path=RunFolder(folder).engine_log,
            ) as backend:
                await backend.open()
                (model, *_) = config.sampling.models or await backend.default_models()
                known = _known(config, model)
                # Looked up when a sample lands: what counts them is made below.
                searches: list[Search] = []
                samples = ArmSamples(
                    questions,
                    store,
                    backend,
                    models=(model,),
                    budget=config.sampling.token_budget,
                    failure=backend.failure,
                    landed=lambda: searches[0].landed(),
                )
                interrupts.finish = lambda: samples.stop(INTERRUPTED)
                tell(
                    f"{counted(len(questions), 'question')}, {len(halves.choosing)} choose and "
                    f"{len(halves.stating)} state; "
                    f"run folder {folder}"
                    + (f", {samples.earlier_tokens:,} tokens of before" if samples.earlier_tokens else "")
                )
                with bar("tune", 100) as tick:

                    def at(share: float, stage: str) -> None:
                        tick(int(100 * share), stage)

                    searches.append(_search(config, samples, halves, known, tell, at))
                    searches[0].usable = partial(usable, backend, model, halves.choosing[0], tell)
                    found = await searches[0].run()
                if samples.stopped == INTERRUPTED:
                    raise Interrupted
                return _write(config, found, model, known, samples.kept_tokens(), time.monotonic() - began)


def _search(
    config: TuneConfig,
    samples: ArmSamples,
    halves: Halves,
    known: Model | None,
    tell: Callable[[str], None],
    at: Callable[[float, str], None],
) -> Search:
    base = config.sampling
    arms = prompt_arms(base, config.prompts, halves.choosing)
    can_switch = known is not None and known.can_switch_thinking
    thinks = can_switch if config.try_thinking is None else config.try_thinking
    return Search(
        samples=samples,
        halves=halves,
        start=arms[0],
        candidates=arms,
        variants=lambda arm: sampling_arms(arm, systems=config.systems, thinks=thinks),
        cap=config.samples,
        start_stop=Stop(base.rule, base.max_samples, base.max_tokens),
        slots=base.max_concurrency,
        budget=base.token_budget,
        told=tell,
        at=at,
    )


async def usable(
    backend: OpenBackend, model: str, question: Question, tell: Callable[[str], None], arms: Sequence[Arm]
) -> Sequence[Arm]:
    """Return the arms that the server takes, the first without asking: a few tokens each, by a door of their own.

    What is refused once is refused for all who ask at the same door (``solver.sampling.pool``), and the arms beside it
    would go down with it. Who sends no field beyond the first arm's is not asked.
    """

    known = arms[0].settings.body.keys()

    async def error_of(arm: Arm) -> str | None:
        if arm.settings.body.keys() <= known:
            return None
        settings = arm.settings.replaced(
            models=(model,), rule="fixed:1", max_samples=1, max_tokens=4, token_budget=None, answer_forcing=False
        )
        try:
            async with SamplingClient(backend.pool()) as client:
                (outcome,) = await Solving([question], settings, client).run()
        except EndpointError as error:
            return str(error)
        return outcome.error if "failed" in outcome.stop_reasons else None

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(error_of(arm)) for arm in arms[1:]]
    found = list(arms[:1])
    for arm, task in zip(arms[1:], asked, strict=True):
        if task.result() is None:
            found.append(arm)
        else:
            tell(f"left out: {arm.name}: {task.result()}")
    return found


def _labelled(config: TuneConfig, tell: Callable[[str], None]) -> tuple[Question, ...]:
    loaded = load_data(config.data, mapping=config.map, tell=tell)
    if not config.skip_bad:
        require_good(loaded, is_skipping=True)
    questions = questions_of(loaded.problems)[: config.limit]
    labelled = tuple(one for one in questions if one.gold is not None)
    if len(labelled) < len(questions):
        left_out = counted(
            len(questions) - len(labelled), "question without an answer is", "questions without an answer are"
        )
        tell(f"{left_out} left out")
    return labelled


def _halves(questions: tuple[Question, ...]) -> Halves:
    halves = halves_of(questions)
    if min(map(len, halves)) < LEAST:
        raise InputError(
            f"{counted(len(questions), 'question')} with an answer, {min(map(len, halves))} in the smaller half "
            f"of the problems: give data with at least {LEAST} in each"
        )
    return halves


def _known(config: TuneConfig, model: str) -> Model | None:
    """Return what is known of the model."""
    if config.backend.is_own:
        return model_in(config.backend.serve)
    found = models_at(config.backend.endpoints, [model])
    return found[0] if found else None


def _write(config: TuneConfig, found: Found, model: str, known: Model | None, spent: int, seconds: float) -> Written:
    out, day = Path(config.out), time.strftime("%Y-%m-%d")
    data = ", ".join(Path(name).name for name in config.data)
    title = f"{model} · {data}"
    text = preset_text(found, model=model, data=data, day=day, known=known, folder=out.parent)
    pages = (out.with_suffix(".md"), out.with_suffix(".html"))
    facts = f"{day}, {spent:,} generated tokens; ended: {found.ended_by}"
    write_atomically(pages[0], markdown_of(found, title=title, facts=facts, preset=text))
    write_atomically(pages[1], html_of(found, title=title, facts=facts, preset=text))
    write_atomically(out, text)
    return Written(found, out, pages, spent, seconds)
