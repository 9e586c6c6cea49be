"""The data card of checked data: what is in it, where it comes from, what it cost, what is wrong with it.

Markdown for people, one object for machines (``to_json``), from the same report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from solver.base.display.figures import counted
from synth.check.data_set import Problem, Report, Spread
from synth.check.lenient_rows import NOT_SAID, TRAITS
from synth.check.row_faults import KINDS

SHOWN = 20
"""Values of a trait in the card; the others are counted."""


def card(report: Report) -> str:
    """Return the card in Markdown."""
    verdict = "**Serious findings: do not train on it as it is.**" if report.is_serious else "No serious finding."
    parts = [
        "# Data card",
        "",
        f"{counted(report.rows, 'row')}, {report.with_chain:,} with a chain, {report.with_label:,} with a label; "
        f"checked by `python -m synth check`. {verdict}",
        "",
        _table(
            ("File", "Lines", "SHA-256"),
            ((one.path.name, f"{one.lines:,}", f"`{one.sha256}`") for one in report.files),
            n_text=1,
        ),
        "## Findings",
        "",
        _findings(report),
        _overlap(report),
        "",
        "## Balance",
        "",
        _balance(report),
        "## Lengths, characters",
        "",
        _lengths(report),
        "## Where it comes from",
        "",
        _sources(report),
        *(_trait(name, report.traits[name]) for name in TRAITS if name not in ("source", "licence")),
        "## Rejected while it was made",
        "",
        _rejections(report),
        "## Cost",
        "",
        _cost(report),
    ]
    return "\n".join(parts)


def _findings(report: Report) -> str:
    if not report.problems and not report.notes:
        return "None.\n"
    parts = []
    if report.problems:
        rows = (
            (
                f"{'**serious** ' if one.is_serious else ''}`{one.kind}`",
                KINDS[one.kind][1],
                f"{one.rows:,}",
                _percent(one.rows / max(report.rows, 1)),
                _percent(one.tolerated),
            )
            for one in report.problems
        )
        parts.append(_table(("Kind", "What", "Rows", "Share", "Tolerated"), rows, n_text=2))
        parts += [_examples(one) for one in report.problems]
        parts.append("")
    parts += [f"- {'**serious** ' if note.is_serious else ''}`{note.name}`: {note.text}" for note in report.notes]
    return "\n".join(parts) + ("\n" if report.notes else "")


def _examples(problem: Problem) -> str:
    shown = "; ".join(f"{_code(one.where)} {_plain(one.detail)}" for one in problem.examples)
    more = "; …" if problem.rows > len(problem.examples) else ""
    return f"- `{problem.kind}`: {shown}{more}"


def _overlap(report: Report) -> str:
    if not report.benchmarks:
        return "Overlap with benchmarks: not checked (`--against FILE`)."
    looked = ", ".join(f"{name} ({entries:,})" for name, entries in report.benchmarks)
    near = report.nearest
    name = _plain(near.name) or "none"
    return (
        f"Overlap with benchmarks, by character 5-grams, against the questions and problem texts of {looked}: the "
        f"closest row has Jaccard {near.jaccard:.2f} and containment {near.containment:.2f} ({name})."
    )


def _balance(report: Report) -> str:
    if not report.letters:
        return "No row has both a label and options.\n"
    rows = (
        (letter, f"{count:,}", _percent(share), _percent(chance)) for letter, count, share, chance in report.letters
    )
    text = _table(("Right letter", "Rows", "Share", "By chance"), rows, n_text=1)
    if report.longest is not None:
        share, chance, count = report.longest
        text += (
            f"\nWhere one option is the longest ({counted(count, 'row')}), it is right in {_percent(share)}; "
            f"by chance {_percent(chance)}.\n"
        )
    return text


def _lengths(report: Report) -> str:
    def row(name: str, spread: Spread | None) -> tuple[str, ...]:
        return (name, *("-" for _ in Spread._fields)) if spread is None else (name, *(f"{one:,}" for one in spread))

    rows = (row("prompt", report.prompt_chars), row("chain", report.chain_chars))
    return _table(("", "Least", "5 %", "Median", "95 %", "Most"), rows, n_text=1)


def _sources(report: Report) -> str:
    sources, licences = report.traits["source"], report.traits["licence"]
    said = ", ".join(f"{_plain(name)} ({count:,})" for name, count in licences.most_common(SHOWN) if name != NOT_SAID)
    rows = (
        (_plain(name), f"{count:,}", _plain(report.licences.get(name, "see below" if said else "not said")))
        for name, count in sources.most_common(SHOWN)
    )
    text = _table(("Source", "Rows", "Licence"), rows, n_text=1)
    return text + (f"\nLicences that rows name: {said}.\n" if said else "")


def _trait(name: str, values: Counter[str]) -> str:
    if not set(values) - {NOT_SAID}:
        return f"{name.capitalize()}: not said by any row.\n"
    total = values.total()
    rows = [(_plain(value), f"{count:,}", _percent(count / total)) for value, count in values.most_common(SHOWN)]
    if len(values) > SHOWN:
        rest = total - sum(count for _, count in values.most_common(SHOWN))
        rows.append((f"… {len(values) - SHOWN:,} more", f"{rest:,}", _percent(rest / total)))
    return _table((name.capitalize(), "Rows", "Share"), rows, n_text=1)


def _rejections(report: Report) -> str:
    if not report.rejected:
        return "Not told (`--rejected FILE`).\n"
    rows = ((rung or "-", _plain(reason), f"{count:,}") for (rung, reason), count in report.rejected.most_common())
    return _table(("Rung", "Reason", "Count"), rows, n_text=2)


def _cost(report: Report) -> str:
    tokens = f"{report.tokens:,} tokens" if report.tokens else "tokens not said"
    if not report.costed:
        return f"No row says what it cost; {tokens}.\n"
    if report.cost is None:
        return (
            f"Unknown: only {report.costed:,} of {report.rows:,} rows say it, {report.known_cost} together; {tokens}.\n"
        )
    return f"{report.cost}, all rows together; {tokens}.\n"


def to_json(report: Report) -> dict[str, object]:
    """Return the report as one object."""
    return {
        "serious": report.is_serious,
        "rows": report.rows,
        "with_chain": report.with_chain,
        "with_label": report.with_label,
        "files": [{"path": str(one.path), "lines": one.lines, "sha256": one.sha256} for one in report.files],
        "findings": {
            one.kind: {
                "rows": one.rows,
                "tolerated": one.tolerated,
                "serious": one.is_serious,
                "examples": [example._asdict() for example in one.examples],
            }
            for one in report.problems
        },
        "notes": [note._asdict() for note in report.notes],
        "letters": {
            letter: {"rows": rows, "share": share, "by_chance": chance}
            for letter, rows, share, chance in report.letters
        },
        "longest_option_right": None
        if report.longest is None
        else dict(zip(("share", "by_chance", "rows"), report.longest, strict=True)),
        "benchmarks": dict(report.benchmarks),
        "nearest_to_a_benchmark": report.nearest._asdict(),
        "prompt_chars": None if report.prompt_chars is None else report.prompt_chars._asdict(),
        "chain_chars": None if report.chain_chars is None else report.chain_chars._asdict(),
        "traits": {name: dict(values.most_common()) for name, values in report.traits.items()},
        "licences": dict(report.licences),
        "rejected": [
            {"rung": rung, "reason": reason, "count": count} for (rung, reason), count in report.rejected.most_common()
        ],
        "cost": None if report.cost is None else str(report.cost),
        "known_cost": str(report.known_cost),
        "rows_with_cost": report.costed,
        "tokens": report.tokens,
        "seconds": round(report.seconds, 3),
    }


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, n_text: int) -> str:
    rule = "|".join("---" if place < n_text else "---:" for place in range(len(heads)))
    lines = [f"| {' | '.join(heads)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text from outside so that it cannot change the card's structure."""
    short = text if len(text) <= 120 else text[:119] + "…"
    return short.replace("|", "\\|").replace("\r", " ").replace("\n", " ").replace("<", "&lt;")


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 or share == 0 else f"{share:.3%}"
