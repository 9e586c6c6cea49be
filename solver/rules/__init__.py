"""Stopping rules: how many samples a question gets. ``solver.rules.rule`` says what a rule is."""

from solver.rules.beta import Beta
from solver.rules.esc import Esc
from solver.rules.exact import Exact
from solver.rules.fixed import Fixed
from solver.rules.lead import Lead
from solver.rules.registry import DEFAULT_RULE, RULE_EXAMPLES, parse_rule
from solver.rules.rule import CountRule, Rule, Top, Vote, launch, may_go_ahead, top_two, without_gaps

__all__ = [
    "DEFAULT_RULE",
    "RULE_EXAMPLES",
    "Beta",
    "CountRule",
    "Esc",
    "Exact",
    "Fixed",
    "Lead",
    "Rule",
    "Top",
    "Vote",
    "launch",
    "may_go_ahead",
    "parse_rule",
    "top_two",
    "without_gaps",
]
