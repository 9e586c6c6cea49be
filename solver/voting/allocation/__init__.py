"""Allocations: which question gets the next sample, seen over all of them. ``policy`` says what one is."""

from solver.voting.allocation.policy import AllocationKind, Judge, Policy, State, priorities, weighted_plurality
from solver.voting.allocation.registry import ALLOCATIONS, parse_policy, policy_examples

__all__ = [
    "ALLOCATIONS",
    "AllocationKind",
    "Judge",
    "Policy",
    "State",
    "parse_policy",
    "policy_examples",
    "priorities",
    "weighted_plurality",
]
