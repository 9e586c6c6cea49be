"""What ``--help`` says about commands, options, the names of their values, and choices; wording aside."""

from __future__ import annotations

import re
from typing import Any

from tests.golden.command import PACKAGES, good
from tests.golden.fields import record

_ENTRY = re.compile(r"^ {2}(\S.*?)(?: {2,}.*)?$")
_COMMAND = re.compile(r"^ {2,4}([a-z][\w-]*)(?: {2,}.*)?$")
_CHOICES = re.compile(r"^\{(.*)\}$")


def commands(text: str) -> list[str]:
    """Return the commands that a package's help lists; argparse wrote the list when the golden ones were made."""
    lines = _section(text, "commands") or _section(text, "positional arguments")
    return [match[1] for line in lines if (match := _COMMAND.match(line))]


def options(text: str) -> dict[str, dict[str, Any]]:
    """Return the options of a command's help: the name of the value, and the choices.

    >>> options("options:\\n  -o FILE, --out FILE  where\\n  --kind {a,b}\\n")["--kind"]
    {'value': '', 'choices': ['a', 'b']}
    """
    found: dict[str, dict[str, Any]] = {}
    for line in _section(text, "options"):
        match = _ENTRY.match(line)
        if match is None or not match[1].startswith("-"):
            continue
        # argparse wrote "-o FILE, --out FILE" until Python 3.12, and writes "-o, --out FILE" since.
        parts = [part.partition(" ") for part in re.split(r", (?=-)", match[1])]
        value = parts[-1][2]
        choices = _CHOICES.match(value)
        for name, _, _ in parts:
            listed = sorted(choices[1].split(",")) if choices else []
            found[name] = {"value": "" if choices else value, "choices": listed}
    return found


def positionals(text: str) -> list[str]:
    """Return the names of a command's positional arguments."""
    return [match[1] for line in _section(text, "positional arguments") if (match := _ENTRY.match(line))]


def required(text: str, command: str) -> list[str]:
    """Return what a command's usage shows without brackets: what must be given; choices are compared elsewhere."""
    usage = " ".join(text.partition("\n\n")[0].split()).partition(f" {command} ")[2]
    while usage != (usage := re.sub(r"\[[^\[\]]*\]", "", usage)):
        pass
    return [word for word in usage.split() if word != "..." and not word.startswith("{")]


def _section(text: str, title: str) -> list[str]:
    lines = text.splitlines()
    if f"{title}:" not in lines:
        return []
    start = lines.index(f"{title}:") + 1
    size = next((place for place, line in enumerate(lines[start:]) if not line.strip()), len(lines))
    return lines[start : start + size]


def texts() -> dict[str, str]:
    """Return the help of every package and of each of its commands."""
    found = {}
    for package in PACKAGES:
        found[package] = good(package, "--help").out
        for command in commands(found[package]):
            found[f"{package} {command}"] = good(package, command, "--help").out
    return found


def make(_: object) -> None:
    """Record all of them."""
    record("helps", texts())
