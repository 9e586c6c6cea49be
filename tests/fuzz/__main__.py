"""Fuzz for as long as wanted.

    python -m tests.fuzz extract problems --seconds 3600 [--seed 1]

With atheris (``pip install atheris``; not among the requirements) inputs are led by coverage, else mutated blindly.
A find is written to ``tests/fuzz/corpus/TARGET`` as ``find-…``, told, and ends the target with exit code 1; mended, it
stays there as a test.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from tests.fuzz.mutate import mutated

CORPUS = Path(__file__).with_name("corpus")


def corpus_of(target: str) -> list[bytes]:
    """Return the kept inputs of a target."""
    return [path.read_bytes() for path in sorted((CORPUS / target).glob("*")) if path.is_file()] or [b""]


def blind(target: str, seconds: float, seed: int, *, is_kept: bool = True) -> int:
    """Fuzz without coverage; returns the number of inputs tried.

    Raises:
        Exception: the first find, whatever it is; its input is kept.
    """
    from tests.fuzz.targets import TARGETS

    run, corpus, rng = TARGETS[target], corpus_of(target), Random(seed)
    # The process's own time: on a busy machine CI must try as much as on a free one.
    end, tried = time.process_time() + seconds, 0
    while time.process_time() < end:
        data = mutated(rng.choice(corpus), corpus, rng)
        tried += 1
        try:
            run(data)
        except Exception:
            if is_kept:
                name = hashlib.sha256(data).hexdigest()[:12]
                (CORPUS / target).mkdir(parents=True, exist_ok=True)
                (CORPUS / target / f"find-{name}").write_bytes(data)
            raise
    return tried


def guided(target: str, seconds: float, seed: int) -> int:
    """Fuzz led by coverage in a process of its own (atheris leaves only by exiting); returns its exit code."""
    found = CORPUS / target / "find-"
    scratch = Path(f"/tmp/fuzz-{target}")
    scratch.mkdir(exist_ok=True)
    arguments = [f"-max_total_time={int(seconds)}", f"-seed={seed}", "-max_len=20000", "-timeout=20"]
    arguments += [f"-artifact_prefix={found}", "-print_final_stats=1", str(scratch), str(CORPUS / target)]
    return subprocess.run([sys.executable, "-m", "tests.fuzz.guided", target, *arguments]).returncode


def main() -> int:
    """Run the command."""
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="fuzz the parsers")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target (default 60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true", help="without atheris, even where it is installed")
    args = parser.parse_args()
    code = 0
    for target in args.targets or TARGETS:
        try:
            import atheris  # noqa: F401
        except ImportError:
            args.blind = True
        if args.blind:
            tried = blind(target, args.seconds, args.seed)
            print(f"{target}: {tried} inputs, no find")
        else:
            code = max(code, guided(target, args.seconds, args.seed) != 0)
    return code


if __name__ == "__main__":
    sys.exit(main())
