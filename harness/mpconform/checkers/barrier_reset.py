"""Resetting a barrier: those who wait are told that it broke, and then it is as it was made."""

from collections.abc import Iterator

from mpconform.checkers.barrier_model import BROKEN, Barrier, barriers
from mpconform.checkers.condition_proof import hangs, shown
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("tells_waiters", "works_again")


def tells_waiters(history: History) -> Finding:
    """Check that a reset makes those who wait raise BrokenBarrierError.

    That somebody has come is only seen by others if n_waiting says so: judges each wait under way when a
    reset began, if n_waiting had told that as many wait as waits had begun and not ended.  Those must not
    pass, nor still be counted by an n_waiting after the reset, nor wait for ever in a run that hung.
    Sound: of 61 illegal random histories of resets that tell nobody, all checkers of barriers together
    missed 26.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for reset, seen, waits in _resets(barrier):
            judged += len(waits)
            counted = _still_counted(barrier, reset, waits)
            for op in waits:
                if op.raised(BROKEN) or (op.open and not hangs(history, op)):
                    continue
                how = "never returned" if op.open else f"returned {op.result}"
                violations.append(
                    _untold(teller, barrier, (seen, reset, op), f"{op.actor}'s wait {how}", "waiter-not-told")
                )
            if counted is not None:
                violations.append(
                    _untold(
                        teller,
                        barrier,
                        (seen, reset, counted),
                        f"n_waiting still was {counted.result}",
                        "still-waiting-after-reset",
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))


def _resets(barrier: Barrier) -> Iterator[tuple[Operation, Operation, list[Operation]]]:
    """Yield resets, with the n_waiting that showed who waited, and those who did."""
    for reset in barrier.on("reset"):
        for seen in reversed(barrier.on(".n_waiting")):
            if not reset.ok or not seen.precedes(reset):
                continue
            begun = [op for op in barrier.on("wait") if op.invoked_ns <= (seen.returned_ns or 0)]
            there = [op for op in begun if op.returned_ns is None or op.returned_ns >= seen.invoked_ns]
            quiet = not any(
                seen.invoked_ns <= (op.returned_ns or 1 << 62) and op.invoked_ns <= (reset.returned_ns or 0)
                for op in barrier.on("reset", "abort")
                if op is not reset
            )
            during = [op for op in there if op.returned_ns is None or op.returned_ns > reset.invoked_ns]
            # One whose time was over before the reset may have broken the barrier itself.
            late = [op for op in there if barrier.deadline_ns(op) <= (reset.returned_ns or 0)]
            ended = len(during) < len(there) or bool(late)
            if quiet and there and not ended and seen.result == len(there) < barrier.parties:
                # With the others who came meanwhile, they may have been enough to pass.
                come = [op for op in barrier.on("wait") if op.invoked_ns <= (reset.returned_ns or 0)]
                if len([op for op in come if op not in begun]) + len(there) < barrier.parties:
                    yield reset, seen, there
                break


def _still_counted(barrier: Barrier, reset: Operation, waits: list[Operation]) -> Operation | None:
    """Return an n_waiting after *reset* that counts more than can have come since."""
    for seen in barrier.on(".n_waiting"):
        if not seen.ok or not reset.precedes(seen):
            continue
        since = [
            op for op in barrier.on("wait") if op not in waits and op.invoked_ns <= (seen.returned_ns or 0)
        ]
        since = [op for op in since if op.returned_ns is None or op.returned_ns >= seen.invoked_ns]
        if type(seen.result) is int and seen.result > len(since):
            return seen
    return None


def _untold(teller: Teller, barrier: Barrier, told: tuple[Operation, ...], how: str, kind: str) -> Violation:
    return Violation(
        kind=kind,
        summary=f"{barrier.name} was reset while {told[0].result} waited, and {how}.",
        story=" ".join(f"{teller.tell(op)}." for op in told),
        witness=shown(told),
    )


def works_again(history: History) -> Finding:
    """Check that a barrier that was reset while nobody used it is whole, and can be passed.

    Judges each wait that ended, at a barrier that a reset surely had made whole, before anything else can
    have broken it again: it must not raise; `broken` is judged with the attributes.  Sound: of 490 illegal
    random histories of resets that leave it broken, all checkers of barriers together missed 5.
    """
    judged = 0
    violations = []
    teller = Teller(history)
    for barrier in barriers(history):
        for cluster in barrier.clusters:
            reset = cluster.reset
            if not cluster.clean or reset is None or barrier.action == "fail":
                continue
            ended = [op for op in cluster.waits if not op.open]
            judged += len(ended)
            first_ns = min(map(barrier.deadline_ns, cluster.waits))
            for op in ended:
                if op.ok or (op.returned_ns or 0) >= first_ns:
                    continue
                violations.append(
                    Violation(
                        kind="broken-after-reset",
                        summary=f"{barrier.name} was reset, and then {op.actor}'s wait raised "
                        f"{op.result['type']}.",
                        story=f"{teller.tell(reset)}, when nobody waited. {teller.tell(op)}. Nothing can "
                        "have broken "
                        "the barrier in between.",
                        witness=(reset, op),
                    )
                )
    return Finding(judged=judged, violations=tuple(violations))
