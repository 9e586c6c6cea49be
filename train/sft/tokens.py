r"""From rows to tokens and back: which tokens a fine-tuning row has, and which of them carry loss.

The base's own chat template writes the text. Prompt and answer are tokenised apart, because a server tokenises the
prompt alone and the model then goes on from there. Loss is on the answer and on the token that ends the turn; what a
template writes behind that (Qwen: a line break) is left out, since no server ever asks for it. trl takes rows that
hold ``input_ids`` and ``labels`` as they are. No row is ever cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from solver.problems.question import problem_id_of
from solver.training_rows import TrainingRow
from train.errors import RowsError, TokenizerError
from train.recipe_file import digest_of_lines

IGNORED = -100
"""Label of a token without loss (torch's ``ignore_index``)."""
_BATCH = 1000


class Example(NamedTuple):
    """A row as tokens."""

    ids: list[int]
    """Prompt, answer and the end of the turn."""
    prompt_length: int
    """How many of the ids are prompt, and so carry no loss."""
    group: str
    """Rows of one problem share it; they are held out together."""
    where: str
    """``file:line``."""

    @property
    def longest(self) -> int:
        """How many tokens it has."""
        return len(self.ids)


def labels_of(example: Example) -> list[int]:
    """Return the labels: the ids, without those of the prompt."""
    return [IGNORED] * example.prompt_length + example.ids[example.prompt_length :]


def encode(rows: Sequence[TrainingRow], tok: Any, *, tick: Callable[[int], None] = lambda done: None) -> list[Example]:
    """Tokenise rows with the base's chat template.

    Args:
        tok: a tokenizer of transformers.
        tick: told how many rows are done: once as text, once as tokens.

    Raises:
        TokenizerError: there is no chat template, or it does not fit prompt and answer.
        RowsError: a row holds a special token, or has no label left.
    """
    if not getattr(tok, "chat_template", None):
        raise TokenizerError(
            f"the tokenizer of {tok.name_or_path!r} has no chat template, so there is no telling how a server would "
            "write the prompt; train an instruct model, or put its chat_template.jinja into the base's folder"
        )
    special = sorted({str(one) for one in tok.all_special_tokens})
    texts: list[str] = []
    for done, row in enumerate(rows, 1):
        texts += _texts(row, tok, special)
        tick(done)
    ids: list[list[int]] = []
    for start in range(0, len(texts), _BATCH):
        ids += tok(texts[start : start + _BATCH], add_special_tokens=False)["input_ids"]
        tick(len(rows) + len(ids) // 2)
    examples = []
    for row, prompt, answer in zip(rows, ids[::2], ids[1::2], strict=True):
        if not prompt or len(answer) < 2:
            raise RowsError(f"{row.where}: the labels are all masked: no token of the answer is left to learn")
        examples.append(Example(prompt + answer, len(prompt), _group(row), row.where))
    return examples


def _texts(row: TrainingRow, tok: Any, special: Sequence[str]) -> tuple[str, str]:
    """Return prompt and answer as the template writes them, the answer up to the end of the turn."""
    for message in (*row.prompt, ("assistant", row.answer)):
        held = [one for one in special if one in message[1]]
        if held:
            raise RowsError(f"{row.where}: the text holds the special token {held[0]}; remove it, the template adds it")
    before = [message._asdict() for message in row.prompt]
    try:
        prompt = tok.apply_chat_template(before, tokenize=False, add_generation_prompt=True)
        whole = tok.apply_chat_template([*before, {"role": "assistant", "content": row.answer}], tokenize=False)
    except Exception as error:  # jinja's errors, and what a template raises itself
        raise TokenizerError(f"{row.where}: the chat template refuses this row: {error}") from error
    if not whole.startswith(prompt):
        raise TokenizerError(
            f"{row.where}: the chat template writes the prompt differently once the answer follows "
            f"({prompt[-40:]!r} is no beginning of it), so training and serving would differ; use another template"
        )
    rest = whole[len(prompt) :]
    if row.answer.strip() not in rest:
        raise TokenizerError(f"{row.where}: the chat template changes the answer to {rest[:60]!r}")
    after = rest.rindex(row.answer.strip()) + len(row.answer.strip())
    ends = [rest.index(one, after) + len(one) for one in special if one in rest[after:]]
    if not ends:
        raise TokenizerError(
            f"the chat template ends the assistant's turn with {rest[after:]!r}, no special token: the model would "
            "never learn to stop"
        )
    return prompt, rest[: min(ends)]


def _group(row: TrainingRow) -> str:
    """Name the problem: by the row's id where it has one, else by the prompt up to its last heading, the question's."""
    if row.id is not None and "#" in row.id:
        return problem_id_of(row.id)
    asked = row.prompt[-1].content
    return asked.rpartition("\n###")[0] or asked


def digest(examples: Sequence[Example]) -> str:
    """Return the digest of all tokens and masks, in order."""
    return digest_of_lines(f"{one.prompt_length}:{one.ids}" for one in examples)
