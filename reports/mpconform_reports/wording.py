"""Plain words: numbers, lists, and the sentences that sum up a run."""

from collections.abc import Sequence

from mpconform.events import PowerRow
from mpconform_reports.matrix import Group, groups, totals
from mpconform_reports.record import Record

__all__ = (
    "brief",
    "caught",
    "counted",
    "ended",
    "headline",
    "listed",
    "milliseconds",
    "number",
    "repeats",
    "seconds",
    "slug",
    "summary",
    "verdict",
)


#: What several requirements, and what one, does or is.
VERBS = {
    "conforms": ("conform", "conforms"),
    "violates": ("violate", "violates"),
    "unknown": ("are unknown", "is unknown"),
    "unsupported": ("are unsupported", "is unsupported"),
    "missing": ("were not reached", "was not reached"),
}


def number(value: float) -> str:
    """Return a count with its thousands apart: ``"9,123"``; a fraction with at most two digits."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")


def brief(value: int) -> str:
    """Return a count in at most six characters: ``"9,123"``, ``"123k"``, ``"4.5M"``."""
    if value < 100_000:
        return f"{value:,}"
    return f"{value // 1000}k" if value < 1_000_000 else f"{value / 1e6:.1f}M"


def counted(value: int, noun: str) -> str:
    """Return a count with its noun: ``"1 scenario"``, ``"3 scenarios"``."""
    return f"{number(value)} {noun}{'' if value == 1 else 's'}"


def listed(words: Sequence[str], *, most: int = 6) -> str:
    """Return words as a reader wants them: ``"a, b and c"``; beyond *most*, how many are left out."""
    shown = list(words[:most])
    if len(words) > most:
        shown.append(f"{len(words) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def milliseconds(nanoseconds: int) -> str:
    """Return a length of time in milliseconds, to three digits: ``"24.1 ms"``, ``"0.0203 ms"``."""
    value = nanoseconds / 1e6
    told = f"{value:,.0f}" if value >= 100 else f"{float(f'{value:.3g}'):.6f}".rstrip("0").rstrip(".")
    return f"{told} ms"


def seconds(value: float) -> str:
    """Return a length of time for people: ``"0.42 s"``, ``"98 s"``, ``"12 min 5 s"``."""
    if value < 10:
        return f"{value:.2f}".rstrip("0").rstrip(".") + " s"
    if value < 120:
        return f"{value:.0f} s"
    minutes, left = divmod(round(value), 60)
    return f"{minutes} min {left} s" if left else f"{minutes} min"


def slug(text: str) -> str:
    """Return *text* as an id of HTML: what is not a letter, digit, dot, dash or underscore becomes a dash."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "-" for c in text)


def caught(power: PowerRow) -> str:
    """Return what a check caught: ``3 broken backends, in 29 of 30 recorded runs``."""
    rate = f"in {number(power.caught)} of {number(power.runs)} recorded runs"
    return f"{counted(power.mutants, 'broken backend')}, {rate}"


def repeats(reproduced: tuple[int, int]) -> str:
    """Return how often the shrunk scenario failed again: ``"failed again in 7 of 20 runs"``."""
    failed, runs = reproduced
    if not runs:
        return "not run again"
    return f"failed again in {number(failed)} of {counted(runs, 'run')}"


def ended(record: Record) -> str:
    """Return how the run ended, in a sentence without its full stop."""
    if record.footer is None:
        torn = ", in the middle of a line" if record.torn else ""
        cut = f"The record ends without a footer{torn}: the run was cut short"
        return f"{cut}, and what it had not written is missing"
    took = seconds(record.footer.seconds)
    told = {
        "completed": f"The run was completed in {took}",
        "interrupted": f"The run was interrupted after {took}; what it had found by then is shown",
        "failed": f"The run failed after {took}, by a fault of mpconform or of this machine",
    }
    return told[record.footer.ended]


def headline(record: Record, matrix: Sequence[Group] | None = None) -> str:
    """Return what a run shows, in one short sentence without its full stop."""
    matrix = groups(record) if matrix is None else matrix
    rows = [row for group in matrix for row in group.rows]
    violated = [row for row in rows if "violates" in row.outcomes]
    count = totals(matrix)
    some = counted(len(rows), "requirement")
    if violated:
        guilty = sorted({c.backend for row in violated for c in row.cells if c.status.name == "violates"})
        by = guilty[0] if len(guilty) == 1 else f"at least one of {len(record.header.backends)} backends"
        return f"{len(violated)} of {some} {'is' if len(violated) == 1 else 'are'} violated by {by}"
    if not count["conforms"]:
        return f"Nothing was judged: not one of {some} had any evidence" if rows else "Nothing was judged"
    open_rows = [row for row in rows if not {"unknown", "missing"}.isdisjoint(row.outcomes)]
    if open_rows:
        return f"No violation was found; {len(open_rows)} of {some} could not be judged everywhere"
    if len(rows) == 1:
        return "The one requirement that was asked for holds"
    return f"All {some} hold" if not count["unsupported"] else f"Of {some}, all that apply hold"


def verdict(record: Record, matrix: Sequence[Group] | None = None) -> str:
    """Return who violates what, how much was judged, and on how much evidence, in sentences."""
    matrix = groups(record) if matrix is None else matrix
    told = []
    for row in (row for group in matrix for row in group.rows if "violates" in row.outcomes):
        guilty = [c.backend for c in row.cells if c.status.name == "violates"]
        by = f" by {listed(guilty)}" if len(record.header.backends) > 1 else ""
        told.append(f"{row.requirement.id}{by}")
    parts = (
        [f"Violated: {'; '.join(told[:5])}{f'; and {len(told) - 5} more' if len(told) > 5 else ''}."]
        if told
        else []
    )
    count = totals(matrix)
    judgements = listed([f"{number(n)} {VERBS[name][n == 1]}" for name in VERBS if (n := count[name])])
    backends = counted(len(record.header.backends), "backend")
    if judgements:
        parts.append(f"Of {number(sum(count.values()))} judgements on {backends}, {judgements}.")
    scenarios = sum(c.scenarios for c in record.campaigns)
    operations = sum(c.operations for c in record.campaigns)
    parts.append(f"Evidence: {counted(scenarios, 'scenario')} with {counted(operations, 'operation')}.")
    return " ".join(parts)


def summary(record: Record) -> str:
    """Return the whole run in a few sentences: what is violated, by whom, on what evidence, how it ended."""
    matrix = groups(record)
    ours = (
        f" {counted(len(record.faults), 'defect')} of mpconform itself came to light."
        if record.faults
        else ""
    )
    return f"{headline(record, matrix)}. {verdict(record, matrix)}{ours} {ended(record)}."
