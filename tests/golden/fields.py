"""Comparing JSON with what was recorded: what was there must be there and be the same; what is new is welcome."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from tests.golden.command import RECORDED, ROOT


def without(value: object, names: Collection[str]) -> object:
    """Return a JSON value without the fields of these names, at any depth."""
    if isinstance(value, dict):
        return {name: without(part, names) for name, part in value.items() if name not in names}
    if isinstance(value, list):
        return [without(part, names) for part in value]
    return value


def differences(then: object, now: object, place: str = "") -> Iterator[str]:
    """Yield what went or changed, one line each, with its place."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            if name in now:
                yield from differences(value, now[name], f"{place}.{name}")
            else:
                yield f"{place}.{name}: gone; it was {_short(value)}"
    elif isinstance(then, list) and isinstance(now, list):
        if len(then) != len(now):
            yield f"{place}: {len(then)} entries then, {len(now)} now"
        for number, (old, new) in enumerate(zip(then, now, strict=False)):
            yield from differences(old, new, f"{place}[{number}]")
    elif then != now or isinstance(then, bool) != isinstance(now, bool):
        yield f"{place}: {_short(then)} then, {_short(now)} now"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]} …"


def check(then: object, now: object) -> None:
    """Fail with the first twenty differences."""
    found = list(differences(then, now))
    assert not found, f"{len(found)} differences\n" + "\n".join(found[:20])


def recorded(name: str) -> Any:
    """Read one of the recorded JSON files."""
    path = ROOT / RECORDED / f"{name}.json"
    if not path.exists():
        return json.loads(gzip.decompress(path.with_suffix(".json.gz").read_bytes()))
    return json.loads(path.read_text(encoding="utf-8"))


def record(name: str, value: object, *, is_packed: bool = False) -> None:
    """Write one of the recorded JSON files."""
    path = ROOT / RECORDED / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    if is_packed:
        # No time and no name inside, so that the same content gives the same file.
        path.with_suffix(".json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    else:
        path.write_text(text, encoding="utf-8")


def lines_of(path: Path) -> list[Any]:
    """Read a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
