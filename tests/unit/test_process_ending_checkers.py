"""How a process ends, what its exit code says of it, and who waits for it and reaps it."""

from typing import Any

import pytest

from mpconform.checkers import process_exits, process_joins, process_zombies
from mpconform.values import Outcome
from process_tape import census, child, main, run, started
from tape import error

YES = True
JOIN = main("c0", "join", at=(70, 71))
WAYS = {
    "return": ([child("pid", at=(30, 31))], 0, process_exits.after_return),
    "raise": ([child("raise", "x", at=(30, None))], 1, process_exits.after_exception),
    "raised": ([child("raise", "x", at=(30, 31),
    raised=error("Deliberate"))], 1, process_exits.after_exception),
    "raised-base": ([child("raise", "x", "BaseException", at=(30, 31),
    raised=error("Departure"))], 1, process_exits.after_exception),
    "sys-exit": ([child("sys_exit", 3, at=(30, None))], 3, process_exits.after_sys_exit),
    "sys-exit-0": ([child("sys_exit", 0, at=(30, None))], 0, process_exits.after_sys_exit),
    "sys-exit-255": ([child("sys_exit", 255, at=(30, None))], 255, process_exits.after_sys_exit),
    "sys-exit-true": ([child("sys_exit", YES, at=(30, None))], 1, process_exits.after_sys_exit),
    "sys-exit-none": ([child("sys_exit", None, at=(30, None))], 0, process_exits.after_sys_exit_none),
    "sys-exit-bare": ([child("sys_exit", at=(30, None))], 0, process_exits.after_sys_exit_none),
    "sys-exit-text": ([child("sys_exit", "0", at=(30, None))], 1, process_exits.after_sys_exit_text),
    "os-exit": ([child("exit", 7, at=(30, None))], 7, process_exits.after_os_exit),
    "signal": ([child("signal", 15, at=(30, None))], -15, process_exits.after_signal),
    "terminate": (
        [child("linger", at=(30, None)),
        main("c0", "terminate", at=(40, 41))], -15, process_exits.after_terminate,
    ),
    "kill": ([child("linger", at=(30, None)), main("c0", "kill", at=(40, 41))], -9, process_exits.after_kill),
    "kill-in-hold": ([child("hold", 9, at=(30, None)),
    main("c0", "kill", at=(40, 41))], -9, process_exits.after_kill),
}  # fmt: skip
RULES = [getattr(process_exits, name) for name in process_exits.__all__]


def kinds(finding: Any) -> Any:
    return [violation.kind for violation in finding.violations]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_end_has_its_exit_code(way: Any) -> None:
    """Its own rule judges it, no other does; any other number, and None after a join, are wrong."""
    deeds, code, rule = WAYS[way]

    for said in (code, code + 1, -code or 5, None, str(code)):
        told = run(started(), *deeds, JOIN, main("c0", ".exitcode", at=(80, 81), to=said))
        right = said == code and type(said) is int
        assert rule(told).judged == 1
        assert len(rule(told).violations) == (not right)
        assert not any(other(told).judged for other in RULES if other is not rule)


@pytest.mark.parametrize(
    "deeds",
    [
        [child("sys_exit", 256, at=(30, None))], [child("sys_exit", -1, at=(30, None))],
        [child("sys_exit", [1], at=(30, None))], [child("exit", 256, at=(30, None))],
        [child("signal", 2, at=(30, None))], [child("signal", 13, at=(30, None))],
        [child("linger", at=(30, None))], [child("pid", at=(30, None))],
        [child("pid", at=(30, 31)), main("c0", "terminate", at=(40, 41))],
        [child("linger", at=(30, None)), main("c0", "terminate", at=(40, 41)),
        main("c0", "kill", at=(42, 43))],
        [child("raise", "x", at=(30, None)), main("c0", "kill", at=(40, 41))],
        [child("linger", at=(30, None)), main("c0", "kill", at=(40, 41), raised=error("OSError"))],
    ],
    ids=lambda deeds: "-".join(o.method for o in deeds),
)  # fmt: skip
def test_an_ending_that_is_not_certain_has_no_exit_code(deeds: Any) -> None:
    """Codes that the system cuts, signals that Python handles, and two ends at once."""
    told = run(started(), *deeds, JOIN, main("c0", ".exitcode", at=(80, 81), to=77), finished=False)

    assert not any(rule(told).judged for rule in RULES)


def test_a_signal_that_did_not_end_the_child_is_no_ending() -> None:
    """It went on, and returned."""
    told = run(started(), child("signal", 15, at=(30, 31)), JOIN, main("c0", ".exitcode", at=(80, 81), to=0))

    assert process_exits.after_return(told).outcome is Outcome.PASS


def test_a_signal_to_a_dead_child_changes_nothing() -> None:
    """The system had shown it dead before."""
    told = run(
        started(), child("pid", at=(30, 31)), main("", "await_exit", ["c0"], at=(40, 41)),
        main("c0", "terminate", at=(50, 51)), JOIN, main("c0", ".exitcode", at=(80, 81), to=-15),
    )  # fmt: skip

    assert kinds(process_exits.after_return(told)) == ["exitcode-after-return"]


def test_an_exit_code_is_judged_before_the_join_if_it_is_one() -> None:
    """None may be right as long as nothing proves the end; a number must be the right one."""
    for said, judged in ((None, 0), (0, 1), (1, 1)):
        told = run(started(), child("pid", at=(30, 31)), main("c0", ".exitcode", at=(40, 41), to=said))
        assert process_exits.after_return(told).judged == judged
        assert len(process_exits.after_return(told).violations) == (said == 1)


def test_the_witness_of_a_wrong_exit_code_is_cause_end_and_read() -> None:
    """In this order, and the story has the reason."""
    told = run(
        started(), child("sys_exit", 3, at=(30, None)), JOIN, main("c0", ".exitcode", at=(80, 81), to=1)
    )
    (violation,) = process_exits.after_sys_exit(told).violations

    assert [o.method for o in violation.witness] == ["sys_exit", "join", ".exitcode"]
    assert violation.story.startswith("c0's sys_exit(3) was what ended c0, so its exit code must be 3.")


def test_a_terminated_process_that_lives_on_hangs_the_run() -> None:
    """The wait for its death, with nothing else awaited, shows it; an unfinished join does not."""
    linger, shot = child("linger", at=(30, None)), main("c0", "terminate", at=(40, 41))
    wait = main("", "await_exit", ["c0"], at=(50, None))

    found = process_exits.after_terminate(run(started(), linger, shot, wait, ended="hung", finished=False))
    assert kinds(found) == ["terminate-without-end"]
    assert [o.method for o in found.violations[0].witness] == ["linger", "terminate", "await_exit"]
    for other in (
        run(started(), linger, shot, main("c0", "join", at=(50, None)), ended="hung", finished=False),
        run(started(), linger, shot, wait, ended="crashed", finished=False),
        run(started(), linger, wait, ended="hung", finished=False),
    ):  # fmt: skip
        assert process_exits.after_terminate(other).outcome is Outcome.UNKNOWN


LATER = child("pid", at=(60, 61), to=100)


@pytest.mark.parametrize(
    ("at", "judged", "found"),
    [((30, 62), 1, []), ((30, 61), 1, []), ((30, 60), 1, ["join-before-end"]), ((30, 40),
    1, ["join-before-end"]),
     ((61, 62), 0, []), ((62, 63), 0, [])],
)  # fmt: skip
def test_a_join_returns_after_the_last_record(at: Any, judged: Any, found: Any) -> None:
    """Equal stamps order nothing; a join that began after the last record proves nothing."""
    finding = process_joins.waits(run(started(), main("c0", "join", at=at), LATER))

    assert (finding.judged, kinds(finding)) == (judged, found)
    assert all([o.actor for o in v.witness] == ["main", "c0"] for v in finding.violations)


def test_a_join_of_a_child_that_lingers_returns_only_after_a_signal() -> None:
    """Without one, it can only have returned too early."""
    linger, join = child("linger", at=(25, None)), main("c0", "join", at=(30, 31))

    assert kinds(process_joins.waits(run(started(), linger, join))) == ["join-before-end"]
    assert not process_joins.waits(run(started(), linger, main("c0", "kill", at=(28, 29)), join)).violations


@pytest.mark.parametrize(
    ("at_ns", "state", "judged"), [(40, "S", 1), (31, "S", 0), (40, "Z", 0), (40, "R", 1)]
)
def test_a_census_after_a_join_shows_nothing_that_runs(at_ns: Any, state: Any, judged: Any) -> None:
    """Strictly after; a zombie does not run."""
    told = run(started(), main("c0", "join", at=(30, 31)), census={"x": census(at_ns, (100, state, 1))})

    assert len(process_joins.waits(told).violations) == process_joins.waits(told).judged == judged


def test_a_join_gives_none() -> None:
    """Timed or not."""
    plain, timed = (
        main("c0", "join", at=(30, 70), to=True),
        main("c0", "join", at=(30, 31), to=False, timeout_s=0),
    )

    assert kinds(process_joins.waits(run(started(), plain, LATER))) == ["join-result"]
    assert kinds(process_joins.timeout(run(started(), timed))) == ["join-result"]


MS = 1_000_000


@pytest.mark.parametrize(
    ("took_ms", "found"), [(20, []), (18, []), (17.9, ["join-timeout-early"]), (0, ["join-timeout-early"])]
)
def test_a_timed_join_of_a_running_child_takes_its_time(took_ms: Any, found: Any) -> None:
    """Two milliseconds less are the clock's; "too late" is never judged."""
    join = main("c0", "join", at=(30, 30 + int(took_ms * MS) or 31), timeout_s=0.02)
    finding = process_joins.timeout(run(started(), join, child("pid", at=(99 * MS, 99 * MS + 1))))

    assert (finding.judged, kinds(finding)) == (1, found)


def test_a_timed_join_may_return_as_soon_as_the_child_may_have_ended() -> None:
    """Nothing shows that it still ran."""
    join = main("c0", "join", at=(30, 61), timeout_s=0.02)

    assert process_joins.timeout(run(started(), join, LATER)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("timeout_s", "ended", "found"),
    [(0.02, "hung", ["join-timeout-ignored"]), (0.02, "crashed", []), (60, "hung", []), (None, "hung", [])],
)
def test_a_timed_join_on_which_a_run_hangs_ignores_its_timeout(
    timeout_s: Any, ended: Any, found: Any
) -> None:
    """If the timeout is short."""
    told = run(started(), main("c0", "join", at=(30, None), timeout_s=timeout_s), ended=ended)

    assert kinds(process_joins.timeout(told)) == found


def test_a_second_join_is_as_good_as_the_first() -> None:
    """It may not raise; what was not joined before proves nothing."""
    first, again = main("c0", "join", at=(30, 31)), main("c0", "join", at=(40, 41))
    failed = main("c0", "join", at=(40, 41), raised=error("ChildProcessError"))

    assert process_joins.twice(run(started(), first, again)).outcome is Outcome.PASS
    assert kinds(process_joins.twice(run(started(), first, failed))) == ["second-join-raised"]
    assert process_joins.twice(run(started(), failed)).outcome is Outcome.UNKNOWN


def test_a_second_join_that_hangs_is_shown_if_the_child_is_dead() -> None:
    """Otherwise the first may have returned too early."""
    first, again = main("c0", "join", at=(30, 31)), main("c0", "join", at=(40, None))
    dead = main("", "await_exit", ["c0"], at=(35, 36))

    assert kinds(process_joins.twice(run(started(), first, dead, again, ended="hung"))) == [
        "second-join-hangs"
    ]
    assert process_joins.twice(run(started(), first, again, ended="hung")).outcome is Outcome.UNKNOWN
    assert process_joins.twice(run(started(), first, dead, again, ended="crashed")).outcome is Outcome.UNKNOWN


ZOMBIE = (100, "Z", 1)


@pytest.mark.parametrize(
    ("left", "found"), [((), []), ((ZOMBIE,), ["zombie"]), (((100, "Z", 50),), []), (((100, "S", 1),), [])]
)
@pytest.mark.parametrize(
    ("call", "rule"),
    [(main("c0", "join", at=(40, 41)), process_zombies.reaped_by_join),
     (main("c0", "is_alive", at=(40, 41), to=False), process_zombies.reaped_by_alive)],
)  # fmt: skip
def test_who_learns_of_an_end_reaps(call: Any, rule: Any, left: Any, found: Any) -> None:
    """A zombie of main is wrong, one of a fork server is not."""
    finding = rule(run(started(), call, census={"reaped": census(50, *left)}))

    assert finding.judged == 1
    assert [kind.partition("-")[0] for kind in kinds(finding)] == found


def test_a_census_before_the_call_says_nothing_of_it() -> None:
    """Nor does one with an equal stamp."""
    told = run(started(), main("c0", "join", at=(40, 41)), census={"x": census(41, ZOMBIE)})

    assert process_zombies.reaped_by_join(told).outcome is Outcome.UNKNOWN


def test_only_the_first_to_learn_of_an_end_is_judged() -> None:
    """A join after an exit code has nothing left to reap."""
    read = main("c0", ".exitcode", at=(30, 31), to=0)
    told = run(started(), read, main("c0", "join", at=(40, 41)), census={"x": census(50)})

    assert process_zombies.reaped_by_join(told).outcome is Outcome.UNKNOWN


DEAD = main("", "await_exit", ["c0"], at=(30, 31))


@pytest.mark.parametrize(
    ("call", "rule"),
    [(main("@", "active_children", at=(40, 41), to=[]), process_zombies.reaped_by_active),
     (started("c1", at=(40, 41)), process_zombies.reaped_by_start)],
)  # fmt: skip
def test_active_children_and_start_reap_what_nobody_joined(call: Any, rule: Any) -> None:
    """A zombie that could be reaped before the call must be gone after it."""
    before, after = {"dead": census(35, ZOMBIE)}, {"reaped": census(50, ZOMBIE)}

    found = rule(run(started(), DEAD, call, census=before | after))
    assert found.judged == len(found.violations) == 1
    assert [o.method for o in found.violations[0].witness] == [call.method]
    assert len(found.violations[0].observed) == 2
    assert rule(run(started(), DEAD, call, census=before | {"reaped": census(50)})).outcome is Outcome.PASS
    # Dead, but perhaps not yet to be reaped when the call was made.
    assert rule(run(started(), DEAD, call, census=after)).outcome is Outcome.UNKNOWN
    # Not dead for certain.
    assert rule(run(started(), call, census=after)).outcome is Outcome.UNKNOWN
    # Joined in between.
    joined = main("c0", "join", at=(42, 43))
    assert rule(run(started(), DEAD, call, joined, census={"x": census(50)})).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("left", "found"),
    [((), []), ((ZOMBIE,), ["zombie-left"]), (((100, "S", 1),), ["process-left"]), (((55, "S", 1),), [])],
)
def test_nothing_that_was_joined_is_left(left: Any, found: Any) -> None:
    """A process that is no child of the scenario is not its residue."""
    finding = process_zombies.residue(run(started(), JOIN, census={"after": census(90, *left)}))

    assert (finding.judged, kinds(finding)) == (1, found)


def test_a_child_that_nobody_joined_is_no_residue() -> None:
    """Nor is anything in a run that did not end normally."""
    left = {"after": census(90, ZOMBIE)}

    assert process_zombies.residue(run(started(), census=left)).outcome is Outcome.UNKNOWN
    assert (
        process_zombies.residue(run(started(), JOIN, census=left, ended="crashed")).outcome is Outcome.UNKNOWN
    )


def test_a_child_that_never_spoke_is_known_by_its_pid() -> None:
    """As main read it."""
    read = main("c0", ".pid", at=(30, 31), to=100)
    told = run(started(), read, JOIN, census={"after": census(90, ZOMBIE)}, pids={"c0": ()})

    assert kinds(process_zombies.residue(told)) == ["zombie-left"]
