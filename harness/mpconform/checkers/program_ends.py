"""Ends of programs: a program ends as its own code says, leaves nothing behind, and is silent about it."""

from collections.abc import Iterator

from mpconform.checkers.program_model import Program, programs, violation
from mpconform.checkers.telling import counted as told
from mpconform.values import Census, Finding, History, Violation

__all__ = ("ends_well", "exit_code", "leaves_names", "leaves_nothing", "silence")


def ends_well(history: History) -> Finding:
    """Check that a program ends with its own exit code, is silent, and leaves no process.

    ``exit_code``, ``silence`` and ``leaves_nothing`` together.  O(n).
    """
    found = [rule(history) for rule in (exit_code, silence, leaves_nothing)]
    return Finding(
        judged=max(one.judged for one in found),
        violations=tuple(violation for one in found for violation in one.violations),
    )


def exit_code(history: History) -> Finding:
    """Check that a program ends with the exit code that its own code says.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        wanted = program.given.get("code", 0)
        if wanted is None:
            continue
        judged += 1
        if program.code != wanted:
            error = next((line for line in reversed(program.errors) if _names_error(line)), "")
            kind = f"exit-{program.code}" + (f"-{error.partition(':')[0]}" if error else "")
            summary = f"A program ended with exit code {program.code}, not {wanted}."
            if error:
                summary = f"A program ended with exit code {program.code}, not {wanted}: {error[:200]}."
            violations.append(violation(program, kind, summary, *program.errors[-4:], *program.output[-1:]))
    return Finding(judged=judged, violations=tuple(violations))


def _names_error(line: str) -> bool:
    return line[:1].isalpha() and line.partition(":")[0].split(".")[-1].endswith(
        ("Error", "Exception", "Exit")
    )


def silence(history: History) -> Finding:
    """Check that a program that goes well, and writes nothing to stderr, has nothing there from the backend.

    O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        # What a program writes that fails is judged elsewhere.
        if program.given.get("noisy") or program.code != program.given.get("code", 0):
            continue
        judged += 1
        if program.errors:
            summary = f"A program went well, and yet its stderr says {program.errors[-1][:200]!r}."
            violations.append(violation(program, "words-on-stderr", summary, *program.errors[-6:]))
    return Finding(judged=judged, violations=tuple(violations))


def leaves_nothing(history: History) -> Finding:
    """Check that no process of a program outlives it for more than a moment, whether it ended or was killed.

    Daemonic children are terminated, others joined; those of one that was killed end by themselves, as they
    see its end of a pipe closed.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        if program.given.get("code", 0) is None:
            continue
        judged += 1
        if program.left:
            word = "process" if len(program.left) == 1 else "processes"
            summary = f"A program left {len(program.left)} {word} behind: {program.left[0][:120]}."
            violations.append(violation(program, "processes-left", summary, *program.left))
    return Finding(judged=judged, violations=tuple(violations))


def leaves_names(history: History) -> Finding:
    """Check that semaphores and segments of shared memory are gone when all processes of their program are.

    Compares what is counted right after a program with what there was before the first.  Sound: names that
    may be others' are not counted.  O(n).
    """
    judged = 0
    violations: list[Violation] = []
    before = history.census.get("before")
    if before is None:
        return Finding()
    for program, after in _counted(history):
        if not program.about("wreck", "segments") or program.left:
            continue
        judged += 1
        violations += _new(program, before, after)
    return Finding(judged=judged, violations=tuple(violations))


def _counted(history: History) -> Iterator[tuple[Program, Census]]:
    """Yield each program with the census that was taken after it, before the next."""
    latest: Program | None = None
    by_operation = {id(program.op): program for program in programs(history)}
    for op in history.by("main"):
        if id(op) in by_operation:
            latest = by_operation[id(op)]
        elif not op.target and op.method == "census" and op.ok and latest is not None and op.arguments:
            counted = history.census.get(op.arguments[0])
            if counted is not None:
                yield latest, counted


def _new(program: Program, before: Census, after: Census) -> Iterator[Violation]:
    kinds = (
        ("semaphores", after.semaphores, before.semaphores),
        ("segments", after.segments, before.segments),
    )
    for what, now, then in kinds:
        left = sorted(set(now) - set(then))
        if left:
            ended = "that was killed" if program.code < 0 else "that ended"
            summary = f"A program {ended} left {told(len(left), what[:-1])} in /dev/shm: {left[0]}."
            yield violation(program, f"{what}-left", summary, *left)
