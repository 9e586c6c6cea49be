"""What tells one model's weights from another's: a digest over the files, or over their heads where they are large."""

from __future__ import annotations

import hashlib
from pathlib import Path

WHOLE_BELOW = 1 << 30
"""Weights of fewer bytes are read whole (a second or so); of larger ones the first MiB of every file, which holds the
names, shapes and places of all tensors, and its size."""
_HEAD = 1 << 20


def weights_digest(folder: Path) -> tuple[str, str] | None:
    """Return a digest and what it is over, ``files`` or ``heads and sizes``; None where a folder holds no weights."""
    files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))
    if not files:
        return None
    is_whole = sum(file.stat().st_size for file in files) < WHOLE_BELOW
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\n{file.stat().st_size}\n".encode())
        with file.open("rb") as data:
            digest.update(hashlib.file_digest(data, "sha256").digest() if is_whole else data.read(_HEAD))
    return digest.hexdigest(), "files" if is_whole else "heads and sizes"
