"""Names: a process keeps the name it is given, and gets one of its own if it is given none."""

import re

from mpconform.checkers.process_lives import Life, lives
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("default", "given", "name_at")

#: "Process-N1:N2:...", whatever a start method's class puts before it (ForkProcess-1).
_DEFAULT = re.compile(r"\w*Process-\d+(:\d+)*")


def name_at(life: Life, op: Operation) -> str | None:
    """Return the name that main had given *life* when it invoked *op*; None if it gave none for certain.

    An attempt to set a name that failed leaves unknown what the name is.
    """
    known = life.actor.name
    for change in life.asked(".name="):
        if change.precedes(op):
            said = change.arguments[0] if change.ok and change.arguments else None
            if not isinstance(said, str):
                return None
            known = said
    return known


def given(history: History) -> Finding:
    """Check that a process has the name that it was given, at its making or since, be it another's too.

    Judges main's reads, before and after start.  O(reads x changes).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for read in life.asked(".name"):
            wanted = name_at(life, read)
            if wanted is None or not read.ok:
                continue
            judged += 1
            if read.result != wanted:
                changes = tuple(op for op in life.asked(".name=") if op.precedes(read))[-1:]
                how = f"{teller.tell(changes[0])}." if changes else f"It was made with name={wanted!r}."
                violations.append(
                    Violation(
                        kind="name-not-kept",
                        summary=f"{life.name} was named {wanted!r}, but its name is {value(read.result)}.",
                        story=f"{how} {teller.tell(read)}.",
                        witness=(*changes, read),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def default(history: History) -> Finding:
    """Check that a process that was given no name has one like ``Process-1``, and for itself.

    Judges main's reads of processes that never were given a name; the name may
    begin as a start method likes (``ForkProcess-1``), and must not change.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    owner: dict[str, tuple[str, Operation]] = {}
    for life in lives(history):
        if life.actor.name is not None or life.asked(".name="):
            continue
        first: Operation | None = None
        witness: tuple[Operation, ...]
        for read in life.asked(".name"):
            if not read.ok:
                continue
            judged += 1
            if not isinstance(read.result, str) or not _DEFAULT.fullmatch(read.result):
                kind, told, witness = "default-name-form", "which is not like 'Process-1'", (read,)
            elif first is not None and first.result != read.result:
                kind, told, witness = "default-name-changed", f"once {value(first.result)}", (first, read)
            elif owner.setdefault(read.result, (life.name, read))[0] != life.name:
                other, seen = owner[read.result]
                kind, told, witness = "default-name-twice", f"which is {other}'s too", (seen, read)
            else:
                first = read
                continue
            violations.append(
                Violation(
                    kind=kind,
                    summary=f"{life.name}, never named, has the name {value(read.result)}, {told}.",
                    story=" ".join(f"{teller.tell(op)}." for op in witness),
                    witness=witness,
                )
            )
    return Finding(judged=judged, violations=tuple(violations))
