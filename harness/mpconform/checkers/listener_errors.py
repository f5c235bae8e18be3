"""Listeners and clients: no call raises what the documentation does not name for it in its situation."""

from typing import Final

from mpconform.checkers.pipe_errors import only_documented as only_documented_of_pipes
from mpconform.checkers.pipe_model import last_name, model_of
from mpconform.checkers.telling import Teller, value
from mpconform.meetings import Door, closings_of, connects_to, doors, key_of, surely_open, tries_at
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("only_documented",)

_KEYED: Final = ("AuthenticationError", "EOFError", "OSError")


def only_documented(history: History) -> Finding:
    """Check that a call on a listener, a client or a connection raises only what is documented for it.

    ========================  ==========================================================
    Listener, Client          TypeError, for a key that is no byte string
    Listener                  OSError, at a path that another listener was given
    Client                    OSError, if the listener may not be open; AuthenticationError, EOFError and
                              OSError, with a key (and AssertionError, before 3.12, for what is no challenge)
    accept                    OSError, when closed; AuthenticationError, EOFError and OSError, with a key
    close, ``with``           nothing
    answer, deliver           AuthenticationError, and what a connection raises
    wait                      as for pipes
    connections               as for pipes
    ========================  ==========================================================

    Whether an exception was due is the matter of other requirements.  O(n * actors).
    """
    pipes, teller = only_documented_of_pipes(history), Teller(history)
    judged, violations = pipes.judged, list(pipes.violations)
    known = tuple(doors(history))
    ends = model_of(history)
    for op in history.operations:
        allowed = None if op.open or ends.end(op.actor, op.target) else _allowed(history, known, op)
        if allowed is None:
            continue
        judged += 1
        if op.outcome == "raised" and not op.raised(*allowed):
            violations.append(
                Violation(
                    kind=f"{last_name(op.method).strip('_')}-raised-{op.result['type']}",
                    summary=f"{teller.call(op)} raised {value(op.result)}.",
                    story=f"{teller.tell(op)}. Here it may raise {' or '.join(allowed) or 'nothing'}.",
                    witness=(op,),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _allowed(history: History, known: tuple[Door, ...], op: Operation) -> tuple[str, ...] | None:
    """Return what *op* may raise; None if it is no call on a listener or a client."""
    name = last_name(op.method)
    if op.target == "@":
        if name in {"Listener", "Client"}:
            wrong = ("TypeError",) if _no_bytes(op) else ()
            return (
                *wrong,
                *(_listening(history, op) if name == "Listener" else _connecting(history, known, op)),
            )
        return _KEYED if name in {"answer_challenge", "deliver_challenge"} else None
    door = next((d for d in known if (d.actor, d.name) == (op.actor, op.target) and not d.plain), None)
    if door is None:
        return None
    closed = any(c.invoked_ns < op.invoked_ns for c in closings_of(history, door))
    if op.method == "accept":
        return _KEYED if door.key is not None else ("OSError",) if closed else ()
    if op.method in {".address", ".last_accepted"}:
        return ("Exception",) if closed else ()
    return () if op.method in {"close", "__enter__", "__exit__"} else None


def _no_bytes(op: Operation) -> bool:
    key = key_of(op)
    return key is not None and not isinstance(key, dict)


def _listening(history: History, op: Operation) -> tuple[str, ...]:
    given = op.arguments[0] if op.arguments else op.keywords.get("address")
    if given is None or given == {"$tuple": ["127.0.0.1", 0]}:
        return ()
    others = (o for o in history.operations if o.target == "@" and last_name(o.method) == "Listener")
    return ("OSError",) if any(o is not op and o.arguments[:1] == (given,) for o in others) else ()


def _connecting(history: History, known: tuple[Door, ...], op: Operation) -> tuple[str, ...]:
    door = next((d for d in known if any(one is op for one in tries_at(history, d))), None)
    keyed = (*_KEYED, "AssertionError") if key_of(op) is not None else ()
    if door is not None and not keyed and (door.plain or surely_open(history, door, op)):
        return ()
    if door is not None and keyed and not door.plain and door.key == key_of(op):
        return () if surely_open(history, door, op) and op in connects_to(history, door) else _KEYED
    return keyed or ("OSError",)
