"""What is exported, read by the programs that it is for, where ``python -m tests.support.export_targets`` put them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.checkout import ROOT
from tests.support.export_targets.targets import READERS, TARGETS

ENVIRONMENTS = Path(os.environ.get("EXPORT_TARGETS", ROOT / ".export-targets"))
EXPECTED = {
    "inspect": {"`read_eval_log`": "success, 40 samples", "`read_eval_log_sample`": "p1#1, epoch 2: I"},
    "lm-eval": {
        "`get_results_filenames`, `make_table`": "0.6",
        "`hash_string` of every document": "10 alike",
        "`TaskManager`, the task in its own wording": "10 questions, 10 prompts",
        "`TaskManager`, the task with a prompt of ours": "10 questions, 10 prompts",
    },
    "evalscope": {
        "`general_mcq`, in its own wording": "10 questions, 10 prompts, 10 of their right replies known",
        "`general_mcq`, with a prompt of ours": "10 questions, 10 prompts, 10 of their right replies known",
    },
    "ms-swift": {"`SftArguments`, embedded-lora": "rank 32, alpha 64", "`load_dataset`, `Template.encode`": "27 and 1"},
    "llama-factory": {
        "`get_train_args`, champion-qwen2.5-32b": "rank 256, alpha 512",
        "`get_dataset`, train_messages": "28 rows",
        "`get_dataset`, train_alpaca": "28 rows",
    },
}
"""Target -> what is read, and what the result holds."""


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_reads_what_is_exported_for_it(tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    if not target.python(ENVIRONMENTS).exists():
        pytest.skip(f"{name} is not installed: python -m tests.support.export_targets {name}")
    target.export(tmp_path)
    found = target.read(ENVIRONMENTS, tmp_path)
    assert any(found.version in words for words in target.install)
    for what, came in EXPECTED[name].items():
        assert came in found.read[what]


def test_every_target_has_a_reader_and_something_expected_of_it() -> None:
    assert EXPECTED.keys() == TARGETS.keys()
    assert {target.reader for target in TARGETS.values()} == set(READERS.glob("*.py"))
