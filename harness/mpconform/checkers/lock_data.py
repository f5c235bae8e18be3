"""Data under a lock: what is done to it under the lock is as if done alone."""

from mpconform.checkers.lock_book import books
from mpconform.checkers.memory_counters import value_counters
from mpconform.checkers.memory_patterns import torn
from mpconform.checkers.process_output import whole_lines
from mpconform.values import Finding, History

__all__ = ("under_lock", "under_recursive_lock")


def under_lock(history: History) -> Finding:
    """Check that increments, patterns and lines under one Lock are whole, in memory and in a file.

    Judges, if all locks of the history are Locks, counters that are incremented under one, arrays
    that are filled and scanned under one, and lines that are written under one, as the checkers of shared
    memory and of output do.
    """
    return _judge(history, "Lock")


def under_recursive_lock(history: History) -> Finding:
    """Check the same under one RLock."""
    return _judge(history, "RLock")


def _judge(history: History, factory: str) -> Finding:
    every = books(history, "Lock", "RLock", clear=False)
    if not every or any(book.factory != factory for book in every):
        return Finding()
    found = [value_counters(history), torn(history), whole_lines(history)]
    return Finding(
        judged=sum(one.judged for one in found),
        violations=tuple(violation for one in found for violation in one.violations),
    )
