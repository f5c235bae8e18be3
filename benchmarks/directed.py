"""Seek for each requirement a scenario that gives evidence for it: what a campaign runs first.

Of a family's themes the simplest scenarios are run first anyway; what these say nothing about, is sought
among those that the themes draw, under every start method, until nothing is lacking or the time is over.
A scenario counts if it gave its evidence in each of several runs, and ended by itself.  What stands in the
file already is kept as long as it is of use, so that a new requirement adds, and moves nothing.  What only
some Python promises, needs that one: --python may be given several times.

    python benchmarks/directed.py [--seconds 120] [--only FAMILY]... [--python EXE]...
"""

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mpconform.backend import Backend, missing
from mpconform.clock import Deadline
from mpconform.errors import HarnessFault
from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform.values import Requirement, Scenario
from mpconform_conformance import catalogue, directed, families, offered
from mpconform_conformance.directed import Directed
from mpconform_conformance.explore import batches

#: A scenario has to give its evidence so often in a row.
TIMES = 5
#: What only now and then gives its evidence, is run so many rounds at a time.
ROUNDS = 16
SEED = 20261
METHODS = ("fork", "spawn", "forkserver")


class Seeker:
    """What is known of one family: which scenario gives evidence for what."""

    def __init__(self, name: str) -> None:
        self.family = families.family(name)
        self.requirements = tuple(r for r in catalogue.requirements() if r.family == name)
        self.simplest: dict[str, str] = {}
        self.drawn: dict[str, str] = {}
        self.found: list[Directed] = []
        self.asked: set[str] = set()

    def lacking(self) -> set[str]:
        covered = {*self.simplest, *itertools.chain.from_iterable(one.gives for one in self.found)}
        return {r.id for r in self.requirements} - covered

    def evidence(self, runner: Runner, asked: tuple[Requirement, ...], scenario: Scenario) -> frozenset[str]:
        """Return what one run of *scenario* gives evidence for; nothing if it does not end by itself."""
        try:
            run = runner.run(scenario)
        except HarnessFault as fault:
            print(f"  {scenario.theme}: {fault}", file=sys.stderr)
            return frozenset()
        if run.ended != "normally":
            return frozenset()
        return frozenset(r.id for r in asked if any(catalogue.checker_of(r)(h).judged for h in run.histories))

    def always(self, runner: Runner, asked: tuple[Requirement, ...], scenario: Scenario) -> frozenset[str]:
        """Return what each of several runs of *scenario* gives evidence for."""
        sure = self.evidence(runner, asked, scenario)
        for _ in range(TIMES - 1):
            if not sure:
                break
            sure &= self.evidence(runner, asked, scenario)
        return sure

    def seek(self, backend: Backend, seconds: float) -> None:
        with workdir() as scratch:
            offer = probe(backend, workdir=scratch)
            asked = tuple(
                r for r in self.requirements if not missing(offer, r.needs) and r.promised(offer.python)
            )
            self.asked |= {r.id for r in asked}
            themes = [theme for theme in self.family.all_themes if not offered.lacking(theme, offer)]
            deadline = Deadline(seconds)
            with Runner(backend, workdir=scratch) as runner:
                sources = {theme.name: batches(theme, seed=SEED) for theme in themes}
                programs = {theme.name for theme in self.family.litmus}
                for theme in themes:
                    for name in sorted(self.always(runner, asked, next(sources[theme.name])[1])):
                        self.simplest.setdefault(name, theme.name)
                        if theme.name not in programs and self.simplest[name] in programs:
                            self.drawn.setdefault(name, theme.name)
                for kept in self._useful(directed.scenarios(self.family.name)):
                    new = self.always(runner, asked, kept.scenario) & self.lacking()
                    if new:
                        self.found.append(Directed(gives=tuple(sorted(new)), scenario=kept.scenario))
                for theme in itertools.cycle(themes):
                    wanted = self.lacking() & {r.id for r in asked}
                    if not wanted or deadline.over:
                        return
                    scenario = next(sources[theme.name])[1]
                    if self.evidence(runner, asked, scenario) & wanted:
                        sure = self.always(runner, asked, scenario) & wanted
                        if not sure and theme.bursts:
                            scenario = msgspec.structs.replace(scenario, rounds=ROUNDS)
                            sure = self.always(runner, asked, scenario) & wanted
                        if sure:
                            self.found.append(Directed(gives=tuple(sorted(sure)), scenario=scenario))

    def keep_unasked(self) -> None:
        """Keep what the file says about requirements that none of these interpreters promises."""
        chapter = self.family.name
        for ours, known in (
            (self.simplest, directed.simplest(chapter)),
            (self.drawn, directed.drawn(chapter)),
        ):
            for name, theme in known.items():
                if name not in self.asked:
                    ours.setdefault(name, theme)
        for one in (one for one in directed.scenarios(chapter) if not one.catches):
            if left := (set(one.gives) & self.lacking()) - self.asked:
                self.found.append(Directed(gives=tuple(sorted(left)), scenario=one.scenario))

    def _useful(self, known: tuple[Directed, ...]) -> Iterator[Directed]:
        """Yield those of what the file holds that are still needed."""
        for one in known:
            if not one.catches and set(one.gives) & self.lacking():
                yield one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="for each family and start method")
    parser.add_argument("--only", action="append", help="only this family")
    parser.add_argument("--python", action="append", help="interpreters to ask, one after the other")
    given = parser.parse_args()
    for name in given.only or families.NAMES:
        seeker = Seeker(name)
        for python, method in itertools.product(given.python or [sys.executable], METHODS):
            seeker.seek(Backend(module="multiprocessing", method=method, python=python), given.seconds)
        seeker.keep_unasked()
        lacking = sorted(seeker.lacking())
        print(
            f"{name}: {len(seeker.found)} scenarios besides the simplest; nothing for {lacking}", flush=True
        )
        catching = tuple(one for one in directed.scenarios(name) if one.catches)
        path: Path = directed.FOLDER / f"{name}.json"
        path.write_bytes(directed.encoded(seeker.simplest, seeker.drawn, (*seeker.found, *catching)))


if __name__ == "__main__":
    main()
