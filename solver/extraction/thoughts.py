r"""Where a model's thoughts stand in its output, in every container that models and servers use, and what lies outside.

Drafts inside a thought are no answers. One table holds all containers, and what is true for one is true for each: an
unclosed thought is a chain cut short, a lone closer closes from the start, a tag mentioned in mid-sentence opens
nothing. Nothing here knows what an answer looks like: ``solver.extraction.extract`` reads what is left.

>>> text = "<think>A? no</think>\nB"
>>> text[slice(*outside(text))]
'\nB'
>>> text = "analysisTry A.assistantfinalB"
>>> text[slice(*outside(text))]
'B'
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NAMES = (
    r"(?:[a-z]{1,12}:|assistant_)?(?:think|thinking|thoughts?|reasoning|reason|reflection|scratch_?pad|analysis|inner_monologue"
    r"|思考(?:过程)?|think_never_used_[0-9a-f]{32})"
)
CONTAINERS: dict[str, tuple[str, str]] = {
    # name: (opener, closer), each beginning behind one of < [ ◁; any case, with attributes where they are tags
    "tags": (rf"{_NAMES}(?:\s[^<>\n]{{0,80}})?>", rf"/{_NAMES}\s?>"),
    "brackets": (r"(?-i:THINK)\]", r"/(?-i:THINK)\]"),
    "triangles": (r"think▷", r"/think▷"),
    "start and end tokens": (r"\|START_THINKING\|>", r"\|END_THINKING\|>"),
    "begin and end tokens": (r"\|begin_of_thought\|>", r"\|end_of_thought\|>"),
    "channel tokens": (r"\|channel>\s?thought\b", r"channel\|>"),
    "bare tokens": (r"\|(?:inner_prefix|thinking)\|>", r"\|(?:inner_suffix|/thinking)\|>"),
    "details": (r"details\s[^<>\n]{0,40}type=.?reasoning[^<>\n]{0,80}>", r"/details\s?>"),
    "numbered tokens": (r"unused94>\s?thought\b", r"unused95>"),
    "channels": (
        r"\|channel\|>\s?(?:analysis|commentary)[^<\n]{0,80}<\|message\|>",
        r"\|channel\|>\s?final[^<\n]{0,40}(?:<\|constrain\|>[^<\n]{0,40})?<\|message\|>",
    ),
}
"""Openers and closers by the kind of container: tags (DeepSeek, Qwen, Seed, MiniMax, Hunyuan …), Mistral's brackets,
Kimi's triangles, tokens of Cohere, OpenThoughts, Apertus and MedGemma, Open WebUI's details, the channel of Gemma 4,
and those of gpt-oss."""
_DETAILS_START, _DETAILS_END = (f"{mark}{list(CONTAINERS).index('details')}" for mark in ("open", "close"))
"""Details have other uses, so that their end alone ends no thought."""
_ANY = "|".join(
    rf"(?P<open{place}>{opener})|(?P<close{place}>{closer})"
    for place, (opener, closer) in enumerate(CONTAINERS.values())
)
# Ahead of the alternatives the first characters of all of them, in either case: most signs open nothing.
TAG = re.compile(rf"[<\[◁](?=[/|A-Za-zſ思])(?i:{_ANY})")
# Channels whose tokens the server dropped: the names alone are left, glued to what they introduce.
_BARE_OPEN = re.compile(r"\s{0,8}(?:assistant)?analysis(?=\n|[A-Z]|[^\x00-\x7f])")
_BARE_CLOSE = "assistantfinal"
# Words at the very start for the same, each with those that end it: Granite's, Ollama's on the command line, a fence.
_WORDED = (
    (
        re.compile(r"\s{0,8}Here(?: is|['’]s) my thought process:"),
        re.compile(r"(?:^|\n)\s{0,8}Here(?: is|['’]s) my response:"),
    ),
    (re.compile(r"\s{0,8}Thinking\.\.\.\n"), re.compile(r"\n\s{0,8}\.\.\.done thinking\.")),
    (
        re.compile(r"\s{0,8}```(?:think(?:ing)?|thoughts?|reasoning)[ \t]{0,8}\n"),
        re.compile(r"\n[ \t]{0,8}```(?=\s|$)"),
    ),
)
_BARE_STARTS = ("analysis", "assistantanalysis", "Here", "Thinking...", "```")
_BARE_SIGNS = "aHT` \t\n\r\f\v\u3000\xa0"
AT_LINE_START = re.compile(r"(?:^|\n)\s*\Z")
_LOOKS = 8  # signs that may begin a tag and are looked at one by one; more of them are left to the pattern
_MENTION = 40  # characters before a tag that tell whether it opens its line


class Spoken(NamedTuple):
    """What of an output lies outside its thoughts."""

    stretches: tuple[tuple[int, int], ...]
    """Start and end of each stretch that holds more than white space, in the text's order."""
    cut_at: int | None = None
    """Where a thought opens that never closes, or None."""
    openers: tuple[int, ...] = ()
    """Where further thoughts open inside the last one, at the start of a line."""


def has_thoughts(text: str) -> bool:
    """Tell whether anything in the text might open or close a thought; much faster than finding out where."""
    # Most texts hold none of these signs, or few; looking for them is some ten times faster than the pattern.
    if ("THINK]" in text or "◁" in text) and TAG.search(text):
        return True
    at = text.find("<")
    for _ in range(_LOOKS):
        if at < 0:
            break
        if TAG.match(text, at):
            return True
        at = text.find("<", at + 1)
    if at >= 0 and TAG.search(text, at):
        return True
    return _BARE_CLOSE in text or _bare_opener(text) is not None


def is_behind_all(text: str, position: int) -> bool:
    """Tell quickly whether a place near the text's end surely lies behind every thought; False means not sure."""
    at = text.rfind("<", 0, position)
    for _ in range(_LOOKS):
        if at < 0:
            break
        tag = TAG.match(text, at)
        if tag is not None:
            if not (tag.lastgroup or "").startswith("close") or tag.lastgroup == _DETAILS_END:
                return False
            break
        at = text.rfind("<", 0, at)
    else:
        return False
    return "[THINK]" not in text and "◁" not in text and (at >= 0 or _bare_opener(text) is None)


def outside(text: str) -> tuple[int, int]:
    """Return the last stretch outside the thoughts that says anything; an empty one where there is none."""
    stretches = find(text).stretches
    return stretches[-1] if stretches else (len(text), len(text))


def says_anything(text: str) -> bool:
    """Tell whether anything but white space stands outside the thoughts.

    >>> says_anything("<think>so</think>B"), says_anything("<think>so\\nB")
    (True, False)
    """
    return bool(find(text).stretches)


def find(text: str) -> Spoken:
    """Find what lies outside the thoughts, and where a thought is cut."""
    stretches: list[tuple[int, int]] = []
    since, opened, mentioned = 0, _bare_opener(text), None
    further: list[int] = []
    for start, end, is_opener in _marks(text, opened is not None):
        if not is_opener:
            if opened is None and mentioned is not None:
                stretches.append((since, mentioned))  # it was no mention: a closer belongs to it
            elif opened is None:
                stretches.clear()  # a lone closer closes from the start
            since, opened, mentioned = end, None, None
        # An instruction may *mention* the tag in mid-sentence; a thought opens at the start of a line.
        elif AT_LINE_START.search(text[max(0, start - _MENTION) : start]):
            if opened is None:
                stretches.append((since, start))
                opened, further = start, []
            else:
                further.append(start)
        elif mentioned is None:
            mentioned = start
    if opened is None:
        stretches.append((since, len(text)))
    said = tuple((start, end) for start, end in stretches if text[start:end].strip())
    return Spoken(said, opened, tuple(further))


def _marks(text: str, is_open: bool) -> list[tuple[int, int, bool]]:
    """Return all openers and closers: start, end, and whether it opens."""
    tags = list(TAG.finditer(text))
    details = next((tag.start() for tag in tags if tag.lastgroup == _DETAILS_START), len(text))
    found = [
        (tag.start(), tag.end(), not (tag.lastgroup or "").startswith("close"))
        for tag in tags
        if tag.lastgroup != _DETAILS_END or tag.start() > details
    ]
    at = text.rfind(_BARE_CLOSE)
    if at >= 0:
        found.append((at, at + len(_BARE_CLOSE), False))
    elif is_open and (closer := next((end for start, end in _WORDED if start.match(text)), None)) is not None:
        found += [(words.start(), words.end(), False) for words in closer.finditer(text)]
    return sorted(found)


def _bare_opener(text: str) -> int | None:
    if text[:1] not in _BARE_SIGNS or not text[:_MENTION].lstrip().startswith(_BARE_STARTS):
        return None
    opener = _BARE_OPEN.match(text) or next(filter(None, (start.match(text) for start, _ in _WORDED)), None)
    return None if opener is None else opener.start()
