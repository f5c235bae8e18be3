"""Relatives: whom a process takes itself and its parent for, and the key that they share."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mpconform.checkers.process_lives import MAIN, Life, bound_by, lives, main_pid, reads_of
from mpconform.checkers.process_names import name_at
from mpconform.checkers.telling import Teller, value
from mpconform.payload import intact
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("authkey", "current_process", "parent_process")

_PID = (".pid", ".ident")


def _differs(
    teller: Teller, kind: str, made: tuple[Operation, ...], read: Operation, wanted: str
) -> Violation:
    summary = f"{teller.call(read)} in {read.actor} gave {value(read.result)}, not {wanted}."
    told = " ".join(f"{teller.tell(op)}." for op in made)
    story = f"{told} {teller.tell(read)}; it should be {wanted}.".strip()
    return Violation(kind=kind, summary=summary, story=story, witness=(*made, read))


def _known_name(life: Life) -> tuple[str, tuple[Operation, ...]] | None:
    """Return the name that *life* was started with, and what shows it if it was given none."""
    if life.started is None:
        return None
    changes = life.asked(".name=")
    name = name_at(life, life.started)
    if name is not None:
        return name, tuple(op for op in changes if op.precedes(life.started))[-1:]
    read = next((op for op in life.asked(".name") if op.ok and isinstance(op.result, str)), None)
    return (read.result, (read,)) if read is not None and not changes else None


def current_process(history: History) -> Finding:
    """``current_process()`` is the process that asks: its pid, the name it was started with, alive.

    The name of a child that was given none is compared with the one main reads.  O(n).
    """
    teller = Teller(history)
    known: dict[str, tuple[int | None, tuple[str, tuple[Operation, ...]] | None]] = {
        life.name: (life.pid, _known_name(life)) for life in lives(history) if life.clear
    }
    known[MAIN] = (main_pid(history), None)
    judged, violations = 0, []
    for actor, (own, named) in known.items():
        for bound, made in bound_by(history, actor, "current_process").items():
            if made.result is None:
                judged += 1
                violations.append(_differs(teller, "current-process-none", (), made, "the process itself"))
            for read in reads_of(history, actor, bound, *_PID) if own is not None else ():
                judged += 1
                if read.result != own:
                    violations.append(_differs(teller, "current-process-pid", (made,), read, f"{own}"))
            for read in history.on(bound, "is_alive"):
                if read.actor == actor and read.ok:
                    judged += 1
                    if read.result is not True:
                        violations.append(_differs(teller, "current-process-dead", (made,), read, "True"))
            for read in reads_of(history, actor, bound, ".name") if named is not None else ():
                judged += 1
                if named is not None and read.result != named[0]:
                    proofs = (*named[1], made)
                    violations.append(_differs(teller, "current-process-name", proofs, read, f"{named[0]!r}"))
    return Finding(judged=judged, violations=tuple(violations))


def parent_process(history: History) -> Finding:
    """``parent_process()`` is None in main, and in a child it is main: its pid, its name, alive.

    Main's name is what main's own ``current_process().name`` says; main surely lives for as
    long as it takes steps.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    clear = [life.name for life in lives(history) if life.clear]
    for op in history.on("@", "parent_process"):
        if not op.ok or op.actor not in {MAIN, *clear}:
            continue
        judged += 1
        if op.actor == MAIN and op.result is not None:
            violations.append(_differs(teller, "parent-of-main", (), op, "None"))
        elif op.actor != MAIN and op.result is None:
            violations.append(_differs(teller, "parent-process-none", (), op, "main"))
    for claim in _claims(history, clear):
        judged += 1
        if claim.read.result != claim.wanted:
            kind = f"parent-process-{claim.read.method.lstrip('.').replace('_', '-')}"
            violations.append(_differs(teller, kind, claim.proofs, claim.read, value(claim.wanted)))
    return Finding(judged=judged, violations=tuple(violations))


class _Claim(NamedTuple):
    """What a child asked of its parent_process(), what it must be, and what shows that."""

    read: Operation
    wanted: Json
    proofs: tuple[Operation, ...]


def _claims(history: History, clear: Iterable[str]) -> Iterator[_Claim]:
    main = main_pid(history)
    last_ns = max((op.invoked_ns for op in history.by(MAIN)), default=0)
    names = _main_names(history)
    for child in clear:
        for bound, made in bound_by(history, child, "parent_process").items():
            if made.result is None:
                continue
            if main is not None:
                yield from (_Claim(op, main, (made,)) for op in reads_of(history, child, bound, *_PID))
            for read in reads_of(history, child, bound, ".name") if names else ():
                yield _Claim(read, names[0].result, (names[0], made))
            for asked in history.on(bound, "is_alive"):
                if asked.actor == child and asked.ok and (asked.returned_ns or last_ns) < last_ns:
                    yield _Claim(asked, wanted=True, proofs=(made,))


def _main_names(history: History) -> tuple[Operation, ...]:
    """Return main's reads of its own name; nothing if it ever changes it."""
    own = [op for bound in bound_by(history, MAIN, "current_process") for op in history.on(bound)]
    if any(op.method == ".name=" for op in own):
        return ()
    return tuple(op for op in own if op.actor == MAIN and op.method == ".name" and op.ok)


def authkey(history: History) -> Finding:
    """Check that a process has its parent's authentication key, unless main sets it another.

    Compares, with main's own key or the one that main set, what main reads of a Process
    object and what the child reads of itself.  Not judged if main changes its own.  O(n).
    """
    teller = Teller(history)
    own = [op for bound in bound_by(history, MAIN, "current_process") for op in history.on(bound)]
    keys = [op for op in own if op.actor == MAIN and op.method == ".authkey" and op.ok]
    changed = any(op.method == ".authkey=" for op in own)
    judged, violations = 0, []
    for life in lives(history):
        inside = [
            read
            for bound in (bound_by(history, life.name, "current_process") if life.clear else ())
            for read in reads_of(history, life.name, bound, ".authkey")
        ]
        for read in (*(op for op in life.asked(".authkey") if op.ok), *inside):
            moment = read if read.actor == MAIN else life.started
            sets = [op for op in life.asked(".authkey=") if moment is not None and op.precedes(moment)]
            if sets and _settles(sets[-1]):
                source, wanted = sets[-1], sets[-1].arguments[0]
                right = intact(wanted, read.result)
            elif not sets and keys and not changed:
                source, wanted = keys[0], keys[0].result
                right = read.result == wanted
            else:
                continue
            judged += 1
            if not right:
                violations.append(_differs(teller, "authkey-differs", (source,), read, value(wanted)))
    return Finding(judged=judged, violations=tuple(violations))


def _settles(change: Operation) -> bool:
    """Return whether *change* surely gave the process a key that a record can be compared with."""
    argument = change.arguments[0] if change.ok and change.arguments else None
    return isinstance(argument, dict) and "$bytes" in argument
