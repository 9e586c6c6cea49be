"""What a model folder holds, read from its headers: tensors, sizes, fingerprint; and how a new folder is written.

Nothing here loads weights, and nothing imports torch: checks of a 60 GB model take milliseconds.

>>> tensors_of(Path("models/embedded"))["model.norm.weight"].dtype                               # doctest: +SKIP
'BF16'
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from train.errors import BaseError, DiskError

BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "F8_E4M3": 1, "I8": 1, "U8": 1}
"""safetensors' names of types, and bytes of an element."""
_SAMPLE_BYTES = 256
"""Of each tensor, for a fingerprint."""
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
)
"""What belongs to the tokenizer of a folder; a folder has some of them."""


class Tensor(NamedTuple):
    """One tensor of a folder of safetensors."""

    shape: tuple[int, ...]
    dtype: str
    """As safetensors writes it: BF16, F32, I32 …"""
    file: Path

    @property
    def n_bytes(self) -> int:
        """Bytes that it takes."""
        return prod(self.shape) * BYTES.get(self.dtype, 4)


def local_folder(name: str) -> Path:
    """Return the folder of a model given by path, or by its name in the local Hugging Face cache.

    Raises:
        BaseError: it is in neither place; nothing is downloaded.
    """
    if (Path(name) / "config.json").is_file():
        return Path(name)
    if Path(name).exists():
        raise BaseError(f"model folder {name} has no config.json; give the folder that holds the weights")
    if not name.startswith((".", "/", "~")) and name.count("/") == 1:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError

        try:
            return Path(snapshot_download(name, local_files_only=True))
        except LocalEntryNotFoundError:
            pass
    raise BaseError(f"model {name} is neither a folder nor in the local cache; fetch it with: hf download {name}")


def config_of(folder: Path) -> dict[str, Any]:
    """Read ``config.json``.

    Raises:
        BaseError: it cannot be read.
    """
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BaseError(f"{folder / 'config.json'} cannot be read ({error}); give the folder of a model") from error
    if not isinstance(found, dict):
        raise BaseError(f"{folder / 'config.json'} holds no object; give the folder of a model")
    return found


def header_of(file: Path) -> dict[str, Tensor]:
    """Read the header of one safetensors file.

    Raises:
        BaseError: it is no safetensors file, or it ends before its last tensor.
    """
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            entries = json.loads(stream.read(length))
        ends = [entry["data_offsets"][1] for name, entry in entries.items() if name != "__metadata__"]
        if file.stat().st_size < 8 + length + max(ends, default=0):
            raise ValueError("it is shorter than its header says; copy it again")
    except (OSError, ValueError, KeyError, struct.error, OverflowError, MemoryError) as error:
        raise BaseError(f"{file} is no whole safetensors file ({error})") from error
    return {
        name: Tensor(tuple(entry["shape"]), entry["dtype"], file)
        for name, entry in entries.items()
        if name != "__metadata__"
    }


def tensors_of(folder: Path) -> dict[str, Tensor]:
    """Read the headers of all weights of a folder.

    Raises:
        BaseError: it has no safetensors, or one of them is damaged or missing.
    """
    index = folder / "model.safetensors.index.json"
    files = sorted(folder.glob("*.safetensors"))
    if index.is_file():
        named = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        missing = [name for name in named if not (folder / name).is_file()]
        if missing:
            raise BaseError(f"{folder} lacks {', '.join(missing)}, which its index names; copy them there")
        files = [folder / name for name in named]
    if not files:
        raise BaseError(f"{folder} holds no *.safetensors; convert older weights with transformers' save_pretrained")
    found: dict[str, Tensor] = {}
    for file in files:
        found.update(header_of(file))
    return found


def fingerprint(folder: Path) -> str:
    """Return 16 hex digits that tell models apart: names, shapes and the first bytes of all tensors.

    Any training step or merge moves some of them, and reading so little takes no time.
    """
    tensors = tensors_of(folder)
    first: dict[str, str] = {}
    for file in sorted({one.file for one in tensors.values()}):
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            entries = json.loads(stream.read(length))
            for name in sorted(set(entries) - {"__metadata__"}):
                start, end = entries[name]["data_offsets"]
                stream.seek(8 + length + start)
                first[name] = stream.read(min(_SAMPLE_BYTES, end - start)).hex()
    facts = sorted((name, one.shape, first.get(name)) for name, one in tensors.items())
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def check_unquantised(folder: Path, *, doing: str) -> None:
    """Make sure that a model's weights are plain numbers.

    Raises:
        BaseError: they are quantised.
    """
    config = config_of(folder)
    method = (config.get("quantization_config") or {}).get("quant_method")
    packed = next((name for name in tensors_of(folder) if name.endswith((".qweight", ".weight_packed"))), None)
    if method or packed or (folder / "quantize_config.json").is_file():
        raise BaseError(
            f"{folder} is quantised already ({method or packed or 'quantize_config.json'}): {doing} it would lose "
            "what 4 bits cannot hold; give the bf16 model that it was made from"
        )


def check_room(out: Path, need_bytes: int, *, what: str) -> None:
    """Make sure that a folder to come has room, with 5 % to spare.

    Raises:
        DiskError: with what is needed and what is free.
    """
    place = out.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    need = int(need_bytes * 1.05)
    if free < need:
        raise DiskError(
            f"{what} needs {need / 1e9:.1f} GB in {place}, and {free / 1e9:.1f} GB are free; "
            "make room or give another --out"
        )


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a hidden folder to write into; it takes its name when the body ends well, and vanishes otherwise.

    Raises:
        BaseError: ``out`` exists and is not empty.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BaseError(f"{out} exists already; give another --out, or remove it")
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.parent / f".{out.name}.{os.getpid()}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        follow_umask(temporary)
        if out.exists():
            out.rmdir()
        temporary.rename(out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def follow_umask(folder: Path) -> None:
    """Give the files of a folder the mode that the user's umask asks for.

    safetensors 0.8 writes through a temporary file that only its owner may read, and so the user of a container could
    not. Remove when it no longer does.
    """
    umask = os.umask(0o077)
    os.umask(umask)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o666 & ~umask)


def copy_tokenizer(source: Path, destination: Path) -> None:
    """Copy the tokenizer's files that ``source`` has."""
    for name in TOKENIZER_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, destination / name)


def write_json(path: Path, value: object) -> None:
    """Write a JSON file that people read as well."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
