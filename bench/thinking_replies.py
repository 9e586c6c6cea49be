"""Replies in the shapes of thinking models, made from recorded outputs at run time, and how many are read right.

    python -m bench.thinking_replies [../shared/data/outputs/plain_dev.jsonl.gz] [--per-cell 6] [--show]

A recorded chain becomes the thought, in every container that ``solver.extraction.thoughts`` knows. Then comes a
recorded answer to another question, a made answer line, a reply without an answer, or nothing; or the thought is cut.
The label is known by construction: what the thought says never counts. Nothing of the data is stored. Prints one JSON
line: the share right with n and its 95 % interval (Wilson), and the errors by container and kind.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from solver.base.intervals import wilson
from solver.extraction.extract import extract
from solver.extraction.thoughts import has_thoughts
from solver.problems.letters import ALPHABET
from tests.support.checkout import SHARED_DATA

DEFAULT = SHARED_DATA / "outputs" / "plain_dev.jsonl.gz"
_Z = 1.959964  # of a two-sided 95 % interval
CONTAINERS = {
    "think": ("<think>\n", "\n</think>\n\n"),
    "capitals": ("<THINK>\n", "\n</THINK>\n\n"),
    "attributes": ('<think type="deep">\n', "\n</think>\n\n"),
    "thinking": ("<thinking>\n", "\n</thinking>\n\n"),
    "thought": ("<thought>\n", "\n</thought>\n\n"),
    "reasoning": ("<reasoning>\n", "\n</reasoning>\n\n"),
    "seed": ("<seed:think>\n", "\n</seed:think>\n\n"),
    "brackets": ("[THINK]", "[/THINK]"),
    "triangles": ("◁think▷", "◁/think▷"),
    "tokens": ("<|START_THINKING|>", "<|END_THINKING|>"),
    "begin": ("<|begin_of_thought|>\n", "\n<|end_of_thought|>\n\n"),
    "numbered": ("<unused94>thought\n", "<unused95>"),
    "channels": ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    "bare channels": ("analysis\n", "assistantfinal"),
}
SAID = (
    "答案是：{letter}",
    "{letter}",
    "**{letter}**",
    "因此答案是：**{letter}**。",
    "{letter}. {text}",
    "The answer is {letter}.",
    "The answer is ({letter}).",
    r"\boxed{{{letter}}}",
    '{{"answer": "{letter}"}}',
    "**Final Answer**\n\n{letter}",
)
UNSAID = ("条件不足，得不出结论。", "抱歉，我无法回答这个问题。", "None of the options follows from the clues.", "")
_CHAIN = range(120, 4000)
"""Characters of a chain."""
_RECORDED = 300
"""Characters of a recorded answer, at most."""


class Row(NamedTuple):
    """One recorded output."""

    output: str
    options: tuple[str, ...]
    letter: str


class Reply(NamedTuple):
    """One made reply with its label."""

    container: str
    kind: str
    text: str
    options: tuple[str, ...]
    letter: str | None


def rows_of(path: Path) -> list[Row]:
    """Read the recorded outputs that have options and a label, and hold no container of their own."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [
        Row(row["output"], tuple(row["options"]), row["gold_extraction"])
        for row in found
        if row["options"]
        and row["gold_extraction"] in ALPHABET[: len(row["options"])]
        and not _is_marked(row["output"])
    ]


def _is_marked(output: str) -> bool:
    return has_thoughts(output) or "<" in output or "[THINK]" in output


def replies(rows: Sequence[Row], rng: random.Random, per_cell: int) -> Iterator[Reply]:
    """Make ``per_cell`` replies of every container and kind."""
    chains = [row for row in rows if len(row.output) in _CHAIN]
    recorded = [row for row in rows if len(row.output) <= _RECORDED]
    for container, (opener, closer) in CONTAINERS.items():
        for _ in range(per_cell):
            chain = rng.choice(chains)
            options = chain.options
            # Another letter than the thought's: a letter that leaks out of it is an error.
            letter = rng.choice([one for one in ALPHABET[: len(options)] if one != chain.letter])
            text = options[ALPHABET.index(letter)].strip()
            said = rng.choice(SAID).format(letter=letter, text=text)
            other = rng.choice(recorded)
            yield Reply(container, "made", f"{opener}{chain.output}{closer}{said}", options, letter)
            yield Reply(
                container, "recorded", f"{opener}{chain.output}{closer}{other.output}", other.options, other.letter
            )
            yield Reply(container, "lone closer", f"{chain.output}{closer}{said}", options, letter)
            yield Reply(container, "unsaid", f"{opener}{chain.output}{closer}{rng.choice(UNSAID)}", options, None)
            yield Reply(container, "cut", f"{opener}{_cut(chain.output, rng)}", options, None)


def _cut(output: str, rng: random.Random) -> str:
    """Cut a chain in its first three quarters, not behind an announcement, which would be a forgotten closer."""
    cut = output[: rng.randrange(len(output) // 4, len(output) * 3 // 4)]
    return (
        f"{cut.rstrip()}\n再看其余条件，"
        if any(word in cut[-80:] for word in ("答案", "nswer", "选", "boxed"))
        else cut
    )


def main() -> int:
    """Make, read, compare and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.thinking_replies", description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--per-cell", type=int, default=6, help="replies of each container and kind (default 6)")
    parser.add_argument("--show", action="store_true", help="print the replies that were read wrong, on stderr")
    told = parser.parse_args()
    if not told.path.exists():
        print(f"error: {told.path} is not there; give a file of recorded outputs", file=sys.stderr)
        return 2
    made = list(replies(rows_of(told.path), random.Random(19), told.per_cell))
    wrong: Counter[str] = Counter()
    for reply in made:
        found = extract(reply.text, len(reply.options), reply.options)
        if found.letter != reply.letter:
            wrong[f"{reply.container}/{reply.kind}"] += 1
            if told.show:
                print(
                    f"{reply.container}/{reply.kind}: {found}, not {reply.letter}\n{reply.text[-300:]}\n",
                    file=sys.stderr,
                )
    right = len(made) - wrong.total()
    low, high = wilson(right / len(made), len(made), _Z)
    share = {"right": round(right / len(made), 4), "low": round(low, 4), "high": round(high, 4)}
    print(json.dumps({"replies": len(made), **share, "wrong": dict(wrong)}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
