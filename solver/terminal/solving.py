"""The picture of a question being solved, and of all its chains for reading. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from solver.base.display import theme
from solver.base.display.figures import counted, percent
from solver.base.display.theme import Glyphs
from solver.base.text_safety import cleaned, one_line
from solver.problems.letters import NO_ANSWER, letter_of
from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.scheduling.outcome import Outcome
from solver.terminal.draw import beside, box, row, rule
from solver.terminal.state import State
from solver.terminal.watch import Chain, Watch, shown_chains

_PANE = 26
"""Least width of a chain's pane: twelve Chinese characters beside the frame, and three panes at 80 columns."""
_PANE_ROWS = 6
"""Rows that a second line of panes must have."""
_WHY_ROWS = 4
"""Rows that a reason takes at most; errors are the long ones."""
_ROOMY = 30
"""Rows from which blank lines part what belongs together."""


def solve_body(state: State, width: int, height: int, now: float, glyphs: Glyphs) -> list[Text]:
    """Draw the question in view: problem, options with votes, how it stands, chains."""
    problem, question, watch = state.problem, state.question, state.watch
    assert problem is not None
    assert question is not None
    several = f" {glyphs.between} question {state.position + 1} of {len(problem.questions)}"
    name = one_line(problem.id)
    lines = [rule(name + (several if len(problem.questions) > 1 else ""), width, glyphs)]
    lines += _told(question, width, height, glyphs)
    is_roomy = height >= _ROOMY
    if is_roomy:
        lines.append(Text(end=""))
    lines += _options(question, watch, width, max(3, height // 3), glyphs)
    if watch is None:
        return [
            *lines,
            Text(end=""),
            row((" not asked yet: Enter asks it", theme.QUIET), width=width, dots=glyphs.dots),
        ]
    if is_roomy:
        lines.append(Text(end=""))
    lines += _standing(watch, width, now, glyphs)
    return lines + _chains(watch, width, height - len(lines), glyphs)


def _told(question: Question, width: int, height: int, glyphs: Glyphs) -> list[Text]:
    """Return the problem and the question, cut to what a screen this high can spare."""
    lines: list[Text] = []
    for text, style, most in (
        (question.problem, theme.QUIET, max(2, height // 5)),
        (question.text, theme.STRONG, max(2, height // 10)),
    ):
        if not text.strip():
            continue
        if lines and height >= _ROOMY:
            lines.append(Text(end=""))
        rows = theme.wrapped(cleaned(text.strip()), width - 2)
        shown = rows[:most]
        if len(rows) > most:
            shown[-1] = theme.cropped(shown[-1], width - 3, "") + glyphs.dots
        lines += [row(" ", (line, style), width=width, dots=glyphs.dots) for line in shown]
    return lines


def _options(question: Question, watch: Watch | None, width: int, most: int, glyphs: Glyphs) -> list[Text]:
    """Return the options, each with its bar and its votes."""
    tally = watch.tally if watch is not None else None
    counts = dict(tally.counts) if tally is not None else {}
    leader = tally.leader if tally is not None else None
    bar_width = max(8, min(30, width // 5))
    longest = max(theme.width_of(one_line(option)) for option in question.options)
    text_width = min(width - bar_width - 18, max(longest, 12) + 2)
    lines: list[Text] = []
    shown = len(question.options) if len(question.options) <= most else most - 1
    for place, option in enumerate(question.options[:shown]):
        # A twin's votes stand at the first option with the same text.
        count = counts.get(place, 0)
        is_leader = place == leader and watch is not None
        colour = theme.letter_colour(place)
        parts: list[str | tuple[str, str]] = [
            (f" {glyphs.here if is_leader else ' '} ", theme.STRONG),
            (letter_of(place), f"{theme.STRONG} {colour}"),
            (" " + theme.padded(one_line(option), text_width, glyphs.dots), theme.STRONG if is_leader else ""),
        ]
        if tally is not None:
            parts += [
                " ",
                (theme.bar(count, tally.cast, bar_width, glyphs), colour if count else theme.QUIET),
                (f" {count:>3}", theme.STRONG if is_leader else ""),
                (f" {percent(count / tally.cast, 0):>6}" if tally.cast else "", theme.QUIET),
            ]
        lines.append(row(*parts, width=width, dots=glyphs.dots))
    if shown < len(question.options):
        hidden = question.options[shown:]
        votes = sum(counts.get(shown + place, 0) for place in range(len(hidden)))
        words = f"   {glyphs.dots} {counted(len(hidden), 'more option')}, {counted(votes, 'vote')}; c shows all"
        lines.append(row((words, theme.QUIET), width=width, dots=glyphs.dots))
    return lines


def _standing(watch: Watch, width: int, now: float, glyphs: Glyphs) -> list[Text]:
    """Return the votes in order, the answer once there is one, why, and what it cost."""
    lines: list[Text] = []
    votes = Text(" votes  ", style=theme.QUIET, end="", no_wrap=True)
    for chain in watch.ordered:
        if votes.cell_len + 4 > width:
            votes.append(f" {glyphs.dots}")
            break
        votes.append(" ").append_text(_mark(chain, glyphs))
    if watch.outcome is None:
        lines.append(votes)
    else:
        lines += [_answer(watch.outcome, width, glyphs), votes]
    why = watch.error or watch.waiting or watch.why
    style = theme.BAD if watch.error or (watch.outcome is not None and watch.outcome.error) else ""
    label = " stopped" if watch.outcome is not None else " why    "
    said = theme.wrapped(one_line(why), width - 10)[:_WHY_ROWS]
    for number, line in enumerate(said):
        head = label if number == 0 else " " * len(label)
        lines.append(row((head + " ", theme.QUIET), (line, style), width=width, dots=glyphs.dots))
    dot = f" {glyphs.between} "
    speed = watch.tokens_per_s(now)
    growing = sum(chain.sample is None for chain in watch.chains.values())
    parts = [
        counted(len(watch.samples), "sample"),
        *([f"{growing} growing"] if growing else []),
        counted(watch.tokens, "token"),
        theme.seconds(watch.seconds(now)),
        *([f"{speed:,.0f} tokens/s"] if speed is not None else []),
        *([f"{watch.drawn_before} of the samples drawn before"] if watch.drawn_before else []),
    ]
    lines.append(row((" " + dot.join(parts), theme.QUIET), width=width, dots=glyphs.dots))
    return lines


def _answer(outcome: Outcome, width: int, glyphs: Glyphs) -> Text:
    verdict, question = outcome.verdict, outcome.asked
    if verdict.answer is None:
        return row((" answer  none", f"{theme.STRONG} {theme.BAD}"), width=width, dots=glyphs.dots)
    text = one_line(question.options[verdict.answer])
    # An ensemble's counts are of members; these are what the share is a share of.
    count, cast = dict(verdict.counts).get(verdict.answer, 0), sum(number for _, number in verdict.counts)
    of = f"   {count} of {cast} {'models' if verdict.members else 'votes'}, {percent(verdict.vote_share, 0)}"
    parts: list[str | tuple[str, str]] = [
        (" answer  ", theme.STRONG),
        (letter_of(verdict.answer), f"{theme.STRONG} {theme.letter_colour(verdict.answer)} reverse"),
        (" " + theme.cropped(text, max(8, width - 42), glyphs.dots), theme.STRONG),
        of,
    ]
    if question.gold is not None:
        is_right = question.gold == verdict.answer
        words = f"key {letter_of(question.gold)} {glyphs.yes if is_right else 'x'}"
        parts += [f" {glyphs.between} ", (words, theme.GOOD if is_right else theme.BAD)]
    return row(*parts, width=width, dots=glyphs.dots)


def _mark(chain: Chain, glyphs: Glyphs) -> Text:
    """Return a chain's vote as a letter; a dot while it grows, ! where it failed."""
    sample = chain.sample
    if sample is None:
        return Text(glyphs.between, end="")
    if sample.status is Status.FAILED:
        return Text("!", style=theme.BAD, end="")
    if sample.option_class is None:
        return Text(NO_ANSWER, style=theme.QUIET, end="")
    return Text(letter_of(sample.option_class), style=theme.letter_colour(sample.option_class), end="")


def _title(chain: Chain, glyphs: Glyphs, *, label: str = "", has_model: bool = False) -> Text:
    """Return a chain's heading: number, vote or state, tokens."""
    title = Text(end="", no_wrap=True)
    title.append(label or f"{chain.index + 1}", style=theme.STRONG)
    title.append(f" {glyphs.between} ", style=theme.QUIET)
    if chain.sample is not None:
        title.append_text(_mark(chain, glyphs)).stylize(theme.STRONG)
        if chain.sample.is_closed:
            title.append(" asked for", style=theme.QUIET)
    elif chain.read is not None:
        title.append(f"says {letter_of(chain.read)}", style=theme.letter_colour(chain.read))
    else:
        title.append("ended" if chain.is_ended else glyphs.dots, style=theme.QUIET)
    title.append(f" {glyphs.between} {counted(chain.tokens, 'token')}", style=theme.QUIET)
    if has_model:
        title.append(f" {glyphs.between} {one_line(chain.model)}", style=theme.QUIET)
    return title


def _frame(chain: Chain) -> str:
    vote = chain.sample.option_class if chain.sample is not None else None
    return theme.QUIET if vote is None else theme.letter_colour(vote)


def _chains(watch: Watch, width: int, height: int, glyphs: Glyphs) -> list[Text]:
    """Return the chains side by side: the growing ones, or the two that matter once all is said."""
    if height < 3:
        return []
    has_model = len({chain.model for chain in watch.chains.values()}) > 1
    if watch.outcome is not None:
        return _two(watch.outcome, width, height, glyphs, has_model=has_model)
    fitting = max(1, width // _PANE)
    chains = shown_chains(watch, fitting * max(1, height // _PANE_ROWS))
    return _bands(chains, width, height, glyphs, has_model=has_model)


def _bands(chains: Sequence[Chain], width: int, height: int, glyphs: Glyphs, *, has_model: bool) -> list[Text]:
    """Return panes side by side, in as many bands as they need and the height allows."""
    if not chains:
        return []
    fitting = max(1, width // _PANE)
    bands = min(max(1, height // _PANE_ROWS), -(-len(chains) // fitting))
    columns = -(-len(chains) // bands)
    lines: list[Text] = []
    for band in range(bands):
        rows = height // bands + (1 if band < height % bands else 0)
        panes = []
        for place, chain in enumerate(chains[band * columns : (band + 1) * columns]):
            # The last pane of a band takes what division left over.
            across = width // columns + (width % columns if place == columns - 1 else 0)
            title = _title(chain, glyphs, has_model=has_model)
            text = theme.wrapped(cleaned(chain.text).rstrip(), across - 4)
            panes.append(box(title, text, across, rows, glyphs, style=_frame(chain)))
        lines += beside(panes)
    return lines


def _two(outcome: Outcome, width: int, height: int, glyphs: Glyphs, *, has_model: bool) -> list[Text]:
    """Return the winning chain and the best one that disagrees, side by side where there is room for both."""
    pairs: list[tuple[str, Sample]] = []
    for label, answer in (("winner", outcome.verdict.answer), ("dissent", outcome.dissent)):
        sample = outcome.chain(answer)
        if sample is not None:
            pairs.append((label, sample))
    if not pairs and outcome.samples:
        pairs = [("no answer", outcome.samples[0])]
    is_wide = width >= 2 * _PANE
    across = width // len(pairs) if is_wide and pairs else width
    texts = [theme.wrapped(cleaned(one.text.strip()) or one.error or "", across - 4) for _, one in pairs]
    # No higher than the chains are long: the rest of a high screen goes to the other chains.
    most = height if is_wide else height // max(1, len(pairs))
    rows = min(most, max((len(text) for text in texts), default=0) + 2)
    panes = []
    for (label, sample), text in zip(pairs, texts, strict=True):
        chain = Chain(sample.model, sample.index, sample=sample, is_ended=True)
        title = _title(chain, glyphs, label=f"{label} {glyphs.between} {sample.index + 1}", has_model=has_model)
        panes.append(box(title, text, across, rows, glyphs, style=_frame(chain)))
    lines = beside(panes) if is_wide and panes else [line for pane in panes for line in pane]
    others = [one for one in outcome.samples if one not in [sample for _, sample in pairs]]
    left = height - len(lines)
    if others and left >= _PANE_ROWS:
        fitting = max(1, width // _PANE) * max(1, left // _PANE_ROWS)
        chains = [Chain(one.model, one.index, sample=one, is_ended=True) for one in others[:fitting]]
        lines += _bands(chains, width, left, glyphs, has_model=has_model)
    return lines


def read_body(state: State, width: int, height: int, now: float, glyphs: Glyphs) -> list[Text]:
    """Draw everything about the question in view, for scrolling; puts the state's scroll right."""
    question, watch = state.question, state.watch
    assert question is not None
    lines = [row(" ", line, width=width, dots=glyphs.dots) for line in _wrapped(question.problem, width)]
    lines.append(Text(end=""))
    lines += [row(" ", (line, theme.STRONG), width=width, dots=glyphs.dots) for line in _wrapped(question.text, width)]
    for place, option in enumerate(question.options):
        for number, line in enumerate(_wrapped(option, width - 4)):
            head = f" {letter_of(place)}. " if number == 0 else "    "
            lines.append(row((head, theme.letter_colour(place)), line, width=width, dots=glyphs.dots))
    if watch is not None:
        lines += [Text(end=""), *_reasons(watch, width, glyphs)]
        has_model = len({chain.model for chain in watch.chains.values()}) > 1
        for chain in watch.ordered:
            title = _title(chain, glyphs, label=f"sample {chain.index + 1}", has_model=has_model)
            heading = row((f"{glyphs.across * 2} ", _frame(chain)), title, " ", width=width, dots=glyphs.dots)
            heading.append(glyphs.across * max(0, width - heading.cell_len), style=_frame(chain))
            lines += [Text(end=""), heading]
            error = chain.sample.error if chain.sample is not None else None
            lines += [row(" ", text, width=width, dots=glyphs.dots) for text in _wrapped(chain.text.strip(), width)]
            if error:
                lines.append(row(" ", (one_line(error), theme.BAD), width=width, dots=glyphs.dots))
    state.page = max(1, height - 2)
    state.scroll = min(state.scroll, max(0, len(lines) - (height - 1)))
    shown = lines[state.scroll : state.scroll + height - 1]
    last = state.scroll + len(shown)
    where = f"lines {state.scroll + 1} to {last} of {len(lines)}"
    return [rule(f"everything about {one_line(question.id)} {glyphs.between} {where}", width, glyphs), *shown]


def _reasons(watch: Watch, width: int, glyphs: Glyphs) -> Sequence[Text]:
    said = [*watch.reasons, *([f"stopped: {watch.why}"] if watch.outcome is not None else [])]
    if watch.error:
        said.append(watch.error)
    return [row((f" {glyphs.between} {one_line(text)}", theme.QUIET), width=width, dots=glyphs.dots) for text in said]


def _wrapped(text: str, width: int) -> list[str]:
    return theme.wrapped(cleaned(text.strip()), width - 2)
