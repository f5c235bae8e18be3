"""What programs tell of managers: threads that share proxies, serializers, servers that do not end."""

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers, unless
from mpconform.values import Finding, History

__all__ = ("serializers", "shutdown_timeout", "threads")


def threads(history: History) -> Finding:
    """Check that threads use one proxy under a lock, and each its own, as if they were alone.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        threads, times = answer.fields["threads"], answer.fields["times"]
        wanted = [threads * times, [times] * threads]
        return unless(answer.got == wanted, "Threads counted by a proxy, and by one each:", answer)

    return judge(history, "proxy-in-threads", rule, "threaded")


def serializers(history: History) -> Finding:
    """Check that a manager works with either serializer: arguments, keywords, results.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        number = answer.fields["number"]
        wanted = [number, number + 1, "ab", [1, "two", 3.5, True]]
        return unless(answer.got == wanted, "A counter's calls through a serializer", answer)

    return judge(history, "serializer", rule, "serialized")


def shutdown_timeout(history: History) -> Finding:
    """Check that shutdown waits for its timeout, then terminates the server, and then kills it.

    By the exit code of a server that takes less time, of one that takes a minute, and of one that is deaf
    to SIGTERM besides.  O(n).
    """
    sentence = "Exit codes of servers that end in time, late, and late and deaf to SIGTERM:"
    return judge_answers(history, "shutdown-timeout", sentence, [0, -15, -9], "ended")
