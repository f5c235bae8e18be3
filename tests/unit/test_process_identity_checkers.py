"""Who a process is: its pid, its name, its flag, its relatives, its key."""

from typing import Any

import pytest

from mpconform.checkers import process_daemons, process_identity, process_names, process_relatives
from mpconform.values import Outcome
from process_tape import census, child, main, run, started
from tape import error, op

OBJECT = {"$object": "me"}
YES, NO = True, False


def kinds(finding: Any) -> Any:
    return [violation.kind for violation in finding.violations]


@pytest.mark.parametrize(("pid", "found"), [(None, []), (7, ["pid-before-start"]), (0, ["pid-before-start"])])
def test_a_pid_before_start_is_none(pid: Any, found: Any) -> None:
    """Any number before the start is wrong, 0 too."""
    finding = process_identity.pid_before(run(main("c0", ".pid", at=(1, 2), to=pid), started()))

    assert kinds(finding) == found
    assert finding.judged == 1


def test_a_pid_read_during_no_start_but_after_it_is_not_before() -> None:
    """A read after the start says nothing about the time before."""
    finding = process_identity.pid_before(run(started(), main("c0", ".pid", at=(30, 31), to=7)))

    assert finding.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("pid", "found"),
    [
        (100, []), (101, ["pid-of-another"]), (1, ["pid-of-another"]), (None, ["pid-no-int"]),
        ("100", ["pid-no-int"]), (True, ["pid-no-int"]),
    ],
)  # fmt: skip
def test_a_pid_after_start_is_what_the_child_says(pid: Any, found: Any) -> None:
    """The witness is the start and the read."""
    finding = process_identity.pid(
        run(started(), main("c0", ".pid", at=(30, 31), to=pid), child("pid", at=(15, 16), to=100))
    )

    assert kinds(finding) == found
    assert all([o.method for o in v.witness] == ["start", ".pid"] for v in finding.violations)


def test_a_pid_of_a_child_that_never_spoke_only_differs_from_mains() -> None:
    """A child ended before it said anything may have any pid but main's."""
    for pid, found in ((555, []), (1, ["pid-of-main"])):
        silent = run(started(), main("c0", ".pid", at=(30, 31), to=pid), pids={"c0": ()})
        assert kinds(process_identity.pid(silent)) == found


@pytest.mark.parametrize(
    ("parent", "found"), [(1, []), (50, []), (77, ["parent-unknown"]), (101, ["parent-unknown"])]
)
def test_a_parent_is_main_or_a_helper_below_it(parent: Any, found: Any) -> None:
    """A helper is whatever a census shows that is no child; a sibling is none."""
    told = run(
        started(), started("c1", at=(21, 22)), child("parent_pid", at=(30, 31), to=parent),
        census={"after": census(90, (50, "S", 1), (101, "S", 1))},
    )  # fmt: skip

    assert kinds(process_identity.parent(told)) == found


def test_a_parent_is_not_judged_when_main_may_be_dead() -> None:
    """A crashed main leaves orphans, whose parent is somebody else."""
    told = run(
        started(), child("parent_pid", at=(30, 31), to=77), census={"after": census(90)}, ended="crashed"
    )

    assert process_identity.parent(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("name", "found"), [("worker", []), ("Worker", ["name-not-kept"]), ("", ["name-not-kept"])]
)
def test_a_given_name_is_kept(name: Any, found: Any) -> None:
    """As given, to the letter, before and after the start."""
    told = run(
        main("c0", ".name", at=(1, 2), to="worker"), started(), main("c0", ".name", at=(30, 31), to=name),
        given={"c0": {"name": "worker"}},
    )  # fmt: skip
    finding = process_names.given(told)

    assert kinds(finding) == found
    assert finding.judged == 2


def test_the_last_name_that_was_set_counts() -> None:
    """A name set later replaces the one given; a failed attempt leaves it open."""
    change = main("c0", ".name=", "second", at=(3, 4))
    kept = run(change, main("c0", ".name", at=(5, 6), to="first"), given={"c0": {"name": "first"}})
    failed = run(
        main("c0", ".name=", "second", at=(3, 4), raised=error("AssertionError")),
        main("c0", ".name", at=(5, 6), to="first"), given={"c0": {"name": "first"}},
    )  # fmt: skip

    assert [o.method for o in process_names.given(kept).violations[0].witness] == [".name=", ".name"]
    assert process_names.given(failed).outcome is Outcome.UNKNOWN


def test_two_processes_may_share_a_given_name() -> None:
    """A name has no meaning."""
    given = {"c0": {"name": "x"}, "c1": {"name": "x"}}
    told = run(main("c0", ".name", at=(1, 2), to="x"), main("c1", ".name", at=(3, 4), to="x"), given=given)

    assert process_names.given(told).outcome is Outcome.PASS
    assert process_names.default(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("Process-1", "Process-2", []), ("ForkProcess-1", "ForkProcess-1:2", []),
        ("Process-1", "Process-1", ["default-name-twice"]), ("", "Process-2", ["default-name-form"]),
        ("Process-1", "worker", ["default-name-form"]), (None, "Process-1", ["default-name-form"]),
        ("Process-", "Process-1", ["default-name-form"]),
    ],
)  # fmt: skip
def test_default_names_are_numbered(first: Any, second: Any, found: Any) -> None:
    """Each unnamed process has a number of its own behind whatever its class is called."""
    told = run(main("c0", ".name", at=(1, 2), to=first), main("c1", ".name", at=(3, 4), to=second))

    assert kinds(process_names.default(told)) == found


def test_a_default_name_stays() -> None:
    """The second read gives the same."""
    told = run(main("c0", ".name", at=(1, 2), to="Process-1"), main("c0", ".name", at=(3, 4), to="Process-2"))

    assert kinds(process_names.default(told)) == ["default-name-changed"]


@pytest.mark.parametrize(
    ("given", "read", "found"),
    [(None, False, []), (None, True, ["daemon-flag"]), (True, True, []), (True, False, ["daemon-flag"]),
     (False, False, []), (False, None, ["daemon-flag"]), (True, 1, ["daemon-flag"])],
)  # fmt: skip
def test_a_daemon_flag_is_as_given(given: Any, read: Any, found: Any) -> None:
    """By default it is main's, which is no daemon; and it is a bool."""
    told = run(main("c0", ".daemon", at=(1, 2), to=read), given={"c0": {"daemon": given}})

    assert kinds(process_daemons.flag(told)) == found


def test_a_flag_set_in_time_counts_and_one_set_too_late_does_not() -> None:
    """An attempt after the start that is refused changes nothing; one that is not leaves it open."""
    early, late = main("c0", ".daemon=", YES, at=(1, 2)), main("c0", ".daemon=", NO, at=(30, 31))
    refused = main("c0", ".daemon=", NO, at=(30, 31), raised=error("AssertionError"))
    read = main("c0", ".daemon", at=(40, 41), to=False)

    assert kinds(process_daemons.flag(run(early, started(), refused, read))) == ["daemon-flag"]
    assert process_daemons.flag(run(early, started(), late, read)).outcome is Outcome.UNKNOWN


def test_a_child_knows_its_flag() -> None:
    """What the child reads of its own process is judged as what main reads."""
    told = run(
        started(), op("c0", "@", "current_process", at=(30, 31), to=OBJECT),
        op("c0", "me", ".daemon", at=(32, 33), to=False),
        given={"c0": {"daemon": True}}, binds={"c0": {0: "me"}},
    )  # fmt: skip

    assert kinds(process_daemons.flag(told)) == ["daemon-flag"]


@pytest.mark.parametrize(
    ("raised", "found"),
    [
        (error("AssertionError"), []),
        (None, ["daemon-set-late"]),
        (error("ValueError"), ["daemon-late-error"]),
    ],
)
def test_a_flag_set_after_start_is_refused(raised: Any, found: Any) -> None:
    """With AssertionError, and nothing else."""
    finding = process_daemons.late(run(started(), main("c0", ".daemon=", YES, at=(30, 31), raised=raised)))

    assert kinds(finding) == found
    assert finding.judged == 1


def test_a_flag_set_before_start_or_after_close_is_not_late() -> None:
    """Neither is between start and close."""
    change = main("c0", ".daemon=", YES, at=(1, 2))
    closed = (started(), main("c0", "close", at=(30, 31)), main("c0", ".daemon=", YES, at=(40, 41)))

    assert process_daemons.late(run(change, *closed)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("daemon", "raised", "judged", "found"),
    [(True, error("AssertionError"), 1, []), (True, None, 1, ["daemon-has-child"]), (None, None, 0, []),
     (True, error("OSError"), 1, ["daemon-child-error"])],
)  # fmt: skip
def test_a_daemon_has_no_children(daemon: Any, raised: Any, judged: Any, found: Any) -> None:
    """Others may have."""
    told = run(
        started(), op("c0", "@", "Process", at=(30, 31), to={"$object": "kid"}),
        op("c0", "kid", "start", at=(32, 33), raised=raised),
        given={"c0": {"daemon": daemon}}, binds={"c0": {0: "kid"}},
    )  # fmt: skip
    finding = process_daemons.children(told)

    assert (finding.judged, kinds(finding)) == (judged, found)


def inside(
    method: Any,
    result: Any,
    *,
    factory: Any = "current_process",
    to: Any = OBJECT,
    given: Any = None,
    more: Any = (),
) -> Any:
    """A child that asks one thing of its own, or its parent's, process."""
    return run(
        started(), *more, op("c0", "@", factory, at=(30, 31), to=to), op("c0", "me", method, at=(32, 33),
        to=result),
        given=given, binds={"c0": {0: "me"}, "main": {2: "own"}},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "result", "found"),
    [(".pid", 100, []), (".pid", 1, ["current-process-pid"]), (".ident", None, ["current-process-pid"]),
     (".name", "x", []), (".name", "MainProcess", ["current-process-name"])],
)  # fmt: skip
def test_current_process_is_the_one_that_asks(method: Any, result: Any, found: Any) -> None:
    """It has the child's pid, and the name that the child was given."""
    finding = process_relatives.current_process(inside(method, result, given={"c0": {"name": "x"}}))

    assert (finding.judged, kinds(finding)) == (1, found)


def test_current_process_of_an_unnamed_child_has_the_name_that_main_reads() -> None:
    """Main's read is part of the witness."""
    read = main("c0", ".name", at=(24, 25), to="Process-1")
    finding = process_relatives.current_process(inside(".name", "Process-2", more=(read,)))

    assert [o.method for o in finding.violations[0].witness] == [".name", "current_process", ".name"]
    assert process_relatives.current_process(inside(".name", "Process-2")).outcome is Outcome.UNKNOWN


def test_current_process_may_not_be_none() -> None:
    """There is always one."""
    finding = process_relatives.current_process(inside(".pid", None, to=None))

    assert "current-process-none" in kinds(finding)


@pytest.mark.parametrize(
    ("method", "result", "found"),
    [(".pid", 1, []), (".pid", 100, ["parent-process-pid"]), ("is_alive", True, []),
     ("is_alive", False, ["parent-process-is-alive"]), (".name", "MainProcess", []),
     (".name", "c0", ["parent-process-name"])],
)  # fmt: skip
def test_parent_process_is_main(method: Any, result: Any, found: Any) -> None:
    """By its pid, by its name as main has it, and alive while main goes on."""
    more = (
        main("c0", "is_alive", at=(21, 22), to=True), main("@", "current_process", at=(23, 24), to=OBJECT),
        main("own", ".name", at=(25, 26), to="MainProcess"), main("c0", "join", at=(40, 50)),
    )  # fmt: skip
    finding = process_relatives.parent_process(inside(method, result, factory="parent_process", more=more))

    assert kinds(finding) == found
    assert finding.judged == 2


def test_a_parent_asked_for_when_main_did_nothing_more_may_be_dead() -> None:
    """Main may have gone by then."""
    finding = process_relatives.parent_process(inside("is_alive", NO, factory="parent_process"))

    assert not finding.violations


def test_parent_process_is_none_in_main_only() -> None:
    """Something in main, and nothing in a child, are both wrong."""
    assert (
        process_relatives.parent_process(run(main("@", "parent_process", at=(1, 2)))).outcome is Outcome.PASS
    )
    assert kinds(
        process_relatives.parent_process(run(main("@", "parent_process", at=(1, 2), to=OBJECT)))
    ) == ["parent-of-main"]
    assert "parent-process-none" in kinds(
        process_relatives.parent_process(inside(".pid", None, factory="parent_process", to=None))
    )


KEY, OTHER = {"$digest": [32, 7]}, {"$digest": [32, 8]}


@pytest.mark.parametrize(
    ("read", "found"), [(KEY, []), (OTHER, ["authkey-differs"]), (None, ["authkey-differs"])]
)
def test_a_child_has_mains_key(read: Any, found: Any) -> None:
    """Main's own key is what main reads of itself."""
    told = run(
        started(), main("c0", ".authkey", at=(21, 22), to=KEY), main("@", "current_process", at=(23, 24),
        to=OBJECT),
        main("own", ".authkey", at=(25, 26), to=KEY), op("c0", "@", "current_process", at=(30, 31),
        to=OBJECT),
        op("c0", "me", ".authkey", at=(32, 33), to=read), binds={"c0": {0: "me"}, "main": {2: "own"}},
    )  # fmt: skip
    finding = process_relatives.authkey(told)

    assert (finding.judged, kinds(finding)) == (2, found)


def test_a_key_that_was_set_before_start_is_the_childs() -> None:
    """Its bytes are a function of the seed; a key set by other means is not compared."""
    for argument, judged in (({"$bytes": [1, 16]}, 1), ({"$hex": "00"}, 0)):
        told = run(
            main("c0", ".authkey=", argument, at=(1, 2)), started(),
            op("c0", "@", "current_process", at=(30, 31), to=OBJECT),
            op("c0", "me", ".authkey", at=(32, 33), to=KEY), binds={"c0": {0: "me"}},
        )  # fmt: skip
        assert len(process_relatives.authkey(told).violations) == judged
