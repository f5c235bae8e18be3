"""connection.wait with sentinels: a process's sentinel is ready when the process has ended."""

from mpconform.checkers.pipe_diagnosis import stuck
from mpconform.checkers.pipe_model import model_of
from mpconform.checkers.pipe_wait import Waiting, waits_of
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("ready_when_ended",)


def ready_when_ended(history: History) -> Finding:
    """Check that a sentinel is in the answer if its process has ended, and is not while it runs.

    A process has ended if a join of it without timeout, or an ``await_exit``, had returned; a fork server
    hears of an end a moment after it, so that there the latter proves it only of a wait that hung.  It runs
    as long as its actor takes steps.  Judged are sentinels of which either is certain.  With
    several sentinels in one wait, each is known only if ``.sentinel`` was read.  O(n) for each.
    """
    model, teller = model_of(history), Teller(history)
    judged, violations = 0, []
    for w in waits_of(history, model):
        if (w.op.open and not stuck(history, w.op)) or not w.plain:
            continue
        for asked in w.asked:
            actor = (asked or "").removeprefix("sentinel of ")
            if actor == asked:
                continue
            ended, running = _ended(history, actor, w.op), _running(history, actor, w.op)
            unknown = None in w.answer and asked not in w.answer
            if unknown or (ended is None and running is None):
                continue
            judged += 1
            violations += _judge(w, str(asked), ended, running, teller)
    return Finding(judged=judged, violations=tuple(violations))


def _judge(
    w: Waiting, asked: str, ended: Operation | None, running: Operation | None, teller: Teller
) -> list[Violation]:
    answered = asked in w.answer
    if ended is not None and (w.op.open or not answered):
        return [
            Violation(
                kind="ended-process-left-out",
                summary=f"{w.op.actor}'s wait did not report the {asked}, a process that had ended.",
                story=f"{teller.tell(ended)}. With that the process had ended; but {teller.tell(w.op)}.",
                witness=(ended, w.op),
            )
        ]
    if running is not None and answered:
        return [
            Violation(
                kind="running-process-answered",
                summary=f"{w.op.actor}'s wait reported the {asked}, a process that was still running.",
                story=f"{teller.tell(w.op)}. But that process took a step later: {teller.tell(running)}.",
                witness=(w.op, running),
            )
        ]
    return []


def _ended(history: History, actor: str, wait: Operation) -> Operation | None:
    """Return what shows that the process of *actor* had ended before *wait*, or while it hung."""
    hears_late = history.backend.partition(":")[2] == "forkserver"
    for op in history.operations:
        joined = op.target == actor and op.method == "join"
        unlimited = op.timeout_s is None and not op.arguments and op.keywords.get("timeout") is None
        awaited = op.target == "" and op.method == "await_exit" and op.arguments and actor in op.arguments[0]
        hung = stuck(history, wait)
        sure = (joined and unlimited) or (awaited and (hung or not hears_late))
        if op.ok and sure and (op.precedes(wait) or hung):
            return op
    return None


def _running(history: History, actor: str, wait: Operation) -> Operation | None:
    """Return an operation of *actor* that shows that it still ran when *wait* had ended."""
    end = wait.returned_ns
    if end is None:
        return None
    return next((op for op in history.by(actor) if max(op.invoked_ns, op.returned_ns or 0) > end), None)
