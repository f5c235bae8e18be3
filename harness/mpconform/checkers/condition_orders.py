"""All calls of a condition and its lock together: whether any order of them explains what each gave."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from mpconform.checkers.condition_model import ENTER, GRAIN_NS, LEAVE, Group, groups, timeout_ns
from mpconform.checkers.condition_proof import peaceful
from mpconform.checkers.orders import Orders, end_of
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("explained",)

#: So many calls are tried; of more nothing is judged.
_CALLS = 40
#: So many of those before it are shown with the call that nothing explains.
_SHOWN = 5
_NEVER = 1 << 62
_KNOWN = ENTER | LEAVE | {"wait", "notify", "notify_all"}
#: How far an actor is within a wait: it asks, is waiting, was woken, or has given up.
_ASKS, _WAITS, _WOKEN, _LATE = range(4)


def explained(history: History) -> Finding:
    """Check that the calls of a condition, and of its lock, have an order that explains what they gave.

    The lock is had by one at a time.  A wait gives it up, and comes back with it, when it was notified or its
    time is over; a notify wakes as many as it says of those who wait, or all if there are fewer.  It may wake
    more, which the documentation allows, and spend itself on who has waited for its time, and will say that
    nobody woke it.  In a run that hung, nobody may be stuck who could go on.

    Judges conditions on which up to 40 such calls were made, none of which raised, in runs in which nobody is
    killed, by trying every order that time allows; ``undecided`` counts those of which there were too many.
    Exact.
    """
    judged = undecided = 0
    violations = []
    for group in groups(history) if peaceful(history) else ():
        if not _fits(group):
            continue
        search = _Search(history, group)
        verdict = search.explains()
        if verdict is None:
            undecided += 1
            continue
        judged += len(group.operations)
        if not verdict:
            violations.append(_violation(Teller(history), group, _odd_one_out(history, group), search))
    measures = {"undecided": undecided} if undecided else {}
    return Finding(judged=judged, violations=tuple(violations), measures=measures)


def _fits(group: Group) -> bool:
    """Return whether the calls of *group* can be tried, and anything is to be learned of them."""
    return (
        not group.foreign
        and len(group.operations) <= _CALLS
        and any(op.method == "wait" for op in group.operations)
        and all(op.method in _KNOWN and op.outcome != "raised" for op in group.operations)
    )


def _odd_one_out(history: History, group: Group) -> Operation | None:
    """Return a wait without whose answer, and time, all other calls are explained; None if there is none."""
    waits = (op for op in group.operations if op.method == "wait" and op.returned_ns is not None)
    return next((op for op in waits if _Search(history, group, free=op).explains()), None)


def _violation(teller: Teller, group: Group, odd: Operation | None, search: "_Search") -> Violation:
    op = odd or search.stopped
    calls = group.operations
    begun = sorted((one for one in calls if one.invoked_ns <= end_of(op)), key=lambda one: one.invoked_ns)
    around = [one for one in begun if one is not op and end_of(one) >= op.invoked_ns][-_SHOWN:]
    told = "".join(f"{teller.tell(one)}. " for one in around)
    names = " and ".join(dict.fromkeys(op.target for op in calls))
    if odd:
        rest = f"The other {counted(len(calls) - 1, 'call')} of this condition and its lock have an order"
        rest += ", but none in which this wait gives what it gave."
    else:
        rest = (
            f"Of {counted(len(calls), 'call')} of this condition and its lock, {search.most} at most have an"
        )
        rest += " order that respects time and leads to what each gave."
    return Violation(
        kind="calls-unexplained",
        summary=f"{teller.call(op)} {teller.outcome(op)}: no order of the calls of {names} explains it.",
        story=f"{told}{teller.tell(op)}. {rest}",
        witness=(*around, op),
    )


class _State(NamedTuple):
    """How far each actor is (call, and step within a wait), and who has the lock.

    *now* is the latest instant before which what has happened so far cannot have happened.
    """

    places: tuple[tuple[int, int], ...]
    owner: int
    now: int


class _Search(Orders[_State]):
    """What the calls of the conditions of one lock may lead to."""

    def __init__(self, history: History, group: Group, *, free: Operation | None = None) -> None:
        """Begin with the calls of *group*; the wait *free* may answer what it likes."""
        super().__init__(history, group.operations)
        self._free = free
        self._again = group.kind == "RLock"
        #: How often the actor has the lock before each of its calls.
        self._depths = [_depths(program) for program in self._programs]

    def _start(self) -> _State:
        return _State(tuple((0, _ASKS) for _ in self._programs), -1, 0)

    def _steps(self, state: _State, n: int) -> Iterator[_State]:
        """Yield what may come of the next step of actor number *n*."""
        place, within = state.places[n]
        if place == len(self._programs[n]):
            return
        op = self._programs[n][place]
        now = max(state.now, op.invoked_ns)
        if now > end_of(op):
            return
        if op.method in ENTER:
            yield from self._enter(state, n, op, now)
        elif op.method == "wait" and within != _ASKS:
            yield from self._come_back(state, n, op, now)
        elif state.owner != n:
            return
        elif op.method in LEAVE:
            yield _done(state, n, n if self._depths[n][place] > 1 else -1, now)
        elif op.method == "wait":
            yield _at(state, n, (place, _WAITS), -1, now)
        else:
            yield from self._notify(state, n, op, now)

    def _enter(self, state: _State, n: int, op: Operation, now: int) -> Iterator[_State]:
        others = state.owner not in ((-1, n) if self._again else (-1,))
        if op.ok and op.result is False:
            late = max(now, _deadline(op))
            if others and late <= end_of(op):
                yield _done(state, n, state.owner, late)
        elif not others:
            yield _done(state, n, n, now)

    def _come_back(self, state: _State, n: int, op: Operation, now: int) -> Iterator[_State]:
        place, within = state.places[n]
        if within == _WAITS:
            if op is self._free:
                yield _at(state, n, (place, _LATE), state.owner, now)
                return
            late = max(now, _deadline(op))
            # What never returned, did not give up either: who can tell how long the run was watched?
            if op.returned_ns is not None and op.result is not True and late <= op.returned_ns:
                yield _at(state, n, (place, _LATE), state.owner, late)
        elif state.owner == -1:
            yield _done(state, n, n, now)

    def _notify(self, state: _State, n: int, op: Operation, now: int) -> Iterator[_State]:
        """Yield what it leads to, whomever it wakes."""
        waiting = [
            m
            for m, (place, within) in enumerate(state.places)
            if within == _WAITS and self._programs[m][place].target == op.target
        ]
        asked = op.arguments[0] if op.arguments else op.keywords.get("n", 1)
        least = len(waiting) if op.method == "notify_all" else min(int(asked), len(waiting))
        for count in range(least, len(waiting) + 1):
            for chosen in itertools.combinations(waiting, count):
                fates = [self._woken(state, m) for m in chosen]
                late = max((now, *(since for _, since in fates)))
                if late <= end_of(op):
                    places = list(state.places)
                    for m, (within, _) in zip(chosen, fates, strict=True):
                        places[m] = places[m][0], within
                    places[n] = places[n][0] + 1, _ASKS
                    yield _State(tuple(places), n, late)

    def _woken(self, state: _State, m: int) -> tuple[int, int]:
        """Return where in its wait a notify leads actor number *m*, and from when on it may do so.

        Who says that nobody woke it, can have been woken in vain only: its time was over.
        """
        op = self._programs[m][state.places[m][0]]
        told = op.returned_ns is not None and op.result is not True and op is not self._free
        return (_LATE, _deadline(op)) if told else (_WOKEN, 0)


def _depths(program: list[Operation]) -> list[int]:
    """Return how often an actor has the lock before each call of *program*."""
    depth, found = 0, []
    for op in program:
        found.append(depth)
        taken = op.method in ENTER and not (op.ok and op.result is False)
        depth += taken - (op.method in LEAVE)
    return found


def _done(state: _State, n: int, owner: int, now: int) -> _State:
    return _at(state, n, (state.places[n][0] + 1, _ASKS), owner, now)


def _at(state: _State, n: int, place: tuple[int, int], owner: int, now: int) -> _State:
    return _State((*state.places[:n], place, *state.places[n + 1 :]), owner, now)


def _deadline(op: Operation) -> int:
    """Return the instant before which *op* has no right to give up."""
    limit = timeout_ns(op)
    if op.method in ENTER and (op.arguments[:1] == (False,) or op.keywords.get("block") is False):
        return op.invoked_ns
    return _NEVER if limit is None else op.invoked_ns + limit - GRAIN_NS
