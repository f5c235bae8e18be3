"""Zombies: whoever learns that a process has ended reaps it.

Told from censuses: a child of main that has ended stays there as a zombie until main reaps
it.  Where a helper of the backend is the parent (a fork server), that helper reaps; a
zombie of such a parent breaks no rule, and one that is gone keeps it.
"""

from mpconform.checkers.process_lives import MAIN, Evidence, Life, lives, record_of
from mpconform.checkers.telling import Teller
from mpconform.values import Census, Finding, History, Operation, Violation

__all__ = ("reaped_by_active", "reaped_by_alive", "reaped_by_join", "reaped_by_start", "residue")


def reaped_by_join(history: History) -> Finding:
    """After ``join()`` without timeout returned, the child is no zombie.

    Judges joins that are the first by which main learns of the end, where a
    census follows.  O(n x censuses).
    """
    return _reaped_by_word(history, "join")


def reaped_by_alive(history: History) -> Finding:
    """When ``is_alive()`` has said that a process has ended, it is no zombie.

    Judges calls that are the first by which main learns of the end, where a census
    follows.  O(n x censuses).
    """
    return _reaped_by_word(history, "is_alive")


def reaped_by_active(history: History) -> Finding:
    """``active_children()`` reaps every child that had ended, and that nobody joined.

    Judges calls after the system showed a child dead of whose end main had not learnt, where
    a census follows.  A zombie breaks the rule only if it could be reaped before the call:
    a census showed it, without threads, as a child of main.  O(n x censuses).
    """
    calls = [op for op in history.on("@", "active_children") if op.actor == MAIN and op.ok]
    return _reaped_in_passing(history, calls)


def reaped_by_start(history: History) -> Finding:
    """Check that starting a process reaps every child that had ended before, and that nobody joined.

    Judges as for ``active_children()``.  O(starts x children x censuses).
    """
    calls = [life.started for life in lives(history) if life.started is not None]
    return _reaped_in_passing(history, calls)


def residue(history: History) -> Finding:
    """When a scenario is over, no process of it that was joined is left, not even as a zombie.

    Judges children of whose end main was told, by the census taken at the end of a
    run that ended normally.  O(children x processes).
    """
    after = history.census.get("after")
    if history.ended != "normally" or after is None:
        return Finding()
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        told = [evidence for evidence in life.ends if evidence.op is not None]
        read = [op.result for op in life.asked(".pid") if op.ok and isinstance(op.result, int)]
        pids = set(life.record.pids) or set(read[:1])
        if not told or not pids:
            continue
        judged += 1
        for process in filter(None, (record_of(after, pid) for pid in sorted(pids))):
            state = "as a zombie" if process.zombie else f"in state {process.state}"
            violations.append(
                Violation(
                    kind="zombie-left" if process.zombie else "process-left",
                    summary=f"{life.name}'s process {process.pid} was left {state} when all was over.",
                    story=" ".join(f"{teller.tell(op)}." for op in told[0].witness),
                    witness=told[0].witness,
                    observed=(
                        f"census 'after': process {process.pid} {state}, child of {process.parent_pid}",
                    ),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _next_census(history: History, op: Operation) -> tuple[str, Census] | None:
    """Return label and content of the first census taken after *op* returned."""
    later = [
        (census.at_ns, label, census)
        for label, census in history.census.items()
        if op.returned_ns is not None and census.at_ns > op.returned_ns
    ]
    first = min(later, key=lambda entry: entry[0], default=None)
    return first[1:] if first is not None else None


def _word(life: Life) -> Evidence | None:
    """Return the first thing by which the backend told main that the child had ended."""
    return next((end for end in life.ends if [op.target for op in end.witness] == [life.name]), None)


def _reaped_by_word(history: History, method: str) -> Finding:
    judged, violations = 0, []
    for life in lives(history):
        word = _word(life)
        if word is None or word.op is None or word.op.method != method or life.pid is None:
            continue
        if word.at_ns < life.alive_until_ns:
            continue  # It was not true: that is another rule's matter.
        found = _next_census(history, word.op)
        if found is None:
            continue
        judged += 1
        if _left(life.pid, found[1]):
            violations.append(_zombie(history, life, word.op, found))
    return Finding(judged=judged, violations=tuple(violations))


def _reaped_in_passing(history: History, calls: list[Operation]) -> Finding:
    children = [life for life in lives(history) if life.pid is not None]
    judged, violations = 0, []
    for call in calls:
        found = _next_census(history, call)
        for life in children if found is not None else ():
            if found is None or life.pid is None or life.dead_ns >= call.invoked_ns:
                continue
            word = _word(life)
            if word is not None and word.at_ns < found[1].at_ns:
                continue  # Something else told main of the end: that is another rule's matter.
            ripe = next((e for e in life.ends if e.seen and e.at_ns < call.invoked_ns), None)
            if record_of(found[1], life.pid) is None:
                judged += 1
            elif ripe is not None and _left(life.pid, found[1]):
                judged += 1
                violations.append(_zombie(history, life, call, found, ripe))
    return Finding(judged=judged, violations=tuple(violations))


def _left(pid: int, census: Census) -> bool:
    """Return whether *census* shows *pid* as a zombie of main."""
    process = record_of(census, pid)
    return process is not None and process.zombie and process.parent_pid == census.agent_pid


def _zombie(
    history: History,
    life: Life,
    call: Operation,
    found: tuple[str, Census],
    ripe: Evidence | None = None,
) -> Violation:
    teller = Teller(history)
    label, census = found
    before = f"At {teller.at(ripe.at_ns)} {ripe.seen}. " if ripe is not None else ""
    seen = f"census {label!r} showed process {life.pid} as a zombie"
    return Violation(
        kind=f"zombie-after-{call.method.replace('_', '-')}",
        summary=f"{life.name}, which had ended, was still a zombie after {teller.call(call)}.",
        story=f"{before}{teller.tell(call)}. Yet at {teller.at(census.at_ns)} {seen}.",
        witness=(call,),
        observed=(*(ripe.observed if ripe is not None else ()), seen),
    )
