"""The containers, in the order in which they are asked whether an input is theirs; a new one is a module and a name."""

from __future__ import annotations

from solver.base.registry import Registry
from solver.problems.shapes.container import Container

CONTAINERS = Registry.of_modules(
    "container",
    Container,
    "solver.problems.shapes",
    (
        "hub_data_set",
        "parquet",
        "xlsx",
        "quizzes.moodle_xml",
        "quizzes.gift",
        "quizzes.aiken",
        "quizzes.logiqa",
        "delimited",
        "json_rows",
    ),
    "CONTAINERS",
)
