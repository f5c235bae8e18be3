"""Functions of a user that the backend calls: predicates and actions that record each of their calls.

A call is recorded on the tape of the actor in whose process it happens, under the step that this actor
is taking: nested in the operation that made it.
"""

from _thread import get_ident

from _mpconform_agent import tape

__all__ = ("ACTION", "PREDICATE", "Action", "ActionFailed", "Predicate")

#: Inner codes of what is recorded.
PREDICATE, ACTION = 6, 7


class ActionFailed(Exception):
    """What an action raises because its scenario says so."""


class Predicate:
    """Whether the number in a shared value has come to *least*; returns that number, or ``""``."""

    def __init__(self, value, least):
        self._value = value
        self._least = least

    def __call__(self):
        """Look, and record what was seen."""
        log = _log()
        place = log.invoked(log.step, PREDICATE) if log else 0
        number = self._value.value
        if log and number >= self._least:
            log.returned(place, tape.INT, PREDICATE, number)
        elif log:
            log.told(place, tape.JSON, "", PREDICATE)
        return number if number >= self._least else ""


class Action:
    """What a barrier is given to do: nothing, to raise, or to take its time."""

    def __init__(self, behaviour, *rest):
        if behaviour not in ("note", "fail", "hold"):
            raise LookupError("no action behaves like %r" % (behaviour,))
        self._behaviour = behaviour
        self._rest = rest

    def __call__(self):
        """Record that this was called, and behave."""
        log = _log()
        place = log.invoked(log.step, ACTION) if log else 0
        if self._behaviour == "hold":
            import time

            time.sleep(*self._rest)
        if self._behaviour == "fail":
            error = ActionFailed("as its scenario says")
            if log:
                from _mpconform_agent.coding import encode_exception

                log.told(place, tape.RAISED, encode_exception(error, None), ACTION)
            raise error
        if log:
            log.returned(place, tape.NONE, ACTION)


def _log():
    """Return the tape of the actor that this process, or this thread, is; None in any other."""
    log = tape.current.get(get_ident())
    return log if log is not None and log.forks == tape.forked() else None
