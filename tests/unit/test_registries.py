"""Every registry owns its facts: an entry that is added while the tests run is seen wherever such entries are shown.

``DUMMIES`` has one line for each registry: how an entry is added, and all places where users meet such entries. Before
it is added, and after it is gone, its name stands in none of them.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from rich.console import Console

from harness.bilingual import Bilingual
from harness.board.board import policies
from harness.run.data import load_data
from harness.scoring.metrics.metric import Breakdown, Column, Metric, PerQuestion, Tile
from harness.scoring.metrics.registry import METRICS
from harness.scoring.score import score
from harness.scoring.score_table import render_score
from solver.backends.registry import BACKENDS, BackendKind
from solver.backends.settings import BackendSettings
from solver.base.errors import InputError, PromptError, UsageError
from solver.base.places import SOLVER_PROMPTS
from solver.problems import prompt
from solver.problems.forms.form import Form, Note, Values, question_in, text_in
from solver.problems.forms.registry import FORMS
from solver.problems.jsonl import load_text, questions_of
from solver.problems.prompt import prompts
from solver.problems.question import Problem
from solver.voting.allocation import ALLOCATIONS, AllocationKind, parse_policy
from solver.voting.allocation.even import Even
from solver.voting.ensemble import ENSEMBLES, EnsembleKind, by_plurality, parse_ensemble
from solver.voting.rules import RULES, Mark, Rule, RuleKind, Vote, parse_rule
from synth.errors import FamilyError
from synth.generate.item_lines import to_lines
from synth.generate.order import Order, check_families
from synth.perturb.problems import perturbed
from synth.perturb.world import KINDS, Kind
from synth.puzzles.compose import compose
from synth.puzzles.families import FAMILIES
from synth.puzzles.families.reachability import Reachability
from tests.support.run_folders import a_run
from train.quantize.gptq_backends import QUANTISERS, Quantiser

NAME = "dummy"

Look = Callable[[Path], str]
"""A folder to work in -> what a user sees."""


@dataclass(frozen=True, kw_only=True)
class Dummy:
    """An entry to add, and where to look for it."""

    added: Callable[[], AbstractContextManager[object]]
    places: Mapping[str, Look]


# ---- where entries are seen


def said(package: str, *words: object) -> str:
    """Run a command here; return what it prints on stdout, whatever its exit code."""
    return _ran(package, *words)[0]


def complained(package: str, *words: object) -> str:
    """Run a command here; return what it prints on stderr."""
    return _ran(package, *words)[1]


def _ran(package: str, *words: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.suppress(SystemExit):
        import_module(f"{package}.cli").main([str(word) for word in words])
    return out.getvalue(), err.getvalue()


def help_of(*commands: str) -> dict[str, Look]:
    """Look into the help of commands, each written like ``harness eval``."""

    def look(command: str) -> Look:
        package, name = command.split()
        return lambda _: said(package, name, "--help")

    return {f"help of {command}": look(command) for command in commands}


def refusal(read: Callable[[str], object]) -> Look:
    """Look at what is said to somebody who names an entry that is not there."""

    def look(_: Path) -> str:
        with pytest.raises((UsageError, PromptError)) as refused:
            read("nothing like it")
        return str(refused.value)

    return look


def report(cut: Callable[[str], str]) -> Look:
    """Look at a part of a run's report."""

    return lambda folder: cut(page(folder.name))


@cache
def page(_: str) -> str:
    """Return a run's report; one for each state of the registries (the argument), since it takes a second."""
    pytest.importorskip("matplotlib")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said("harness", "report", a_run(folder / "run", n=6, text="x"), "-o", folder / "page.html")
        return (folder / "page.html").read_text(encoding="utf-8")


def drawings(page: str) -> str:
    """Return the page's charts alone."""
    return "\n".join(part.partition("</svg>")[0] for part in page.split("<svg ")[1:])


def tables(page: str) -> str:
    """Return the page's tables alone, without the run's settings."""
    return "\n".join(part.partition("</table>")[0] for part in page.split("<table>")[1:])


# ---- the dummies


@dataclass(frozen=True, slots=True)
class Two(Rule):
    """Stops after two samples."""

    @property
    def spec(self) -> str:
        return f"{NAME}:2"

    @property
    def label(self) -> str:
        return f"{NAME} 2"

    def needed(self, votes: Sequence[Vote], cap: int) -> int:
        return max(0, min(2, cap) - len(votes))


def a_rule() -> AbstractContextManager[object]:
    mark = Mark("P", "-", 6)
    return RULES.holding(
        RuleKind(
            name=NAME, help="…", example=f"{NAME}:2", read=lambda _: Two(), grid=lambda _: [f"{NAME}:2"], mark=mark
        )
    )


def an_allocation() -> AbstractContextManager[object]:
    mark = Mark("P", "-", 6)
    return ALLOCATIONS.holding(
        AllocationKind(name=NAME, help="…", example=NAME, read=lambda _: Even(), grid=(NAME,), mark=mark)
    )


def replayed(folder: Path) -> str:
    run = a_run(folder / "run", n=6, text="x")
    return said("harness", "replay", run, "--rule", f"{NAME}:2", "--json")


@contextlib.contextmanager
def a_chart() -> Iterator[None]:
    pytest.importorskip("matplotlib")
    from harness.report.charts.chart import Chart, Table
    from harness.report.charts.drawing import Sheet
    from harness.report.charts.registry import CHARTS

    def draw(found: str, name: str) -> str:
        sheet = Sheet(name)
        sheet.axes[0].set_title(found)
        return sheet.done(Bilingual(found, found))

    def table(found: str) -> Table:
        return Table([found], [])

    title = Bilingual(f"the {NAME}", "…")
    with CHARTS.holding(Chart(name=NAME, title=title, figures=lambda _: NAME, draw=draw, table=table)):
        yield


def a_metric() -> AbstractContextManager[object]:
    return METRICS.holding(
        Metric(
            name=NAME,
            help="…",
            fields=lambda run: {f"{NAME}_field": len(run.asked)},
            rows=lambda summary: [(f"{NAME} row", str(summary.number(f"{NAME}_field")))],
            breakdowns=lambda _: [Breakdown(f"{NAME} breakdown", ("a",), [("b",)])],
            tiles=lambda summary: [Tile(Bilingual(f"{NAME} tile", "…"), str(summary.number(f"{NAME}_field")))],
            columns=(Column(NAME, (f"{NAME}_field",), lambda summary: str(summary.number(f"{NAME}_field"))),),
            per_question=(PerQuestion(f"{NAME}_mean", f"{NAME} mean", lambda result: len(result.votes)),),
        )
    )


def score_table(_: Path) -> str:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(render_score(score([]), is_detailed=True))
    return captured.get()


def summary_file(folder: Path) -> str:
    return (a_run(folder / "run", n=2, text="x") / "summary.json").read_text(encoding="utf-8")


def leaderboard(*words: str) -> Look:
    def look(folder: Path) -> str:
        a_run(folder / "run", n=6, text="x")
        return said("harness", "leaderboard", folder, *words)

    return look


def comparison(*words: str) -> Look:
    def look(folder: Path) -> str:
        runs = [a_run(folder / name, n=6, text="x") for name in ("one", "two")]
        return said("harness", "compare", *runs, *words)

    return look


class ADummy(Reachability):
    """A family under another name; it says itself what may be reordered and changed."""

    name = NAME
    title = "…"


def proven(kind: Kind) -> Look:
    """Look at what ``synth perturb`` makes of a row of the family with proof, which needs its world."""
    row = json.loads(
        to_lines(compose(ADummy(), seed=5, level=3, lang="en", style="full", item_id=f"{NAME}-0-5").item, "contest")
    )

    def look(_: Path) -> str:
        made = perturbed(row, (kind,), copies=1, seed=0).made
        return "".join(str(one.row["family"]) for one in made if one.proof == "prover")

    return look


def a_family_refused(_: Path) -> str:
    with pytest.raises(FamilyError) as refused:
        check_families(["nothing like it"])
    return str(refused.value)


def a_quantiser() -> AbstractContextManager[object]:
    one = Quantiser(name=NAME, help="…", module=NAME, environment=Path(f".venv-{NAME}"), worker=Path("worker.py"))
    return QUANTISERS.holding(one)


def an_ensemble() -> AbstractContextManager[object]:
    return ENSEMBLES.holding(EnsembleKind(name=NAME, help="…", example=NAME, read=lambda _: by_plurality))


def combined(folder: Path) -> str:
    runs = [a_run(folder / name, n=6, text="x") for name in ("one", "two")]
    return said("harness", "combine", *runs, "--json")


def an_engine() -> AbstractContextManager[object]:
    return BACKENDS.holding(BackendKind(name=NAME, help="…", module="tests.support.memory_backend"))


def a_form() -> AbstractContextManager[object]:
    def read(values: Values, note: Note) -> Problem:
        found = {"question": text_in(values, NAME), "options": ["x", "y"]}
        return Problem(id="", text="", questions=(question_in(found, note, problem_id="", problem=""),))

    def answered(values: Values, letters: Sequence[str | None]) -> Values:
        return {**values, "key": letters[0]}

    return FORMS.holding(Form(name=NAME, help="…", fields=(NAME,), read=read, answered=answered))


def evaluated_input(folder: Path) -> str:
    """Return the questions of a file as ``harness eval`` reads it."""
    folder.mkdir()
    (folder / "in.jsonl").write_text(json.dumps({NAME: f"who is the {NAME}"}) + "\n", encoding="utf-8")
    try:
        loaded = load_data([str(folder / "in.jsonl")])
    except InputError:
        return ""
    rows = zip(questions_of(loaded.problems), loaded.rows, strict=True)
    return " ".join(question.text + row.line({}) for question, row in rows)


@contextlib.contextmanager
def a_prompt() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # A copy of the folder: a test that is killed leaves nothing in the project.
        prompts_folder = Path(shutil.copytree(SOLVER_PROMPTS, folder, dirs_exist_ok=True))
        text = "---\nhelp: …\nlanguage: en\nreasons: no\n---\n{problem}\n{question}\n{options}"
        (prompts_folder / f"{NAME}.txt").write_text(text, encoding="utf-8")
        patch.setattr(prompt, "SOLVER_PROMPTS", prompts_folder)
        yield


DUMMIES = {
    "stopping rule": Dummy(
        added=a_rule,
        places={
            **help_of("harness eval", "harness replay", "solver answer", "solver terminal", "solver serve"),
            "refusal of another": refusal(parse_rule),
            "replay": replayed,
            "drawing of the report": report(drawings),
            "table of the report": report(tables),
        },
    ),
    "allocation": Dummy(
        added=an_allocation,
        places={"refusal of another": refusal(parse_policy), "what the board replays": lambda _: str(policies())},
    ),
    "engine": Dummy(
        added=an_engine,
        places={
            **help_of("harness eval", "solver answer", "solver terminal", "solver serve"),
            "refusal of another": refusal(lambda name: BackendSettings(engine=name)),
        },
    ),
    "form of JSON lines": Dummy(
        added=a_form,
        places={
            "refusal of a line": lambda _: load_text("{}", "x").bad[0].message,
            "harness eval": evaluated_input,
        },
    ),
    "ensemble": Dummy(
        added=an_ensemble,
        places={
            **help_of("harness eval", "harness combine", "solver answer", "solver terminal", "solver serve"),
            "refusal of another": refusal(parse_ensemble),
            "what is combined by default": combined,
        },
    ),
    "chart": Dummy(
        added=a_chart,
        places={
            "heading in the report": report(lambda page: "".join(re.findall("<h3>.*?</h3>", page))),
            "drawing of the report": report(drawings),
            "table of the report": report(tables),
        },
    ),
    "metric": Dummy(
        added=a_metric,
        places={
            "table of the score": score_table,
            "summary.json": summary_file,
            "headline of the report": report(lambda page: "".join(re.findall("<dl.*?</dl>", page))),
            "leaderboard": leaderboard(),
            "leaderboard as JSON": leaderboard("--json"),
            "comparison": comparison(),
            "comparison as JSON": comparison("--json"),
        },
    ),
    "family": Dummy(
        added=lambda: FAMILIES.holding(ADummy()),
        places={
            "synth families": lambda _: said("synth", "families"),
            "refusal of another": a_family_refused,
            "what is generated by default": lambda _: str(Order(count=1, seed=0).families),
            **{f"perturbation {kind}": proven(kind) for kind in KINDS},
        },
    ),
    "quantiser": Dummy(
        added=a_quantiser,
        places={
            **help_of("train quantize"),
            "refusal of an environment": lambda _: complained("train", "quantize", "--make-env", "x"),
        },
    ),
    "prompt": Dummy(
        added=a_prompt,
        places={
            **help_of("harness eval", "solver answer", "solver terminal", "solver serve"),
            "refusal of another": refusal(prompt.load_template),
        },
    ),
}
PLACES = [(kind, place) for kind, dummy in DUMMIES.items() for place in dummy.places]


@pytest.mark.parametrize(("kind", "place"), PLACES)
def test_an_added_entry_is_seen_wherever_such_entries_are_shown(kind: str, place: str, tmp_path: Path) -> None:
    dummy = DUMMIES[kind]
    look = dummy.places[place]
    # The folders' names say what is registered: looks that take long are kept by them.
    assert NAME not in look(tmp_path / "before")
    with dummy.added():
        assert NAME in look(tmp_path / f"with the {kind}")
    assert NAME not in look(tmp_path / f"after the {kind}")


# ---- what entries say about themselves


@pytest.mark.parametrize("kind", RULES, ids=RULES.names)
def test_a_rule_is_spelt_as_its_example_and_is_replayed_under_its_own_name(kind: RuleKind) -> None:
    for text in (kind.example, *kind.grid(40)):
        assert text.partition(":")[0] == parse_rule(text).spec.partition(":")[0] == kind.name


def test_no_two_rules_are_drawn_alike() -> None:
    assert len({kind.mark.marker for kind in RULES}) == len(RULES)


@pytest.mark.parametrize("kind", ENSEMBLES, ids=ENSEMBLES.names)
def test_an_ensemble_s_example_can_be_read(kind: EnsembleKind) -> None:
    assert parse_ensemble(kind.example).spec == kind.example
    assert kind.spec is None or parse_ensemble(kind.spec).spec == kind.spec


def test_every_prompt_says_what_it_asks_for_and_its_header_is_no_part_of_it() -> None:
    names = ("reason", "concise", "cot", "direct", "english", "reason-en", "reason-system", "short", "short-en")
    assert prompts().names == names
    for template in prompts():
        assert template.help
        assert template.language == ("en" if template.name.endswith(("english", "-en")) else "zh")
        assert template.reasons is (template.name != "direct")
        assert "---" not in template.text


def test_a_file_that_merely_begins_with_a_rule_has_no_header(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("---\nsome: words\n---\n{problem}\n{question}\n{options}\n", encoding="utf-8")
    assert prompt.load_template(str(path)).text.startswith("---\nsome: words\n")


def test_the_digests_of_the_prompts_are_those_that_run_folders_were_made_with() -> None:
    assert {template.name: template.digest for template in prompts()} == {
        "reason": "a7cf6766bc6c7535",
        "reason-en": "ceca72c4155b7293",
        "reason-system": "97e397feaa691bc5",
        "short": "7176e270e0b79a15",
        "short-en": "d03e23c733656940",
        "concise": "ed164117601a93db",
        "cot": "e135dd5046f3ba27",
        "direct": "a6ba9842f0a40717",
        "english": "9ab1f64883aac4e9",
    }
