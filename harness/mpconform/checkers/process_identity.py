"""Identity: the process ids by which parent and child know themselves and each other."""

from mpconform.checkers.process_lives import MAIN, Life, lives, main_pid
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Json, Violation

__all__ = ("parent", "pid", "pid_before")

_PID = (".pid", ".ident")


def pid_before(history: History) -> Finding:
    """Before a process is started, ``pid`` (and ``ident``) is None.

    Judges main's reads before any start.  O(n).
    """
    teller = Teller(history)
    judged, violations = 0, []
    for life in lives(history):
        for read in life.asked(*_PID):
            if life.phase(read) != "new" or not read.ok:
                continue
            judged += 1
            if read.result is not None:
                violations.append(
                    Violation(
                        kind="pid-before-start",
                        summary=f"{life.name} had the process id {value(read.result)} before it was started.",
                        story=f"{teller.tell(read)}; nobody had started {life.name} by then.",
                        witness=(read,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def pid(history: History) -> Finding:
    """After start, ``pid`` is an int: what the child says of itself, and not main's.

    Judges main's reads of a process that is started, and not closed.  O(n).
    """
    teller = Teller(history)
    main = main_pid(history)
    judged, violations = 0, []
    for life in lives(history):
        for read in life.asked(*_PID):
            if life.phase(read) != "started" or not read.ok or life.started is None:
                continue
            judged += 1
            fault = _pid_fault(read.result, life, main)
            if fault:
                kind, told = fault
                violations.append(
                    Violation(
                        kind=kind,
                        summary=f"{life.name} has the process id {value(read.result)}, {told}.",
                        story=f"{teller.tell(life.started)}. {teller.tell(read)}, {told}.",
                        witness=(life.started, read),
                        observed=(f"{life.name} ran as {life.record.pids}, main as {main}",),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _pid_fault(said: Json, life: Life, main: int | None) -> tuple[str, str] | None:
    if not isinstance(said, int) or isinstance(said, bool):
        return "pid-no-int", "which is no int"
    if life.pid is not None and said != life.pid:
        return "pid-of-another", f"but calls itself {life.pid}"
    if said == main:
        return "pid-of-main", "the main process's own"
    return None


def parent(history: History) -> Finding:
    """Check that a child's parent is, for the operating system, main or a helper of the backend below it.

    Judges what children say (``parent_pid``) in runs that ended normally: only then main lives,
    and the census taken at the end shows every helper.  O(n + processes).
    """
    main = main_pid(history)
    if main is None or history.ended != "normally" or "after" not in history.census:
        return Finding()
    teller = Teller(history)
    children = {one: name for name, record in history.actors.items() if name != MAIN for one in record.pids}
    below = {process.pid for census in history.census.values() for process in census.processes}
    helpers = (below | {main}) - children.keys()
    judged, violations = 0, []
    for life in lives(history):
        for said in life.deeds:
            if said.target or said.method != "parent_pid" or not said.ok or not life.clear:
                continue
            judged += 1
            if said.result not in helpers:
                who = children.get(said.result, "no process of the run")
                violations.append(
                    Violation(
                        kind="parent-unknown",
                        summary=f"{life.name}'s parent {said.result} is neither main nor a helper below it.",
                        story=f"{teller.tell(said)}: that is {who}, and main is {main}.",
                        witness=(said,),
                        observed=(f"main and helpers: {sorted(helpers)}",),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
