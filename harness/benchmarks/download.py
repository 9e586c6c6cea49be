"""Files of public benchmarks on this machine: fetched once, resumed where cut off, held against their digest.

``LOGIC_VOTE_MIRROR`` names another place that serves ``/OWNER/NAME/COMMIT/PATH`` as raw.githubusercontent.com does;
``LOGIC_VOTE_CACHE`` another folder than ``~/.cache/logic-vote``.
"""

from __future__ import annotations

import hashlib
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from harness.benchmarks.benchmark import Benchmark, SourceFile
from harness.errors import DownloadError
from solver.base.display.printing import command_line
from solver.base.errors import words_of
from solver.base.places import cache_folder

PLACE = "https://raw.githubusercontent.com"
_TRIES = 4
"""A connection that breaks is taken up again where it broke."""
_TIMEOUT_S = 30.0


def cached(source: SourceFile) -> Path:
    """Return where a file lies once it was fetched; its name is its digest."""
    return cache_folder(os.environ) / "benchmarks" / f"{source.sha256}{Path(source.path).suffix}"


def fetched(benchmark: Benchmark, source: SourceFile, tell: Callable[[str], None]) -> bytes:
    """Return a file's content, from the cache or from its makers' place.

    Raises:
        DownloadError: it cannot be had, or is not the one that was pinned.
    """
    path = cached(source)
    if path.is_file() and _digest(data := path.read_bytes()) == source.sha256:
        return data
    url = url_of(benchmark, source)
    tell(f"fetching {benchmark.name}: {source.path} ({benchmark.licence})")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        _download(url, part)
        data = part.read_bytes()
        if _digest(data) != source.sha256:
            raise DownloadError(
                f"{url}: not the file that was pinned (SHA-256 {_digest(data)[:12]}…, not {source.sha256[:12]}…); "
                "nothing of it is used; try again, or another LOGIC_VOTE_MIRROR"
            )
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return data


def url_of(benchmark: Benchmark, source: SourceFile) -> str:
    """Return where a file is fetched from."""
    place = os.environ.get("LOGIC_VOTE_MIRROR", PLACE).rstrip("/")
    return f"{place}/{benchmark.repository}/{benchmark.revision}/{quote(source.path)}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _download(url: str, part: Path) -> None:
    """Fetch into a file, going on where a connection broke."""
    for attempt in range(_TRIES):
        have = part.stat().st_size if part.exists() else 0
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                # A server that knows no ranges begins anew.
                with open(part, "ab" if have and answer.status == 206 else "wb") as out:
                    while block := answer.read(1 << 16):
                        out.write(block)
                wanted = answer.headers.get("Content-Length")
                got = part.stat().st_size - (have if answer.status == 206 else 0)
            if wanted is None or got >= int(wanted):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == _TRIES - 1:
                raise DownloadError(
                    f"{url}: HTTP {error.code} {error.reason}; try again later, or name a mirror"
                ) from error
        except (OSError, HTTPException) as error:
            if attempt == _TRIES - 1:
                reason = getattr(error, "reason", error)
                why = words_of(reason) if isinstance(reason, Exception) else reason
                fetch = command_line("harness", "benchmarks", "--fetch", "NAME")
                raise DownloadError(
                    f"{url}: cannot be fetched ({why}); without a network fetch it elsewhere ({fetch}) and copy "
                    f"{cache_folder(os.environ)} here"
                ) from error
    raise DownloadError(f"{url}: the connection broke {_TRIES} times; run again")
