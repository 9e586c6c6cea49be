"""The registry of puzzle families: one file a family, one line here."""

from __future__ import annotations

from synth.compose import AnyFamily
from synth.families.accounts import Accounts
from synth.families.binary_tree import BinaryTree
from synth.families.block_world import BlockWorld
from synth.families.calendar_days import CalendarDays
from synth.families.card_rules import CardRules
from synth.families.ciphers import Ciphers
from synth.families.circuits import Circuits
from synth.families.circular_seating import CircularSeating
from synth.families.closed_world import ClosedWorld
from synth.families.counting import Counting
from synth.families.cups import Cups
from synth.families.digits import Digits
from synth.families.eligibility import Eligibility
from synth.families.entailment import Entailment
from synth.families.fact_rules import FactRules
from synth.families.flights import Flights
from synth.families.grid_walk import GridWalk
from synth.families.intervals import Intervals
from synth.families.kinship import Kinship
from synth.families.league_table import LeagueTable
from synth.families.list_operations import ListOperations
from synth.families.matching import Matching
from synth.families.modular import Modular
from synth.families.moving_objects import MovingObjects
from synth.families.one_culprit import OneCulprit
from synth.families.ordering import Ordering
from synth.families.pricing import Pricing
from synth.families.reachability import Reachability
from synth.families.reading import Reading
from synth.families.recursion import Recursion
from synth.families.rotation import Rotation
from synth.families.scheduling import Scheduling
from synth.families.seating import Seating
from synth.families.sequences import Sequences
from synth.families.set_operations import SetOperations
from synth.families.shortest_path import ShortestPath
from synth.families.sorting_rules import SortingRules
from synth.families.stack_queue import StackQueue
from synth.families.state_machine import StateMachine
from synth.families.string_rewriting import StringRewriting
from synth.families.syllogism import Syllogism
from synth.families.table_lookup import TableLookup
from synth.families.taxonomy import Taxonomy
from synth.families.translation import Translation
from synth.families.truth_tellers import TruthTellers

TRAINED: tuple[AnyFamily, ...] = (
    Accounts(),
    BinaryTree(),
    BlockWorld(),
    CalendarDays(),
    CardRules(),
    Circuits(),
    ClosedWorld(),
    Counting(),
    Digits(),
    Eligibility(),
    Entailment(),
    FactRules(),
    Flights(),
    GridWalk(),
    Intervals(),
    Kinship(),
    LeagueTable(),
    ListOperations(),
    Matching(),
    Modular(),
    MovingObjects(),
    OneCulprit(),
    Ordering(),
    Pricing(),
    Reachability(),
    Reading(),
    Recursion(),
    Rotation(),
    Scheduling(),
    Seating(),
    Sequences(),
    SetOperations(),
    ShortestPath(),
    SortingRules(),
    StackQueue(),
    StateMachine(),
    StringRewriting(),
    Syllogism(),
    TableLookup(),
    Taxonomy(),
    Translation(),
    TruthTellers(),
)
"""Families that training data is made from."""
UNSEEN: tuple[AnyFamily, ...] = (CircularSeating(), Ciphers(), Cups())
"""Families that only the benchmark has; training never sees them."""
FAMILIES: dict[str, AnyFamily] = {family.name: family for family in (*TRAINED, *UNSEEN)}

__all__ = ["FAMILIES", "TRAINED", "UNSEEN"]
