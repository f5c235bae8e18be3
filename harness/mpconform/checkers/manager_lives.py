"""How managers begin and end: a process of their own, started, shut down, left alone, or dropped."""

from mpconform.checkers.manager_ends import violation
from mpconform.checkers.manager_reading import FACTORIES, bound_to
from mpconform.checkers.telling import Teller
from mpconform.values import Census, Finding, History, Operation, Violation

__all__ = ("context", "dropped", "ended", "initialised", "refuses", "shutdown_again", "started")

_BEGINNING = frozenset({"Manager", "start", "__enter__"})


class _Life:
    """The only manager that main made, by *made*; *begun* started its server, *over* ended it."""

    def __init__(self, history: History) -> None:
        made = [op for op in history.by("main") if op.target == "@" and op.method in FACTORIES and op.ok]
        self.made = made[0] if len(made) == 1 else None
        self.name = bound_to(history, made[0]) if len(made) == 1 else ""
        mine = [op for op in history.by("main") if self.made and op.target == self.name]
        # A name that means something else later says nothing about this manager.
        again = [
            op for op in history.by("main") if op is not self.made and bound_to(history, op) == self.name
        ]
        if again:
            mine, self.made = [], None
        self.uses = mine
        beginnings = [op for op in mine if op.method in _BEGINNING and op.ok]
        if self.made is not None and self.made.method == "Manager":
            beginnings.insert(0, self.made)
        self.begun = beginnings[0] if beginnings else None
        drops = [op for op in history.on("", "collect") if op.actor == "main" and self.name in op.arguments]
        ends = [op for op in mine if op.method in {"shutdown", "__exit__"} and op.ok and self._begun(op)]
        self.over = ends[0] if ends else None
        self.dropped = drops[0] if drops and drops[0].ok and self._drops_all(history, drops[0]) else None
        self.ends = [*ends, *drops]

    def _begun(self, op: Operation) -> bool:
        return self.begun is not None and self.begun.precedes(op)

    def _drops_all(self, history: History, drop: Operation) -> bool:
        """Return whether with the manager all goes that main had of it: a proxy keeps its manager."""
        names = {bound_to(history, op) for op in self.uses if op.invoked_ns < drop.invoked_ns} - {""}
        return names <= set(drop.arguments)

    def server(self, history: History) -> tuple[Census, Census, set[int]] | None:
        """Return a census before it began, one while it ran, and the processes that came meanwhile."""
        if self.begun is None or self.begun.returned_ns is None:
            return None
        last = min((op.invoked_ns for op in self.ends), default=None)
        taken = [one for label, one in history.census.items() if label not in {"after", "hung"}]
        before = [one for one in taken if one.at_ns < self.begun.invoked_ns]
        during = [
            one for one in taken if one.at_ns > self.begun.returned_ns and (last is None or one.at_ns < last)
        ]
        if not before or not during:
            return None
        first, second = max(before, key=lambda c: c.at_ns), min(during, key=lambda c: c.at_ns)
        known = {process.pid for process in first.processes} | second.helpers
        actors = {pid for record in history.actors.values() for pid in record.pids}
        new = {p.pid for p in second.processes if not p.zombie} - known - actors
        return first, second, new


def started(history: History) -> Finding:
    """Check that a manager that was started has a server in a process of its own.

    Judges managers with a census before they were started and one while they live.  Exact.
    """
    life = _Life(history)
    found = life.server(history)
    if life.begun is None or found is None:
        return Finding()
    teller = Teller(history)
    if found[2]:
        return Finding(judged=1)
    shown = ", ".join(f"{p.pid} ({p.state})" for p in found[1].processes)
    broken = Violation(
        kind="no-server-process",
        summary=f"{teller.call(life.begun)} {teller.outcome(life.begun)}, and there was no new process.",
        story=f"{teller.tell(life.begun)}. The processes were afterwards: {shown}.",
        witness=(life.begun,),
    )
    return Finding(judged=1, violations=(broken,))


def ended(history: History) -> Finding:
    """After shutdown(), or the end of the with statement, the server's process is gone, and reaped.

    Judges managers with a census before they were started, one while they live, and one after that.  Exact.
    """
    life = _Life(history)
    return _gone(history, life, life.over)


def dropped(history: History) -> Finding:
    """When a manager is garbage-collected, its server's process ends.

    Judges as for shutdown, where all proxies were dropped with the manager.  Exact.
    """
    life = _Life(history)
    return _gone(history, life, None if life.over else life.dropped)


def _gone(history: History, life: _Life, end: Operation | None) -> Finding:
    found = life.server(history)
    if end is None or end.returned_ns is None or found is None or not found[2]:
        return Finding()
    later = [one for label, one in history.census.items() if one.at_ns > end.returned_ns and label != "hung"]
    if not later:
        return Finding()
    census = min(later, key=lambda one: one.at_ns)
    left = [process for process in census.processes if process.pid in found[2]]
    teller = Teller(history)
    broken = [
        Violation(
            kind="server-left-zombie" if process.zombie else "server-left",
            summary=f"The server's process {process.pid} was left in state {process.state}"
            f" after {teller.call(end)}.",
            story=f"{teller.tell(end)}.",
            witness=(end,),
            observed=(f"process {process.pid} in state {process.state}, child of {process.parent_pid}",),
        )
        for process in left
    ]
    return Finding(judged=1, violations=tuple(broken))


def shutdown_again(history: History) -> Finding:
    """shutdown() may be called any number of times.

    Judges each that begins when another had returned.
    """
    life = _Life(history)
    over = life.over
    if over is None:
        return Finding()
    later = [op for op in life.uses if op.method == "shutdown" and over.precedes(op) and not op.open]
    teller = Teller(history)
    broken = [violation(teller, "shutdown-again", op, "None", over) for op in later if not op.ok]
    return Finding(judged=len(later), violations=tuple(broken))


def refuses(history: History) -> Finding:
    """After shutdown() had returned, no proxy of the manager's works any more, and nothing can be made.

    Judges calls on proxies that main had of it, and the making of others.  Any exception will do.
    """
    life = _Life(history)
    over = life.over
    if over is None:
        return Finding()
    mine = {bound_to(history, op) for op in life.uses if op.ok and not op.method.startswith((".", "_"))} - {
        ""
    }
    later = [op for op in history.by("main") if over.precedes(op) and not op.open]
    calls = [
        op for op in later if op.target in mine and not op.method.startswith(("__repr", "__str", "__eq"))
    ]
    makes = [op for op in later if op.target == life.name and op.method in _TYPES]
    teller = Teller(history)
    broken = [
        violation(teller, "works-after-shutdown", op, "an exception", over)
        for op in (*calls, *makes)
        if op.ok
    ]
    return Finding(judged=len(calls) + len(makes), violations=tuple(broken))


_TYPES = frozenset({"list", "dict", "Namespace", "Value", "Queue", "Event", "Lock"})


def context(history: History) -> Finding:
    """In a with statement, a manager is started at its beginning and returned, and shut down at its end.

    Judges __enter__, and that it can make objects afterwards.
    """
    life = _Life(history)
    teller = Teller(history)
    entered = [op for op in life.uses if op.method == "__enter__" and not op.open]
    judged, broken = 0, []
    for op in entered:
        judged += 1
        if not op.ok or op.result != {"$object": life.name}:
            broken.append(violation(teller, "enter-not-itself", op, "the manager itself"))
    ends = [op.invoked_ns for op in life.ends]
    for op in life.uses:
        after = entered and entered[0].ok and entered[0].precedes(op)
        if (
            after
            and op.method in _TYPES | {"Ledger"}
            and op.returned_ns
            and op.returned_ns < min(ends, default=1 << 62)
        ):
            judged += 1
            if not op.ok:
                broken.append(violation(teller, "enter-not-started", op, "a proxy", entered[0]))
    return Finding(judged=judged, violations=tuple(broken))


def initialised(history: History) -> Finding:
    """start(initializer, initargs) calls the initializer with its arguments, once, in the server's process.

    Judges what the server says was left by it.  Exact.
    """
    life = _Life(history)
    begun = life.begun
    if begun is None or begun.method not in {"start", "__enter__"}:
        return Finding()
    arguments = list(begun.arguments)
    initialiser = arguments[0] if arguments and begun.method == "start" else None
    if initialiser not in (None, {"$function": "initialise_server"}):
        return Finding()
    given = arguments[1] if len(arguments) > 1 and initialiser else {"$tuple": []}
    due = [list(given["$tuple"])] if initialiser else []
    ledgers = {bound_to(history, op) for op in life.uses if op.method == "Ledger" and op.ok} - {""}
    asked = [op for op in history.by("main") if op.target in ledgers and op.method == "left" and op.ok]
    teller = Teller(history)
    broken = [
        violation(teller, "initialised-wrongly", op, repr(due), begun) for op in asked if op.result != due
    ]
    return Finding(judged=len(asked), violations=tuple(broken))
