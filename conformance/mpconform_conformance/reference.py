"""The reference: the standard library, asked whether a scenario comes to its end where it works."""

import contextlib
from types import TracebackType

import msgspec

from mpconform.backend import Backend
from mpconform.runner import Runner, workdir
from mpconform.values import Scenario

__all__ = ("Reference",)

#: What makes processes as the standard library does.
_MODULE, _METHODS = "multiprocessing", frozenset({"fork", "spawn", "forkserver"})
#: It ends at once, or is not worth the wait.
_LIMIT_S = 3.0


class Reference:
    """The standard library of a backend's interpreter; a context manager that leaves no process behind.

    Its agent starts with the first question.
    """

    def __init__(self, backend: Backend) -> None:
        """Stand beside *backend*; of the standard library itself, and of threads, there is none."""
        self._backend = msgspec.structs.replace(backend, module=_MODULE)
        self._is_there = backend.module != _MODULE and backend.method in _METHODS
        self._stack = contextlib.ExitStack()
        self._runner: Runner | None = None

    def __enter__(self) -> "Reference":  # noqa: PYI034  # Python 3.10 has no typing.Self
        """Return this reference."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the agent, if it was ever started."""
        self._stack.__exit__(kind, error, trace)

    def ends(self, scenario: Scenario, times: int = 1) -> bool:
        """Return whether *scenario* ends by itself so many *times* in a row.  Raises HarnessFault."""
        if not self._is_there:
            return False
        if self._runner is None:
            folder = self._stack.enter_context(workdir())
            self._runner = self._stack.enter_context(Runner(self._backend, workdir=folder))
        limited = msgspec.structs.replace(scenario, deadline_s=min(scenario.deadline_s, _LIMIT_S))
        with self._runner.hurried():
            return all(self._runner.run(limited).ended == "normally" for _ in range(times))
