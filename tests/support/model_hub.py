"""A scripted Hugging Face hub on the loopback: enough of its API for the real clients, and any fault on demand.

Of models for ``huggingface_hub`` and, with ``kind="datasets"``, of data sets for ``datasets``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.http_thread import serving

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class ModelHub:
    """The one model or data set that there is, and how it is served."""

    repository: str
    files: Mapping[str, bytes]
    kind: Literal["models", "datasets"] = "models"
    is_gated: bool = False
    token: str | None = None
    """Everything else is as if it were not there for those who do not send it."""
    cut_at: int | None = None
    """Break off the first download of weights after so many bytes."""
    lies: bool = False
    """Tell another digest of the weights than they have."""
    downloads: list[tuple[str, str | None]] = field(default_factory=list)
    """File and ``Range`` of every GET of a file."""
    asked: list[str] = field(default_factory=list)
    """Method and path of every request."""
    url: str = ""

    def info(self) -> dict[str, object]:
        """Return what the API says of the model."""
        siblings = []
        for name, data in self.files.items():
            digest = self.digest(name)
            lfs = {"sha256": digest, "size": len(data), "pointerSize": 130} if is_large(name) else None
            siblings.append({"rfilename": name, "size": len(data), "blobId": digest[:40], "lfs": lfs})
        return {
            "id": self.repository,
            "modelId": self.repository,
            "sha": COMMIT,
            "gated": "manual" if self.is_gated else False,
            "siblings": siblings,
        }

    def tree(self, below: str = "") -> list[dict[str, object]]:
        """Return the files below a folder, as the API lists them: its own ones and its folders."""
        files = {name: data for name, data in self.files.items() if name.startswith(below)}
        folders = {
            below + name.removeprefix(below).partition("/")[0] for name in files if "/" in name.removeprefix(below)
        }
        found: list[dict[str, object]] = [
            {"type": "directory", "path": name, "oid": "0" * 40, "size": 0} for name in folders
        ]
        return found + [self.entry(name) for name in files if "/" not in name.removeprefix(below)]

    def entry(self, name: str) -> dict[str, object]:
        """Return what the API says of a file."""
        size = len(self.files[name])
        lfs = {"oid": self.digest(name), "size": size, "pointerSize": 130}
        entry = {"type": "file", "path": name, "oid": self.digest(name)[:40], "size": size}
        return {**entry, "lfs": lfs} if is_large(name) else entry

    def digest(self, name: str) -> str:
        """Return the digest that the hub tells of a file."""
        data = self.files[name] + (b"!" if self.lies and is_large(name) else b"")
        return hashlib.sha256(data).hexdigest()


def is_large(name: str) -> bool:
    """Tell whether a file is kept as hubs keep large ones, with a digest."""
    return name.endswith((".safetensors", ".parquet"))


@contextmanager
def model_hub(hub: ModelHub) -> Iterator[ModelHub]:
    """Serve while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(is_head=True)

        def do_GET(self) -> None:
            self._answer(is_head=False)

        def do_POST(self) -> None:
            self._answer(is_head=False)

        def _answer(self, *, is_head: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            api = f"/api/{hub.kind}/{hub.repository}"
            pages = f"/{'' if hub.kind == 'models' else 'datasets/'}{hub.repository}/resolve/"
            hub.asked.append(f"{self.command} {path}")
            if hub.token is not None and self.headers.get("Authorization") != f"Bearer {hub.token}":
                self._refuse(401, "RepoNotFound")
            elif path == f"/api/{hub.kind}":
                self._json([{"id": hub.repository}])
            elif hub.is_gated and hub.kind == "datasets" and path.startswith((f"{api}/tree", pages)):
                self._refuse(403, "GatedRepo")
            elif path in (api, f"{api}/revision/main", f"{api}/revision/{COMMIT}"):
                self._json(hub.info())
            elif path.startswith(f"{api}/tree/"):
                below = path.removeprefix(f"{api}/tree/").partition("/")[2]
                is_whole = "recursive=true" in self.path.lower()
                self._json([hub.entry(name) for name in hub.files] if is_whole else hub.tree(below and f"{below}/"))
            elif path.startswith(f"{api}/paths-info/"):
                told = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                asked = json.loads(told)["paths"] if told.startswith("{") else parse_qs(told).get("paths", [])
                self._json([hub.entry(name) for name in asked if name in hub.files])
            elif path.startswith(f"{api}/revision/"):
                self._refuse(404, "RevisionNotFound")
            elif path.startswith(api):
                self._refuse(404, "EntryNotFound")
            elif not path.startswith(pages):
                self._refuse(404, "RepoNotFound")
            elif (name := path.removeprefix(pages).partition("/")[2]) not in hub.files:
                self._refuse(404, "EntryNotFound")
            elif hub.is_gated:
                self._refuse(403, "GatedRepo")
            else:
                self._file(name, is_head=is_head)

        def _file(self, name: str, *, is_head: bool) -> None:
            data, wanted = hub.files[name], self.headers.get("Range")
            first, _, last = wanted.removeprefix("bytes=").partition("-") if wanted else ("0", "", "")
            start, end = int(first), int(last or len(data) - 1) + 1
            self.send_response(206 if wanted else 200)
            self.send_header("ETag", f'"{hub.digest(name)}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(end - start))
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
            self.end_headers()
            if is_head:
                return
            hub.downloads.append((name, wanted))
            if is_large(name) and hub.cut_at is not None and end - start > hub.cut_at:
                cut, hub.cut_at = hub.cut_at, None
                self.wfile.write(data[start : start + cut])
                self.close_connection = True
            else:
                self.wfile.write(data[start:end])

        def _json(self, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _refuse(self, status: int, code: str) -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with serving(Handler) as hub.url:
        yield hub
