"""The one option that the last words of an output assert, however they say so, where no pattern finds an answer.

``Henry is the culprit.``, ``所以，他们在六月见面。``, ``The statement must be false.`` The last sentence that names an
option counts, if it asserts exactly one: options named as a reason, as excluded or beside others do not count, and what
asks, supposes, doubts, reports or plans a further step concludes nothing. What follows it may only be a remark. How
options are found in a sentence is in ``solver.extraction.unannounced.mentions``.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from solver.extraction import patterns as rules
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule, last_match
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.mentions import Mention, masked, mentions
from solver.extraction.unannounced.polar import polarity
from solver.extraction.unannounced.sentences import CUT, SENTENCES, clauses, is_below_list, last_sentences
from solver.problems.letters import ALPHABET

_SHORT = 160  # characters of a whole output that may say one thing in several sentences


def asserted(
    text: str,
    options: OptionTexts,
    start: int,
    end: int,
    *,
    is_compared: bool = False,
    given: Collection[str] = (),
    asks_where: bool = False,
) -> Extraction | None:
    """Read the last sentence that names an option, if it asserts that option and no other.

    Args:
        is_compared: the text was already held against the question (``answers``); what it asserts in general is then
            neither yes nor no.
        given: the numbers in the sentence that asks; beside another they are no answer.
        asks_where: the question asks for a place, so that what stands behind ``behind`` is the answer.
    """
    if options.cores is None:
        return None
    end = start + len(text[start:end].rstrip())
    if end <= start or text[end - 1] in CUT:
        return None
    sentences = list(last_sentences(text, start, end))
    is_sole = end - start <= _SHORT and _is_on_one(text[start:end], options)
    for place, (since, stop) in enumerate(sentences[:SENTENCES]):
        sentence = text[since:stop]
        named = mentions(sentence, options) or _letter_at_the_end(text, options, start, since, stop)
        others = [
            mention for mention in named if not (mention.is_figure and sentence[mention.start : mention.end] in given)
        ]
        named = others if any(mention.is_figure for mention in others) else named
        rest = wordings.QUOTED.sub(_blank, masked(sentence, named))
        if wordings.ON_CONCLUSION.match(sentence) and not wordings.TURNED.search(sentence):
            continue
        told = rest.replace("next to", "beside") if asks_where else rest
        if wordings.OPEN.search(wordings.REASON_FIRST.sub("", told)) or wordings.NUMBER_ALONE.fullmatch(sentence):
            return None
        voiced = _voiced(sentence, rest, named, options, is_compared) if place == 0 else None
        if not named and voiced is None:
            if place == 0 and (wordings.ON_LETTER_ALONE.match(sentence) or wordings.FRAGMENT.fullmatch(sentence)):
                return None
            if wordings.TURNS.search(rest) or _concludes_otherwise(rest):
                return None
            continue
        if len(set(wordings.OPTION_IS.findall(sentence))) > 1:
            return None
        if weak.ALL_AT_ONCE.search(rest) or wordings.OTHER_LIST.search(rest):
            return None
        label = rules.LINE.match(text, since, stop)
        is_entry = (label and label[2] and label[1].isupper()) or wordings.HEADS_ENTRY.match(sentence)
        if is_entry or is_unmeant(text[max(start, since - LOOK_BACK) : since]):
            return None
        before = text[slice(*sentences[place + 1])] if place + 1 < len(sentences) else ""
        if wordings.SUPPOSES.match(sentence) and not wordings.CONTRADICTS.search(sentence):
            return None
        if _is_listed_again(text, options, start, since, stop):
            return None
        if (
            wordings.SUPPOSES.match(before)
            and not wordings.CONTRADICTS.search(before + sentence)
            and not is_below_list(text, start, since)
        ):
            return None
        is_whole = not text[start:since].strip()
        if is_sole:
            rest, is_whole = wordings.REPORTS.sub(lambda told: "·" * len(told[0]), rest), True
        mention = voiced or _only_asserted(
            rest, named, len(set(options.plain)), is_whole=is_whole, asks_where=asks_where
        )
        if mention is None or _is_on_letter(sentence, mention):
            return None
        return Extraction(
            ALPHABET[mention.option], ExtractionRule.IMPLIED, (since + mention.start, since + mention.end)
        )
    return None


def _is_on_one(text: str, options: OptionTexts) -> bool:
    """Tell whether a whole text names one option only, and more than once, and neither denies, supposes nor asks."""
    named = mentions(text, options)
    rest = masked(text, named)
    return len({mention.option for mention in named}) == 1 < len(named) and not (
        wordings.DENIES.search(rest)
        or wordings.OPEN.search(rest)
        or any(wordings.FIGURE.search(text, mention.start, mention.end) for mention in named)
    )


def _is_listed_again(text: str, options: OptionTexts, start: int, since: int, stop: int) -> bool:
    """Tell whether a sentence is one option's text in a list whose entry before is another one's: all of them again."""
    line = max(text.rfind("\n", start, since) + 1, start)
    above_end = start + len(text[start:line].rstrip())
    above = max(text.rfind("\n", start, above_end) + 1, start)
    if line <= above or not (wordings.ENTRY.match(text, line) and wordings.ENTRY.match(text, above)):
        return False
    own, other = (
        options.exact(wordings.ENTRY.sub("", told, count=1))
        for told in (text[line:stop].strip("\n"), text[above:above_end])
    )
    return own is not None and other is not None and own != other


def _blank(quoted: re.Match[str]) -> str:
    """Return as many dots as what stands in quotes has characters, unless it names an option."""
    return quoted[0] if "\0" in quoted[0] else "·" * len(quoted[0])


def _letter_at_the_end(text: str, options: OptionTexts, start: int, since: int, stop: int) -> list[Mention]:
    """Find the one letter that a sentence ends on, where letters mean options: ``It is B.``, ``described as (B).``."""
    low = max(since, stop - wordings.LETTER_REACH)
    letter = wordings.LETTER_LAST.search(text, low, stop)
    is_meant = letter is not None and wordings.LETTERED.search(text, start, since) is not None
    if letter is None:  # in brackets, if nothing else in brackets is a letter
        letter = wordings.LETTER_IN_BRACKETS.search(text, low, stop)
        is_meant = letter is not None and set(wordings.BRACKETED.findall(text, start, stop)) == {letter[1]}
    if (
        letter is None
        or not is_meant
        or ALPHABET.index(letter[1]) >= options.count
        or any(weak.SOLE_LETTER.search(core) for core in options.cores or ())
        or len(set(weak.SOLE_LETTER.findall(text, since, stop))) > 1
    ):
        return []
    return [Mention(ALPHABET.index(letter[1]), letter.start(1) - since, letter.end(1) - since, False)]


def _voiced(sentence: str, rest: str, named: list[Mention], options: OptionTexts, is_compared: bool) -> Mention | None:
    """Return yes or no of options that are yes and no, where a sentence replies so, or asserts or denies after 因此."""
    kind = polarity.kind_of(options)
    if kind is None or not wordings.STOPS.search(sentence):
        return None
    _, yes, no = kind
    reply = wordings.REPLY.match(sentence)
    therefore = last_match(wordings.FOLLOWS, rest, 0, len(rest))
    if any(mention.option not in (yes, no) for mention in named) or not (reply or therefore):
        return None
    if therefore is not None and wordings.DENIED_BEFORE.search(rest[: therefore.start()]):
        return None
    since = reply.end() if reply else therefore.end() if therefore else 0
    option = None if is_compared else polarity.said(wordings.BECAUSE.split(sentence[since:])[0], options)
    if reply is not None:
        replied = yes if reply["yes"] else no
        option = replied if option in (None, replied) else None
        since = reply.start(reply.lastgroup or 0)
    return None if option is None else Mention(option, since, len(sentence.rstrip()), False)


def _is_on_letter(sentence: str, mention: Mention) -> bool:
    """Tell whether an option that is a verdict is said of a letter: ``选项B是错的``, ``答案不是B``."""
    if wordings.VERDICT_OPTION.fullmatch(sentence[mention.start : mention.end]) is None:
        return False
    before, behind = wordings.ON_LETTER.search(sentence[: mention.start]), wordings.LETTER_BEHIND
    return before is not None or behind.match(sentence, mention.end) is not None


def _concludes_otherwise(rest: str) -> bool:
    """Tell whether a sentence that names no option concludes: on a number that is none, or it is cut."""
    is_figure = wordings.FIGURE.search(rest) is not None
    return (is_figure or not wordings.STOPS.search(rest)) and wordings.FOLLOWS.search(rest) is not None


def _only_asserted(rest: str, named: list[Mention], count: int, *, is_whole: bool, asks_where: bool) -> Mention | None:
    """Return the one option that a sentence concludes on, if it concludes, and names no other beside it."""
    therefore = last_match(wordings.FOLLOWS, rest, 0, len(rest))
    last = named[-1] if _is_complement(rest, named[-1]) else None
    if therefore is not None:
        if wordings.DENIED_BEFORE.search(rest[: therefore.start()]):
            return None
    elif (wordings.REPORTS.search(rest) and not wordings.ONLY.search(rest)) or not (
        (is_whole and _is_no_aside(rest, named[-1]))
        or last
        or _is_result(rest, named[-1])
        or wordings.FIRM.search(rest)
        or _is_at_the_end(rest, named[-1])
        and wordings.STOPS.search(rest)
    ):
        return None
    since = 0 if therefore is None or wordings.TAIL.fullmatch(rest, therefore.end()) else therefore.end()
    if wordings.EITHER.search(rest, since):
        return None
    mention = _held(rest, named, last, since, count)
    if mention is None:
        return None
    if mention.is_figure and rest.startswith("的", mention.end):
        return None  # of which something else is said: ``2 是 8 的因数``
    is_one_of_figures = (
        mention.is_figure
        and mention is not last
        and not _is_result(rest, mention)
        and wordings.FIGURE.search(rest, since) is not None
    )
    is_cut = not wordings.STOPS.search(rest) and bool(rest[mention.end :].strip(rules.CLOSERS))
    is_joined = wordings.JOINED_ON.match(rest, mention.end) or wordings.JOINED_TO.search(rest[: mention.start])
    if asks_where and wordings.PLACE_BEFORE.search(rest[: mention.start]):
        is_joined = None
    is_label = not rest[: mention.start].strip(rules.CLOSERS) and wordings.LABEL.match(rest, mention.end)
    clause = rest[_clause_start(rest, mention) :]
    labels = ALPHABET if mention.is_figure else ALPHABET[:count]  # beside a number, a letter may be a variable
    others = set(weak.SOLE_LETTER.findall(clause)).intersection(labels) - {ALPHABET[mention.option], "A", "I"}
    return None if is_one_of_figures or is_cut or is_joined or is_label or others else mention


def _held(rest: str, named: list[Mention], last: Mention | None, since: int, count: int) -> Mention | None:
    """Return the mention of the only option that is named, and not denied, in what follows ``since``.

    Beside one that stands alone in its clause, all others together are its contrast: ``丁说谎，甲、乙、丙都没有``.
    """
    held: list[dict[int, Mention]] = []
    denied: set[int] = set()
    parts = list(clauses(rest, since))
    for place, (start, end) in enumerate(parts):
        inside = [mention for mention in named if start <= mention.start < end]
        if not inside or wordings.REASON.match(rest, start, end):
            continue
        behind = parts[place + 1] if place + 1 < len(parts) else (end, end)
        said: dict[int, Mention] = {}
        for mention in inside:
            if _is_denied(rest, start, end, mention) or _is_denied_behind(rest, mention, end, behind):
                denied.add(mention.option)
            elif mention is last or not _is_described(rest, mention, last, start):
                said[mention.option] = mention
        held += [said] if said else []
    alone = {option: mention for said in held if len(said) == 1 for option, mention in said.items()}
    beside = {option for said in held if len(said) > 1 for option in said} - alone.keys()
    if len(alone) != 1 or alone.keys() & denied or len(beside) not in (0, count - 1):
        return None
    return alone.popitem()[1]


def _is_complement(rest: str, mention: Mention) -> bool:
    """Tell whether a sentence ends on a mention behind 是, is, =, prints …"""
    return _is_at_the_end(rest, mention) and (
        weak.COPULA.search(rest[: mention.start]) is not None
        or wordings.RETURNS.search(rest[: mention.start]) is not None
    )


def _is_result(rest: str, mention: Mention) -> bool:
    """Tell whether a mention is what a calculation comes to: ``3 * 4 = 12 books``."""
    return wordings.RESULT.search(rest[: mention.start]) is not None and not wordings.FIGURE.search(rest, mention.end)


def _is_no_aside(rest: str, mention: Mention) -> bool:
    """Tell whether a mention is neither a number in passing nor the owner of something."""
    return not mention.is_figure and not rest.startswith("的", mention.end)


def _is_described(rest: str, mention: Mention, last: Mention | None, start: int) -> bool:
    """Tell whether a mention only belongs to what the last one is said to be: ``坐在甲旁边的是丙``."""
    if last is None or not start <= mention.start < last.start:
        return False
    between = rest[mention.end : last.start]
    return wordings.CLAUSE_ENDS.search(between) is None and wordings.DESCRIBES.search(between) is not None


def _is_at_the_end(rest: str, mention: Mention) -> bool:
    """Tell whether a sentence ends on a mention, but for what is said of it: ``…, which is the dearest.``"""
    if wordings.TAIL.fullmatch(rest, mention.end) is not None:
        return True
    relative = wordings.RELATIVE.fullmatch(rest, mention.end)
    return relative is not None and wordings.DENIES.search(relative[0]) is None


def _clause_start(rest: str, mention: Mention) -> int:
    return max(rest.rfind(sign, 0, mention.start) for sign in "，,；;") + 1


def _is_denied(sentence: str, start: int, end: int, mention: Mention) -> bool:
    """Tell whether a clause denies a mention; what only describes it (``没有去的人是丙``) does not."""
    start = max(start, sentence.rfind(":", start, mention.start), sentence.rfind("：", start, mention.start))
    if wordings.DENIES.search(sentence, start, end) is None:
        return False
    return wordings.DESCRIBED.search(sentence[start : mention.start]) is None or bool(
        wordings.DENIES.search(sentence, mention.end, end)
    )


def _is_denied_behind(sentence: str, mention: Mention, end: int, behind: tuple[int, int]) -> bool:
    """Tell whether a mention that ends its clause is denied by the next one: ``乙，不符合``, but not ``丙，不是乙``."""
    if sentence[mention.end : end].strip(' *_"”」'):
        return False
    return wordings.DENIES.search(sentence, *behind) is not None and "\0" not in sentence[slice(*behind)]
