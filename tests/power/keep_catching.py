"""Keep among the directed scenarios those in which a mutant was caught that a campaign catches late.

    python tests/power/keep_catching.py MUTANT ...

The scenario is that of the mutant's story, or one of those that the themes of its family draw: the smallest
that comes to its end, or else the smallest that does not.  It is kept if it catches the mutant in each of
some runs, and if no requirement of its family is broken by it in the standard library, under any start
method; it is then run by each campaign, once, whatever there is evidence for.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from mpconform.backend import Backend
from mpconform.runner import Runner, workdir
from mpconform.values import History, Requirement, Scenario
from mpconform_conformance import directed
from mpconform_conformance.catalogue import checker_of, requirements
from mpconform_conformance.directed import Directed
from mpconform_conformance.explore import batch
from mpconform_conformance.families import family
from mpconform_conformance.power.hunt import backend_of
from mpconform_conformance.power.mutants import Mutant, mutants
from mpconform_conformance.strategies import undressed

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from stories import Kept, kept  # they stand in tests/support

#: A scenario has to catch its mutant so often in a row: what fails by chance may do so five times, ...
CAUGHT = 20
#: ... and to find nothing wrong with the standard library so often.
CLEAN = 5
#: So many scenarios of each theme are tried.
DRAWN = 40
METHODS = ("fork", "spawn", "forkserver")


def broken(
    backend: Backend, scenarios: Iterable[Scenario], asked: Iterable[Requirement]
) -> Iterator[tuple[Scenario, set[str], bool]]:
    """Run each of *scenarios*; yield it, which of *asked* it shows to be broken, and whether it ended."""
    with workdir() as folder, Runner(backend, workdir=folder) as runner:
        for scenario in scenarios:
            run = runner.run(scenario)
            found = {r.id for r in asked for one in run.histories if checker_of(r)(one).violations}
            yield scenario, found, run.ended == "normally"


def candidates(mutant: Mutant, backend: Backend, story: Kept | None) -> Iterator[Scenario]:
    """Yield scenarios in which *mutant* may be caught each time, those that came to their end first."""
    asked = [r for r in requirements() if r.id == mutant.requirement]
    themes = family(mutant.family).themes
    # The first of each theme is the simplest, which every campaign runs anyway.
    drawn = [one for theme in themes for one in batch(theme, seed=0, index=0, size=DRAWN)[1:]]
    if story is not None:
        drawn.append(undressed(msgspec.json.decode(story.history, type=History).scenario))
    drawn.sort(key=lambda scenario: scenario.step_count)
    hung = []
    for scenario, found, ended in broken(backend, drawn, asked):
        if found and ended:
            yield scenario
        elif found:
            hung.append(scenario)
    yield from hung


def catching(name: str) -> Directed | None:
    """Return a scenario that catches the mutant *name* and is to be kept, if there is one."""
    (mutant,) = (one for one in mutants() if one.name == name)
    story = next((one for one in kept() if one.mutant == name), None)
    asked = tuple(r for r in requirements() if r.family == mutant.family)
    backend = backend_of(mutant, method=mutant.method, python=sys.executable)
    real = [Backend(module="multiprocessing", method=method) for method in METHODS]
    for scenario in candidates(mutant, backend, story):
        caught = broken(backend, [scenario] * CAUGHT, asked)
        if all(mutant.requirement in found for _, found, _ in caught) and not any(
            found for one in real for _, found, _ in broken(one, [scenario] * CLEAN, asked)
        ):
            return Directed(gives=(mutant.requirement,), scenario=scenario, catches=True)
    return None


def main(names: list[str]) -> None:
    """Keep what can be kept, and say of each what became of it."""
    for name in names:
        found = catching(name)
        print(name, f"kept: {found.scenario.step_count} steps" if found else "not kept", flush=True)  # noqa: T201
        if found is None:
            continue
        chapter = found.scenario.family
        known = directed.scenarios(chapter)
        if found.scenario not in [one.scenario for one in known]:
            path = directed.FOLDER / f"{chapter}.json"
            path.write_bytes(
                directed.encoded(directed.simplest(chapter), directed.drawn(chapter), (*known, found))
            )
        directed._read.cache_clear()


if __name__ == "__main__":
    main(sys.argv[1:])
