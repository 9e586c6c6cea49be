"""The one option that an English output approves of by its letter: ``Therefore, option D most weakens the argument.``

Every sentence on an option by its letter is a verdict on it. One that concludes decides, or that there is just one
option of which well is spoken: ``Choice A is irrelevant. … Choice E is supported by the statement.`` What well means
depends on what is asked: to contradict is well where an argument is to be weakened, ill where it is to be supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced import reviews, wordings
from solver.extraction.unannounced.polar.asked import HAN
from solver.extraction.unannounced.sentences import asked_sentence
from solver.problems.letters import ALPHABET

_REACH = 4000  # characters from the end
_FEWEST = 3  # options
_BEHIND = 2  # sentences that may stand behind the conclusion
_SENTENCE = re.compile(r"(?:[^.!?\n]|\.(?=\S)){1,600}[.!?]?")
_WORD = r"(?:[Oo]ptions?|[Cc]hoices?|[Aa]nswers?|[Ss]tatements?|[Pp]rinciples?|[Aa]ssumptions?|[Aa]rguments?)"
_LETTERS = (
    r"[*(]{0,3}(?P<letters>[A-Z](?:[)*]{0,3}(?:, (?:and |or )?| and | or )(?:[a-z]{4,10} )?[*(]{0,3}[A-Z]\b){0,8})"
    r"[)*]{0,3}(?![\w'’])"
)
_THEREFORE = "Therefore|Thus|Hence|So|Overall|Consequently|In conclusion|In summary"
_HOWEVER = "However|But|Finally|In contrast|Similarly|Only|And|Also|Meanwhile|Between [A-Z] and [A-Z]|Among [^,]{1,40}"
_SUBJECT = re.compile(
    rf"[\s*_>-]{{0,8}}(?:(?:{_THEREFORE}|{_HOWEVER}),? )?"
    rf"(?:(?:the |only |other |answer |correct |best ){{0,3}}(?P<word>{_WORD}) )?{_LETTERS}(?=[ :,])"
)
"""A sentence on options by their letters."""
_INSIDE = re.compile(rf"\b(?P<word>{_WORD}) {_LETTERS}(?=[ ,.:?])")
_LED = re.compile(
    rf"[\s*_>-]{{0,8}}(?:(?:{_THEREFORE}|{_HOWEVER}),? )?"
    r"(?:(?:[Bb]ased on|[Gg]iven|[Ss]ince|[Bb]ecause|[Aa]s|[Aa]mong|[Oo]f|[Aa]fter|[Ff]rom) [^.:;]{1,200}, )?"
    r"(?:(?:it is (?:clear|evident|obvious)|(?:we|I) (?:can )?(?:see|conclude|find)|this (?:means|shows)|it follows)"
    r" that )?(?:(?:[Tt]he )?(?:\w{1,12} ){0,2}(?:reasoning|argument|statement|pattern|assumption|principle|information"
    r"|evidence|structure|flaw) (?:in|of|by|from) )?(?:[Tt]he )?(?:only |other |correct |best |answer ){0,2}"
)
"""What may stand before an option that is not the first word; anything else may deny, report or ask what follows."""
_AT_THE_END = re.compile(
    rf"\b(?:{_WORD}|one)\b[^.;:]{{0,100}}\b(?:is|be) (?:therefore |thus |then )?(?:the )?(?:{_WORD} )?[*(]{{0,3}}"
    r"(?P<letters>[A-Z])[*)]{0,3}[.:,]?(?:\s|\Z)"
)
"""``So the only option that could be true is E.``"""
_POINTED_AT = re.compile(
    rf"\b(?:similar to|supports?|points? to|matches|fits|favou?rs?|weakens?|explained by|leads? to|left with|leaves)"
    rf" (?:the )?(?:only )?(?:answer )?{_WORD} [*(]{{0,3}}(?P<letters>[A-Z])[*)]{{0,3}}(?=[.]?\s*\Z|, which|[:])"
)
"""``This is similar to option A.``"""
_ILL = (
    r"not|cannot|can't|neither|nor|never|irrelevant|unrelated|incorrect|wrong|false|invalid|eliminat\w{1,4}|impossible"
    r"|rul(?:es?|ed) out|exclud\w{1,3}|violat\w{1,4}|fails?|inconsistent|unlikely|opposite|less|lacks?|without|only a"
    r"|hardly|barely|scarcely|far from|anything but|nothing|nobody|little|worst|least|too \w+|beside|beyond"
    r"|overstat\w{1,4}|rather than|reject\w{0,3}|dropped|discarded|mistaken|questionable|(?:to|a) question"
    r"|restat\w{1,3}|repeats?|unsupported|unnecessary|miss\w{0,4}|at best|at most|at first|is out|something else"
    r"|itself|in part|partly"
)
"""Words that spoil any verdict."""
_WELL = (
    r"correct|right|true|best|most \w{3,9}ly|must be (?:true|the)|valid|satisf\w{2,4}|meets|fits|match\w{0,3}"
    r"|consistent|holds|follows|plausible|appropriate|accurate|acceptable|relevant|answer|the only|strongest|better"
    r"|suitable"
)
_HARMS = (
    r"weaken\w{0,3}|undermin\w{1,3}|contradict\w{0,3}|challeng\w{1,3}|refut\w{1,3}|counters?|casts? doubt|questions?"
)
_HELPS = (
    r"support\w{0,3}|strengthen\w{0,3}|justif\w{1,4}|reinforc\w{1,3}|confirm\w{0,3}|help\w{0,3}"
    r"|provides?(?! information)|suggest\w{0,3}"
)
_KINDS = tuple(
    (re.compile(asks, re.IGNORECASE), well, ill)
    for asks, well, ill in (
        (r"weaken|undermin|doubt|refut|challeng|counter|serious question", _HARMS, _HELPS),
        (r"explain|explan|resolv|reconcil|discrepan|contradict|paradox", r"expla\w{2,7}|resol\w{2,4}|provides?", ""),
        (
            r"assum|premise|depend|presuppos|support|strengthen|justif|conclu|infer|help|principle",
            rf"{_HELPS}|assum\w{{1,7}}|connects?|directly|necessary|required|address\w{{0,3}}",
            _HARMS,
        ),
        (r"similar|parallel|analog|pattern|structure", r"similar|parallels?|same|analogous", r"different|differs?"),
        (r"flaw|vulnerab|critici|error|loophole|shortcoming|evaluat", r"points? out|identif\w{2,4}|highlights?", ""),
        (r"\bmust\b", "must", r"could|can|possibl\w"),
        (r"could|can|possible|possibly|may|might|acceptable", r"possible|could be", ""),
    )
)
"""What a question asks for, and the words for what does it and for what does the opposite."""
_HEDGED = re.compile(
    r"\b(?:may|might|perhaps|maybe"
    r"|would (?:only|be (?:true|correct|right))|not necessarily|seems? to be irrelevant|if|unless"
    r"|whether|when|provided|said|but|yet|although|though|check\w{0,3}|verif\w{1,3}|looked|another|different"
    r"|so (?:is|are|does|do|can|could))\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"\b(?:if|unless|whether|suppos\w{1,4}|assum\w{1,4})\b", re.IGNORECASE)
_STRONG = re.compile(r"\b(?:best|most|more|strongest|better|the only|correct|clearly|strongly)\b", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:none|no one|neither) of\b|\bno (?:option|choice|statement|correct|answer)\b|\bmore than one\b"
    r"|\bnot one of the\b",
    re.IGNORECASE,
)
_EXCEPTED = re.compile(
    r"\b(?:except\w{0,3}|not|cannot|least|false|n't|violates|impossible|untrue|incorrect|wrong|contradicts)\b",
    re.IGNORECASE,
)
_ALL_BUT = re.compile(
    r"\b(?:all|each|every|any)\b[^.\n]{0,60}\b(?:except|but|other than|apart from)(?: for)? (?:option |choice )?"
    r"[*(\[]{0,3}(?P<letters>[A-Z])[*)\]]{0,3}(?=[\s.,]|\Z)",
    re.IGNORECASE,
)
"""``All of the options except C are prime.``"""
_REASON = re.compile(r"\b(?:because|since|as (?:it|this|the)|that|which|where|by)\b")
"""Behind a verdict: why it is so."""
_TOO = re.compile(r"\b(?:also|too|as well)\b", re.IGNORECASE)
_NO_ANSWER = re.compile(r"\bnot (?:an? |the )?(?:correct|right|valid|best)? ?(?:answer|option|choice)\b", re.IGNORECASE)
_TAKES_BACK = re.compile(
    r"\A\W*(?:but|however|no|actually)\b|\b(?:wait|hmm|on second thought|let (?:me|us)|we (?:have|need|still|must)"
    r"|mistaken|trap|first (?:idea|guess|thought))\b",
    re.IGNORECASE,
)
"""In a sentence behind a verdict that names no option."""
_QUOTED = re.compile(r"[\"“][^\"”\n]{1,300}[\"”]")


class _Verdict(NamedTuple):
    """What one sentence says of one option."""

    letter: str
    is_good: bool
    concludes: bool
    """It says that it follows, or that this one is the best."""
    sentences_behind: int
    span: tuple[int, int]


def approved(text: str, options: OptionTexts, start: int, end: int, question: str) -> Extraction | None:
    """Read the one option of which an output ends on speaking well, where it calls options by their letters."""
    cores = options.cores or ()
    end = start + len(text[start:end].rstrip())
    if len(cores) < _FEWEST or HAN.search(question) or not wordings.STOPS.search(text, max(start, end - 12), end):
        return None
    low = max(start, end - _REACH)
    if _NONE.search(text, max(start, end - 400), end):
        return None
    found = list(_verdicts(text, options, low, end, question))
    if not found:
        return None
    last = {verdict.letter: verdict for verdict in found}
    good = [verdict for verdict in last.values() if verdict.is_good]
    final = found[-1]
    if final.is_good and final.concludes and final.sentences_behind <= _BEHIND:
        others = [verdict for verdict in good if verdict.letter != final.letter and verdict.span == final.span]
        is_clear = not others and not _is_taken_back(text, final.span[1], end)
        return Extraction(final.letter, ExtractionRule.IMPLIED, final.span) if is_clear else None
    if len(good) != 1 or _is_taken_back(text, good[0].span[1], end):
        return None
    bad = len(last) - 1
    if good[0].sentences_behind <= _BEHIND or bad >= len(cores) - 1:
        return Extraction(good[0].letter, ExtractionRule.IMPLIED, good[0].span)
    return None


def _is_taken_back(text: str, since: int, end: int) -> bool:
    """Tell whether a sentence behind a verdict's own takes it back, or goes on looking."""
    behind = [match[0] for match in _SENTENCE.finditer(text, since, end)][1:]
    return any(_TAKES_BACK.search(told) and not (_SUBJECT.match(told) or _INSIDE.search(told)) for told in behind)


def _verdicts(text: str, options: OptionTexts, low: int, end: int, question: str) -> Iterator[_Verdict]:
    """Yield what the sentences of a range say of options by their letters, in their order."""
    has_letters = any(set(weak.SOLE_LETTER.findall(told)) - {"A", "I"} for told in (question, *(options.cores or ())))
    asking = asked_sentence(question)
    well, ill = _words(asking)
    for_none = reviews.ASKS_FOR_NONE.search(asking) is not None
    sentences = [match.span() for match in _SENTENCE.finditer(text, low, end) if match[0].strip(" \t*_>-")]
    for place, (since, stop) in enumerate(sentences):
        sentence = text[since:stop]
        pointed = _POINTED_AT.search(sentence)
        lead = sentence[: pointed.start()] if pointed is not None else ""
        if pointed is not None and not (for_none or ill.search(lead) or _HEDGED.search(lead) or _SUPPOSED.search(lead)):
            at = since + pointed.start("letters")
            yield _Verdict(pointed["letters"], True, True, len(sentences) - 1 - place, (at, at + 1))
            continue
        excepted = _ALL_BUT.search(sentence) if for_none else None
        if excepted is not None and excepted["letters"].isupper() and not _HEDGED.search(sentence[: excepted.start()]):
            at = since + excepted.start("letters")
            yield _Verdict(excepted["letters"], True, True, len(sentences) - 1 - place, (at, at + 1))
            continue
        match = _SUBJECT.match(sentence)
        if match is None or not (match["word"] or not has_letters):
            match = _INSIDE.search(sentence)
        is_plain = match is None or match.re is _SUBJECT or _LED.fullmatch(sentence, 0, match.start()) is not None
        follows = wordings.FOLLOWS.search(sentence) is not None
        behind = match and sentence[match.end() :]
        if follows and (match is None or not (well.search(behind or "") or ill.search(behind or ""))):
            match = _AT_THE_END.search(sentence) or match
            is_plain = is_plain or (match is not None and match.re is _AT_THE_END)
            behind = match and (sentence[: match.start("letters")] if match.re is _AT_THE_END else behind)
        if match is None or behind is None or _SUPPOSED.search(sentence[: match.start("letters")]):
            continue
        letters = weak.SOLE_LETTER.findall(match["letters"])
        said = _QUOTED.sub("", behind)
        for core in options.cores or ():
            said = said.replace(core, "") if len(core) > 1 else said
        reason = None if match.re is _AT_THE_END else _REASON.search(said)
        head = said if reason is None else said[: reason.start()]
        said = head if well.search(head) or ill.search(head) else said
        is_ill = ill.search(said) is not None
        is_well = well.search(said) is not None
        if for_none and not _NO_ANSWER.search(said):
            is_ill, is_well = is_well and not _EXCEPTED.search(said), _EXCEPTED.search(said) is not None
        is_plain = is_plain and not sentence.endswith("?")
        if (is_plain and not (is_ill or is_well)) or any(ALPHABET.index(letter) >= options.count for letter in letters):
            continue
        is_good = is_plain and is_well and not is_ill and not _HEDGED.search(said)
        is_strong = _STRONG.search(said) is not None or re.match(r"\W*Only ", sentence) is not None
        concludes = len(letters) == 1 and (follows or is_strong) and not _TOO.search(said)
        for letter in letters:
            at = since + match.start("letters")
            yield _Verdict(letter, is_good, concludes, len(sentences) - 1 - place, (at, at + 1))


def _words(asking: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the words that speak well of an answer to a question, and those that speak ill of it."""
    well, ill = _WELL, _ILL
    for asks, does, undoes in _KINDS:
        if asks.search(asking):
            well, ill = f"{well}|{does}", f"{ill}|{undoes}" if undoes else ill
            break
    return re.compile(rf"\b(?:{well})\b", re.IGNORECASE), re.compile(rf"\b(?:{ill})\b|n't\b", re.IGNORECASE)
