"""Endings: how a child came to its end, and the exit code that it must have."""

from collections.abc import Sequence
from dataclasses import dataclass

from mpconform.values import Operation

__all__ = ("Ending", "ending_of")

#: Signals that end a process unless it asked otherwise.  Not among them: SIGINT, SIGPIPE and
#: SIGXFSZ, which Python handles or ignores itself, and SIGUSR2, by which stacks are asked for.
_FATAL = frozenset({1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 24, 26, 27, 29, 30, 31})

#: Verbs in which a child only waits: one that never came out of them was ended from outside.
_WAITING = frozenset({"linger", "hold", "rendezvous", "await_done", "await_invoked", "await_exit"})

_SENT = {"terminate": 15, "kill": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a child ended: *how* is a slug, *code* its exit code, *op* what did it (None: it returned)."""

    how: str
    code: int
    op: Operation | None = None


def ending_of(deeds: Sequence[Operation], hits: Sequence[Operation], *, finished: bool) -> Ending | None:
    """Return how a child ended whose own operations are *deeds*; None if it is not certain.

    *hits* are the calls that may have signalled it before it was dead; *finished* says whether
    it came to the end of its steps.  With two kinds of signals on their way, or a signal to
    a child that was about to end by itself, nothing is certain.  O(1) but for counting the hits.
    """
    last = deeds[-1] if deeds else None
    if hits:
        return _ended_from_outside(last, hits)
    if last is None or last.target:
        return Ending(how="return", code=0) if finished else None
    if last.method == "raise" and (last.open or last.raised("Deliberate", "Departure")):
        return Ending(how="exception", code=1, op=last)
    if last.method == "sys_exit" and (last.open or last.raised("SystemExit")):
        return _left(last)
    if last.method in {"exit", "signal"} and last.open:
        return _gone(last)
    return Ending(how="return", code=0) if finished else None


def _ended_from_outside(last: Operation | None, hits: Sequence[Operation]) -> Ending | None:
    methods = {op.method for op in hits}
    sent = next((op for op in hits if op.ok), None)
    if last is None or last.target or not last.open or last.method not in _WAITING:
        return None
    if sent is None or len(methods) != 1:
        return None
    return Ending(how=sent.method, code=-_SENT[sent.method], op=sent)


def _left(op: Operation) -> Ending | None:
    """Return the ending by ``sys.exit``."""
    code = op.arguments[0] if op.arguments else None
    if code is None:
        return Ending(how="sys-exit-none", code=0, op=op)
    if isinstance(code, int):
        # Beyond a byte the operating system cuts: a matter of its own.
        return Ending(how="sys-exit", code=int(code), op=op) if 0 <= code <= 255 else None
    return Ending(how="sys-exit-text", code=1, op=op) if isinstance(code, str) else None


def _gone(op: Operation) -> Ending | None:
    """Return the ending by ``os._exit``, or by a signal that the child sent itself."""
    number = op.arguments[0] if op.arguments else None
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    if op.method == "signal":
        return Ending(how="signal", code=-number, op=op) if number in _FATAL else None
    return Ending(how="os-exit", code=number, op=op) if 0 <= number <= 255 else None
