"""Programs about conditions, events and barriers: threads of several processes that wait together."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("asking",)

_WAITING = """
import threading


def in_threads(count, function, *arguments):
    # Calls it in so many threads at once; the list is filled with what it returns.
    got = []
    threads = [threading.Thread(target=lambda: got.append(function(*arguments))) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, got


def ended(threads, got):
    for thread in threads:
        thread.join()
    return sorted(got)


def with_other(function, *arguments):
    # Runs it here and in another process; each has an end of a pipe to the other.
    ours, theirs = ctx.Pipe()
    process = ctx.Process(target=other, args=(function, theirs, *arguments))
    process.start()
    theirs.close()
    got = [function(ours, True, *arguments), ours.recv()]
    process.join()
    return got


def other(function, pipe, *arguments):
    pipe.send(function(pipe, False, *arguments))


def notified(pipe, first, condition, count):
    # Whoever has the lock knows that those who have said that they wait, do.
    waiting = []

    def wait():
        with condition:
            waiting.append(1)
            return condition.wait()

    threads, got = in_threads(count, wait)
    while True:
        with condition:
            if len(waiting) == count:
                break
    pipe.send("all wait")
    pipe.recv()
    if first:
        with condition:
            condition.notify_all()
    return ended(threads, got)


def set_once(pipe, first, event, count):
    threads, got = in_threads(count, event.wait)
    pipe.send("all were started")
    pipe.recv()
    if first:
        event.set()
    return ended(threads, got)


def met(pipe, first, barrier, count):
    return [ended(*in_threads(count, barrier.wait)) for _ in range(2)]
"""


@st.composite
def asking(draw: st.DrawFn) -> Scenario:
    """Let threads of two processes wait together, for a condition, for an event, and at a barrier.

    Shrinks to two threads in each, in a file.
    """
    count = draw(st.integers(2, 4))
    lock = draw(st.sampled_from(("", "ctx.Lock()")))
    questions = (
        asked("notified", f"with_other(notified, ctx.Condition({lock}), {count})", threads=count),
        asked("set", f"with_other(set_once, ctx.Event(), {count})", threads=count),
        asked("met", f"with_other(met, ctx.Barrier({2 * count}), {count})", threads=count),
    )
    source = THROUGH_CONTEXT + _WAITING + GUARD
    return alone("programs", program("waiting", source, questions, run=draw(ways())), family="condition")
