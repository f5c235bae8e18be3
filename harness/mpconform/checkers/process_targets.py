"""Targets: the function of a process runs once, elsewhere, with the arguments it was given."""

from typing import Any, Final

from _mpconform_agent import payload
from mpconform.checkers.process_lives import MAIN, Life, lives, main_pid
from mpconform.checkers.telling import Teller, counted, value
from mpconform.payload import digest_of
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("arguments", "once")

_TEXT_LIMIT = 1000
_LIST_LIMIT = 1000


class _Unknown:
    """Stands for a value of which the record cannot be foretold; equal to nothing."""


_UNKNOWN: Final = _Unknown()


def _instead(echo: Operation, wanted: Json) -> str:
    """Return what was due, if it differs in words: of bytes there is only their number and a checksum."""
    received, due = value(echo.result), value(wanted)
    return f" instead of {due}" if received != due else ", of which the bytes differ from what was due"


def _recorded(argument: Json) -> Json:
    """Return how *argument* is recorded if it arrives whole, or _UNKNOWN."""
    if isinstance(argument, str):
        if len(argument) <= _TEXT_LIMIT:
            return argument
        return {"$text": [len(argument), payload.digest(argument.encode("utf-8", "surrogatepass"))[1]]}
    if isinstance(argument, list | tuple):
        found = [_recorded(one) for one in argument]
        return _UNKNOWN if len(found) > _LIST_LIMIT or _UNKNOWN in found else found
    if not isinstance(argument, dict):
        return argument
    tag: str
    content: Any
    tag, content = next(iter(argument.items()), ("", None))
    if tag == "$item":
        producer, n, size = content
        return {"$item": [producer, n, *digest_of(payload.seed_of(producer, n), size)]}
    if tag == "$bytes":
        return {"$digest": [*digest_of(*content)]}
    if tag == "$hex":
        return {"$digest": [*payload.digest(bytes.fromhex(content))]}
    if tag == "$object":
        return argument
    if tag == "$tuple" and len(content) != 3:  # Of three, it might be recorded as an item.
        found = _recorded(content)
        return found if found is _UNKNOWN else {"$tuple": found}
    return _UNKNOWN


def _same(one: Json, other: Json) -> bool:
    """Return whether two recorded values are equal, type by type: 1, 1.0 and True are three."""
    if isinstance(one, dict) and "$object" in one:
        # A copy that came by a way of its own is no less that object, but has no name.
        return isinstance(other, dict) and ("$object" in other or "$other" in other)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


def arguments(history: History) -> Finding:
    """Check that what is given to a process as an argument arrives, equal and of the same type.

    Judges what children ``echo``; exact for the values that a record tells apart.  O(size).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for echo in life.deeds:
            if echo.target or echo.method != "echo" or not echo.ok:
                continue
            wanted = _recorded(echo.arguments)
            if wanted is _UNKNOWN:
                continue
            judged += 1
            if not _same(wanted, echo.result):
                violations.append(
                    Violation(
                        kind="arguments-differ",
                        summary=f"{life.name} received {value(echo.result)}{_instead(echo, wanted)}.",
                        story=f"{teller.tell(echo)}: that is not what it was given.",
                        witness=(echo,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def once(history: History) -> Finding:
    """Check that the target of a process runs exactly once, in a process of its own.

    A child that was started once must have run once: not twice, not in main, and not in
    another child; nor never, if its exit code says that it ended by itself.  No process id is
    taken to come round within one run.  O(n).
    """
    teller = Teller(history)
    main = main_pid(history)
    seen: dict[int, str] = {}
    judged, violations = 0, []
    for life in lives(history):
        if life.started is None or not life.lone:
            continue
        fault = _fault(life, main, seen)
        if fault is None:
            judged += bool(life.record.pids)
            continue
        judged += 1
        kind, told, proofs = fault
        violations.append(
            Violation(
                kind=kind,
                summary=f"{life.name} was started once, and its target {told}.",
                story=" ".join(f"{teller.tell(op)}." for op in (life.started, *proofs)),
                witness=(life.started, *proofs),
                observed=(f"{life.name} ran in processes {list(life.record.pids)}, main in {main}",),
            )
        )
    return Finding(judged=judged, violations=tuple(violations))


def _fault(
    life: Life, main: int | None, seen: dict[int, str]
) -> tuple[str, str, tuple[Operation, ...]] | None:
    pids = life.record.pids
    if len(pids) > 1:
        return "target-ran-twice", f"ran {counted(len(pids), 'time')}", ()
    if not pids:
        # Without a signal, an end by itself without the target is one that skipped it.
        codes = [op for op in life.asked(".exitcode") if op.ok and isinstance(op.result, int)]
        if codes and codes[0].result >= 0 and not life.asked("terminate", "kill"):
            return "target-never-ran", "never ran", tuple(codes[:1])
        return None
    if pids[0] == main:
        return "target-ran-in-main", f"ran in the main process {MAIN!r}", ()
    if pids[0] in seen:
        return "target-ran-in-another", f"ran in the process of {seen[pids[0]]}", ()
    seen[pids[0]] = life.name
    return None
