"""Tokenizers and chat templates of models that somebody else made: whatever they raise is an error with a name.

Templates are programs. transformers runs them in jinja's sandbox, which bounds what they may touch, not how long they
take; no code that lies beside a model is run (``trust_remote_code`` stays off).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from train.errors import TokenizerError


def load_tokenizer_of(model: str, revision: str | None = None) -> Any:
    """Load a tokenizer.

    Args:
        model: a folder, or a name on the hub.

    Raises:
        TokenizerError: it cannot be loaded.
    """
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(model, revision=revision, trust_remote_code=False)
    except Exception as error:
        # The library behind it raises bare Exceptions over a damaged tokenizer.json.
        raise TokenizerError(
            f"the tokenizer of {model!r} cannot be loaded ({str(error)[:300]}); copy tokenizer.json and "
            "tokenizer_config.json into the model's folder"
        ) from error


def prompt_of(tokenizer: Any, messages: Sequence[Mapping[str, str]], where: str) -> str:
    """Write messages as the chat template does, up to where the answer begins.

    Raises:
        TokenizerError: the template raises something, or writes no text.
    """
    try:
        text = tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
    except Exception as error:
        raise TokenizerError(f"{where}: the chat template refuses this row: {str(error)[:300]}") from error
    if not isinstance(text, str):
        raise TokenizerError(f"{where}: the chat template writes a {type(text).__name__} and no text")
    return text
