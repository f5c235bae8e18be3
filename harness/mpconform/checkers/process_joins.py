"""Joins: a join waits for the end, or for its timeout, and may be repeated."""

import math

from mpconform.checkers.process_liveness import proof_of_life
from mpconform.checkers.process_lives import Evidence, Life, lives, record_of, waits_for
from mpconform.checkers.telling import Teller, duration, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("timeout", "twice", "waits")

#: How much too early a timeout may expire: the granularity of clocks and of the kernel's timers.
_GRAIN_NS = 2_000_000

#: Timeouts that are over for certain when a run is given up as hung.
_SHORT_S = 1.0


def waits(history: History) -> Finding:
    """``join()`` without timeout returns None, and only when the process has ended.

    Judges main's joins that began while the child surely ran.  None may return before
    something that the child recorded, before a child that lingers was signalled, or before a
    census that shows the process running.  Sound.  O(n x censuses).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for join in life.asked("join"):
            if not join.ok or waits_for(join) is not None or life.phase(join) != "started" or not life.clear:
                continue
            seen = _seen_running(history, life, join)
            if not life.begun(join) and seen is None:
                continue
            judged += 1
            if life.running(join):
                told, proof = proof_of_life(teller, life, join)
                violations.append(_early(teller, life, join, told, proof, ()))
            elif seen is not None:
                violations.append(_early(teller, life, join, f"Yet {seen.seen}.", (), seen.observed))
            elif join.result is not None:
                violations.append(_result(teller, join))
    return Finding(judged=judged, violations=tuple(violations))


def _seen_running(history: History, life: Life, join: Operation) -> Evidence | None:
    """Return a census from after *join* that shows the process running."""
    for label, census in history.census.items():
        process = record_of(census, life.pid) if life.pid is not None else None
        if process is not None and process.state not in {"Z", "X"} and census.at_ns > (join.returned_ns or 0):
            seen = f"census {label!r} showed process {process.pid} in state {process.state} after it"
            return Evidence(at_ns=census.at_ns, seen=seen)
    return None


def _early(
    teller: Teller,
    life: Life,
    join: Operation,
    told: str,
    proof: tuple[Operation, ...],
    observed: tuple[str, ...],
) -> Violation:
    return Violation(
        kind="join-before-end",
        summary=f"join() of {life.name} returned while {life.name} still ran.",
        story=f"{teller.tell(join)}. {told}",
        witness=(join, *proof),
        observed=observed,
    )


def _result(teller: Teller, join: Operation) -> Violation:
    return Violation(
        kind="join-result",
        summary=f"join() of {join.target} returned {value(join.result)}, not None.",
        story=f"{teller.tell(join)}.",
        witness=(join,),
    )


def timeout(history: History) -> Finding:
    """``join(timeout)`` returns None, and while the process runs, not before its time.

    Judges main's timed joins of started processes; "too early" only where the child surely ran
    until after the return, and by more than 2 ms.  Never "too late": but in a hung run, none
    of at most a second may be what never returned.  Sound.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for join in life.asked("join"):
            given = waits_for(join)
            if given is None or life.phase(join) != "started":
                continue
            if join.open and history.ended == "hung" and given <= _SHORT_S:
                judged += 1
                violations.append(_endless(teller, join))
            if not join.ok:
                continue
            running = life.running(join)
            took_ns = (join.returned_ns or 0) - join.invoked_ns
            judged += running or (join.result is not None)
            if join.result is not None:
                violations.append(_result(teller, join))
            elif running and took_ns < round(given * 1e9) - _GRAIN_NS:
                told, proof = proof_of_life(teller, life, join)
                took = duration(took_ns)
                violations.append(
                    Violation(
                        kind="join-timeout-early",
                        summary=f"join({given:g}) of {life.name} gave up after {took}, while it ran.",
                        story=f"{teller.tell(join)}, which is {took}. {told}",
                        witness=(join, *proof),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _endless(teller: Teller, join: Operation) -> Violation:
    return Violation(
        kind="join-timeout-ignored",
        summary=f"{teller.call(join)} never returned.",
        story=f"{teller.tell(join)}, although no process made progress any more.",
        witness=(join,),
    )


def twice(history: History) -> Finding:
    """Check that a process that was joined can be joined again, at once and as often as one likes.

    Judges main's joins after one without timeout had returned.  They may not raise; and in a
    hung run none may be what never returned, if the system showed the child dead.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        first: Operation | None = None
        for join in life.asked("join"):
            if not life.clear or life.phase(join) != "started":
                continue
            if first is None or not first.precedes(join):
                first = join if first is None and join.ok and waits_for(join) is None else first
                continue
            stuck = (
                join.open and history.ended == "hung" and waits_for(join) is None and life.dead_ns < math.inf
            )
            judged += stuck or not join.open
            if stuck or join.outcome == "raised":
                violations.append(
                    Violation(
                        kind="second-join-hangs" if stuck else "second-join-raised",
                        summary=f"{life.name} could not be joined a second time.",
                        story=f"{teller.tell(first)}. {teller.tell(join)}.",
                        witness=(first, join),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
