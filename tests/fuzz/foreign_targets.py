"""Further targets: the files of a run folder that was passed on, logs of other tools, model folders, rows, settings.

And raw HTTP: heads and bodies as a hostile server may send them, through the client that asks.
"""

# ruff: noqa: PT017 (to return is as right as to refuse)

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from harness.analysis.reproduction import config_of, differences, read_card
from harness.analysis.run_data import gather
from harness.imports import evalscope, inspect_log, lm_eval
from harness.imports.run_folder import write_run
from harness.run.config import EvalConfig
from harness.run.folder import RunFolder
from harness.scoring.metrics.metric import Summary
from harness.scoring.metrics.registry import listed
from solver.backends.lora import rank_of
from solver.backends.memory.model_shape import shape_of
from solver.base.config import from_yaml
from solver.base.errors import LogicVoteError
from solver.base.foreign_files import object_of
from solver.base.text_safety import cleaned
from solver.presets.generation_config import sampling_of
from solver.presets.preset import load_preset
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import HttpTransport
from solver.sampling.transport import Fault, Refusal
from solver.scheduling.store import FILE, sample_from_json
from solver.training_rows.reader import RowError, read_object, read_rows
from synth.augment.augment_config import AugmentPlan
from synth.distill.ladder_config import DistillPlan
from synth.llm.plan_file import load
from train.adapter_fit import adapter_config, check_fit
from train.model_files import fingerprint, tensors_of
from train.planning.base_shapes import base_shape
from train.sft.recipe import SftRecipe

_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
_RUN_FILES = ("config.json", "summary.json", "results.jsonl", "submission.jsonl", "attempts.jsonl", "card.json", FILE)


def fuzz_run_folder(data: bytes) -> None:
    """A run folder: the first byte says which of its files the rest is."""
    run = _run_with(_RUN_FILES[(data[0] if data else 0) % len(_RUN_FILES)], data[1:])
    folder = RunFolder(run)
    for read in (folder.read_config, folder.read_summary, folder.read_binding, folder.read_submission):
        with contextlib.suppress(LogicVoteError):
            read()
    try:
        (found,) = gather([run])
        summary = Summary(found.summary)
        for metric in listed():
            metric.tiles(summary)
            [column.cell(summary) for column in metric.columns]
        json.dumps(found.summary, ensure_ascii=False).encode()
    except LogicVoteError as error:
        assert str(run) in str(error)
    try:
        card = read_card(run)
        list(differences(card, card))
        config_of(card, {"endpoints": ("http://127.0.0.1:9/v1",)})
    except LogicVoteError as error:
        assert str(error)


def _run_with(name: str, raw: bytes) -> Path:
    """Make a run folder that is whole but for one file."""
    run = _FOLDER / "run"
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    for file, content in (
        ("config.json", b'{"binding": {"seed": 0}, "all": {}}'),
        ("summary.json", b'{"n_questions": 0, "models": []}'),
        ("results.jsonl", b""),
    ):
        (run / file).write_bytes(content)
    with contextlib.closing(sqlite3.connect(run / FILE)) as store:
        store.execute("create table samples (key, question_id, model, sample_index, status, body)")
        if name == FILE:
            store.execute("insert into samples values (1, 'q', 'm', 0, 'failed', ?)", (raw.decode("utf-8", "replace"),))
        store.commit()
    if name != FILE:
        (run / name).write_bytes(raw)
    return run


def fuzz_sample(data: bytes) -> None:
    """A sample in a store."""
    try:
        sample = sample_from_json(data.decode("utf-8", "replace"))
    except ValueError:
        return
    assert sample.index >= 0


def fuzz_logs(data: bytes) -> None:
    """Logs of other tools, by the first byte: lm-evaluation-harness, Inspect, evalscope."""
    names = ("samples_t_2026-01-01T00-00-00.000000.jsonl", "log.json", "reviews/m/t.jsonl")
    place = (data[0] if data else 0) % 3
    logs, out = _FOLDER / "logs", _FOLDER / "imported"
    for folder in (logs, out):
        shutil.rmtree(folder, ignore_errors=True)
    (logs / names[place]).parent.mkdir(parents=True)
    (logs / names[place]).write_bytes(data[1:])
    tool = (lm_eval, inspect_log, evalscope)[place].TOOL
    try:
        for number, run in enumerate(tool.read(logs) if tool.knows(logs) else ()):
            write_run(run, out / str(number))
    except LogicVoteError as error:
        assert str(error)


def fuzz_model_folder(data: bytes) -> None:
    """A model's folder and an adapter's, by the first byte: configuration, index, weights, adapter."""
    folder = _FOLDER / "model"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    names = ("config.json", "model.safetensors.index.json", "model.safetensors", "adapter_config.json")
    for name, content in zip(names, (b"{}", b'{"weight_map": {}}', b"", b'{"peft_type": "LORA"}'), strict=True):
        (folder / name).write_bytes(content)
    (folder / "adapter_model.safetensors").write_bytes(data[1:])
    (folder / names[(data[0] if data else 0) % len(names)]).write_bytes(data[1:])
    readers: tuple[Callable[[], object], ...] = (
        lambda: sampling_of(object_of(folder / "config.json")),
        lambda: shape_of(folder),
        lambda: rank_of(folder),
        lambda: tensors_of(folder),
        lambda: fingerprint(folder),
        lambda: base_shape(str(folder)),
        lambda: check_fit(folder, adapter_config(folder), folder),
    )
    for read in readers:
        with contextlib.suppress(LogicVoteError):
            read()


def fuzz_rows(data: bytes) -> None:
    """A line of training rows, read strictly and leniently."""
    for is_lenient in (False, True):
        try:
            rows = read_rows(read_object(data), is_lenient=is_lenient)
        except RowError:
            continue
        assert isinstance(rows, tuple)


def fuzz_yaml(data: bytes) -> None:
    """Settings in YAML: of an evaluation, a preset, a plan, a recipe."""
    path = _FOLDER / "settings.yaml"
    path.write_bytes(data)
    for read in (
        lambda: from_yaml(EvalConfig, path),
        lambda: load_preset(str(path)),
        lambda: load(DistillPlan, str(path)),
        lambda: load(AugmentPlan, str(path)),
        lambda: from_yaml(SftRecipe, path),
    ):
        try:
            read()
        except LogicVoteError as error:
            assert str(error)


class _RawServer:
    """A server that answers every request with the same bytes, in the fuzzer's own loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.raw = b""
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        port = server.sockets[0].getsockname()[1]
        limits = ClientConfig(endpoints=(f"http://127.0.0.1:{port}/v1",), request_timeout_s=2.0, probe_timeout_s=2.0)
        self.transport = HttpTransport(f"http://127.0.0.1:{port}/v1", limits)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
            await reader.readexactly(int(length.partition(b":")[2]))
            writer.write(self.raw)
            await writer.drain()
        writer.close()


@cache
def _raw_server() -> _RawServer:
    return _RawServer()


class _Growth:
    """Is told of a stream, and keeps nothing."""

    def grew(self, index: int, text: str) -> None:
        """See ``solver.sampling.transport.Growth``."""

    def ended(self, index: int) -> None:
        """See ``solver.sampling.transport.Growth``."""


def fuzz_http(data: bytes) -> None:
    """A whole reply, head and body: to a request, to one for a stream, and to the question what is served."""
    server = _raw_server()
    server.raw = data
    body = {"model": "m", "messages": [{"role": "user", "content": "?"}], "n": 2, "max_tokens": 9}
    for asked in (
        lambda: server.transport.complete(body),
        lambda: server.transport.complete(body, _Growth()),
        server.transport.models,
    ):
        try:
            server.loop.run_until_complete(asked())
        except (Fault, Refusal) as error:
            assert cleaned(str(error)) == str(error)


TARGETS = {
    "run_folder": fuzz_run_folder,
    "sample": fuzz_sample,
    "logs": fuzz_logs,
    "model_folder": fuzz_model_folder,
    "rows": fuzz_rows,
    "yaml": fuzz_yaml,
    "http": fuzz_http,
}
