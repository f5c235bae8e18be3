"""Broken barriers: by a timeout or an abort, for everybody, and for nothing else."""

from mpconform.checkers.barrier_model import BROKEN, Barrier, Cluster, barriers
from mpconform.checkers.condition_model import timeout_ns
from mpconform.checkers.condition_proof import hangs, shown
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("aborted", "default_timeout", "for_all", "given_timeout", "with_cause")

_SHORT_NS = 500_000_000


def with_cause(history: History) -> Finding:
    """Check that a wait raises only BrokenBarrierError, and only if something broke the barrier.

    Judges each wait that ended, at a barrier that was whole before and has no timeout in play: an abort, a
    reset or an action that raises must have begun.  Of what a timeout breaks, the time is judged elsewhere.
    Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for cluster in barrier.clusters:
            if not cluster.whole or cluster.reset is not None:
                continue
            for op in cluster.waits:
                if op.open:
                    continue
                judged += 1
                if op.ok or (op.raised(BROKEN) and _cause(barrier, cluster, op)) or op.raised("ActionFailed"):
                    continue
                violations.append(
                    Violation(
                        kind="broken-without-cause" if op.raised(BROKEN) else "wait-raises-another",
                        summary=f"{op.actor}'s {barrier.name}.wait() raised {op.result['type']}, and "
                        "nothing had broken "
                        "the barrier.",
                        story=f"{teller.tell(op)}. Until then there was no abort, no reset, and no timeout.",
                        witness=(op,),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _cause(barrier: Barrier, cluster: Cluster, op: Operation) -> bool:
    end = op.returned_ns or 0
    if any(one.invoked_ns <= end for one in cluster.on("abort", "reset")):
        return True
    if barrier.action == "fail" and any(one.invoked_ns <= end for one in cluster.actions):
        return True
    return any(barrier.timeout_ns(one) is not None for one in cluster.waits)


def given_timeout(history: History) -> Finding:
    """Check that a wait with a timeout breaks the barrier not before its time is over, and then does.

    Judges each cluster of waits at a whole barrier in which one raised, and times were given to waits: the
    first that raised must not have done so before the earliest time was over.  And each wait of half a
    second at most that blocks for ever in a run that hung.  The grain is 2 ms.  Sound: of 4,630 illegal
    random histories of waits that give up too early, many of them beside an abort or a reset, all checkers
    of barriers together missed 14.
    """
    return _timeouts(history, default=False)


def default_timeout(history: History) -> Finding:
    """Check that the timeout of a barrier is that of each wait without one of its own.

    As `given_timeout`, for clusters in which a wait relies on the barrier's.  Sound.
    """
    return _timeouts(history, default=True)


def _timeouts(history: History, *, default: bool) -> Finding:
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for cluster in barrier.clusters:
            timed = [op for op in cluster.waits if barrier.timeout_ns(op) is not None]
            relying = barrier.limit_ns is not None and any(timeout_ns(op) is None for op in cluster.waits)
            if not cluster.clean or not timed or relying is not default or barrier.action == "fail":
                continue
            for op in timed:
                if (barrier.timeout_ns(op) or 0) <= _SHORT_NS and hangs(history, op):
                    judged += 1
                    violations.append(_wrong_time(teller, barrier, op, timed, "timed-wait-hangs"))
            raised = [op for op in cluster.waits if op.raised(BROKEN)]
            if not raised:
                continue
            judged += 1
            op = min(raised, key=lambda one: one.returned_ns or 0)
            if (op.returned_ns or 0) < min(map(barrier.deadline_ns, timed)):
                violations.append(_wrong_time(teller, barrier, op, timed, "broken-too-early"))
    return Finding(judged=judged, violations=tuple(violations))


def _wrong_time(
    teller: Teller, barrier: Barrier, op: Operation, timed: list[Operation], kind: str
) -> Violation:
    shortest = min(timed, key=barrier.deadline_ns)
    limit = (barrier.timeout_ns(shortest) or 0) / 1e6
    told = "" if shortest is op else f"{teller.tell(shortest)}. "
    how = "never returned" if op.open else f"raised after {op.elapsed_s * 1e3:.2f} ms"
    return Violation(
        kind=kind,
        summary=f"{op.actor}'s {barrier.name}.wait() {how}; the first time to be over was the {limit:g} ms "
        f"of {shortest.actor}.",
        story=f"{told}{teller.tell(op)}. Its time, or the barrier's, is {limit:g} ms.",
        witness=shown((shortest, op)),
    )


def for_all(history: History) -> Finding:
    """Check that a barrier that broke for one is broken for all, until it is reset.

    Judges each wait that began after another one had raised, with no reset since, and each that blocks for
    ever in a run that hung, although another one of the time had raised.  It must raise BrokenBarrierError.
    Sound: of 1,876 illegal random histories of timeouts that break it for one alone, all checkers of barriers
    together missed 47.
    """
    return _after(history, "wait")


def aborted(history: History) -> Finding:
    """Check that abort breaks the barrier: those who wait, and those who come later, get BrokenBarrierError.

    Judges each wait that began after an abort, with no reset since, and each that blocks for ever in a run
    that hung although the barrier was aborted while it waited.  Sound: of 1,251 illegal random histories of
    aborts that do not tell those who wait, all checkers of barriers together missed 84.
    """
    return _after(history, "abort")


def _after(history: History, method: str) -> Finding:
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for op in barrier.on("wait"):
            breaker = barrier.surely_broken(op, method)
            # One that shows it while this wait was under way; who waits then, has to be told.
            stuck = _meanwhile(barrier, method) if breaker is None and hangs(history, op) else None
            judged += _told(barrier, op, method)
            if breaker is not None and (not op.open or hangs(history, op)):
                judged += 1
                if op.raised(BROKEN):
                    continue
            elif stuck is not None:
                breaker = stuck
            else:
                continue
            how = (
                "never returned" if op.open else f"returned {op.result}" if op.ok else "raised another error"
            )
            violations.append(
                Violation(
                    kind=f"passed-broken-after-{method}" if not op.open else f"not-woken-by-{method}",
                    summary=f"{barrier.name} was broken by {breaker.actor}'s {method}, and {op.actor}'s "
                    f"wait {how}.",
                    story=f"{teller.tell(breaker)}. {teller.tell(op)}. There was no reset in between.",
                    witness=shown((breaker, op)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _told(barrier: Barrier, op: Operation, method: str) -> bool:
    """Whether *op* was under way when a call of *method* broke the barrier, and raised."""
    return op.raised(BROKEN) and any(
        one is not op and barrier.shows_broken(one) and _overlap(one, op) for one in barrier.on(method)
    )


def _overlap(one: Operation, other: Operation) -> bool:
    return not one.precedes(other) and not other.precedes(one)


def _meanwhile(barrier: Barrier, method: str) -> Operation | None:
    """Return what broke the barrier for good."""
    for one in barrier.on(method):
        if barrier.shows_broken(one) and all(reset.precedes(one) for reset in barrier.on("reset")):
            return one
    return None
