"""The checkers of proxies and references, on histories written by hand."""

from typing import Any

import pytest

from manager_tape import made, played, ref, tape
from mpconform.checkers import proxy_errors, proxy_looks, proxy_references
from mpconform.values import History, Outcome
from tape import error, op

ATTRIBUTE, REMOTE = error("AttributeError"), error("RemoteError", "traceback")


def call(method: str, *arguments: Any, at: tuple[int, int | None], target: str = "d", **more: Any) -> Any:
    """A call of main."""
    return op("main", target, method, *arguments, at=at, **more)


D = made(d=("dict", {"$dict": {"k": [1], "l": 2}}))


@pytest.mark.parametrize(
    ("shown", "due"),
    [("<DictProxy object, typeid 'dict' at 0x1>", Outcome.PASS), ("{'k': [1], 'l': 2}", Outcome.FAIL)],
)
def test_the_representation_of_a_proxy_is_its_own(shown: str, due: Outcome) -> None:
    """And no literal."""
    assert proxy_looks.representation(played(D, call("__repr__", at=(0, 1), to=shown))).outcome is due


@pytest.mark.parametrize(
    ("other", "answer", "due"),
    [
        ({"$dict": {"k": [1], "l": 2}}, False, Outcome.PASS),
        ({"$dict": {"k": [1]}}, {"$other": ["builtins.NotImplementedType", "NotImplemented"]}, Outcome.PASS),
        ({"$dict": {"k": [1], "l": 2}}, True, Outcome.FAIL),
        (ref("d"), True, Outcome.UNKNOWN),
    ],
)  # fmt: skip
def test_a_proxy_is_equal_to_itself_at_most(other: Any, answer: Any, due: Outcome) -> None:
    """And not to a value like that of its referent."""
    assert proxy_looks.equality(played(D, call("__eq__", other, at=(0, 1), to=answer))).outcome is due


END = error("StopIteration")


@pytest.mark.parametrize(
    ("yields", "due"),
    [
        (["k", "l", END], Outcome.PASS),
        (["k"], Outcome.PASS),
        (["l"], Outcome.FAIL),
        (["k", END], Outcome.FAIL),
        (["k", "l", "k"], Outcome.FAIL),
        ([[1]], Outcome.FAIL),
    ],
)
def test_iterating_over_a_dictionary_yields_its_keys(yields: list[Any], due: Outcome) -> None:
    """Each once, in order, and then the end."""
    nexts = [
        call(
            "__next__",
            target="it",
            at=(2 + 2 * n, 3 + 2 * n),
            **({"raised": one} if one is END else {"to": one}),
        )
        for n, one in enumerate(yields)
    ]
    history = played(D, (call("__iter__", at=(0, 1), to=ref("it")), "it"), *nexts)

    assert proxy_looks.iteration(history).outcome is due


def test_a_dictionary_that_cannot_be_iterated_over_breaks_the_rule() -> None:
    """Unless nobody knows what is in it."""
    broken = call("__iter__", at=(9, 10), raised=error("KeyError", 0))
    unknown = op("p0", "d", "update", {"$task": [1]}, at=(0, 1))

    assert proxy_looks.iteration(played(D, broken)).outcome is Outcome.FAIL
    assert proxy_looks.iteration(played(D, unknown, broken)).outcome is Outcome.UNKNOWN


def test_iteration_is_judged_up_to_the_first_change() -> None:
    """What is yielded after that is not promised."""
    history = played(
        D,
        (call("__iter__", at=(0, 1), to=ref("it")), "it"),
        op("p0", "d", "clear", at=(2, 3)),
        call("__next__", target="it", at=(4, 5), to="z"),
    )

    assert proxy_looks.iteration(history).judged == 1


def fetched(found: Any, *more: Any) -> History:
    return played(
        D,
        (call("__getitem__", "k", at=(0, 1), to=ref("x")), "x"),
        call("append", 7, target="x", at=(2, 3)),
        call("__getitem__", "k", at=(4, 5), to=found),
        *more,
    )


def test_what_was_fetched_is_a_copy() -> None:
    """To change it changes nothing; if another process did, nothing is certain."""
    other = op("p0", "d", "__setitem__", "k", [1, 7], at=(2, 5))

    assert proxy_looks.copies(fetched([1])).outcome is Outcome.PASS
    assert proxy_looks.copies(fetched([1, 7])).outcome is Outcome.FAIL
    assert proxy_looks.copies(fetched([1, 7], other)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("found", "due"), [([1, 7], Outcome.PASS), ([1], Outcome.FAIL)])
def test_what_is_assigned_again_replaces_what_was_there(found: Any, due: Outcome) -> None:
    """As the copy that was made just before shows it."""
    history = fetched(
        [1],
        call("copy", target="x", at=(6, 7), to=[1, 7]),
        call("__setitem__", "k", ref("x"), at=(8, 9)),
        call("__getitem__", "k", at=(10, 11), to=found),
    )

    assert proxy_looks.reassigned(history).outcome is due


N = made(n=("Namespace", {"x": 1}), h=("list", [ref("n")]))


@pytest.mark.parametrize(
    ("target", "result", "due"),
    [
        ("n", {"to": 3}, Outcome.PASS),
        ("n", {"raised": ATTRIBUTE}, Outcome.FAIL),
        ("other", {"raised": ATTRIBUTE}, Outcome.PASS),
        ("other", {"to": 3}, Outcome.FAIL),
    ],
)
def test_private_attributes_stay_on_the_proxy(target: str, result: dict[str, Any], due: Outcome) -> None:
    """They are there on the same proxy, and not on another."""
    history = played(
        N,
        call("._own=", 3, target="n", at=(0, 1)),
        (call("__getitem__", 0, target="h", at=(2, 3), to=ref("other")), "other"),
        call("._own", target=target, at=(4, 5), **result),
    )

    assert proxy_looks.own_attributes(history).outcome is due


F = [
    (op("main", "@", "custom.Manager", at=(-9, -8), to=ref("m")), "m"),
    op("main", "m", "start", at=(-7, -6)),
    (op("main", "m", "Failing", at=(-5, -4), to=ref("f")), "f"),
]


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        (error("ValueError", "p0", 1), Outcome.PASS),
        (error("ValueError", "p1", 1), Outcome.FAIL),
        (error("KeyError", "p0", 1), Outcome.FAIL),
        (None, Outcome.FAIL),
    ],
)
def test_an_exception_comes_as_it_was_raised(raised: Any, due: Outcome) -> None:
    """Its type, its arguments, and to whom it belongs."""
    history = tape(*F, call("fail", "ValueError", "p0", 1, target="f", at=(0, 1), raised=raised))

    assert proxy_errors.same_exception(history).outcome is due


def test_after_a_shutdown_no_exception_is_judged() -> None:
    """Anything may come then."""
    history = tape(
        *F,
        call("fail", "ValueError", target="f", at=(0, 5), raised=error("EOFError")),
        op("main", "m", "shutdown", at=(4, 5)),
    )

    assert proxy_errors.same_exception(history).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("key", "args", "due"), [("z", ["z"], Outcome.PASS), ("z", ["y"], Outcome.FAIL), ("z", [], Outcome.FAIL)]
)
def test_a_missing_key_is_named(key: str, args: list[Any], due: Outcome) -> None:
    """By the KeyError of a dictionary."""
    history = played(D, call("__getitem__", key, at=(0, 1), raised=error("KeyError", *args)))

    assert proxy_errors.same_exception(history).outcome is due


@pytest.mark.parametrize(
    ("call_", "due"),
    [
        (call("_callmethod", "nothing", at=(0, 1), raised=REMOTE), Outcome.PASS),
        (call("_callmethod", "nothing", at=(0, 1)), Outcome.FAIL),
        (call("_callmethod", "nothing", at=(0, 1), raised=ATTRIBUTE), Outcome.FAIL),
        (call("_callmethod", "keys", at=(0, 1), to=[]), Outcome.UNKNOWN),
    ],
)
def test_what_is_not_exposed_raises_remote_error(call_: Any, due: Outcome) -> None:
    """If it is asked for by name."""
    assert proxy_errors.remote(played(D, call_)).outcome is due


def test_what_cannot_be_pickled_raises_remote_error() -> None:
    """And is not None, say."""
    good = tape(*F, call("unpicklable", target="f", at=(0, 1), raised=REMOTE))
    bad = tape(*F, call("unpicklable", target="f", at=(0, 1)))

    assert proxy_errors.remote(good).outcome is Outcome.PASS
    assert proxy_errors.remote(bad).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        (error("KeyError", "z"), Outcome.PASS),
        (None, Outcome.PASS),
        (error("RemoteError"), Outcome.FAIL),
        (error("ConnectionResetError", bases=("OSError", "Exception")), Outcome.FAIL),
    ],
)
def test_no_other_exceptions(raised: Any, due: Outcome) -> None:
    """While the server lives."""
    assert proxy_errors.no_other_errors(played(D, call("pop", "z", at=(0, 1), raised=raised))).outcome is due


def test_other_exceptions_are_explained_by_a_dead_server() -> None:
    """It was shut down, or its process was killed, before the call was over."""
    broken = call("pop", "z", at=(0, 5), raised=error("EOFError"))
    ending = op("main", "s0", "kill", at=(5, 6))

    assert proxy_errors.no_other_errors(played(D, broken, ending)).outcome is Outcome.UNKNOWN


def entry(*lines: Any) -> list[Any]:
    """A manager with a ledger, and an entry that main has."""
    return [
        *F[:2],
        (op("main", "m", "dict", at=(-5, -4), to=ref("d")), "d"),
        (op("main", "m", "Ledger", at=(-3, -2), to=ref("g")), "g"),
        (op("main", "m", "Entry", "one", at=(0, 1), to=ref("e")), "e"),
        *lines,
    ]


def counted(number: int, at: tuple[int, int]) -> Any:
    return call("count", "one", target="g", at=at, to=number)


DROP = op("main", "", "collect", "e", at=(10, 11))
CLEAR = call("clear", at=(4, 5))


@pytest.mark.parametrize(
    ("lines", "kept", "freed"),
    [
        pytest.param([counted(1, (2, 3))], Outcome.PASS, Outcome.UNKNOWN, id="held"),
        pytest.param([counted(0, (2, 3))], Outcome.FAIL, Outcome.UNKNOWN, id="held-and-gone"),
        pytest.param([DROP, counted(0, (12, 13))], Outcome.UNKNOWN, Outcome.PASS, id="dropped"),
        pytest.param([DROP, counted(1, (12, 13))], Outcome.UNKNOWN, Outcome.FAIL, id="dropped-and-there"),
        pytest.param([counted(1, (9, 10)), DROP], Outcome.UNKNOWN, Outcome.UNKNOWN, id="touching"),
        pytest.param(
            [call("__setitem__", "k", ref("e"), at=(2, 3)), DROP, counted(1, (12, 13))],
            Outcome.PASS, Outcome.UNKNOWN, id="stored",
        ),
        pytest.param(
            [call("__setitem__", "k", ref("e"), at=(2, 3)), DROP, counted(0, (12, 13))],
            Outcome.FAIL, Outcome.UNKNOWN, id="stored-and-gone",
        ),
        pytest.param(
            [call("__setitem__", "k", ref("e"), at=(2, 3)), CLEAR, DROP, counted(0, (12, 13))],
            Outcome.UNKNOWN, Outcome.UNKNOWN, id="stored-and-cleared",
        ),
    ],
)  # fmt: skip
def test_an_object_lives_as_long_as_a_proxy(lines: list[Any], kept: Outcome, freed: Outcome) -> None:
    """In main, or in a dictionary."""
    history = tape(*entry(*lines))

    assert proxy_references.kept(history).outcome is kept
    assert proxy_references.freed(history).outcome is freed


def test_a_child_may_have_inherited_a_proxy() -> None:
    """One that began between the making and the drop: then the object may live on."""
    begun = op("main", "p0", "start", at=(4, 5))
    history = tape(*entry(begun, op("p0", "g", "pid", at=(6, 7)), DROP, counted(1, (12, 13))))

    assert proxy_references.freed(history).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("raised", "due"),
    [(None, Outcome.PASS), (error("RemoteError"), Outcome.FAIL), (error("IndexError"), Outcome.PASS)],
)
def test_a_nested_proxy_keeps_what_nobody_else_has(raised: Any, due: Outcome) -> None:
    """It was fetched after all others had been dropped."""
    history = played(
        made(d=("dict",)),
        (op("main", "m", "list", [1], at=(0, 1), to=ref("t")), "t"),
        call("__setitem__", "k", ref("t"), at=(2, 3)),
        op("main", "", "collect", "t", at=(4, 5)),
        (op("p0", "d", "pop", "k", at=(6, 7), to=ref("mine")), "mine"),
        op("p0", "mine", "pop", at=(8, 9), raised=raised),
    )

    assert proxy_references.kept(history).outcome is due


@pytest.mark.parametrize(("number", "due"), [(0, Outcome.PASS), (1, Outcome.FAIL)])
def test_what_a_process_had_goes_with_it(number: int, due: Outcome) -> None:
    """When it has ended by itself, and was joined."""
    history = tape(
        *F[:2],
        (op("main", "m", "Ledger", at=(-3, -2), to=ref("g")), "g"),
        op("main", "p0", "start", at=(0, 1)),
        (op("p0", "@", "custom.Manager", at=(2, 3), to=ref("c")), "c"),
        (op("p0", "c", "Entry", "one", at=(4, 5), to=ref("e")), "e"),
        (op("p0", "c", "Ledger", at=(6, 7), to=ref("own")), "own"),
        op("p0", "own", "count", "one", at=(8, 9), to=1),
        op("main", "p0", "join", at=(2, 20)),
        counted(number, (21, 22)),
    )

    assert proxy_references.freed(history).outcome is due
