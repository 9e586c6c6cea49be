"""lm-evaluation-harness as a contestant: a ``generate_until`` task with ``repeats`` over ``local-chat-completions``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from .contestant import ANSWER, Command, Job, Kept
from .questions import write_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class LmEval:
    """``lm_eval run``.

    Its client sends seed 1234 with every request unless the task says otherwise, which makes all repeats of a question
    the same sample: ``seed: null`` here. ``do_sample`` keeps its response cache from answering all repeats of a
    question with one of them (``CachingLM``); with it the cache holds nothing that a restart could use.
    """

    name: str = "lm-eval"
    max_retries: int = 3
    """Its default."""
    is_cached: bool = False
    """True leaves ``do_sample`` out, so that ``--use_cache`` works, at the price named above."""
    environment: str = "lm-eval"
    requirements: tuple[str, ...] = ("lm_eval[api]==0.4.13",)

    def command(self, job: Job, python: Path) -> Command:
        """Write task and data and return the command."""
        rows = [{"qid": one.id, "prompt": one.prompt, "gold": one.gold} for one in job.questions]
        data = write_lines(job.folder / "questions.jsonl", rows)
        (job.folder / "peers.yaml").write_text(yaml.safe_dump(self._task(job, data), allow_unicode=True))
        model = {
            "model": job.model,
            "base_url": f"{job.url}/chat/completions",
            "num_concurrent": job.concurrency,
            "max_retries": self.max_retries,
        }
        words = [str(python), "-m", "lm_eval", "run", "--model", "local-chat-completions", "--tasks", "peers"]
        words += ["--include_path", str(job.folder), "--apply_chat_template", "--log_samples"]
        words += ["--output_path", str(job.folder / "out")]
        words += ["--model_args", ",".join(f"{name}={value}" for name, value in model.items())]
        if job.is_resumable:
            words += ["--use_cache", str(job.folder / "cache")]
        home = str(job.cache / "hf")
        return Command(words, job.folder, {"HF_HOME": home, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"})

    def _task(self, job: Job, data: Path) -> dict[str, object]:
        generation: dict[str, object] = {"until": [], "temperature": 1.0, "max_gen_toks": job.max_tokens, "seed": None}
        if not self.is_cached:
            generation["do_sample"] = True
        regex = {"function": "regex", "regex_pattern": ANSWER, "group_select": -1}
        return {
            "task": "peers",
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(data)}},
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": "{{prompt}}",
            "doc_to_target": "{{gold}}",
            "generation_kwargs": generation,
            "repeats": job.repeats,
            "filter_list": [{"name": "vote", "filter": [regex, {"function": "majority_vote"}]}],
            "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
        }

    def kept(self, job: Job, python: Path) -> Iterable[Kept]:
        """Read the samples file, which is written at the end of a run only."""
        for path in sorted((job.folder / "out").rglob("samples_peers_*.jsonl"))[-1:]:
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                for text in row["resps"][0]:
                    letters = re.findall(ANSWER, text)
                    yield Kept(row["doc"]["qid"], text, letters[-1] if letters else None)
