"""Liveness: a process is alive from its start to its end, has no exit code, and is listed."""

from collections.abc import Iterable, Iterator

from mpconform.checkers.process_lives import MAIN, Evidence, Life, lives
from mpconform.checkers.telling import Teller, often, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("active", "alive_after", "alive_before", "alive_running", "exitcode_running", "proof_of_life")

#: Calls of the backend that make no process.
_CHILDLESS = frozenset(
    {"active_children", "current_process", "parent_process", "cpu_count", "connection.wait", "get_logger"}
)


def proof_of_life(teller: Teller, life: Life, op: Operation) -> tuple[str, tuple[Operation, ...]]:
    """Return a sentence, and the child's operation, that show *life* running at the end of *op*."""
    moment = op.invoked_ns if op.returned_ns is None else op.returned_ns
    last = life.deeds[-1]
    deed = next((d for d in life.deeds if d.invoked_ns > moment or (d.returned_ns or 0) > moment), last)
    return f"Yet {life.name} ran: {teller.tell(deed)}.", (deed,)


def _proof_of_end(teller: Teller, end: Evidence) -> str:
    if end.seen:
        return f"At {teller.at(end.at_ns)} {end.seen}."
    return " ".join(f"{teller.tell(op)}." for op in end.witness)


def _late(teller: Teller, kind: str, read: Operation, end: Evidence, summary: str) -> Violation:
    return Violation(
        kind=kind,
        summary=summary,
        story=f"{_proof_of_end(teller, end)} {teller.tell(read)}.",
        witness=(*end.witness, read),
        observed=end.observed,
    )


def alive_before(history: History) -> Finding:
    """Before a process is started, ``is_alive()`` is False.  Judges main's calls.  O(n)."""
    teller = Teller(history)
    asked = [
        op for life in lives(history) for op in life.asked("is_alive") if life.phase(op) == "new" and op.ok
    ]
    violations = [
        Violation(
            kind="alive-before-start",
            summary=f"is_alive() of {op.target} was {value(op.result)} before it was started.",
            story=f"{teller.tell(op)}; nobody had started {op.target} by then.",
            witness=(op,),
        )
        for op in asked
        if op.result is not False
    ]
    return Finding(judged=len(asked), violations=tuple(violations))


def alive_running(history: History) -> Finding:
    """From the return of ``start()`` until the process ends, ``is_alive()`` is True.

    Judges main's calls during which the child surely ran: it recorded something
    later, or it lingers and nobody signalled it yet.  Sound.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for asked in life.asked("is_alive"):
            if not asked.ok or not life.running(asked):
                continue
            judged += 1
            if asked.result is not True:
                told, proof = proof_of_life(teller, life, asked)
                violations.append(
                    Violation(
                        kind="dead-while-running",
                        summary=f"is_alive() of {life.name} was {value(asked.result)} while it ran.",
                        story=f"{teller.tell(asked)}. {told}",
                        witness=(asked, *proof),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def alive_after(history: History) -> Finding:
    """When a process has ended, ``is_alive()`` is False.

    Judges main's calls after a proof of the end: a ``join()`` without timeout returned, the
    backend gave an exit code or called it dead before, a census showed it a zombie of
    main, or its sentinel was ready and the system showed it dead.  Sound.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for asked in life.asked("is_alive"):
            end = life.ended(asked) if life.phase(asked) == "started" else None
            if end is None or not asked.ok:
                continue
            judged += 1
            if asked.result is not False:
                summary = f"is_alive() of {life.name} was {value(asked.result)} after it had ended."
                violations.append(_late(teller, "alive-after-end", asked, end, summary))
    return Finding(judged=judged, violations=tuple(violations))


def exitcode_running(history: History) -> Finding:
    """``exitcode`` is None until the process has ended: before its start, and while it runs.

    Judges main's reads before any start, and those during which the child surely ran.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for read in life.asked(".exitcode"):
            new = life.phase(read) == "new"
            if not read.ok or not (new or life.running(read)):
                continue
            judged += 1
            if read.result is not None:
                told, proof = ("It was not started yet.", ()) if new else proof_of_life(teller, life, read)
                when = "before its start" if new else "while it ran"
                violations.append(
                    Violation(
                        kind="exitcode-before-end",
                        summary=f"{life.name} had the exit code {value(read.result)} {when}.",
                        story=f"{teller.tell(read)}. {told}",
                        witness=(read, *proof),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _names(listed: Iterable[Json]) -> list[str]:
    """Return the names of the listed objects; empty for one that the caller cannot name."""
    return [one["$object"] if isinstance(one, dict) and "$object" in one else "" for one in listed]


def active(history: History) -> Finding:
    """``active_children()`` lists the caller's live children, each once, and none that is not.

    In main, a child that surely ran all the while must be listed, one that surely had ended, or
    was not started, must not.  If something is listed that main has no name for, nothing is
    said to be missing.  A child that can have made no process must get an empty list.
    Sound.  O(n x children).
    """
    teller = Teller(history)
    children = lives(history)
    judged, violations = 0, []
    for op in history.on("@", "active_children"):
        if not op.ok or not isinstance(op.result, list | tuple):
            continue
        if op.actor == MAIN:
            count, found = _judge_list(teller, op, children)
        else:
            count, found = _judge_childless(teller, op, history)
        judged += count
        violations += found
    return Finding(judged=judged, violations=tuple(violations))


def _judge_childless(teller: Teller, op: Operation, history: History) -> tuple[int, list[Violation]]:
    steps = history.scenario.actors[op.actor].steps if op.actor in history.scenario.actors else ()
    if any(step.target == "@" and step.method not in _CHILDLESS for step in steps) or any(
        step.method in {"start", "fork"} for step in steps
    ):
        return 0, []
    if not op.result:
        return 1, []
    violation = Violation(
        kind="active-of-another",
        summary=f"{op.actor} made no process, yet active_children() lists {len(op.result)} there.",
        story=f"{teller.tell(op)}.",
        witness=(op,),
    )
    return 1, [violation]


def _judge_list(teller: Teller, op: Operation, children: Iterable[Life]) -> tuple[int, list[Violation]]:
    names = _names(op.result)
    judged, violations = 0, []
    for life in children:
        times = names.count(life.name)
        for kind, told, story, proof, seen in _claims(teller, life, op, times, complete="" not in names):
            judged += 1
            if kind:
                violations.append(
                    Violation(
                        kind=kind,
                        summary=f"active_children() {told}.",
                        story=f"{teller.tell(op)}. {story}",
                        witness=(*proof, op),
                        observed=seen,
                    )
                )
    return judged, violations


def _claims(
    teller: Teller, life: Life, op: Operation, times: int, *, complete: bool
) -> Iterator[tuple[str, str, str, tuple[Operation, ...], tuple[str, ...]]]:
    """Yield kind (empty: it holds), words and proofs for each thing that must hold of *life* in a list."""
    if times > 1:
        yield "active-twice", f"lists {life.name} {often(times)}", "It is one process.", (), ()
    phase, end = life.phase(op), life.ended(op)
    if phase == "new" and life.lone:
        kind = "active-unstarted" if times else ""
        yield kind, f"lists {life.name}, which was not started", "It was not started yet.", (), ()
    elif phase == "started" and end is not None:
        kind = "active-ended" if times else ""
        story = _proof_of_end(teller, end)
        yield kind, f"lists {life.name}, which had ended", story, end.witness, end.observed
    elif phase == "started" and life.running(op) and (times or complete):
        story, proof = proof_of_life(teller, life, op)
        yield "" if times else "active-missing", f"does not list {life.name}, which ran", story, proof, ()
