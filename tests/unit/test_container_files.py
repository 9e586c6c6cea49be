"""What the Dockerfile copies is there, and gets into the image's context."""

from __future__ import annotations

import shlex

import pytest

from tests.support.checkout import ROOT
from tests.support.container.image import is_let_in, stages_of

COPIED = [
    source
    for lines in stages_of((ROOT / "Dockerfile").read_text(encoding="utf-8")).values()
    for word, rest in lines
    if word == "COPY" and "--from=" not in rest
    for source in [one for one in shlex.split(rest) if not one.startswith("--")][:-1]
]


@pytest.mark.parametrize("source", COPIED)
def test_what_an_image_copies_is_there_and_in_its_context(source: str) -> None:
    assert (ROOT / source).exists()
    assert is_let_in(ROOT, source)


def test_what_an_image_has_no_use_for_is_kept_out_of_its_context() -> None:
    assert len(COPIED) > 5
    assert not is_let_in(ROOT, "tests")
    assert not is_let_in(ROOT, "requirements/all.txt")
