"""Children: what they run, what they stand on, and whose children they are."""

from collections.abc import Iterator

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers, programs, violation
from mpconform.values import Finding, History

__all__ = (
    "arguments",
    "key_after_change",
    "key_is_random",
    "nested",
    "nested_key",
    "nested_names",
    "nested_parents",
    "run_by_hand",
    "stdin",
    "subclass",
    "threads_joined",
    "without_target",
)


def _wanted(history: History, kind: str, sentence: str, *questions: str) -> Finding:
    """Return the finding that each answer is what its question said was wanted."""

    def rule(_: Program, answer: Answer) -> str:
        wanted = answer.fields.get("wanted")
        return (
            "" if not answer.raised and answer.got == wanted else f"{sentence} {answer.told}, not {wanted!r}."
        )

    return judge(history, kind, rule, *questions)


def subclass(history: History) -> Finding:
    """Check that a subclass's ``run`` is what its process does, target or no target.

    It exits with a number that the object was given.  O(n).
    """
    return _wanted(history, "run-not-overridden", "A process whose class overrides run() was started; it",
                   "subclass", "override")  # fmt: skip


def arguments(history: History) -> Finding:
    """Check that arguments may be a tuple or a list, with keywords beside it, to the same effect.  O(n)."""
    return _wanted(history, "arguments-lost", "A process was to exit with the sum of its arguments; it",
                   "tuple", "list")  # fmt: skip


def without_target(history: History) -> Finding:
    """Check that a process without a target does nothing, and its exit code is 0.  O(n)."""
    return _wanted(history, "no-target", "A process without a target", "none")


def run_by_hand(history: History) -> Finding:
    """``run()`` calls the target, with its arguments, in the process that calls it; nothing if there is none.

    O(n).
    """
    wanted = [[True, [1, 2], {"more": 3}]]
    return judge_answers(history, "run-by-hand", "run() called by hand, in main itself,", wanted, "run")


def stdin(history: History) -> Finding:
    """Check that a child's ``sys.stdin`` is empty, and takes nothing away from that of the program.  O(n)."""
    return _wanted(
        history, "stdin-shared", "A child read its stdin, then main its own: together they", "reads"
    )


def threads_joined(history: History) -> Finding:
    """Check that threads that a child has started, and that are no daemons, end before it exits.

    The thread goes on until its process's main thread has ended.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("threaded"):
            judged += 1
            if answer.got != 0 or answer.raised:
                told = f"A process that left a thread behind {answer.told}, not exit code 0."
                violations.append(violation(program, "thread-fails", told, answer.line))
            elif not program.about("thread"):
                told = "A process was gone before the thread had ended that it had started."
                violations.append(violation(program, "thread-cut-off", told, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def key_after_change(history: History) -> Finding:
    """Check that processes that main makes after it has changed its own key have the new one.  O(n)."""
    return _wanted(
        history, "old-key", "Main changed its key; a new process that compares (2: the same)", "rekeyed"
    )


def key_is_random(history: History) -> Finding:
    """Check that the key of a main process is bytes, of sixteen or more, and no other program has it.

    Compares two programs of one history, and judges the kind of each.  O(n).
    """
    judged, violations = 0, []
    seen: dict[str, str] = {}
    for program in programs(history):
        for answer in program.about("key"):
            judged += 1
            if not isinstance(answer.got, list) or answer.got[0] is not True or len(answer.got[1]) < 32:
                told = f"The key of a main process is to be random bytes; asked, it {answer.told}."
                violations.append(violation(program, "key-of-other-kind", told, answer.line))
            elif answer.got[1] in seen:
                told = "Two programs, one after the other, have the same authentication key."
                lines = (seen[answer.got[1]], answer.line)
                violations.append(violation(program, "key-not-random", told, *lines))
            else:
                seen[answer.got[1]] = answer.line
    return Finding(judged=judged, violations=tuple(violations))


def nested(history: History) -> Finding:
    """Check that processes may start processes, to any depth, and that each runs once.

    Their exit codes add up on the way back.  O(n).
    """

    def expected(depth: int, width: int) -> int:
        return 10 + width * expected(depth - 1, width) if depth else 10

    def rule(program: Program, answer: Answer) -> str:
        depth, width = answer.fields["depth"], answer.fields["width"]
        wanted = [expected(depth - 1, width)] * width
        if answer.raised or answer.got != wanted:
            return f"Processes {depth} deep, {width} each: starting them {answer.told}, not {wanted}."
        pids = [told.fields["pid"] for told in program.about("nested")]
        count = sum(width**level for level in range(depth + 1))
        if len(pids) != count or len(set(pids)) != count:
            ran = f"{len(pids)} ran, in {len(set(pids))} processes"
            return f"Processes {depth} deep, {width} each, {count} in all: {ran}."
        return ""

    return judge(history, "nested-processes", rule, "nest")


def nested_parents(history: History) -> Finding:
    """``parent_process()`` is the process that started this one, at any depth: pid and name.  O(n)."""
    return _nested(history, "parent")


def nested_names(history: History) -> Finding:
    """Check that the k-th process that one makes without a name is called as that one, with ``:k`` behind.

    Of main's children, the names end in ``-k``.  O(n).
    """
    return _nested(history, "name")


def nested_key(history: History) -> Finding:
    """All processes of a program, at any depth, have the authentication key of its main process.  O(n)."""
    return _nested(history, "key")


def _nested(history: History, field: str) -> Finding:
    judged, violations = 0, []
    for program in programs(history):
        known = {answer.fields["pid"]: answer for answer in program.about("nested")}
        for answer in known.values():
            starter = known.get(answer.fields["starter"])
            if starter is None:
                continue
            judged += 1
            for told in _strange(field, answer, starter):
                kind = f"nested-{field}"
                violations.append(violation(program, kind, told, starter.line, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def _strange(field: str, answer: Answer, starter: Answer) -> Iterator[str]:
    found, theirs = answer.fields[field], starter.fields
    if field == "parent":
        wanted = [theirs["pid"], theirs["name"]]
        if found != wanted:
            yield f"parent_process() of {answer.fields['name']} has pid and name {found}, not {wanted}."
    elif field == "key":
        if found != theirs["key"]:
            yield f"{answer.fields['name']} has another key than {theirs['name']}, which started it."
    else:
        # Main has no numbers.
        before = f"{theirs['name'].rpartition('-')[2]}:" if theirs["starter"] else ""
        wanted_end = f"{before}{answer.fields['ordinal']}"
        if found.rpartition("-")[2] != wanted_end:
            number = answer.fields["ordinal"]
            yield f"Child number {number} of {theirs['name']} is called {found}, not …-{wanted_end}."
