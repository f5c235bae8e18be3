"""The action of a barrier: once in each generation, by one of the parties, before anyone goes on."""

from mpconform.checkers.barrier_model import BROKEN, Cluster, barriers
from mpconform.checkers.condition_proof import hangs, peaceful, shown
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("failing", "first", "once_each")


def once_each(history: History) -> Finding:
    """Check that the action is called exactly once in each generation, by one of its parties.

    Judges each generation that all parties passed: a call that is seen in no party is none.  Exact where
    nothing broke the barrier.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        if not barrier.action or barrier.action == "fail" or not peaceful(history):
            continue
        for cluster in barrier.clusters:
            if not cluster.clean or len(cluster.passed) != len(cluster.waits):
                continue
            certain = barrier.generations(cluster)
            if len(cluster.waits) % barrier.parties:
                continue
            for generation in certain or [cluster.waits]:
                calls = _of(cluster, generation) if certain else cluster.actions
                due = len(generation) // barrier.parties
                judged += 1
                if len(calls) != due:
                    violations.append(
                        Violation(
                            kind="action-too-often" if len(calls) > due else "action-left-out",
                            summary=f"The action of {barrier.name} was called "
                            f"{counted(len(calls), 'time')} where {due} "
                            f"generation{'s' * (due != 1)} passed.",
                            story=" ".join(f"{teller.tell(op)}." for op in (*generation, *calls)),
                            witness=shown((*calls[:3], *generation)),
                        )
                    )
    return Finding(judged=judged, violations=tuple(violations))


def first(history: History) -> Finding:
    """Check that the action is called when all parties have come, and returns before any of them goes on.

    Judges each call in a generation that is certain.  Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for cluster in barrier.clusters:
            for generation in barrier.generations(cluster) or ():
                for call in _of(cluster, generation):
                    judged += 1
                    late = [op for op in generation if call.invoked_ns < op.invoked_ns]
                    gone = _gone(generation, call)
                    if not late and not gone:
                        continue
                    op = (late or gone)[0]
                    what = "before it had come" if late else "and it went on before that had returned"
                    violations.append(
                        Violation(
                            kind="action-too-early" if late else "action-too-late",
                            summary=f"{call.actor} called the action of {barrier.name} in {op.actor}'s "
                            "generation, "
                            f"{what}.",
                            story=f"{teller.tell(call)}. {teller.tell(op)}.",
                            witness=(call, op),
                        )
                    )
    return Finding(judged=judged, violations=tuple(violations))


def failing(history: History) -> Finding:
    """Check that an action that raises breaks the barrier: its caller gets the error, others a broken one.

    Judges each wait at a barrier that was whole, of a generation whose action was called and raised.
    Exact.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        if barrier.action != "fail":
            continue
        for cluster in barrier.clusters:
            if not cluster.clean or not cluster.actions:
                continue
            for op in cluster.waits:
                own = any(call.actor == op.actor and call.step == op.step for call in cluster.actions)
                hung = hangs(history, op)
                if op.open and not hung:
                    continue
                judged += 1
                if op.raised("ActionFailed") if own else op.raised(BROKEN):
                    continue
                expected = "the error of the action" if own else BROKEN
                violations.append(
                    Violation(
                        kind="failed-action-ignored",
                        summary=f"The action of {barrier.name} raised, and {op.actor}'s wait "
                        f"{_how(op)}, not {expected}.",
                        story=f"{teller.tell(cluster.actions[0])}. {teller.tell(op)}.",
                        witness=shown((cluster.actions[0], op)),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _how(op: Operation) -> str:
    if op.open:
        return "never returned"
    return f"returned {op.result}" if op.ok else f"raised {op.result['type']}"


def _of(cluster: Cluster, generation: list[Operation]) -> list[Operation]:
    """Return the calls of the action in the waits of *generation*."""
    places = {(op.actor, op.step) for op in generation}
    return [call for call in cluster.actions if (call.actor, call.step) in places]


def _gone(generation: list[Operation], call: Operation) -> list[Operation]:
    return [
        op
        for op in generation
        if op.returned_ns is not None and (call.returned_ns is None or op.returned_ns < call.returned_ns)
    ]
