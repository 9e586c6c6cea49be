"""The scripted server with ``/v1/files`` and ``/v1/batches``, as far as the batch back end needs them.

A batch is answered by the same script, line by line, when it has been asked for ``polls`` times; ``expires`` leaves out
that many of its lines at the end. Every line that was answered is in ``paid``.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.support.scripted_server import Call, Reply, ScriptedServer


class BatchServer(ScriptedServer):
    """See the module's text."""

    def __init__(self, *arguments: Any, polls: int = 2, **changes: Any) -> None:
        super().__init__(*arguments, **changes)
        self.polls = polls
        self.expires = 0
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.paid: list[dict[str, Any]] = []
        """The bodies of the answered lines."""
        self.lose_next_batch = False
        """Make the next batch, and drop the connection instead of telling its id."""

    def _route(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        page = path.partition("?")[0].removeprefix("/v1")
        if page == "/files" and method == "POST":
            name = f"file-{len(self.files)}"
            self.files[name] = _uploaded(body, headers["content-type"])
            return Reply(body=_file(name))
        if found := re.fullmatch(r"/files/([\w-]+)/content", page):
            return Reply(body=self.files[found[1]], content_type="application/octet-stream")
        if page == "/batches" and method == "POST":
            return self._made(json.loads(body))
        if page == "/batches":
            listed = list(reversed(self.batches.values()))
            return Reply(body={"object": "list", "data": listed, "has_more": False})
        if found := re.fullmatch(r"/batches/([\w-]+)", page):
            return Reply(body=self._polled(self.batches[found[1]]))
        return super()._route(method, path, headers, body)

    def _made(self, asked: dict[str, Any]) -> Reply:
        name = f"batch_{len(self.batches)}"
        self.batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"],
            "created_at": 0,
            "status": "in_progress",
            "metadata": asked["metadata"],
            "polled": 0,
        }
        if self.lose_next_batch:
            self.lose_next_batch = False
            return Reply(fault="reset")
        return Reply(body=self.batches[name])

    def _polled(self, batch: dict[str, Any]) -> dict[str, Any]:
        batch["polled"] += 1
        if batch["status"] == "in_progress" and batch["polled"] >= self.polls:
            lines = [json.loads(line) for line in self.files[batch["input_file_id"]].split(b"\n") if line]
            answered = lines[: len(lines) - self.expires]
            batch["status"] = "expired" if self.expires else "completed"
            outputs: dict[str, list[dict[str, Any]]] = {"output_file_id": [], "error_file_id": []}
            for line in reversed(answered):
                code, text = self._answer(line["body"])
                outputs["output_file_id" if code == 200 else "error_file_id"].append(
                    {"id": "x", "custom_id": line["custom_id"], "response": {"status_code": code, "body": text}}
                )
            for field, found in outputs.items():
                if found:
                    batch[field] = f"file-{len(self.files)}"
                    self.files[batch[field]] = "".join(json.dumps(one) + "\n" for one in found).encode()
        return batch

    def _answer(self, body: dict[str, Any]) -> tuple[int, object]:
        call = Call(body=body, number=self.number, headers={})
        self.number += 1
        reply = (self.script(call) if self.script is not None else None) or self.made_up(call)
        if reply.status == 200:
            self.paid.append(body)
        return reply.status, reply.body


def _file(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "file",
        "bytes": 1,
        "created_at": 0,
        "filename": name,
        "purpose": "batch",
        "status": "processed",
    }


def _uploaded(body: bytes, content_type: str) -> bytes:
    """Return the file of a multipart form."""
    boundary = b"--" + content_type.split("boundary=")[1].strip('"').encode()
    for part in body.split(boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b"filename=" in head:
            return content.removesuffix(b"\r\n")
    raise AssertionError("no file in the form")
