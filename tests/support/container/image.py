"""What the Dockerfile says, carried out on a folder: our own files as its stages copy and change them.

Stages over Python's image that need no network are built as they stand (``COPY``, ``RUN`` in a root of its own); what
comes from registries (Python, the packages, the compiler) is this machine's, mounted where the image has it. The user
is the one of the Dockerfile, and so are environment, working folder and entry point.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.checkout import ROOT

UNSHARE = ("unshare", "--mount", "--propagation", "private", "sh", "-euc")
_OF_THE_HOST = ("usr", "etc", "dev", "proc", "sys")
_LINKED = ("bin", "lib", "lib64", "sbin")
_VENV = "/opt/venv"
Stages = dict[str, list[tuple[str, str]]]


def why_not() -> str | None:
    """Return why no container can be made here; None where it can."""
    if os.geteuid() != 0:
        return "only root can mount, and change to the container's user"
    if missing := [name for name in ("unshare", "mount", "chroot") if shutil.which(name) is None]:
        return f"{missing[0]} is missing"
    tried = subprocess.run([*UNSHARE, "mount --bind /usr /usr"], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"mounting is forbidden here: {tried.stderr.strip()}"


def stages_of(text: str) -> Stages:
    """Return the instructions of every stage.

    >>> stages_of("ARG A=1\\nFROM x AS y\\n# why\\nRUN a \\\\\\n  b\\n")
    {'': [('ARG', 'A=1')], 'y': [('RUN', 'a   b')]}
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    stages: Stages = {"": []}
    name = ""
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            name = rest.rpartition(" AS ")[2]
            stages[name] = []
        elif word:
            stages[name].append((word, rest.strip()))
    return stages


def is_let_in(context: Path, source: str) -> bool:
    """Tell whether ``.dockerignore``, which begins with leaving all out, lets a file or folder in."""
    first, *lines = (context / ".dockerignore").read_text(encoding="utf-8").split()
    assert first == "*"
    return any(Path(source).is_relative_to(line[1:]) for line in lines if line.startswith("!"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The built files of a target, and how it is run."""

    root: Path
    environment: Mapping[str, str]
    user: str
    workdir: str
    entrypoint: tuple[str, ...]

    def run(
        self,
        *words: object,
        mounts: Mapping[str, Path],
        entrypoint: bool = True,
        workdir: str | None = None,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as the container's user.

        Args:
            mounts: place in the container, with ``:ro`` where it can only be read -> what is there.
            entrypoint: whether the words go to the image's entry point, as ``docker run IMAGE WORD …`` has it.
            workdir: as ``docker run --workdir``.
            environment: as ``docker run -e``.
        """
        variables = [f"{name}={value}" for name, value in ({**self.environment, **environment}).items()]
        asked = [*(self.entrypoint if entrypoint else ()), *map(str, words)]
        lines = [*self._of_the_host(), *(_mount(self.root, place, what) for place, what in mounts.items())]
        user = f"--userspec={self.user}:{self.user}"
        inside = ("/usr/bin/env", "-i", "-C", workdir or self.workdir, *variables, *asked)
        lines.append(f"umask 022; exec chroot {user} --groups= {shlex.join((str(self.root), *inside))}")
        return subprocess.run(
            [*UNSHARE, "\n".join(lines)], capture_output=True, text=True, errors="replace", timeout=600, check=False
        )

    def _of_the_host(self) -> list[str]:
        """Return the mounts of what registries would bring."""
        lines = [f"mount --rbind /{name} {self.root}/{name}" for name in _OF_THE_HOST]
        lines.append(f"mount --bind {self.root}/passwd {self.root}/etc/passwd")
        lines.append(_mount(self.root, f"{_VENV}:ro", Path(sys.prefix)))
        if not sys.base_prefix.startswith("/usr"):
            lines.append(_mount(self.root, f"{sys.base_prefix}:ro", Path(sys.base_prefix)))
        return lines


def _mount(root: Path, place: str, what: Path) -> str:
    inside, _, mode = place.partition(":")
    target = root / inside.lstrip("/")
    make = f"mkdir -p {shlex.quote(str(target if what.is_dir() else target.parent))}"
    touch = "" if what.is_dir() else f"touch {shlex.quote(str(target))}; "
    bind = f"mount --bind {shlex.quote(str(what.resolve()))} {shlex.quote(str(target))}"
    again = f"; mount -o remount,bind,ro {shlex.quote(str(target))}" if mode == "ro" else ""
    return f"{make}; {touch}{bind}{again}"


def built(folder: Path, target: str = "cpu", context: Path = ROOT) -> Image:
    """Carry out the Dockerfile's steps for a target in a folder."""
    stages = stages_of((context / "Dockerfile").read_text(encoding="utf-8"))
    root = folder / target
    for name in (*_OF_THE_HOST, "tmp", "home/solver"):
        (root / name).mkdir(parents=True)
    _linked(root)
    (root / "tmp").chmod(0o1777)
    said = dict(stages[target])
    user = said["USER"]
    # What ``useradd`` of the image does.
    passwd = Path("/etc/passwd").read_text(encoding="utf-8")
    (root / "passwd").write_text(f"{passwd}solver:x:{user}:{user}::/home/solver:/usr/sbin/nologin\n", encoding="utf-8")
    os.chown(root / "home/solver", int(user), int(user))
    _copied(stages, target, root, context, folder)
    environment: dict[str, str] = {}
    for word, rest in stages[target]:
        if word == "ENV":
            environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
    environment["PATH"] = environment["PATH"].replace("$PATH", "/usr/local/bin:/usr/bin:/bin")
    entry = tuple(re.findall(r'"([^"]*)"', said["ENTRYPOINT"]))
    return Image(root=root, environment=environment, user=user, workdir=said["WORKDIR"], entrypoint=entry)


def _copied(stages: Stages, target: str, root: Path, context: Path, folder: Path) -> None:
    """Carry out what a stage copies; the stages that it copies from are built first."""
    workdir = "/"
    for word, rest in stages[target]:
        if word == "WORKDIR":
            workdir = rest
            (root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            _copy(stages, rest, Path(workdir), root, context, folder)


def _copy(stages: Stages, rest: str, workdir: Path, root: Path, context: Path, folder: Path) -> None:
    words = shlex.split(rest)
    flags = dict(word.removeprefix("--").split("=", 1) for word in words if word.startswith("--"))
    *sources, to = (word for word in words if not word.startswith("--"))
    if sources == [_VENV]:
        return
    if "from" not in flags:
        kept_out = [source for source in sources if not is_let_in(context, source)]
        assert not kept_out, f"{kept_out[0]}: .dockerignore keeps it out of the image's context"
    origin = context if "from" not in flags else _stage(stages, flags["from"], context, folder)
    place = root / str(workdir / to).lstrip("/")
    for source in sources:
        there = origin / source.lstrip("/")
        if there.is_dir():
            shutil.copytree(there, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            goal = place / there.name if to.endswith("/") else place
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(there, goal)
        if "chown" in flags:
            owner, group = flags["chown"].split(":")
            os.chown(place, int(owner), int(group))


def _stage(stages: Stages, name: str, context: Path, folder: Path) -> Path:
    """Build a stage of our own files; returns its root."""
    root = folder / name
    if not root.exists():
        root.mkdir()
        for each in ("usr", "tmp"):
            (root / each).mkdir()
        _linked(root)
        _copied(stages, name, root, context, folder)
        for word, rest in stages[name]:
            if word == "RUN":
                command = f"mount --rbind /usr {root}/usr; umask 022; exec chroot {root} sh -euc {shlex.quote(rest)}"
                subprocess.run([*UNSHARE, command], check=True)
    return root


def _linked(root: Path) -> None:
    """Lay the links to what lies below ``/usr``."""
    for name in _LINKED:
        host = Path("/", name)
        if host.is_symlink():
            (root / name).symlink_to(host.readlink())
