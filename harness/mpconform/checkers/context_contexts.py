"""Contexts: what they have, what they are called, and what their processes get of their parent."""

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers, programs, violation
from mpconform.values import Finding, History

__all__ = (
    "copied",
    "cpus",
    "default",
    "descriptors",
    "executable",
    "executable_path",
    "fresh",
    "frozen",
    "has_names",
    "locks",
    "method",
    "own_methods",
    "server",
    "unknown",
    "unpicklable",
)

_FRESH = frozenset({"spawn", "forkserver"})


def has_names(history: History) -> Finding:
    """Check that a context has every documented name that its module has.

    Not ``get_all_start_methods``, which no context of the standard library has.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        if answer.raised or answer.got:
            return f"A context lacks what its module has: {answer.told}."
        return ""

    return judge(history, "context-lacks-names", rule, "api")


def method(history: History) -> Finding:
    """Check that ``get_start_method()`` of a context is the method that it was asked for by.  O(n)."""

    def rule(program: Program, answer: Answer) -> str:
        right = not answer.raised and answer.got == program.method
        return "" if right else f"A context of {program.method} was asked for its method; it {answer.told}."

    return judge(history, "context-other-method", rule, "method")


def own_methods(history: History) -> Finding:
    """Check that there is a context for every method that is listed, and that it names that method.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        right = isinstance(answer.got, list) and all(answer.got)
        return "" if right else f"The context of each listed method was asked for that method: {answer.told}."

    return judge(history, "context-not-for-method", rule, "own")


def unknown(history: History) -> Finding:
    """Check that ``get_context`` of a method that does not exist raises ValueError.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        return (
            "" if "ValueError" in answer.raised else f"get_context('nosuch') {answer.told}, not ValueError."
        )

    return judge(history, "unknown-method", rule, "unknown")


def default(history: History) -> Finding:
    """Check that ``get_context()`` is the default context, of the method that is in force.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        right = isinstance(answer.got, list) and len(set(map(str, answer.got))) == 1
        return (
            "" if right else f"get_context() and get_start_method() were asked for the method: {answer.told}."
        )

    return judge(history, "default-context-differs", rule, "default")


def cpus(history: History) -> Finding:
    """Check that ``cpu_count()`` is ``os.cpu_count()``, unless it raises NotImplementedError.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        if "NotImplementedError" in answer.raised:
            return ""
        found = answer.got if isinstance(answer.got, list) else [None, 0]
        right = type(found[0]) is int and found[0] == found[1]
        return "" if right else f"cpu_count(), and os.cpu_count(), {answer.told}."

    return judge(history, "cpu-count", rule, "cpus")


def frozen(history: History) -> Finding:
    """Check that ``freeze_support()`` returns None in a program that is not frozen.  O(n)."""
    return judge_answers(history, "freeze-support", "freeze_support()", None, "freeze")


def copied(history: History) -> Finding:
    """Under fork, a child is a copy of its parent: with its variables, and its descriptors.  O(n)."""

    def rule(program: Program, answer: Answer) -> str | None:
        if program.method != "fork":
            return None
        what = "variables" if answer.question == "copied" else "pipe"
        return (
            "" if answer.got == 10 else f"A forked child lacks its parent's {what}: asked, it {answer.told}."
        )

    return judge(history, "fork-copies-nothing", rule, "copied", "pipe")


def fresh(history: History) -> Finding:
    """Under spawn and forkserver, a child has no variable that main set behind its guard.  O(n)."""

    def rule(program: Program, answer: Answer) -> str | None:
        if program.method not in _FRESH:
            return None
        return (
            "" if answer.got == 11 else f"A child of {program.method} shares main's variables: {answer.told}."
        )

    return judge(history, "not-a-fresh-interpreter", rule, "copied")


def descriptors(history: History) -> Finding:
    """Under spawn and forkserver, a child has no descriptor of its parent that it does not need.

    Main opens a pipe and the child looks through its own descriptors for it.  O(n).
    """

    def rule(program: Program, answer: Answer) -> str | None:
        if program.method not in _FRESH:
            return None
        return "" if answer.got == 11 else f"A child of {program.method} has main's pipe open: {answer.told}."

    return judge(history, "descriptor-inherited", rule, "pipe")


def server(history: History) -> Finding:
    """Under forkserver, all children of a program are forked by one server, which has one thread.

    The server is not main; what the kernel says is the parent, is asked.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        answers = program.about("server") if program.method == "forkserver" else ()
        parents = {answer.fields["parent"] for answer in answers}
        for answer in answers:
            judged += 1
            if answer.fields["parent"] == answer.fields["main"]:
                told = "A child of forkserver was forked by main itself."
            elif answer.fields["threads"] != 1:
                told = f"The fork server has {answer.fields['threads']} threads, not one."
            elif len(parents) > 1:
                told = f"Children of one program have {len(parents)} fork servers."
            else:
                continue
            violations.append(violation(program, "fork-server", told, *(one.line for one in answers)))
            break
    return Finding(judged=judged, violations=tuple(violations))


def executable(history: History) -> Finding:
    """Under spawn, children are run by the executable that ``set_executable`` was given.  O(n)."""
    return _executable(history, "executable")


def executable_path(history: History) -> Finding:
    """Check that ``set_executable`` takes a path-like object, under spawn.  O(n)."""
    return _executable(history, "executable path")


def _executable(history: History, question: str) -> Finding:
    def rule(program: Program, answer: Answer) -> str | None:
        if program.method != "spawn":
            return None
        if answer.got == 11:
            return ""
        return f"An executable was set, but no child was run by it: starting one {answer.told}."

    return judge(history, question.replace(" ", "-"), rule, question)


def preloaded(history: History) -> Finding:
    """Children of forkserver find imported what the server was told to import, and nothing more.  O(n)."""

    def rule(program: Program, answer: Answer) -> str | None:
        if program.method != "forkserver":
            return None
        if answer.got == [11] * int(answer.fields["wanted"]):
            return ""
        return (
            "The fork server was to import a module. Children exit with 11 if they find it imported, with 10 "
            f"if not, with more if another one is, too; starting them {answer.told}."
        )

    return judge(history, "not-preloaded", rule, "preloaded")


def locks(history: History) -> Finding:
    """Check that a lock of a fork context is refused by processes of others.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        if not isinstance(answer.got, dict):
            return f"A lock of the fork context was given to processes of others: {answer.told}."
        for name, found in answer.got.items():
            if not isinstance(found, list) or "RuntimeError" not in found:
                told = f"raised {found[0]}" if isinstance(found, list) else f"was run, to exit code {found}"
                return (
                    f"A process of {name} that was given a lock of the fork context {told}, not RuntimeError."
                )
        return ""

    return judge(history, "foreign-lock", rule, "lock")


def unpicklable(history: History) -> Finding:
    """Under spawn and forkserver, ``start`` refuses what cannot be pickled, and no child comes of it.

    A backend that can pickle a lambda may run it.  O(n).
    """

    def rule(program: Program, answer: Answer) -> str | None:
        if program.method not in _FRESH:
            return None
        if not answer.raised and (answer.got == 0 or (isinstance(answer.got, list) and answer.got[1] == 0)):
            return ""
        return f"A lambda as target: the start {answer.told}."

    return judge(history, "unpicklable-target", rule, "unpicklable")
