"""The search for an order of calls, against all orders."""

import itertools
import random
from collections.abc import Iterator

import pytest

from mpconform.checkers.linearizable import Answer, Call, order


def register(state: int, call: Call) -> Iterator[int]:
    """A register: ("write", n) and ("read", n); the answer of a read that never returned is not known."""
    method, number = call.what
    if method == "write":
        yield number
    elif call.returned_ns is None or number == state:
        yield state


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
        after = list(register(state, call))
        if not after:
            return False
        (state,) = after
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
        answer = order(calls, 0, register, budget=10_000)

        assert answer.exists is by_force(calls, 0), calls
        found[bool(answer.exists)] += 1
    assert min(found.values()) > 500


@pytest.mark.parametrize(("read_at", "exists"), [((2, 3), False), ((1, 3), True)], ids=["after", "touching"])
def test_touching_intervals_order_nothing(read_at: tuple[int, int], *, exists: bool) -> None:
    """A read that begins when the write returns may miss it; one that begins later may not."""
    calls = [Call(0, 1, ("write", 5)), Call(*read_at, ("read", 0))]

    assert order(calls, 0, register, budget=100).exists is exists


def test_a_call_that_never_returned_may_take_effect_late_or_never() -> None:
    """A later read may see it, or not; and not see it again."""
    write = Call(0, None, ("write", 5))
    seen, missed, unseen = Call(3, 4, ("read", 5)), Call(1, 2, ("read", 0)), Call(5, 6, ("read", 0))

    assert order([write, missed, seen], 0, register, budget=100).exists
    assert order([write, missed, unseen], 0, register, budget=100).exists
    assert order([write, seen, unseen], 0, register, budget=100).exists is False


def test_what_cannot_come_next_is_shown() -> None:
    """With the calls that could."""
    first, second, wrong = Call(0, 1, ("write", 1)), Call(2, 3, ("read", 1)), Call(4, 5, ("read", 2))

    answer = order([wrong, second, first], 0, register, budget=100)

    assert answer.stuck is wrong
    assert answer.before == (first, second)


def test_out_of_budget_is_no_answer() -> None:
    """Neither yes nor no."""
    calls = [Call(0, 100, ("write", n)) for n in range(12)] + [Call(101, 102, ("read", 99))]

    assert order(calls, 0, register, budget=50) == Answer(exists=None, steps=50)


def test_the_search_is_linear_without_overlap() -> None:
    """A long history of one process asks the model once for each call."""
    calls = [Call(2 * n, 2 * n + 1, ("write", n)) for n in range(20_000)]

    answer = order(calls, 0, register, budget=30_000)

    assert answer == Answer(exists=True, steps=20_000)
