"""Who speaks the truth, who did it, what follows: truth values and one culprit, by cases and counterexamples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from synth.puzzles.families import entailment, truth_tellers
from synth.puzzles.reasoning.deduction import Clues, Part, follows
from synth.puzzles.reasoning.families.places import OfClues
from synth.puzzles.reasoning.reasoner import Puzzle
from synth.puzzles.reasoning.steps import Claim, Deduce, Step


def _is(thing: int, value: bool) -> Claim:
    return Claim("is", (thing, (int(value),)))


def _spoken(form: int, first: int, second: int) -> bool:
    """Say whether a claim is true, of people who are honest (1) or not (0)."""
    if form < 2:
        return first != form
    values = (first == second, first != second, first and second, not (first or second), first or second)
    return bool(values[form - 2]) if form < 7 else not (first and second)


class Tellers(OfClues):
    """Values: 1 for who tells the truth, 0 for who lies."""

    family = "truth_tellers"
    kinds_of_things = ("who",)

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        world = p.world
        anchor = (_is(world.anchor, world.is_anchor_honest),) if world.anchor >= 0 else ()
        return (*anchor, *(Claim("says", tuple(claim)) for claim in world.claims))

    def clues(self, p: Puzzle) -> Clues:
        everyone = tuple(range(p.world.size))

        def meaning(claim: Claim) -> list[Part]:
            if claim.kind == "count":
                return [Part(everyone, lambda *values: sum(values) == claim.args[0])]
            speaker, form, first, second = claim.args
            if form < 2:
                return [Part((speaker, first), lambda s, x: s == (x != form))]
            return [Part((speaker, first, second), lambda s, x, y: s == _spoken(form, x, y))]

        return Clues(p.world.size, 2, meaning, is_distinct=False)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        everyone = range(p.world.size)
        if p.ask.kind == "is":
            return p.ask.args, None
        if p.ask.kind == "who":
            return [p.ask.right], None
        return everyone, Claim("count", (p.ask.right,)) if p.ask.kind == "count" else None

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        told = p.told
        if kind == "is":
            return truth_tellers.label(value[0], bool(value[1][0]), told)
        if kind == "says":
            speaker, form, first, second = value
            claim = next(one for one in p.world.claims if tuple(one) == (speaker, form, first, second))
            said = truth_tellers.sentence(claim, told)
            return p.say(f"{p.cast.names[speaker]}说“{said}”", f"{p.cast.names[speaker]} says that {said}")
        return told.word("good" if p.voice.zh or value == 1 else "goods")


class Entailed(OfClues):
    """Values: 1 for true propositions, 0 for false ones."""

    family = "entailment"
    conditionals = frozenset(("rule",))

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        facts = tuple(_is(place, sign) for place, sign in p.world.facts)
        return (*facts, *(Claim("rule", (at,)) for at in range(len(p.world.rules))))

    def clues(self, p: Puzzle) -> Clues:
        def meaning(claim: Claim) -> list[Part]:
            if claim.kind == "sure":
                return [Part((one,), lambda x: bool(x)) for one in claim.args[0]]
            rule = p.world.rules[claim.args[0]]
            wanted = [(place, sign != (rule.form == 0)) for place, sign in rule.body] + [rule.head]
            scope = tuple(place for place, _ in wanted)
            return [Part(scope, lambda *values: any(bool(v) == s for v, (_, s) in zip(values, wanted, strict=True)))]

        return Clues(p.world.size, 2, meaning, is_distinct=False)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        if p.ask.kind == "which":
            return [p.ask.right // 2], None
        return p.ask.args[:1], None

    def steps(self, p: Puzzle) -> Iterable[Step]:
        clues, told = self._clues(p), self.told(p)
        status = {
            one: next((sign for sign in (True, False) if follows(clues, told, _is(one, sign))), None)
            for one in range(p.world.size)
        }
        if p.ask.kind in ("status", "must") and status[p.ask.args[0]] is None:
            return [Deduce(Claim("open", p.ask.args[:1]))]
        if p.ask.kind != "count":
            return super().steps(p)
        sure = tuple(one for one, sign in status.items() if sign)
        found = list(self.derived(p, [one for one, sign in status.items() if sign is not None]))
        found += [Deduce(Claim("open", (one,))) for one, sign in status.items() if sign is None]
        return [*found, Deduce(Claim("count", (len(sure), sure)), tuple(_is(one, True) for one in sure))]

    def is_true(self, p: Puzzle, claim: Claim) -> bool:
        clues, told = self._clues(p), self.told(p)
        if claim.kind == "open":
            return not any(follows(clues, told, _is(claim.args[0], sign)) for sign in (True, False))
        if claim.kind == "count":
            sure = tuple(one for one in range(p.world.size) if follows(clues, told, _is(one, True)))
            return claim.args == (len(sure), sure)
        return super().is_true(p, claim)

    def entails(self, p: Puzzle, because: Sequence[Claim], claim: Claim | None) -> bool:
        if claim is not None and claim.kind in ("open", "count"):
            return self.is_true(p, claim)
        return super().entails(p, because, claim)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "which":
            return None
        return next((claim for claim in known if claim == _is(value // 2, not value % 2)), None)

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        told = p.told
        if kind == "sayRule":
            return entailment.sentence(p.world.rules[value], told)
        if kind == "sayIs":
            return entailment.statement((value[0], bool(value[1][0])), told)
        if kind in ("sayYes", "sayNo"):
            return entailment.statement((value, kind == "sayYes"), told)
        return p.voice.join([p.cast.names[one] for one in value]) or p.say("没有", "none")


class Culprit(OfClues):
    """One thing, who did it; its values are the suspects."""

    family = "one_culprit"
    kinds_of_things = ("who",)

    def told(self, p: Puzzle) -> tuple[Claim, ...]:
        return (Claim("tally", (p.world.true_count,)),)

    def _truths(self, p: Puzzle, culprit: int) -> tuple[int, ...]:
        """Return who speaks the truth if that one did it."""
        return tuple(
            speaker
            for speaker, claim in enumerate(p.world.claims)
            if (culprit in (claim.first, claim.second)) != claim.is_denial
        )

    def clues(self, p: Puzzle) -> Clues:
        def meaning(claim: Claim) -> list[Part]:
            a, *more = claim.args
            match claim.kind:
                case "did":
                    return [Part((0,), lambda x: x == a)]
                case "cleared":
                    return [Part((0,), lambda x: x != a)]
                case "tally":
                    return [Part((0,), lambda x: len(self._truths(p, x)) == a)]
                case "would":
                    return [Part((0,), lambda x: x != a or self._truths(p, x) == more[0])]
                case "number":
                    return [Part((0,), lambda x: len(self._truths(p, a)) == more[0])]
                case "true" | "false":
                    return [Part((0,), lambda x: (a in self._truths(p, x)) == (claim.kind == "true"))]
            raise KeyError(claim.kind)

        return Clues(1, len(p.world.claims), meaning)

    def asked(self, p: Puzzle) -> tuple[Sequence[int], Claim | None]:
        return [0], None

    def _would(self, p: Puzzle, who: int) -> Claim:
        return Claim("would", (who, self._truths(p, who)))

    def steps(self, p: Puzzle) -> Iterable[Step]:
        people = range(len(p.world.claims))
        tally = self.told(p)[0]
        if p.ask.kind == "count":
            yield Deduce(self._would(p, p.ask.args[0]))
            return
        culprit = next(one for one in people if len(self._truths(p, one)) == p.world.true_count)
        if p.ask.kind == "is" and p.ask.args[0] != culprit:
            suspects = p.ask.args
        else:
            suspects = tuple(one for one in people if one != culprit)
        for who in suspects:
            would = self._would(p, who)
            yield Deduce(would)
            yield Deduce(Claim("cleared", (who,)), (would, tally))
        if p.ask.kind == "is" and p.ask.args[0] != culprit:
            return
        yield Deduce(Claim("did", (culprit,)), tuple(Claim("cleared", (who,)) for who in suspects))
        if p.ask.kind == "speaker":
            yield Deduce(Claim("true" if p.ask.args[0] else "false", (p.ask.right,)), (Claim("did", (culprit,)),))

    def entails(self, p: Puzzle, because: Sequence[Claim], claim: Claim | None) -> bool:
        return follows(self._clues(p), because, claim)

    def against(self, p: Puzzle, value: Any, known: Sequence[Claim]) -> Claim | None:
        if p.ask.kind != "who":
            return None
        return Claim("number", (value, len(self._truths(p, value))))

    def word(self, p: Puzzle, kind: str, value: Any) -> str:
        names = p.cast.names
        if kind == "deed":
            return str(p.told.all("deed.deed")[p.cast.deed])
        if kind == "tally":
            size = len(names)
            number, is_false = (size - value, True) if p.cast.is_false_counted else (value, False)
            if p.voice.zh:
                return f"恰好有{number}句{'假' if is_false else '真'}话"
            verb = "is" if number == 1 else "are"
            return f"exactly {number} of the statements {verb} {'false' if is_false else 'true'}"
        if kind == "truths":
            liars = [name for at, name in enumerate(names) if at not in value]
            honest = [names[at] for at in value]
            if p.voice.zh:
                parts = [f"{'、'.join(honest)}的话为真"] * bool(honest) + [f"{'、'.join(liars)}的话为假"] * bool(liars)
                number = len(liars) if p.cast.is_false_counted else len(honest)
                return f"{'，'.join(parts)}，共有{number}句{'假' if p.cast.is_false_counted else '真'}话"
            listed = [(one, word) for one, word in ((honest, "true"), (liars, "false")) if one]
            said = [f"what {_and(one)} {'says' if len(one) == 1 else 'say'} would be {word}" for one, word in listed]
            return f"{' and '.join(said)}, which makes {len(honest)} true and {len(liars)} false"
        return str(names[value])


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
