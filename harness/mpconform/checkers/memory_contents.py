"""Contents: whatever a read of shared memory returns must have been put there.

Each checker here judges one kind of read of one kind of object; all use
`memory_cells.judgements`, and are sound, not complete: a read is judged by what certainly
happened before it.
"""

from collections.abc import Callable, Iterator

from mpconform.checkers.memory_cells import Judgement, Write, judgements
from mpconform.checkers.memory_reading import read
from mpconform.checkers.memory_regions import Region
from mpconform.checkers.memory_types import encoded
from mpconform.checkers.telling import Teller, value
from mpconform.values import Finding, History, Operation, Violation

__all__ = ("finding_of", "judged_reads", "source_of", "violation_of")


def judged_reads(
    history: History, applies: Callable[[Region], bool], selects: Callable[[Region, Judgement], bool]
) -> Iterator[tuple[Region, Judgement]]:
    """Yield the reads of regions for which *applies* that we can judge, if *selects* takes them."""
    for region in read(history).regions:
        if applies(region):
            for judgement in judgements(region):
                if judgement.explained is not None and selects(region, judgement):
                    yield region, judgement


def finding_of(
    history: History,
    kind: str,
    applies: Callable[[Region], bool],
    selects: Callable[[Region, Judgement], bool],
) -> Finding:
    """Return the finding on the reads that *applies* and *selects* take; its violations are a *kind*."""
    judged = 0
    violations = []
    for region, judgement in judged_reads(history, applies, selects):
        judged += 1
        if not judgement.explained:
            violations.append(violation_of(history, kind, region, judgement))
    return Finding(judged=judged, violations=tuple(violations))


def source_of(write: Write, region: Region) -> Operation | None:
    """Return the operation behind a candidate: a write, or the making of the region."""
    return write.op or region.born


def violation_of(history: History, kind: str, region: Region, judgement: Judgement) -> Violation:
    """Tell of a read that nothing explains: what it returned, and what was there to be read."""
    teller = Teller(history)
    op = judgement.read.op
    found = value(judgement.found)
    likely = sorted({value(encoded(one)) for one in judgement.expected})
    expected = " or ".join(likely) if len(likely) <= 4 else f"one of {len(likely)} possible contents"
    newest = judgement.newest
    source = source_of(newest, region)
    if newest.op is None:
        cause = f"{region.name} was made with {_initially(region, newest)}, and nobody wrote to it since"
    else:
        cause = f"{teller.tell(newest.op)}"
    summary = f"{teller.call(op)} returned {found}, though {region.name} could only show {expected}."
    story = f"{cause}. {teller.tell(op)}. Nothing that was written explains {found}."
    return Violation(
        kind=kind, summary=summary, story=story, witness=tuple(one for one in (source, op) if one is not None)
    )  # fmt: skip


def _initially(region: Region, write: Write) -> str:
    if region.kind in {"value", "list"} or len(write.content) == 1:
        return value(encoded(write.content[0])) if write.known else "contents"  # type: ignore[arg-type]
    return "its first contents"
