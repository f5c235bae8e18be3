"""Judgements: each requirement on each backend as a CI wants it: passed, failed, skipped, or an error.

JUnit, CTRF, SARIF, the step summary and annotations are all made of these, so that they cannot disagree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from mpconform.events import ResultEvent, StandingEvent
from mpconform.values import Requirement
from mpconform_reports import gate
from mpconform_reports.record import Record
from mpconform_reports.shown import ShownViolation

__all__ = ("Judgement", "Verdict", "judgements", "passed")

Verdict = Literal["passed", "failed", "skipped", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a CI is told of one requirement on one backend.

    *requirement* is None for an entry of the baseline that is stale (then *name* says which) and for a
    defect of ours. *why* is one sentence; *violations* are those behind it, *standing* what the gate makes
    of them, if there is one.
    """

    name: str
    backend: str
    verdict: Verdict
    why: str = ""
    requirement: Requirement | None = None
    standing: str = ""
    violations: tuple[ShownViolation, ...] = field(default=())


def judgements(record: Record) -> tuple[Judgement, ...]:
    """Return what is to be told of *record*: requirements in order, stale entries, defects of ours."""
    return (*_of_requirements(record), *_of_entries(record), *_of_faults(record))


def passed(record: Record) -> bool:
    """Return whether nothing of *record* failed, and something passed."""
    verdicts = {judgement.verdict for judgement in judgements(record)}
    return "passed" in verdicts and verdicts.isdisjoint({"failed", "error"})


def _of_requirements(record: Record) -> Iterable[Judgement]:
    for requirement in record.header.requirements:
        for backend in record.header.backends:
            result = record.results.get((requirement.id, backend.spec))
            if result is None:
                if record.footer is None or record.footer.ended != "completed":
                    yield _plainly(requirement, backend.spec, "error", "the run ended before it came to this")
                continue
            if result.status == "violates":
                yield _violating(record, requirement, backend.spec)
            elif result.status == "unknown":
                yield _unknown(record, requirement, result)
            elif result.status == "unsupported":
                yield _plainly(requirement, backend.spec, "skipped", f"unsupported: {result.reason}")
            else:
                yield _plainly(requirement, backend.spec, "passed", "")


def _plainly(
    requirement: Requirement, backend: str, verdict: Verdict, why: str, standing: str = ""
) -> Judgement:
    return Judgement(
        name=requirement.id,
        backend=backend,
        verdict=verdict,
        why=why,
        requirement=requirement,
        standing=standing,
    )


def _standings(record: Record, requirement: str, backend: str) -> tuple[StandingEvent, ...]:
    """Return what the gate makes of this cell, what makes it fail first; without those of stale entries."""
    found = [s for s in record.standings if (s.requirement, s.backend) == (requirement, backend)]
    return gate.ordered(s for s in found if s.standing not in ("stale", "unseen"))


def _violating(record: Record, requirement: Requirement, backend: str) -> Judgement:
    violations = record.violations_of(requirement.id, backend)
    why = violations[0].event.summary if violations else "violated"
    standings = _standings(record, requirement.id, backend)
    worst = standings[0] if standings else None
    verdict: Verdict = "failed"
    if worst and worst.standing not in gate.FAILING:
        verdict, why = "skipped", f"{gate.WORDS[worst.standing]}: {worst.reason}"
    elif worst:
        mine = [v.event.summary for v in violations if v.event.id == worst.violation]
        why = f"{gate.WORDS[worst.standing]}: {(mine or [why])[0]}"
        why += f" ({worst.reason})" if worst.reason else ""
    return Judgement(
        name=requirement.id,
        backend=backend,
        verdict=verdict,
        why=why,
        requirement=requirement,
        standing=worst.standing if worst else "",
        violations=violations,
    )


def _unknown(record: Record, requirement: Requirement, result: ResultEvent) -> Judgement:
    standings = _standings(record, requirement.id, result.backend)
    standing = standings[0].standing if standings else ""
    row = record.header.gate
    failing = standing == "inconclusive" and row is not None and row.inconclusive == "fail"
    why = standings[0].reason if standing == "known" else result.reason
    return _plainly(
        requirement, result.backend, "error" if failing else "skipped", f"unknown: {why}", standing
    )


def _of_entries(record: Record) -> Iterable[Judgement]:
    """Yield a judgement for each entry of the baseline that is stale, or worse without having been met."""
    row = record.header.gate
    met = {(v.event.requirement, v.event.backend, v.event.kind) for v in record.violations}
    for standing in gate.ordered(record.standings):
        if row is None or standing.entry is None:
            continue
        if (standing.requirement, standing.backend, standing.signature) in met:
            continue
        if standing.standing != "stale" and standing.standing not in gate.FAILING:
            continue
        failing = standing.standing in gate.FAILING or row.stale == "fail"
        yield Judgement(
            name=f"baseline entry {standing.entry}: {standing.requirement} {standing.signature}",
            backend=standing.backend,
            verdict="failed" if failing else "skipped",
            why=f"{gate.WORDS[standing.standing]}: {standing.reason}",
            standing=standing.standing,
        )


def _of_faults(record: Record) -> Iterable[Judgement]:
    for number, fault in enumerate(record.faults, start=1):
        lines = fault.text.strip().splitlines() or [""]
        where = " on ".join(part for part in (fault.family, fault.backend) if part)
        yield Judgement(
            name=f"defect of mpconform {number}" + (f" ({where})" if where else ""),
            backend=fault.backend or "mpconform",
            verdict="error",
            why=f"a defect of mpconform, not of the backend: {lines[-1]}",
        )
