"""What an interrupt and a shortage do to processes."""

from collections.abc import Iterator

from mpconform.checkers.faults import interrupted, strikes, struck
from mpconform.checkers.shortages import shortages
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Hold, Operation, Violation

__all__ = ("interrupted_joins", "interrupted_targets", "started_in_need")


def interrupted_targets(history: History) -> Finding:
    """Check that a process whose target KeyboardInterrupt leaves has exit code 1, as after any exception.

    Judges main's reads of the exit code, after a join, of a process that was started once and that SIGINT
    struck.  If the target did not come to its end, the exception left it, and the code is 1; if it did, and
    a call in it raised KeyboardInterrupt, the code is 0.  When neither is so, the signal came after the
    target, and any of 0, 1 and -2 may be read, which is noted.  Sound.  O(operations).
    """
    teller = Teller(history)
    judged, violations, surprises = 0, [], Surprises(history)
    for strike, read in _codes(history):
        expected = _expected(history, strike)
        if expected is None:
            surprises.took(f"exit code {value(read.result)} after an interrupt at the end", read)
            continue
        judged += 1
        if type(read.result) is not int or read.result != expected:
            what = "left its target" if expected else "was raised in a call, and then its target returned"
            violations.append(
                Violation(
                    kind="exitcode-after-interrupt",
                    summary=f"{strike.actor}'s exit code is {value(read.result)}, not {expected}: "
                    f"KeyboardInterrupt {what}.",
                    story=f"{struck(strike)} at {teller.at(strike.began_ns)}. {teller.tell(read)}.",
                    witness=(read,),
                    observed=(struck(strike),),
                )
            )
    return surprises.finding(judged, violations)


def _codes(history: History) -> Iterator[tuple[Hold, Operation]]:
    """Yield each strike of SIGINT with main's first read of the exit code after it had joined the process."""
    for strike in strikes(history):
        record = history.actors.get(strike.actor)
        starts = history.on(strike.actor, "start")
        if strike.fault != "SIGINT" or record is None or record.pids != (strike.pid,) or len(starts) != 1:
            continue
        if history.on(strike.actor, "terminate", "kill", "close"):
            continue
        joins = [op for op in history.on(strike.actor, "join") if op.ok and op.timeout_s is None]
        for read in history.on(strike.actor, ".exitcode"):
            plain = (op for op in joins if op.precedes(read) and not op.arguments and not op.keywords)
            if read.ok and read.actor == "main" and any(plain):
                yield strike, read
                break


def _expected(history: History, strike: Hold) -> int | None:
    """Return the exit code of the process that *strike* struck; None if it may be one of several."""
    deeds = history.by(strike.actor)
    if any(op.method in {"exit", "sys_exit", "raise", "signal"} and not op.target for op in deeds):
        return None
    if not history.actors[strike.actor].finished:
        return 1
    return 0 if any(op.raised("KeyboardInterrupt") for op in deeds) else None


def interrupted_joins(history: History) -> Finding:
    """Check that a join that SIGINT interrupts raises KeyboardInterrupt, and can be repeated.

    Judges main's joins during which it was sent SIGINT while the process lingered, and the first join of
    the same process after that, which must not raise.  Sound.  O(operations).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for op in interrupted(history):
        if op.method != "join" or op.open or not _lingers(history, op):
            continue
        judged += 1
        if not op.raised("KeyboardInterrupt"):
            told = f"{teller.call(op)} was interrupted, and {teller.outcome(op)}, not KeyboardInterrupt."
            story = f"{teller.tell(op)}."
            violations.append(Violation(kind="interrupt-lost", summary=told, story=story, witness=(op,)))
            continue
        again = next((one for one in history.on(op.target, "join") if op.precedes(one)), None)
        judged += again is not None and not again.open
        if again is not None and again.outcome == "raised":
            told = f"{teller.call(again)}, after an interrupted one, {teller.outcome(again)}."
            story = f"{teller.tell(op)}. {teller.tell(again)}."
            violations.append(
                Violation(kind="join-not-repeated", summary=told, story=story, witness=(op, again))
            )
    return Finding(judged=judged, violations=tuple(violations))


def _lingers(history: History, join: Operation) -> bool:
    """Return whether the process that *join* awaits surely ran until after it: only a signal ends it."""
    deeds = history.by(join.target)
    hits = history.on(join.target, "terminate", "kill")
    last = deeds[-1] if deeds else None
    waits = last is not None and last.open and last.method == "linger" and not last.target
    return waits and all(join.precedes(hit) for hit in hits)


def started_in_need(history: History) -> Finding:
    """Check that a start for which descriptors are lacking works or raises OSError; see ``shortages``."""
    return shortages(history)
