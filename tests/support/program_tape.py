"""Histories of programs, written by hand: what they printed, and how they ended."""

import json
from typing import Any

from mpconform.values import Census, History
from tape import history, op

__all__ = ("counted", "line", "ran", "told")


def line(question: str, **fields: Any) -> str:
    """The line in which a process of a program tells something."""
    return json.dumps({"question": question, **fields})


def told(
    *lines: str,
    method: str = "fork",
    code: int = 0,
    errors: tuple[str, ...] = (),
    left: tuple[str, ...] = (),
    **given: Any,
) -> dict[str, Any]:
    """One run of a program: what it wrote, and what it is in the scenario."""
    ended = {
        "method": method,
        "code": code,
        "output": list(lines),
        "errors": list(errors),
        "left": list(left),
    }
    return {"ended": ended, "given": {"name": "by hand", "run": "file", "source": "", **given}}


def ran(*programs: dict[str, Any], census: dict[str, Census] | None = None) -> History:
    """The history of *programs*, one after the other, each followed by the census ``ended``."""
    operations = []
    for n, program in enumerate(programs):
        operations += [
            op("main", "", "program", program["given"], at=(10 * n + 1, 10 * n + 2),
               to={"$program": program["ended"]}),
            op("main", "", "census", "ended", at=(10 * n + 3, 10 * n + 4)),
        ]  # fmt: skip
    return history(*operations, family="context", census=census)


def counted(at_ns: int, *, segments: tuple[str, ...] = (), semaphores: tuple[str, ...] = ()) -> Census:
    """A census of names in /dev/shm."""
    return Census(at_ns=at_ns, agent_pid=1, segments=segments, semaphores=semaphores)
