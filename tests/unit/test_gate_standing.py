"""What a gate makes of what was found: a pure function, looked at on both sides of each boundary."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from fakes import header, requirement
from mpconform.events import BackendRow, GateRow, ReplayEvent, ResultEvent, StandingEvent, ViolationEvent
from mpconform_conformance import catalogue
from mpconform_conformance.gate import editions
from mpconform_conformance.gate.baseline import Entry, Rate
from mpconform_conformance.gate.standing import Gate, exit_code, standings

FORK, SPAWN = "billiard:fork", "billiard:spawn"
ROW = GateRow(
    baseline="conformance.toml", entries=1, edition="2026.1", level="must", inconclusive="fail", stale="fail",
    today="2026-11-26",
)  # fmt: skip
LISTED = Entry(requirement="QUEUE-FIFO", signature="overtaken", reason="the feeder races")


def backend(spec: str) -> BackendRow:
    return BackendRow(
        spec=spec, module="billiard", version="4", file="", python="3.12.1", implementation="CPython",
        executable="", methods=("fork", "spawn"), capabilities=(),
    )  # fmt: skip


def violation(kind: str = "overtaken", *, name: str = "QUEUE-FIFO", spec: str = FORK) -> ViolationEvent:
    return ViolationEvent(
        id=f"{name}-{spec}-{kind}", requirement=name, backend=spec, family="queue", kind=kind, summary="",
        story="", observed=(), folder="", seen=1, reproduced=(3, 3), actors=1, steps=1, replay="",
    )  # fmt: skip


def replayed(failed: int, times: int, needed: int = 3, **rest: Any) -> ReplayEvent:
    return ReplayEvent(
        entry=1, requirement="QUEUE-FIFO", backend=FORK, signature="overtaken", failed=failed, times=times,
        needed=needed, **rest,
    )  # fmt: skip


def stand(
    *violations: ViolationEvent,
    entries: tuple[Entry, ...] = (),
    replays: tuple[ReplayEvent, ...] = (),
    results: tuple[ResultEvent, ...] = (),
    specs: tuple[str, ...] = (FORK,),
    requirements: Any = None,
    **policy: str,
) -> list[tuple[str, str]]:
    """Return standing and reason of everything."""
    row = msgspec.structs.replace(ROW, **policy)
    about = header(*(requirements or [requirement(), requirement("QUEUE-CAPACITY")]))
    about = msgspec.structs.replace(about, backends=tuple(backend(spec) for spec in specs))
    judged = {(result.requirement, result.backend) for result in results}
    results += tuple(
        ResultEvent(requirement=r.id, backend=spec, status="conforms")
        for r in about.requirements
        for spec in specs
        if (r.id, spec) not in judged
    )
    found = standings(Gate(row=row, entries=entries, replays=replays), about, results, violations)
    return [(standing.standing, standing.reason) for standing in found]


def test_a_violation_is_known_by_its_requirement_its_signature_and_where() -> None:
    """Any other requirement, signature or backend makes it new."""
    narrow = msgspec.structs.replace(LISTED, when="start_method == 'spawn'")

    assert stand(violation(), entries=(LISTED,)) == [("known", "the feeder races")]
    new = ("new", "confirmed: it failed again in 3 of 3 replays")
    assert stand(violation()) == [new]
    assert stand(violation(name="QUEUE-CAPACITY"), entries=(narrow,)) == [new]
    assert stand(violation("lost"), entries=(narrow,)) == [new]
    assert stand(violation("lost"), entries=(LISTED,))[0] == (
        "new",
        f"listed with another signature: overtaken; {new[1]}",
    )
    assert stand(violation(), entries=(narrow,)) == [
        ("new", f"listed only when start_method == 'spawn'; {new[1]}")
    ]
    assert stand(violation(), entries=(narrow,))[0][0] == "new"


def test_what_is_new_says_whether_it_showed_again() -> None:
    """What did not is told with its rate, and is no less new: its witness proves it."""
    judged = ResultEvent(
        requirement="QUEUE-FIFO", backend=FORK, status="violates", evidence={"histories": 4000}
    )

    def told(failed: int, times: int) -> tuple[str, str]:
        seen = msgspec.structs.replace(violation(), reproduced=(failed, times), seen=2)
        return stand(seen, results=(judged,))[0]

    assert told(1, 20) == ("new", "confirmed: it failed again in 1 of 20 replays")
    assert told(0, 3) == (
        "new",
        "rare: it failed again in 0 of 3 replays, and was met in 2 of 4000 histories; its witness is a proof",
    )
    assert told(0, 0) == ("new", "not replayed: met in 2 of 4000 histories")


def test_an_entry_counts_to_the_end_of_its_last_day() -> None:
    """The day after, what it lists counts as new; an entry that is still in force comes first."""
    last = msgspec.structs.replace(LISTED, expires=dt.date(2026, 11, 26))
    past = msgspec.structs.replace(LISTED, expires=dt.date(2026, 11, 25))

    assert stand(violation(), entries=(last,))[0][0] == "known"
    assert stand(violation(), entries=(past,)) == [("expired", "known until 2026-11-25: the feeder races")]
    assert [s for s, _ in stand(violation(), entries=(past, last))] == ["known"]
    assert stand(entries=(past,), replays=(replayed(1, 1),))[0][0] == "expired"


def test_a_level_below_the_gate_is_advice() -> None:
    """A SHOULD fails a gate only if it was asked for."""
    mild = msgspec.structs.replace(requirement(), level="SHOULD")

    assert stand(violation(), requirements=[mild])[0][0] == "advisory"
    assert stand(violation(), requirements=[mild], level="should")[0][0] == "new"


def test_a_requirement_that_came_later_cannot_fail_a_gate() -> None:
    """It is shown, with the edition that it came after; so is its lack of evidence not counted."""
    later = requirement("QUEUE-OF-TOMORROW")
    unknown = ResultEvent(requirement=later.id, backend=FORK, status="unknown")

    assert stand(violation(name=later.id), requirements=[later]) == [("later", "added after 2026.1")]
    assert stand(requirements=[later], results=(unknown,)) == []


def test_what_could_not_be_judged_is_inconclusive_unless_that_is_listed() -> None:
    """Of a MUST; an unsupported requirement is nobody's fault."""
    unknown = ResultEvent(requirement="QUEUE-FIFO", backend=FORK, status="unknown", reason="no evidence")
    mild = msgspec.structs.replace(requirement(), level="SHOULD")
    listed = msgspec.structs.replace(LISTED, signature="no-evidence", expect="unknown")

    assert stand(results=(unknown,)) == [("inconclusive", "no evidence")]
    assert stand(results=(unknown,), entries=(listed,)) == [("known", "the feeder races")]
    assert stand(results=(unknown,), requirements=[mild]) == []
    assert stand(results=(unknown,), requirements=[mild], level="should")[0][0] == "inconclusive"
    assert stand(results=(msgspec.structs.replace(unknown, status="unsupported"),)) == []


def test_only_enough_runs_without_a_failure_say_that_something_is_mended() -> None:
    """One run less proves nothing; one failure confirms; without a witness only a person can tell."""
    entries = (LISTED,)

    assert stand(entries=entries, replays=(replayed(0, 3),))[0][0] == "stale"
    assert stand(entries=entries, replays=(replayed(0, 2),))[0][0] == "unseen"
    assert stand(entries=entries, replays=(replayed(1, 3),))[0][0] == "known"
    assert stand(entries=entries)[0][0] == "unseen"
    assert stand(violation(), entries=entries, replays=(replayed(0, 3),))[0][0] == "known"


def test_an_entry_about_what_is_no_longer_offered_is_stale() -> None:
    """The requirement cannot be asked any more, so nothing can be known of it."""
    gone = replayed(0, 0, vanished=True, reason="the backend offers no Queue any more")

    assert stand(entries=(LISTED,), replays=(gone,)) == [
        ("stale", "vanished: the backend offers no Queue any more")
    ]
    assert (
        stand(entries=(LISTED,), replays=(replayed(0, 0, reason="there was no time for more runs"),))[0][0]
        == "unseen"
    )


def test_each_backend_that_an_entry_is_about_is_looked_at() -> None:
    """Mended under one start method, and still broken under another."""
    found = stand(violation(spec=SPAWN), entries=(LISTED,), replays=(replayed(0, 3),), specs=(FORK, SPAWN))

    assert [standing for standing, _ in found] == ["known", "stale"]


def test_an_entry_about_a_requirement_that_was_not_asked_says_nothing() -> None:
    """A gate with --requirement is about that one."""
    assert stand(entries=(LISTED,), requirements=[requirement("QUEUE-CAPACITY")]) == []


def test_what_a_python_does_not_promise_is_never_stale() -> None:
    """The witness passes there, for nobody judges it; nor is it missed."""
    late = Entry(requirement="MANAGER-SHUTDOWN-TIMEOUT", signature="x", reason="r")
    old = msgspec.structs.replace(backend(FORK), python="3.10.13")

    assert late.applies(backend(FORK))
    assert not late.applies(old)
    assert Entry(requirement="QUEUE-FIFO", signature="x", reason="r").applies(old)


@pytest.mark.parametrize(
    ("failed", "times", "standing"), [(1, 20, "known"), (4, 20, "known"), (8, 20, "worse"), (20, 20, "worse")]
)
def test_a_rate_is_worse_if_chance_hardly_explains_it(failed: int, times: int, standing: str) -> None:
    """7 of 200 may be up to 7 %: of 20 runs, 4 fail now and then, 8 never."""
    rare = msgspec.structs.replace(LISTED, rate=Rate(7, 200))

    found = stand(violation(), entries=(rare,), replays=(replayed(failed, times, 200),))

    assert found[0][0] == standing


def test_what_always_failed_cannot_become_worse() -> None:
    """20 of 20 then, 20 of 20 now."""
    always = msgspec.structs.replace(LISTED, rate=Rate(20, 20))

    assert stand(violation(), entries=(always,), replays=(replayed(1, 1),))[0][0] == "known"


@pytest.mark.parametrize(
    ("kinds", "policy", "judged", "code"),
    [
        ([], {}, True, 0),
        (["known", "advisory", "later", "unseen"], {}, True, 0),
        (["new", "inconclusive", "stale"], {}, True, 1),
        (["worse"], {}, True, 1),
        (["expired"], {}, True, 1),
        (["inconclusive", "stale"], {}, True, 3),
        (["inconclusive", "stale"], {"inconclusive": "warn"}, True, 4),
        (["stale"], {"stale": "warn"}, True, 0),
        ([], {}, False, 5),
        (["stale"], {}, False, 5),
        (["inconclusive"], {}, False, 3),
        (["inconclusive"], {"inconclusive": "warn"}, False, 5),
    ],
)
def test_the_exit_code_is_the_first_that_applies(
    kinds: list[str], policy: dict[str, str], code: int, *, judged: bool
) -> None:
    """1 before 3 before 5 before 4; an empty run is never green."""
    found = [
        StandingEvent(requirement="R", backend=FORK, signature="", standing=kind)  # type: ignore[arg-type]
        for kind in kinds
    ]
    status = "conforms" if judged else "unknown"
    results = [ResultEvent(requirement="R", backend=FORK, status=status)]  # type: ignore[arg-type]

    assert exit_code(msgspec.structs.replace(ROW, **policy), found, results) == code


def test_what_is_known_and_in_force_need_not_be_shrunk() -> None:
    """On the backends that it is about; an expired entry is new again, and is shrunk."""
    narrow = msgspec.structs.replace(LISTED, when="start_method == 'spawn'")
    past = msgspec.structs.replace(LISTED, signature="lost", expires=dt.date(2020, 1, 1))
    gate = Gate(row=ROW, entries=(narrow, past))

    assert gate.known([backend(FORK), backend(SPAWN)]) == {("QUEUE-FIFO", SPAWN, "overtaken")}


def test_the_edition_is_what_the_catalogue_says() -> None:
    """What is frozen stays: no sentence and no level changes, and no requirement goes."""
    now = {r.id: (r.level, r.statement) for r in catalogue.requirements()}
    for name in editions.names():
        for identifier, frozen in editions.edition(name).requirements.items():
            assert now.get(identifier) == (frozen.level, frozen.statement), f"{identifier} of edition {name}"
