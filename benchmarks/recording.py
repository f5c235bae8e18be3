"""What it costs to record one operation: ``python benchmarks/recording.py``.

Prints, for results of each kind, the nanoseconds that ``invoked()`` and ``returned()`` take, and
how that compares with a bare call of a function that does nothing.  The best of many rounds.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))

from _mpconform_agent import tape
from _mpconform_agent.coding import record
from _mpconform_agent.scope import Context, Scope

CALLS = 20_000
ROUNDS = 25


def bare(_log: tape.Tape, _scope: Scope) -> None:
    """Call a function that does nothing."""
    for _ in range(CALLS):
        nothing(3)


def nothing(_step: int) -> None:
    """Do nothing, as an operation would."""


def plain(kind: int, a: int, b: int) -> Callable[[tape.Tape, Scope], None]:
    """Record a result that is already packed."""

    def work(log: tape.Tape, _scope: Scope) -> None:
        invoked, returned = log.invoked, log.returned
        for _ in range(CALLS):
            returned(invoked(3), kind, 0, a, b)

    return work


def clock(_log: tape.Tape, _scope: Scope) -> None:
    """Take two stamps."""
    for _ in range(CALLS):
        time.monotonic_ns()
        time.monotonic_ns()


def coded(result: object) -> Callable[[tape.Tape, Scope], None]:
    """Record a result as an actor does: it is looked at, and packed if it can be."""

    def work(log: tape.Tape, scope: Scope) -> None:
        for _ in range(CALLS):
            record(log, log.invoked(3), result, scope)

    return work


def best(work: Callable[[tape.Tape, Scope], None], path: str) -> float:
    """Return the nanoseconds of one operation in the best round."""
    context = Context(str(Path(path).parent), 1, ["main", "p0"], "u", ("", ""))
    scope = Scope(context, "main", {})
    found = []
    for serial in range(1, ROUNDS + 1):
        log = tape.Tape(path, serial)
        began = time.perf_counter_ns()
        work(log, scope)
        found.append((time.perf_counter_ns() - began) / CALLS)
    return min(found[1:])  # The first round makes the file grow.


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "tape-0")
        Path(path).write_bytes(bytes(1 << 16))
        unit = best(bare, path)
        print(f"{'a bare call':32}{unit:8.0f} ns")
        for title, work in {
            "clock, twice": clock,
            "invoked, returned: None": plain(tape.NONE, 0, 0),
            "invoked, returned: an item": plain(tape.ITEM, 1 << 32 | 7, 5),
            "as an actor does: None": coded(None),
            "as an actor does: an int": coded(12345),
            "as an actor does: an item": coded(("p0", 3, b"")),
            "as an actor does: 100 bytes": coded(("p0", 3, bytes(100))),
            "as an actor does: a list": coded([1, 2, 3]),
        }.items():
            took = best(work, path)
            print(f"{title:32}{took:8.0f} ns{took / unit:8.1f} x")


if __name__ == "__main__":
    main()
