"""Programs about processes: threads that start them at the same time, and ask for those of each other."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("asking",)

_PROCESSES = """
import threading

sys.setswitchinterval(1e-5)


def in_threads(functions):
    # Each in a thread of its own; the next of each begins when all have come so far.
    gate = threading.Barrier(len(functions))
    started = [threading.Thread(target=function, args=(gate,)) for function in functions]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


def leaves(number):
    sys.exit(number)


def ended(processes):
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def started(threads, each):
    # Every process has a number of its own, and ends with it; those who start wait for each other.
    numbers = range(1, threads * each + 1)
    made = {number: ctx.Process(target=leaves, args=(number,)) for number in numbers}

    def starting(first):
        def start(gate):
            for number in numbers[first::threads]:
                gate.wait()
                made[number].start()

        return start

    in_threads([starting(first) for first in range(threads)])
    names = {process.name for process in made.values()}
    return [ended(made.values()) == list(numbers), len(names) == len(made)]


def waits(pipe):
    pipe.recv()


def asks(told):
    told.append(sorted(child.name for child in ctx.active_children()))


def listed(names):
    # Main starts some of them, a thread the others; then this asks who lives, another thread, and main,
    # and main again at the end.
    pipes = [ctx.Pipe() for _ in names]
    made = [ctx.Process(target=waits, args=(end,), name=name) for name, (_, end) in zip(names, pipes)]
    told = []

    def starts(gate):
        for process in made[1::2]:
            process.start()
        asks(told)
        gate.wait()
        gate.wait()  # It lives until the other thread has asked, which might be taken for it.

    def comes_later(gate):
        gate.wait()
        asks(told)
        gate.wait()

    for process in made[::2]:
        process.start()
    in_threads([starts, comes_later])
    asks(told)
    for ours, _ in pipes:
        ours.send(None)
    codes = ended(made)
    asks(told)
    return [told, codes]
"""


@st.composite
def asking(draw: st.DrawFn) -> Scenario:
    """Let threads start processes at the same time, and ask for the children of their process.

    Shrinks to two threads that start two processes each, and two children, in a file.
    """
    threads, each = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    names = [f"child {n}" for n in range(draw(st.integers(2, 4)))]
    questions = (
        asked("started", f"started({threads}, {each})", threads=threads, each=each),
        asked("listed", f"listed({names!r})", names=names),
    )
    source = THROUGH_CONTEXT + _PROCESSES + GUARD
    return alone("programs", program("threads", source, questions, run=draw(ways())), family="process")
