"""Sentinels: what ``connection.wait`` says of a process, it says at its end."""

from mpconform.checkers.process_liveness import proof_of_life
from mpconform.checkers.process_lives import MAIN, Life, lives, step_bind, waits_for
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("ready_at_end",)


def ready_at_end(history: History) -> Finding:
    """Check that a sentinel is ready for ``connection.wait`` when its process has ended, and not before.

    Judges main's waits on sentinels alone.  One that surely ran may not be ready; a wait
    without timeout gives at least one; and in a hung run none may still wait for a process
    that the system showed dead.  With a timeout, "not yet" is never a fault.  Sound.  O(n).
    """
    teller = Teller(history)
    children = {life.name: life for life in lives(history) if life.clear}
    judged, violations = 0, []
    for wait in history.on("@", "connection.wait"):
        names = _asked(history, wait) if wait.actor == MAIN else None
        if not names or not all(
            name in children and children[name].phase(wait) == "started" for name in names
        ):
            continue
        if wait.open:
            dead = [name for name in names if children[name].dead_ns < wait.invoked_ns]
            if history.ended == "hung" and waits_for(wait) is None and dead:
                judged += 1
                violations.append(_never(teller, wait, children[dead[0]], history))
            continue
        if not wait.ok or not isinstance(wait.result, list | tuple):
            continue
        if not wait.result and waits_for(wait) is None:
            judged += 1
            violations.append(_nothing(teller, wait))
        for name in dict.fromkeys(names):
            life = children[name]
            ready = _is_ready(history, wait, names, name)
            if ready is not None and life.running(wait):
                judged += 1
                if ready:
                    violations.append(_early(teller, wait, life))
            elif ready and life.ended(wait) is not None:
                judged += 1
    return Finding(judged=judged, violations=tuple(violations))


def _asked(history: History, wait: Operation) -> list[str] | None:
    """Return the actors whose sentinels *wait* was given; None if it was given anything else too."""
    given = wait.arguments[0] if wait.arguments else wait.keywords.get("object_list")
    if not isinstance(given, list | tuple):
        return None
    bound = {
        step_bind(history.scenario, op): op.target
        for op in history.by(MAIN)
        if op.method == ".sentinel" and step_bind(history.scenario, op)
    }
    names = [_owner(one, bound) for one in given]
    return [name for name in names if name] if all(names) else None


def _owner(argument: Json, bound: dict[str, str]) -> str:
    if isinstance(argument, dict) and "$attribute" in argument and argument["$attribute"][1] == "sentinel":
        return str(argument["$attribute"][0])
    if isinstance(argument, dict) and "$object" in argument:
        return bound.get(argument["$object"], "")
    return ""


def _is_ready(history: History, wait: Operation, names: list[str], name: str) -> bool | None:
    """Return whether *wait* gave the sentinel of *name*; None if that cannot be told."""
    if not wait.result:
        return False
    if len(wait.result) == len(names):
        return True
    read = next((op for op in history.on(name, ".sentinel") if op.actor == MAIN and op.ok), None)
    return None if read is None else read.result in wait.result


def _early(teller: Teller, wait: Operation, life: Life) -> Violation:
    told, proof = proof_of_life(teller, life, wait)
    return Violation(
        kind="sentinel-early",
        summary=f"{life.name}'s sentinel was ready while {life.name} ran.",
        story=f"{teller.tell(wait)}. {told}",
        witness=(wait, *proof),
    )


def _nothing(teller: Teller, wait: Operation) -> Violation:
    return Violation(
        kind="wait-gave-nothing",
        summary=f"A wait without timeout gave {value(wait.result)}: nothing was ready.",
        story=f"{teller.tell(wait)}.",
        witness=(wait,),
    )


def _never(teller: Teller, wait: Operation, life: Life, history: History) -> Violation:
    exits = [op for op in history.on("", "await_exit") if op.ok and life.name in op.arguments[0]]
    return Violation(
        kind="sentinel-never-ready",
        summary=f"{life.name} had ended, but a wait for its sentinel went on for ever.",
        story=" ".join(f"{teller.tell(op)}." for op in (*exits[:1], wait)),
        witness=(*exits[:1], wait),
    )
