"""Pre-training on the CPU: the same numbers as transformers, a loss that falls, and a run that resumes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

# ruff: noqa: E402  the skips above must come first
from train.cli import main
from train.errors import CheckpointError, DivergedError
from train.finite_steps import MISSED
from train.pretrain import attention, model_folder, tokenizer
from train.pretrain.documents import documents
from train.pretrain.feed import Feed, Reservoir
from train.pretrain.model import Losses, PackedQwen2
from train.pretrain.optimizer import orthogonalized
from train.pretrain.packing import Batch, Document
from train.pretrain.pretrain import Limits, Trainer, holdout_batch, on_device, pretrain, rows_of
from train.pretrain.recipe import Recipe


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Compute on one thread: several wait for each other in a loop, which on busy cores takes ten times as long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def toy_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toy-tokenizer")
    stream = documents("toy", seed=1, start=0, stride=1, direct_share=0.1)
    texts = [prompt + answer for problem in islice(stream, 100) for prompt, answer in problem.pairs]
    tokenizer.save(tokenizer.learn(tokenizer.chunk_counts(texts), size=512), path)
    return path


@pytest.fixture
def recipe(toy_tokenizer: Path) -> Recipe:
    return Recipe.load("tiny", [f"data.tokenizer={toy_tokenizer}", "run.compile=false"])


def _model(recipe: Recipe) -> PackedQwen2:
    model = PackedQwen2(recipe.model, kernel="dense", longest=recipe.data.max_length)
    model.initialize(3)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in model.parameters():
            # Biases and norms away from 0 and 1, so that a wrong one shows.
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator))
    return model


def test_logits_equal_those_of_transformers_for_every_packed_document(recipe: Recipe) -> None:
    transformers = pytest.importorskip("transformers")
    ids = {token: number for number, token in enumerate(tokenizer.SPECIAL)}
    config = transformers.Qwen2Config(**{**model_folder.config_of(recipe.model, ids), "torch_dtype": None})
    config._attn_implementation = "eager"
    theirs = transformers.Qwen2ForCausalLM(config).float().eval()
    ours = _model(recipe)
    missing, unexpected = theirs.load_state_dict(ours.state_dict(), strict=False)
    assert missing == ["lm_head.weight"]
    assert unexpected == []
    theirs.tie_weights()
    batch = holdout_batch(recipe)
    tokens, _, positions, _, cu_seqlens = on_device(batch, "cpu")
    with torch.no_grad():
        mask = attention.mask_for("dense", cu_seqlens, len(tokens))
        packed = ours.logits(tokens, positions, cu_seqlens, mask)
        for start, end in list(zip(batch.cu_seqlens, batch.cu_seqlens[1:], strict=False))[:5]:
            alone = theirs(input_ids=tokens[None, start:end].long()).logits[0]
            torch.testing.assert_close(packed[start:end], alone, atol=1e-4, rtol=1e-4)


def test_a_document_has_the_same_loss_packed_and_alone(recipe: Recipe) -> None:
    model = _model(recipe)
    batch = holdout_batch(recipe)
    tokens, _, positions, _, cu_seqlens = on_device(batch, "cpu")
    with torch.no_grad():
        packed = model.logits(tokens, positions, cu_seqlens, attention.mask_for("dense", cu_seqlens, len(tokens)))
        start, end = int(cu_seqlens[2]), int(cu_seqlens[3])
        own = torch.tensor([0, end - start], dtype=torch.int32)
        alone = model.logits(
            tokens[start:end], positions[start:end], own, attention.mask_for("dense", own, end - start)
        )
    torch.testing.assert_close(packed[start:end], alone, atol=1e-4, rtol=1e-4)


def test_orthogonalized_matrices_have_singular_values_near_one() -> None:
    stack = torch.randn(3, 48, 16, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalized(stack))
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_the_loss_falls_and_the_run_resumes_where_it_stopped(recipe: Recipe, tmp_path: Path) -> None:
    short = recipe.replaced(**{"run.steps": 6})
    assert pretrain(short, tmp_path, device="cpu", limits=Limits())
    full = recipe.replaced(**{"run.steps": 10})
    assert pretrain(full, tmp_path, device="cpu", limits=Limits())
    lines = [json.loads(line) for line in (tmp_path / "loss.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 4, 6, 8, 10]
    assert lines[-1]["answer"] < 0.9 * lines[0]["answer"]
    assert lines[-1]["tokens"] > lines[2]["tokens"] > lines[0]["tokens"]
    index = json.loads((tmp_path / "model" / "model.safetensors.index.json").read_text())
    assert "model.layers.1.mlp.down_proj.weight" in index["weight_map"]


def _bad(monkeypatch: pytest.MonkeyPatch, first: int, last: int) -> None:
    """Make the gradients of some steps not finite; before them comes the pass that compiles."""
    calls = iter(range(1000))
    accumulate = Trainer.accumulate

    def spoilt(self: Trainer, batch: Batch) -> Losses:
        losses = accumulate(self, batch)
        if first <= next(calls) <= last:
            next(self.model.parameters()).grad[0, 0] = float("nan")
        return losses

    monkeypatch.setattr(Trainer, "accumulate", spoilt)


def _weights(folder: Path) -> dict[str, Any]:
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    moments = {f"moment {name}": one["exp_avg"] for name, one in state["optimizer"]["adam"]["state"].items()}
    muon = {f"momentum {place}": one for place, one in enumerate(state["optimizer"]["momenta"])}
    return {**state["model"], **moments, **muon}


def test_a_step_whose_gradient_is_not_finite_is_not_taken_and_is_counted(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    once = recipe.replaced(**{"run.accumulate": 1})
    pretrain(once.replaced(**{"run.steps": 2}), tmp_path, device="cpu", limits=Limits())
    before = _weights(tmp_path)
    _bad(monkeypatch, 1, 1)
    pretrain(once.replaced(**{"run.steps": 3}), tmp_path, device="cpu", limits=Limits())
    after = _weights(tmp_path)
    assert set(before) == set(after)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert "step 3 is not taken" in capsys.readouterr().err
    monkeypatch.undo()
    pretrain(once.replaced(**{"run.steps": 4}), tmp_path, device="cpu", limits=Limits())
    assert not all(torch.equal(before[name], value) for name, value in _weights(tmp_path).items())
    lines = [json.loads(line) for line in (tmp_path / "loss.jsonl").read_text().splitlines()]
    assert [(line["step"], line[MISSED]) for line in lines] == [(2, 0), (4, 1)]


def test_a_run_without_a_sound_step_left_ends_with_the_checkpoint_of_the_last_one(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = recipe.replaced(**{"run.accumulate": 1, "run.steps": 30})
    _bad(monkeypatch, 3, 1000)
    with pytest.raises(DivergedError, match=r"step 7 is not taken.*checkpoint\.pt, and the same command goes on"):
        pretrain(once, tmp_path, device="cpu", limits=Limits())
    assert all(bool(value.isfinite().all()) for value in _weights(tmp_path).values())


def test_a_step_that_finds_memory_full_ends_in_one_error_that_says_what_takes_less(
    toy_tokenizer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["pretrain", "tiny", f"data.tokenizer={toy_tokenizer}", "run.compile=false", "judge.questions=0"]
    words += ["--out", str(tmp_path / "run"), "--device", "cpu", "--steps"]
    assert main([*words, "1"]) == 0

    def full(self: Trainer, batch: Batch) -> Losses:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    capsys.readouterr()
    monkeypatch.setattr(Trainer, "accumulate", full)
    assert main([*words, "2"]) == 1
    told = capsys.readouterr().err
    assert "a bug" not in told
    assert "memory is full" in told
    assert "run.micro_tokens lower and run.accumulate higher" in told
    assert "checkpoint.pt is kept, and the same command goes on from there" in told


def test_a_checkpoint_of_another_model_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    pretrain(recipe.replaced(**{"run.steps": 1}), tmp_path, device="cpu", limits=Limits())
    other = recipe.replaced(**{"model.layers": 1})
    with pytest.raises(CheckpointError, match="another model"):
        pretrain(other, tmp_path, device="cpu", limits=Limits())


def test_the_feed_gives_the_same_batches_for_the_same_seed(recipe: Recipe) -> None:
    def first() -> list[int]:
        with Feed(recipe.data, tokens=1024, rows=rows_of(recipe)) as feed:
            found: list[int] = next(feed).tokens.tolist()
            return found

    assert first() == first()


def test_worker_processes_cover_the_stream_without_gaps(recipe: Recipe) -> None:
    plan = recipe.data.replaced(workers=2, reuse=1)
    with Feed(plan, tokens=4096, rows=256) as feed:
        next(feed)
        assert feed.supply.fresh > 0
        assert feed.supply.reused == 0


def test_a_document_is_used_no_more_often_than_the_recipe_allows() -> None:
    reservoir = Reservoir(10, 2)
    for size in range(2, 12):
        reservoir.add(Document(torch.zeros(size).numpy().astype("uint16"), 1))
    drawn = [document for _ in range(20) for document in reservoir.draw(4, Random(0))]
    sizes = [len(document.ids) for document in drawn]
    assert len(sizes) == len(set(sizes))
