"""``python -m train tokenizer``: the embedded model's tokens, learned from generated problems."""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path
from typing import Any

from solver.base.config.bounds import LAST_TORCH_SEED, MOST
from solver.base.typed_numbers import Whole

HELP = "Learn the embedded model's tokenizer from generated problems."


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Example: python -m train tokenizer --out runs/tokenizer --items 12000"
    parser.add_argument("--out", type=Path, required=True, help="folder for tokenizer.json and its companions")
    parser.add_argument(
        "--items", type=Whole(1, MOST), default=12000, help="generated problems to learn from (default: 12000)"
    )
    parser.add_argument(
        "--vocab", type=Whole(2, 65_535), default=4096, help="tokens, special ones included (default: 4096)"
    )
    parser.add_argument("--seed", type=Whole(0, LAST_TORCH_SEED), default=1, help="stream of problems (default: 1)")
    parser.add_argument(
        "--source",
        choices=("synth", "toy"),
        default="synth",
        help="the generator's puzzles, or tiny ones to try with (default: synth)",
    )


def run(arguments: argparse.Namespace) -> int:
    from solver.base.display.printing import print_result, tell, tell_end
    from solver.base.display.progress import bar
    from solver.base.extras import lacks
    from solver.base.outputs import Output, check_outputs
    from train.errors import TokenizerError
    from train.pretrain import tokenizer
    from train.pretrain.documents import documents

    if any(arguments.out.glob("*.safetensors")):
        raise TokenizerError(
            f"--out {arguments.out}: holds a model, which another tokenizer would spoil; name another folder"
        )
    check_outputs([Output("--out", arguments.out, names=("tokenizer*.json", "chat_template.jinja"))])
    stream = documents(arguments.source, seed=arguments.seed, start=0, stride=1, direct_share=0.1)
    texts = []
    with bar("problems", arguments.items) as tick:
        for done, problem in enumerate(islice(stream, arguments.items), 1):
            texts += [prompt + answer for prompt, answer in problem.pairs]
            tick(done)
    plain = [text.replace("<|im_start|>", "").replace("<|im_end|>", "") for text in texts]
    with bar("tokens", arguments.vocab) as tick:
        learned = tokenizer.learn(tokenizer.chunk_counts(plain), size=arguments.vocab, tick=tick)
    tokenizer.save(learned, arguments.out)
    sample = texts[-2000:]
    encoded = [one.ids for one in tokenizer.load(arguments.out).encode_batch(sample, add_special_tokens=False)]
    tokens = sum(map(len, encoded))
    result: dict[str, Any] = {
        "tokens": len(learned.vocab),
        "documents": len(texts),
        "characters_per_token": round(sum(map(len, sample)) / tokens, 3),
        "tokens_per_document": round(tokens / len(sample), 1),
        "longest_document": max(map(len, encoded)),
    }
    try:
        result["checked_against_transformers"] = tokenizer.check_against_transformers(arguments.out, sample[:200])
    except ImportError as error:
        tell(f"train: ids were not compared with AutoTokenizer's: {lacks(error) or error}")
    print_result(result)
    then = ("train", "pretrain", f"data.tokenizer={arguments.out}", "--out", "runs/pre")
    tell_end("train", arguments.out, then=then)
    return 0
