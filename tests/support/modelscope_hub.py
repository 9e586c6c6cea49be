"""A scripted ModelScope on the loopback: enough of its API for the real client, and any fault on demand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from tests.support.http_thread import serving

CREATED = 1_700_000_000


@dataclass
class ModelScopeHub:
    """The one model that there is, and how it is served."""

    repository: str
    files: Mapping[str, bytes]
    cut_at: int | None = None
    """Break off the first download of weights after so many bytes."""
    lies: bool = False
    """Tell another digest of the weights than they have."""
    downloads: list[tuple[str, str | None]] = field(default_factory=list)
    """File and ``Range`` of every GET of a file."""
    url: str = ""

    def listing(self) -> list[dict[str, object]]:
        """Return the files as the API tells them."""
        return [
            {
                "Name": name,
                "Path": name,
                "Type": "blob",
                "Size": len(data),
                "Sha256": hashlib.sha256(data + b"!" * (self.lies and name.endswith(".safetensors"))).hexdigest(),
                "Revision": "0" * 40,
                "CommittedDate": CREATED,
            }
            for name, data in self.files.items()
        ]


@contextmanager
def modelscope_hub(hub: ModelScopeHub) -> Iterator[ModelScopeHub]:
    """Serve while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            model = f"/api/v1/models/{hub.repository}"
            branches = {"Branches": [{"Revision": "master", "CreatedAt": CREATED}], "Tags": []}
            if asked.path == f"{model}/revisions":
                self._tell({"RevisionMap": branches})
            elif asked.path == f"{model}/repo/files":
                self._tell({"Files": hub.listing()})
            elif asked.path == model:
                self._tell({"Name": hub.repository, "Path": hub.repository, "Revision": "master", "Id": 1})
            else:
                name = parse_qs(asked.query).get("FilePath", [asked.path.rpartition("/")[2]])[0]
                is_file = asked.path == f"{model}/repo" or asked.path.startswith(f"/models/{hub.repository}/resolve/")
                if is_file and name in hub.files:
                    self._file(name)
                else:
                    self._json({"Code": 10010205001, "Success": False, "Message": "record not found"}, 404)

        def _file(self, name: str) -> None:
            data, wanted = hub.files[name], self.headers.get("Range")
            first, _, last = wanted.removeprefix("bytes=").partition("-") if wanted else ("0", "", "")
            start, end = int(first), int(last or len(data) - 1) + 1
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(end - start))
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
            self.end_headers()
            if self.command == "HEAD":
                return
            hub.downloads.append((name, wanted))
            if name.endswith(".safetensors") and hub.cut_at is not None and end - start > hub.cut_at:
                end, hub.cut_at = start + hub.cut_at, None
            self.wfile.write(data[start:end])
            self.close_connection = True

        def _tell(self, data: object) -> None:
            self._json({"Code": 200, "Success": True, "Message": "success", "Data": data, "RequestId": "x"})

        def _json(self, value: object, status: int = 200) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with serving(Handler) as hub.url:
        yield hub
