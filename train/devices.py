"""Named GPUs: how much memory PyTorch can use on each, and its dense bf16 peak. A table, no CUDA.

>>> device_of("H100").memory_gib, device_of("rtx4090").name
(79.1, 'rtx-4090')
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from train.errors import RecipeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One kind of GPU."""

    name: str
    title: str
    """As its maker writes it."""
    memory_gib: float
    """What ``torch.cuda`` reports as total, in GiB: less than the number in the product's name. The smallest seen in
    public out-of-memory reports, rounded down: H100 79.11 (vllm-project/vllm issue 27508), H20 95.00
    (modelscope/DiffSynth-Studio issue 1238), RTX 5090 31.36 (TrajectoryCrafter issue 20), RTX 4090 23.64
    (ali-vilab/VGen issue 104)."""
    bf16_tflops: float
    """Peak of dense bf16 products summed in fp32. Data sheets that print the sparse number are halved."""
    source: str
    """Where the peak is from."""


_SOURCES = {
    "hopper": "NVIDIA H100 / H200 / H20 data sheets (sparse numbers halved)",
    "ampere": "NVIDIA A100 data sheet",
    "ada": "NVIDIA Ada GPU architecture white paper, table of tensor peaks with fp32 accumulation",
    "ga102": "NVIDIA Ampere GA102 architecture white paper, tensor peaks with fp32 accumulation",
    "blackwell": "NVIDIA HGX B200 data sheet (sparse number halved)",
    "rtx-blackwell": "NVIDIA RTX Blackwell GPU architecture white paper, tensor peaks with fp32 accumulation",
}
_ROWS = (
    ("b200", "NVIDIA B200 (SXM, 180 GB)", 178.3, 2250.0, "blackwell"),
    ("h200", "NVIDIA H200 (SXM, 141 GB)", 139.7, 989.4, "hopper"),
    ("h100", "NVIDIA H100 (SXM, 80 GB)", 79.1, 989.4, "hopper"),
    ("h100-pcie", "NVIDIA H100 (PCIe, 80 GB)", 79.1, 756.0, "hopper"),
    ("h20", "NVIDIA H20 (96 GB)", 95.0, 148.0, "hopper"),
    ("a100-80gb", "NVIDIA A100 (80 GB)", 79.1, 312.0, "ampere"),
    ("a100-40gb", "NVIDIA A100 (40 GB)", 39.3, 312.0, "ampere"),
    ("l40s", "NVIDIA L40S (48 GB)", 44.3, 362.0, "ada"),
    ("rtx-a6000", "NVIDIA RTX A6000 (48 GB)", 47.4, 154.8, "ga102"),
    ("rtx-5090", "NVIDIA GeForce RTX 5090 (32 GB)", 31.3, 209.5, "rtx-blackwell"),
    ("rtx-4090", "NVIDIA GeForce RTX 4090 (24 GB)", 23.6, 165.2, "ada"),
    ("rtx-3090", "NVIDIA GeForce RTX 3090 (24 GB)", 23.6, 71.0, "ga102"),
    ("l4", "NVIDIA L4 (24 GB)", 22.0, 121.0, "ada"),
)
DEVICES = tuple(
    Device(name=name, title=title, memory_gib=memory, bf16_tflops=peak, source=_SOURCES[source])
    for name, title, memory, peak, source in _ROWS
)
_ALIASES = {"a100": "a100-80gb", "a800": "a100-80gb", "h800": "h100", "a6000": "rtx-a6000"}
"""The 800s differ from the 100s in how fast they talk to each other alone."""


def device_names() -> tuple[str, ...]:
    """Return the names of all known devices."""
    return tuple(device.name for device in DEVICES)


def device_of(name: str) -> Device:
    """Find a device by name; case, spaces and dashes do not matter.

    Raises:
        RecipeError: no such device is in the table.
    """
    wanted = _plain(_ALIASES.get(name.lower(), name))
    for device in DEVICES:
        if _plain(device.name) == wanted:
            return device
    near = difflib.get_close_matches(name.lower(), device_names(), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise RecipeError(f"GPU {name!r} is not known; {hint}use one of {', '.join(device_names())}")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]|nvidia|geforce|sxm", "", name.lower())
