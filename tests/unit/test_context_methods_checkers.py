"""The model of start methods: every answer of a program follows from those before, or is shown."""

# ruff: noqa: FBT003  # calls stand here as programs tell them

from collections.abc import Callable

import pytest

from mpconform.checkers import context_methods
from mpconform.values import Finding, History, Json, Outcome
from program_tape import line, ran, told

Checker = Callable[[History], Finding]

_LISTED = line("methods", got=["fork", "spawn", "forkserver"])


def gave(got: Json, *call: Json) -> str:
    return line("step", call=list(call), got=got)


def failed(error: str, *call: Json) -> str:
    return line("step", call=list(call), raised=[error, "Exception"], text="")


def steps(*lines: str) -> History:
    return ran(told(_LISTED, *lines))


SET = gave(None, "set", "spawn", False)
AGAIN = failed("RuntimeError", "set", "fork", False)

#: A checker, what a right program goes through, and how a wrong one ends instead.
CASES: list[tuple[Checker, list[str], str]] = [
    (context_methods.without_fixing, [gave(None, "none")], gave("fork", "none")),
    (context_methods.without_fixing, [gave(None, "none"), gave(None, "none")], gave("fork", "none")),
    (context_methods.asked, [gave("fork", "get")], gave(None, "get")),
    (context_methods.asked, [gave("fork", "get"), gave("fork", "none")], gave(None, "none")),
    (context_methods.asked, [gave("fork", "context")], gave("spawn", "context")),
    (context_methods.set_twice, [SET], failed("ValueError", "set", "spawn", False)),
    (context_methods.set_twice, [SET, gave("spawn", "none")], gave(None, "none")),
    (context_methods.set_twice, [SET, AGAIN], gave(None, "set", "fork", False)),
    (context_methods.set_twice, [SET, AGAIN, gave("spawn", "get")], gave("fork", "get")),
    (
        context_methods.set_twice,
        [SET, gave("spawn", "none"), AGAIN],
        failed("ValueError", "set", "fork", False),
    ),
    (context_methods.set_twice, [gave(None, "set", None, False), gave("fork", "none")], gave(None, "none")),
    (
        context_methods.forced,
        [SET, gave(None, "set", "fork", True), gave("fork", "get")],
        gave("spawn", "get"),
    ),
    (
        context_methods.forced,
        [SET, gave(None, "set", "fork", True)],
        failed("RuntimeError", "set", "fork", True),
    ),
    (context_methods.unset, [SET, gave(None, "set", None, True), gave(None, "none")], gave("spawn", "none")),
    (context_methods.fixed_by_use, [gave(None, "use"), gave("fork", "none")], gave(None, "none")),
    (context_methods.fixed_by_use, [gave(None, "use"), AGAIN], gave(None, "set", "fork", False)),
    (context_methods.fixed_by_use, [gave(10, "start"), gave("fork", "get")], gave("spawn", "get")),
    (context_methods.unknown, [failed("ValueError", "set", "x", False)], gave(None, "set", "x", False)),
    (
        context_methods.unknown,
        [failed("ValueError", "set", "x", False)],
        failed("RuntimeError", "set", "x", False),
    ),
    (
        context_methods.unknown,
        [SET, failed("RuntimeError", "set", "x", False)],
        gave(None, "set", "x", False),
    ),
    (
        context_methods.unknown,
        [SET, failed("ValueError", "set", "x", True)],
        failed("RuntimeError", "set", "x", True),
    ),
    (context_methods.applied, [gave(10, "start")], gave(11, "start")),
    (context_methods.applied, [SET, gave(11, "start")], gave(10, "start")),
    (context_methods.applied, [SET, gave(11, "start")], failed("OSError", "start")),
]


@pytest.mark.parametrize(("checker", "right", "wrong"), CASES)
def test_the_method_in_force_follows_from_what_was_done(
    checker: Checker, right: list[str], wrong: str
) -> None:
    """What does not follow is shown, by the requirement that the latest change is judged by."""
    finding = checker(steps(*right[:-1], wrong))

    assert checker(steps(*right)).outcome is Outcome.PASS
    assert finding.outcome is Outcome.FAIL
    assert finding.violations[0].observed[-1] == wrong


def test_to_look_and_then_be_refused_is_the_fault_of_the_look() -> None:
    """A method that cannot be set right after get_start_method(allow_none=True), was put in force by it."""
    seen = steps(gave(None, "none"), failed("RuntimeError", "set", "spawn", False))

    assert context_methods.without_fixing(seen).outcome is Outcome.FAIL
    assert context_methods.set_twice(seen).outcome is Outcome.UNKNOWN


def test_after_something_wrong_nothing_is_concluded() -> None:
    """What is in force then, nobody knows."""
    seen = steps(SET, gave("fork", "get"), gave("nothing", "get"), gave(99, "start"))

    assert context_methods.set_twice(seen).judged == 2
    assert context_methods.asked(seen).judged == 0
    assert context_methods.applied(seen).judged == 0


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (["fork", "spawn"], Outcome.PASS),
        (["spawn", "fork", "thread"], Outcome.PASS),
        (["fork", "spawn", "fork"], Outcome.FAIL),
        (["fork"], Outcome.FAIL),
        (None, Outcome.FAIL),
    ],
)
def test_each_method_is_listed_once(found: Json, outcome: Outcome) -> None:
    """Fork and spawn are among them."""
    assert context_methods.listed(ran(told(line("methods", got=found)))).outcome is outcome


def test_the_first_is_the_default() -> None:
    """It is fork; programs of which the list was not asked say nothing."""
    assert context_methods.default_is_fork(steps()).outcome is Outcome.PASS
    assert (
        context_methods.default_is_fork(ran(told(line("methods", got=["spawn", "fork"])))).outcome
        is Outcome.FAIL
    )
    assert context_methods.default_is_fork(ran(told(gave("fork", "get")))).outcome is Outcome.UNKNOWN
    assert context_methods.asked(ran(told(gave("x", "get")))).outcome is Outcome.UNKNOWN
