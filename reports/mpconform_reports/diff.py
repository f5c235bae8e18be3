"""Diff: what has changed from one run to another, with the rates at which violations were seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mpconform.rates import wilson
from mpconform_reports.record import Record

__all__ = ("Change", "Rate", "changes", "markdown", "text")

What = Literal["regressed", "improved", "new", "gone", "changed", "unchanged"]
_ORDER: tuple[What, ...] = ("regressed", "changed", "improved", "new", "gone", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """In how many of how many histories a requirement was seen to be violated."""

    seen: int
    histories: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval."""
        return wilson(self.seen, self.histories)

    def __str__(self) -> str:
        """Write it for a person."""
        low, high = self.interval
        return f"{self.seen} of {self.histories} ({low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One requirement on one backend, before and after; an empty status is of a run that did not ask."""

    requirement: str
    backend: str
    what: What
    before: str
    after: str
    rates: tuple[Rate | None, Rate | None] = (None, None)

    @property
    def told(self) -> str:
        """The two outcomes, with rates where there was a violation."""
        sides = [
            f"{status or 'not asked'}" + (f" {rate}" if rate and rate.seen else "")
            for status, rate in zip((self.before, self.after), self.rates, strict=True)
        ]
        return " → ".join(sides)


def changes(old: Record, new: Record) -> tuple[Change, ...]:
    """Return a change for each requirement on each backend that either run knows, the gravest first."""
    keys = dict.fromkeys([*old.results, *new.results])
    found = [_change(old, new, requirement, backend) for requirement, backend in keys]
    return tuple(sorted(found, key=lambda c: (_ORDER.index(c.what), c.requirement, c.backend)))


def _change(old: Record, new: Record, requirement: str, backend: str) -> Change:
    before, after = (_status(record, requirement, backend) for record in (old, new))
    rates = (_rate(old, requirement, backend), _rate(new, requirement, backend))
    return Change(
        requirement=requirement,
        backend=backend,
        what=_what(before, after, rates),
        before=before,
        after=after,
        rates=rates,
    )


def _status(record: Record, requirement: str, backend: str) -> str:
    result = record.results.get((requirement, backend))
    return result.status if result else ""


def _rate(record: Record, requirement: str, backend: str) -> Rate | None:
    result = record.results.get((requirement, backend))
    if result is None:
        return None
    violations = record.violations_of(requirement, backend)
    seen = max((v.event.seen for v in violations), default=0)
    return Rate(seen=seen, histories=max(seen, result.evidence.get("histories", 0)))


def _what(before: str, after: str, rates: tuple[Rate | None, Rate | None]) -> What:
    """Return what happened: a violation that became clearly rarer or more frequent has changed, too."""
    if not before:
        return "regressed" if after == "violates" else "new"
    if not after:
        return "gone"
    if before == after:
        if before == "violates" and rates[0] and rates[1]:
            (low, high), (lowest, highest) = rates[0].interval, rates[1].interval
            if high < lowest:
                return "regressed"
            if highest < low:
                return "improved"
        return "unchanged"
    if after == "violates":
        return "regressed"
    # That a violation was not met in a run that judged nothing, is no improvement.
    return "improved" if before == "violates" and after == "conforms" else "changed"


def _counted(found: Iterable[Change]) -> str:
    found = tuple(found)
    counts = [(what, sum(change.what == what for change in found)) for what in _ORDER]
    return ", ".join(f"{count} {what}" for what, count in counts if count) or "nothing to compare"


def text(found: tuple[Change, ...]) -> str:
    """Return everything that is not unchanged, a line each, and the counts."""
    lines = [
        f"{change.what:<10} {change.requirement:<28} {change.backend:<28} {change.told}"
        for change in found
        if change.what != "unchanged"
    ]
    return "\n".join([*lines, _counted(found)])


def markdown(found: tuple[Change, ...]) -> str:
    """Return the same as a table of Markdown."""
    lines = [f"**{_counted(found)}**", ""]
    shown = [change for change in found if change.what != "unchanged"]
    if shown:
        lines += ["| | requirement | backend | before → after |", "|---|---|---|---|"]
        lines += [f"| {c.what} | {c.requirement} | {c.backend} | {c.told} |" for c in shown]
    return "\n".join(lines)
