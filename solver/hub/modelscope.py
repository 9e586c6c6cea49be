"""A model from ModelScope, by its own client."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from solver.base.errors import ModelUnavailable, UsageError, words_of
from solver.base.extras import require
from solver.hub.model_name import ModelName
from solver.hub.needed_files import chosen_files


def fetch(name: ModelName, tell: Callable[[str], None], *, allows_pickle: bool = False) -> tuple[str, list[str], Path]:
    """Fetch a model; see ``solver.hub.huggingface.fetch``. Its branches and tags stand for commits.

    Raises:
        UsageError: it holds nothing that may be served.
        ModelUnavailable: it cannot be had.
    """
    require("modelscope")
    from modelscope import snapshot_download

    revision = name.revision or "master"
    tell(f"fetching {name.repository}@{revision} from ModelScope")
    ignored = ["*.gguf", "*.onnx", "*.h5", "*.msgpack"] + ([] if allows_pickle else ["*.bin", "*.pt", "*.pth"])
    try:
        folder = Path(snapshot_download(name.repository, revision=revision, ignore_file_pattern=ignored))
    except _client_errors() as error:
        raise ModelUnavailable(_cannot(name, error)) from error
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    found = chosen_files(sizes, allows_pickle=allows_pickle)
    if isinstance(found, str):
        raise UsageError(f"modelscope:{name.repository} {found}")
    return revision.replace("/", "-"), sorted(found), folder


def fetch_config(name: ModelName) -> Path:
    """Fetch a model's ``config.json`` and nothing else.

    Raises:
        ModelUnavailable: it cannot be had.
    """
    require("modelscope")
    from modelscope.hub.file_download import model_file_download

    try:
        return Path(model_file_download(name.repository, "config.json", revision=name.revision or "master"))
    except _client_errors() as error:
        raise ModelUnavailable(_cannot(name, error)) from error


def _client_errors() -> tuple[type[Exception], ...]:
    """Return what its client raises: its requests' errors are OSErrors, of its own some are of no other kind."""
    from modelscope.hub import errors

    return (OSError, ValueError, getattr(errors, "HubError", OSError))


def _cannot(name: ModelName, error: Exception) -> str:
    why = " ".join(words_of(error).split())[:300]
    is_unknown = type(error).__name__ == "NotExistError" or "not found" in why or "404" in why
    hint = "is it misspelt?" if is_unknown else "run again, what is here is kept"
    return f"modelscope:{name.repository}: cannot be fetched ({why}); {hint}"
