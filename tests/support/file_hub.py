"""A scripted place for files on the loopback: serves what it was given, breaks off, lies or refuses on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote

from tests.support.http_thread import serving


@dataclass
class FileHub:
    """What it serves and how; what it was asked."""

    files: Mapping[str, bytes]
    """By path, with the leading slash."""
    cut_at: int | None = None
    """Break the first answer off after so many bytes."""
    knows_ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and ``Range`` of every request."""
    url: str = ""


@contextmanager
def file_hub(hub: FileHub) -> Iterator[FileHub]:
    """Serve while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, wanted = unquote(self.path), self.headers.get("Range")
            hub.asked.append((path, wanted))
            data = hub.files.get(path)
            if data is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and hub.knows_ranges else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            cut, hub.cut_at = hub.cut_at, None
            self.wfile.write(data[start:] if cut is None else data[start : start + cut])
            self.close_connection = True

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with serving(Handler) as hub.url:
        yield hub
