"""The sentence that an output concludes with, where it names exactly one option and nothing is announced.

``因此共有 7 种``, ``So the city is Oslo.``, ``the answer must be:`` with one labelled line below. The patterns are in
``solver.extraction.unannounced.patterns``.
"""

from __future__ import annotations

from collections.abc import Sequence

from solver.extraction import patterns as rules
from solver.extraction.doubts import LOOK_BACK, is_unmeant
from solver.extraction.options import OptionTexts, core_of
from solver.extraction.outcome import Extraction, ExtractionRule, last_match, ranged
from solver.extraction.unannounced import patterns as weak
from solver.extraction.unannounced import wordings
from solver.extraction.unannounced.reviews import is_entry
from solver.problems.letters import ALPHABET

_SENTENCE = 300  # characters; a longer last sentence concludes nothing
_LINE = 600  # characters; a longer line is no labelled option


def concluded(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read a last sentence that concludes on exactly one option: on its letter and text, its text, its letter."""
    end = start + len(text[start:end].rstrip())
    floor = max(start, end - _SENTENCE)
    stop = end - (text[end - 1] in "。.!！") if end > start else end
    since = max((match.end() for match in weak.LAST_STOP.finditer(text, floor, stop)), default=floor)
    if floor > start and since == floor:
        return None
    sentence = text[since:stop]
    is_whole = not text[start:since].strip()
    concludes = is_whole or weak.CONCLUDES.search(sentence) is not None
    if not (concludes or weak.RIGHT_ANSWER.search(sentence)) or is_unmeant(text[max(start, since - LOOK_BACK) : since]):
        return None
    if (
        is_entry(text, start, since)
        or weak.CONDITION.match(sentence)
        or weak.ALTERNATIVES.search(sentence)
        or _is_on_all(sentence, options)
        or len(set(wordings.OPTION_IS.findall(sentence))) > 1
    ):
        return None
    found = _labelled_inside(options, sentence, since) or _bracketed(text, options, start, since, stop)
    if found is not None or not concludes:
        return found
    return _at_the_end(options, sentence, since, is_stopped=stop < end) or _at_the_start(options, sentence, since)


def _is_on_all(sentence: str, options: OptionTexts) -> bool:
    """Tell whether a sentence speaks of all options at once, and that is none of them."""
    found = weak.ALL_AT_ONCE.search(sentence)
    return found is not None and not any(found[0].lower() in core.lower() for core in options.cores or ())


def _at_the_start(options: OptionTexts, sentence: str, since: int) -> Extraction | None:
    """Read the option that a concluding sentence begins with, where it is said to be the only one."""
    lead = weak.SUBJECT.match(sentence)
    if lead is None:
        return None
    index, stop = options.at(sentence, lead.end(), lead.end(), len(sentence))
    if index is None or weak.IS_THE_ONE.match(sentence, stop) is None or weak.UNSURE.search(sentence):
        return None
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, (since + lead.end(), since + stop))


def judged_statement(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read the last verdict on the statement that is asked about, where the options are verdicts: ``该结论错误``."""
    last = last_match(weak.STATEMENT, text, start, end)
    if last is None or options.cores is None or is_unmeant(text[max(start, last.start() - LOOK_BACK) : last.start()]):
        return None
    group = last.lastgroup or "verdict"
    index = options.named(last[group])
    if index is None or (weak.OF_REASONING.match(last[0]) and options.cores[index] not in last[group]):
        return None  # the reasoning is right, whatever it comes to
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, last.span(group))


def _labelled_inside(options: OptionTexts, sentence: str, since: int) -> Extraction | None:
    """Read the one option that a sentence names by letter *and* exact text."""
    named = []
    for index, core in enumerate(options.cores or ()):
        # Of people called A, B and C, "A、B" is two of a list and no option A.
        for sign in (*(".．:：)" if len(core) == 1 and core in ALPHABET else ".．、:：)"), "选项的"):
            at = sentence.find(f"{ALPHABET[index]}{sign}") if core else -1
            text = at + 1 + len(sign)
            if at >= 0 and sentence.startswith(core, text + (sentence[text : text + 1] == " ")):
                named.append((index, since + at))
                break
    if len(named) != 1:
        return None
    index, at = named[0]
    return Extraction(ALPHABET[index], ExtractionRule.IMPLIED, (at, at + 1))


def _bracketed(text: str, options: OptionTexts, start: int, since: int, stop: int) -> Extraction | None:
    """Read the letter in brackets that a sentence ends on, where texts are not known and no other stands so."""
    letter = wordings.LETTER_IN_BRACKETS.search(text, since, stop) if options.cores is None else None
    if letter is None or set(wordings.BRACKETED.findall(text, start, stop)) != {letter[1]}:
        return None
    if weak.UNSURE.search(text, since, letter.start()):
        return None
    return ranged(letter[1], options.count, ExtractionRule.IMPLIED, letter.span(1))


def _at_the_end(options: OptionTexts, sentence: str, since: int, *, is_stopped: bool) -> Extraction | None:
    """Read the option that a sentence ends on, behind 是, =, is …"""
    cores = options.cores or ()
    stripped = sentence.rstrip(rules.CLOSERS)
    for body in (sentence, stripped, *(stripped.removesuffix(end).rstrip(rules.CLOSERS) for end in ("的", "选项"))):
        best = max((core for core in cores if _is_at_end(core, body)), key=len, default="")
        if best:
            break
    value = weak.LAST_VALUE.search(body)
    if best:
        index: int | None = cores.index(best)
    elif body[-1:].isupper() and body[-1] in ALPHABET and _are_letters_labels(cores, sentence):
        index, best = ALPHABET.index(body[-1]), body[-1]
    else:
        index, best = (None, "") if value is None else (options.held(value[1], sentence), value[1])
    if index is None or (
        not _is_whole_option(options, index, best) and len(set(weak.SOLE_LETTER.findall(sentence))) > 1
    ):
        return None
    before = body[: len(body) - len(best)]
    copula = weak.COPULA.search(before)
    is_all = is_stopped and len(best) > 1 and not best.isascii() and weak.AFTER_COMMA.search(before)
    if copula is None and not is_all and not weak.ONLY_CONCLUDES.fullmatch(before):
        return None
    if copula is not None and copula[0][0] in ":：" and len(set(weak.SOLE_LETTER.findall(sentence))) > 1:
        return None  # the last of a list of the options
    if copula is not None and copula[0].startswith("在") and len(best) < 2:
        return None  # where somebody sits, and no answer
    clause = max(before.rfind(sign, 0, copula.start() if copula else len(before)) for sign in "，,；;") + 1
    told = before[clause:]
    if copula is not None and copula[0][0] in ":：" and "问" not in told:
        told = weak.WHICH_OF.sub("", told)
    if weak.UNSURE.search(told) or is_unmeant(before) or rules.LABEL.search(before):
        return None
    others = [core for core in cores if core and core != best and core not in best and len(core) > 1]
    if _is_second_of_two(before[:clause], cores, best) and weak.CONCLUDES.search(before, clause) is None:
        return None
    said = {core_of(part) for part in weak.CLAUSE_SIGNS.split(weak.ASIDE.sub("", before[:clause]))}
    said |= {core_of(part) for word in said for part in (word.split("：")[-1], word.split(":")[-1])}
    if said.intersection(others) and not weak.CONCLUDES.search(before, clause):
        return None  # another option is said beside it: ``甲是骑士，乙是骑士``
    is_parallel = before.startswith("而", clause) and not before.startswith("而是", clause)
    if any(core in before[0 if is_parallel else clause :] for core in others):
        return None
    return ranged(ALPHABET[index], options.count, ExtractionRule.IMPLIED, (since + len(before), since + len(body)))


def _is_second_of_two(before: str, cores: Sequence[str], best: str) -> bool:
    """Tell whether the clause before says who another option is: ``最高的是丙，最矮的是甲``: two answers."""
    said = before.rstrip(rules.CLOSERS + "，,；;")
    others = (core for core in cores if core and core != best and said.endswith(core))
    return any(weak.WHO_IS.search(said[: len(said) - len(core)]) is not None for core in others)


def _is_whole_option(options: OptionTexts, index: int, best: str) -> bool:
    """Tell whether what was said is an option's label or whole text, and not a part of one."""
    return best == ALPHABET[index] or best in (options.cores or ())


def _is_at_end(core: str, body: str) -> bool:
    """Tell whether a sentence ends on an option's text; a word of three letters or more in any case."""
    if not 0 < len(core) < len(body):
        return False
    return body.endswith(core) or (core.isascii() and len(core) > 2 and body.lower().endswith(core.lower()))


def _are_letters_labels(cores: Sequence[str], sentence: str) -> bool:
    """Tell whether a letter in a sentence is an option's label, and no person, set or point of the question."""
    if not cores:
        return weak.OF_OPTIONS.search(sentence) is not None
    return not any(weak.SOLE_LETTER.search(core) for core in cores)


def labelled_below(text: str, options: OptionTexts, start: int, end: int) -> Extraction | None:
    """Read an option, letter and text, that stands alone below the sentence that announces it."""
    if options.cores is None:
        return None
    found = None
    for match in weak.BELOW.finditer(text, start, end):
        line = match.end()
        line_end = text.find("\n", line, min(end, line + _LINE))
        label = rules.LINE.match(text, line, end)
        if line_end >= 0 and label is None:
            index = _text_alone(text, options, line, line_end, end)
            found = (
                found if index is None else Extraction(ALPHABET[index], ExtractionRule.OPTION_TEXT, (line, line_end))
            )
        if line_end < 0 or label is None or not label[2]:
            continue
        below = line_end
        while below < end and text[below] in " \t\n\r*":
            below += 1
        following = rules.LINE.match(text, below, end)
        index = options.exact(text[label.end() : line_end])
        if index is None or (following is not None and following[2].strip("*_` ")):
            continue
        found = Extraction(ALPHABET[index], ExtractionRule.LABELLED, (label.start(1), line_end))
    return found


def _text_alone(text: str, options: OptionTexts, line: int, line_end: int, end: int) -> int | None:
    """Return the option whose text is a whole line, where no other option's is the next: the first of their list."""
    index = options.exact(text[line:line_end])
    below = text[line_end:end].lstrip().split("\n", 1)[0]
    return None if index is None or options.exact(below) is not None else index
