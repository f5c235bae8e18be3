"""Main modules: what of a program's main module runs in its children, however the program is run."""

from mpconform.checkers.program_model import Answer, Program, judge, programs, violation
from mpconform.values import Finding, History

__all__ = ("as_command", "as_file", "as_module", "from_stdin", "guard", "objects", "unguarded")

_FRESH = frozenset({"spawn", "forkserver"})


def as_file(history: History) -> Finding:
    """Check that the processes of a program that is run as a file do what they are to do.  O(n)."""
    return _works(history, "file")


def as_module(history: History) -> Finding:
    """Check that those of a program that is run with ``-m`` do, also if it imports relatively.  O(n)."""
    return _works(history, "module")


def as_command(history: History) -> Finding:
    """Check that those of a program that is run with ``-c`` do, if their target can be imported.  O(n)."""
    return _works(history, "command")


def from_stdin(history: History) -> Finding:
    """Check the processes of a program that is read from stdin: forked, they do what they are to do.

    Others may fail, as there is no main module to import: never with the exit code of a success.  O(n).
    """
    return _works(history, "stdin")


def _works(history: History, run: str) -> Finding:
    def rule(program: Program, answer: Answer) -> str:
        wanted = answer.fields["wanted"]
        if not answer.raised and answer.got == wanted:
            return ""
        if run == "stdin" and program.method != "fork" and (answer.raised or answer.got != 0):
            return ""
        return f"A process that was to exit with {wanted}: starting it {answer.told}."

    return judge(history, f"main-{run}", rule, run)


def objects(history: History) -> Finding:
    """Check that objects of classes of main arrive in a child as objects of the same classes there.

    The target is a function of the main module, too.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        wanted = answer.fields["wanted"]
        right = not answer.raised and answer.got == wanted
        return (
            ""
            if right
            else f"An object of a class of main was given to a process; it {answer.told}, not {wanted}."
        )

    return judge(history, "main-objects", rule, "objects")


def guard(history: History) -> Finding:
    """Check that what ``if __name__ == "__main__"`` guards runs in main, and in no child.

    Where main is imported anew in children, it has another name there.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        guarded, imported = program.about("guarded"), program.about("imported")
        if not guarded or not imported or "unguarded" in program.name:
            continue
        judged += 1
        home = guarded[0].fields["pid"]
        strangers = [answer for answer in guarded if answer.fields["pid"] != home]
        named = [
            answer
            for answer in imported
            if answer.fields["pid"] != home and answer.fields["name"] == "__main__"
        ]
        if strangers or named:
            told = (
                "What the guard protects was run in a child." if strangers else "A child's main is __main__."
            )
            lines = (answer.line for answer in (*guarded, *imported))
            violations.append(violation(program, "guard-passed", told, *lines))
    return Finding(judged=judged, violations=tuple(violations))


def unguarded(history: History) -> Finding:
    """Under spawn and forkserver, a main module that starts a process without a guard is stopped.

    RuntimeError says why, on stderr, and no process of a process begins the same again.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        imported = program.about("imported")
        if program.name != "unguarded" or program.method not in _FRESH or not imported:
            continue
        judged += 1
        deepest = max(answer.fields["depth"] for answer in imported)
        lines = (answer.line for answer in imported)
        if deepest > 1:
            told = f"An unguarded main module was run again and again, {deepest} processes deep."
            violations.append(violation(program, "endless", told, *lines))
        elif not any(line.startswith("RuntimeError") for line in program.errors):
            told = "Nothing says that a process was started by a main module that was only being imported."
            violations.append(violation(program, "unguarded", told, *lines, *program.errors[-3:]))
    return Finding(judged=judged, violations=tuple(violations))
