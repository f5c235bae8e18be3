"""Words for stories: operations, values and times as a reader wants to meet them."""

from functools import cached_property

from mpconform import wording
from mpconform.values import History, Json, Operation
from mpconform.wording import counted, often, sized

__all__ = ("Teller", "counted", "duration", "often", "sized", "value")


def duration(nanoseconds: int) -> str:
    """Return a length of time in a unit that suits it: ``"410 ns"``, ``"12.5 µs"``, ``"3.20 s"``."""
    size = abs(nanoseconds)
    if size < 1_000:
        return f"{nanoseconds} ns"
    if size < 1_000_000:
        return f"{nanoseconds / 1e3:.1f} µs"
    if size < 1_000_000_000:
        return f"{nanoseconds / 1e6:.2f} ms"
    return f"{nanoseconds / 1e9:.2f} s"


def value(recorded: Json) -> str:
    """Return a recorded value in words: ``"p0's item 3"``, ``"1024 bytes"``, ``"None"``."""
    if isinstance(recorded, dict):
        if "$item" in recorded:
            return f"{recorded['$item'][0]}'s item {recorded['$item'][1]}"
        if "$digest" in recorded:
            return f"{sized(recorded['$digest'][0])} (crc {recorded['$digest'][1]:08x})"
        if "$bytes" in recorded:
            return sized(recorded["$bytes"][1])
        if "$object" in recorded:
            return str(recorded["$object"])
        if "mro" in recorded:
            return f"{recorded['type']}({', '.join(value(a) for a in recorded['args'])})"
    return wording.argument(recorded)


class Teller:
    """Tells operations of one history, with times counted from its first stamp."""

    def __init__(self, history: History) -> None:
        """Count from the first operation of *history*."""
        self._history = history

    @cached_property
    def _origin_ns(self) -> int:
        return min((op.invoked_ns for op in self._history.operations), default=0)

    def at(self, stamp_ns: int | None) -> str:
        """Return an instant: ``"1.20 ms"`` after the beginning; ``"never"`` for None."""
        return "never" if stamp_ns is None else duration(stamp_ns - self._origin_ns)

    def call(self, op: Operation) -> str:
        """Return an operation as a call: ``"c0's q.get(timeout=0.05)"``."""
        words = [value(a) for a in op.arguments]
        words += [f"{key}={value(v)}" for key, v in op.keywords.items()]
        if op.timeout_s is not None:
            words.append(f"timeout={op.timeout_s:g}")
        if op.step == -1 and op.target:
            return f"{op.actor}'s {op.target} = {wording.phrase('@', op.method, words)}"
        if op.target:
            return f"{op.actor}'s {wording.phrase(op.target, op.method, words)}"
        if op.method == "program":
            told = wording.call("", op.method, op.arguments)
            return f"{op.actor}'s {told.replace('run the', 'run of the', 1)}"
        return f"{op.actor}'s {op.method}({', '.join(words)})"

    def outcome(self, op: Operation) -> str:
        """Return how an operation ended: ``"returned None at 2.0 µs"``."""
        if op.open:
            return "never returned"
        verb = "raised" if op.outcome == "raised" else "returned"
        return f"{verb} {value(op.result)} at {self.at(op.returned_ns)}"

    def tell(self, op: Operation) -> str:
        """Return call and outcome, with both instants."""
        return f"{self.call(op)}, begun at {self.at(op.invoked_ns)}, {self.outcome(op)}"
