"""The gate in words: what is new, known, stale, and the verdict; from the run record alone."""

from collections import Counter
from collections.abc import Iterable

from mpconform.events import StandingEvent
from mpconform_reports.record import Record
from mpconform_reports.shown import ShownViolation

__all__ = ("FAILING", "ORDER", "WORDS", "counts", "failing", "ordered", "verdict")

#: Standings in the order in which a reader wants to see them, each with what it is called.
WORDS = {
    "new": "new",
    "worse": "worse than listed",
    "expired": "expired",
    "inconclusive": "inconclusive",
    "stale": "stale",
    "known": "known",
    "advisory": "advisory",
    "later": "later than the edition",
    "unseen": "not met",
}
ORDER = tuple(WORDS)
#: Those that make a gate fail whatever its policies.
FAILING = frozenset({"new", "worse", "expired"})

_VERDICTS = {
    0: "the gate holds",
    1: "the gate fails",
    2: "the gate could not be held: the backend or its configuration",
    3: "the gate is inconclusive",
    4: "the gate holds, but its baseline is stale",
    5: "the gate is inconclusive: nothing was judged",
    70: "the gate could not be held: a defect of mpconform",
    130: "the gate was interrupted",
}


def ordered(standings: Iterable[StandingEvent]) -> tuple[StandingEvent, ...]:
    """Return *standings*, what makes a gate fail first."""
    return tuple(sorted(standings, key=lambda s: (ORDER.index(s.standing), s.requirement, s.backend)))


def failing(record: Record) -> tuple[ShownViolation, ...]:
    """Return the violations that make a gate fail; all of them, if no gate judged the run."""
    if record.header.gate is None:
        return record.violations
    wanted = {standing.violation for standing in record.standings if standing.standing in FAILING}
    return tuple(violation for violation in record.violations if violation.event.id in wanted)


def counts(record: Record) -> dict[str, int]:
    """Return how often there is each standing, in order; those that there are."""
    found: Counter[str] = Counter(standing.standing for standing in record.standings)
    return {name: found[name] for name in ORDER if found[name]}


def verdict(record: Record) -> str:
    """Return one sentence: how the gate ended, and the counts."""
    if record.footer is None:
        return "The gate did not come to its end."
    told = ", ".join(f"{number} {WORDS[name]}" for name, number in counts(record).items())
    row = record.header.gate
    listed = f"; {row.entries} listed in {row.baseline}" if row and row.baseline else ""
    code = record.footer.exit_code
    return f"{_VERDICTS[code].capitalize()} (exit code {code}): {told or 'nothing was violated'}{listed}."
