"""How busy a GPU is: ``nvidia-smi`` beside the work, four readings a second. Without it everything is None."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import threading
import time
from typing import NamedTuple, Self

PERIOD_MS = 250


class Reading(NamedTuple):
    """One reading of the card."""

    at: float
    """Unix time, seconds."""
    busy: float
    """Part of the time in which a kernel ran, 0 to 1."""
    memory_mib: float
    power_w: float


class GpuWatch:
    """Reads the first visible card while its block lasts."""

    def __init__(self) -> None:
        self.card: str | None = None
        self._readings: list[Reading] = []
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if shutil.which("nvidia-smi"):
            card = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip() or "0"
            what = "--query-gpu=name,memory.total,driver_version"
            name = ["nvidia-smi", f"--id={card}", what, "--format=csv,noheader"]
            self.card = subprocess.run(name, capture_output=True, text=True, timeout=30).stdout.strip()
            query = "--query-gpu=utilization.gpu,memory.used,power.draw"
            self._process = subprocess.Popen(
                ["nvidia-smi", f"--id={card}", query, "--format=csv,noheader,nounits", f"-lms={PERIOD_MS}"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                busy, memory, power = (float(word) for word in line.split(","))
            except ValueError:
                continue
            self._readings.append(Reading(time.time(), busy / 100, memory, power))

    def between(self, start: float, end: float) -> dict[str, float | None]:
        """Return mean busy share, peak memory (GiB) and mean power (W) between two Unix times."""
        found = [reading for reading in self._readings if start <= reading.at <= end]
        if not found:
            return {"gpu_busy": None, "peak_gib": None, "power_w": None}
        return {
            "gpu_busy": round(statistics.fmean(reading.busy for reading in found), 4),
            "peak_gib": round(max(reading.memory_mib for reading in found) / 1024, 2),
            "power_w": round(statistics.fmean(reading.power_w for reading in found), 1),
        }
