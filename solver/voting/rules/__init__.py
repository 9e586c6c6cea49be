"""Stopping rules: how many samples a question gets. ``solver.voting.rules.stopping_rule`` says what a rule is."""

from solver.voting.rules.beta import Beta
from solver.voting.rules.esc import Esc
from solver.voting.rules.exact import Exact
from solver.voting.rules.fixed import Fixed
from solver.voting.rules.lead import Lead
from solver.voting.rules.registry import DEFAULT_RULE, RULES, parse_rule, rule_examples
from solver.voting.rules.rule_kind import Mark, RuleKind
from solver.voting.rules.stopping_rule import CountRule, Rule, Top, Vote, launch, may_go_ahead, top_two, without_gaps

__all__ = [
    "DEFAULT_RULE",
    "RULES",
    "Beta",
    "CountRule",
    "Esc",
    "Exact",
    "Fixed",
    "Lead",
    "Mark",
    "Rule",
    "RuleKind",
    "Top",
    "Vote",
    "launch",
    "may_go_ahead",
    "parse_rule",
    "rule_examples",
    "top_two",
    "without_gaps",
]
