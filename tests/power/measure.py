"""Measure how often, and how soon, each mutant is caught; write down the figures.

    python tests/power/measure.py --out FILE [--seeds 0 10] [--hunts] [--shard I/N] [--only NAME ...]
    python tests/power/measure.py --compose FILE ...

The first form hunts mutants, once with each of the seeds, and appends one line to FILE for each mutant;
one that FILE has already is left out.  Deterministic ones are given the time that the quick profile has
for one family on one backend, rare ones that of the standard profile.  What is found with the first seed,
or the next that finds anything, is shrunk in the time that the same profile has for that, and its script is
run; with --hunts, nothing is.  The second form adds up lines, and writes the figures that reports use, and
docs/power.md.
"""

import argparse
import math
import os
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from mpconform.backend import Backend
from mpconform.probe import probe
from mpconform.rates import wilson
from mpconform.runner import Runner, workdir
from mpconform_conformance import budget
from mpconform_conformance.campaign import Met
from mpconform_conformance.conduct import record_of, smallest
from mpconform_conformance.families import NAMES
from mpconform_conformance.power import figures
from mpconform_conformance.power.figures import Figure
from mpconform_conformance.power.hunt import Hunt, backend_of, hunt
from mpconform_conformance.power.mutants import Mutant, mutants
from mpconform_conformance.reference import Reference
from mpconform_conformance.reproduce import best_script, trier
from mpconform_conformance.shrink import Shrunk

ROOT = Path(__file__).parents[2]
#: The seconds that the runs of a script may take; each time that it is written anew, a part of them.
SCRIPT_S = 100


def profile_of(mutant: Mutant) -> str:
    """Return the profile in which *mutant* has to be caught."""
    return "standard" if mutant.rare else "quick"


def limit_s(profile: str) -> float:
    """Return the seconds that *profile* has for one of five families on one backend, with two workers."""
    budget_s = budget.PROFILES[profile].budget_s
    (slot, *_) = budget.slots([1.0] * len(NAMES), budget_s=budget_s, shrinking_s=0.0, workers=2)
    return slot.explores_s


def measured(mutant: Mutant, *, seeds: range, folder: Path, hunts_only: bool = False) -> Figure:
    """Hunt *mutant* with each of *seeds*; shrink what was found first, and run its script, or do not."""
    profile = profile_of(mutant)
    backend = backend_of(mutant, method=mutant.method, python=sys.executable)
    offer = probe(backend, workdir=folder)
    hunts: list[Hunt] = []
    shrunk: Shrunk | None = None
    ran, lines = (0, 0), 0
    for seed in seeds:
        found = hunt(mutant, backend, offer, seed=seed, limit_s=limit_s(profile))
        if found.faults:
            raise SystemExit(f"{mutant.module}: a defect of ours:\n{found.faults[0]}")
        hunts.append(found)
        if found.met and shrunk is None and not hunts_only:
            with Runner(backend, workdir=folder) as runner, Reference(backend) as reference:
                shrunk = smallest(found.met, runner, reference, share_s=budget.PROFILES[profile].shrink_s)
            ran, lines = script_runs(found.met, shrunk, backend)
    scenario = shrunk.witnessed.history.scenario if shrunk else None
    return Figure(
        mutant=mutant.module,
        requirement=mutant.requirement,
        family=mutant.family,
        rare=mutant.rare,
        profile=profile,
        method=mutant.method,
        runs=len(seeds),
        found_s=tuple(round(one.seconds, 2) for one in hunts if one.met),
        strategies=dict(Counter(one.strategy for one in hunts if one.met)),
        actors=len(scenario.actors) if scenario else 0,
        steps=scenario.step_count if scenario else 0,
        witness=len(shrunk.witnessed.violation.witness) if shrunk else 0,
        reproduced=(shrunk.failed, shrunk.repeated) if shrunk else (0, 0),
        script=ran,
        script_lines=lines,
    )


def script_runs(met: Met, shrunk: Shrunk, backend: Backend) -> tuple[tuple[int, int], int]:
    """Run the script of a violation with nothing of ours in sight; return (failed, runs), and its lines."""
    stored = record_of(met, shrunk, name="measured", backend=backend, shown=".", seen=1, found_s=0.0)
    ran = (0, 0)
    asked = trier(backend, share_s=SCRIPT_S)

    def trying(text: str) -> tuple[int, int]:
        nonlocal ran
        now = asked(text)
        ran = now if now[1] else ran  # What does not end once in its time says nothing.
        return now

    text = best_script(stored, shrunk.witnessed.history, met.requirement.statement, trying)
    if not ran[1]:
        raise SystemExit(f"{met.requirement.id}: the script neither failed nor passed")
    return ran, text.count("\n")


def read(paths: Iterable[Path]) -> tuple[Figure, ...]:
    """Return the figures in the files of lines at *paths*, in the order of the mutants."""
    known: dict[str, Figure] = {}
    for path in paths:
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            figure = msgspec.json.decode(line, type=Figure)
            before = known.get(figure.mutant)
            known[figure.mutant] = added(before, figure) if before else figure
    return tuple(known[mutant.module] for mutant in mutants() if mutant.module in known)


def added(one: Figure, other: Figure) -> Figure:
    """Return two figures of one mutant as one; the sizes are those of whichever has them."""
    sized = other if other.steps else one
    return msgspec.structs.replace(
        sized,
        runs=one.runs + other.runs,
        found_s=(*one.found_s, *other.found_s),
        strategies=dict(Counter(one.strategies) + Counter(other.strategies)),
    )


def page(rows: tuple[Figure, ...]) -> str:
    """Return docs/power.md."""
    return "\n".join(_page(rows)) + "\n"


def _page(rows: tuple[Figure, ...]) -> Iterator[str]:
    yield "# Detection power"
    yield ""
    yield (
        "How soon backends that are broken on purpose (`tests/power/mutants`) are caught: by"
        f" `python tests/power/measure.py`, on CPython {sys.version.split()[0]} (what only later versions"
        f" have, on the first of them) with {os.cpu_count()} cores, start method fork. A hunt is one campaign"
        " of the mutant's family, as `mpconform run` makes it, with one lane; all requirements of the family"
        " are judged."
    )
    yield ""
    yield f"Of all {len(rows)} mutants: {_sizes(rows)}."
    yield ""
    for rare, profile, words in (
        (False, "quick", "Mutants that always show"),
        (True, "standard", "Rare mutants: once in hundreds of operations, in large messages only, or races"),
    ):
        group = [row for row in rows if row.rare is rare]
        if group:
            yield from _section(group, profile, words)


def _section(group: list[Figure], profile: str, words: str) -> Iterator[str]:
    caught, runs = sum(row.caught for row in group), sum(row.runs for row in group)
    low, high = wilson(caught, runs)
    every = sum(row.caught == row.runs for row in group)
    median = statistics.median(
        s for row in group for s in (*row.found_s, *[math.inf] * (row.runs - row.caught))
    )
    yield f"## {words}"
    yield ""
    yield (
        f"{len(group)} mutants, profile {profile} ({limit_s(profile):.0f} s for each hunt): caught in"
        f" {caught} of {runs} hunts ({100 * low:.1f} to {100 * high:.1f} %, 95 % confidence), {every} of"
        f" them every time. Median time to the first violation: {median:.1f} s. {_sizes(group).capitalize()}."
    )
    yield ""
    yield (
        "| mutant | caught by | caught | median | slowest | under | shrunk to | witness | fails again |"
        " repro.py fails |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for row in group:
        yield _row(row)
    yield ""


def _sizes(rows: Iterable[Figure]) -> str:
    """Return in words how large the shrunk scenarios and their witnesses are, and how long the scripts."""
    shrunk = [row for row in rows if row.steps]
    return (
        f"shrunk scenarios (95th percentile): {_p95(r.actors for r in shrunk)} actors,"
        f" {_p95(r.steps for r in shrunk)} steps, a witness of {_p95(r.witness for r in shrunk)}"
        f" operations{_scripts(shrunk)}"
    )


def _scripts(shrunk: list[Figure]) -> str:
    """Return in words how long the scripts are, as far as that is known."""
    lines = [row.script_lines for row in shrunk if row.script_lines]
    return f"; {_p95(lines)} lines of script, of the {len(lines)} that were counted" if lines else ""


def _row(row: Figure) -> str:
    under = ", ".join(f"{name} {count}" for name, count in Counter(row.strategies).most_common(3))
    slowest = f"{max(row.found_s):.1f} s" if row.found_s else ""
    median = f"{row.median_s:.1f} s" if math.isfinite(row.median_s) else "never"
    size = f"{row.actors} actors, {row.steps} steps" if row.steps else ""
    again, alone = (f"{k} of {n}" if n else "" for k, n in (row.reproduced, row.script))
    alone += f", {row.script_lines} lines" if row.script_lines else ""
    cells = [
        *(f"`{row.mutant.rpartition('.')[2]}`", row.requirement, f"{row.caught} of {row.runs}"),
        *(median, slowest, under, size, str(row.witness or ""), again, alone),
    ]
    return f"| {' | '.join(cells)} |"


def _p95(values: Iterable[int]) -> int:
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else 0


def main() -> None:
    """Measure, or compose."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seeds", type=int, nargs=2, default=[0, 10], metavar=("FIRST", "END"))
    parser.add_argument("--hunts", action="store_true")
    parser.add_argument("--shard", default="0/1")
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--compose", type=Path, nargs="+")
    options = parser.parse_args()
    if options.compose:
        rows = read(options.compose)
        Path(figures.__file__).with_name("figures.json").write_bytes(
            msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n"
        )
        (ROOT / "docs" / "power.md").write_text(page(rows), encoding="utf-8")
        return
    index, count = map(int, options.shard.split("/"))
    seeds = range(*options.seeds)
    done = {row.mutant for row in read([options.out])}
    showing = [m for m in mutants() if m.shows]
    chosen = [m for m in showing[index::count] if not options.only or m.name in options.only]
    with workdir() as folder:
        for mutant in chosen:
            if mutant.module in done:
                continue
            figure = measured(mutant, seeds=seeds, folder=folder, hunts_only=options.hunts)
            with options.out.open("ab") as file:
                file.write(msgspec.json.encode(figure) + b"\n")
            print(_row(figure), flush=True)  # noqa: T201  # progress


if __name__ == "__main__":
    main()
