"""All calls of a barrier together: whether any order of them explains what each of them gave."""

from collections.abc import Iterator
from typing import NamedTuple

from mpconform.checkers.barrier_model import BROKEN, Barrier, barriers, number_of
from mpconform.checkers.condition_proof import peaceful
from mpconform.checkers.orders import Orders, end_of
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("explained",)

#: So many calls are tried; of more nothing is judged.
_CALLS = 24
#: So many of those before it are shown with the call that nothing explains.
_SHOWN = 5


def explained(history: History) -> Finding:
    """Check that the waits, aborts and resets of a barrier have an order that explains what they gave.

    When as many wait as there are parties, these pass, each with a number of its own; an abort, a reset and
    a timeout make those who wait raise, and until a reset, after an abort or a timeout, those who come as
    well.  Whoever had passed and not yet returned may be told of an abort, too, and of a reset, unless who
    resets it had come back from that very wait, and knew that all had come.  In a run that hung, nobody may
    wait who could go on.

    Judges barriers of up to 24 such calls, whose action does not raise, in runs in which nobody is killed, by
    trying every order that time allows; ``undecided`` counts those of which there were too many.  Exact.
    """
    judged = undecided = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        calls = barrier.on("wait", "abort", "reset")
        if barrier.action == "fail" or not 2 <= len(calls) <= _CALLS or not peaceful(history):
            continue
        search = _Search(history, barrier, calls)
        verdict = search.explains()
        if verdict is None:
            undecided += 1
            continue
        judged += len(calls)
        if not verdict:
            violations.append(_violation(teller, barrier, search, calls))
    measures = {"undecided": undecided} if undecided else {}
    return Finding(judged=judged, violations=tuple(violations), measures=measures)


def _violation(teller: Teller, barrier: Barrier, search: "_Search", calls: list[Operation]) -> Violation:
    op = search.stopped
    begun = sorted((one for one in calls if one.invoked_ns <= end_of(op)), key=lambda one: one.invoked_ns)
    around = [one for one in begun if one is not op][-_SHOWN:]
    told = " ".join(f"{teller.tell(one)}." for one in around)
    return Violation(
        kind="calls-unexplained",
        summary=f"{teller.call(op)} {teller.outcome(op)}: no order of the calls of {barrier.name} explains "
        "it.",
        story=f"{told} {teller.tell(op)}. Of {counted(len(calls), 'call')} of this barrier for "
        f"{barrier.parties}, {search.most} at most have an order that respects time and leads to what each "
        "gave.".strip(),
        witness=(*around, op),
    )


class _Generation(NamedTuple):
    """Those who passed together: who of them is left, which numbers, whether they may be told, and all."""

    who: frozenset[int]
    numbers: frozenset[int]
    perhaps: bool
    all: frozenset[int]

    def knows(self, n: int) -> bool:
        """Whether actor number *n* came back from that wait."""
        return n in self.all and n not in self.who


class _State(NamedTuple):
    """How far each actor is, who waits, who has passed, and who is to be told that it broke.

    *places* has the number of the call of each actor, and whether it is inside of it.  *passed* has each
    generation that has not gone.  *now* is the latest instant before which what has happened so far cannot
    have happened.
    """

    places: tuple[tuple[int, bool], ...]
    waiting: frozenset[int]
    passed: frozenset[_Generation]
    told: frozenset[int]
    broken: bool
    now: int


class _Search(Orders[_State]):
    """What the calls of one barrier may lead to."""

    def __init__(self, history: History, barrier: Barrier, calls: list[Operation]) -> None:
        """Begin with the *calls* of *barrier*."""
        super().__init__(history, calls)
        self._barrier = barrier

    def _start(self) -> _State:
        places = tuple((0, False) for _ in self._programs)
        return _State(places, frozenset(), frozenset(), frozenset(), broken=False, now=0)

    def _steps(self, state: _State, n: int) -> Iterator[_State]:
        """Yield what may come of the next step of actor number *n*."""
        place, inside = state.places[n]
        if place == len(self._programs[n]):
            return
        op = self._programs[n][place]
        now = max(state.now, op.invoked_ns)
        if now > end_of(op):
            return
        if op.method == "wait":
            yield from self._leave(state, n, op, now) if inside else self._enter(state, n, now)
        elif op.outcome != "raised":
            abort = op.method == "abort"
            passed = frozenset(
                one if one.knows(n) and not abort else one._replace(perhaps=True) for one in state.passed
            )
            yield _tell(_done(state, n, now))._replace(passed=passed, broken=abort)

    def _enter(self, state: _State, n: int, now: int) -> Iterator[_State]:
        after = _at(state, n, (state.places[n][0], True), now)
        there = state.waiting | {n}
        if state.broken:
            yield after._replace(told=state.told | {n})
        elif len(there) < self._barrier.parties:
            yield after._replace(waiting=there)
        else:
            numbers = frozenset(range(self._barrier.parties))
            generation = _Generation(there, numbers, perhaps=False, all=there)
            yield after._replace(waiting=frozenset(), passed=state.passed | {generation})

    def _leave(self, state: _State, n: int, op: Operation, now: int) -> Iterator[_State]:
        raised = op.returned_ns is None or op.raised(BROKEN)
        if n in state.told:
            if raised:
                yield _done(state, n, now)._replace(told=state.told - {n})
            return
        if n in state.waiting:
            late = max(now, self._barrier.deadline_ns(op))
            # What never returned, did not give up either: who can tell how long the run was watched?
            if op.returned_ns is not None and late <= op.returned_ns:
                yield _tell(_at(state, n, state.places[n], late))._replace(broken=True)
            return
        mine = next(one for one in state.passed if n in one.who)
        number = number_of(op)
        if op.returned_ns is None or (op.ok and number in mine.numbers):
            yield _gone(_done(state, n, now), mine, n, number)
        if raised and mine.perhaps:
            yield _gone(_done(state, n, now), mine, n)


def _gone(state: _State, mine: _Generation, n: int, number: int | None = None) -> _State:
    """Let actor number *n* leave its generation, with its *number* or with none."""
    left = mine._replace(who=mine.who - {n}, numbers=mine.numbers - {number})
    others = state.passed - {mine}
    return state._replace(passed=others | {left} if left.who else others)


def _tell(state: _State) -> _State:
    """Tell all who wait that it broke."""
    return state._replace(waiting=frozenset(), told=state.told | state.waiting)


def _done(state: _State, n: int, now: int) -> _State:
    return _at(state, n, (state.places[n][0] + 1, False), now)


def _at(state: _State, n: int, place: tuple[int, bool], now: int) -> _State:
    return state._replace(places=(*state.places[:n], place, *state.places[n + 1 :]), now=now)
