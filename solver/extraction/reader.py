"""Reading one stretch of a model's output: the verdict on its announcements, its wordings and its last line.

``solver.extraction.passages`` decides which stretch is read; what each sort of wording means is in ``announcements``,
``lines`` and the folder ``unannounced``, which text means which option in ``options``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction import doubts, lines, objects
from solver.extraction import patterns as rules
from solver.extraction.announcements import holding, last_announced
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import NOTHING, Extraction, ExtractionRule
from solver.extraction.unannounced import (
    assertions,
    conclusions,
    contents,
    figures,
    filled,
    others,
    remarks,
    reviews,
    short_forms,
    sought,
    wordings,
)
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced.polar import answers, polarity
from solver.extraction.unannounced.prose import approved, excepted, shared, stance
from solver.extraction.unannounced.sentences import asked_sentence, last_sentences
from solver.extraction.variants import unified
from solver.problems.letters import ALPHABET

_SENTENCE = 600  # characters; more of a sentence is not looked at for whether it asserts
_TOKENS = 80  # characters from the end; where tokens that only end a text may stand
_BLOCK = 200  # characters from the end; the longest block of one line that is read as a last line
_FIRST = 300  # characters; where reasons begin behind a conclusion that stands first
_CORRECTION = 6  # characters; the shortest that corrects and says what instead
_VALUE_ENDS = re.compile(r"[:：{]\W{0,12}[-\w.]{1,8}\W{0,8}\Z")
"""An announcement of a short value and nothing else."""
_CAN_BE = re.compile(r"(?<!不)可能")
_NO_LABEL = frozenset((ExtractionRule.OUT_OF_RANGE, ExtractionRule.OFF_LIST))
_FIGURES = re.compile(r"\d+")
_UNDECIDED = frozenset((ExtractionRule.NO_OPTION, ExtractionRule.OFF_LIST))


class Reader:
    """The readings of one text.

    Args:
        text: the output, variants of characters already unified.
        n_options: how many options there are.
        options: their texts, where known.
        question: its text, where known.
    """

    __slots__ = ("options", "question", "text")

    def __init__(self, text: str, n_options: int, options: Sequence[str] | None, question: str | None = None) -> None:
        self.text, self.question = text, None if question is None else unified(question)
        self.options = OptionTexts(n_options, options)

    @property
    def plain(self) -> str:
        """The text, in which 可能 is no doubt where the question asks for what can be; of the same length."""
        question = (self.question or "").rstrip()
        asked = question[max(question.rfind(sign) for sign in "。！\n") + 1 :]
        return _CAN_BE.sub("··", self.text) if "可能" in asked else self.text

    def verdict(self, start: int, end: int) -> Extraction:
        """Decide on one range: a bare last line, then announcements from the end, then weaker remarks."""
        text, options = self.text, self.options
        last_end = start + len(text[start:end].rstrip())
        if text.endswith((">", "]"), start, last_end):
            token = rules.END_TOKENS.search(text, max(start, last_end - _TOKENS), last_end)
            end = last_end = last_end if token is None else start + len(text[start : token.start()].rstrip())
        if text.endswith(("```", "\\]", "$$"), start, last_end):
            block = rules.ONE_LINE_BLOCK.search(text, max(start, last_end - _BLOCK), last_end)
            end = last_end = last_end if block is None else block.end("line")
        if last_end <= start:
            return NOTHING
        last_start = max(text.rfind("\n", start, last_end) + 1, start)
        bare = lines.bare_line(text, options, last_start, last_end, start)
        if bare is not None:
            return bare
        strong = last_announced(text, options, start, end)
        if strong is not None and strong.rule in _NO_LABEL:
            strong = self._initial(strong, start) or strong
        if strong is not None and strong.rule not in _UNDECIDED:
            return self._confirmed(strong, start, end)
        found = objects.object_value(text[start:end], options)
        if found is not None:
            return found
        weak_start = start if strong is None or strong.span is None else strong.span[1]
        if strong is not None and strong.span is not None and strong.rule is ExtractionRule.NO_OPTION:
            refused = weak.LAST_STOP.search(text, strong.span[0], end)  # the rest of its sentence is none either
            weak_start = end if refused is None else refused.end()
        found = None if self.question is None else excepted.excepted(text, options, weak_start, end, self.question)
        found = found or self._remarked(weak_start, end) or self._announced_in_words(strong, start, end) or strong
        if found is not None:
            return found
        found = lines.labelled_line(text, options, last_start, last_end, start)
        if found is not None and reviews.is_entry(text, start, last_start):
            found = None  # of a review that was cut
        if found is None and self.question is not None:
            found = lines.replied_line(text, options, last_start, last_end, self.question)
        if found is None and (first := lines.first_line(text, options, start, last_end)) is not None:
            found = self._contradicted(first, end) or first
        if found is not None:
            return found
        found = self._asserted(start, end)
        if found is None and (listed := reviews.list_start(text, options, start, end)) is not None:
            found = self._asserted(start, listed)
        if found is None and (explained := lines.explained_line(text, options, start, last_end)) is not None:
            found = self._revised(explained, end) or explained
        if found is not None:
            return found
        reasons = weak.REASONS_BELOW.search(text, start, min(end, start + _FIRST))
        stop = reasons.start() if reasons is not None else None
        if reasons is None and (said := weak.REASONS_BEHIND.match(text, start, end)) is not None:
            stop = said.end()
        if found is None and stop is not None and text[start:stop].strip():
            found = self._asserted(start, stop)
        if found is not None:
            return found
        if self.question is not None:
            found = approved.approved(text, options, start, end, self.question)
            found = found or excepted.sole_right(text, options, start, end, self.question)
            found = found or self._meant(shared.shared(text, options, start, end, self.question), start, end)
        if found is not None:
            return found
        if doubts.REFUSAL.search(text, start, end):
            return Extraction(None, ExtractionRule.REFUSAL, None)
        return NOTHING

    def _contradicted(self, first: Extraction, end: int) -> Extraction | None:
        """Say that the last sentence, held against the question, contradicts an answer that the text begins with."""
        if self.question is None or first.span is None:
            return None
        last = answers.answered(self.text, self.options, first.span[1], end, self.question)
        if last is None or last.letter == first.letter:
            return None
        return Extraction(None, ExtractionRule.AMBIGUOUS, (first.span[0], end))

    def _asserted(self, start: int, end: int) -> Extraction | None:
        """Read what the last words assert: of what is asked, where that is known, else of an option, or its items."""
        text, options, question = self.plain, self.options, self.question
        if question is None:
            found = assertions.asserted(text, options, start, end)
        else:
            found = answers.answered(self.text, options, start, end, question)
            found = found or assertions.asserted(
                text,
                options,
                start,
                end,
                is_compared=True,
                given=self._given,
                asks_where=wordings.ASKS_WHERE.search(asked_sentence(question)) is not None,
            )
            if (
                found is not None
                and found.span
                and sought.is_said_of_another(text, options, found.span[1], end, question)
            ):
                return None
        found = found or contents.contained(text, options, start, end, question)
        found = found or figures.figured(text, options, start, end, question)
        if question is not None:
            found = found or figures.counted(text, options, start, end, question)
        if question is not None:
            found = found or sought.sought(text, options, start, end, question)
            if found is not None and self._is_of_another(found, start, end):
                found = None
            found = found or filled.filled(self.text, options, start, end, question)
        found = self._meant(found, start, end)
        if question is not None and reviews.ASKS_FOR_NONE.search(asked_sentence(question)):
            return found  # the one that does not fit
        return found or reviews.reviewed(text, options, start, end)

    def _meant(self, found: Extraction | None, start: int, end: int) -> Extraction | None:
        """Return what was read, if its sentence asserts it: it does not only report, deny or suppose it."""
        if found is None or found.letter is None or found.span is None:
            return found
        if self.question is not None and reviews.ASKS_FOR_NONE.search(asked_sentence(self.question)):
            return found
        index = ALPHABET.index(found.letter)
        own = self.options.cores[index] if self.options.cores and index < len(self.options.cores) else ""
        at = max(found.span[0], self.text.find(own, *found.span) if len(own) > 1 else -1)
        floor = max(start, at - doubts.LOOK_BACK * 3)
        since = max(
            (sign.end() for sign in weak.LAST_STOP.finditer(self.text, floor, at + 1) if sign.end() <= at),
            default=floor,
        )
        end = min(end, at + _SENTENCE)
        stop = weak.LAST_STOP.search(self.text, at, end)
        is_asserted = stance.is_asserted(
            self.text[since : end if stop is None else stop.end()],
            at - since,
            f"{self.question or ''}\n{own}",
            is_polar=polarity.poles(self.options) is not None,
        )
        return found if is_asserted else None

    def _is_of_another(self, found: Extraction, start: int, end: int) -> bool:
        """Tell whether the sentence that was read speaks of something else than is asked for."""
        if self.question is None or found.span is None:
            return False
        at = found.span[0]
        return any(
            since <= at < stop and others.is_of_another(self.text[since:stop], at - since, self.question)
            for since, stop in last_sentences(self.text, start, end)
        )

    def _initial(self, strong: Extraction, start: int) -> Extraction | None:
        """Read an announced letter that is no option's as the initial of the option that was concluded before."""
        if strong.span is None or self.options.cores is None:
            return None
        line = max(self.text.rfind("\n", start, strong.span[0]) + 1, start)
        found = self._asserted(start, start + len(self.text[start:line].rstrip()))
        if found is None or found.letter is None:
            return None
        core = self.options.cores[ALPHABET.index(found.letter)]
        said = rules.LAST_LETTER.search(self.text[slice(*strong.span)])
        is_initial = said is not None and core[:1] == said[1]
        return found if is_initial and sum(other[:1] == core[:1] for other in self.options.cores) == 1 else None

    @property
    def _given(self) -> list[str]:
        """The numbers in an English sentence that asks how many there are: ``How many bulbs are 1?``"""
        asking = "" if self.question is None else asked_sentence(self.question)
        return _FIGURES.findall(asking) if "how many" in asking.lower() else []

    def _is_given(self, found: Extraction) -> bool:
        """Tell whether what was read is a number that the question names, beside another: ``2 of them are 1``."""
        said = "" if found.span is None else self.text[slice(*found.span)]
        if not said.isdigit() or said not in self._given or found.span is None:
            return False
        line = self.text.rfind("\n", 0, found.span[0]) + 1
        return any(number != said for number in _FIGURES.findall(self.text, line, found.span[0]))

    def _announced_in_words(self, strong: Extraction | None, start: int, end: int) -> Extraction | None:
        """Read a sentence that is announced, where it asserts an option: ``答案：小林会弹琴。``"""
        if self.question is None or strong is None or strong.rule is not ExtractionRule.OFF_LIST or not strong.span:
            return None
        found = sought.sought(self.text, self.options, start, end, self.question)
        if found is None and not _VALUE_ENDS.search(self.text, *strong.span):
            found = self._asserted(start, end)
        return found if found is not None and found.span and found.span[0] >= strong.span[0] else None

    def _remarked(self, start: int, end: int) -> Extraction | None:
        """Read what no announcement says: the first of the weaker wordings that is there, if it is not corrected."""
        for read in (
            short_forms.short_answer,
            conclusions.labelled_below,
            remarks.implied,
            conclusions.concluded,
            remarks.judged,
            conclusions.judged_statement,
        ):
            found = read(self.text, self.options, start, end)
            if found is not None and not (
                read is conclusions.concluded
                and (self._is_given(found) or self._is_of_another(found, start, end))
                or read in (conclusions.concluded, short_forms.short_answer)
                and self._meant(found, start, end) is None
            ):
                if read is short_forms.short_answer and found.span and "【" in self.text[slice(*found.span)]:
                    found = self._contradicted(found, end) or found  # the reason below says otherwise
                return NOTHING if self._is_draft(found, start, end) else self._revised(found, end) or found
        return None

    def _is_draft(self, found: Extraction, start: int, end: int) -> bool:
        """Tell whether an answer is what a condition would lead to, and the text breaks off while contradicting it."""
        if found.span is None or not weak.BROKEN_OFF.match(self.text, found.span[1], end):
            return False
        return weak.SUPPOSED.search(self.text[max(start, found.span[0] - doubts.LOOK_BACK) : found.span[0]]) is not None

    def _revised(self, found: Extraction, end: int) -> Extraction | None:
        """Read what a correction behind an answer says instead; None where nothing corrects it."""
        if found.letter is None or found.span is None or end - found.span[1] < _CORRECTION:
            return None
        revised = [
            said
            for said in weak.REVISED.finditer(self.text, found.span[1], end)
            if said["letter"] in (None, found.letter)
        ]
        if not revised:
            return None
        since = revised[-1].end()
        is_doubt = all(said["hesitates"] for said in revised)
        if is_doubt and weak.CONFIRMED.search(self.text, since, end):
            return None
        instead = self._said(since, end)
        is_kept = is_doubt or weak.UNCHANGED.search(self.text, since, end)
        return None if instead.letter is None and is_kept else instead

    def _said(self, start: int, end: int) -> Extraction:
        """Read what a range without an announcement says."""
        found = self._remarked(start, end)
        if found is None:  # not from ``start``: a sentence right behind a doubt is no whole output
            found = self._asserted(0, end)
        return NOTHING if found is None or (found.span is not None and found.span[0] < start) else found

    def first_answer(self, start: int, end: int) -> int:
        """Return where the first answer of the range ends, or -1: a first line of one letter, or an announcement."""
        text = self.text
        while start < end and text[start].isspace():
            start += 1
        line_end = text.find("\n", start, min(end, start + 40))
        if line_end >= 0 and rules.BARE.match(text[start:line_end]):
            return line_end
        for label in rules.LABEL.finditer(text, start, end):
            if holding(text, self.options, label, start, end) is not None:
                return label.end()
        return -1

    def _confirmed(self, strong: Extraction, start: int, end: int) -> Extraction:
        """Take an announcement back where the text right behind it does, and look for the choice after a bare list."""
        if strong.span is None:
            return strong
        text, since = self.text, strong.span[1]
        if self._is_draft(strong, start, end):
            return NOTHING
        if strong.rule is ExtractionRule.AMBIGUOUS and weak.POSSIBLE.search(text, *_with_lead(strong.span)):
            choice = remarks.implied(text, self.options, since, end)
            return choice if choice is not None and choice.letter is not None else strong
        if strong.letter is None:
            return strong
        otherwise = weak.OTHERWISE.match(text, since, end) or weak.OR_ELSE.match(text, since, end)
        if otherwise is not None and otherwise[1] != strong.letter:
            return Extraction(None, ExtractionRule.AMBIGUOUS, (strong.span[0], otherwise.end()))
        revised = self._revised(strong, end)
        if revised is not None:
            return revised
        if weak.WITHDRAWN.search(text, since, end):
            return NOTHING
        if weak.BOTH.search(text, since, end) and self._differs(strong, start, end):
            return Extraction(None, ExtractionRule.AMBIGUOUS, (start, end))
        taken = weak.TAKEN_BACK.match(text, since, end)
        if taken is None or weak.CONFIRMED.search(text, taken.end(), end):
            return strong
        return self._said(taken.end(), end)

    def _differs(self, strong: Extraction, start: int, end: int) -> bool:
        """Tell whether another letter was announced as well."""
        found = (
            holding(self.text, self.options, label, start, end) for label in rules.LABEL.finditer(self.text, start, end)
        )
        return any(other is not None and other.letter not in (None, strong.letter) for other in found)


def _with_lead(span: tuple[int, int]) -> tuple[int, int]:
    """Return a span with what stands right before it: ``可能的选项是A、B``."""
    return max(0, span[0] - 6), span[1]
