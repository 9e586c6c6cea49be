"""The report's pure parts: numbers, replay, timeline, drawings, words, and what is embedded in the page."""

from __future__ import annotations

import ast
import base64
import gzip
import json
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jinja2 import UndefinedError

from harness.analysis.recorded_votes import QuestionVotes
from harness.analysis.run_data import gather
from harness.bilingual import Bilingual
from harness.cli import main
from harness.report import translations
from harness.report.charts.calibration import calibration_of
from harness.report.charts.chart import Table
from harness.report.charts.drawing import drawn
from harness.report.charts.groups import draw_groups
from harness.report.charts.margins import margins_of
from harness.report.charts.outcomes import outcomes_of
from harness.report.charts.rule_replay import replayed, rules_for
from harness.report.charts.timeline import timeline_of
from harness.report.page import page_of, policy, templates
from harness.report.question_browser import CHAIN_FIELDS, VERDICT_FIELDS, _verdict, packed, utf16_span
from harness.report.question_facts import dispute_of
from harness.scoring.group_accuracy import accuracy_of, groups_of, paired_groups
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome, outcome_of
from solver.voting.rules import parse_rule
from solver.voting.tally import verdict_of
from tests.support.run_folders import a_run, a_sample_of
from tests.support.scripted_sampler import a_question

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\"&"


def a_result(name: str, votes: list[int | None], gold: str = "A", **known: object) -> Outcome:
    verdict = verdict_of(name, votes, stop_reason="cap")
    return replace(outcome_of(a_question(name, gold=gold), verdict, []), **known)  # type: ignore[arg-type]


# ---- numbers


def test_margins_count_right_and_wrong_and_keep_empty_bins() -> None:
    bins = margins_of([a_result("p#0", [0, 0, 0]), a_result("q#0", [1, 1, 1]), a_result("r#0", [0, 1])])
    assert [(part.margin, part.right, part.wrong) for part in bins] == [(0, 1, 0), (1, 0, 0), (2, 0, 0), (3, 1, 1)]


def test_calibration_puts_a_share_of_one_into_the_last_bin_and_six_tenths_into_the_sixth() -> None:
    found = calibration_of([a_result("p#0", [0, 0]), a_result("q#0", [0, 0, 0, 1, 1])])
    assert [(part.low, part.accuracy.n) for part in found] == [(0.5, 1), (0.9, 1)]


def test_groups_are_sorted_by_size_of_numbers_and_one_group_is_none() -> None:
    results = [a_result("p#0", [0], n_options=10), a_result("q#0", [1], n_options=2)]
    assert [name for name, _ in groups_of(results, "n_options")] == ["2", "10"]
    assert groups_of(results, "family") == ()


def test_a_unanimous_vote_against_the_key_disputes_it_and_a_single_vote_does_not() -> None:
    assert dispute_of([a_result("p#0", [1, 1, 1])]) == pytest.approx(0.4286, abs=1e-3)
    assert dispute_of([a_result("p#0", [1])]) is None
    assert dispute_of([a_result("p#0", [0, 0, 1])]) is None
    assert dispute_of([replace(a_result("p#0", [1, 1, 1]), gold=None)]) is None


def test_outcomes_tell_votes_from_none_and_count_the_right_ones() -> None:
    results = [a_result("p#0", [0, None])]
    samples = {"p#0": [a_sample_of("p#0", 0, 0), a_sample_of("p#0", 1, None)]}
    rows = outcomes_of(results, samples)
    assert [(row.outcome, row.is_vote, row.n, row.right) for row in rows] == [
        ("declared", True, 1, 1),
        ("nothing", False, 1, 0),
    ]


def test_paired_groups_count_wins_and_losses() -> None:
    a = [a_result("p#0", [0], family="x"), a_result("q#0", [1], family="x"), a_result("r#0", [0], family="y")]
    b = [a_result("p#0", [1], family="x"), a_result("q#0", [0], family="x"), a_result("r#0", [0], family="y")]
    found = paired_groups(a, b, "family")
    assert [(group.name, group.wins, group.losses, group.difference.value) for group in found] == [
        ("x", 1, 1, 0.0),
        ("y", 0, 0, 0.0),
    ]


# ---- replay


def test_replay_counts_samples_and_tokens_and_says_where_the_record_ended() -> None:
    questions = [
        QuestionVotes(key=(), cluster="p", gold=0, votes=(0, 0, 0), tokens=(10, 20, 30)),
        QuestionVotes(key=(), cluster="q", gold=0, votes=(1, 0, 0, 0, 0), tokens=(1, 1, 1, 1, 1)),
    ]
    points = {point.rule: point for point in replayed(questions, "lead:3", 16)}
    assert points["fixed:1"].samples == 1
    assert points["fixed:1"].tokens == (10 + 1) / 2
    assert points["fixed:1"].accuracy is not None
    assert points["fixed:1"].accuracy.value == 0.5
    assert points["lead:3"].is_own
    assert points["lead:3"].samples == 4
    assert points["lead:3"].cut_short == 0
    assert points["fixed:5"].cut_short == 0.5


def test_the_orders_of_a_fixed_run_are_averaged_and_its_own_size_is_the_cap() -> None:
    questions = [QuestionVotes(key=(), cluster=str(n), gold=0, votes=(0, 1, 0), tokens=(7, 7, 7)) for n in range(50)]
    points = {point.rule: point for point in replayed(questions, "fixed:3", 16)}
    assert points["fixed:1"].accuracy is not None
    # Two of three votes are right, in whatever order; the recorded order alone would say 1.
    assert points["fixed:1"].accuracy.value == pytest.approx(2 / 3, abs=0.06)
    assert all(point.cut_short == 0 for point in points.values())
    assert points["fixed:3"].tokens == pytest.approx(21)


def test_every_rule_that_is_replayed_can_be_read() -> None:
    for longest in (1, 2, 5, 16, 40):
        assert all(parse_rule(rule) for rule in rules_for(longest, "lead:9"))
        assert "lead:9" in rules_for(longest, "lead:9")
        assert len({parse_rule(rule).spec for rule in rules_for(longest, "fixed:1")}) == len(
            rules_for(longest, "fixed:1")
        )


# ---- timeline


def span(begin: float, end: float, tokens: int = 100) -> Sample:
    return replace(a_sample_of("p#0", 0, 0), launched_at=begin, finished_at=end, completion_tokens=tokens)


def test_the_timeline_keeps_all_tokens_and_the_time_in_flight() -> None:
    found = timeline_of([span(0, 10), span(5, 10)], bins=10)
    assert found is not None
    assert found.length_s == 10
    assert sum(found.tokens_per_s) * found.step_s == pytest.approx(200)
    assert found.in_flight == pytest.approx((1,) * 5 + (2,) * 5)


def test_a_long_pause_is_cut_out_of_the_timeline() -> None:
    found = timeline_of([span(0, 10), span(5000, 5010)], bins=20)
    assert found is not None
    assert found.length_s == pytest.approx(20)
    assert (found.cut_s, found.resumed_s) == (4990, (10,))
    assert timeline_of([span(3, 3)]) is None


# ---- words and the page


REPORT = Path(translations.__file__).parent
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def texts_written() -> list[tuple[str, str, str]]:
    """Return where every text in two languages is written, and both."""
    found = []
    for path in sorted(REPORT.parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Bilingual":
                parts = [part.value for part in node.args if isinstance(part, ast.Constant)]
                if len(parts) == 2:
                    found.append((f"{path.name}:{node.lineno}", str(parts[0]), str(parts[1])))
    for path in sorted((REPORT / "templates").glob("*.html")):
        for call in re.findall(r"\bt\((.*?)\)(?:\.filled|,| \}|\)| %)", path.read_text(encoding="utf-8")):
            english, chinese = LITERAL.findall(call)
            found.append((path.name, english, chinese))
    return found


def test_every_text_is_there_in_both_languages_with_the_same_gaps() -> None:
    found = texts_written()
    assert len(found) > 150
    for place, english, chinese in found:
        assert english, place
        assert chinese, place
        assert english.count("{}") == chinese.count("{}"), place


def test_every_text_of_the_templates_was_looked_at() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in (REPORT / "templates").glob("*.html"))
    assert len(re.findall(r"\bt\(", written)) == sum(place.endswith(".html") for place, _, _ in texts_written())


def test_every_word_that_the_script_says_is_known() -> None:
    script = (REPORT / "templates" / "page.js").read_text(encoding="utf-8")
    said = set(re.findall(r'\bsay\("(\w+)"', script)) | set(re.findall(r'"(help_\w+)"', script))
    assert len(said) > 30
    assert said - {"sort_"} <= set(translations.SCRIPT_WORDS)


def test_the_script_reads_as_many_fields_as_are_packed() -> None:
    script = (REPORT / "templates" / "page.js").read_text(encoding="utf-8")
    fields = re.search(r"const \[(model, at[^\]]*)\] = fields", script)
    assert fields is not None
    assert len(fields[1].split(",")) == len(CHAIN_FIELDS)
    assert f"own[{len(VERDICT_FIELDS) - 1}]" in script
    assert len(_verdict(a_result("p#0", [0])) or []) == len(VERDICT_FIELDS)


def test_text_in_html_is_escaped() -> None:
    both = templates().from_string("{{ value }}")
    assert "<" not in both.render(value=HOSTILE)
    assert "<" not in both.render(value=Bilingual(HOSTILE, HOSTILE))
    assert "<img" not in both.render(value=Bilingual(HOSTILE, "甲" + HOSTILE))
    assert "<img" not in both.render(value=Bilingual("{}", "甲{}").filled(HOSTILE))
    cell = '{% from "parts.html" import table with context %}{{ table(found) }}'
    filled = templates().from_string(cell).render(found=Table(["a"], [["<td>"]]))
    assert filled.count("<td>") == 1


def test_what_fills_a_gap_is_not_filled_again() -> None:
    filled = templates().from_string("<{{ title }}>{{ t('Keys', '快捷键') }}").render(title="{{ t('a', 'b') }}")
    assert filled.startswith("<{{ t(&#39;a&#39;, &#39;b&#39;) }}><span")


def test_a_template_that_names_what_is_not_there_is_a_fault() -> None:
    with pytest.raises(UndefinedError):
        templates().from_string("{{ nothing }}").render()


def test_the_policy_allows_only_the_very_script() -> None:
    first, second = policy("a{}", "let x"), policy("a{}", "let y")
    assert first != second
    assert "unsafe" not in first
    assert first.startswith("default-src 'none'")


def test_packed_values_come_back_and_are_the_same_each_time() -> None:
    value = {"text": "甲\ud800" + HOSTILE}
    text = packed(value)
    assert text == packed(value)
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", text)
    assert json.loads(gzip.decompress(base64.b64decode(text)))["text"].endswith(HOSTILE)


def test_spans_are_counted_as_browsers_count() -> None:
    text = "😀甲𝒜：答案是：B"
    start = text.index("答")
    found = utf16_span(text, (start, len(text)))
    assert found is not None
    units = text.encode("utf-16-le")
    assert units[2 * found[0] : 2 * found[1]].decode("utf-16-le") == "答案是：B"
    assert utf16_span(text, None) is None


# ---- drawings and the command, with matplotlib


def test_a_drawing_has_no_style_no_foreign_markup_and_both_languages() -> None:
    results = [a_result(f"p{n}#0", [n % 2], family=("$x^2$" + HOSTILE, "题型")[n % 2]) for n in range(8)]
    groups = groups_of(results, "family")
    drawing = drawn(lambda found, name: draw_groups(name, found, accuracy_of(results)), groups, "r0-family")
    root = ElementTree.fromstring(drawing)
    assert not any("style" in element.attrib or element.tag == "style" for element in root.iter())
    assert "<script" not in drawing
    texts = ["".join(element.itertext()) for element in root.iter("text")]
    assert any(text.startswith("$x^2$</script>") for text in texts)
    assert any(text.startswith("题型") for text in texts)
    assert [element.text for element in root.iter("tspan")] == ["accuracy, %", "正确率（%）"]
    assert "#0102" not in drawing
    assert "#0103" not in drawing
    assert "var(--series-0)" in drawing
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(str(name).startswith("r0-family") for name in ids)


def test_the_command_writes_one_page_that_needs_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_run(tmp_path / "run", n=6, text=HOSTILE)
    assert main(["report", str(folder)]) == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert str(folder / "report.html") in capsys.readouterr().out
    assert "alert(1)</script>" not in page
    assert "<img" not in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page)
    assert not re.search(r"\bstyle=\"|\bon\w+=\"", page)
    assert "{{" not in page.split("<script>")[0]
    script = page[page.rindex("<script>") + 8 : page.rindex("</script>")]
    css = page[page.index("<style>") + 7 : page.index("</style>")]
    assert policy(css, script).replace("'", "&#39;") in page


class Elements(HTMLParser):
    """What a browser would make of a page: elements with their attributes, comments, text outside of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.comments: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.said += data


MORE_HOSTILE = " ".join(
    (
        "</script></style></title><svg onload=alert(1)>",
        "<!-- <script> <![CDATA[",
        "&lt;b&gt; & &#x3c;",
        "\" onmouseover='alert(1)' x=`",
        "[a](javascript:alert(1)) <a href=javascript:alert(1)>",
        "**b** | `c` | # d\u2028\u2029\x85e",
        "{{ policy }} {% if x %} {# #} {}",
        "$\\alpha$ %s",
    )
)


def test_hostile_text_anywhere_changes_neither_the_page_s_elements_nor_itself(tmp_path: Path) -> None:
    def page(name: str, text: str) -> Elements:
        (run,) = gather([a_run(tmp_path / name, n=6, text=text)])
        families = {"family0": text, "family1": "else", "family2": "other"}
        changes: dict[str, Any] = {
            "name": text,
            "settings": {**run.settings, text: text},
            "summary": {
                **run.summary,
                "models": [text],
                "data": [text],
                "complete": False,
                "stopped_by": text,
                "cost": 1,
                "currency": text,
            },
            "results": tuple(replace(one, family=families[str(one.family)], split=text) for one in run.results),
            "samples": {
                key: tuple(replace(one, model=text, error=text) for one in found) for key, found in run.samples.items()
            },
        }
        read = Elements()
        read.feed(page_of([replace(run, **changes)], made_on="today"))
        read.close()
        return read

    tame, found = page("tame", "plain"), page("hostile", MORE_HOSTILE)
    assert [tag for tag, _ in found.found] == [tag for tag, _ in tame.found]
    assert [list(attributes) for _, attributes in found.found] == [list(attributes) for _, attributes in tame.found]
    assert found.comments == tame.comments
    assert found.said.count(MORE_HOSTILE) > 5


def test_without_chains_no_text_of_a_sample_is_in_the_page(tmp_path: Path) -> None:
    folder = a_run(tmp_path / "run", n=3, text="x")
    assert main(["report", str(folder), "--no-chains", "-o", str(tmp_path / "out.html")]) == 0
    assert 'id="data-chains' not in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_a_changed_file_of_problems_leaves_the_texts_out_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_run(tmp_path / "run", n=3, text="x")
    data = folder / "problems.jsonl"
    data.write_text(data.read_text(encoding="utf-8").replace("谁在最前", "谁在最后"), encoding="utf-8")
    assert main(["report", str(folder)]) == 0
    assert "no texts of questions (changed)" in capsys.readouterr().err
    assert "has changed since the run" in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{run}/nowhere"], "no such run folder"),
        (["{run}", "{run}"], "same run twice"),
    ],
)
def test_bad_usage_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    folder = a_run(tmp_path / "run", n=2, text="x")
    assert main(["report", *(one.format(run=folder) for one in arguments)]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert len(errors.splitlines()) == 1


def test_data_that_a_run_names_is_neither_waited_for_nor_without_end(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run", n=2, text="x")
    os.mkfifo(tmp_path / "pipe")
    for name in ("/dev/zero", str(tmp_path / "pipe"), "\0", "x" * 5000):
        config = json.loads((run / "config.json").read_text(encoding="utf-8"))
        config["binding"]["data"] = [name]
        (run / "config.json").write_text(json.dumps(config), encoding="utf-8")
        (found,) = gather([run])
        assert found.texts_missing == "gone"
