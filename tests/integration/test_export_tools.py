"""What ``harness export`` writes, opened by the real tools; each test is skipped where its tool is not installed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from harness.cli import main
from tests.support.run_folders import a_run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_run(tmp_path / "run", n=10, text="甲")


@pytest.mark.filterwarnings("ignore")
def test_inspect_reads_the_log(folder: Path) -> None:
    log = pytest.importorskip("inspect_ai.log", reason="inspect_ai is not installed", exc_type=ImportError)
    assert main(["export", str(folder), "--to", "inspect"]) == 0
    (name,) = (folder / "export" / "inspect").glob("*.json")
    found = log.read_eval_log(str(name))
    assert found.status == "success"
    assert found.results.scores[0].metrics["accuracy"].value == 0.6
    assert len(found.samples) == 40
    assert found.samples[0].output.completion.endswith("答案是：A")
    assert len(found.reductions[0].samples) == 10
    one = log.read_eval_log_sample(str(name), id="p1#1", epoch=2)
    assert one.scores["choice"].value == "I"
    assert [entry.task for entry in log.list_eval_logs(str(name.parent))] == ["problems"]


@pytest.mark.filterwarnings("ignore")
def test_lm_eval_reads_the_results(folder: Path) -> None:
    utils = pytest.importorskip("lm_eval.utils", reason="lm_eval is not installed", exc_type=ImportError)
    assert main(["export", str(folder), "--to", "lm-eval"]) == 0
    files = [str(path) for path in (folder / "export" / "lm-eval").rglob("*.json*")]
    results = utils.get_latest_filename(utils.get_results_filenames(files))
    samples = utils.get_latest_filename(utils.get_sample_results_filenames(files))
    assert utils.get_file_task_name(Path(samples).name) == "problems"
    table = utils.make_table(json.loads(Path(results).read_text(encoding="utf-8")))
    assert "|problems" in table
    # 0.6 or 0.6000, as the writer of tables likes; once for single samples, once for the vote.
    assert len(re.findall(r"\|\s*0\.6(?:000)?\s*\|", table)) == 2
