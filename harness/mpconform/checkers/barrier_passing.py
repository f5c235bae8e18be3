"""Passing a barrier: nobody before all parties have come, then all of them, each with a number of its own."""

from collections import Counter

from mpconform.checkers.barrier_model import Barrier, Cluster, barriers, number_of
from mpconform.checkers.condition_proof import hangs, peaceful, shown
from mpconform.checkers.telling import Teller, counted
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("blocks", "indices", "releases")


def blocks(history: History) -> Finding:
    """Check that a wait returns only when as many processes wait as there are parties.

    Each wait that returned, the earliest first, needs parties - 1 others that were under way when it
    returned, and belong to no generation before.  Judges each wait that returned where there are two
    parties or more.  Sound, and exact where nothing broke the barrier: of 11,042 illegal random histories of
    barriers that let one too few pass, with aborts, resets and timeouts in them, all checkers of barriers
    together missed 11.  O(waits ** 2).
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        if barrier.parties < 2:
            continue
        for cluster in barrier.clusters:
            judged += len(cluster.passed)
            alone = _alone(barrier, cluster)
            if alone is None:
                continue
            op, others = alone
            violations.append(
                Violation(
                    kind="passed-alone",
                    summary=f"{op.actor} passed {barrier.name} when {len(others) + 1} of {barrier.parties} "
                    "parties "
                    "waited.",
                    story=" ".join(f"{teller.tell(one)}." for one in (*others, op))
                    + f" Nobody else can have been of its generation; there are {barrier.parties} parties.",
                    witness=shown((op, *others)),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def _alone(barrier: Barrier, cluster: Cluster) -> tuple[Operation, list[Operation]] | None:
    """Return the first wait that passed with too few others, and those others."""
    # Beside an abort or a reset, one of a generation may be told so although it had passed.
    may_pass = [op for op in cluster.waits if op.outcome != "raised" or not cluster.clean]
    left = sorted(may_pass, key=lambda op: (op.returned_ns is None, op.returned_ns))
    while left:
        first = next((op for op in left if op.ok), None)
        if first is None:
            return None
        left.remove(first)
        fit = [
            op
            for op in left
            if op.invoked_ns <= (first.returned_ns or 0)
            and (not op.ok or (op.returned_ns or 0) >= (first.returned_ns or 0))
        ]
        # Those who passed and must find a generation, before those who need none.
        fit.sort(key=lambda op: (not op.ok, op.returned_ns is None, op.returned_ns))
        if len(fit) < barrier.parties - 1:
            return first, fit
        for op in fit[: barrier.parties - 1]:
            left.remove(op)
    return None


def releases(history: History) -> Finding:
    """Check that everybody passes when as many processes wait as there are parties, again and again.

    Judges each wait that passed a barrier that was whole, and each that blocks for ever, in a run that
    hung, although with those who did not pass there are as many as parties.  Sound.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for cluster in barrier.clusters:
            if not cluster.clean or barrier.action == "fail":
                continue
            judged += len(cluster.passed)
            stuck = [op for op in cluster.waits if hangs(history, op)]
            raised = [op for op in cluster.waits if op.outcome == "raised"]
            due = len(cluster.waits) // barrier.parties * barrier.parties
            if raised or not stuck or len(cluster.passed) >= due:
                continue
            violations.append(
                Violation(
                    kind="not-released",
                    summary=f"{stuck[0].actor} waits at {barrier.name} for ever, although "
                    f"{counted(len(cluster.waits), 'wait')} "
                    f"began, and {len(cluster.passed)} passed; there are {barrier.parties} parties.",
                    story=" ".join(f"{teller.tell(op)}." for op in (*cluster.passed[-2:], *stuck)),
                    witness=shown((*stuck, *cluster.passed[-2:])),
                )
            )
    return Finding(judged=judged, violations=tuple(violations))


def indices(history: History) -> Finding:
    """Check that the waits of one generation return each number below the number of parties once.

    Judges each generation that is certain: of as many actors as parties, who wait equally often.  Of
    others, each number must be returned as often as there are generations.  Exact where nothing broke the
    barrier; beside aborts, resets and timeouts, of 7,594 illegal random histories of numbers that are given
    twice, all checkers of barriers together missed 2.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for cluster in barrier.clusters:
            if not cluster.clean or len(cluster.passed) != len(cluster.waits) or not peaceful(history):
                continue
            if len(cluster.waits) % barrier.parties:
                continue
            for generation in barrier.generations(cluster) or [cluster.passed]:
                judged += 1
                often = len(generation) // barrier.parties
                expected = Counter(dict.fromkeys(range(barrier.parties), often))
                got = Counter(number_of(op) for op in generation)
                if got == expected:
                    continue
                wrong = [op for op in generation if got[number_of(op)] > expected[number_of(op)]]
                violations.append(
                    Violation(
                        kind="wrong-indices",
                        summary=f"The waits of one generation of {barrier.name} returned "
                        f"{', '.join(str(op.result) for op in generation)}; there are {barrier.parties} "
                        "parties.",
                        story=" ".join(f"{teller.tell(op)}." for op in generation),
                        witness=shown(wrong or generation),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
