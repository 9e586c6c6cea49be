"""Folders that a version left behind, as they are kept here: every database packed, nothing else changed."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from tests.golden.command import RECORDED, ROOT

_PACKED = ".sqlite"


def kept(folder: Path, name: str, *, only: str = "") -> None:
    """Put a folder away under a name: all its files, or those whose names end so."""
    target = ROOT / RECORDED / name
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name.endswith("lock") or not path.name.endswith(only):
            continue
        assert not path.name.endswith(("-wal", "-shm")), f"{path} was not closed well"
        place = target / path.relative_to(folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == _PACKED:
            place.with_name(f"{place.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        else:
            # Where the project lay on the machine that made it is nobody's concern.
            text = path.read_text(encoding="utf-8").replace(f"{ROOT}/", "")
            place.write_text(text, encoding="utf-8")


def brought(name: str, to: Path) -> Path:
    """Lay a folder out again, in a folder of tests; returns its path, which ends as its name does."""
    source, target = ROOT / RECORDED / name, to / Path(name).name
    for path in sorted(source.rglob("*")):
        if path.is_dir():
            continue
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.name.endswith(f"{_PACKED}.gz"):
            place.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        else:
            shutil.copyfile(path, place)
    return target
