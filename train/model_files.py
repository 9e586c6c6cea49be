"""What a model folder holds, read from its headers: tensors, sizes, fingerprint.

Nothing here loads weights, and nothing imports torch: checks of a 60 GB model take milliseconds.

>>> tensors_of(Path("models/embedded"))["model.norm.weight"].dtype                               # doctest: +SKIP
'BF16'
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import struct
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from solver.base.display.printing import command_line
from solver.base.errors import words_of
from solver.base.foreign_files import object_of, open_regular, parsed_json
from solver.hub.model_folder import fetched_folder
from solver.hub.model_name import ModelName, instead_of, is_in_hub_cache, parse_model_name
from train.errors import BaseError, DiskError

BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "F8_E4M3": 1, "I8": 1, "U8": 1}
"""safetensors' names of types, and bytes of an element."""
_LONGEST_HEADER = 100_000_000
"""Bytes; safetensors itself takes no longer one."""
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
    start: int = 0
    """Where its bytes begin in the file."""
    size: int = 0
    """How many there are."""

    @property
    def n_bytes(self) -> int:
        """Bytes that it takes."""
        return prod(self.shape) * BYTES.get(self.dtype, 4)


def local_folder(name: str) -> Path:
    """Return the folder of a model given by path, by the name it was fetched by, or by that in the hub's own cache.

    Raises:
        BaseError: it is in neither place; nothing is downloaded.
    """
    if (Path(name) / "config.json").is_file():
        return Path(name)
    if Path(name).exists():
        raise BaseError(f"model folder {name} has no config.json; give the folder that holds the weights")
    if (here := fetched_folder(name)) is not None:
        return here
    found = parse_model_name(name) or (ModelName("huggingface", name) if is_in_hub_cache(name, os.environ) else None)
    if found is None:
        raise BaseError(f"model folder {name} does not exist{instead_of(name)}")
    if found.hub == "huggingface":
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError

        try:
            return Path(snapshot_download(found.repository, revision=found.revision, local_files_only=True))
        except LocalEntryNotFoundError:
            pass
    fetch = command_line("harness", "fetch", name)
    raise BaseError(f"model {name} is neither a folder nor in the local cache; fetch it with: {fetch}")


def config_of(folder: Path) -> dict[str, Any]:
    """Read ``config.json``.

    Raises:
        BaseError: it cannot be read.
    """
    if not (folder / "config.json").exists():
        raise BaseError(f"{folder / 'config.json'} is not there; give the folder of a model")
    return object_of(folder / "config.json", error=BaseError)


def header_of(file: Path) -> dict[str, Tensor]:
    """Read the header of one safetensors file.

    Raises:
        BaseError: it is no safetensors file, or it ends before its last tensor.
    """
    try:
        with open_regular(file) as stream:
            size = os.fstat(stream.fileno()).st_size
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(size - 8, _LONGEST_HEADER):
                raise ValueError(f"its header is to have {length:,} bytes")
            entries = parsed_json(stream.read(length))
        if not isinstance(entries, dict):
            raise ValueError("its header is no object")
        entries.pop("__metadata__", None)
        return dict(_tensors_in(entries, room=size - 8 - length, first=8 + length, file=file))
    except (OSError, ValueError, struct.error) as error:
        raise BaseError(f"{file} is no whole safetensors file ({words_of(error)})") from error


def _is_file_name(name: str) -> bool:
    """Tell whether a name is one of a file in a folder, and nothing that leads elsewhere or that no system takes."""
    return Path(name).name == name and name not in ("", ".", "..") and "\0" not in name and len(name.encode()) < 256


def _tensors_in(entries: Mapping[str, Any], *, room: int, first: int, file: Path) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a header, each with bytes of its own, as many as its shape needs.

    Args:
        room: bytes behind the header.
        first: where these begin in the file.

    Raises:
        ValueError: an entry is none, lies elsewhere, or over another one.
    """
    found = {name: _tensor(name, entry, first, file) for name, entry in entries.items()}
    end = first
    for name, one in sorted(found.items(), key=lambda item: item[1].start):
        if one.start < end:
            raise ValueError(f"tensor {name[:80]!r} lies over another one")
        end = one.start + one.size
        if end > first + room:
            raise ValueError("it is shorter than its header says; copy it again")
    yield from found.items()


def _tensor(name: str, entry: object, first: int, file: Path) -> Tensor:
    shape, places = _field(entry, "shape"), _field(entry, "data_offsets")
    kind = entry.get("dtype") if isinstance(entry, dict) else None
    is_whole = all(type(value) is int and value >= 0 for value in (*shape, *places))
    if not is_whole or len(places) != 2 or not isinstance(kind, str):
        raise ValueError(f"tensor {name[:80]!r} has no shape, dtype and two data_offsets")
    start, end = places
    if end < start or (kind in BYTES and prod(shape) * BYTES[kind] != end - start):
        raise ValueError(f"tensor {name[:80]!r} has other bytes than its shape needs")
    return Tensor(tuple(shape), kind, file, first + start, end - start)


def _field(entry: object, name: str) -> list[Any]:
    found = entry.get(name) if isinstance(entry, dict) else None
    return found if isinstance(found, list) else []


def tensors_of(folder: Path) -> dict[str, Tensor]:
    """Read the headers of all weights of a folder.

    Raises:
        BaseError: it has no safetensors, or one of them is damaged or missing.
    """
    index = folder / "model.safetensors.index.json"
    files = sorted(folder.glob("*.safetensors"))
    if index.is_file():
        names = object_of(index, error=BaseError).get("weight_map")
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
            raise BaseError(f"{index}: field 'weight_map' must be an object of names of files")
        named = sorted(set(names.values()))
        if strange := [name for name in named if not _is_file_name(name)]:
            raise BaseError(f"{index} names {strange[0][:80]!r}, which is no file of its folder")
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
        with open_regular(file) as stream:
            for name, one in sorted(header_of(file).items()):
                stream.seek(one.start)
                first[name] = stream.read(min(_SAMPLE_BYTES, one.size)).hex()
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


def _size(n_bytes: int) -> str:
    """Write a size in GB; one that would round to nothing in MB.

    >>> _size(18_200_000_000), _size(38_100_000)
    ('18.2 GB', '38.1 MB')
    """
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"


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
            f"{what} needs {_size(need)} in {place}, and {_size(free)} are free; make room or give another --out"
        )


def available_memory() -> int | None:
    """Return the free bytes of memory, None where the system does not say."""
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    found = re.search(r"MemAvailable:\s+(\d+) kB", text)
    return int(found.group(1)) * 1024 if found else None


def copy_tokenizer(source: Path, destination: Path) -> None:
    """Copy the tokenizer's files that ``source`` has."""
    for name in TOKENIZER_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, destination / name)


def write_json(path: Path, value: object) -> None:
    """Write a JSON file that people read as well."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
