"""The registry of puzzle families: one file a family, one line here."""

from __future__ import annotations

from synth.puzzles.compose import AnyFamily
from synth.puzzles.families.accounts import Accounts
from synth.puzzles.families.binary_tree import BinaryTree
from synth.puzzles.families.block_world import BlockWorld
from synth.puzzles.families.calendar_days import CalendarDays
from synth.puzzles.families.card_rules import CardRules
from synth.puzzles.families.ciphers import Ciphers
from synth.puzzles.families.circuits import Circuits
from synth.puzzles.families.circular_seating import CircularSeating
from synth.puzzles.families.closed_world import ClosedWorld
from synth.puzzles.families.counting import Counting
from synth.puzzles.families.cups import Cups
from synth.puzzles.families.digits import Digits
from synth.puzzles.families.eligibility import Eligibility
from synth.puzzles.families.entailment import Entailment
from synth.puzzles.families.fact_rules import FactRules
from synth.puzzles.families.flights import Flights
from synth.puzzles.families.grid_walk import GridWalk
from synth.puzzles.families.intervals import Intervals
from synth.puzzles.families.kinship import Kinship
from synth.puzzles.families.league_table import LeagueTable
from synth.puzzles.families.list_operations import ListOperations
from synth.puzzles.families.matching import Matching
from synth.puzzles.families.modular import Modular
from synth.puzzles.families.moving_objects import MovingObjects
from synth.puzzles.families.one_culprit import OneCulprit
from synth.puzzles.families.ordering import Ordering
from synth.puzzles.families.pricing import Pricing
from synth.puzzles.families.reachability import Reachability
from synth.puzzles.families.reading import Reading
from synth.puzzles.families.recursion import Recursion
from synth.puzzles.families.rotation import Rotation
from synth.puzzles.families.scheduling import Scheduling
from synth.puzzles.families.seating import Seating
from synth.puzzles.families.sequences import Sequences
from synth.puzzles.families.set_operations import SetOperations
from synth.puzzles.families.shortest_path import ShortestPath
from synth.puzzles.families.sorting_rules import SortingRules
from synth.puzzles.families.stack_queue import StackQueue
from synth.puzzles.families.state_machine import StateMachine
from synth.puzzles.families.string_rewriting import StringRewriting
from synth.puzzles.families.syllogism import Syllogism
from synth.puzzles.families.table_lookup import TableLookup
from synth.puzzles.families.taxonomy import Taxonomy
from synth.puzzles.families.translation import Translation
from synth.puzzles.families.truth_tellers import TruthTellers

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
