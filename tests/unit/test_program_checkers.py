"""The checkers of what programs tell of pools, queues, memory and managers: right and wrong answers."""

from collections.abc import Callable
from typing import Any

import pytest

from mpconform.checkers import (
    condition_programs,
    lock_programs,
    manager_sharing,
    memory_programs,
    pipe_programs,
    pool_programs,
    process_programs,
    program_ends,
    proxy_references,
    queue_programs,
)
from mpconform.values import Finding, History, Outcome
from program_tape import line, ran, told
from tape import history, op

Checker = Callable[[History], Finding]

WHOLE = [True, [2, "words"], [2, "words", "later"]]
ERROR = [True, [2, "iterable"]]
LATE = ["TimeoutError", "ProcessError", "Exception", "BaseException", "object"]
ENCODING = ["MaybeEncodingError", "Exception", "BaseException", "object"]
ASSERTION = ["AssertionError", "Exception", "BaseException", "object"]
VALUE = ["ValueError", "Exception", "BaseException", "object"]
NONE = ["returned", "None"]

#: A checker, a question, what is told about it besides, a right answer, and wrong ones.
CASES: list[tuple[Checker, str, dict[str, Any], Any, list[Any]]] = [
    (
        pool_programs.exceptions_whole,
        "raised",
        {"code": 2},
        [WHOLE] * 7,
        [
            [WHOLE] * 6,
            [*[WHOLE] * 6, [True, [2, "words"], [2, "words"]]],
            [*[WHOLE] * 6, [False, *WHOLE[1:]]],
            [*[WHOLE] * 6, ["returned", "None"]],
        ],
    ),
    (
        pool_programs.exceptions_returned,
        "returned",
        {"code": 2},
        [[["returned", True]] * 8, [True] * 3, [True], 0],
        [
            [[["raised", True], *[["returned", True]] * 7], [True] * 3, [True], 0],
            [[*[["returned", True]] * 7, ["returned", False]], [True] * 3, [True], 0],
            [[["returned", True]] * 7, [True] * 3, [True], 0],
            [[["returned", True]] * 8, [True, False, True], [True], 0],
            [[["returned", True]] * 8, [True] * 3, [False], 0],
            [[["returned", True]] * 8, [True] * 3, [], 1],
        ],
    ),
    (
        pool_programs.threads,
        "submitted",
        {"threads": 2, "each": 3},
        [[], [], True],
        [[[4], [], True], [[], [1, 2], True], [[], [], False]],
    ),
    (
        pool_programs.threads,
        "waited",
        {"threads": 2, "each": 3},
        [6, []],
        [[6, [1]], [5, []], None],
    ),
    (
        pool_programs.threads,
        "chained",
        {"chain": 3, "failing": False},
        [0, 1, 4],
        [[0, 1], [0, 4, 1], [0, "ValueError('Pool not running')"]],
    ),
    (
        pool_programs.threads,
        "chained",
        {"chain": 2, "failing": True},
        [[0], [1]],
        [[0, 1], [[0]], [[0], [1], [2]]],
    ),
    (
        proxy_references.kept,
        "left",
        {"number": 7, "inherited": True},
        [[[7, 1], {"n": 7, "k": 1}, 1, 1, [1, True]], [[7, 1, 2], {"n": 7, "k": 2}, 2, 2, [2, True]]],
        [
            ["RemoteError('no such object')"] * 2,
            [[[7, 1], {"n": 7, "k": 1}, 1, 1, [1, True]], [[7, 2], {"n": 7, "k": 2}, 2, 2, [2, True]]],
        ],
    ),
    (
        pool_programs.causes,
        "cause",
        {},
        [[True, True], [True, True]],
        [[[True, True], [True, False]], [[False, False], [True, True]]],
    ),
    (
        pool_programs.unpicklable,
        "unpicklable",
        {"n": 2},
        [4, ENCODING, 9, 9],
        [[4, ["returned", "None"], 9, 9], [4, LATE, 9, 9], [5, ENCODING, 9, 9], [4, ENCODING, 9, None], None],
    ),
    (
        pool_programs.unpicklable,
        "unpicklable",
        {"n": 2},
        [4, ["returned", "<function returns_lambda.<locals>.<lambda> at 0x1>"], 9, 9],
        [[4, ["returned", "4"], 9, 9]],
    ),
    (
        pool_programs.load_errors,
        "load",
        {"n": 3},
        [9, ["TypeError", "Exception", "BaseException", "object"], True],
        [[9, LATE, False], [9, ["returned", "None"], True], [8, VALUE, True]],
    ),
    (
        pool_programs.iterables,
        "iterable",
        {"n": 2},
        [[ERROR, ERROR], [0, 1, ["raised", *ERROR]], [0, 1, ["raised", *ERROR]], 4],
        [
            [[ERROR, ["returned", "[0, 1]"]], [0, 1, ["raised", *ERROR]], [0, 1, ["raised", *ERROR]], 4],
            [[ERROR, ERROR], [0, 1], [0, 1, ["raised", *ERROR]], 4],
            [[ERROR, ERROR], [["raised", *ERROR], 0, 1], [0, 1, ["raised", *ERROR]], 4],
            [[ERROR, ERROR], [0, 1, ["raised", *ERROR]], [0, ["raised", *ERROR]], 4],
        ],
    ),
    (
        pool_programs.lazy,
        "lazy",
        {},
        [4, 9, [True], 3],
        [[4, 9, [False], 40], [4, 9, [], 3], [9, 4, [True], 3]],
    ),
    (
        pool_programs.nested,
        "nested",
        {"n": 2},
        [True, ASSERTION, 4],
        [[True, ["made", 4], 4], [False, ASSERTION, 4], [True, VALUE, 4], [True, ASSERTION, 5]],
    ),
    (
        pool_programs.context_keyword,
        "context",
        {},
        {"fork": [True, 1], "spawn": [True, 0], "forkserver": [False, 0]},
        [{"fork": [True, 1], "spawn": [True, 1]}, {"forkserver": [True, 0]}, {"fork": [False, 1]}, {}],
    ),
    (pool_programs.default_size, "size", {}, [2, 2], [[2, 3], [2, 1]]),
    (
        pool_programs.collected,
        "dropped",
        {},
        ["DeprecationWarning", "ResourceWarning"],
        [[], ["UserWarning"]],
    ),
    (
        pool_programs.pickled,
        "pickled",
        {},
        ["NotImplementedError", "RuntimeError", "Exception", "BaseException", "object"],
        [["returned", "b''"], VALUE],
    ),
    (
        pool_programs.result_class,
        "class",
        {"n": 2},
        [[True, 4], [True, [4]], [True, [4]]],
        [[[True, 4], [False, [4]], [True, [4]]], [[True, 4], [True, [4]], [True, [5]]]],
    ),
    (
        queue_programs.unpicklable,
        "lost",
        {},
        [[1, 2], None, 3],
        [[[1, "nothing"], None, 3], [[2, 1], None, 3], 7],
    ),
    (
        queue_programs.unpicklable_slot,
        "lost",
        {},
        [[1, 2], None, 3],
        [[[1, 2], "nothing", "nothing"], [[1, 2], None, "nothing"]],
    ),
    (
        queue_programs.load_errors,
        "unloaded",
        {},
        [VALUE, None, 5],
        [[["returned", "1"], None, 5], [VALUE, "nothing", 5]],
    ),
    (queue_programs.load_errors, "unloaded simple", {}, [VALUE, None, 5], [[VALUE, None, 6]]),
    (
        queue_programs.simple_unpicklable,
        "refused",
        {},
        [VALUE, 1, 2, True],
        [[["returned", "None"], 1, 2, True], [VALUE, 1, 2, False], [VALUE, 2, 1, True]],
    ),
    (
        queue_programs.threads,
        "threads",
        {},
        [True, True, "Empty"],
        [[False, True, "Empty"], [True, False, "Empty"], [True, True, "returned"]],
    ),
    (
        queue_programs.forks,
        "forked",
        {},
        [True, 1, 0, "Empty"],
        [[False, 1, 0, "Empty"], [True, 0, 0, "Empty"], [True, 1, 1, "Empty"], [True, 1, 0, "returned"]],
    ),
    (
        process_programs.threads,
        "started",
        {},
        [True, True],
        [[False, True], [True, False]],
    ),
    (
        process_programs.threads,
        "listed",
        {"names": ["a", "b", "c"]},
        [[["a", "b", "c"]] * 3 + [[]], [0, 0, 0]],
        [
            [[["b"], ["a", "b", "c"], ["a", "b", "c"], []], [0, 0, 0]],
            [[["a", "b", "c"]] * 3 + [["c"]], [0, 0, 0]],
            [[["a", "b", "c"]] * 3 + [[]], [0, 1, 0]],
        ],
    ),
    (pipe_programs.as_sent, "changed", {"count": 2}, [[0], [0, 1]], [[[0], [0]], [[0, 1], [0, 1]], [[0]]]),
    (
        pipe_programs.as_sent,
        "changed bytes",
        {"count": 2},
        [[1, 0], [1, 1]],
        [[[1, 0], [1, 0]], [[2, 1], [2, 1]]],
    ),
    (pipe_programs.signals, "interrupted", {"way": "wait"}, [True, "answer"], [[False, "answer"], [True]]),
    (pipe_programs.signals, "interrupted", {"way": "send"}, [None, 1 << 20], [[None, 4096]]),
    (
        pipe_programs.high_descriptors,
        "high",
        {"least": 1024},
        [True, False, False, True, True, True, "answer", True, 0],
        [
            [False, False, False, True, True, True, "answer", True, 0],
            [True, False, True, True, True, True, "answer", True, 0],
            [True, False, False, True, True, True, "answer", True, 1],
        ],
    ),
    (
        lock_programs.threads,
        "others",
        {"kind": "RLock"},
        [[False, False], NONE, True, NONE],
        [
            [[True, False], NONE, True, NONE],
            [[False, True], NONE, True, NONE],
            [[False, False], VALUE, True, NONE],
            [[False, False], NONE, False, VALUE],
        ],
    ),
    (lock_programs.threads, "counted", {"kind": "Lock"}, [True, True], [[True, False], [False, True]]),
    (
        lock_programs.forks,
        "begun",
        {"kind": "Lock"},
        [[False, []], NONE, [True, NONE], 0, True, NONE],
        [
            [[True, []], NONE, [True, NONE], 0, True, NONE],
            [[False, []], VALUE, [True, NONE], 0, True, NONE],
            [[False, []], NONE, [False, VALUE], 0, True, NONE],
            [[False, []], NONE, [True, VALUE], 0, True, NONE],
            [[False, []], NONE, [True, NONE], -11, True, NONE],
            [[False, []], NONE, [True, NONE], 0, False, VALUE],
            [[False, []], NONE],
            None,
        ],
    ),
    (
        lock_programs.forks,
        "begun",
        {"kind": "RLock"},
        [[False, ASSERTION], NONE, [True, NONE], 0, True, NONE],
        [[[False, NONE], VALUE, [True, NONE], 0, True, NONE], [[], NONE, [True, NONE], 0, True, NONE]],
    ),
    (
        lock_programs.owners,
        "another",
        {"kind": "RLock"},
        [ASSERTION, NONE, True, NONE],
        [[NONE, ASSERTION, True, NONE], [ASSERTION, NONE, False, ASSERTION], [VALUE, NONE, True, NONE], None],
    ),
    (
        lock_programs.owners,
        "another",
        {"kind": "Lock"},
        [NONE, VALUE, True, NONE],
        [[ASSERTION, NONE, True, NONE], [NONE, NONE, True, NONE], [NONE, VALUE, True, VALUE]],
    ),
    (
        condition_programs.condition_threads,
        "notified",
        {"threads": 2},
        [[True, True], [True, True]],
        [[[False, True], [True, True]], [[True], [True, True]], [[True, True], [True, True, True]], None],
    ),
    (
        condition_programs.event_threads,
        "set",
        {"threads": 2},
        [[True, True], [True, True]],
        [[[True, True], [False, True]], [[True, True]]],
    ),
    (
        condition_programs.barrier_threads,
        "met",
        {"threads": 2},
        [[[0, 3], [1, 2]], [[1, 2], [0, 3]]],
        [
            [[[0, 3], [1, 2]], [[1, 2], [0, 2]]],
            [[[0, 3]], [[1, 2]]],
            [[[0, 1], [2, 3]], [[1, 2], [3, 4]]],
            [[[0, 3], [1, 2]], [[1, 2]]],
            None,
        ],
    ),
    (queue_programs.huge, "large", {}, True, [False]),
    (
        queue_programs.unbounded,
        "unbounded",
        {},
        [["returned", False, True]] * 3,
        [[["returned", False, True]] * 2, [*[["returned", False, True]] * 2, ["Full", True, False]]],
    ),
    (queue_programs.has_methods, "methods", {}, [], [["qsize"]]),
    (queue_programs.closes, "closed", {}, [True, 0], [[True, 4], [True, -1]]),
    (
        memory_programs.structures,
        "structures",
        {},
        [[1.5, 2], True, 7, 0],
        [[[1.5, 2], False, 7, 0], [[1.5, 0], True, 7, 0]],
    ),
    (
        memory_programs.copies,
        "copies",
        {},
        [[1, 8, 3], [9, 2, 13], [0.5, 4]],
        [[[9, 8, 3], [9, 8, 3], [0.5, 4]], [[1, 8, 3], [9, 2, 3], [0.5, 4]]],
    ),
    (
        memory_programs.synchronized_lock,
        "wrapped",
        {"times": 3},
        [11, True, False],
        [[10, True, False], [11, False, False], [11, True, True]],
    ),
    (
        memory_programs.synchronized,
        "wrapped alone",
        {},
        [[1, 9, 3], True, 3],
        [[[1, 2, 3], True, 3], [[1, 9, 3], False, 3]],
    ),
    (
        memory_programs.list_format,
        "format",
        {},
        [True, True, True],
        [[True, True, False], [True, False, True]],
    ),
    (
        memory_programs.managed_blocks,
        "managed",
        {},
        [True, True, [1, "text", None], 77, "seen"],
        [[False, True, [1, "text", None], 77, "seen"], [True, True, [1, "text", None], 0, "seen"]],
    ),
    (
        memory_programs.managed_lists,
        "managed",
        {},
        [True, True, [1, "text", None], 77, "seen"],
        [[True, True, [1, "text", "None"], 77, "seen"], [True, True, [1, "text", None], 77, "text"]],
    ),
    (memory_programs.released, "released", {}, [True, 0], [[False, 0], [True, 1]]),
    (
        memory_programs.managed_context,
        "with",
        {},
        [True, True, False],
        [[True, True, True], [False, True, False]],
    ),
    (memory_programs.untracked, "untracked", {}, [0, 5, False], [[0, 0, False], [1, 5, False]]),
    (
        manager_sharing.threads,
        "threaded",
        {"threads": 2, "times": 3},
        [6, [3, 3]],
        [[5, [3, 3]], [6, [3, 2]]],
    ),
    (
        manager_sharing.serializers,
        "serialized",
        {"number": 4},
        [4, 5, "ab", [1, "two", 3.5, True]],
        [[4, 5, "ab", [1, "two", 3.5]], [4, 4, "ab", [1, "two", 3.5, True]]],
    ),
    (
        manager_sharing.shutdown_timeout,
        "ended",
        {},
        [0, -15, -9],
        [[-15, -15, -9], [0, -9, -9], [0, -15, -15]],
    ),
]


def answered(question: str, about: dict[str, Any], got: Any) -> History:
    """The history of a program that was asked one question."""
    return ran(told(line(question, got=got, **about)))


@pytest.mark.parametrize(
    ("checker", "question", "about", "right", "wrong"), CASES, ids=lambda one: getattr(one, "__name__", None)
)
def test_right_answers_pass_and_each_wrong_one_is_shown(
    checker: Checker, question: str, about: dict[str, Any], right: Any, wrong: list[Any]
) -> None:
    """With the line that shows it, and one sentence; what raises is wrong too."""
    assert checker(answered(question, about, right)).outcome is Outcome.PASS
    raised = ran(told(line(question, raised=["Oops", "Exception"], text="words", **about)))
    for found in (*(checker(answered(question, about, one)) for one in wrong), checker(raised)):
        (violation,) = found.violations
        assert violation.summary.endswith(".")
        assert violation.witness[0].method == "program"
        assert question in violation.observed[0]


@pytest.mark.parametrize(
    "checker", list(dict.fromkeys(case[0] for case in CASES)), ids=lambda one: one.__name__
)
def test_nothing_is_concluded_from_what_was_not_asked(checker: Checker) -> None:
    """A program that was asked something else, one that never ended, and none."""
    hung = history(op("main", "", "program", {"name": "x"}, at=(1, None)), ended="hung")

    assert checker(answered("else", {}, 1)).outcome is Outcome.UNKNOWN
    assert checker(hung).outcome is Outcome.UNKNOWN
    assert checker(history()).outcome is Outcome.UNKNOWN


def test_a_machine_with_many_processors_is_not_filled_with_workers() -> None:
    """Where the number was not asked for, nothing is said."""
    assert pool_programs.default_size(answered("size", {}, [64, None])).outcome is Outcome.UNKNOWN


def test_queues_without_descriptors_cannot_leave_any() -> None:
    """They have nothing to release."""
    assert queue_programs.closes(answered("closed", {}, [False, 0])).outcome is Outcome.UNKNOWN


def test_an_iterator_that_takes_everything_is_noted() -> None:
    """It is allowed: the documentation says lazier, not lazy."""
    found = pool_programs.lazy(answered("lazy", {}, [4, 9, [True], 40]))

    assert found.outcome is Outcome.PASS
    assert list(found.notes.values()) == [1]
    assert pool_programs.lazy(answered("lazy", {}, [4, 9, [True], 39])).notes == {}


TRACE = ("Traceback (most recent call last):", '  File "queues.py", line 1', "ValueError: cannot be reduced")


@pytest.mark.parametrize(
    ("errors", "outcome"),
    [(TRACE, Outcome.PASS), ((), Outcome.FAIL), (TRACE[:2], Outcome.FAIL), (TRACE[2:], Outcome.FAIL)],
)
def test_the_loss_of_an_item_is_told_with_its_traceback(errors: tuple[str, ...], outcome: Outcome) -> None:
    """A traceback, and the exception at its end."""
    program = told(line("lost", got=[[1, 2], None, 3]), errors=errors, noisy=True)

    assert queue_programs.unpicklable_told(ran(program)).outcome is outcome


@pytest.mark.parametrize(
    ("wrong", "kinds"),
    [
        ({}, []),
        ({"code": 1}, ["exit-1"]),
        ({"errors": ("a word",)}, ["words-on-stderr"]),
        ({"left": ("python",)}, ["processes-left"]),
        ({"code": 1, "left": ("python",)}, ["exit-1", "processes-left"]),
    ],
)
def test_a_program_ends_well_or_it_is_told_how_not(wrong: dict[str, Any], kinds: list[str]) -> None:
    """By its exit code, what it wrote to stderr, and what it left behind."""
    ended = told(line("kept", got=[1, 2]))
    ended["ended"] = ended["ended"] | {
        key: list(v) if isinstance(v, tuple) else v for key, v in wrong.items()
    }
    found = program_ends.ends_well(ran(ended))

    assert [violation.kind for violation in found.violations] == kinds
    assert found.judged == 1
