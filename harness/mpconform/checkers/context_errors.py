"""Errors and words: exceptions, tracebacks of children on stderr, and the logger."""

from mpconform.checkers.program_model import (
    Answer,
    Program,
    joined,
    judge,
    judge_answers,
    programs,
    violation,
)
from mpconform.values import Finding, History

__all__ = (
    "hierarchy",
    "late",
    "log_format",
    "log_level",
    "log_to_stderr",
    "logger",
    "messages",
    "queue_errors",
    "short",
    "tracebacks",
)


def hierarchy(history: History) -> Finding:
    """ProcessError is an Exception, and the base of BufferTooShort, AuthenticationError and TimeoutError.

    These are three.  O(n).
    """
    return joined(
        judge_answers(
            history, "not-a-process-error", "The three are ProcessErrors:", [True] * 3, "hierarchy"
        ),
        judge_answers(
            history, "error-classes", "ProcessError, and how many the three are,", [True, 3], "root"
        ),
    )


def queue_errors(history: History) -> Finding:
    """Check that what empty and full queues raise is ``queue.Empty`` and ``queue.Full``.  O(n)."""
    sentence = "Raised without waiting, and after a timeout, the module queue's own:"
    return judge_answers(history, "other-queue-errors", sentence, [True, True], "empty", "full")


def short(history: History) -> Finding:
    """Check that a buffer that is too small raises BufferTooShort, with the message.  O(n)."""
    sentence = "A message was received into a small buffer; BufferTooShort, with the message:"
    return judge_answers(history, "buffer-too-short", sentence, [True, True], "short")


def late(history: History) -> Finding:
    """Check that a result that is not there in time raises the backend's own TimeoutError.  O(n)."""
    sentence, wanted = "A result was late; the backend's TimeoutError:", True
    return judge_answers(history, "other-timeout-error", sentence, wanted, "late")


def tracebacks(history: History) -> Finding:
    """Check that the traceback of an exception that ended a child stands on stderr, with its cause.

    Its last line names the exception and its text, and a frame the function that raised it.  O(n).
    """
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("fails"):
            if answer.got != 1:
                continue
            judged += 1
            text = f"Mistake: {answer.fields['told']}"
            wanted = {
                "the exception": any(line.endswith(text) for line in program.errors),
                "the traceback": any(line.startswith("Traceback") for line in program.errors),
                "the function": any(line.endswith(", in deep") for line in program.errors),
                "the cause": any(line.startswith("ValueError:") for line in program.errors),
            }
            lacking = [what for what, there in wanted.items() if not there]
            if lacking:
                told = f"A child ended with an exception; {', '.join(lacking)} does not stand on stderr."
                violations.append(violation(program, "no-traceback", told, answer.line, *program.errors[-4:]))
    return Finding(judged=judged, violations=tuple(violations))


def messages(history: History) -> Finding:
    """Check that the text that a child gave to ``sys.exit`` stands on stderr.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("leaves"):
            if answer.raised:
                continue
            judged += 1
            if answer.fields["told"] not in program.errors:
                told = f"A child called sys.exit({answer.fields['told']!r}); stderr does not say so."
                violations.append(violation(program, "no-message", told, answer.line, *program.errors[-4:]))
    return Finding(judged=judged, violations=tuple(violations))


def logger(history: History) -> Finding:
    """Check that the logger is new: level NOTSET, no handler, and nothing goes to the root logger.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        right = isinstance(answer.got, list) and answer.got[1:] == [0, False, 0, True]
        return "" if right else f"get_logger(), its name, level, propagation, handlers, kind: {answer.told}."

    return judge(history, "logger-as-made", rule, "logger")


def log_to_stderr(history: History) -> Finding:
    """``log_to_stderr(level)`` returns the logger that ``get_logger`` does, now of that level.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        wanted = [True, answer.fields["wanted"]]
        return (
            ""
            if answer.got == wanted
            else f"log_to_stderr: the same logger, its level: {answer.told}, not {wanted}."
        )

    return judge(history, "log-to-stderr", rule, "level")


def log_level(history: History) -> Finding:
    """Check that the logger of a child has the level of its parent's.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        wanted = answer.fields["wanted"]
        return (
            ""
            if answer.got == wanted
            else f"A child was asked for the level of its logger; it {answer.told}."
        )

    return judge(history, "log-level-lost", rule, "logged")


def log_format(history: History) -> Finding:
    """Check that what main and a child log stands on stderr once, with level and name.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("logged"):
            # Unless it was asked to log to stderr before, nothing is.
            if not program.about("level") or answer.raised:
                continue
            text = answer.fields["text"]
            wanted = [f"[WARNING/worker] child: {text}"]
            if any("get_logger().error" in asked for asked in program.given.get("questions", ())):
                wanted.append(f"[ERROR/MainProcess] main: {text}")
            judged += 1
            strange = [line for line in wanted if program.errors.count(line) != 1]
            if strange:
                times = program.errors.count(strange[0])
                told = f"The line {strange[0]!r} stands on stderr {times} times, not once."
                violations.append(violation(program, "log-lines", told, answer.line, *program.errors[-4:]))
    return Finding(judged=judged, violations=tuple(violations))
