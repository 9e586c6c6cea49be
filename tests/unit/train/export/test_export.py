"""Exports: the same rows and texts, and every value of a recipe under the other trainer's own name for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from solver.training_rows import TrainingRow
from train.cli import main
from train.errors import RecipeError, RowsError
from train.export.llama_factory import factory_config
from train.export.ms_swift import swift_config
from train.export.row_forms import alpaca_of, messages_of
from train.export.shared_options import chat_form
from train.export.trainer_configs import CONFIG, Target, write_export
from train.sft.recipe import SftRecipe
from train.sft.row_files import load_rows

SWIFT_OWN = frozenset(
    """
acc_strategy adam_beta2 adapters agent_template aligner_lr attn_impl bf16 cached_dataset cached_val_dataset
callbacks check_model columns create_checkpoint_symlink custom_dataset_info custom_register_path data_seed
dataloader_multiprocessing_context dataloader_num_workers dataloader_persistent_workers dataloader_prefetch_factor
dataset dataset_num_proc dataset_shuffle ddp_backend ddp_timeout deepspeed_autotp_size device_map
disable_auto_column_mapping disable_ignore_empty_think download_mode ds3_gather_for_generation enable_channel_loss
enable_dft_loss enable_npu_model_patch enable_thinking eval_dataset eval_dataset_args eval_generation_config
eval_limit eval_metric eval_strategy eval_use_evalscope experts_impl external_plugins extra_eval_args fp16 fsdp
gradient_accumulation_steps gradient_checkpointing gradient_checkpointing_kwargs group_by_length ignore_args_error
interleave_prob is_binary_loss_scale lazy_tokenize learning_rate load_args load_data_args load_from_cache_file
local_repo_path logging_dir logging_first_step logging_steps lora_alpha lora_bias lora_dropout lora_dtype
lora_rank lorap_lr_ratio loss_scale loss_type lr_scheduler_kwargs lr_scheduler_type max_epochs max_length
max_memory max_model_len max_new_tokens max_pixels max_shard_size model model_author model_kwargs model_name
model_revision model_type modules_to_save norm_bbox optimizer output_dir packing packing_length packing_num_proc
packing_strategy padding_free padding_side per_device_eval_batch_size per_device_train_batch_size
preserve_thinking remove_unused_columns report_to response_prefix resume_only_model router_aux_loss_coef
safe_serialization seed sequence_parallel_size shuffle_buffer_size split_dataset_ratio stopping_strategy streaming
strict system target_modules target_parameters target_regex task_type temperature template template_backend
torch_dtype train_dataloader_shuffle truncation_strategy tuner_backend tuner_type use_chat_template use_dora
use_flash_ckpt use_galore use_hf use_liger_kernel use_logits_to_keep use_rslora use_swift_lora val_dataset
val_dataset_shuffle vit_gradient_checkpointing vit_lr warmup_ratio weight_decay
""".split()
)
"""Fields of ms-swift 4.6.0's argument classes (swift/arguments, swift/trainers/arguments.py), rare ones left out."""
FACTORY_OWN = frozenset(
    """
adapter_folder adapter_name_or_path block_diag_attn buffer_size cache_dir compute_accuracy compute_dtype
create_new_adapter crop_to_patches cutoff_len data_shared_file_system dataset dataset_dir default_system
device_map disable_gradient_checkpointing disable_shuffling double_quantization enable_liger_kernel
enable_thinking enable_torch_profiler eval_dataset eval_num_beams eval_on_each_dataset finetuning_type flash_attn
hyper_parallel_args ignore_pad_token_for_loss include_effective_tokens_per_second interleave_probs ld_alpha
lora_alpha lora_dropout lora_rank lora_target low_cpu_mem_usage mask_history max_samples media_dir mix_strategy
mixture_of_depths model_max_length model_name_or_path model_revision moe_aux_loss_coef neat_packing
overwrite_cache overwrite_output_dir packing plot_loss preprocessing_batch_size preprocessing_num_workers
preserve_thinking print_param_status profile_modules profiler_active_steps profiler_output_dir
profiler_profile_memory profiler_record_shapes profiler_repeat profiler_wait_steps profiler_warmup_steps
profiler_with_stack pure_bf16 resize_vocab shift_attn split_special_tokens stage streaming template tokenized_path
tool_format train_from_scratch train_on_prompt trust_remote_code use_adam_mini use_apollo use_asft_loss
use_audio_in_video use_badam use_dft_loss use_dora use_eaft_loss use_fast_tokenizer use_galore use_hyper_parallel
use_kt use_kv_cache use_llama_pro use_mca use_muon use_reentrant_gc use_rslora use_swanlab use_v1_kernels val_size
""".split()
)
"""Fields of LLaMA-Factory 0.9.5's argument classes (llamafactory/hparams), rare ones left out."""
TRAINING = frozenset(
    """
adam_beta1 adam_beta2 bf16 data_seed deepspeed do_train eval_steps eval_strategy fp16 fsdp gradient_accumulation_steps
learning_rate logging_steps lr_scheduler_type max_grad_norm max_steps num_train_epochs output_dir
per_device_eval_batch_size per_device_train_batch_size report_to save_steps save_strategy seed warmup_ratio weight_decay
""".split()
)
"""Fields of transformers' TrainingArguments, which both add to."""

PRECIOUS = [
    "lora.rank=24",
    "lora.alpha=48",
    "lora.dropout=0.07",
    "lora.targets=[q_proj,down_proj]",
    "lora.use_rslora=true",
    "base.revision=abc123",
    "base.dtype=bfloat16",
    "data.max_length=1234",
    "data.packing=false",
    "data.eval_share=0.03",
    "optim.lr=2e-5",
    "optim.epochs=2.5",
    "optim.batch=3",
    "optim.accumulation=5",
    "optim.warmup_ratio=0.04",
    "optim.clip=0.9",
    "optim.weight_decay=0.02",
    "optim.scheduler=linear",
    "optim.beta1=0.85",
    "optim.beta2=0.98",
    "run.seed=77",
    "run.max_steps=321",
    "run.bf16='off'",
    "run.gradient_checkpointing=true",
    "run.attention=sdpa",
    "run.save_steps=41",
    "run.eval_steps=42",
    "run.log_steps=43",
]
"""A value of its own for each key of a recipe, so that one under a wrong name shows."""
SHARED = {
    "lora_rank": 24,
    "lora_alpha": 48,
    "lora_dropout": 0.07,
    "use_rslora": True,
    "model_revision": "abc123",
    "learning_rate": 2e-5,
    "num_train_epochs": 2.5,
    "per_device_train_batch_size": 3,
    "gradient_accumulation_steps": 5,
    "warmup_ratio": 0.04,
    "max_grad_norm": 0.9,
    "weight_decay": 0.02,
    "lr_scheduler_type": "linear",
    "adam_beta1": 0.85,
    "adam_beta2": 0.98,
    "seed": 77,
    "data_seed": 77,
    "max_steps": 321,
    "bf16": False,
    "save_steps": 41,
    "eval_steps": 42,
    "logging_steps": 43,
}


def _recipe(*overrides: str) -> SftRecipe:
    return SftRecipe.load("champion-qwen2.5-32b", overrides)


def _rows_file(folder: Path) -> Path:
    path = folder / "rows.jsonl"
    rows = [
        {
            "messages": [
                {"role": "user", "content": "甲说“乙说谎”。\n谁？\nA. 甲\nB. 乙"},
                {"role": "assistant", "content": "想一想：\n“甲”\t\u2028对。\n答案是：A"},
            ]
        },
        {
            "messages": [
                {"role": "system", "content": "You solve puzzles."},
                {"role": "user", "content": "first"},
                {"role": "assistant", "content": "one"},
                {"role": "user", "content": "second {brace} # hash"},
                {"role": "assistant", "content": "two"},
            ]
        },
        {"instruction": "add", "input": "1 2", "output": "3"},
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _content(rows: list[TrainingRow]) -> list[tuple[object, str]]:
    return [(row.prompt, row.answer) for row in rows]


def test_every_value_of_a_recipe_stands_under_its_swift_name() -> None:
    values = swift_config(_recipe(*PRECIOUS), has_eval=True)
    assert values.items() >= SHARED.items()
    assert values["model"] == "Qwen/Qwen2.5-32B-Instruct"
    assert values["torch_dtype"] == "bfloat16"
    assert values["target_modules"] == ["q_proj", "down_proj"]
    assert values["max_length"] == 1234
    assert values["packing"] is False
    assert values["split_dataset_ratio"] == 0.03
    assert values["gradient_checkpointing"] is True
    assert values["attn_impl"] == "sdpa"
    assert values["eval_strategy"] == values["save_strategy"] == "steps"
    assert values["loss_scale"] == "last_round"


def test_every_value_of_a_recipe_stands_under_its_factory_name() -> None:
    values = factory_config(_recipe(*PRECIOUS), has_eval=True)
    assert values.items() >= SHARED.items()
    assert values["model_name_or_path"] == "Qwen/Qwen2.5-32B-Instruct"
    assert values["lora_target"] == "q_proj,down_proj"
    assert values["cutoff_len"] == 1234
    assert values["packing"] is values["neat_packing"] is False
    assert values["val_size"] == 0.03
    assert values["disable_gradient_checkpointing"] is False
    assert values["flash_attn"] == "sdpa"
    assert values["mask_history"] is True


@pytest.mark.parametrize("more", [[], PRECIOUS, ["run.accelerate=zero3"], ["run.accelerate=fsdp", "data.packing=true"]])
def test_no_option_is_made_up(more: list[str]) -> None:
    recipe = _recipe(*more)
    assert set(swift_config(recipe, has_eval=True)) <= SWIFT_OWN | TRAINING
    assert set(factory_config(recipe, has_eval=True)) <= FACTORY_OWN | TRAINING


def test_the_champion_keeps_its_published_settings() -> None:
    swift, factory = swift_config(_recipe(), has_eval=True), factory_config(_recipe(), has_eval=True)
    for values in (swift, factory):
        assert (values["lora_rank"], values["lora_alpha"], values["learning_rate"]) == (256, 512, 1e-4)
        assert (values["per_device_train_batch_size"], values["gradient_accumulation_steps"]) == (1, 8)
        assert (values["num_train_epochs"], values["warmup_ratio"], values["max_grad_norm"]) == (3, 0.03, 1.0)
        assert values["bf16"] is True
    assert (swift["target_modules"], factory["lora_target"]) == (["all-linear"], "all")
    assert (swift["max_length"], factory["cutoff_len"]) == (4096, 4096)


@pytest.mark.parametrize("name", SftRecipe.names())
def test_alpha_is_written_as_the_whole_number_that_both_parsers_want(name: str) -> None:
    recipe = SftRecipe.load(name)
    for values in (swift_config(recipe, has_eval=False), factory_config(recipe, has_eval=False)):
        assert type(values["lora_alpha"]) is int


def test_packing_is_told_as_each_needs_it() -> None:
    recipe = _recipe("data.packing=true")
    # ms-swift packs with flash attention alone; LLaMA-Factory takes one off cutoff_len.
    assert swift_config(recipe, has_eval=False)["attn_impl"] == "flash_attention_2"
    factory = factory_config(recipe, has_eval=False)
    assert (factory["cutoff_len"], factory["neat_packing"]) == (4097, True)
    assert factory["eval_strategy"] == "no"


@pytest.mark.parametrize("trainer", ["ms-swift", "llama-factory"])
def test_whoever_may_meet_the_kernel_whose_gradient_is_no_number_is_told(trainer: Target, tmp_path: Path) -> None:
    def config(*changes: str) -> str:
        recipe = _recipe(f"data.train={_rows_file(tmp_path)}", *changes)
        return (write_export(recipe, trainer, tmp_path / "out").folder / CONFIG).read_text(encoding="utf-8")

    for attention in ("auto", "sdpa"):
        text = config("data.packing=false", f"run.attention={attention}")
        assert "pytorch/issues/196678" in text
        assert "# There set " in text
    for attention in ("eager", "flash_attention_2"):
        assert "196678" not in config("data.packing=false", f"run.attention={attention}")


@pytest.mark.parametrize(
    ("model", "form"),
    [
        ("Qwen/Qwen2.5-32B-Instruct", "qwen2_5"),
        ("Qwen/Qwen2-7B-Instruct", "qwen"),
        ("models/embedded", "chatml"),
        ("someone/else", "chatml"),
    ],
)
def test_the_chat_form_is_the_base_s(model: str, form: str) -> None:
    assert chat_form(_recipe(f"base.model={model}")) == form


def test_qwen2_keeps_its_own_system_message() -> None:
    values = factory_config(SftRecipe.load("baseline-qwen2-7b"), has_eval=False)
    assert (values["template"], values["default_system"]) == ("qwen", "You are a helpful assistant.")


def test_rows_come_back_from_ms_swift_s_files(tmp_path: Path) -> None:
    path = _rows_file(tmp_path)
    done = write_export(_recipe(f"data.train={path}", f"data.eval={path}", "data.eval_share=0"), "ms-swift", tmp_path)
    assert (done.rows, done.eval_rows, done.command) == (3, 3, "swift sft sft.yaml")
    values = yaml.safe_load((tmp_path / "sft.yaml").read_text(encoding="utf-8"))
    for name in (*values["dataset"], *values["val_dataset"]):
        assert _content(load_rows([tmp_path / name])) == _content(load_rows([path]))


def test_rows_come_back_from_llama_factory_s_files_in_both_forms(tmp_path: Path) -> None:
    path = _rows_file(tmp_path)
    write_export(_recipe(f"data.train={path}"), "llama-factory", tmp_path, form="alpaca")
    values = yaml.safe_load((tmp_path / "sft.yaml").read_text(encoding="utf-8"))
    info = json.loads((tmp_path / "dataset_info.json").read_text())
    assert values["dataset"] == "train_alpaca"
    for name in ("train_messages", "train_alpaca"):
        assert _content(load_rows([tmp_path / info[name]["file_name"]])) == _content(load_rows([path]))


def test_dataset_info_names_columns_that_the_files_have(tmp_path: Path) -> None:
    write_export(_recipe(f"data.train={_rows_file(tmp_path)}"), "llama-factory", tmp_path)
    for name, entry in json.loads((tmp_path / "dataset_info.json").read_text()).items():
        for row in _read(tmp_path / entry["file_name"]):
            # LLaMA-Factory looks each named column up without a default.
            assert set(entry["columns"].values()) <= set(row), name
            for turn in row.get("messages", []):
                assert {entry["tags"]["role_tag"], entry["tags"]["content_tag"]} == set(turn)


def test_earlier_turns_go_to_the_history_of_the_alpaca_form(tmp_path: Path) -> None:
    rows = load_rows([_rows_file(tmp_path)])
    assert alpaca_of(rows[1]) == {
        "instruction": "second {brace} # hash",
        "input": "",
        "output": "two",
        "system": "You solve puzzles.",
        "history": [["first", "one"]],
    }
    assert messages_of(rows[2]) == {
        "messages": [{"role": "user", "content": "add\n1 2"}, {"role": "assistant", "content": "3"}]
    }


def test_the_header_says_for_which_version_and_how_to_run(tmp_path: Path) -> None:
    path = _rows_file(tmp_path)
    recipe = _recipe(f"data.train={path}", "run.accelerate=zero3")
    write_export(recipe, "ms-swift", tmp_path / "swift")
    write_export(recipe, "llama-factory", tmp_path / "factory")
    swift, factory = ((tmp_path / one / "sft.yaml").read_text(encoding="utf-8") for one in ("swift", "factory"))
    assert "for ms-swift 4.6.0" in swift
    assert "NPROC_PER_NODE=4 swift sft sft.yaml" in swift
    assert "for LLaMA-Factory 0.9.5" in factory
    assert "CUTS rows longer than cutoff_len" in factory
    assert yaml.safe_load(swift)["deepspeed"] == "zero3"
    named = tmp_path / "factory" / yaml.safe_load(factory)["deepspeed"]
    assert json.loads(named.read_text())["zero_optimization"]["stage"] == 3


def test_long_rows_are_dealt_with_before_another_trainer_cuts_them(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    path = tmp_path / "rows.jsonl"
    lines = []
    for steps in (1, 60):
        chain = "甲比乙高，" * steps + "答案是：A"
        turns = [{"role": "user", "content": "谁？\nA. 甲\nB. 乙"}, {"role": "assistant", "content": chain}]
        lines.append(json.dumps({"messages": turns}, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    base = (f"data.train={path}", "data.max_length=100", "data.packing=false")
    with pytest.raises(RowsError, match=r"rows\.jsonl:2"):
        write_export(SftRecipe.load("embedded-lora", [*base, "data.over_length=error"]), "llama-factory", tmp_path)
    drop = SftRecipe.load("embedded-lora", [*base, "data.over_length=drop"])
    done = write_export(drop, "llama-factory", tmp_path)
    assert (done.rows, done.dropped, done.is_measured) == (1, 1, True)
    assert len(_read(tmp_path / "train_messages.jsonl")) == len(_read(tmp_path / "train_alpaca.jsonl")) == 1
    keep = SftRecipe.load("embedded-lora", [*base, "data.over_length=keep"])
    assert write_export(keep, "llama-factory", tmp_path).rows == 2
    assert yaml.safe_load((tmp_path / "sft.yaml").read_text(encoding="utf-8"))["cutoff_len"] > 200


def test_what_the_other_program_cannot_take_is_an_error() -> None:
    with pytest.raises(RecipeError, match="whole numbers"):
        factory_config(_recipe("lora.alpha=1.5"), has_eval=False)
    with pytest.raises(RecipeError, match="ms-swift takes whole numbers alone"):
        swift_config(_recipe("lora.alpha=1.5"), has_eval=False)
    with pytest.raises(RecipeError, match="flex_attention"):
        factory_config(_recipe("run.attention=flex_attention"), has_eval=False)


def test_the_command_prints_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = _rows_file(tmp_path), tmp_path / "out"
    assert main(["export", "baseline-qwen2-7b", f"data.train={path}", "--to", "ms-swift", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert answer["rows"] == 3
    assert all((out / name).is_file() for name in answer["files"])
    assert "no row's length was checked" in printed.err
    assert main(["export", "baseline-qwen2-7b", "--to", "ms-swift", "--out", str(out)]) == 2
