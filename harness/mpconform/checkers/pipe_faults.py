"""What a killed process does to pipes: to its own no more than an end, and to others nothing.

The documentation says of a process that is killed while it reads or writes that the data in the pipe may
become corrupted, because nobody knows any more where a message begins.  A pipe with one process at
each end has no such doubt: after the kill nobody writes.
"""

from collections.abc import Iterator

from mpconform.checkers.faults import strikes, struck
from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_holders import Holders
from mpconform.checkers.pipe_messages import OPAQUE, READS, SENDS, Message, message_of, same
from mpconform.checkers.pipe_model import Model, Pipe, model_of
from mpconform.checkers.shortages import shortages
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Hold, Operation, Violation

__all__ = ("ends", "made_in_need", "others_survive", "whole")


def ends(history: History) -> Finding:
    """Check that nobody waits for ever at the other end of a process that was killed.

    Judges the receives and sends that others did at the other end and that were not over when the process
    was struck, where every copy of its end was surely closed; and what such a send raised.  Notes
    how they ended.  Sound.  O(operations x actors).
    """
    model, teller = model_of(history), Teller(history)
    holders = Holders(model)
    judged, violations, surprises = 0, [], Surprises(history)
    for strike, pipe, end in _ends_facing(model):
        for op in model.on(end, *READS, *SENDS):
            if not op.open and (op.returned_ns or 0) < strike.began_ns:
                continue
            if op.open:
                if stuck(history, op) and holders.released(pipe.peer(end), None) is not None:
                    judged += 1
                    violations.append(_violation(teller, strike, op, "blocks", "blocked for ever"))
                continue
            judged += 1
            surprises.took(f"{op.method} after a kill {_outcome(op)}", op)
            if op.method in SENDS and op.outcome == "raised" and not op.raised("OSError"):
                what = f"raised {value(op.result)}, which is no OSError"
                violations.append(_violation(teller, strike, op, "raises", what))
    return surprises.finding(judged, violations)


def whole(history: History) -> Finding:
    """Check that of a process that was killed only whole messages arrive: those it sent, in order.

    Judges the receives from ends to which only that process sent and from which one other received: each
    returns the next message, or raises EOFError or OSError, and after that none returns any more.
    Sound.  O(operations).
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for strike, pipe, end in _ends_facing(model):
        sends, reads = model.on(pipe.peer(end), *SENDS), model.on(end, *READS)
        if {op.actor for op in sends} != {strike.actor} or len({op.actor for op in reads}) != 1:
            continue
        count, broken = _followed([message_of(op) for op in sends], reads, strike)
        judged += count
        if broken is not None:
            read, kind, what = broken
            violations.append(_violation(teller, strike, read, kind, what))
    return Finding(judged=judged, violations=tuple(violations))


def others_survive(history: History) -> Finding:
    """Check that a process which is killed while it uses one pipe leaves every other pipe as it was.

    Judges the receives and sends that began after the kill, on pipes that the dead process never used.
    One that blocks breaks the rule if what it waits for is there.  Sound.  O(operations).
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for strike in strikes(history):
        used = _used_by(model, strike.actor)
        for pipe in model.pipes:
            if used.isdisjoint(pipe.ends):
                later = [op for e in pipe.ends for op in model.on(e, *READS, *SENDS)]
                judged += sum(op.returned_ns is not None and op.invoked_ns > strike.began_ns for op in later)
                for op in filter(lambda op: _needless(model, pipe, op), later):
                    judged += 1
                    violations.append(_violation(teller, strike, op, "other-pipe", "blocked for ever"))
    return Finding(judged=judged, violations=tuple(violations))


def made_in_need(history: History) -> Finding:
    """Check that a pipe for which descriptors are lacking is made or refused; see ``shortages``."""
    return shortages(history)


def _ends_facing(model: Model) -> Iterator[tuple[Hold, Pipe, str]]:
    """Yield each strike with a pipe that the dead process used, and the end at the other side of it."""
    for strike in strikes(model.history):
        used = _used_by(model, strike.actor)
        for pipe in model.pipes:
            for end in pipe.ends:
                if pipe.peer(end) in used and strike.actor not in {op.actor for op in _exchanges(model, end)}:
                    yield strike, pipe, end


def _used_by(model: Model, actor: str) -> set[str]:
    """Return the ends to which *actor* sent or from which it received, or would have."""
    return {end for end in model.by_end if any(op.actor == actor for op in _exchanges(model, end))}


def _exchanges(model: Model, end: str) -> list[Operation]:
    return model.on(end, *READS, *SENDS, "poll")


def _followed(
    messages: list[Message], reads: list[Operation], strike: Hold
) -> tuple[int, tuple[Operation, str, str] | None]:
    """Return how many of *reads* were judged, and the first that is wrong, its kind, and what it did."""
    judged, place, over = 0, 0, False
    for read in reads:
        following = messages[place] if place < len(messages) else None
        if read.open or (following is not None and not following.akin(read)):
            break
        if read.raised("EOFError", "OSError"):
            judged += (read.returned_ns or 0) >= strike.began_ns
            over = True
            continue
        judged += 1
        if read.outcome == "raised":
            return judged, (read, "cut-message", f"raised {value(read.result)}, of a message that was cut")
        if over:
            return judged, (read, "after-the-end", "returned a message after the end had been told")
        if following is None or read.precedes(following.send):
            return judged, (read, "never-sent", "returned a message although none was left")
        if following.record is not OPAQUE and not same(following.record, read.result):
            what = f"returned {value(read.result)}, and not {value(following.record)}, which was sent"
            return judged, (read, "altered-message", what)
        place += 1
    return judged, None


def _needless(model: Model, pipe: Pipe, op: Operation) -> bool:
    """Return whether *op* blocks although the other side has done, or is at, what it waits for."""
    history = model.history
    if not stuck(history, op):
        return False
    end = next(e for e in pipe.ends if op in model.on(e))
    others = model.on(pipe.peer(end), *(SENDS if op.method in READS else READS))
    mine = model.on(end, op.method, *(READS if op.method in READS else SENDS))
    users = {one.actor for one in others}
    elsewhere = any(one.open and one not in others for actor in users for one in history.by(actor))
    done = sum(one.ok for one in mine)
    return not elsewhere and sum(one.ok or one.open for one in others) > done


def _outcome(op: Operation) -> str:
    return f"raised {op.result['type']}" if op.outcome == "raised" else "worked"


def _violation(teller: Teller, strike: Hold, op: Operation, kind: str, what: str) -> Violation:
    return Violation(
        kind=f"kill-{kind}",
        summary=f"After {strike.actor} was killed, {op.actor}'s {op.target}.{op.method} {what}.",
        story=f"{struck(strike)} at {teller.at(strike.began_ns)}. {teller.tell(op)}.",
        witness=(op,),
        observed=(struck(strike),),
    )
