"""Just-in-time linearisation (Lowe): all that an object may be by now, and nothing of the past."""

from collections.abc import Iterable
from typing import Any

from mpconform.linear.spending import CONFIGURATION, Budget, Step

__all__ = ("Frontier",)


class Frontier:
    """The configurations at one instant: which of the calls under way have taken effect, and the state.

    Calls are told of as they are invoked and completed, in the order of time; at one instant invocations come
    first.  A call is put into the order only when one returns that may need it.  A call that is never
    completed may take effect at any time, or never.
    """

    def __init__(self, states: Iterable[Any], step: Step, budget: Budget) -> None:
        """Begin in any one of *states*; *budget* is for all returns together."""
        self._step, self._budget = step, budget
        self._slots: dict[Any, int] = {}
        self._free: list[int] = []
        self._what: dict[int, Any] = {}
        self._crashed = 0
        #: For each configuration, a mask of the slots whose call has taken effect, and the state.
        self.configurations: set[tuple[int, Any]] = {(0, state) for state in states}
        self.steps = 0
        #: The most configurations that were kept at once, about how many bytes they took, and what ran out.
        self.most, self.size, self.spent = len(self.configurations), 0, ""

    @property
    def pending(self) -> int:
        """How many calls are under way."""
        return len(self._slots)

    def invoke(self, name: Any, what: Any, *, crashed: bool = False) -> None:
        """Begin the call *name*, which does *what*; if it *crashed*, it will never be completed."""
        slot = self._free.pop() if self._free else len(self._slots)
        self._slots[name] = slot
        self._what[slot] = what
        self._crashed |= crashed << slot

    def complete(self, name: Any) -> bool:
        """End the call *name*; return False if it cannot have been answered so, or the budget is spent."""
        slot = self._slots[name]
        bit = 1 << slot
        stay = {(came ^ bit, state) for came, state in self.configurations if came & bit}
        lacking = [one for one in self.configurations if not one[0] & bit]
        if lacking and not self._extend(lacking, bit, stay):
            return False
        self.configurations = stay
        del self._slots[name], self._what[slot]
        self._free.append(slot)
        return bool(stay)

    def _extend(self, stack: list[tuple[int, Any]], bit: int, stay: set[tuple[int, Any]]) -> bool:
        """Add to *stay* what those of *stack* become when the call of *bit* comes, after any others."""
        step, size, room = self._step, self._budget.size, self._budget.room
        held = sum(size(state) + CONFIGURATION for _, state in self.configurations)
        pending = [(1 << slot, what) for slot, what in self._what.items()]
        looked = set(stack)
        while stack:
            came, state = stack.pop()
            for other, what in pending:
                if came & other:
                    continue
                if self.steps >= self._budget.steps or held > room:
                    self.spent = "bytes" if held > room else "steps"
                    self._note(len(looked) + len(stay), held)
                    return False
                self.steps += 1
                after = step(state, what)
                # What crashed and changes nothing, is not needed.
                if after is None or (self._crashed & other and after == state):
                    continue
                if other == bit:
                    if (came, after) not in stay:
                        stay.add((came, after))
                        held += size(after) + CONFIGURATION
                elif (came | other, after) not in looked:
                    looked.add((came | other, after))
                    stack.append((came | other, after))
                    held += size(after) + CONFIGURATION
        self._note(len(looked) + len(stay), held)
        return True

    def _note(self, kept: int, held: int) -> None:
        self.most, self.size = max(self.most, kept), max(self.size, held)
