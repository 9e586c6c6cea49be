"""Fine-tuning a tiny random model with trl and peft: what carries loss, what resumes, what is refused in time."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.lora_runs import killed_at_a_checkpoint, needs_trl, tuned

torch = needs_trl()

# ruff: noqa: E402  the skips above must come first
from tests.support.checkout import ROOT
from tests.support.tiny_model import tiny_model
from train.errors import AdapterError, BaseError, CheckpointError, DiskError, RowsError, TokenizerError, TrainError
from train.pretrain import feed
from train.pretrain.documents import documents, problem, template_name
from train.sft.recipe import SftRecipe
from train.sft.row_files import load_rows

# Deprecations inside trl, peft and what they import are not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
STEPS = 24


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    lines = []
    for index in range(40):
        (pair,) = next(documents("toy", seed=1, start=index, stride=1, direct_share=0.0)).pairs
        user = pair[0].removeprefix("<|im_start|>user\n").partition("<|im_end|>")[0].partition("### 题目")[2]
        user = "想。" * (index % 5) + user
        answer = pair[1].removesuffix("<|im_end|>")
        listed = [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]
        lines.append(json.dumps({"messages": listed, "answer": answer[-1]}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def recipe_of(base: Path, rows: Path) -> Callable[..., SftRecipe]:
    def recipe(*words: str) -> SftRecipe:
        return SftRecipe.load("embedded-lora", [*_words(base, rows), *words])

    return recipe


def _words(base: Path, rows: Path) -> list[str]:
    return [
        f"base.model={base}",
        f"data.train={rows}",
        "data.eval_share=0.1",
        "data.max_length=400",
        "lora.rank=4",
        "lora.alpha=8",
        "optim.batch=1",
        "optim.lr=0.01",
        f"run.max_steps={STEPS}",
        "run.save_steps=3",
        "run.eval_steps=12",
        "run.log_steps=1",
    ]


def _tuned(recipe: SftRecipe, out: Path, **more: Any) -> dict[str, Any]:
    return tuned("sft", recipe, out, **more)


@pytest.fixture(scope="module")
def whole(recipe_of: Callable[..., SftRecipe], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A run that nothing interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    return out, _tuned(recipe_of(), out)


def _weights(run: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    found: dict[str, Any] = load_file(str(run / "adapter" / "adapter_model.safetensors"))
    return found


def _written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", encoding="utf-8")
    return path


def test_a_row_has_the_tokens_that_pre_training_gives_the_same_document(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from solver.problems.prompt import load_template, render
    from train.pretrain import tokenizer
    from train.sft import tokens

    folder = ROOT / "models" / "embedded"
    wanted, lines = [], []
    stream = documents("synth", seed=5, start=0, stride=1, direct_share=0.0)
    for index, one in enumerate(islice(stream, 12)):
        chunk = feed.encode([one], tokenizer.load(folder))
        for document in feed.split(chunk, longest=10**6):
            wanted.append((document.ids.tolist(), document.prompt_length))
        for told in problem("synth", 5, index):
            template = load_template(template_name(told.lang, is_brief=told.is_brief))
            user = {"role": "user", "content": render(template, told.question)}
            lines.append({"messages": [user, {"role": "assistant", "content": told.chain}], "answer": told.gold_letter})
    examples = tokens.encode(
        load_rows([_written(tmp_path / "r.jsonl", *lines)]), AutoTokenizer.from_pretrained(str(folder))
    )
    assert [(one.ids, one.prompt_length) for one in examples] == wanted


def test_loss_is_on_the_answers_and_their_ends_alone_and_packing_does_not_change_it(
    recipe_of: Callable[..., SftRecipe], rows: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM

    from train.lora.trainer import arguments_of, trainer_of
    from train.sft import sft

    ready = sft.prepare(recipe_of("data.eval_share=0"), tmp_path)
    arguments, choice = arguments_of(ready, use_cpu=True)
    trainer = trainer_of(ready, arguments, choice)
    pack = trainer.data_collator([trainer.train_dataset[0]])
    n_rows = len(pack["cu_seq_lens_q"]) - 1
    assert n_rows > 2
    learned = ready.tokenizer.decode(pack["labels"][pack["labels"] != -100])
    answers = {row.answer for row in load_rows([rows])}
    said = learned.split("<|im_end|>")
    assert said.pop() == ""
    assert len(said) == n_rows
    assert set(said) <= answers
    # The same rows alone, through plain transformers: the mean over all their answer tokens.
    model = AutoModelForCausalLM.from_pretrained(ready.recipe.base.model, dtype=torch.float32).eval()
    total = count = 0.0
    for start, end in zip(pack["cu_seq_lens_q"][:-1], pack["cu_seq_lens_q"][1:], strict=True):
        ids, labels = pack["input_ids"][:, start:end], pack["labels"][:, start:end]
        with torch.no_grad():
            logits = model(input_ids=ids).logits[0, :-1]
        n_learned = int((labels[0, 1:] != -100).sum())
        total += float(torch.nn.functional.cross_entropy(logits, labels[0, 1:], reduction="sum"))
        count += n_learned
    with torch.no_grad():
        packed = float(trainer.compute_loss(trainer.model.eval(), dict(pack)))
    assert packed == pytest.approx(total / count, abs=2e-4)


def test_attention_over_packed_rows_equals_that_of_sdpa(base: Path) -> None:
    from transformers import AutoModelForCausalLM

    from train.lora import attention as lora_attention
    from train.pretrain import attention

    lora_attention.register("dense_for_test", attention.dense)
    ids = torch.randint(0, 300, (1, 50), generator=torch.Generator().manual_seed(1))
    ends = torch.tensor([0, 13, 14, 50], dtype=torch.int32)
    places = torch.cat([torch.arange(int(n)) for n in ends.diff()])[None]
    packed = {"position_ids": places, "cu_seq_lens_q": ends, "max_length_q": 36, "use_cache": False}
    logits = {}
    for name in ("sdpa", "dense_for_test"):
        model = AutoModelForCausalLM.from_pretrained(str(base), dtype=torch.float32, attn_implementation=name).eval()
        with torch.no_grad():
            logits[name] = model(input_ids=ids, **packed).logits
    torch.testing.assert_close(logits["sdpa"], logits["dense_for_test"], atol=1e-4, rtol=1e-4)
    with torch.no_grad():
        alone = model(input_ids=ids[:, 14:], position_ids=places[:, 14:], use_cache=False).logits
    torch.testing.assert_close(alone, logits["sdpa"][:, 14:], atol=1e-4, rtol=1e-4)


def test_a_run_leaves_an_adapter_a_report_and_a_picture(whole: tuple[Path, dict[str, Any]], base: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    out, report = whole
    assert report["loss_last"] < report["loss_first"] - 0.5
    assert report["eval_loss_last"] < report["eval_loss_first"]
    assert report["rows"] == {"train": 36, "eval": 4, "over_length": 0}
    assert report["steps"] == STEPS
    assert report["tokens_per_s"] > 0
    assert report["attention"] == {"name": "sdpa", "reason": "there is no GPU"}
    assert json.loads((out / "report.json").read_text())["recipe_digest"] == report["recipe_digest"]
    assert (out / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert any((out / "tensorboard").glob("events.out.tfevents.*"))
    assert not list((out / "adapter").glob("*.bin"))
    model = AutoModelForCausalLM.from_pretrained(str(base), dtype=torch.float32)
    ids = torch.arange(20)[None]
    before = model(input_ids=ids).logits
    adapted = PeftModel.from_pretrained(model, str(out / "adapter"))
    assert float((adapted(input_ids=ids).logits - before).abs().max()) > 1e-3


def test_one_seed_gives_equal_losses_and_another_seed_others(
    recipe_of: Callable[..., SftRecipe], tmp_path: Path
) -> None:
    few = ("run.max_steps=3", "data.eval_share=0")
    one = _tuned(recipe_of(*few), tmp_path / "one")["losses"]
    assert _tuned(recipe_of(*few), tmp_path / "two")["losses"] == one
    assert _tuned(recipe_of(*few, "run.seed=2"), tmp_path / "three")["losses"] != one


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been_killed(
    recipe_of: Callable[..., SftRecipe],
    base: Path,
    rows: Path,
    whole: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "run"
    killed_at_a_checkpoint(out, "sft", "embedded-lora", *_words(base, rows))
    # What a kill leaves that hits the writing of a checkpoint.
    (out / "checkpoints" / "checkpoint-999").mkdir()
    with pytest.raises(CheckpointError, match="another recipe"):
        _tuned(recipe_of("optim.lr=0.02"), out)
    report = _tuned(recipe_of(), out)
    told = capfd.readouterr().err
    assert "going on from" in told
    assert "removed checkpoint-999" in told
    assert report["steps"] == STEPS
    assert report["tokens_trained"] == whole[1]["tokens_trained"]
    assert [line for line in report["losses"] if "loss" in line][-1] == pytest.approx(
        [line for line in whole[1]["losses"] if "loss" in line][-1], abs=1e-4
    )
    wanted = _weights(whole[0])
    for name, value in _weights(out).items():
        torch.testing.assert_close(value, wanted[name], atol=1e-5, rtol=1e-4)
    assert _tuned(recipe_of(), out) == report, "a finished run is not trained again"


def test_the_first_signal_saves_and_stops_after_the_step(tmp_path: Path) -> None:
    from types import SimpleNamespace

    from train.lora.callbacks import Stamp, Watch

    watch = Watch(tmp_path, Stamp("r", "d", "b", "", 1), is_main=True)
    state = SimpleNamespace(log_history=[], num_input_tokens_seen=0, max_steps=9, global_step=1)
    control = SimpleNamespace(should_save=False, should_training_stop=False)
    before = signal.getsignal(signal.SIGTERM)
    watch.on_train_begin(None, state, control)
    try:
        watch.on_step_end(None, state, control)
        assert not control.should_training_stop
        signal.raise_signal(signal.SIGTERM)
        watch.on_step_end(None, state, control)
        assert control.should_save
        assert control.should_training_stop
    finally:
        watch.close()
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_in_the_last_step_leaves_a_finished_run(tmp_path: Path) -> None:
    from types import SimpleNamespace

    from train.lora.callbacks import Stamp, Watch

    watch = Watch(tmp_path, Stamp("r", "d", "b", "", 1), is_main=True)
    state = SimpleNamespace(log_history=[], num_input_tokens_seen=0, max_steps=9, global_step=9)
    control = SimpleNamespace(should_save=False, should_training_stop=False)
    watch.on_train_begin(None, state, control)
    try:
        signal.raise_signal(signal.SIGTERM)
        watch.on_step_end(None, state, control)
    finally:
        watch.close()
    # There is nothing to go on with: the adapter is written, and the command ends well.
    assert not watch.is_stopped
    assert not control.should_training_stop


def test_a_checkpoint_is_marked_as_whole_all_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from train.lora.callbacks import WHOLE, Stamp, Watch

    def killed(*paths: object) -> None:
        raise OSError("killed here")

    (tmp_path / "checkpoint-1").mkdir()
    watch = Watch(tmp_path, Stamp("r", "d", "b", "", 1), is_main=True)
    state = SimpleNamespace(log_history=[], global_step=1)
    monkeypatch.setattr("os.replace", killed)
    with pytest.raises(OSError, match="killed here"):
        watch.on_save(SimpleNamespace(output_dir=str(tmp_path)), state, None)
    assert not (tmp_path / "checkpoint-1" / WHOLE).exists(), "half a mark would make the folder look whole"


def test_weights_of_a_checkpoint_follow_the_umask_whenever_the_run_ends(tmp_path: Path) -> None:
    from types import SimpleNamespace

    from train.lora.callbacks import Stamp, Watch

    weights = tmp_path / "checkpoint-1" / "adapter_model.safetensors"
    weights.parent.mkdir()
    weights.touch(mode=0o600)
    watch = Watch(tmp_path, Stamp("r", "d", "b", "", 1), is_main=True)
    state = SimpleNamespace(log_history=[], global_step=1)
    before = os.umask(0o027)
    try:
        watch.on_save(SimpleNamespace(output_dir=str(tmp_path)), state, None)
    finally:
        os.umask(before)
    assert weights.stat().st_mode & 0o777 == 0o640


def test_minutes_end_a_run_with_the_adapter_that_it_has(recipe_of: Callable[..., SftRecipe], tmp_path: Path) -> None:
    from train.lora.run import train_adapter
    from train.sft import sft

    ready = sft.prepare(recipe_of("optim.warmup_ratio=0"), tmp_path / "run")
    report = train_adapter(ready, use_cpu=True, minutes=1e-6)
    assert (report["done"], report["ended_by"], report["steps"], report["steps_planned"]) == (True, "minutes", 1, STEPS)
    assert (tmp_path / "run" / "adapter" / "adapter_model.safetensors").is_file()


def test_minutes_never_end_a_run_before_a_step_whose_rate_is_above_0(
    recipe_of: Callable[..., SftRecipe], tmp_path: Path
) -> None:
    from train.lora.run import train_adapter
    from train.sft import sft

    report = train_adapter(sft.prepare(recipe_of(), tmp_path / "run"), use_cpu=True, minutes=1e-6)
    assert (report["ended_by"], report["steps"]) == ("minutes", 2)
    assert any(bool(one.any()) for name, one in _weights(tmp_path / "run").items() if "lora_B" in name)


def test_a_run_of_one_step_learns_and_ends_with_a_warning(
    base: Path, rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from train.cli import main

    words = [*_words(base, rows), "optim.accumulation=99", "run.max_steps=0", "--out", str(tmp_path / "run")]
    assert main(["sft", "embedded-lora", *words, "--device", "cpu"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["steps"] == 1
    assert "warning: trained for 1 step, which changes the model little; for more steps give more rows" in said.err
    assert any(bool(one.any()) for name, one in _weights(tmp_path / "run").items() if "lora_B" in name)


def test_the_command_prints_one_line_of_json(
    base: Path, rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from train.cli import main

    words = [*_words(base, rows), "--out", str(tmp_path / "run"), "--device", "cpu", "--seed", "3"]
    assert main(["sft", "embedded-lora", *words, "--check"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["train"] == 36
    assert not (tmp_path / "run").exists()
    assert main(["sft", "embedded-lora", *words, "run.max_steps=2", "optim.accumulation=2"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"] == 2


def test_training_goes_on_from_an_adapter(
    recipe_of: Callable[..., SftRecipe], whole: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    recipe = recipe_of("run.max_steps=2", "run.gradient_checkpointing=true", "data.packing=false", "optim.lr=0.0001")
    report = _tuned(recipe, tmp_path / "run", init_adapter=whole[0] / "adapter")
    assert report["eval_loss_first"] == pytest.approx(whole[1]["eval_loss_last"], rel=0.05)


def test_over_long_rows_are_refused_dropped_or_kept_and_never_cut(recipe_of: Callable[..., SftRecipe]) -> None:
    from train.sft import sft

    lengths = sorted(len(one.ids) for one in sft.prepare(recipe_of("data.eval_share=0"), Path("x")).rows.train)
    limit = lengths[len(lengths) // 2]
    over = sum(length > limit for length in lengths)
    assert over > 0
    words = ("data.eval_share=0", f"data.max_length={limit}")
    with pytest.raises(RowsError, match=f"{over} of 40 rows are longer") as caught:
        sft.prepare(recipe_of(*words, "data.over_length=error"), Path("x"))
    assert "rows.jsonl:" in str(caught.value)
    dropped = sft.prepare(recipe_of(*words, "data.over_length=drop"), Path("x"))
    assert sorted(len(one.ids) for one in dropped.rows.train) == lengths[: 40 - over]
    assert len(dropped.rows.over) == over
    kept = sft.prepare(recipe_of(*words, "data.over_length=keep"), Path("x"))
    assert sorted(len(one.ids) for one in kept.rows.train) == lengths
    assert kept.rows.max_length == lengths[-1]


def _copy(base: Path, to: Path, **config: object) -> Path:
    to.mkdir()
    for path in base.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    values = json.loads((to / "config.json").read_text())
    (to / "config.json").write_text(json.dumps({**values, **config}))
    return to


def _without_template(base: Path, to: Path) -> Path:
    folder = _copy(base, to)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    del settings["chat_template"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


def _template(base: Path, to: Path, template: str) -> Path:
    folder = _without_template(base, to)
    (folder / "chat_template.jinja").write_text(template)
    return folder


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda base, to: to, BaseError, "is no folder here"),
        (
            lambda base, to: _copy(base, to, quantization_config={"quant_method": "gptq"}),
            BaseError,
            "quantised already",
        ),
        (_without_template, TokenizerError, "has no chat template"),
        (lambda base, to: _template(base, to, "{{ messages[-1].content }}"), TokenizerError, "differently once"),
        (
            lambda base, to: _template(base, to, "{% for m in messages %}{{ m.content }}{% endfor %}"),
            TokenizerError,
            "never learn to stop",
        ),
        (lambda base, to: _copy(base, to, vocab_size=300, pad_token_id=0), TokenizerError, "do not belong together"),
        (lambda base, to: _copy(base, to, max_position_embeddings=20), RowsError, "was made for 20"),
    ],
)
def test_a_base_that_cannot_be_trained_on_is_refused_before_weights_are_loaded(
    recipe_of: Callable[..., SftRecipe],
    base: Path,
    tmp_path: Path,
    make: Callable[[Path, Path], Path],
    error: type[TrainError],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from train.sft import sft

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(error, match=told):
        sft.prepare(recipe_of(f"base.model={make(base, tmp_path / 'other')}"), tmp_path / "run")


def test_an_adapter_of_another_base_or_rank_is_refused(
    recipe_of: Callable[..., SftRecipe], whole: tuple[Path, dict[str, Any]], base: Path, tmp_path: Path
) -> None:
    from train.sft import sft

    adapter = whole[0] / "adapter"
    wider = _copy(base, tmp_path / "wider", intermediate_size=256)
    with pytest.raises(AdapterError, match=r"is 128 wide, that of .* 256"):
        sft.prepare(recipe_of(f"base.model={wider}"), tmp_path / "run", init_adapter=adapter)
    with pytest.raises(AdapterError, match=r"set lora\.rank=4"):
        sft.prepare(recipe_of("lora.rank=8"), tmp_path / "run", init_adapter=adapter)
    with pytest.raises(AdapterError, match="is no adapter"):
        sft.prepare(recipe_of(), tmp_path / "run", init_adapter=base)
    note = adapter / "base.json"
    text = note.read_text()
    try:
        note.write_text(text.replace(json.loads(text)["fingerprint"], "0" * 16))
        with pytest.raises(AdapterError, match="with other weights"):
            sft.prepare(recipe_of(), tmp_path / "run", init_adapter=adapter)
        note.unlink()
        renamed = _copy(base, tmp_path / "renamed")
        with pytest.raises(AdapterError, match=r"was trained on .*tiny, the recipe's base is .*renamed"):
            sft.prepare(recipe_of(f"base.model={renamed}"), tmp_path / "run", init_adapter=adapter)
    finally:
        note.write_text(text)


def test_a_disk_that_is_too_small_a_special_token_and_a_wrong_target_are_refused(
    recipe_of: Callable[..., SftRecipe], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.sft import sft

    with monkeypatch.context() as small:
        small.setattr("train.model_files.shutil.disk_usage", lambda place: SimpleNamespace(free=10_000))
        with pytest.raises(DiskError, match=r"needs [0-9.]+ MB in .* and 0\.0 MB are free"):
            sft.prepare(recipe_of(), tmp_path / "run")
    with pytest.raises(BaseError, match="it has down_proj"):
        sft.prepare(recipe_of("lora.targets=c_attn"), tmp_path / "run")
    listed = [{"role": "user", "content": "<|im_end|>"}, {"role": "assistant", "content": "x"}]
    path = _written(tmp_path / "r.jsonl", {"messages": listed})
    with pytest.raises(RowsError, match="holds the special token"):
        sft.prepare(recipe_of(f"data.train={path}"), tmp_path / "run")
