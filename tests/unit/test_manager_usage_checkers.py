"""The checkers of managers in programs: what right and wrong programs tell; and the programs themselves."""

import ast
from collections.abc import Callable

import pytest
from hypothesis import find

from mpconform.checkers import manager_usage
from mpconform.values import Finding, History, Json, Outcome
from mpconform_conformance.prune import cuts
from mpconform_scenarios.manager import FAMILY
from program_tape import line, ran, told

Checker = Callable[[History], Finding]

_ENDED = ["ProcessError", "Exception"]
_BROKEN = ["BrokenBarrierError"]

#: A checker, the question, what right programs tell, and what wrong ones do.
CASES = [
    (
        manager_usage.once,
        "states",
        [[["TypeError"], *[_ENDED] * 5]],
        [[["TypeError"], None, *[_ENDED] * 4], []],
    ),
    (manager_usage.once, "states", [[["TypeError"], *[_ENDED] * 5]], [[None, *[_ENDED] * 5]]),
    (
        manager_usage.in_place,
        "in place",
        [[True, [2, 3, 2, 3], [2, 3, 2, 3]]],
        [[False, [2], [2, 3, 2, 3]], [True, [2, 3], [2, 3]]],
    ),
    (manager_usage.entering, "entered", [[False, True]], [[True, True], [False, False]]),
    (
        manager_usage.waiting,
        "waited for",
        [[2, 0, True, True]],
        [[True, 0, True, True], [2, False, False, True]],
    ),
    (
        manager_usage.breaking,
        "broken",
        [
            [_BROKEN, True, False, True, None],
            [_BROKEN, True, False, None, True],
        ],
        [
            [None, True, False, True, None],
            [_BROKEN, False, False, True, None],
            [_BROKEN, True, True, True, None],
            [_BROKEN, True, False, True, _BROKEN],
        ],
    ),
    (
        manager_usage.barrier_timeouts,
        "waited alone",
        [[_BROKEN, True]],
        [[None, True], [_BROKEN, False], [["RemoteError"], True], []],
    ),
    (
        manager_usage.namespaces,
        "namespace",
        [["Namespace(x=2, y='hello')", False, "hello"]],
        [["Namespace(x=2, y='hello', _z=1)", False, "hello"], ["Namespace(x=2, y='hello')", True, "hello"]],
    ),
    (
        manager_usage.values,
        "value shown",
        [["Value('i', 2)", "[2]", "{'a': 2}"]],
        [["<ValueProxy>", "[2]", "{'a': 2}"]],
    ),
    (manager_usage.serving, "served", [[[2, 2], 0]], [[[2, 2], "interrupted"], [[2], 0], [0]]),
    (manager_usage.pools, "pooled", [[[2, 2], [2], True]], [[[2, 2], [2], False], [[2], [2], True]]),
]


@pytest.mark.parametrize(("checker", "question", "right", "wrong"), CASES)
def test_right_programs_pass_and_wrong_ones_are_proven(
    checker: Checker, question: str, right: list[object], wrong: list[object]
) -> None:
    """What was not asked says nothing; what raises is wrong too."""
    for answer in right:
        finding = checker(ran(told(line(question, wanted=2, got=answer))))
        assert (finding.judged, finding.violations) == (1, ())
    raised = line(question, wanted=2, raised=["KeyError"])
    for answer in [line(question, wanted=2, got=one) for one in wrong] + [raised]:
        finding = checker(ran(told(answer)))
        assert (finding.judged, len(finding.violations)) == (1, 1)
    assert not checker(ran(told(line("else", got=1)))).judged


def test_the_programs_stand_for_themselves() -> None:
    """The smallest is a file; any question alone is a program too."""
    theme = next(theme for theme in FAMILY.themes if theme.name == "usage")
    smallest = find(theme.scenarios(), lambda _: True)

    for scenario in (smallest, *cuts(smallest)):
        for step in scenario.actors["main"].steps:
            program = step.arguments[0]
            assert (scenario.family, program["run"]) == ("manager", "file")
            text = program["source"] + "".join(f"    {one}\n" for one in program["questions"])
            ast.parse(text.replace("$MODULE", "multiprocessing"), feature_version=(3, 9))
            assert all(question.startswith("ask(") for question in program["questions"])


@pytest.mark.parametrize(
    ("kind", "answer", "due"),
    [
        ("Lock", [False, True, False, True, True, False, True], Outcome.PASS),
        ("Lock", [False, True, False, True, False, False, True], Outcome.FAIL),
        ("Lock", [False, True, False, True, True, True, True], Outcome.FAIL),
        ("Lock", [True, True, True, True], Outcome.FAIL),
        ("Lock", [False, True, False, True], Outcome.FAIL),
        ("RLock", [False, True, False, True], Outcome.PASS),
        ("RLock", [True, True, False, True], Outcome.FAIL),
        ("RLock", None, Outcome.FAIL),
    ],
)
def test_a_lock_that_a_condition_is_given_is_its_lock(kind: str, answer: Json, due: Outcome) -> None:
    """Of an RLock no wait is asked for."""
    assert manager_usage.condition_locks(ran(told(line("lock of", kind=kind, got=answer)))).outcome is due
