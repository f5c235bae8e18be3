"""Alive, listed and without an exit code: from the start to the end, and not a moment longer."""

from typing import Any

import pytest

from mpconform.checkers import process_liveness, process_sentinels
from mpconform.values import Actor, ObjectSpec, Outcome
from process_tape import census, child, main, run, started
from tape import history, op

LATER = child("pid", at=(60, 61), to=100)


def kinds(finding: Any) -> Any:
    return [violation.kind for violation in finding.violations]


@pytest.mark.parametrize(
    ("result", "found"), [(False, []), (True, ["alive-before-start"]), (None, ["alive-before-start"])]
)
def test_nothing_is_alive_before_its_start(result: Any, found: Any) -> None:
    """Only False is right."""
    assert kinds(process_liveness.alive_before(run(main("c0", "is_alive", at=(1, 2), to=result)))) == found


@pytest.mark.parametrize(
    ("at", "judged"),
    [((30, 59), 1), ((30, 60), 1), ((30, 61), 0), ((30, 70), 0), ((20, 30), 0), ((21, 30), 1)],
)
def test_a_child_that_speaks_later_is_alive(at: Any, judged: Any) -> None:
    """Strictly after the start's return, and strictly before the child's last stamp."""
    finding = process_liveness.alive_running(run(started(), main("c0", "is_alive", at=at, to=False), LATER))

    assert finding.judged == len(finding.violations) == judged


def test_the_story_of_a_death_foretold_names_what_the_child_did() -> None:
    """Call and proof, in this order."""
    told = run(started(), child("pid", at=(25, 26)), main("c0", "is_alive", at=(30, 31), to=False), LATER)
    (violation,) = process_liveness.alive_running(told).violations

    assert [(o.actor, o.invoked_ns) for o in violation.witness] == [("main", 30), ("c0", 60)]
    assert "Yet c0 ran: c0's pid(), begun at 50 ns" in violation.story


def test_a_child_that_lingers_is_alive_until_it_is_signalled() -> None:
    """The signal may strike as soon as it is sent."""
    linger, asked = child("linger", at=(25, None)), main("c0", "is_alive", at=(30, 31), to=False)
    before, after = main("c0", "terminate", at=(32, 33)), main("c0", "terminate", at=(28, 29))

    assert kinds(process_liveness.alive_running(run(started(), linger, asked, before))) == [
        "dead-while-running"
    ]
    assert not process_liveness.alive_running(run(started(), linger, asked, after)).judged


def test_a_child_that_another_actor_may_have_signalled_is_not_surely_alive() -> None:
    """By its own name, or by one that was bound."""
    linger, asked = child("linger", at=(25, None)), main("c0", "is_alive", at=(30, 31), to=False)
    for target in ("c0", "something"):
        killed = op("c1", target, "kill", at=(28, 29))
        assert not process_liveness.alive_running(run(started(), linger, asked, killed)).judged


def test_a_child_started_twice_is_not_judged() -> None:
    """Its second process may be what speaks."""
    again = main("c0", "start", at=(22, 23))
    told = run(started(), again, main("c0", "is_alive", at=(30, 31), to=False), LATER)

    assert process_liveness.alive_running(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "end",
    [
        main("c0", "join", at=(30, 31)), main("c0", "join", None, at=(30, 31)),
        main("c0", "is_alive", at=(30, 31), to=False), main("c0", ".exitcode", at=(30, 31), to=0),
    ],
    ids=lambda o: o.method,
)  # fmt: skip
def test_after_the_end_nothing_is_alive(end: Any) -> None:
    """The end is what the backend itself says: by a join, an exit code, or an earlier answer."""
    finding = process_liveness.alive_after(run(started(), end, main("c0", "is_alive", at=(40, 41), to=True)))

    assert kinds(finding) == ["alive-after-end"]
    assert [o.invoked_ns for o in finding.violations[0].witness] == [30, 40]


@pytest.mark.parametrize(
    "end",
    [
        main("c0", "join", at=(30, 31), timeout_s=0.1), main("c0", "join", 0.1, at=(30, 31)),
        main("c0", ".exitcode", at=(30, 31)), main("c0", "is_alive", at=(30, 31), to=True),
        main("", "await_exit", ["c0"], at=(30, 31)), main("c0", "join", at=(30, 40)),
    ],
    ids=["timed", "positional", "none", "alive", "system-only", "touching"],
)  # fmt: skip
def test_what_proves_no_end_judges_nothing(end: Any) -> None:
    """A timed join, no exit code, and the system's word alone prove nothing; nor do equal stamps."""
    told = run(started(), end, main("c0", "is_alive", at=(40, 41), to=True))

    assert process_liveness.alive_after(told).outcome is Outcome.UNKNOWN


def test_an_end_that_the_child_belies_is_none() -> None:
    """A join that returned too early is not the fault of is_alive."""
    told = run(
        started(), main("c0", "join", at=(30, 31)), main("c0", "is_alive", at=(40, 41), to=True), LATER
    )

    assert process_liveness.alive_after(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("state", "parent", "judged"), [("Z", 1, 1), ("S", 1, 0), ("Z", 50, 0)], ids=["ours", "runs", "another's"]
)
def test_a_zombie_of_main_has_ended(state: Any, parent: Any, judged: Any) -> None:
    """A census is proof if main can reap what it shows; it is then what is observed."""
    told = run(
        started(),
        main("c0", "is_alive", at=(40, 41), to=True),
        census={"dead": census(35, (100, state, parent))},
    )
    finding = process_liveness.alive_after(told)

    assert finding.judged == judged
    assert [v.observed for v in finding.violations] == [
        ("census 'dead' showed process 100 as a zombie",)
    ] * judged


def test_a_ready_sentinel_of_a_process_that_the_system_shows_dead_is_an_end() -> None:
    """Either alone is none: a pipe closes a moment before the process can be reaped."""
    ready = main("@", "connection.wait", [{"$attribute": ["c0", "sentinel"]}], at=(30, 31), to=[7])
    dead = main("", "await_exit", ["c0"], at=(32, 33))
    asked = main("c0", "is_alive", at=(40, 41), to=True)

    assert [
        o.invoked_ns
        for o in process_liveness.alive_after(run(started(), ready, dead, asked)).violations[0].witness
    ] == [30, 32, 40]
    assert not process_liveness.alive_after(run(started(), ready, asked)).judged
    assert not process_liveness.alive_after(run(started(), dead, asked)).judged


@pytest.mark.parametrize(
    ("at", "code", "found"),
    [((1, 2), None, []), ((1, 2), 0, ["exitcode-before-end"]), ((30, 31), None, []),
     ((30, 31), 0, ["exitcode-before-end"]), ((30, 31), -15, ["exitcode-before-end"])],
)  # fmt: skip
def test_there_is_no_exit_code_before_the_end(at: Any, code: Any, found: Any) -> None:
    """Neither before the start nor while the child surely runs."""
    finding = process_liveness.exitcode_running(
        run(main("c0", ".exitcode", at=at, to=code), started(), LATER)
    )

    assert (finding.judged, kinds(finding)) == (1, found)


def test_an_exit_code_of_a_child_that_may_have_ended_is_not_judged() -> None:
    """After the child's last stamp anything is possible."""
    told = run(started(), LATER, main("c0", ".exitcode", at=(61, 62), to=0))

    assert process_liveness.exitcode_running(told).outcome is Outcome.UNKNOWN


def listed(*names: Any, at: Any = (30, 31), actor: Any = "main") -> Any:
    return op(actor, "@", "active_children", at=at, to=[{"$object": name} for name in names])


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("c0",), []),
        ((), ["active-missing"]),
        (("c0", "c0"), ["active-twice"]),
        (("c0", "c1"), ["active-unstarted"]),
    ],
)
def test_the_active_children_are_those_that_run(names: Any, found: Any) -> None:
    """Each once, and nothing that was not started."""
    told = run(started(), listed(*names), LATER, main("c1", "start", at=(70, 71)))

    assert kinds(process_liveness.active(told)) == found


def test_a_child_that_has_ended_is_not_active() -> None:
    """The join that proves its end is the first of the witness."""
    told = run(started(), main("c0", "join", at=(22, 23)), listed("c0"))
    (violation,) = process_liveness.active(told).violations

    assert violation.kind == "active-ended"
    assert [o.method for o in violation.witness] == ["join", "active_children"]


def test_something_without_a_name_may_be_the_child_that_is_missing() -> None:
    """A backend may list its processes by other objects."""
    nameless = main("@", "active_children", at=(30, 31), to=[{"$other": ["x.Process", "<Process>"]}])

    assert not process_liveness.active(run(started(), nameless, LATER)).violations


def test_a_child_has_no_children_unless_it_made_some() -> None:
    """A forked child must not list its siblings; one that makes processes is not judged."""
    sibling = op("c0", "@", "active_children", at=(30, 31), to=[{"$other": ["x.Process", "<Process>"]}])
    made = op("c0", "@", "Pool", at=(25, 26))

    assert kinds(process_liveness.active(run(started(), sibling))) == ["active-of-another"]
    assert process_liveness.active(run(started(), listed(actor="c0"))).outcome is Outcome.PASS
    assert process_liveness.active(run(started(), made, sibling)).outcome is Outcome.UNKNOWN


WAIT = [{"$attribute": ["c0", "sentinel"]}]


@pytest.mark.parametrize(
    ("result", "timeout_s", "judged", "found"),
    [([], 0.01, 1, []), ([7], 0.01, 1, ["sentinel-early"]), ([7], None, 1, ["sentinel-early"]),
     ([], None, 2, ["wait-gave-nothing"])],
)  # fmt: skip
def test_a_sentinel_is_not_ready_while_its_process_runs(
    result: Any, timeout_s: Any, judged: Any, found: Any
) -> None:
    """And a wait without timeout gives something."""
    wait = main("@", "connection.wait", WAIT, at=(30, 31), to=result, timeout_s=timeout_s)
    finding = process_sentinels.ready_at_end(run(started(), wait, LATER))

    assert (finding.judged, kinds(finding)) == (judged, found)


def test_a_sentinel_among_several_is_known_by_its_number() -> None:
    """Only the child whose sentinel came back can be blamed."""
    both = [*WAIT, {"$attribute": ["c1", "sentinel"]}]
    told = run(
        started(), started("c1", at=(21, 22)), main("c0", ".sentinel", at=(23, 24), to=7),
        main("c1", ".sentinel", at=(25, 26), to=8), main("@", "connection.wait", both, at=(30, 31), to=[8]),
        LATER, child("pid", at=(60, 61), name="c1", to=101),
    )  # fmt: skip
    (violation,) = process_sentinels.ready_at_end(told).violations

    assert violation.summary == "c1's sentinel was ready while c1 ran."


def test_a_wait_for_a_dead_process_that_goes_on_for_ever_is_shown_with_its_death() -> None:
    """Only if the run hung, the wait had no timeout, and the system showed the process dead."""
    dead = main("", "await_exit", ["c0"], at=(30, 31))
    wait = main("@", "connection.wait", WAIT, at=(40, None))
    timed = main("@", "connection.wait", WAIT, at=(40, None), timeout_s=60)

    finding = process_sentinels.ready_at_end(run(started(), dead, wait, ended="hung"))
    assert [o.method for o in finding.violations[0].witness] == ["await_exit", "connection.wait"]
    assert kinds(finding) == ["sentinel-never-ready"]
    for other in (
        run(started(), dead, wait, ended="crashed"), run(started(), wait, ended="hung"),
        run(started(), dead, timed, ended="hung"),
    ):  # fmt: skip
        assert process_sentinels.ready_at_end(other).outcome is Outcome.UNKNOWN


def test_a_wait_that_is_given_other_things_too_is_not_judged() -> None:
    """A connection may be what was ready."""
    wait = main("@", "connection.wait", [*WAIT, {"$object": "r"}], at=(30, 31), to=[7])

    assert process_sentinels.ready_at_end(run(started(), wait, LATER)).outcome is Outcome.UNKNOWN


def test_an_object_of_the_scenario_that_bears_an_actors_name_hides_the_actor() -> None:
    """Calls on it are not calls on a process."""
    told = history(
        main("c0", "is_alive", at=(1, 2), to=True),
        family="process", objects={"c0": ObjectSpec(factory="Event")},
        actors={"main": Actor(), "c0": Actor()},
    )  # fmt: skip

    assert process_liveness.alive_before(told).outcome is Outcome.UNKNOWN
