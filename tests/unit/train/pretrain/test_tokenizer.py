"""The tokenizer: round trips, digits, names beside verbs, and the ids that transformers gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tokenizers")

from train.errors import TokenizerError
from train.pretrain import tokenizer

_TEXTS = [
    "小明在小红的左边。\n",
    "小红在小刚的右边，不在最左边。\n",
    "Alice is taller than Bob.\n",
    "共有12个苹果。答案是：A\n",
]
_ODD = ["鬱 𠮷 é ①\r\n\r\n　全角 don't 3.14", "<|im_start|>user\n问<|im_end|>\n", "A和B，C比D高", ""]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tokenizer")
    learned = tokenizer.learn(tokenizer.chunk_counts(_TEXTS * 50), size=600)
    tokenizer.save(learned, path)
    return path


@pytest.fixture(scope="module")
def tok(folder: Path) -> Any:
    return tokenizer.load(folder)


@pytest.mark.parametrize("text", _TEXTS + _ODD)
def test_decoding_gives_the_text_back(tok: Any, text: str) -> None:
    assert tok.decode(tok.encode(text).ids, skip_special_tokens=False) == text


def test_each_digit_is_one_token(tok: Any) -> None:
    assert len(tok.encode("1234567890").ids) == 10


def test_a_name_is_cut_the_same_way_wherever_it_stands(tok: Any) -> None:
    name = tok.encode("小明").ids
    for text in ("是小明", "小明在", "小明的", "比小明", "和小明"):
        ids = tok.encode(text).ids
        assert any(ids[i : i + len(name)] == name for i in range(len(ids))), text


def test_special_tokens_are_one_id_each_at_the_end_of_the_vocabulary(tok: Any) -> None:
    ids = [tok.encode(token).ids for token in tokenizer.SPECIAL]
    size = tok.get_vocab_size()
    assert ids == [[size - 3], [size - 2], [size - 1]]


def test_no_token_joins_parts_of_two_characters_or_more_than_the_limit(tok: Any) -> None:
    for index in range(256, tok.get_vocab_size() - 3):
        text = tok.decode([index])
        han = [c for c in text if "\u4e00" <= c <= "\u9fff"]
        assert len(han) <= tokenizer.MAX_HAN
        assert not (han and len(han) != len(text))


def test_learning_is_deterministic() -> None:
    once, again = (tokenizer.learn(tokenizer.chunk_counts(_TEXTS * 9), size=500, min_character=5) for _ in range(2))
    assert once == again


def test_a_missing_tokenizer_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match="python -m train tokenizer"):
        tokenizer.load(tmp_path)


@pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="needs transformers")
def test_transformers_cuts_text_into_the_ids_of_training(folder: Path) -> None:
    assert tokenizer.check_against_transformers(folder, _TEXTS + _ODD) == len(_TEXTS + _ODD)
