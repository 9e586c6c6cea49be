"""A review of the options one by one that ends an output: all but one are said not to fit.

``A. …，不符合。B. …，符合。C. …，不符合。`` for B. What only compares the options, or leaves two, concludes nothing; of
two options the one that does not fit may be the one that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.extraction.options import OptionTexts
from solver.extraction.outcome import Extraction, ExtractionRule
from solver.extraction.unannounced import wordings
from solver.problems.letters import ALPHABET

_REACH = 4000  # characters from the end; a longer review is none
_FEWEST = 3
_HEADING = 60  # characters of a line that heads a list
_ENTRY = re.compile(
    r"(?:^|\n)[ \t]{0,4}(?:[-*•] |\d\. )?[*_(（]{0,3}(?:(?:选项|[Oo]ption) ?)?([A-Z])[*_)）]{0,3}(?:选项)?"
    r"[.．、:：)][*_]{0,3}"
)
_FITS = re.compile(
    r"正确|[符合]合|满足|成立|可行|确实|合法|有效|属于|就是|是|能|可以|\b(?:correct|right|true|valid|fits?|satisf\w{2,4}|works|is)\b",
    re.IGNORECASE,
)
_EXPLICIT = re.compile(
    r"(?:该|这个|此|这一)(?:选项|说法|陈述)也?是?(?:(?P<no>不正确|不对|错误|不成立)|正确|对|成立)的?(?=[。，,；;\n])"
    r"|\b[Tt]his (?:option |statement |choice )?is (?:also )?"
    r"(?:(?P<nay>not (?:true|correct)|false|incorrect|wrong)|true|correct)\b"
)
"""A verdict on an option in so many words."""
ASKS_FOR_NONE = re.compile(
    r"不(?:正确|成立|符合|满足|可能|属于|对|是|能|会)|错误|除了|\b(?:not|except|cannot|false|incorrect|least)\b",
    re.IGNORECASE,
)
"""A question for the option that does not fit."""
_BELONGS = re.compile(r"\s+\S|\s{0,4}[-*•]\s")
_STOP = re.compile(r"[。！!]|(?<=[a-z)\d])\.\s|[，,；;] ?(?:因此|所以|故|但是?|so|therefore|thus|but)")
_VERDICT = re.compile(
    r"(?P<no>不(?:正确|成立|符合|满足|匹配|一致|可行|可能|对|相符)|错误|违反|矛盾|排除"
    r"|\b(?:not|cannot|false|incorrect|wrong|invalid|violat\w{1,4}|contradict\w{1,4}|does not|doesn't|isn't)\b)"
    r"|正确|成立|符合|满足|匹配|一致|可行|相符|\b(?:true|correct|valid|possible|satisf\w{1,4}|consistent|holds|fits|works)\b",
    re.IGNORECASE,
)


def reviewed(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a review of all options, each on a line of its own, that leaves one of three or more."""
    cores = options.cores
    if cores is None or len(cores) < _FEWEST:
        return None
    end = start + len(text[start:end].rstrip())
    entries = list(_ENTRY.finditer(text, max(start, end - _REACH), end))[-len(cores) :]
    if [entry[1] for entry in entries] != list(ALPHABET[: len(cores)]):
        return None
    stops = [entry.start() for entry in entries[1:]] + [end]
    if "\n" in text[entries[-1].end() : end]:
        return _judged(text, entries, stops)
    left = []
    for index, (entry, stop) in enumerate(zip(entries, stops, strict=True)):
        body = text[entry.end() : stop].replace(cores[index], "\0") if cores[index] else text[entry.end() : stop]
        if wordings.DENIES.search(body) is None:
            left.append((index, entry, body))
    if len(left) != 1:
        return None
    index, entry, body = left[0]
    if _FITS.search(body) is None or wordings.OPEN.search(body):
        return None
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, entry.span(1))


def list_start(text: str, options: OptionTexts, start: int, end: int) -> int | None:
    """Return where a list of all options begins, with its heading, that a text ends on; None where there is none.

    It answers nothing, and what stands before it is the last that is said.
    """
    cores = options.cores or ()
    end = start + len(text[start:end].rstrip())
    entries = list(_ENTRY.finditer(text, max(start, end - _REACH), end))[-len(cores) :] if cores else []
    if not cores or [entry[1] for entry in entries] != list(ALPHABET[: len(cores)]):
        return None
    stops = [entry.start() for entry in entries[1:]] + [end]
    if any(
        options.exact(text[entry.end() : stop]) != index
        for index, (entry, stop) in enumerate(zip(entries, stops, strict=True))
    ):
        return None
    above = start + len(text[start : entries[0].start()].rstrip())
    line = max(text.rfind("\n", start, above) + 1, start)
    return line if text[start:above].rstrip("*_ ").endswith((":", "：")) and above - line <= _HEADING else above


def _judged(text: str, entries: Sequence[re.Match[str]], stops: Sequence[int]) -> Extraction | None:
    """Read a review over several lines, in which the last sentence on each option judges it, and one does well.

    A line that stands behind the review of the last option belongs to it only if it is indented, or in a list.
    """
    if wordings.STOPS.search(text, entries[-1].end(), stops[-1]) is None:
        return None  # cut
    tail = text[entries[-1].end() : stops[-1]].strip("\n").split("\n")
    if any(line.strip() and not _BELONGS.match(line) for line in tail[1:]):
        return None
    good = []
    for entry, stop in zip(entries, stops, strict=True):
        told = {verdict["no"] is verdict["nay"] is None for verdict in _EXPLICIT.finditer(text, entry.end(), stop)}
        if len(told) == 1:
            good += [entry] if told.pop() else []
            continue
        lines = [line for line in text[entry.end() : stop].split("\n") if line.strip()]
        last = _STOP.split(lines[-1].strip().rstrip("。.")) if lines else [""]
        verdict = _VERDICT.search(last[-1])
        if verdict is None or wordings.OPEN.search(last[-1]):
            return None
        if not verdict["no"]:
            good.append(entry)
    if len(good) != 1:
        return None
    return Extraction(good[0][1], ExtractionRule.IMPLIED, good[0].span(1))


def is_entry(text: str, start: int, since: int) -> bool:
    """Tell whether a sentence begins an entry of such a review, behind the entry of the option before."""
    entry = _ENTRY.match(text, max(start, since - 1)) or _ENTRY.match(text, since)
    if entry is None or entry[1] == ALPHABET[0]:
        return False
    before = list(_ENTRY.finditer(text, max(start, since - _REACH), since))
    return bool(before) and ALPHABET.index(before[-1][1]) == ALPHABET.index(entry[1]) - 1
