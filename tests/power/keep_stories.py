"""Keep of each mutant one shrunk history that breaks its requirement, and the story that is told of it.

    python tests/power/keep_stories.py hunt [--only NAME ...]
    python tests/power/keep_stories.py tapes
    python tests/power/keep_stories.py tell

The first form hunts mutants of which there is no history yet, and adds one each to
``tests/unit/stories/<family>.jsonl``, without the paths of this machine.  The second adds what no mutant has
shown: of the histories that the unit tests of checkers judge, the shortest for each kind of violation of
which there is none yet.  The third, as the others at their end, writes the stories of all histories into
``tests/unit/stories/<family>.txt``, for a person to read before they are committed.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

import msgspec
import pytest

from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform.values import History
from mpconform_conformance.catalogue import checker_of, requirements
from mpconform_conformance.conduct import smallest
from mpconform_conformance.power.hunt import backend_of, hunt
from mpconform_conformance.power.mutants import Mutant, mutants
from mpconform_conformance.reference import Reference

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from stories import (
    FOLDER,
    Kept,
    kept,
    reached_by,
    story_of,
    text_of,
    violation_of,
)  # it stands in tests/support
from violations import Place, watched

#: What a hunt, and then shrinking, is given.
HUNT_S, SHRINK_S = 25.0, 3.0
#: A history of more bytes is no story.
LONGEST = 40_000
#: The unit tests of checkers, as pytest is asked for them.
OF_CHECKERS = ("-q", "-n", "0", "-W", "default", "-m", "not slow and not dense", "-k", "checkers")
_PATHS = (
    (re.compile(rf"{re.escape(sys.prefix)}/bin/"), ""),
    (re.compile(rf"{re.escape(sys.base_prefix)}/"), ""),
    (re.compile(re.escape(str(Path(__file__).parents[2])) + "/"), ""),
    (re.compile(r"/tmp/mpconform-[0-9a-f]+/agent/"), ""),
    (re.compile(r"/tmp/mpconform-[0-9a-f]+"), "run"),
    (re.compile(r"/tmp/(pymp-\w+|mpc[0-9a-f]+)"), r"run/\1"),
)


def clean(history: str) -> str:
    """Return *history*, as JSON, without the paths of the machine that recorded it."""
    for pattern, stead in _PATHS:
        history = pattern.sub(stead, history)
    return history


def found(mutant: Mutant, folder: Path) -> Kept | None:
    """Hunt *mutant* once; return its shrunk history, or None if it was not met, or is long."""
    backend = backend_of(mutant, method=mutant.method, python=sys.executable)
    met = hunt(mutant, backend, probe(backend, workdir=folder), seed=0, limit_s=HUNT_S).met
    if met is None:
        return None
    with Runner(backend, workdir=folder) as runner, Reference(backend) as reference:
        shown = smallest(met, runner, reference, share_s=SHRINK_S).witnessed
    text = clean(msgspec.json.encode(shown.history).decode())
    if len(text) > LONGEST:
        return None
    return Kept(
        mutant=mutant.name,
        requirement=mutant.requirement,
        family=mutant.family,
        kind=shown.violation.kind,
        history=msgspec.Raw(text.encode()),
    )


def keep(one: Kept) -> None:
    """Add *one* to those of its family."""
    with (FOLDER / f"{one.family}.jsonl").open("ab") as file:
        file.write(msgspec.json.encode(one) + b"\n")


def hunted(only: Iterable[str]) -> None:
    """Add the histories that are lacking."""
    names = set(only)
    known = {one.mutant for one in kept()}
    with workdir() as folder:
        for mutant in mutants():
            if mutant.name in known or (names and mutant.name not in names):
                continue
            one = found(mutant, folder)
            print(mutant.name, "not met" if one is None else one.kind, flush=True)  # noqa: T201  # progress
            if one is not None:
                keep(one)


class _Gatherer:
    """The histories in which some violation was found, and by which functions of checkers."""

    def __init__(self) -> None:
        self.found: dict[bytes, set[str]] = {}

    def made(self, _: Place, __: str, frame: FrameType) -> None:
        """Note the history that is judged as *frame* makes a violation."""
        within: FrameType | None = frame
        functions = set()
        while within is not None:
            path = Path(within.f_code.co_filename)
            if path.parent.name == "checkers":
                functions.add(f"{path.stem}.{within.f_code.co_name}")
                history = within.f_locals.get("history")
                if isinstance(history, History):
                    self.found.setdefault(msgspec.json.encode(history), set()).update(functions)
            within = within.f_back


def gathered() -> dict[bytes, set[str]]:
    """Run the unit tests of checkers; return the histories in which they find something, shortest first."""
    gatherer = _Gatherer()
    tests = Path(__file__).parents[1] / "unit"
    with watched(gatherer.made):
        # They are judged in this process, which has imported what pytest would like to import first.
        if code := pytest.main([*OF_CHECKERS, str(tests)]):
            sys.exit(code)
    return dict(sorted(gatherer.found.items(), key=lambda one: len(one[0])))


def taped() -> None:
    """Add the histories of unit tests that show what none does that is kept.

    That is a place that makes violations of a kind; of kinds that are put together, any.  And a requirement
    of which there is no story has one.
    """
    reached = reached_by(kept())
    places = {place for place, _ in reached}
    told = {one.requirement for one in kept()}
    everything = gathered()
    made: list[tuple[Place, str]] = []
    with watched(lambda place, kind, _: made.append((place, kind))):
        for text, functions in everything.items():
            history = msgspec.json.decode(text, type=History)
            for requirement in (r for r in requirements() if r.checker in functions):
                made.clear()
                found = {v.kind for v in checker_of(requirement)(history).violations}
                for place, kind in made:
                    new = (place, kind) not in reached if place.fixed else place not in places
                    if kind not in found or not (new or requirement.id not in told):
                        continue
                    reached.add((place, kind))
                    places.add(place)
                    told.add(requirement.id)
                    keep(
                        Kept(
                            requirement=requirement.id,
                            family=requirement.family,
                            kind=kind,
                            history=msgspec.Raw(text),
                        )
                    )


def main() -> None:
    """Hunt, gather, or tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("deed", choices=("hunt", "tapes", "tell"))
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    os.makedirs(FOLDER, exist_ok=True)  # noqa: PTH103  # as it stands
    if options.deed == "hunt":
        hunted(options.only)
    if options.deed == "tapes":
        taped()
    kept.cache_clear()
    for family in sorted({one.family for one in kept()}):
        told = [(one.name, story_of(one, violation_of(one))) for one in kept() if one.family == family]
        (FOLDER / f"{family}.txt").write_text(text_of(family, told), encoding="utf-8")


if __name__ == "__main__":
    main()
