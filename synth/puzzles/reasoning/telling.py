"""From proven steps to sentences: a register, a length, a language, and wordings drawn from the puzzle's own stream.

``short`` says the steps alone; ``medium`` says first what is asked, and why one wrong option fails; ``long`` says what
the puzzle states in sentences of their own, and why every wrong option fails. Sentences come from frames, clauses from
the family's table (``wordings``); this module knows no word itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from solver.problems.letters import letter_of
from synth.puzzles.reasoning.arithmetic import KINDS
from synth.puzzles.reasoning.reasoner import Puzzle, Reasoner
from synth.puzzles.reasoning.steps import (
    Claim,
    Contradiction,
    Deduce,
    Eliminated,
    Given,
    Rejected,
    Step,
    Suppose,
    Telling,
    Upheld,
)
from synth.puzzles.reasoning.wordings import OPENS, Clauses, frames

_LONGEST_QUESTION = {"zh": 60, "en": 150}
"""Characters of a question that a chain still says again."""
_PLACES = ("is", "in", "out")
"""Claims of one thing, whose grounds are the point: they are said in any case."""
_MOST_GROUNDS = 2
"""Grounds that a sentence says once more, where all of them were said before; one fewer beside figures."""

_WORD = re.compile(r"[a-z]{3,} ")
_NOBODY = re.compile("[是有](?=没有)")
_ZERO = re.compile("(?<=没有)，共0.$|(?<=没有人)，共0.$")
_ONE = re.compile(
    r"(?<![\d.,:])(\b1 (?:point|turn|minute|coin|time|day|place|card|element|sweet|book|apple|block|goal))s\b"
)
_NONE = (
    (re.compile(r"^(\x01?)those (.+) are (?:nobody|none)(?:, 0 in all)?$"), r"\1there are none \2"),
    (re.compile(r"^(\x01?)what (.+) is none(?:, 0 in all)?$"), r"\1nothing \2"),
    (re.compile(r"^(\x01?)the (even|odd) ones among (.+) are none, 0 in all$"), r"\1there are no \2 ones among \3"),
    (re.compile(r"(nobody|none), 0 in all$"), r"\1"),
)


class Teller:
    """Tells one chain."""

    def __init__(
        self, reasoner: Reasoner, p: Puzzle, clauses: Clauses, telling: Telling, options: Sequence[str], question: str
    ) -> None:
        self._p, self._reasoner, self._clauses, self._telling = p, reasoner, clauses, telling
        self._options, self._question = options, question
        self._frames: Mapping[str, Mapping[str, tuple[str, ...]]] = frames()[p.voice.lang]
        self._decks: dict[str, list[str]] = {}
        self._said: Claim | None = None
        """What the last sentence ended with."""
        self._stated: set[Claim] = set()
        self._heard: set[Claim] = set()
        self._is_case = False
        self.sentences: list[str] = []

    def tell(self, steps: Sequence[Step]) -> str:
        """Return the chain, without its answer line."""
        if self._telling.length != "short" and len(self._question) <= _LONGEST_QUESTION[self._p.voice.lang]:
            self._say("goal", what=_asked(self._question, self._p.voice.zh))
        for step in steps:
            self._tell(step)
        return self._laid_out()

    def _tell(self, step: Step) -> None:
        if isinstance(step, Given):
            self._given(step.claim)
            self._said = step.claim
            self._heard.add(step.claim)
            self._stated.add(step.claim)
        elif isinstance(step, Deduce):
            self._deduce(step)
        elif isinstance(step, Suppose):
            self._say("suppose", what=self.clause(step.claim))
            self._said, self._is_case = step.claim, True
        elif isinstance(step, Contradiction):
            self._say("contradict", why=self._joined(step.because), so=self.clause(step.so))
            self._said, self._is_case = step.so, False
        elif isinstance(step, Eliminated):
            self._say("eliminated", why=self.clause(step.because), **self._option(step.place))
        elif isinstance(step, Rejected):
            self._say(step.mistake, register="rejected", **self._option(step.place))
        elif isinstance(step, Upheld):
            self._say("upheld", **self._option(step.place))
        else:
            self._say("conclude", **self._option(step.place))

    def _deduce(self, step: Deduce) -> None:
        because = list(step.because)
        if self._telling.length == "long" and not self._is_case and self._said not in because:
            told = [one for one in because if one.kind not in KINDS and one not in self._stated]
            told = [one for one in told if len(because) > 1 and self._is_told(one)][:1]
            for claim in told:
                self._stated.add(claim)
                self._given(claim)
                self._said = claim
        said = [one for one in because if one.kind not in KINDS]
        most = _MOST_GROUNDS - (len(said) < len(because))
        if step.claim.kind not in _PLACES and len(said) > most and self._heard.issuperset(said):
            # All of it was said just now: it need not be said again.
            because = [one for one in because if one.kind in KINDS]
            self._say("deduce" if because else "sum", why=self._joined(because), what=self._concluded(step.claim))
            self._said = step.claim
            self._heard.add(step.claim)
            return
        is_next = len(because) > 1 and self._said in because
        if is_next:
            because = [one for one in because if one != self._said]
        what = self._concluded(step.claim)
        if not because:
            self._say("bare", what=what)
        elif because == [self._said]:
            self._say("then", what=what)
        elif self._is_case and not is_next:
            self._say("case", why=self._joined(because), what=what)
        else:
            self._say("next" if is_next else "deduce", why=self._joined(because), what=what)
        self._said = step.claim
        self._stated.update(because)
        self._heard |= {step.claim, *because}

    def _given(self, claim: Claim) -> None:
        self._say("bare" if claim.kind in self._reasoner.absent else "given", what=self.clause(claim))

    def _is_told(self, claim: Claim) -> bool:
        return self._reasoner.states(self._p, claim)

    def _option(self, place: int) -> dict[str, str]:
        return {"letter": letter_of(place), "option": self._options[place]}

    def clause(self, claim: Claim) -> str:
        """Word a claim: in short, where the table has such a wording, once it was said in full."""
        brief = f"{claim.kind}.short"
        kind = brief if brief in self._clauses and claim in self._heard else claim.kind
        wordings = self._clauses[kind][self._p.voice.lang]
        chosen = wordings[int(self._p.voice.rng.random() * len(wordings))] if len(wordings) > 1 else wordings[0]

        def word(kind: str, value: Any) -> str:
            return self._reasoner.word(self._p, kind, value)

        # No chain has "1 points".
        said = _ONE.sub(r"\1", chosen.filled(claim, word))
        # 的是没有人 would be no Chinese, nor "are none, 0 in all" English.
        said = _ZERO.sub("", _NOBODY.sub("", said))
        return said if self._p.voice.zh else _without_none(said)

    def _concluded(self, claim: Claim) -> str:
        """Word a claim as what follows: that 4 is 4 would be no news."""
        if claim.kind in ("compared", "both"):
            return self.clause(claim._replace(kind=f"{claim.kind}.{claim.args[1]}"))
        return self.clause(claim)

    def _joined(self, claims: Sequence[Claim]) -> str:
        claims = sorted(claims, key=lambda claim: claim.kind in self._reasoner.conditionals)
        said = [self.clause(claim) for claim in claims]
        if not said:
            return ""
        if len(said) == 1:
            return said[0]
        comma, two, last = self._frames["plain"]["join"]
        rest = [one.replace(OPENS, "") for one in said[1:]]
        if claims[-1].kind in KINDS:
            # Figures follow what they come of.
            return comma.join([said[0], *rest])
        if claims[-1].kind in self._reasoner.conditionals:
            two = last
        if len(said) == 2:
            return said[0] + two + rest[0]
        return comma.join([said[0], *rest[:-1]]) + last + rest[-1]

    def _say(self, role: str, register: str = "", **parts: str) -> None:
        name = f"{register}{role}"
        deck = self._decks.get(name)
        if not deck:
            texts = self._frames[register or self._telling.register].get(role) or self._frames["plain"][role]
            deck = self._decks[name] = self._p.voice.rng.sample(texts, len(texts))
        sentence = deck.pop().format(**parts)
        sentence = sentence.replace(OPENS, "") if self._p.voice.zh else _capital(sentence)
        if not self.sentences or self.sentences[-1] != sentence:
            self.sentences.append(sentence)

    def _laid_out(self) -> str:
        """Set sentences in lines of their own, in one paragraph, or as numbered steps."""
        form, gap = int(self._p.voice.rng.random() * 3), self._p.voice.say("", " ")
        if form == 0 and self._telling.register != "terse":
            return gap.join(self.sentences)
        return "\n".join(self.sentences)


def _without_none(said: str) -> str:
    for pattern, mended in _NONE:
        said = pattern.sub(mended, said)
    return said


def _asked(question: str, zh: bool) -> str:
    text = " ".join(question.split()).rstrip("：:，")
    if text.endswith(("？", "?", "。", ".", "）", ")")):
        return text
    return f"{text}？" if zh else f"{text}?"


def _capital(sentence: str) -> str:
    """Begin a sentence with a capital where a word of its own stands there, and nothing that has a name."""
    start = sentence.lstrip()
    if start.startswith(OPENS):
        start = start[1:2].upper() + start[2:]
    elif _WORD.match(start):
        # A thing that has a common word as its name.
        start = start[0].upper() + start[1:]
    return start.replace(OPENS, "")
