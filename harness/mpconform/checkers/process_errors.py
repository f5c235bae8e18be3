"""Errors: nothing raises what the documentation does not name for it."""

from mpconform.checkers.process_lives import MAIN, Life, bound_by, lives
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("undocumented",)

_NONE: frozenset[str] = frozenset()
_ASSERTION = frozenset({"AssertionError"})
_VALUE = frozenset({"ValueError"})

#: What a call on a Process object may raise, by what the object is.  What is not here is not
#: judged: the documentation leaves open what ``terminate()`` of a process does that was not started.
_ALLOWED: dict[str, dict[str, frozenset[str]]] = {
    "new": {
        "start": _NONE,
        "join": _ASSERTION,
        "is_alive": _NONE,
        "close": _NONE,
        ".pid": _NONE,
        ".ident": _NONE,
        ".exitcode": _NONE,
        ".name": _NONE,
        ".daemon": _NONE,
        ".authkey": _NONE,
        ".name=": _NONE,
        ".daemon=": _NONE,
        ".authkey=": _NONE,
    },
    "started": {
        "start": _ASSERTION,
        "join": _NONE,
        "is_alive": _NONE,
        "terminate": _NONE,
        "kill": _NONE,
        "close": _VALUE,
        ".pid": _NONE,
        ".ident": _NONE,
        ".exitcode": _NONE,
        ".sentinel": _NONE,
        ".name": _NONE,
        ".daemon": _NONE,
        ".authkey": _NONE,
        ".daemon=": _ASSERTION,
    },
    "closed": dict.fromkeys(
        (
            "start",
            "join",
            "is_alive",
            "terminate",
            "kill",
            "close",
            ".pid",
            ".ident",
            ".exitcode",
            ".sentinel",
            ".name",
            ".daemon",
            ".authkey",
        ),
        _VALUE,
    ),
}

#: The same for what ``current_process()`` and ``parent_process()`` give.
_BOUND: dict[str, dict[str, frozenset[str]]] = {
    "current_process": {
        "join": _ASSERTION,
        "is_alive": _NONE,
        ".pid": _NONE,
        ".ident": _NONE,
        ".name": _NONE,
        ".daemon": _NONE,
        ".authkey": _NONE,
    },
    "parent_process": {".pid": _NONE, ".ident": _NONE, ".name": _NONE, "is_alive": _NONE, "join": _NONE},
}

#: Calls of the backend that never fail.
_SURE = frozenset({"active_children", "current_process", "parent_process"})

#: What a setter takes; a value of another type may be refused as it likes.
_SETTERS = {".name=": str, ".daemon=": bool, ".authkey=": dict}


def undocumented(history: History) -> Finding:
    """No call on a Process object, or about processes, raises what the documentation does not name.

    Judges main's calls by what the object is (new, started, closed), a close after the
    end, what is asked of ``current_process()`` and ``parent_process()``, and every
    line written under a lock.  Not judged: calls by an actor that is not the parent.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for op, allowed, when in _looked_at(history):
        judged += 1
        if op.outcome == "raised" and not op.raised(*allowed):
            named = " or ".join(sorted(allowed)) or "nothing"
            violations.append(
                Violation(
                    kind=f"{op.method.strip('.=')}-raised-{op.result['type']}",
                    summary=f"{teller.call(op)} raised {value(op.result)}; {when} it may raise {named}.",
                    story=f"{teller.tell(op)}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _looked_at(history: History) -> list[tuple[Operation, frozenset[str], str]]:
    found = [
        (op, _NONE, "whenever it is called")
        for op in history.operations
        if (op.target == "@" and op.method in _SURE) or op.method == "emit" or op.step == -1
    ]
    children = lives(history)
    for life in children:
        for op in life.calls:
            allowed = _allowed(life, op)
            if allowed is not None:
                found.append((op, allowed, f"of a process that is {life.phase(op)}"))
    for actor in (MAIN, *(life.name for life in children)):
        for factory, table in _BOUND.items():
            for name, made in bound_by(history, actor, factory).items():
                asked = history.on(name, *table) if made.result is not None else ()
                found += [(op, table[op.method], f"of {factory}()") for op in asked if op.actor == actor]
    return found


def _allowed(life: Life, op: Operation) -> frozenset[str] | None:
    """Return what *op* may raise; None if anything."""
    phase = life.phase(op)
    if op.method in _SETTERS and not (op.arguments and isinstance(op.arguments[0], _SETTERS[op.method])):
        return None
    if phase == "started" and op.method == "close" and life.ended(op) is not None:
        return _NONE
    return _ALLOWED.get(phase, {}).get(op.method)
