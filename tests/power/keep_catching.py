"""Keep among the directed scenarios those in which a mutant was caught that a campaign catches late.

    python tests/power/keep_catching.py MUTANT ...

The scenario is that of the mutant's story.  It is kept if it catches the mutant in each of some runs, and if
no requirement of its family is broken by it in the standard library, under any start method; it is then run
by each campaign, once, whatever there is evidence for.
"""

import sys
from pathlib import Path

import msgspec

from mpconform.backend import Backend
from mpconform.runner import Runner, workdir
from mpconform.values import History, Requirement, Scenario
from mpconform_conformance import directed
from mpconform_conformance.catalogue import checker_of, requirements
from mpconform_conformance.directed import Directed
from mpconform_conformance.power.hunt import backend_of
from mpconform_conformance.power.mutants import mutants
from mpconform_conformance.strategies import undressed

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from stories import kept  # it stands in tests/support

#: A scenario has to catch its mutant, and to find nothing wrong with the standard library, so often in a row.
TIMES = 5
METHODS = ("fork", "spawn", "forkserver")


def broken(backend: Backend, scenario: Scenario, asked: tuple[Requirement, ...]) -> list[set[str]]:
    """Return which of *asked* each of some runs of *scenario* shows to be broken."""
    with workdir() as folder, Runner(backend, workdir=folder) as runner:
        runs = [runner.run(scenario) for _ in range(TIMES)]
    return [
        {r.id for r in asked for history in run.histories if checker_of(r)(history).violations}
        for run in runs
    ]


def catching(name: str) -> Directed | None:
    """Return the scenario of the story of the mutant *name*, if it is to be kept."""
    (mutant,) = (one for one in mutants() if one.name == name)
    story = next((one for one in kept() if one.mutant == name), None)
    if story is None:
        return None
    scenario = msgspec.json.decode(story.history, type=History).scenario
    scenario = undressed(scenario)
    asked = tuple(r for r in requirements() if r.family == mutant.family)
    backend = backend_of(mutant, method=mutant.method, python=sys.executable)
    if not all(mutant.requirement in found for found in broken(backend, scenario, asked)):
        return None
    for method in METHODS:
        if any(broken(Backend(module="multiprocessing", method=method), scenario, asked)):
            return None
    return Directed(gives=(mutant.requirement,), scenario=scenario, catches=True)


def main(names: list[str]) -> None:
    """Keep what can be kept, and say of each what became of it."""
    for name in names:
        found = catching(name)
        print(name, "kept" if found else "not kept", flush=True)  # noqa: T201  # progress
        if found is None:
            continue
        family = found.scenario.family
        known = directed.scenarios(family)
        if found.scenario not in [one.scenario for one in known]:
            path = directed.FOLDER / f"{family}.json"
            path.write_bytes(directed.encoded(directed.simplest(family), (*known, found)))
        directed._read.cache_clear()


if __name__ == "__main__":
    main(sys.argv[1:])
