"""The forms of JSON lines, and which of them a line is in; a new one is a module and a name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, zip_longest

from solver.base.registry import Registry
from solver.problems.forms.form import Form

FORMS = Registry.of_modules("form of JSON lines", Form, "solver.problems.forms", ("contest", "row", "flat"), "FORM")


def form_of(values: Mapping[str, object]) -> Form | None:
    """Return the form that an object is in: the first whose most telling field it has, else whose second one …"""
    ranks = zip_longest(*([(field, form) for field in form.fields] for form in FORMS))
    return next((one[1] for one in chain(*ranks) if one is not None and one[0] in values), None)


def is_in_own_form(values: Mapping[str, object]) -> bool:
    """Tell whether an object's fields can mean nothing but one of the forms."""
    return any(all(field in values for field in form.fields) for form in FORMS if not form.takes_others)
