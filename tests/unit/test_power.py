"""Power: mutants are found where they are, hunts end when they should, figures say what they count."""

import io
import math
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from fakes import OFFER
from mpconform.errors import HarnessFault, UsageError
from mpconform.events import PowerRow
from mpconform.rates import wilson
from mpconform_conformance.power import doctor, figures, mutants, report
from mpconform_conformance.power.doctor import CHOSEN, Diagnosis, abilities
from mpconform_conformance.power.figures import Figure, proven
from mpconform_conformance.power.hunt import Hunt, Until
from mpconform_conformance.power.mutants import Mutant

ONE, OTHER = (
    Figure(
        mutant=f"mutants.{name}",
        requirement="QUEUE-FIFO",
        family="queue",
        profile="quick",
        method="fork",
        runs=10,
        found_s=found_s,
    )
    for name, found_s in (("queue_swaps", (1.0,) * 10), ("queue_helps_feeder", (1.0, 3.0)))
)


def test_a_requirement_is_proven_by_the_mutants_that_it_caught() -> None:
    """With the rate over all their runs; one that caught nothing is not proven."""
    none = msgspec.structs.replace(ONE, requirement="QUEUE-NO-LOSS", found_s=())

    assert proven(["QUEUE-FIFO", "QUEUE-NO-LOSS", "PIPE-ORDER"], (ONE, OTHER, none)) == (
        PowerRow(requirement="QUEUE-FIFO", mutants=2, runs=20, caught=12),
    )


def test_the_median_counts_what_was_never_caught() -> None:
    """As later than everything else."""
    assert ONE.median_s == 1.0
    assert OTHER.median_s == math.inf
    assert msgspec.structs.replace(OTHER, runs=3).median_s == 3.0


@pytest.mark.parametrize(
    ("caught", "runs", "low", "high"),
    [(10, 10, 0.722, 1.0), (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (0, 0, 0.0, 1.0)],
)
def test_rates_come_with_a_confidence_interval(caught: int, runs: int, low: float, high: float) -> None:
    """Wilson's, which is right for few runs and at both ends."""
    assert wilson(caught, runs) == pytest.approx((low, high), abs=0.001)


def test_recorded_figures_are_of_mutants_that_there_are() -> None:
    """And each is caught by the requirement that it was written for."""
    known = {mutant.module: mutant for mutant in mutants.mutants()}

    for figure in figures.figures():
        assert known[figure.mutant].requirement == figure.requirement
        assert figure.caught <= figure.runs


def test_an_installation_without_mutants_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence."""
    monkeypatch.setattr(mutants, "_PLACES", (tmp_path,))
    mutants.folder.cache_clear()
    try:
        with pytest.raises(UsageError, match="neither installed"):
            mutants.folder()
    finally:
        mutants.folder.cache_clear()


def test_a_hunt_is_over_when_something_was_found() -> None:
    """Or when its time is."""
    until, never = Until(60), Until(0)
    assert (until.over, until.left_s > 59, never.over) == (False, True, True)
    until.found = True

    assert until.over
    assert until.left_s == 0


def test_what_the_doctor_hunts_is_of_every_family() -> None:
    """Some of it always shows, some of it needs luck, or processes that are held."""
    known = {mutant.name: mutant for mutant in mutants.mutants()}
    chosen = [known[name] for name in CHOSEN]

    assert {mutant.family for mutant in chosen} == {mutant.family for mutant in mutants.mutants()}
    assert {mutant.rare for mutant in chosen} == {True, False}


def test_the_doctor_gives_no_mutant_more_than_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those at the end are not caught if the others took all of the time."""
    monkeypatch.setattr(doctor, "probe", lambda *_, **__: OFFER)
    monkeypatch.setattr(doctor, "hunt", lambda *_, **__: Hunt(seconds=1.0))

    assert [one.seconds for one in doctor.examine(python="python", workdir=tmp_path, budget_s=0)] == [
        None
    ] * len(CHOSEN)


def test_what_is_missing_from_the_installation_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not hunted in silence."""
    monkeypatch.setattr(doctor, "mutants", lambda: ())

    with pytest.raises(UsageError, match="queue_swaps is missing"):
        list(doctor.examine(python="python", workdir=tmp_path))


def said(monkeypatch: pytest.MonkeyPatch, *found: Diagnosis) -> tuple[int, str]:
    monkeypatch.setattr(report, "examine", lambda **_: iter(found))
    monkeypatch.setattr(report, "probe", lambda *_, **__: OFFER)
    console = Console(width=200, file=io.StringIO())
    code = report.report(python="python", method="fork", workdir=Path(), console=console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


SWAPS = Mutant(module="mutants.queue_swaps", requirement="QUEUE-FIFO", family="queue")
LOSES = Mutant(module="mutants.queue_loses", requirement="QUEUE-NO-LOSS", family="queue", rare=True)


def test_the_doctor_says_what_can_be_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mutant, how soon, and under what; then what the machine can do; then the whole."""
    code, text = said(monkeypatch, Diagnosis(mutant=SWAPS, seconds=1.5, strategy="yields", private_shm=True))

    assert code == 0
    assert "✓ caught   1.5 s  QUEUE-FIFO  Queue: a consumer now and then" in text
    assert "yields" in text
    assert "private to each agent" in text
    assert "1 of 1 broken backends were caught with CPython 3.11.7 under fork." in text


def test_the_doctor_says_what_cannot_be_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what a green cell is worth then."""
    code, text = said(
        monkeypatch, Diagnosis(mutant=SWAPS, seconds=1.5), Diagnosis(mutant=LOSES, seconds=None)
    )

    assert code == 1
    assert "✗ missed          QUEUE-NO-LOSS" in text
    assert "A green cell of QUEUE-NO-LOSS means less here." in text
    assert "shared with other programs" in text


def test_a_defect_of_ours_is_not_a_missed_mutant(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told as what it is."""
    with pytest.raises(HarnessFault, match="a traceback"):
        said(monkeypatch, Diagnosis(mutant=SWAPS, seconds=None, ours="a traceback"))


def test_abilities_depend_on_the_interpreter_and_the_machine() -> None:
    """Instructions are held by whatever the interpreter has for that."""

    def told(version: str, implementation: str = "CPython") -> str:
        offer = msgspec.structs.replace(OFFER, python=version, implementation=implementation)
        return dict(abilities(offer, private_shm=None))["preemption"]

    assert "sys.monitoring" in told("3.12.0")
    assert "sys.settrace" in told("3.11.9")
    assert "sys.settrace" in told("3.13.0", "PyPy")
