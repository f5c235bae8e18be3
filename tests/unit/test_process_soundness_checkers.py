"""No checker of processes blames a correct backend, whatever the timing."""

import functools
from typing import Any

import pytest

from mpconform.checkers import (
    process_daemons,
    process_errors,
    process_exits,
    process_identity,
    process_joins,
    process_liveness,
    process_misuse,
    process_names,
    process_output,
    process_relatives,
    process_sentinels,
    process_targets,
    process_zombies,
)
from mpconform.values import ActorRecord, History, Outcome
from process_tape import child, legal, main, run, started

MODULES = (
    process_daemons, process_errors, process_exits, process_identity, process_joins, process_liveness,
    process_misuse, process_names, process_output, process_relatives, process_sentinels,
    process_targets, process_zombies,
)  # fmt: skip
CHECKERS = [
    getattr(module, name)
    for module in MODULES
    for name in module.__all__
    if name not in {"name_at", "proof_of_life"}
]


_legal = functools.cache(legal)


def _ids(checker: Any) -> Any:
    return f"{checker.__module__.rpartition('.')[2]}.{checker.__name__}"


@pytest.mark.dense
@pytest.mark.parametrize("checker", CHECKERS, ids=_ids)
def test_a_thousand_legal_histories_break_nothing(checker: Any) -> None:
    """Of 1,000 random histories that truly happened so, none breaks a rule."""
    broken = [(seed, checker(_legal(seed)).violations) for seed in range(1000)]

    assert not [entry for entry in broken if entry[1]]


@pytest.mark.dense
def test_the_legal_histories_put_the_rules_about_time_to_the_test() -> None:
    """The random histories judge what depends on time, so that silence about them means something."""
    rules = (
        process_liveness.alive_running, process_liveness.alive_after, process_liveness.active,
        process_liveness.exitcode_running, process_joins.waits, process_joins.timeout,
        process_joins.twice, process_exits.after_return, process_exits.after_terminate,
    )  # fmt: skip
    judged = {rule.__name__: sum(rule(_legal(seed)).judged for seed in range(1000)) for rule in rules}

    assert min(judged.values()) >= 20, judged


@pytest.mark.parametrize("checker", CHECKERS, ids=_ids)
def test_a_history_without_evidence_is_unknown(checker: Any) -> None:
    """Nothing was done: nothing is judged."""
    assert checker(run()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("checker", CHECKERS, ids=_ids)
@pytest.mark.parametrize("ended", ["hung", "crashed"])
def test_a_run_that_broke_off_blames_nobody_for_what_is_open(checker: Any, ended: str) -> None:
    """A start, a join and a linger that never returned are nobody's fault but of whatever hung."""
    broken = run(
        main("c1", "start", at=(1, 2)), started(), child("linger", at=(30, None)),
        main("c0", "join", at=(40, None)),
        main("c2", "start", at=(50, None)) if ended == "crashed" else main("c1", "is_alive", at=(5, 6),
        to=True),
        ended=ended, finished=False, pids={"c2": ()},
    )  # fmt: skip

    assert not checker(broken).violations


@pytest.mark.parametrize("checker", CHECKERS, ids=_ids)
def test_an_actor_whose_name_is_taken_is_not_judged(checker: Any) -> None:
    """A step that binds an actor's name makes it unclear what later steps call."""
    shadowed = run(
        main("@", "current_process", at=(1, 2), to={"$object": "c0"}),
        started(), main("c0", ".pid", at=(30, 31), to="no pid"), main("c0", "is_alive", at=(32, 33), to=7),
        child("pid", at=(40, 41), to=100), binds={"main": {0: "c0"}},
    )  # fmt: skip

    assert not checker(shadowed).violations


def _renamed(made: History) -> History:
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return History(**fields | {"actors": {name: ActorRecord() for name in made.actors}})


@pytest.mark.parametrize("checker", [c for c in CHECKERS if c is not process_targets.once], ids=_ids)
def test_children_that_never_spoke_are_not_blamed(checker: Any) -> None:
    """Without a record of any process, only that its target never ran can be wrong."""
    assert not any(checker(_renamed(_legal(seed))).violations for seed in range(100))
