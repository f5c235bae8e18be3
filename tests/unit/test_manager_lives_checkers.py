"""The checkers of managers themselves, on histories written by hand."""

from typing import Any

import pytest

from manager_tape import census, ref, tape
from mpconform.checkers import manager_addresses, manager_lives, manager_types
from mpconform.values import Finding, History, Outcome
from tape import error, op

MADE = (op("main", "@", "Manager", at=(0, 1), to=ref("m")), "m")
LATER = (op("main", "@", "custom.Manager", at=(0, 1), to=ref("m")), "m")
START = op("main", "m", "start", at=(2, 3))
SHUTDOWN = op("main", "m", "shutdown", at=(20, 21))
DROP = op("main", "", "collect", "m", at=(20, 21))
ATTRIBUTE = error("AttributeError")

NOTHING, SERVER, ZOMBIE = census(-1), census(10, (50, "S")), census(30, (50, "Z"))


def counted(last: Any) -> dict[str, Any]:
    return {"nothing": NOTHING, "running": SERVER, "ended": last}


def test_a_manager_is_started_in_a_process_of_its_own() -> None:
    """There is one more when it was made."""
    good = tape(MADE, census={"nothing": NOTHING, "running": SERVER})
    bad = tape(MADE, census={"nothing": NOTHING, "running": census(10)})
    dead = tape(MADE, census={"nothing": NOTHING, "running": census(10, (50, "Z"))})
    unknown = tape(LATER, census={"nothing": NOTHING, "running": census(10)})

    assert manager_lives.started(good).outcome is Outcome.PASS
    assert manager_lives.started(bad).outcome is Outcome.FAIL
    assert manager_lives.started(dead).outcome is Outcome.FAIL
    assert manager_lives.started(unknown).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("last", "due"),
    [
        pytest.param(census(30), Outcome.PASS, id="gone"),
        pytest.param(ZOMBIE, Outcome.FAIL, id="zombie"),
        pytest.param(census(30, (50, "S")), Outcome.FAIL, id="alive"),
        pytest.param(census(30, (51, "S")), Outcome.PASS, id="another"),
        pytest.param(census(21, (50, "S")), Outcome.UNKNOWN, id="counted-at-the-same-instant"),
    ],
)
def test_the_server_is_gone_after_shutdown_or_drop(last: Any, due: Outcome) -> None:
    """And reaped, as the first census after that shows."""
    assert manager_lives.ended(tape(MADE, SHUTDOWN, census=counted(last))).outcome is due
    assert manager_lives.dropped(tape(MADE, DROP, census=counted(last))).outcome is due


def test_a_proxy_keeps_its_manager() -> None:
    """What was not dropped with it says nothing."""
    held = (op("main", "m", "list", at=(4, 5), to=ref("l")), "l")
    both = op("main", "", "collect", "m", "l", at=(20, 21))
    left = counted(census(30, (50, "S")))

    assert manager_lives.dropped(tape(MADE, held, DROP, census=left)).outcome is Outcome.UNKNOWN
    assert manager_lives.dropped(tape(MADE, held, both, census=left)).outcome is Outcome.FAIL


@pytest.mark.parametrize(("raised", "due"), [(None, Outcome.PASS), (error("ValueError"), Outcome.FAIL)])
def test_shutdown_may_be_called_again(raised: Any, due: Outcome) -> None:
    """Once one has returned."""
    history = tape(MADE, SHUTDOWN, op("main", "m", "shutdown", at=(22, 23), raised=raised))

    assert manager_lives.shutdown_again(history).outcome is due
    assert manager_lives.shutdown_again(tape(MADE, SHUTDOWN)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("raised", "due"), [(None, Outcome.FAIL), (error("EOFError"), Outcome.PASS)])
def test_nothing_works_after_shutdown(raised: Any, due: Outcome) -> None:
    """Neither proxies nor the manager; what overlaps the shutdown may."""
    held = (op("main", "m", "list", at=(4, 5), to=ref("l")), "l")
    used = op("main", "l", "append", 1, at=(22, 23), raised=raised)
    made = op("main", "m", "list", at=(24, 25), raised=raised)

    assert manager_lives.refuses(tape(MADE, held, SHUTDOWN, used)).outcome is due
    assert manager_lives.refuses(tape(MADE, SHUTDOWN, made)).outcome is due
    assert manager_lives.refuses(tape(MADE, held, SHUTDOWN)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("result", "due"), [(ref("m"), Outcome.PASS), (None, Outcome.FAIL), (ref("other"), Outcome.FAIL)]
)
def test_a_with_statement_binds_the_manager(result: Any, due: Outcome) -> None:
    """Itself."""
    history = tape(LATER, op("main", "m", "__enter__", at=(2, 3), to=result))

    assert manager_lives.context(history).outcome is due


def test_a_with_statement_starts_the_manager() -> None:
    """So that it makes objects."""
    entered = op("main", "m", "__enter__", at=(2, 3), to=ref("m"))
    refused = op("main", "m", "list", at=(4, 5), raised=error("AssertionError"))

    assert manager_lives.context(tape(LATER, entered, refused)).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("given", "left", "due"),
    [
        ([{"$function": "initialise_server"}, {"$tuple": [4, 5]}], [[4, 5]], Outcome.PASS),
        ([{"$function": "initialise_server"}, {"$tuple": [4, 5]}], [[4, 5], [4, 5]], Outcome.FAIL),
        ([{"$function": "initialise_server"}, {"$tuple": [4, 5]}], [], Outcome.FAIL),
        ([{"$function": "initialise_server"}], [[]], Outcome.PASS),
        ([], [], Outcome.PASS),
        ([], [[]], Outcome.FAIL),
    ],
)
def test_the_initializer_is_called_once(given: list[Any], left: list[Any], due: Outcome) -> None:
    """With its arguments."""
    history = tape(
        LATER,
        op("main", "m", "start", *given, at=(2, 3)),
        (op("main", "m", "Ledger", at=(4, 5), to=ref("g")), "g"),
        op("main", "g", "left", at=(6, 7), to=left),
    )

    assert manager_lives.initialised(history).outcome is due


PATH, PORT = {"$path": "server"}, {"$tuple": ["127.0.0.1", 0]}


@pytest.mark.parametrize(
    ("given", "shown", "due"),
    [
        (None, "/run/listener", Outcome.PASS),
        (None, None, Outcome.FAIL),
        (PATH, "/run/server-3-0", Outcome.PASS),
        (PATH, "/run/listener", Outcome.FAIL),
        (PORT, {"$tuple": ["127.0.0.1", 4711]}, Outcome.PASS),
        (PORT, {"$tuple": ["127.0.0.1", 0]}, Outcome.FAIL),
        (PORT, {"$tuple": ["0.0.0.0", 4711]}, Outcome.FAIL),
        (PORT, "here", Outcome.FAIL),
    ],
)
def test_the_address_is_the_one_that_was_asked_for(given: Any, shown: Any, due: Outcome) -> None:
    """Or one that was picked; before start nobody knows."""
    making = (op("main", "@", "custom.Manager", given, at=(0, 1), to=ref("m")), "m")
    asked = op("main", "m", ".address", at=(4, 5), to=shown)

    assert manager_addresses.address(tape(making, START, asked)).outcome is due
    assert manager_addresses.address(tape(making, asked)).outcome is Outcome.UNKNOWN


KEY, OTHER = {"$hex": "6b"}, {"$hex": "6c"}


def connection(key: Any, *more: Any, raised: Any = None) -> History:
    return tape(
        (op("main", "@", "custom.Manager", None, KEY, at=(0, 1), to=ref("m")), "m"),
        START,
        (op("p0", "@", "custom.Manager", {"$published": "address"}, key, at=(4, 5), to=ref("c")), "c"),
        op("p0", "c", "connect", at=(6, 7), raised=raised),
        *more,
    )


AUTHENTICATION = error("AuthenticationError", bases=("ProcessError", "Exception"))


def test_the_right_key_is_let_in() -> None:
    """While the server lives."""
    ended = op("main", "m", "shutdown", at=(7, 8))

    assert manager_addresses.connected(connection(KEY)).outcome is Outcome.PASS
    assert manager_addresses.connected(connection(KEY, raised=AUTHENTICATION)).outcome is Outcome.FAIL
    assert (
        manager_addresses.connected(connection(KEY, ended, raised=AUTHENTICATION)).outcome is Outcome.UNKNOWN
    )
    assert manager_addresses.connected(connection(None)).outcome is Outcome.UNKNOWN
    assert manager_addresses.refused(connection(KEY)).outcome is Outcome.UNKNOWN


def test_a_wrong_key_is_refused() -> None:
    """By AuthenticationError, and nothing else."""
    assert manager_addresses.refused(connection(OTHER, raised=AUTHENTICATION)).outcome is Outcome.PASS
    assert manager_addresses.refused(connection(OTHER)).outcome is Outcome.FAIL
    assert manager_addresses.refused(connection(OTHER, raised=error("EOFError"))).outcome is Outcome.FAIL
    assert manager_addresses.connected(connection(OTHER)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("served", [(), (op("s0", "server", "serve_forever", at=(5, 6), raised=ATTRIBUTE),)])
def test_who_is_not_served_says_nothing(served: tuple[Any, ...]) -> None:
    """The server was made, and never served, or no more."""
    history = tape(
        (op("s0", "@", "custom.Manager", None, KEY, at=(0, 1), to=ref("s")), "s"),
        (op("s0", "s", "get_server", at=(2, 3), to=ref("server")), "server"),
        *served,
        (op("p0", "@", "custom.Manager", {"$published": "address"}, KEY, at=(4, 5), to=ref("c")), "c"),
        op("p0", "c", "connect", at=(6, 7), raised=error("ConnectionRefusedError")),
    )

    assert manager_addresses.connected(history).outcome is Outcome.UNKNOWN


def death(*lines: Any) -> Finding:
    return manager_addresses.death(
        tape(
            (op("s0", "@", "custom.Manager", None, KEY, at=(-9, -8), to=ref("s")), "s"),
            (op("s0", "s", "get_server", at=(-7, -6), to=ref("server")), "server"),
            op("s0", "server", "serve_forever", at=(-5, None)),
            (op("main", "@", "custom.Manager", at=(0, 1), to=ref("c")), "c"),
            (op("main", "c", "shared_dict", "d", at=(2, 3), to=ref("d")), "d"),
            op("main", "s0", "kill", at=(10, 11)),
            op("main", "s0", "join", at=(12, 13)),
            *lines,
        )
    )


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        (error("EOFError"), Outcome.PASS),
        (error("BrokenPipeError", bases=("OSError", "Exception")), Outcome.PASS),
        (error("RemoteError"), Outcome.FAIL),
        (None, Outcome.FAIL),
    ],
)
def test_the_death_of_a_server_is_told(raised: Any, due: Outcome) -> None:
    """By EOFError or an OSError, if it was over when the call began."""
    assert death(op("main", "d", "get", "k", at=(14, 15), raised=raised)).outcome is due
    assert death(op("main", "c", "list", at=(14, 15), raised=raised)).outcome is due


def test_what_was_answered_before_the_death_says_nothing() -> None:
    """Nor what may have been."""
    assert death(op("p0", "d", "get", "k", at=(4, 5))).outcome is Outcome.UNKNOWN
    assert death(op("main", "d", "get", "k", at=(13, 15))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("raised", "due"), [(None, Outcome.PASS), (ATTRIBUTE, Outcome.FAIL)])
def test_each_documented_type_can_be_made(raised: Any, due: Outcome) -> None:
    """While the server lives, by a manager that is started."""
    made = op("main", "m", "Barrier", 2, at=(4, 5), raised=raised)

    assert manager_types.made(tape(MADE, made)).outcome is due
    assert manager_types.made(tape(LATER, START, made)).outcome is due
    assert manager_types.made(tape(LATER, made)).outcome is Outcome.UNKNOWN
    assert (
        manager_types.made(tape(MADE, op("main", "m", "shutdown", at=(3, 4)), made)).outcome
        is Outcome.UNKNOWN
    )


@pytest.mark.parametrize(
    ("kind", "raised", "due"),
    [
        ("Tally", None, Outcome.PASS),
        ("Tally", ATTRIBUTE, Outcome.FAIL),
        ("Hidden", ATTRIBUTE, Outcome.PASS),
        ("Hidden", None, Outcome.FAIL),
    ],
)
def test_what_is_registered_has_a_method_or_has_none(kind: str, raised: Any, due: Outcome) -> None:
    """As it was asked for."""
    history = tape(LATER, START, op("main", "m", kind, at=(4, 5), raised=raised))

    assert manager_types.registered(history).outcome is due


@pytest.mark.parametrize(
    ("kind", "method", "raised", "due"),
    [
        ("Tally", "read", None, Outcome.PASS),
        ("Tally", "read", ATTRIBUTE, Outcome.FAIL),
        ("Tally", "_hidden", ATTRIBUTE, Outcome.PASS),
        ("Tally", "_hidden", None, Outcome.FAIL),
        ("Meek", "read", ATTRIBUTE, Outcome.PASS),
        ("Meek", "read", None, Outcome.FAIL),
        ("Bold", "_hidden", None, Outcome.PASS),
        ("Bold", "_hidden", ATTRIBUTE, Outcome.FAIL),
    ],
)
def test_a_proxy_has_the_methods_that_are_exposed(kind: str, method: str, raised: Any, due: Outcome) -> None:
    """And no others."""
    made = (op("main", "m", kind, at=(4, 5), to=ref("t")), "t")
    history = tape(LATER, START, made, op("main", "t", method, at=(6, 7), raised=raised))

    assert manager_types.exposed(history).outcome is due


@pytest.mark.parametrize(("shown", "due"), [([9], Outcome.PASS), ([5], Outcome.FAIL)])
def test_a_method_with_a_type_returns_a_proxy(shown: Any, due: Outcome) -> None:
    """What is done by it, is seen by the object."""
    history = tape(
        LATER,
        START,
        (op("main", "m", "Maker", at=(4, 5), to=ref("k")), "k"),
        (op("main", "k", "by_proxy", at=(6, 7), to=ref("t")), "t"),
        op("main", "t", "add", 4, at=(8, 9), to=9),
        op("main", "k", "by_copy", at=(10, 11), to=shown),
    )

    assert manager_types.method_types(history).outcome is due


def test_a_proxy_of_something_else_breaks_the_rule() -> None:
    """It was not what the method returned."""
    history = tape(
        LATER,
        START,
        (op("main", "m", "Maker", at=(4, 5), to=ref("k")), "k"),
        (op("main", "k", "by_proxy", at=(6, 7), to=ref("t")), "t"),
        op("main", "t", "add", 4, at=(8, 9), raised=error("TypeError")),
    )

    assert manager_types.method_types(history).outcome is Outcome.FAIL


SQUARE, TYPE = {"$function": "square"}, error("TypeError")


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        ([op("main", "pool", "apply", SQUARE, {"$tuple": [3]}, at=(4, 5), to=9)], Outcome.PASS),
        ([op("main", "pool", "apply", SQUARE, {"$tuple": [3]}, at=(4, 5), to=6)], Outcome.FAIL),
        ([op("main", "pool", "apply", SQUARE, {"$tuple": ["x"]}, at=(4, 5), raised=TYPE)], Outcome.PASS),
        ([op("main", "pool", "apply", SQUARE, {"$tuple": ["x"]}, at=(4, 5), to=None)], Outcome.FAIL),
        ([op("main", "pool", "map", SQUARE, [1, 2], at=(4, 5), to=[4, 1])], Outcome.FAIL),
        (
            [
                (op("main", "pool", "imap", SQUARE, [2, 3], at=(4, 5), to=ref("it")), "it"),
                op("main", "it", "__next__", at=(6, 7), to=4),
                op("main", "it", "__next__", at=(8, 9), to=9),
                op("main", "it", "__next__", at=(10, 11), raised=error("StopIteration")),
            ],
            Outcome.PASS,
        ),
        (
            [
                (op("main", "pool", "imap", SQUARE, [2, 3], at=(4, 5), to=ref("it")), "it"),
                op("main", "it", "__next__", at=(6, 7), to=9),
            ],
            Outcome.FAIL,
        ),
        (
            [
                (op("main", "pool", "apply_async", SQUARE, {"$tuple": [3]}, at=(4, 5), to=ref("r")), "r"),
                op("main", "r", "get", at=(6, 7), raised=error("RemoteError")),
            ],
            Outcome.FAIL,
        ),
    ],
)  # fmt: skip
def test_a_pool_computes_squares(lines: list[Any], due: Outcome) -> None:
    """At once, later, and one by one."""
    made = (op("main", "m", "Pool", 1, at=(2, 3), to=ref("pool")), "pool")

    assert manager_types.pools(tape(MADE, made, *lines)).outcome is due
