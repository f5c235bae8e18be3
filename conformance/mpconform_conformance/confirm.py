"""Confirm: whatever the time, what nobody has listed is replayed a few times before it is told."""

from collections.abc import Mapping, Sequence

from mpconform.store import Witnessed
from mpconform.values import Scenario
from mpconform_conformance.campaign import Met, Run
from mpconform_conformance.catalogue import Checker
from mpconform_conformance.explore import key_of
from mpconform_conformance.reruns import Reruns
from mpconform_conformance.shrink import Shrunk
from mpconform_conformance.slices import asked

__all__ = ("CONFIRMING", "confirmed", "witness_of")

#: So often.
CONFIRMING = 3


def witness_of(run: Run, checker: Checker, *, kind: str = "") -> Witnessed | None:
    """Return the first history of *run* in which *checker* finds a violation, of *kind* if given."""
    for history in run.histories:
        for violation in checker(history).violations:
            if kind in ("", violation.kind):
                return Witnessed(history=history, violation=violation, tapes=run.tapes)
    return None


def confirmed(found: Sequence[tuple[Met, Shrunk]], reruns: Reruns) -> list[tuple[Met, Shrunk]]:
    """Return *found*, each replayed often enough to say whether it shows again, some beside others.

    What a program shows is first replayed with those of its questions alone that show it: if it fails each
    time, that is the smallest scenario.
    """
    for _, shrunk in found:
        reruns.remember(shrunk.witnessed.history)
    cut = {}
    for at, (met, shrunk) in enumerate(found):
        if scenario := asked(shrunk.witnessed.history, shrunk.witnessed.violation):
            cut[at] = met, scenario
    first = _replayed(cut, 1, reruns)
    rest = _replayed({at: one for at, one in cut.items() if all(first[at])}, CONFIRMING - 1, reruns)
    alone = {at: seen for at in rest if all(seen := first[at] + rest[at])}
    whole = {
        at: (met, one.witnessed.history.scenario) for at, (met, one) in enumerate(found) if at not in alone
    }
    replayed = {**alone, **_replayed(whole, CONFIRMING, reruns)}
    # A run of the whole scenario tells only how often it shows again; what was asked alone is smaller.
    smallest_of = {at: seen[0] for at, seen in alone.items() if seen}
    return [
        (
            met,
            Shrunk(
                witnessed=smallest_of.get(at) or shrunk.witnessed,
                failed=sum(one is not None for one in replayed[at]),
                repeated=len(replayed[at]),
            ),
        )
        for at, (met, shrunk) in enumerate(found)
    ]


def _replayed(
    wanted: Mapping[int, tuple[Met, Scenario]], times: int, reruns: Reruns
) -> dict[int, list[Witnessed | None]]:
    """Return what so many replays of each scenario showed of its violation; equal ones are run but once."""
    distinct = {key_of(scenario): scenario for _, scenario in wanted.values()}
    runs = dict(zip(distinct, reruns.all_of([*distinct.values()], times), strict=True))
    return {
        at: [witness_of(run, met.checker, kind=met.kind) for run in runs[key_of(scenario)]]
        for at, (met, scenario) in wanted.items()
    }
