"""A documented command line, taken apart and made smaller where it would take long."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from logic_vote import PROGRAMS

SMALLER: tuple[tuple[str, str], ...] = (
    (r"http://(127\.0\.0\.1:800\d|gpu1:8001)/v1", "{url}"),
    (r"http://gpu2:8001/v1", "{other}"),
    (r"--count \d+", "--count 8"),
    (r"--items \d+", "--items 40"),
    (r"--accept \d+", "--accept 1"),
    (r"--port \d+", "--port 0"),
    (r"\$\(python -c '.*?'\)|GATEWAY_API_KEY=\.\.\.", "GATEWAY_API_KEY=a-key-for-this"),
    (r"(GATEWAY_API_KEY=){2}", "GATEWAY_API_KEY="),
)
"""What is written, and what is run instead."""
FURTHER: Mapping[str, tuple[str, ...]] = {
    "harness eval": ("--limit", "12"),
    "solver serve": ("--port", "0"),
    "synth generate": ("--processes", "1"),
    "synth check": ("--processes", "1"),
    "train sft": ("--check",),
    "train dpo": ("--check",),
    "train grpo": ("--check",),
}
"""Words that are added where the command does not have the first of them."""
SHELL = {". .venv/bin/activate": "the environment that these tests run in"}
"""Lines for the shell alone."""
_PIPES = ("less", "head", "cat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A command line taken apart."""

    variables: Mapping[str, str]
    words: tuple[str, ...]
    """From the package's name on."""
    further: bool
    """Words were added."""
    stdin: str | None
    """A file's name, or ``echo``'s text behind a ``=``."""
    out: str | None

    @property
    def command(self) -> str:
        return command_of(self.words)

    @classmethod
    def of(cls, text: str) -> Line:
        lexer = shlex.shlex(text, posix=True, punctuation_chars="|<>&;")
        lexer.whitespace_split = True
        words = list(lexer)
        stdin = out = None
        if "|" in words:
            place = words.index("|")
            first, rest = words[:place], words[place + 1 :]
            if first[0] in ("cat", "echo") and len(first) == 2:
                stdin, words = first[1] if first[0] == "cat" else f"={first[1]}\n", rest
            elif rest and rest[0] in _PIPES:
                words = first
            else:
                raise ValueError(f"a pipe that is not understood: {text}")
        for mark in ("<", ">"):
            if mark in words:
                place = words.index(mark)
                name = words[place + 1]
                stdin, out = (name, out) if mark == "<" else (stdin, name)
                del words[place : place + 2]
        variables = {}
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            name, _, value = words.pop(0).partition("=")
            variables[name] = value
        if words[:2] != ["python", "-m"] or words[2] not in {program.package for program in PROGRAMS}:
            raise ValueError(f"no command of ours: {text!r}; mark it <!-- not run: why -->, or call the block text")
        words = words[2:]
        added = FURTHER.get(command_of(words), ())
        further = bool(added) and added[0] not in words
        if further:
            words += added
        return cls(variables=variables, words=tuple(words), further=further, stdin=stdin, out=out)


def command_of(words: tuple[str, ...] | list[str]) -> str:
    """Return ``PACKAGE COMMAND`` of words that begin with the package.

    >>> command_of(["solver", "--rule", "lead:3"])
    'solver terminal'
    """
    program = next(program for program in PROGRAMS if program.package == words[0])
    name = words[1] if len(words) > 1 and words[1] in program.commands else program.default
    return f"{program.package} {name}"


def smaller(command: str, url: str) -> str:
    for pattern, instead in SMALLER:
        command = re.sub(pattern, instead.format(url=url, other=url.replace("127.0.0.1", "localhost")), command)
    return command
