"""Training data made on the fly: worker processes generate and tokenise, the training process packs.

Worker ``w`` of ``n`` makes the problems ``start + w``, ``start + w + n``, … of one stream, so no problem is made twice
and every one can be made again from (seed, index). Only the order in which the workers' chunks arrive depends on the
machine. When the workers fall behind, waiting documents are taken again from a reservoir, ``reuse`` times at most; how
fresh the data is stands in every log line.

A thread packs ahead of the training loop. The loop's time in ``next`` is the time that the device waited for data.
No torch here: workers start in a second and stay small.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import queue
import threading
import time
from collections.abc import Iterator
from itertools import islice
from multiprocessing.synchronize import Event
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.base.signals import left_to_the_parent
from train.errors import FeedError
from train.pretrain import tokenizer
from train.pretrain.documents import Problem, documents
from train.pretrain.packing import Batch, Document, pack
from train.pretrain.recipe import DataPlan

_PATIENCE_S = 120.0
"""How long nothing may come from any worker before the feed gives up."""
_MIN_RESERVOIR = 0.2
"""Share of the reservoir that must be filled before documents are used again."""


class Chunk(NamedTuple):
    """Tokenised documents on their way from a worker."""

    ids: npt.NDArray[np.uint16]
    """All documents' ids, one behind the other."""
    lengths: npt.NDArray[np.int32]
    prompt_lengths: npt.NDArray[np.int32]
    next_index: int
    """One more than the largest problem index in or before this chunk."""


class Supply(NamedTuple):
    """What the feed has done so far."""

    next_index: int
    """Problems of the stream below this index are made (or skipped at a resumption)."""
    fresh: int
    """Documents trained on for the first time."""
    reused: int
    """Documents trained on again."""
    dropped: int
    """Documents longer than the limit."""


def encode(problems: list[Problem], tok: Any) -> Chunk:
    """Tokenise problems; prompt and answer apart, exactly as a server will see the prompt."""
    pairs = [pair for problem in problems for pair in problem.pairs]
    # encode_batch_fast skips offsets, which nobody reads.
    encodings = tok.encode_batch_fast([text for pair in pairs for text in pair], add_special_tokens=False)
    ids = [encoding.ids for encoding in encodings]
    prompts, answers = ids[::2], ids[1::2]
    return Chunk(
        np.array([token for one in ids for token in one], dtype=np.uint16),
        np.array([len(p) + len(a) for p, a in zip(prompts, answers, strict=True)], dtype=np.int32),
        np.array([len(p) for p in prompts], dtype=np.int32),
        problems[-1].number + 1,
    )


def chunks(plan: DataPlan, *, seed: int, start: int, stride: int) -> Iterator[Chunk]:
    """Yield tokenised chunks of a stream, for ever."""
    tok = tokenizer.load(plan.tokenizer)
    stream = documents(plan.source, seed=seed, start=start, stride=stride, direct_share=plan.direct_share)
    while True:
        yield encode(list(islice(stream, plan.chunk)), tok)


def split(chunk: Chunk, longest: int) -> list[Document]:
    """Cut a chunk into documents, leaving out those of more than ``longest`` + 1 ids."""
    ends = np.cumsum(chunk.lengths)
    return [
        Document(chunk.ids[end - length : end], int(prompt))
        for end, length, prompt in zip(ends, chunk.lengths, chunk.prompt_lengths, strict=True)
        if length <= longest + 1
    ]


class Reservoir:
    """Documents that may be trained on again, each a bounded number of times.

    Args:
        room: documents kept; a full reservoir forgets the oldest.
        reuse: how often a document may be used in all.
    """

    def __init__(self, room: int, reuse: int) -> None:
        self.room, self.reuse = room, reuse
        self.documents: list[Document] = []
        self.uses: list[int] = []
        self.oldest = 0

    def add(self, document: Document) -> None:
        """Keep a document that is being used for the first time."""
        if self.reuse < 2:
            return
        if len(self.documents) < self.room:
            self.documents.append(document)
            self.uses.append(1)
            return
        self.documents[self.oldest], self.uses[self.oldest] = document, 1
        self.oldest = (self.oldest + 1) % self.room

    def draw(self, count: int, rng: Random) -> list[Document]:
        """Return up to ``count`` documents for one more use; none while the reservoir is too empty to be varied."""
        if len(self.documents) < _MIN_RESERVOIR * self.room:
            return []
        drawn = []
        for _ in range(2 * count):
            index = int(rng.random() * len(self.documents))
            if self.uses[index] < self.reuse:
                self.uses[index] += 1
                drawn.append(self.documents[index])
                if len(drawn) == count:
                    break
        return drawn


def _work(plan: DataPlan, seed: int, start: int, stride: int, out: Any, stop: Event) -> None:
    left_to_the_parent()
    for chunk in chunks(plan, seed=seed, start=start, stride=stride):
        while not stop.is_set():
            try:
                out.put(chunk, timeout=0.5)
                break
            except queue.Full:
                continue
        if stop.is_set():
            # Nobody reads the rest; waiting for the pipe to drain would hang.
            out.cancel_join_thread()
            return


def worker_count(plan: DataPlan) -> int:
    """Resolve the recipe's number of workers; 0 means: generate in this process."""
    if plan.workers < 0:
        return 0
    return plan.workers or max(1, len(os.sched_getaffinity(0)) - 2)


class Feed:
    """An endless iterator of packed batches, filled by worker processes and a packing thread.

    Use as a context manager. ``wait_s`` grows by the time that ``next`` blocked.

    Args:
        start: first problem index to make (a resumed run's ``Supply.next_index``).

    Raises:
        FeedError: (from ``next``) a worker died, or nothing came for two minutes.
    """

    def __init__(self, plan: DataPlan, *, tokens: int, rows: int, start: int = 0, ahead: int = 8) -> None:
        self.plan, self.tokens, self.rows, self.start = plan, tokens, rows, start
        self.wait_s = 0.0
        self.supply = Supply(start, 0, 0, 0)
        self._rng = Random(plan.seed)
        self._reservoir = Reservoir(plan.reservoir, plan.reuse)
        self._pool: list[Document] = []
        self._workers: list[Any] = []
        self._stop_thread = threading.Event()
        self._error: BaseException | None = None
        self._ready: queue.Queue[tuple[Batch, Supply]] = queue.Queue(ahead)
        self._thread = threading.Thread(target=self._pack_ahead, name="feed", daemon=True)

    def __enter__(self) -> Feed:
        count = worker_count(self.plan)
        if count:
            # One tokeniser thread per worker; its own pool would fight the other workers for cores.
            os.environ["TOKENIZERS_PARALLELISM"] = "false"
            context = mp.get_context("spawn")
            self._stop = context.Event()
            self._queue: Any = context.Queue(8 * count)
            for worker in range(count):
                arguments = (self.plan, self.plan.seed, self.start + worker, count, self._queue, self._stop)
                self._workers.append(context.Process(target=_work, args=arguments, daemon=True))
                self._workers[-1].start()
        else:
            self._local = chunks(self.plan, seed=self.plan.seed, start=self.start, stride=1)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_thread.set()
        while not self._ready.empty():
            self._ready.get_nowait()
        if self._workers:
            self._stop.set()
        self._thread.join(10)
        for worker in self._workers:
            worker.join(2)
            if worker.is_alive():
                worker.terminate()
        if self._workers:
            self._queue.cancel_join_thread()
            self._queue.close()

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> Batch:
        begun = time.perf_counter()
        while True:
            if self._error is not None:
                raise FeedError(f"the feed stopped: {self._error}") from self._error
            try:
                batch, self.supply = self._ready.get(timeout=1.0)
                break
            except queue.Empty:
                continue
        self.wait_s += time.perf_counter() - begun
        return batch

    def _pack_ahead(self) -> None:
        try:
            supply = self.supply
            while not self._stop_thread.is_set():
                supply = self._fill(supply)
                if self._stop_thread.is_set():
                    return
                batch, used = pack(self._pool, tokens=self.tokens, rows=self.rows, longest=self.plan.max_length)
                taken = set(used)
                self._pool = [document for index, document in enumerate(self._pool) if index not in taken]
                while not self._stop_thread.is_set():
                    try:
                        self._ready.put((batch, supply), timeout=0.5)
                        break
                    except queue.Full:
                        continue
        except BaseException as error:  # noqa: BLE001  handed to the training loop, which raises it
            self._error = error

    def _fill(self, supply: Supply) -> Supply:
        """Top the pool up until a batch can be packed out of it with room for choice."""
        held = sum(len(document.ids) for document in self._pool)
        quiet_since = time.monotonic()
        while (held < self.tokens + 2 * self.plan.max_length or len(self._pool) < 8) and not self._stop_thread.is_set():
            chunk = self._next_chunk(wait_s=0.0)
            again: list[Document] = []
            if chunk is None:
                again = self._reservoir.draw(32, self._rng)
                if not again:
                    chunk = self._next_chunk(wait_s=0.5)
            if chunk is None and not again:
                self._check_alive(time.monotonic() - quiet_since)
                continue
            quiet_since = time.monotonic()
            new = again
            if chunk is not None:
                new = split(chunk, self.plan.max_length)
                for document in new:
                    self._reservoir.add(document)
                supply = supply._replace(
                    next_index=max(supply.next_index, chunk.next_index),
                    fresh=supply.fresh + len(new),
                    dropped=supply.dropped + len(chunk.lengths) - len(new),
                )
            supply = supply._replace(reused=supply.reused + len(again))
            self._pool += new
            held += sum(len(document.ids) for document in new)
        return supply

    def _next_chunk(self, wait_s: float) -> Chunk | None:
        if not self._workers:
            return next(self._local)
        try:
            found: Chunk = self._queue.get(timeout=wait_s) if wait_s else self._queue.get_nowait()
            return found
        except queue.Empty:
            return None

    def _check_alive(self, quiet_s: float) -> None:
        for worker in self._workers:
            if worker.exitcode not in (None, 0):
                raise FeedError(f"a generator worker ended with code {worker.exitcode}; see its message above")
        if quiet_s > _PATIENCE_S:
            raise FeedError(f"no document came for {quiet_s:.0f} s; are the generators stuck?")
