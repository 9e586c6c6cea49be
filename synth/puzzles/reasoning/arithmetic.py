"""Equations and comparisons as claims, proven by reckoning what stands in them.

>>> [is_true(one) for one in (equation("3×4+2", 14), equation("18-11", 8), division(20, 7), compared(3, "≥", 4))]
[True, False, True, False]
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from synth.puzzles.reasoning.steps import Claim

KINDS = frozenset(("equation", "division", "compared", "both"))
_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "≤": operator.le,
    "≥": operator.ge,
    "=": operator.eq,
    "≠": operator.ne,
}


def equation(text: str, value: int) -> Claim:
    """Claim that a term, with + - × ÷ and brackets, has a value."""
    return Claim("equation", (text, value))


def division(number: int, by: int) -> Claim:
    """Claim quotient and remainder."""
    return Claim("division", (number, by, *divmod(number, by)))


def compared(one: int, sign: str, other: int) -> Claim:
    """Claim that two numbers compare like this."""
    return Claim("compared", (one, sign, other))


def comparison(one: int, other: int, signs: str = "<=>") -> Claim:
    """Claim how two numbers compare.

    Args:
        signs: those for less, equal and more.
    """
    return compared(one, signs[(one > other) - (one < other) + 1], other)


def both(one: int, other: int, signs: str = "<=>") -> Claim:
    """Claim how the numbers of two things compare; as what is concluded it speaks of both."""
    return comparison(one, other, signs)._replace(kind="both")


def is_true(claim: Claim) -> bool:
    """Reckon whether an equation, a division or a comparison is right."""
    if claim.kind == "equation":
        term, value = claim.args
        return bool(_value(term) == value)
    if claim.kind == "division":
        number, by, quotient, rest = claim.args
        return bool(number == by * quotient + rest and 0 <= rest < by)
    one, sign, other = claim.args
    return _SIGNS[sign](one, other)


@lru_cache(maxsize=4096)
def _value(term: str) -> Fraction:
    return _reckoned(ast.parse(term.replace("×", "*").replace("÷", "/"), mode="eval").body)


def _reckoned(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Fraction(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_reckoned(node.operand)
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_reckoned(node.left), _reckoned(node.right))
    raise ValueError(f"no term: {ast.dump(node)}")
