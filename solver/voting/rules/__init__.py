"""Stopping rules: how many samples a question gets. ``solver.voting.rules.stopping_rule`` says what a rule is."""

from solver.voting.rules.beta import Beta
from solver.voting.rules.esc import Esc
from solver.voting.rules.exact import Exact
from solver.voting.rules.fixed import Fixed
from solver.voting.rules.lead import Lead
from solver.voting.rules.registry import DEFAULT_RULE, RULE_EXAMPLES, parse_rule
from solver.voting.rules.stopping_rule import CountRule, Rule, Top, Vote, launch, may_go_ahead, top_two, without_gaps

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
