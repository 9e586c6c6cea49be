"""A tokenizer or a template that means harm ends in an error with a name, and touches nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from train.errors import TokenizerError
from train.foreign_tokenizer import load_tokenizer_of, prompt_of

MESSAGES = [{"role": "user", "content": "?"}]


class Templated:
    """As transformers' tokenizers do: the template, rendered by what they render it with."""

    def __init__(self, template: str) -> None:
        self.template = template

    def apply_chat_template(self, messages: Any, **settings: Any) -> object:
        found = pytest.importorskip("transformers.utils.chat_template_utils")
        return found.render_jinja_template([messages], chat_template=self.template, **settings)[0][0]


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('touch owned') }}",
        "{% for x in %}",
        "{{ raise_exception('no') }}",
        "{{ 1 // 0 }}",
        "{% include '/etc/passwd' %}",
        "{{ range(10 ** 9) | list }}",
    ],
)
def test_a_hostile_template_is_refused_and_touches_nothing(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TokenizerError, match="q#1: the chat template refuses"):
        prompt_of(Templated(template), MESSAGES, "q#1")
    assert not [*tmp_path.iterdir()]


def test_a_template_that_writes_is_taken_at_its_word() -> None:
    assert prompt_of(Templated("{{ messages[0].content }}"), MESSAGES, "q#1") == "?"


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"version": "1.0", "model": {"type": "evil"}})])
def test_a_damaged_tokenizer_is_named(text: str, tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    (tmp_path / "tokenizer.json").write_text(text)
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "auto_map": {"AutoTokenizer": ["evil.Tokenizer", None]}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')")
    with pytest.raises(TokenizerError, match="cannot be loaded"):
        load_tokenizer_of(str(tmp_path))
    assert not (tmp_path / "owned").exists()
