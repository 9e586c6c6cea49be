"""What stands beside trl's trainer while it runs: times, checkpoints that are whole, Ctrl-C, and the progress bar."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from transformers import TrainerCallback

from solver.base.display.figures import counted
from solver.base.display.printing import tell, tell_soon
from solver.base.display.progress import bar
from solver.base.files import follow_umask, write_json
from solver.base.foreign_files import object_of
from solver.base.signals import Interrupts
from train.errors import CheckpointError
from train.finite_steps import MISSED
from train.lora.report import LOSSES, Panel, draw

WHOLE = "complete.json"
"""Written last into a checkpoint; a folder without it was cut off by a kill."""


CHECKPOINT_EVERY_S = 120.0
"""Seconds of training without a checkpoint at most, however long ``run.save_steps`` take: as in pretrain."""


class Stamp(NamedTuple):
    """What a run that goes on must share with the one that stopped."""

    recipe: str
    """Digest of the recipe, without what does not touch the weights or only says how much memory they take."""
    rows: str
    """Digest of all tokens."""
    base: str
    """Fingerprint of the base."""
    adapter: str
    """Fingerprint of the adapter that training began with; empty for a fresh one."""
    processes: int
    former: str = ""
    """What ``recipe`` was before 2026-12, when it held the settings that take memory."""

    def differs(self, have: Mapping[str, Any]) -> list[str]:
        """Name the fields in which a stamp that was read is another run's."""
        known: dict[str, tuple[object, ...]] = {
            name: (value,) for name, value in self._asdict().items() if name != "former"
        }
        known["recipe"] = (self.recipe, self.former)
        return [name for name, values in known.items() if have.get(name) not in values]


def newest_whole(folder: Path, stamp: Stamp) -> Path | None:
    """Find the checkpoint to go on from.

    Raises:
        CheckpointError: there is one, of another run.
    """
    found = sorted(
        (
            path
            for path in folder.glob("checkpoint-*")
            if path.name.removeprefix("checkpoint-").isdecimal() and (path / WHOLE).is_file()
        ),
        key=lambda path: int(path.name.rpartition("-")[2]),
    )
    if not found:
        return None
    have = object_of(found[-1] / WHOLE, error=CheckpointError)
    check_stamp(have, stamp, str(folder.parent))
    return found[-1]


def check_stamp(have: dict[str, Any], stamp: Stamp, out: str) -> None:
    """Compare a finished or stopped run with the one asked for.

    Raises:
        CheckpointError: they differ; the message says in what.
    """
    other = stamp.differs(have)
    if not other:
        return
    names = {"rows": "rows (the data, or how it is cut into tokens)", "processes": "number of processes"}
    told = ", ".join(names.get(name, name) for name in other)
    raise CheckpointError(
        f"{out} holds a run with another {told}; repeat that run's command to go on with it (its settings are in "
        f"{out}/recipe.json), or give another --out"
    )


def remove_cut_off(folder: Path) -> list[str]:
    """Remove checkpoints that a kill cut off; return their names."""
    cut = [path for path in folder.glob("checkpoint-*") if not (path / WHOLE).is_file()]
    for path in cut:
        shutil.rmtree(path)
    return sorted(path.name for path in cut)


def any_process(is_stopped: bool, args: Any) -> bool:
    """Tell whether any process was told to stop: all must leave after the same step, or the others wait for ever."""
    import torch
    from torch import distributed

    if not (distributed.is_available() and distributed.is_initialized()):
        return is_stopped
    flag = torch.tensor(int(is_stopped), device=args.device)
    distributed.all_reduce(flag, op=distributed.ReduceOp.MAX)
    return bool(flag.item())


class Watch(TrainerCallback):  # type: ignore[misc]  # transformers is untyped here
    """Times steps, marks checkpoints as whole, logs, draws, and stops at the first Ctrl-C or SIGTERM."""

    def __init__(
        self,
        out: Path,
        stamp: Stamp,
        *,
        is_main: bool,
        told: Mapping[str, str] = MappingProxyType({"loss": "loss"}),
        panels: Sequence[Panel] = (LOSSES,),
        minutes: float | None = None,
    ) -> None:
        """``told`` names the figures of a step that are said, ``panels`` what is drawn, ``minutes`` bounds the run."""
        self.out, self.stamp, self.is_main, self.told, self.panels = out, stamp, is_main, told, panels
        self.minutes = minutes
        self.is_out_of_time = False
        """The run's minutes ended it early."""
        self.is_stopped = False
        """A signal ended the run early; one in its last step does not: the run is done with that step."""
        self._is_asked = False
        self.timed_s = 0.0
        self.timed_tokens = 0
        """Tokens of the steps that were timed: all but the first of this call, evaluation and saving left out."""
        self._earlier_s = 0.0
        self._started = time.monotonic()
        self._saved = self._started
        """When the last checkpoint was written, or training began."""
        self._last: float | None = None
        self._seen = 0
        self._stack = ExitStack()
        self._tick: Any = None
        self._interrupts = Interrupts()
        self._interrupts.finish = self._stop

    @property
    def elapsed_s(self) -> float:
        """Wall-clock time of training over all calls."""
        return self._earlier_s + time.monotonic() - self._started

    def on_train_begin(self, args: Any, state: Any, control: Any, **unused: Any) -> None:
        self._started = self._saved = time.monotonic()
        self._earlier_s = max((line.get("elapsed_s", 0.0) for line in state.log_history), default=0.0)
        self._seen = state.num_input_tokens_seen
        self._stack.enter_context(self._interrupts)
        if self.is_main:
            self._tick = self._stack.enter_context(bar("steps", state.max_steps, done=state.global_step))

    def close(self) -> None:
        """Take bar and signal handlers away, however training ended."""
        self._stack.close()

    def _stop(self) -> None:
        self._is_asked = True
        if self.is_main:
            tell_soon("stopping after this step; once more leaves at once, without a checkpoint")

    def _say(self, text: str) -> None:
        if self.is_main:
            tell(text)

    def on_step_end(self, args: Any, state: Any, control: Any, **unused: Any) -> None:
        now = time.monotonic()
        if self._last is not None:
            self.timed_s += now - self._last
            self.timed_tokens += state.num_input_tokens_seen - self._seen
        self._last, self._seen = now, state.num_input_tokens_seen
        if self._tick is not None:
            self._tick(state.global_step)
        if self.minutes is not None and self.elapsed_s >= 60 * self.minutes and state.global_step < state.max_steps:
            # Where the rate rises, that of the first step is 0: a run that ended there would have learned nothing.
            self.is_out_of_time = state.global_step > 1 or not args.get_warmup_steps(state.max_steps)
        if any_process(self.is_out_of_time, args):
            self.is_out_of_time = control.should_save = control.should_training_stop = True
        if any_process(now - self._saved > CHECKPOINT_EVERY_S, args):
            control.should_save = True
        if any_process(self._is_asked, args) and state.global_step < state.max_steps:
            self.is_stopped = control.should_save = control.should_training_stop = True

    def on_evaluate(self, args: Any, state: Any, control: Any, **unused: Any) -> None:
        self._pause()

    def on_save(self, args: Any, state: Any, control: Any, **unused: Any) -> None:
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        if self.is_main:
            follow_umask(folder)
            # At once: a kill between making and filling it would leave a checkpoint that looks whole and is not.
            write_json(folder / WHOLE, self.stamp._asdict())
            draw(state.log_history, self.out / "loss.png", self.panels)
        self._saved = time.monotonic()
        self._pause()

    def _pause(self) -> None:
        if self._last is not None:
            self._last = time.monotonic()

    def on_log(self, args: Any, state: Any, control: Any, **unused: Any) -> None:
        # The line is kept in the checkpoint, so that a run that goes on knows its earlier hours.
        line = state.log_history[-1]
        line["elapsed_s"] = round(self.elapsed_s, 3)
        words = [f"{name} {line[key]:.4f}" for key, name in self.told.items() if key in line]
        if words:
            if line.get(MISSED):
                words.append(f"{counted(line[MISSED], 'step')} not taken")
            at = f"step {state.global_step}/{state.max_steps}"
            self._say(f"{at}: {', '.join(words)} ({line['elapsed_s']:.0f} s)")
