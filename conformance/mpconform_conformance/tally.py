"""Tally: what the histories of one campaign say about one requirement, added up.

Memory stays flat: of a history, counts are kept, and the history itself only if it breaks
the requirement in a way that was not met before.
"""

import collections
import traceback

from mpconform.events import ResultEvent
from mpconform.values import History, Requirement, Violation
from mpconform_conformance.catalogue import Checker

__all__ = ("Overlap", "Tally")

#: Ways of breaking one requirement that are told apart; a slug should be stable, but a
#: checker that invents one for each history must not fill the disk.
_MOST_KINDS = 5


class Tally:
    """The evidence for and against one requirement."""

    def __init__(self, requirement: Requirement, checker: Checker) -> None:
        """Begin with no evidence."""
        self.requirement = requirement
        self.seen: collections.Counter[str] = collections.Counter()
        self.fault = ""
        self._checker = checker
        self._evidence = {"histories": 0, "judged": 0, "operations": 0}
        self._measures: collections.Counter[str] = collections.Counter()
        self._notes: collections.Counter[str] = collections.Counter()
        self._chances: collections.Counter[str] = collections.Counter()
        self._worst_ns: dict[str, int] = {}

    @property
    def judged(self) -> int:
        """How many situations there were in which the requirement could have been broken."""
        return self._evidence["judged"]

    @property
    def measures(self) -> dict[str, int]:
        """The further counts of evidence, summed over histories."""
        return dict(self._measures)

    def judge(self, history: History) -> tuple[Violation, ...]:
        """Add *history*; return the first violation of each kind in it, of kinds beyond the most not.

        A checker that raises is a defect of ours: it is kept as ``fault``, and nothing
        more is judged.
        """
        if self.fault:
            return ()
        try:
            finding = self._checker(history)
        except Exception:  # noqa: BLE001 - whatever a checker raises must not be blamed on the backend
            self.fault = traceback.format_exc()
            return ()
        if finding.judged:
            self._evidence["histories"] += 1
            self._evidence["judged"] += finding.judged
            self._evidence["operations"] += len(history.operations)
        if finding.measures:
            self._measures.update(finding.measures)
        if finding.notes:
            self._notes.update(finding.notes)
        if finding.chances:
            self._chances.update(finding.chances)
        for note, worst_ns in finding.worst_ns.items():
            self._worst_ns[note] = max(worst_ns, self._worst_ns.get(note, 0))
        return self._firsts(finding.violations)

    def _firsts(self, violations: tuple[Violation, ...]) -> tuple[Violation, ...]:
        """Count the kinds of *violations*, each once; return the first of each."""
        firsts = {violation.kind: violation for violation in reversed(violations)}
        counted = []
        for kind, violation in reversed(firsts.items()):
            if kind in self.seen or len(self.seen) < _MOST_KINDS:
                self.seen[kind] += 1
                counted.append(violation)
        return tuple(counted)

    def result(
        self, backend: str, *, witness: str | None, why_nothing: str = "", beyond: str = ""
    ) -> ResultEvent:
        """Return what is concluded: without a judged situation, and with a broken checker, unknown.

        What was not judged is unsupported if there is a reason for which it is *beyond* this backend.
        """
        reason = ""
        if self.seen:
            status = "violates"
        elif self.fault:
            status, reason = "unknown", f"a defect of ours: {self.fault}"
        elif not self._evidence["judged"]:
            undecided = self._measures["undecided"]
            spent = f"the search for an order was given up {undecided} times" if undecided else ""
            reason = spent or beyond or why_nothing or "no scenario of this run gave evidence"
            status = "unsupported" if beyond and not spent else "unknown"
        else:
            status = "conforms"
        return ResultEvent(
            requirement=self.requirement.id,
            backend=backend,
            status=status,  # type: ignore[arg-type]
            evidence=self._evidence | self._measures,
            notes=dict(self._notes),
            chances=dict(self._chances),
            worst_ns=dict(self._worst_ns),
            reason=reason,
            witness=witness,
        )


class Overlap:
    """How many operations of different actors are open at once, on the mean."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._open_ns = 0
        self._covered_ns = 0

    @property
    def percent(self) -> int:
        """The mean over the time in which at least one is open, times 100; 0 if none was."""
        return self._open_ns * 100 // self._covered_ns if self._covered_ns else 0

    def add(self, history: History) -> None:
        """Add *history*: its completed operations on objects of the backend, actors not being any.

        An actor's own operations never overlap, so the lengths of all intervals over the
        length of their union is the mean wanted.  O(n), because they are ordered.
        """
        actors = history.scenario.actors
        end_ns = 0
        for op in history.operations:
            if not op.target or op.returned_ns is None or op.target in actors or op.step < 0:
                continue
            self._open_ns += op.returned_ns - op.invoked_ns
            self._covered_ns += max(0, op.returned_ns - max(op.invoked_ns, end_ns))
            end_ns = max(end_ns, op.returned_ns)
