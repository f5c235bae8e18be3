"""Pipes: what a call may not do: a wrong direction, a closed end, a range that is none."""

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_limits import room_of
from mpconform.checkers.pipe_messages import READS, SENDS, argument_of, in_range
from mpconform.checkers.pipe_model import Model, model_of
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = (
    "closed_end_refuses",
    "context_closes",
    "descriptor",
    "range_refused",
    "surely_closed",
    "wrong_direction",
)

_NEEDS_OPEN = (*SENDS, *READS, "poll", "fileno")


def wrong_direction(history: History) -> Finding:
    """Of a one-way pipe the first end only receives and the second only sends.

    A send to the first, or a receive from the second, raises OSError; it neither succeeds nor waits.
    Judged are all such calls.  Exact.  O(n).
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for pipe in model.pipes:
        if pipe.duplex:
            continue
        for end, methods in ((pipe.ends[0], SENDS), (pipe.ends[1], READS)):
            for op in model.on(end, *methods):
                if op.open and not stuck(history, op):
                    continue
                judged += 1
                if not op.raised("OSError") and not _rejects_arguments(op):
                    violations.append(
                        Violation(
                            kind=f"wrong-direction-{_how(op)}",
                            summary=f"{op.actor}'s {op.target}.{op.method} in the wrong direction "
                            f"of a one-way pipe {_did(op)}.",
                            story=f"{teller.tell(op)}; the pipe was made with duplex=False, "
                            f"and {op.target} is its {'first' if end == pipe.ends[0] else 'second'} end.",
                            witness=(op,),
                        )
                    )
    return Finding(judged=judged, violations=tuple(violations))


def _how(op: Operation) -> str:
    return "blocked" if op.open else "raised-otherwise" if op.outcome == "raised" else "allowed"


def _did(op: Operation) -> str:
    if op.open:
        return "never returned"
    return f"{'raised' if op.outcome == 'raised' else 'returned'} {value(op.result)}"


def _rejects_arguments(op: Operation) -> bool:
    """Whether *op* raised because of arguments that are wrong anyway."""
    return op.raised("ValueError", "TypeError") and (
        range_violated(op) is not False or len(op.arguments) > 1 or bool(op.keywords)
    )


def surely_closed(model: Model, op: Operation, end: str) -> Operation | None:
    """Return the operation by which *op*'s actor had surely closed *end*, by this name, before *op*.

    By another name it may know another copy.
    """
    own = (r for r in model.releasing[end] if (r.actor, r.target) == (op.actor, op.target))
    return next((r for r in own if r.ok and r.precedes(op)), None)


def closed_end_refuses(history: History) -> Finding:
    """After ``close`` every use of the end by this process raises OSError; closing again does not.

    ``closed``, where there is such an attribute, is true then, and false before.  Judged are the
    calls after a close of the same actor, and looks at ``closed``.  Exact.  O(n).
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for end in model.by_end:
        for op in model.on(end):
            closing = surely_closed(model, op, end)
            wrong = _wrong_after(op) if closing else _wrong_before(model, op, end)
            judged += wrong is not None
            if wrong:
                witness = (closing, op) if closing else (op,)
                violations.append(
                    Violation(
                        kind=wrong[0],
                        summary=f"{op.actor}'s {op.target}.{op.method.lstrip('.')} {wrong[1]}.",
                        story=" ".join(f"{teller.tell(o)}." for o in witness),
                        witness=witness,
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _wrong_after(op: Operation) -> tuple[str, ...] | None:
    """Return what is wrong with *op* after a close: () if nothing, None if *op* is not judged."""
    if op.open:
        return None
    if op.method in _NEEDS_OPEN:
        rejected = op.raised("ValueError", "TypeError") and bool(op.arguments or op.keywords)
        if rejected:
            return None
        return () if op.raised("OSError") else ("closed-but-used", f"{_did(op)} after close")
    if op.method == "close":
        return () if op.ok else ("closed-twice-raised", f"{_did(op)} the second time")
    if op.method == ".closed" and op.ok:
        return () if op.result is True else ("closed-not-told", f"was {value(op.result)} after close")
    return None


def _wrong_before(model: Model, op: Operation, end: str) -> tuple[str, ...] | None:
    if op.method != ".closed" or not op.ok or model.perhaps_closed(op, end):
        return None
    return () if op.result is False else ("open-not-told", f"was {value(op.result)} before any close")


def context_closes(history: History) -> Finding:
    """``with`` gives the end itself, and closes it at the end of the block.

    Judged are every ``__enter__``, every ``__exit__``, and what follows an ``__exit__``.  Exact.  O(n).
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for end in model.by_end:
        for op in model.on(end):
            closing = surely_closed(model, op, end)
            leaving = closing if closing is not None and closing.method == "__exit__" else None
            wrong = _wrong_context(model, op, end) if op.method in ("__enter__", "__exit__") else None
            if leaving is not None and wrong is None:
                wrong = _wrong_after(op)
            judged += wrong is not None
            if wrong:
                witness = (leaving, op) if leaving else (op,)
                violations.append(
                    Violation(
                        kind=f"context-{wrong[0]}",
                        summary=f"{op.actor}'s {op.target}.{op.method.lstrip('.')} {wrong[1]}.",
                        story=" ".join(f"{teller.tell(o)}." for o in witness),
                        witness=witness,
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _wrong_context(model: Model, op: Operation, end: str) -> tuple[str, ...] | None:
    if op.open or model.perhaps_closed(op, end):
        return None
    if op.outcome == "raised":
        return "raised", f"raised {value(op.result)}"
    if op.method == "__exit__":
        return ()
    named = op.result.get("$object") if isinstance(op.result, dict) else None
    itself = isinstance(named, str) and model.end(op.actor, named) == end
    return () if itself else ("another-object", f"gave {value(op.result)}, not the end itself")


def descriptor(history: History) -> Finding:
    """``fileno`` of an open end is a number from 0, the same at each call; open ends have different ones.

    Judged is every ``fileno`` that returned, of ends that the actor had not begun to close.  O(n * ends).
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    seen: dict[tuple[str, str], Operation] = {}
    witness: tuple[Operation, ...]
    for op in history.operations:
        end = model.end(op.actor, op.target)
        if op.method != "fileno" or end is None or not op.ok or model.perhaps_closed(op, end):
            continue
        judged += 1
        before = seen.setdefault((op.actor, op.target), op)
        shared = (
            other
            for (actor, name), other in seen.items()
            if actor == op.actor and other.result == op.result
            for key in (model.end(actor, name),)
            if key not in (None, end) and not model.perhaps_closed(op, str(key))
        )
        twin = next(shared, None)
        if type(op.result) is not int or op.result < 0:
            kind, what, witness = "no-descriptor", "is no descriptor", (op,)
        elif op.result != before.result:
            kind, what, witness = "descriptor-changed", "is another one than before", (before, op)
        elif twin is not None:
            kind, what, witness = "descriptor-shared", "is also that of another open end", (twin, op)
        else:
            continue
        violations.append(
            Violation(
                kind=kind,
                summary=f"{op.actor}'s {op.target}.fileno() gave {value(op.result)}, which {what}.",
                story=" ".join(f"{teller.tell(o)}." for o in witness),
                witness=witness,
            )
        )
    return Finding(judged=judged, violations=tuple(violations))


def range_violated(op: Operation) -> bool | None:
    """Return whether an offset or size of *op* lies outside of its buffer; None if that cannot be told.

    An offset that is the length of the buffer is not told: there nothing can be lost.
    """
    if op.method == "send_bytes":
        inside = in_range(op)
        return None if inside is None else not inside
    offset = argument_of(op, 1, "offset", 0)
    if op.method != "recv_bytes_into":
        return False
    return offset < 0 if type(offset) is int else None


def range_refused(history: History) -> Finding:
    """Check that an offset or a size that leads out of the buffer is refused: the call raises.

    Judged are calls of ``send_bytes`` with a negative offset or size, or more than the buffer has,
    and of ``recv_bytes_into`` with an offset that is negative or beyond the buffer's end.  O(n).
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for end, pipe in model.by_end.items():
        useful = (*(SENDS if pipe.writable(end) else ()), *(READS if pipe.readable(end) else ()))
        for op in model.on(end, *useful):
            room = room_of(model, op)
            outside = range_violated(op) or (room is not None and room < 0)
            if not outside or op.open or model.closed_before(op, end):
                continue
            judged += 1
            if op.outcome != "raised":
                violations.append(
                    Violation(
                        kind="range-not-refused",
                        summary=f"{op.actor}'s {op.target}.{op.method} out of the buffer's range {_did(op)}.",
                        story=f"{teller.tell(op)}; the range is not within the buffer.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
