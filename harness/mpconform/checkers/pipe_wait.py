"""connection.wait: the answer is what is ready, of what was asked for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_messages import argument_of
from mpconform.checkers.pipe_model import Model, last_name
from mpconform.checkers.pipe_ready import Readiness, Situation, deadline_ns, overdue, timeout_of, too_early
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = (
    "Waiting",
    "answer_is_ready",
    "empty_after_timeout",
    "ended_pipe_is_ready",
    "waits_asking",
    "waits_of",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One call of ``connection.wait``, with what was asked for and what was answered in the same words.

    A connection is the key of its end, a sentinel ``"sentinel of NAME"``, a plain socket its name; other
    objects, and numbers that cannot be told to be a certain sentinel, are None.
    """

    op: Operation
    timeout: Json
    asked: tuple[str | None, ...]
    answer: tuple[str | None, ...]

    @property
    def plain(self) -> bool:
        """Whether all that was asked for is known, and nothing was asked for twice."""
        return None not in self.asked and len(set(self.asked)) == len(self.asked)


def waits_of(history: History, model: Model) -> Iterator[Waiting]:
    """Yield every ``connection.wait`` that did not raise."""
    for op in history.operations:
        if op.target != "@" or last_name(op.method) != "wait" or op.outcome == "raised":
            continue
        asked = waits_asking(model, op)
        answer: tuple[str | None, ...] = ()
        if isinstance(op.result, list | tuple):
            answer = tuple(_answered(model, op, thing, asked) for thing in op.result)
        yield Waiting(op=op, timeout=timeout_of(op, 1, None), asked=asked, answer=answer)


def waits_asking(model: Model, op: Operation) -> tuple[str | None, ...]:
    """Return what a ``connection.wait`` asked for, in the words of ``Waiting``."""
    return tuple(_asked(model, op, thing) for thing in _things(argument_of(op, 0, "object_list", ())))


def _things(argument: Json) -> list[Json]:
    while isinstance(argument, dict) and len(argument) == 1 and argument.keys() <= {"$tuple", "$iterator"}:
        (argument,) = argument.values()
    return list(argument) if isinstance(argument, list | tuple) else [argument]


def _asked(model: Model, op: Operation, thing: Json) -> str | None:
    if isinstance(thing, dict) and "$object" in thing:
        return model.end(op.actor, thing["$object"]) or model.socket(op.actor, thing["$object"])
    if isinstance(thing, dict) and "$attribute" in thing and thing["$attribute"][1] == "sentinel":
        return f"sentinel of {thing['$attribute'][0]}"
    return None


def _answered(model: Model, op: Operation, thing: Json, asked: tuple[str | None, ...]) -> str | None:
    if isinstance(thing, dict) and "$object" in thing:
        return model.end(op.actor, thing["$object"]) or str(thing["$object"])
    sentinels = [name for name in asked if name and name.startswith("sentinel of ")]
    if not isinstance(thing, int) or not sentinels:
        return None
    if len(sentinels) == 1:
        return sentinels[0]
    # With several sentinels, a number is one of them only if somebody looked at it.
    known = {
        o.result: f"sentinel of {o.target}"
        for o in model.history.by(op.actor)
        if o.method == ".sentinel" and o.ok
    }
    return known.get(thing)


def _missing(history: History, situation: Situation, w: Waiting, name: str) -> Readiness:
    """Return what is certain of *name*: by the deadline if nothing was answered, else from the start."""
    direction = situation.direction(w.op, name)
    if direction is None:
        return Readiness()
    if stuck(history, w.op):
        return situation.readiness(w.op, direction, float("inf"))
    if w.op.ok and not w.answer and isinstance(w.timeout, int | float):
        return situation.readiness(w.op, direction, deadline_ns(w.op, w.timeout))
    return situation.readiness(w.op, direction)


def _not_answered(history: History, state: str, kind: str, because: str) -> Finding:
    """Judge the ends that were ready as *state* says: each must be in the answer."""
    situation, teller = Situation(history), Teller(history)
    judged, violations = 0, []
    for w in waits_of(history, situation.model):
        if w.op.open and not stuck(history, w.op):
            continue
        for name in (n for n in w.asked if n is not None and n in situation.model.by_end):
            found = _missing(history, situation, w, name)
            if found.state != state:
                continue
            judged += 1
            if w.op.open or name not in w.answer:
                told = " ".join(f"{teller.tell(shown)}." for shown in found.shown)
                end = name.rpartition("/")[2]  # Where it was made is of no interest here.
                violations.append(
                    Violation(
                        kind=kind,
                        summary=f"{w.op.actor}'s wait did not report {end} {because}.",
                        story=f"{told} With that {end} was ready; but {teller.tell(w.op)}.",
                        witness=(*found.shown, w.op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def answer_is_ready(history: History) -> Finding:
    """Check that the answer is a list of just those objects, of the given ones, that are ready.

    Every end with a message surely in it must be in the answer; none may be for which surely
    nothing was under way while its other end was held open; nothing that was not asked for, and
    nothing twice.  Judged are the ends of which either is certain.  O(n) for each end asked for.
    """
    missing = _not_answered(history, "data", "ready-end-left-out", "although a message was in it")
    situation, teller = Situation(history), Teller(history)
    judged, violations = missing.judged, list(missing.violations)
    for w in waits_of(history, situation.model):
        if not w.op.ok:
            continue
        for name in (n for n in w.asked if n is not None and n in situation.model.by_end):
            direction = situation.direction(w.op, name)
            during = situation.readiness(w.op, direction) if direction else Readiness()
            judged += during.state == "nothing"
            if during.state == "nothing" and name in w.answer:
                told = " ".join(f"{teller.tell(shown)}." for shown in during.shown)
                violations.append(
                    Violation(
                        kind="unready-end-answered",
                        summary=f"{w.op.actor}'s wait reported {name}, in which there was nothing.",
                        story=f"{teller.tell(w.op)}. Nothing was there to be received, and the other "
                        f"end was open: {told}",
                        witness=(w.op, *during.shown),
                    )
                )
        strange = _strange(w)
        judged += bool(strange)
        violations += [
            Violation(
                kind=strange,
                summary=f"{w.op.actor}'s wait answered with something that it was not asked for, or twice.",
                story=f"{teller.tell(w.op)}.",
                witness=(w.op,),
            )
        ] * bool(strange)
    return Finding(judged=judged, violations=tuple(violations))


def _strange(w: Waiting) -> str:
    if not w.plain or not w.asked:
        return ""
    if not isinstance(w.op.result, list | tuple):
        return "no-list-answered"
    sentinels = sum(1 for name in w.asked if name and name.startswith("sentinel of "))
    if any(name is not None and name not in w.asked for name in w.answer) or w.answer.count(None) > sentinels:
        return "unasked-answered"
    counts = Counter(name for name in w.answer if name is not None)
    return "answered-twice" if any(count > 1 for count in counts.values()) else ""


def ended_pipe_is_ready(history: History) -> Finding:
    """Check that an end whose other end is closed is ready, although there is nothing more to receive.

    Judged are ends of which, when the wait began, surely no process held the other end any more, and
    of which it is not certain that a message is left.  O(n) for each end asked for.
    """
    return _not_answered(
        history, "end", "ended-pipe-left-out", "although every copy of the other end was closed"
    )


def empty_after_timeout(history: History) -> Finding:
    """Check that the answer is empty only when the timeout is over; without a timeout, never; and wait ends.

    Judged are waits for at least one object that answered nothing, and those with a timeout of at
    most a second that a hung run was in.  "Too early" has a granularity of 2 ms.  O(n).
    """
    situation, teller = Situation(history), Teller(history)
    judged, violations = 0, []
    for w in waits_of(history, situation.model):
        late = overdue(history, w.op, w.timeout)
        timed = w.timeout is None or isinstance(w.timeout, int | float)
        nothing = w.op.ok and w.op.result in ([], ()) and bool(w.asked) and timed
        if not late and not nothing:
            continue
        judged += 1
        if late or too_early(w.op, w.timeout):
            limit = "no timeout" if w.timeout is None else f"a timeout of {w.timeout:g} s"
            violations.append(
                Violation(
                    kind="waited-for-ever" if late else "gave-up-early",
                    summary=f"{w.op.actor}'s wait with {limit} "
                    f"{'never returned' if late else 'answered nothing too early'}.",
                    story=f"{teller.tell(w.op)}; it had {limit}.",
                    witness=(w.op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))
