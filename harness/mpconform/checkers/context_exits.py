"""Exits: what is done when processes end, in what order, and what is not when they are terminated."""

import collections

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers, programs, violation
from mpconform.values import Finding, History

__all__ = (
    "atexit_handlers",
    "children_joined",
    "daemons_terminated",
    "finalizer_called",
    "finalizer_collected",
    "finalizer_order",
    "orphans_live",
    "terminated_silently",
)


def atexit_handlers(history: History) -> Finding:
    """Check that what a child has registered with ``atexit`` is called when it ends.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        handled = {answer.fields["pid"] for answer in program.about("handled")}
        for answer in program.about("registered"):
            judged += 1
            if answer.fields["pid"] not in handled:
                told = "A child registered an exit handler, and ended without having called it."
                violations.append(violation(program, "atexit-skipped", told, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def terminated_silently(history: History) -> Finding:
    """Check that a process that is terminated runs no exit handler and no finally clause.

    Its exit code is -15.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        unwanted = program.about("unwanted")
        for answer in program.about("terminated"):
            judged += 1
            if unwanted:
                told = f"A process that was terminated ran {unwanted[0].fields['what']}."
                violations.append(violation(program, "terminated-late", told, unwanted[0].line, answer.line))
            elif answer.got != -15:
                told = f"A process was terminated; its exit code: {answer.told}, not -15."
                violations.append(violation(program, "terminated-otherwise", told, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def orphans_live(history: History) -> Finding:
    """Check that the children of a process that is terminated live on, and can be talked to.  O(n)."""
    sentence = "The parent of a process was terminated; asked by main, the process"
    return judge_answers(history, "orphan-ended", sentence, "alive", "orphaned")


def children_joined(history: History) -> Finding:
    """Check that a program does not end before its children have, if they are no daemons.

    What the program registered with ``atexit`` before all else, is done last.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("left"):
            if answer.raised:
                continue
            judged += 1
            order = [one.question for one in program.about("slow", "last")]
            if order != ["slow", "last"]:
                told = "A program was at its end before the child that it had started and not joined."
                lines = (one.line for one in program.about("left", "slow", "last"))
                violations.append(violation(program, "child-not-joined", told, *lines))
    return Finding(judged=judged, violations=tuple(violations))


def daemons_terminated(history: History) -> Finding:
    """Check that no daemonic child outlives its program.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("daemon")[:1]:
            if answer.got != "ready":
                continue
            judged += 1
            if program.left:
                told = f"A program has ended, and a daemonic child of it lives on: {program.left[0][:120]}."
                violations.append(violation(program, "daemon-left", told, answer.line, *program.left))
    return Finding(judged=judged, violations=tuple(violations))


def finalizer_order(history: History) -> Finding:
    """Check that each finalizer is called once when its process ends, those of higher priority first.

    Among equals, the latest comes first.  O(n log n).
    """
    judged, violations = 0, []
    for program in programs(history):
        called: dict[int, list[int]] = collections.defaultdict(list)
        for answer in program.about("finalized"):
            called[answer.fields["pid"]].append(answer.fields["label"])
        for answer in program.about("finalizers"):
            judged += 1
            priorities = answer.fields["priorities"]
            wanted = sorted(range(len(priorities)), key=lambda n: (-priorities[n], -n))  # at once
            found = called[answer.fields["pid"]]
            if found != wanted:
                told = (
                    f"Finalizers of priorities {priorities} were called in the order {found}, not {wanted}."
                )
                violations.append(violation(program, "finalizers-in-disorder", told, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def finalizer_collected(history: History) -> Finding:
    """Check that a finalizer is called when its object is collected, and not before.  O(n)."""
    sentence = "A finalizer (calls and whether it is active, before and after its object was collected)"
    return judge_answers(history, "finalizer-collected", sentence, [0, True, 1, False], "collected")


def finalizer_called(history: History) -> Finding:
    """Check that a finalizer that is called runs once; one that is cancelled, never.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        right = answer.got == [1]
        return (
            ""
            if right
            else f"A finalizer was called twice, another after its cancel(): together they {answer.told}."
        )

    return judge(history, "finalizer-called", rule, "called")
