"""Keep of each mutant one shrunk history that breaks its requirement, and the story that is told of it.

    python tests/power/keep_stories.py hunt [--only NAME ...]
    python tests/power/keep_stories.py tell

The first form hunts mutants of which there is no history yet, and adds one each to
``tests/unit/stories/<family>.jsonl``, without the paths of this machine.  The second writes the stories of
all histories into ``tests/unit/stories/<family>.txt``, for a person to read before they are committed.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform_conformance.conduct import smallest
from mpconform_conformance.power.hunt import backend_of, hunt
from mpconform_conformance.power.mutants import Mutant, mutants

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from stories import FOLDER, Kept, kept, story_of, text_of, violation_of  # it stands in tests/support

#: What a hunt, and then shrinking, is given.
HUNT_S, SHRINK_S = 25.0, 3.0
#: A history of more bytes is no story.
LONGEST = 40_000
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
    met = hunt(mutant, backend, probe(backend, workdir=folder), seed=0, limit_s=HUNT_S, workdir=folder).met
    if met is None:
        return None
    with Runner(backend, workdir=folder) as runner:
        shown = smallest(met, runner, share_s=SHRINK_S).witnessed
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
                with (FOLDER / f"{mutant.family}.jsonl").open("ab") as file:
                    file.write(msgspec.json.encode(one) + b"\n")


def main() -> None:
    """Hunt, or tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("deed", choices=("hunt", "tell"))
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    os.makedirs(FOLDER, exist_ok=True)  # noqa: PTH103  # as it stands
    if options.deed == "hunt":
        hunted(options.only)
    for family in sorted({one.family for one in kept()}):
        told = [(one.name, story_of(one, violation_of(one))) for one in kept() if one.family == family]
        (FOLDER / f"{family}.txt").write_text(text_of(family, told), encoding="utf-8")


if __name__ == "__main__":
    main()
