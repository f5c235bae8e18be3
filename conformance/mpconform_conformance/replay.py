"""Replay: run the scenario of a stored violation again, many times, and judge it again."""

from collections import Counter
from pathlib import Path

import msgspec

from mpconform import store
from mpconform.backend import Backend, missing
from mpconform.errors import UsageError
from mpconform.probe import probe
from mpconform.runner import Runner, workdir
from mpconform.values import Requirement, Violation
from mpconform_conformance import catalogue
from mpconform_conformance.gate import witnesses
from mpconform_conformance.plan import check_platform, interpreter
from mpconform_conformance.suggest import known
from mpconform_reports.terminal import plain, told

__all__ = ("Replayed", "replay")


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a replay: how many of how many runs broke the requirement, and how the first did.

    *judged* counts the runs that said anything about the requirement; *hung* and *crashed* those that did not
    end by themselves.
    """

    requirement: Requirement
    backend: str
    failed: int
    judged: int
    times: int
    hung: int = 0
    crashed: int = 0
    violation: Violation | None = None

    @property
    def exit_code(self) -> int:
        """1 if it still fails, 0 if it does not, 5 if no run said anything."""
        if self.failed:
            return 1
        return 0 if self.judged else 5

    @property
    def words(self) -> str:
        """The conclusion, for a person and for grep, and the story if it still fails."""
        where = f"{self.requirement.id}  {self.backend}"
        if self.violation:
            return f"FAILED {self.failed} of {self.times}  {where}\n{plain(told(self.violation))}"
        if not self.judged:
            ended = [
                f"{count} {how}" for count, how in ((self.hung, "hung"), (self.crashed, "crashed")) if count
            ]
            why = f": {', '.join(ended)}" if ended else ": the scenario does not come to what it is about"
            return f"ERROR (0 of {self.times} runs could be judged{why})  {where}"
        return f"FIXED (0 of {self.times})  {where}"


def replay(
    folder: Path, *, times: int, backend: str = "", python: str = "", paths: tuple[str, ...] = ()
) -> Replayed:
    """Run the scenario of the violation stored in *folder* *times* times.

    It runs on the backend that it was found on, unless *backend*, *python* or *paths* say
    otherwise.  A file is the witness of a baseline, which names no backend.  Raises BadRecord and UsageError.
    """
    check_platform()
    if times < 1:
        raise UsageError(f"--times {times}: not a positive number")
    if folder.is_file():
        if not backend:
            raise UsageError(f"{folder} is the witness of a baseline; say on what to run it with --backend")
        name, scenario = witnesses.read(folder)
        found_on = Backend(module="", python=interpreter(""))
    else:
        stored = store.read_violation(folder)
        name, scenario, found_on = stored.requirement, store.read_scenario(folder), stored.backend
    ids = {requirement.id: requirement for requirement in catalogue.requirements()}
    requirement = ids[known(name, "requirement", ids)]
    checker = catalogue.checker_of(requirement)
    target = _backend(found_on, backend, python, paths)
    failed = judged = 0
    ended: Counter[str] = Counter()
    first: Violation | None = None
    with workdir() as scratch:
        offer = probe(target, workdir=scratch)
        if lacking := missing(offer, requirement.needs):
            raise UsageError(f"{target.spec} offers no {', '.join(lacking)}, which {requirement.id} is about")
        with Runner(target, workdir=scratch) as runner:
            for _ in range(times):
                run = runner.run(scenario)
                ended[run.ended] += 1
                findings = [checker(history) for history in run.histories]
                violations = [violation for finding in findings for violation in finding.violations]
                judged += any(finding.judged for finding in findings) or bool(violations)
                if violations:
                    failed += 1
                    first = first or violations[0]
    return Replayed(
        requirement=requirement,
        backend=target.spec,
        failed=failed,
        judged=judged,
        times=times,
        hung=ended["hung"],
        crashed=ended["crashed"],
        violation=first,
    )


def _backend(stored: Backend, spec: str, python: str, paths: tuple[str, ...]) -> Backend:
    """Return the *stored* backend with what the user wants to have different."""
    changes: dict[str, object] = {}
    if spec:
        module, _, method = spec.partition(":")
        changes |= {"module": module, "method": method or stored.method}
    if python:
        changes["python"] = python
    if paths:
        changes["paths"] = tuple(str(Path(path).absolute()) for path in paths)
    return msgspec.structs.replace(stored, **changes)
