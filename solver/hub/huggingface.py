"""A model from the Hugging Face hub or a mirror (``HF_ENDPOINT``), by its own client; ``HF_TOKEN`` opens gates."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from solver.base.display.figures import counted
from solver.base.errors import ModelUnavailable, UsageError, words_of
from solver.base.extras import require
from solver.base.inputs import meant
from solver.hub.model_name import ModelName
from solver.hub.needed_files import chosen_files

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

_GIB = 2**30
_SPARE = 1 * _GIB
"""Left free on the disk."""


def fetch(name: ModelName, tell: Callable[[str], None], *, allows_pickle: bool = False) -> tuple[str, list[str], Path]:
    """Fetch what is needed to serve a model; what is there is not fetched again, what broke off goes on.

    Returns:
        The commit, the files' names, and the folder that holds them.

    Raises:
        UsageError: there is no such model or revision, it is gated, or holds nothing that may be served.
        ModelUnavailable: the hub cannot be reached, the disk is too small, or a file came out wrong.
    """
    with _refused_plainly(name):
        from huggingface_hub import HfApi, snapshot_download

        info = HfApi().model_info(name.repository, revision=name.revision, files_metadata=True)
        commit, files = info.sha or "", _files(name, info, allows_pickle)
        _check_disk(name, sum(files.values()))
        tell(
            f"fetching {name.repository}@{commit[:12]}: {counted(len(files), 'file')}, "
            f"{sum(files.values()) / _GIB:.2f} GiB"
        )
        folder = Path(snapshot_download(name.repository, revision=commit, allow_patterns=list(files)))
    _check_digests(name, info, folder, files)
    return commit, sorted(files), folder


def fetch_config(name: ModelName) -> Path:
    """Fetch a model's ``config.json`` and nothing else: its shape, without its weights.

    Raises:
        UsageError, ModelUnavailable: see ``fetch``.
    """
    with _refused_plainly(name):
        from huggingface_hub import hf_hub_download

        return Path(hf_hub_download(name.repository, "config.json", revision=name.revision))


@contextmanager
def _refused_plainly(name: ModelName) -> Iterator[None]:
    """Say what the client's errors mean, and what to do.

    Raises:
        UsageError, ModelUnavailable: see ``fetch``.
    """
    require("huggingface_hub")
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise UsageError(
            f"{name.repository} is gated: accept its terms on its page of the hub, then set HF_TOKEN"
        ) from error
    except errors.RevisionNotFoundError as error:
        raise UsageError(f"{name.repository} has no revision {name.revision!r}; leave it out for the newest") from error
    except errors.RepositoryNotFoundError as error:
        raise UsageError(_unknown(name)) from error
    except errors.RemoteEntryNotFoundError as error:
        raise UsageError(f"{name.repository} has no config.json, so it is no model that can be planned for") from error
    except (
        errors.HfHubHTTPError,
        errors.LocalEntryNotFoundError,
        errors.OfflineModeIsEnabled,
        httpx2.HTTPError,
    ) as error:
        raise ModelUnavailable(_unreachable(name, error)) from error
    except OSError as error:
        raise ModelUnavailable(f"{name.repository}: {words_of(error)}; run again, what is here is kept") from error


def _files(name: ModelName, info: ModelInfo, allows_pickle: bool) -> dict[str, int]:
    sizes = {sibling.rfilename: sibling.size or 0 for sibling in info.siblings or ()}
    found = chosen_files(sizes, allows_pickle=allows_pickle)
    if isinstance(found, str):
        raise UsageError(f"{name.repository} {found}")
    return found


def _check_disk(name: ModelName, wanted: int) -> None:
    from huggingface_hub import constants

    place = Path(constants.HF_HUB_CACHE)
    place.mkdir(parents=True, exist_ok=True)
    repository = place / f"models--{name.repository.replace('/', '--')}" / "blobs"
    have = sum(blob.stat().st_size for blob in repository.glob("*")) if repository.is_dir() else 0
    free = shutil.disk_usage(place).free
    if wanted - have + _SPARE > free:
        raise ModelUnavailable(
            f"{name.repository} needs {(wanted - have) / _GIB:.1f} GiB more and {free / _GIB:.1f} are free in {place}; "
            "make room, or set HF_HOME to a larger disk"
        )


def _check_digests(name: ModelName, info: ModelInfo, folder: Path, files: dict[str, int]) -> None:
    """Hold the large files against the digests that the hub tells; a wrong one is removed, so that it comes again."""
    for sibling in info.siblings or ():
        if sibling.rfilename not in files or sibling.lfs is None:
            continue
        path = folder / sibling.rfilename
        with open(path, "rb") as data:
            found = hashlib.file_digest(data, "sha256").hexdigest()
        if found != sibling.lfs.sha256:
            path.resolve().unlink()
            path.unlink(missing_ok=True)
            raise ModelUnavailable(
                f"{name.repository}: {sibling.rfilename} is not the file that the hub names (SHA-256 {found[:12]}…); "
                "it was removed, run again to fetch it anew"
            )


def _unknown(name: ModelName) -> str:
    import httpx2
    from huggingface_hub import HfApi, errors

    try:
        word = name.repository.partition("/")[2]
        near = [model.id for model in HfApi().list_models(search=word, limit=3)]
    except (errors.HfHubHTTPError, httpx2.HTTPError, OSError):
        near = []
    there = f"did you mean {' or '.join(near)}?" if near else "is it misspelt, or private (then set HF_TOKEN)?"
    hint = meant(Path(name.repository)).removeprefix("; ") or there
    return f"{name.repository}: no such folder here, and no such model on the hub; {hint}"


def _unreachable(name: ModelName, error: Exception) -> str:
    why = words_of(error).strip().splitlines()[0][:200]
    near = meant(Path(name.repository)).removeprefix("; ")
    here = f"{near} Or " if near else ""
    return (
        f"{name.repository}: no such folder here, and the hub cannot be reached ({why}); "
        f"{here}set HF_ENDPOINT to a mirror or fetch it on another machine (harness fetch {name.repository}) and copy "
        "the folder that it prints: cp -rL"
    )
