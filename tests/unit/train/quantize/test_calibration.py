"""Calibration sets: sources, weights, lengths, and nothing measured on that was calibrated on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from train.errors import CalibrationError, RowsError, TokenizerError
from train.quantize.calibration import Document, Source, joined, mix, parse_source, read_chats, shares


class Letters:
    """A tokenizer that takes each character as a token."""

    chat_template: Any = "one"

    def apply_chat_template(self, messages: Any, *, tokenize: bool, add_generation_prompt: bool = False) -> str:
        assert not tokenize
        text = "".join(f"<{one['role']}>{one['content']}</>\n" for one in messages)
        return text + ("<assistant>" if add_generation_prompt else "")

    def __call__(self, text: str, *, add_special_tokens: bool) -> Mapping[str, Any]:
        assert not add_special_tokens
        return {"input_ids": [ord(character) for character in text]}


def text_of(row: tuple[int, ...]) -> str:
    """Undo ``Letters``."""
    return "".join(map(chr, row))


def rows_file(folder: Path, name: str, count: int) -> Path:
    """Write conversations whose texts name the file and their number."""
    path = folder / f"{name}.jsonl"
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"{name} asks {number}: " + "q" * 50},
                {"role": "assistant", "content": f"{name} says {number}."},
            ]
        }
        for number in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sft=a.jsonl:3", Source("sft", Path("a.jsonl"), 3.0)),
        ("sft=a.jsonl", Source("sft", Path("a.jsonl"), 1.0)),
        ("x=C:/data/a.jsonl", Source("x", Path("C:/data/a.jsonl"), 1.0)),
        ("x=a:b.jsonl:0.5", Source("x", Path("a:b.jsonl"), 0.5)),
        ("synth", Source("synth", None, 1.0)),
        ("synth:2", Source("synth", None, 2.0)),
    ],
)
def test_a_source_is_read(text: str, wanted: Source) -> None:
    assert parse_source(text) == wanted


@pytest.mark.parametrize("text", ["", "a.jsonl", "=a.jsonl", "x=", "x=a:0", "x=a:-1", "x=a:nan", "synt:2"])
def test_a_source_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(CalibrationError, match="calibration source"):
        parse_source(text)


@pytest.mark.parametrize(("weights", "total"), [([3, 1], 10), ([1, 1, 1], 10), ([1000, 1, 1], 5), ([0.1, 0.1], 2)])
def test_shares_add_up_and_leave_none_out(weights: list[float], total: int) -> None:
    found = shares(weights, total)
    assert sum(found) == total
    assert min(found) >= 1


def test_more_sources_than_rows_are_refused() -> None:
    with pytest.raises(CalibrationError, match="raise --rows"):
        shares([1, 1, 1], 2)


def test_short_documents_are_joined_whole_and_long_ones_cut() -> None:
    documents = [Document((1,) * 4, (2,) * 2, "x") for _ in range(5)]
    assert [len(row) for row in joined(documents, shortest=10, longest=100)] == [12, 12]
    assert [len(row) for row in joined(documents, shortest=1, longest=5)] == [5] * 5


def test_a_mix_follows_the_weights_and_holds_answers(tmp_path: Path) -> None:
    sources = [Source(name, rows_file(tmp_path, name, 100), weight) for name, weight in (("own", 3.0), ("other", 1.0))]
    mixed = mix(sources, Letters(), rows=12, held_out=8, seed=1, shortest=256, longest=400)
    assert mixed.by_source == {"own": 9, "other": 3}
    assert sum(text_of(row).startswith("<user>own") for row in mixed.rows) == 9
    assert all(256 <= len(row) <= 400 for row in mixed.rows)
    assert all("<assistant>own says" in text_of(row) or "<assistant>other says" in text_of(row) for row in mixed.rows)


def test_nothing_is_measured_on_that_was_calibrated_on(tmp_path: Path) -> None:
    mixed = mix([Source("own", rows_file(tmp_path, "own", 60), 1)], Letters(), rows=8, held_out=10, seed=1)
    calibrated = "".join(map(text_of, mixed.rows))
    assert len(mixed.held_out) == 10
    for document in mixed.held_out:
        assert text_of(document.prompt).endswith("<assistant>")
        assert text_of(document.answer).startswith("own says")
        assert text_of(document.prompt + document.answer) not in calibrated


def test_a_seed_decides_the_rows(tmp_path: Path) -> None:
    sources = [Source("own", rows_file(tmp_path, "own", 60), 1)]
    digests = [mix(sources, Letters(), rows=6, held_out=2, seed=seed).digest for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def test_generated_problems_are_a_source_of_their_own() -> None:
    mixed = mix([Source("synth", None, 1)], Letters(), rows=4, held_out=3, seed=5)
    assert len(mixed.rows) == 4
    assert all("答案是：" in text_of(one.answer) or "The answer is" in text_of(one.answer) for one in mixed.held_out)


def test_a_source_with_too_few_rows_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"own\.jsonl gives \d calibration rows .*'own'"):
        mix([Source("own", rows_file(tmp_path, "own", 9), 1)], Letters(), rows=20, held_out=2, seed=1)


def test_a_tokenizer_without_chat_template_is_refused() -> None:
    bare = Letters()
    bare.chat_template = None
    with pytest.raises(TokenizerError, match="chat template"):
        mix([Source("synth", None, 1)], bare, rows=4, held_out=2, seed=1)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    source = Source("own", rows_file(tmp_path, "own", 9), 1)
    with pytest.raises(CalibrationError, match="different names"):
        mix([source, source], Letters(), rows=4, held_out=2, seed=1)


def test_an_instruction_set_in_alpaca_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "general.jsonl"
    path.write_text(json.dumps({"instruction": "Name a colour.", "input": "", "output": "Blue."}) + "\n")
    assert [one["content"] for one in read_chats(path)[0].messages] == ["Name a colour.", "Blue."]


def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps({"instruction": "a", "output": "b"}) + "\n{}\n")
    with pytest.raises(RowsError, match=r"bad\.jsonl:2"):
        read_chats(path)
