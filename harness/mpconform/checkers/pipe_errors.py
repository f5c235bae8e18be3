"""Pipes: no call raises what the documentation does not name for it in its situation."""

from typing import Final

from mpconform.checkers.pipe_calls import range_violated
from mpconform.checkers.pipe_holders import Holders
from mpconform.checkers.pipe_limits import room_of
from mpconform.checkers.pipe_messages import (
    OPAQUE,
    READS,
    SENDS,
    Message,
    argument_of,
    content_of,
    message_of,
)
from mpconform.checkers.pipe_model import Direction, Model, last_name, model_of
from mpconform.checkers.pipe_wait import waits_asking
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("allowed_exceptions", "only_documented")

#: From this size on a message may be refused, depending on the system.
_LARGE: Final = 32 * 1024 * 1024

_CALLS: Final = (*SENDS, *READS, "poll", "fileno", "close", "__enter__", "__exit__")


def only_documented(history: History) -> Finding:
    """Check that a call on a pipe raises only what is documented for it in its situation.

    ========================  ==========================================================
    any but close, ``with``   OSError, after a close by this actor
    send, send_bytes          OSError, to the receiving end, or if nobody may hold the other end;
                              ValueError, from 32 MiB on, or a range out of the buffer
    recv, recv_bytes(_into)   EOFError; OSError, from the sending end, or if nobody may hold the other
                              end, or it left a message in part
    recv_bytes                OSError, with a limit; ValueError, if that is negative
    recv_bytes_into           BufferTooShort; ValueError, if the offset is out of the buffer
    poll                      OSError, at the sending end
    connection.wait           OSError or ValueError, if one of the ends is closed
    ========================  ==========================================================

    Whether an exception was due is the matter of other requirements.  Judged is every call that
    ended, except with arguments of which it is not known whether they can be sent.  O(n * actors).
    """
    model, teller = model_of(history), Teller(history)
    holders = Holders(model)
    judged, violations = 0, []
    for op in history.operations:
        allowed = None if op.open else _allowed(model, holders, op)
        if allowed is None:
            continue
        judged += 1
        if op.outcome == "raised" and not op.raised(*allowed):
            named = " or ".join(allowed) or "nothing"
            violations.append(
                Violation(
                    kind=f"{last_name(op.method).strip('_')}-raised-{op.result['type']}",
                    summary=f"{op.actor}'s {op.target}.{op.method} raised {value(op.result)}.",
                    story=f"{teller.tell(op)}. In this situation the documentation lets it raise {named}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _allowed(model: Model, holders: Holders, op: Operation) -> tuple[str, ...] | None:
    """Return what *op* may raise; None if it is no call on a pipe, or nothing is known of it."""
    if op.target == "@" and last_name(op.method) == "wait":
        return _allowed_to_wait(model, op)
    spec = model.history.scenario.objects.get(op.target)
    if op.step == -1 and spec is not None and last_name(spec.factory) == "Pipe":
        return ()
    end = model.end(op.actor, op.target)
    if end is None or op.method not in _CALLS or (op.method in SENDS and _unsendable(op)):
        return None
    return allowed_exceptions(model, holders, op, end)


def _allowed_to_wait(model: Model, op: Operation) -> tuple[str, ...] | None:
    asked = waits_asking(model, op)
    if None in asked or len(set(asked)) != len(asked):
        return None
    ends = [name for name in asked if name in model.by_end]
    if len(ends) < len(asked) and any(
        o.method == "close" and o.target in model.history.actors for o in model.history.operations
    ):
        return None
    closed = any(model.perhaps_closed(op, name) for name in ends if name)
    return ("OSError", "ValueError") if closed else ()


def allowed_exceptions(model: Model, holders: Holders, op: Operation, end: str) -> tuple[str, ...]:
    """Return the names of the exceptions that are documented for *op*, a call on *end*, as things stand."""
    if op.method in ("close", "__enter__", "__exit__"):
        return ()
    allowed = ["OSError"] if model.perhaps_closed(op, end) else []
    if op.method in SENDS:
        allowed += _allowed_to_send(model, holders, op, end)
    elif op.method in READS:
        allowed += _allowed_to_receive(model, holders, op, end)
    elif op.method == "poll" and not model.by_end[end].readable(end):
        allowed.append("OSError")
    return tuple(dict.fromkeys(allowed))


def _allowed_to_send(model: Model, holders: Holders, op: Operation, end: str) -> list[str]:
    pipe = model.by_end[end]
    allowed = []
    if not pipe.writable(end) or holders.holding(pipe.peer(end), op.returned_ns) is None:
        allowed.append("OSError")
    if op.method == "send_bytes" and range_violated(op) is not False:
        allowed += ["ValueError", "TypeError"]
    if _size_of(message_of(op), op) >= _LARGE:
        allowed.append("ValueError")
    return allowed


def _size_of(message: Message, op: Operation) -> int:
    argument = op.arguments[0] if op.arguments else None
    if isinstance(argument, dict) and "$item" in argument:
        return int(argument["$item"][2])
    return message.length or 0


def _allowed_to_receive(model: Model, holders: Holders, op: Operation, end: str) -> list[str]:
    pipe, direction = model.by_end[end], model.direction_to(end)
    allowed = ["EOFError"]
    limited = op.method == "recv_bytes" and bool(op.arguments or op.keywords)
    undefined = direction is None or direction.torn
    if (
        undefined
        or limited
        or not pipe.readable(end)
        or holders.holding(pipe.peer(end), op.returned_ns) is None
    ):
        allowed.append("OSError")
    if op.method == "recv_bytes" and not _natural(argument_of(op, 0, "maxlength")):
        allowed += ["ValueError", "TypeError"]
    if op.method == "recv_bytes_into":
        room = room_of(model, op)
        allowed += ["BufferTooShort"] + (["ValueError", "TypeError"] if room is None or room <= 0 else [])
    if op.method == "recv" and pipe.readable(end) and (direction is None or _may_meet_anything(direction)):
        allowed.append("Exception")
    return allowed


def _natural(limit: object) -> bool:
    return limit is None or (type(limit) is int and limit >= 0)


def _may_meet_anything(direction: Direction) -> bool:
    """Whether there are messages that ``recv`` need not be able to read."""
    return any(not m.packed or m.record is OPAQUE for m in direction.messages)


def _unsendable(op: Operation) -> bool:
    """Whether it is not known that the argument can be sent at all."""
    argument = argument_of(op, 0, "buf" if op.method == "send_bytes" else "obj", OPAQUE)
    if argument is OPAQUE:
        return True
    return message_of(op).record is OPAQUE if op.method == "send" else content_of(argument) is None
