"""What the death of a process does to locks: to those that it did not use, nothing."""

from mpconform.checkers.lock_book import GIVING, LOCKS, SEMAPHORES, TAKING, Book, actors_of, books, died
from mpconform.checkers.queue_proof import blocked
from mpconform.checkers.surprises import Surprises
from mpconform.checkers.telling import Teller
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("others_survive",)


def others_survive(history: History) -> Finding:
    """Check that a process which dies while it holds a lock leaves the locks usable that it did not use.

    Judges the calls that others invoked, after the last sign of life of the dead process, on locks and
    semaphores that it never used: none of them may block for ever, nor may one that was under way then.
    Notes what became of the lock that the dead process held: as a rule, it stays held.  Sound.
    """
    teller = Teller(history)
    judged = 0
    violations: list[Violation] = []
    surprises = Surprises(history)
    every = books(history, *LOCKS, *SEMAPHORES, clear=False)
    for actor in history.scenario.actor_names:
        held = [book for book in every if _held(book, actor)] if died(history, actor) else []
        if not held:
            continue
        last = history.by(actor)[-1]
        for book in every:
            every_call = (*(call.op for call in book.calls), *book.releases)
            others = [op for op in every_call if op.actor != actor]
            calls = [op for op in others if op.invoked_ns > last.invoked_ns]
            if book in held:
                for op in (one for one in calls if one.method in TAKING):
                    surprises.took(f"{book.factory} of a dead process: {_outcome(op)}", op)
            if actor in set(actors_of(book)):
                continue
            stuck = next((op for op in others if _is_stuck(history, book, op)), None)
            judged += sum(not op.open for op in calls) + (stuck is not None)
            if stuck is not None:
                violations.append(
                    Violation(
                        kind="other-lock-blocked",
                        summary=f"After {actor}, which never used {book.name}, had died with another lock, "
                        f"{teller.call(stuck)} blocked for ever.",
                        story=f"{teller.tell(last)}; that was the last of {actor}. {teller.tell(stuck)}.",
                        witness=(last, stuck),
                    )
                )
    return surprises.finding(judged, violations)


def _held(book: Book, actor: str) -> bool:
    """Whether *actor* took it more often than it gave it back, or was at that when it ended."""
    taken = sum(c.op.actor == actor and (c.taken or c.op.open) for c in book.calls)
    return taken > sum(op.actor == actor and op.ok for op in book.releases)


def _is_stuck(history: History, book: Book, op: Operation) -> bool:
    """Whether a live process is for ever in *op*, which has nothing to wait for: a release never has."""
    if not blocked(history, op):
        return False
    # Who lives and waits as well, has not got it; another dead one may have.
    dead = sum(call.op.open and not blocked(history, call.op) for call in book.calls)
    taken = sum(call.taken for call in book.calls) + sum(use.open for use in book.uses)
    left = book.first + sum(one.ok for one in book.releases) - taken - dead
    return op.method in GIVING or left > 0


def _outcome(op: Operation) -> str:
    if op.open:
        return "blocked"
    if op.outcome == "raised":
        return f"raised {op.result['type']}"
    return "stayed held" if op.result is False else "was free"
