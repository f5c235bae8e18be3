"""The search for an order of calls, against all orders."""

import itertools
import random
import tracemalloc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from mpconform.linear.columns import OPEN
from mpconform.linear.frontier import Frontier
from mpconform.linear.search import Answer, Calls, in_parts, search
from mpconform.linear.spending import Budget


@dataclass(frozen=True)
class Call:
    """A call from *invoked* to *returned*, None if that never was."""

    invoked_ns: int
    returned_ns: int | None
    what: tuple[str, int]


def of(calls: list[Call]) -> Calls:
    """The calls as the search wants them."""
    return Calls(
        np.array([call.invoked_ns for call in calls], dtype=np.int64),
        np.array([OPEN if call.returned_ns is None else call.returned_ns for call in calls], dtype=np.int64),
        calls,
    )


def order(calls: list[Call], initial: int, *, budget: int) -> Answer:
    return search(of(calls), initial, register, budget=Budget(steps=budget))


def register(state: int, call: Call) -> int | None:
    """A register: ("write", n) and ("read", n); the answer of a read that never returned is not known."""
    method, number = call.what
    if method == "write":
        return number
    return state if call.returned_ns is None or number == state else None


def by_force(calls: list[Call], initial: int) -> bool:
    """Whether some order of some of the calls, all that returned among them, is right."""
    open_ones = [call for call in calls if call.returned_ns is None]
    returned = [call for call in calls if call.returned_ns is not None]
    for count in range(len(open_ones) + 1):
        for some in itertools.combinations(open_ones, count):
            for sequence in itertools.permutations([*returned, *some]):
                if in_time(sequence) and is_right(sequence, initial):
                    return True
    return False


def in_time(sequence: tuple[Call, ...]) -> bool:
    return all(
        later.returned_ns is None or later.returned_ns >= earlier.invoked_ns
        for earlier, later in itertools.combinations(sequence, 2)
    )


def is_right(sequence: tuple[Call, ...], state: int) -> bool:
    for call in sequence:
        after = register(state, call)
        if after is None:
            return False
        state = after
    return True


def some_calls(dice: random.Random) -> list[Call]:
    """A few calls of three processes, with times that often touch, and some that never return."""
    calls = []
    for _ in range(3):
        now = dice.randrange(3)
        for _ in range(dice.randrange(3)):
            end = now + dice.randrange(1, 4)
            what = (dice.choice(("write", "read")), dice.randrange(3))
            if dice.random() < 0.15:
                calls.append(Call(now, None, what))
                break
            calls.append(Call(now, end, what))
            now = end + dice.randrange(1, 3)
    return calls


def test_the_search_agrees_with_all_orders() -> None:
    """On small random histories of a register."""
    dice = random.Random(7)
    found = {True: 0, False: 0}
    for _ in range(3000):
        calls = some_calls(dice)
        answer = order(calls, 0, budget=10_000)

        assert answer.exists is by_force(calls, 0), calls
        found[bool(answer.exists)] += 1
    assert min(found.values()) > 500


@pytest.mark.parametrize(("read_at", "exists"), [((2, 3), False), ((1, 3), True)], ids=["after", "touching"])
def test_touching_intervals_order_nothing(read_at: tuple[int, int], *, exists: bool) -> None:
    """A read that begins when the write returns may miss it; one that begins later may not."""
    calls = [Call(0, 1, ("write", 5)), Call(*read_at, ("read", 0))]

    assert order(calls, 0, budget=100).exists is exists


def test_a_call_that_never_returned_may_take_effect_late_or_never() -> None:
    """A later read may see it, or not; and not see it again."""
    write = Call(0, None, ("write", 5))
    seen, missed, unseen = Call(3, 4, ("read", 5)), Call(1, 2, ("read", 0)), Call(5, 6, ("read", 0))

    assert order([write, missed, seen], 0, budget=100).exists
    assert order([write, missed, unseen], 0, budget=100).exists
    assert order([write, seen, unseen], 0, budget=100).exists is False


def test_what_cannot_come_next_is_shown() -> None:
    """With the calls that could."""
    first, second, wrong = Call(0, 1, ("write", 1)), Call(2, 3, ("read", 1)), Call(4, 5, ("read", 2))

    answer = order([wrong, second, first], 0, budget=100)

    assert answer.stuck == 0
    assert sorted(answer.before) == [1, 2]


def test_out_of_budget_is_no_answer() -> None:
    """Neither yes nor no."""
    calls = [Call(0, 100, ("write", n)) for n in range(12)] + [Call(101, 102, ("read", 99))]

    answer = order(calls, 0, budget=50)

    assert (answer.exists, answer.steps, answer.spent) == (None, 100, "steps")
    assert answer.configurations > 10


def test_the_search_is_linear_without_overlap() -> None:
    """A long history of one process asks the model once for each call."""
    calls = [Call(2 * n, 2 * n + 1, ("write", n)) for n in range(20_000)]

    answer = order(calls, 0, budget=30_000)

    assert (answer.exists, answer.steps) == (True, 20_000)


def test_many_that_crashed_cost_nothing_if_nobody_needs_them() -> None:
    """Writes that never returned stay out of the order, and of the window of those that overlap."""
    crashed = [Call(n, None, ("write", 100 + n)) for n in range(60)]
    calls = [Call(100 + 2 * n, 101 + 2 * n, ("write", n)) for n in range(2_000)]

    answer = order([*crashed, *calls, Call(9_000, 9_001, ("read", 130))], 0, budget=10_000)

    assert answer.exists
    assert answer.steps < 3_000


@pytest.mark.parametrize("large", [1, 2_000], ids=["many small states", "few large ones"])
def test_the_budget_of_bytes_is_kept(large: int) -> None:
    """However many configurations there are, and however large: unknown, with what it took, and in bounds."""

    def step(state: tuple[int, ...], what: int) -> tuple[int, ...] | None:
        return None if what < 0 else (*state, *[what] * large)

    count = 30
    calls = Calls(
        np.zeros(count + 1, dtype=np.int64), np.full(count + 1, 10, dtype=np.int64), [*range(count), -1]
    )
    budget = Budget(steps=10**9, room=4 << 20)
    tracemalloc.start()
    answer = search(calls, (), step, budget=budget)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (answer.exists, answer.spent) == (None, "bytes")
    assert budget.room < answer.size < 1.5 * budget.room
    assert peak < 1.5 * budget.room


def test_a_part_that_lacks_room_is_not_asked_again() -> None:
    """More steps would not help it."""

    def step(state: tuple[int, ...], what: int) -> tuple[int, ...] | None:
        return None if what < 0 else (*state, *[what] * 1_000)

    hard = Calls(np.zeros(12, dtype=np.int64), np.full(12, 10, dtype=np.int64), [*range(11), -1])

    answer = in_parts([(hard, ())], step, budget=Budget(steps=10**9, room=1 << 20))

    assert (answer.exists, answer.spent, answer.part) == (None, "bytes", 0)


def test_a_frontier_knows_what_an_object_may_be_by_now() -> None:
    """Two writes at once leave two states; what crashed may come later, or never."""

    def step(state: int, what: Any) -> int | None:
        return what[1] if what[0] == "write" else state if what[1] == state else None

    frontier = Frontier([0], step, Budget())
    for name in (1, 2):
        frontier.invoke(name, ("write", name))
    assert frontier.complete(1)
    assert frontier.complete(2)
    assert {state for _, state in frontier.configurations} == {1, 2}

    frontier.invoke("lost", ("write", 3), crashed=True)
    for name, seen in (("a", 2), ("b", 3)):
        frontier.invoke(name, ("read", seen))
        assert frontier.complete(name)
    frontier.invoke("c", ("read", 2))
    assert not frontier.complete("c")
