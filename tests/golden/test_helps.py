"""Every command and flag that an earlier version knew is there still, and asks for the same kind of value."""

from __future__ import annotations

import pytest

from tests.golden import helps
from tests.golden.command import PACKAGES, good
from tests.golden.fields import recorded

THEN = recorded("helps")
COMMANDS = tuple(name for name in THEN if " " in name)
GONE = {"train pretrain": {"--bring"}}
"""Flags that were taken away on purpose: it packed a model for one machine of the makers."""
WIDER = {("harness export", flag): "OUT" for flag in ("-o", "--output")}
"""Values that may be more than they were: a folder, and for votes and for Inspect a file too."""


@pytest.mark.parametrize("package", PACKAGES)
def test_no_command_is_gone(package: str) -> None:
    assert set(helps.commands(THEN[package])) <= set(helps.commands(good(package, "--help").out))


@pytest.mark.parametrize("name", COMMANDS)
def test_no_flag_or_choice_is_gone_and_none_is_newly_required(name: str) -> None:
    text = good(*name.split(), "--help").out
    then, now = helps.options(THEN[name]), helps.options(text)
    gone = GONE.get(name, set())
    assert then.keys() - now.keys() == gone
    for flag in then.keys() - gone:
        was = then[flag]
        value = WIDER.get((name, flag), was["value"])
        # A value that was called by its flag alone (--seed SEED) has a name of its kind since; it is one still.
        is_unnamed = was["value"] == flag.lstrip("-").replace("-", "_").upper()
        assert now[flag]["value"] == value or (is_unnamed and now[flag]["value"]), flag
        assert set(was["choices"]) <= set(now[flag]["choices"]), flag
    assert helps.positionals(text) == helps.positionals(THEN[name])
    command = name.split()[1]
    # The names of values in it are those above.
    asked = (word for word in helps.required(text, command) if word.startswith("-") or word in helps.positionals(text))
    assert set(asked) <= set(helps.required(THEN[name], command))


def test_what_is_read_out_of_helps_is_all_that_stands_there() -> None:
    found = {name: helps.options(text) for name, text in THEN.items()}
    assert len(COMMANDS) == 27
    assert found["harness eval"]["--endpoint"] == {"value": "URL", "choices": []}
    assert found["harness eval"]["--no-fill"] == found["harness eval"]["--fill"] == {"value": "", "choices": []}
    assert found["synth perturb"]["--kind"]["choices"] == ["change", "rename", "reorder", "reword"]
    assert found["harness submit"]["-o"] == found["harness submit"]["--out"] == {"value": "FILE", "choices": []}
    assert helps.positionals(THEN["train plan"]) == ["recipe", "key=value"]
    assert helps.required(THEN["harness submit"], "submit") == ["-o", "FILE", "RUN"]
    assert sum(len(flags) for flags in found.values()) > 200
