"""Daemons: the flag is kept, is set before start or never, and forbids children."""

from mpconform.checkers.process_lives import MAIN, Life, bound_by, lives, reads_of
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("children", "flag", "late")


def _flag_at(life: Life, op: Operation) -> tuple[bool, tuple[Operation, ...]] | None:
    """Return the flag of *life* when main invoked *op*, and the call that set it; None if unknown.

    Without a word it is main's own: main is no daemon.  An attempt that succeeded although
    it came too late, or that failed although it came in time, leaves it unknown.
    """
    known = bool(life.actor.daemon)
    source: tuple[Operation, ...] = ()
    for change in life.asked(".daemon="):
        if not change.precedes(op):
            break
        said = change.arguments[0] if change.arguments else None
        if (life.phase(change) == "new") != change.ok:
            return None
        if change.ok:
            if not isinstance(said, bool):
                return None
            known, source = said, (change,)
    return known, source


def flag(history: History) -> Finding:
    """``daemon`` is the flag that a process was given before its start; by default that of its maker.

    Judges main's reads, before and after start, and what a child reads of its own
    ``current_process()``.  The maker is main, which is no daemon.  O(reads x changes).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        inside = [
            op
            for bound in (bound_by(history, life.name, "current_process") if life.clear else ())
            for op in reads_of(history, life.name, bound, ".daemon")
        ]
        for read in (*life.asked(".daemon"), *inside):
            moment = read if read.actor == MAIN else life.started
            known = _flag_at(life, moment) if moment is not None else None
            if known is None or not read.ok:
                continue
            judged += 1
            wanted, source = known
            if read.result is not wanted:
                how = f"{teller.tell(source[0])}. " if source else f"It was made with {_made(life)}. "
                violations.append(
                    Violation(
                        kind="daemon-flag",
                        summary=f"{life.name}'s daemon flag is {value(read.result)}, not {wanted}.",
                        story=f"{how}{teller.tell(read)}.",
                        witness=(*source, read),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _made(life: Life) -> str:
    return "no daemon flag" if life.actor.daemon is None else f"daemon={life.actor.daemon}"


def late(history: History) -> Finding:
    """Check that setting ``daemon`` of a process that was started raises AssertionError.

    Judges main's attempts between start and close, on a running or an ended process.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for change in life.asked(".daemon="):
            if life.phase(change) != "started" or life.started is None or change.open:
                continue
            judged += 1
            if not change.raised("AssertionError"):
                violations.append(
                    Violation(
                        kind="daemon-set-late" if change.ok else "daemon-late-error",
                        summary=f"{life.name}'s daemon flag was set after start without AssertionError.",
                        story=f"{teller.tell(life.started)}. {teller.tell(change)}.",
                        witness=(life.started, change),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def children(history: History) -> Finding:
    """Check that a daemonic process may not have children: to start one raises AssertionError.

    Judges the first start, by a child that surely is a daemon, of each process it made.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        known = _flag_at(life, life.started) if life.started is not None else None
        if not life.clear or known is None or not known[0]:
            continue
        for bound, made in bound_by(history, life.name, "Process").items():
            starts = [op for op in history.on(bound, "start") if op.actor == life.name]
            for start in starts[:1]:
                if start.open:
                    continue
                judged += 1
                if not start.raised("AssertionError"):
                    violations.append(
                        Violation(
                            kind="daemon-has-child" if start.ok else "daemon-child-error",
                            summary=f"{life.name} is a daemon, and started a process without AssertionError.",
                            story=f"{teller.tell(made)}. {teller.tell(start)}.",
                            witness=(*known[1], made, start),
                        )
                    )
    return Finding(judged=judged, violations=tuple(violations))
