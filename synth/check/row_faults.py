r"""What can be wrong with one row of training data, and how much of it a data set may hold.

Pure functions from a row to findings. Kinds that need more than one row (duplicates, overlap, contradictions) are
found in ``synth.check.ngrams`` and ``synth.check.overlap``; their names and limits stand here with the others.

>>> from synth.check.lenient_rows import rows_of
>>> turns = [{"role": "user", "content": "?\nA. x\nB. y"}, {"role": "assistant", "content": "x不对。\n答案是：A"}]
>>> [finding.kind for finding in findings_of(rows_of({"messages": turns, "answer": "B"})[0])]
['label_mismatch']
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from solver.extraction.extract import extract
from solver.problems.letters import ALPHABET
from synth.check.lenient_rows import Row

KINDS: dict[str, tuple[float, str]] = {
    "malformed_row": (0.0, "the line is no row in any of the forms, or a pair that contradicts itself"),
    "not_learnt": (0.0, "training refuses the row: a key of a message is not known, or a weight is not the one taken"),
    "label_out_of_range": (0.0, "the label names no option"),
    "label_mismatch": (0.0, "the chain's conclusion is another letter than the label"),
    "no_conclusion": (0.0, "no answer can be read from the chain: cut off, ambiguous, or no option"),
    "contradiction": (0.0, "the same prompt stands elsewhere with another label"),
    "answer_in_prompt": (0.0, "the prompt announces the answer"),
    "special_tokens": (0.0, "a chat template's tokens stand in the text"),
    "open_think": (0.0, "a <think> block is opened and never closed, or the other way round"),
    "benchmark_overlap": (0.0, "the question stands in a benchmark"),
    "benchmark_problem": (0.01, "the problem's text, with another question, stands in a benchmark"),
    "across_files": (0.0, "the same or nearly the same question of another problem stands in another file"),
    "duplicate": (0.01, "prompt and chain are those of an earlier row"),
    "near_duplicate": (0.1, "the question is nearly that of another problem, above"),
    "looping": (0.01, "the chain repeats itself"),
    "told": (0.01, "the chain speaks of an answer that it was given"),
    "broken_text": (0.01, "replacement or control characters: the text was decoded wrongly"),
    "not_last": (0.01, "the answer does not stand on the chain's last line"),
    "answer_only": (1.0, "the chain is the announcement alone"),
    "repeated_prompt": (1.0, "the prompt is that of an earlier row, the chain another"),
}
"""Kind -> (largest share of rows that is tolerated, what it means); above it the kind is serious."""

# Tokens of the usual chat templates (ChatML, Llama 2 and 3, Mistral, Gemma, Phi); a tokenizer may read them as control.
_SPECIAL = re.compile(
    r"<\|(?:im_start|im_end|endoftext|eot_id|begin_of_text|start_header_id|end_header_id|user|assistant|system|end)\|>"
    r"|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>"
)
_BROKEN = re.compile("[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|锟斤拷|烫烫烫|Ã[\x80-\xbf]")
_ANNOUNCED = re.compile(
    r"(?:正确|标准|参考|最终)?(?:答案|选项)\s*(?:是|为|应为|应该是|[:：])\s*[:：]?\s*[\"“(（【*]{0,3}([A-Z])(?![A-Za-z])"
    r"|\b(?:correct |right |final )?answer(?:\s+is)?\s*[:：]?\s*[\"“(*]{0,3}([A-Z])(?![A-Za-z'’])"
    r"|[\"'](?:answer|label|gold)[\"']\s*:\s*[\"']([A-Z])[\"']",
    re.IGNORECASE,
)
# What stands before an announcement that only shows the wanted form, as in our own templates: 格式为“答案是：A”.
_EXAMPLE = re.compile(
    r"(?:格式|形如|例如|比如|示例|写成|写作|写出|输出|如|form|format|such as|e\.g\.|like)[^\n。]{0,20}$", re.I
)
_TOLD = re.compile(
    r"(?:根据|按照|已知|由于|既然)?(?:给定|给出|提供|所给)的?(?:正确|标准|参考)?答案(?!是否|选项)|(?:参考|标准)答案(?:是|为|给出|表明|[:：])"
    r"|答案已(?:经)?(?:知|给)|\b(?:the )?(?:given|provided|reference) (?:correct )?answer\b|\banswer key\b",
    re.IGNORECASE,
)
_LOOP_LINES = 4
"""A line (of 8 characters or more) this often makes a loop, where it is half of the chain's lines."""
_LOOP_RATIO = 0.08
"""zlib size over size below which a chain of 400 bytes or more repeats itself; a guess, with which 6 of 9,000 generated
chains count as loops (the line rule included)."""
_ANSWER_ONLY = 2
"""Characters beside the announcement up to which a chain is nothing else."""


class Finding(NamedTuple):
    """Something wrong with a row."""

    kind: str
    """One of ``KINDS``."""
    detail: str
    """What exactly, in a few words."""


def findings_of(row: Row, *, template: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Yield what is wrong with a row, looking at it alone.

    Args:
        template: lines that many rows' prompts share (see ``synth.check.ngrams``); what they announce is no leak.
    """
    if row.refused is not None:
        yield Finding("not_learnt", row.refused)
    text = row.prompt if row.chain is None else f"{row.prompt}\n{row.chain}"
    special = _SPECIAL.search(text)
    if special is not None:
        yield Finding("special_tokens", special.group())
    broken = _BROKEN.search(text)
    if broken is not None:
        yield Finding("broken_text", f"{broken.group()!a} at character {broken.start()}")
    n_options = None if row.options is None else len(row.options)
    has_label = row.label is not None and len(row.label) == 1 and row.label in ALPHABET
    letters = ALPHABET[:n_options]
    if row.label is not None and n_options is not None and (len(row.label) != 1 or row.label not in letters):
        yield Finding("label_out_of_range", f"label {row.label!r}, options A to {letters[-1]}")
        has_label = False
    if has_label:
        yield from _leaks(row, template)
    if row.chain is not None:
        yield from _of_chain(row, row.chain, row.label if has_label else None, n_options)


def _of_chain(row: Row, chain: str, label: str | None, n_options: int | None) -> Iterator[Finding]:
    opened, closed = chain.count("<think>"), chain.count("</think>")
    if opened != closed:
        yield Finding("open_think", f"{opened} opened, {closed} closed")
    told = _TOLD.search(chain)
    if told is not None:
        yield Finding("told", told.group())
    loop = _loop(chain)
    if loop is not None:
        yield Finding("looping", loop)
    if label is None and n_options is None:
        # A row of another kind of data: nothing says that it should end in a letter.
        return
    said = extract(chain, n_options or len(ALPHABET), row.options)
    if said.letter is None:
        yield Finding("no_conclusion", said.rule.value)
        return
    if label is not None and said.letter != label:
        yield Finding("label_mismatch", f"ends in {said.letter}, label {label}")
    last = chain.rstrip().rfind("\n") + 1
    if said.span is not None and said.span[1] <= last:
        yield Finding("not_last", f"answer at character {said.span[0]} of {len(chain)}")
    if said.span is not None and len(chain[: said.span[0]].strip() + chain[said.span[1] :].strip()) <= _ANSWER_ONLY:
        yield Finding("answer_only", chain.strip())


def _leaks(row: Row, template: frozenset[str]) -> Iterator[Finding]:
    """Find announcements of the label in the prompt, examples of the wanted form aside."""
    for match in _ANNOUNCED.finditer(row.prompt):
        letter = next(group for group in match.groups() if group)
        before = row.prompt[max(0, match.start() - 24) : match.start()]
        if letter.upper() != row.label or _EXAMPLE.search(before) is not None:
            continue
        start, end = row.prompt.rfind("\n", 0, match.start()) + 1, row.prompt.find("\n", match.end())
        if row.prompt[start : None if end < 0 else end].strip() not in template:
            yield Finding("answer_in_prompt", match.group().strip())
            return


def _loop(chain: str) -> str | None:
    lines = Counter(line.strip() for line in chain.split("\n") if len(line.strip()) >= 8)
    most = max(lines.values(), default=0)
    if most >= _LOOP_LINES and most * 2 >= lines.total():
        return f"a line {most} times"
    data = chain.encode("utf-8", "replace")
    if len(data) >= 400:
        ratio = len(zlib.compress(data, 1)) / len(data)
        if ratio < _LOOP_RATIO:
            return f"compresses to {ratio:.0%}"
    return None
