"""What each command makes is read in the container by its user, where the umask lets; else it is said what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.container.folders import FILES, READERS, SERVED, WEIGHTS, made
from tests.support.container.image import Image, built, why_not
from tests.support.container.trial import read

pytestmark = [
    pytest.mark.skipif(why_not() is not None, reason=f"no container here: {why_not()}"),
    # Deprecations inside trl, peft and what they import are not ours.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that everybody may enter."""
    place = tmp_path_factory.mktemp("container")
    for folder in (place, *place.parents):
        if folder.owner() == "root" and folder.stat().st_mode & 0o777 == 0o700 and folder != Path("/root"):
            folder.chmod(0o711)
    return place


@pytest.fixture(scope="module")
def image(place: Path) -> Image:
    return built(place)


def test_the_containers_user_reads_what_every_command_wrote(image: Image, place: Path) -> None:
    pytest.importorskip("trl")
    made(place / "open", 0o022, weights=True)
    # Those that import torch are left to ``python -m tests.support.container``.
    for came in read(image, place / "open", [one for one in READERS if one.words[0] != "train"]):
        assert came.code == 0, f"{came.command}\n{came.said}"
    for name in (*SERVED, "runs/sft"):
        whole = (
            "import pathlib; print(sum(len(p.read_bytes()) for p in pathlib.Path('/model').rglob('*') if p.is_file()))"
        )
        mounts = {"/model:ro": place / "open" / name}
        done = image.run("/opt/venv/bin/python", "-c", whole, mounts=mounts, entrypoint=False)
        assert int(done.stdout) > 100_000, done.stderr


def test_what_the_umask_hides_is_told_in_a_line(image: Image, place: Path) -> None:
    made(place / "closed", 0o077, weights=False)
    for came in read(image, place / "closed", READERS):
        assert came.code in {1, 2}, came.command
        assert "Permission denied" in came.said, f"{came.command}\n{came.said}"
        assert "Traceback" not in came.said


def test_the_container_is_the_dockerfiles(image: Image, place: Path) -> None:
    asked = "id -u; pwd; echo $HOME $RULE; test -w /output && test ! -w /app && ls /app/models/embedded /entrypoint.sh"
    done = image.run("sh", "-c", asked, mounts={}, entrypoint=False)
    said = done.stdout.split("\n")
    assert (said[:3], done.stderr) == (["10001", "/app", "/home/solver lead:3"], "")
    assert "model.safetensors" in done.stdout
    assert "usage: python -m harness eval" in image.run("--help", mounts={}).stdout
    assert {words[1] for words in (*FILES, *WEIGHTS)} >= {"merge", "quantize", "sft", "pretrain", "distill", "eval"}
