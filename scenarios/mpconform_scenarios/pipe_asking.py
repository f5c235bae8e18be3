"""Programs about pipes: objects that change between two sends, signals that are handled, many descriptors."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("asking",)

#: select(2) knows descriptors below this only.
_SELECTED = 1024
#: A timeout that is never to be over.
_PATIENT_S = 60

_PIPES = f"""
import importlib
import resource
import signal
import time


class Box:
    def __init__(self):
        self.content = []


def in_list():
    thing = []
    return thing, lambda n: thing.append(n), lambda got: got


def in_tuple():
    inner = []
    return (inner, "constant"), lambda n: inner.append(n), lambda got: got[0]


def in_dict():
    thing = {{}}
    return thing, lambda n: thing.__setitem__(n, n), lambda got: sorted(got)


def in_object():
    thing = Box()
    return thing, lambda n: thing.content.append(n), lambda got: got.content


def changed(make, count):
    # The same object is sent again and again; it changes before each send, and after the last.
    a, b = ctx.Pipe()
    thing, change, look = make()
    for n in range(count):
        change(n)
        a.send(thing)
    change(count)
    return [look(b.recv()) for _ in range(count)]


def changed_bytes(count):
    a, b = ctx.Pipe()
    data = bytearray(count)
    for n in range(count):
        data[n] = 1
        a.send_bytes(data)
    data[0] = 2
    return [list(b.recv_bytes()) for _ in range(count)]


def wait(objects, timeout=None):
    # The module's own; it may be loaded only when somebody asks for it.
    found = getattr(mp, "connection", None) or importlib.import_module("$MODULE.connection")
    return found.wait(objects, timeout)


def answers(pipe, word):
    word.recv()
    pipe.send("answer")
    pipe.recv()


def receives(pipe, word):
    word.recv()
    pipe.send(len(pipe.recv_bytes()))
    pipe.recv()


WAYS = {{
    "recv": lambda pipe: [pipe.recv()],
    "poll": lambda pipe: [pipe.poll(None), pipe.recv()],
    "timed poll": lambda pipe: [pipe.poll({_PATIENT_S}), pipe.recv()],
    "wait": lambda pipe: [wait([pipe]) == [pipe], pipe.recv()],
    "timed wait": lambda pipe: [wait([pipe], {_PATIENT_S}) == [pipe], pipe.recv()],
    "send": lambda pipe: [pipe.send_bytes(bytes(1 << 20)), pipe.recv()],
}}


def interrupted(way, signals):
    # What is waited for comes when so many signals have been handled; the handler returns each time.
    (ours, theirs), (word, told) = ctx.Pipe(), ctx.Pipe()
    process = ctx.Process(target=receives if way == "send" else answers, args=(theirs, told))
    process.start()
    handled = []

    def handle(number, frame):
        handled.append(number)
        if len(handled) == signals:
            signal.setitimer(signal.ITIMER_REAL, 0)
            word.send("so many")

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    try:
        return WAYS[way](ours)
    finally:
        # Should it have ended too early, the signals go on until the child has its word.
        while len(handled) < signals:
            time.sleep(0.001)
        signal.signal(signal.SIGALRM, before)
        ours.send("the end")
        process.join()


def high(least):
    # All descriptors below are taken; nothing is told where there may not be so many.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < least + 100:
        return None
    if soft != resource.RLIM_INFINITY and soft < least + 100:
        resource.setrlimit(resource.RLIMIT_NOFILE, (least + 100, hard))
    taken = [os.open(os.devnull, os.O_RDONLY)]
    while taken[-1] < least - 1:
        taken.append(os.dup(taken[0]))
    (ours, theirs), (word, told) = ctx.Pipe(), ctx.Pipe()
    process = ctx.Process(target=answers, args=(theirs, told))
    process.start()
    try:
        got = [ours.fileno() >= least, ours.poll(), ours.poll(0.001), wait([ours, word], 0) == []]
        word.send("now")
        got += [wait([ours]) == [ours], ours.poll(), ours.recv()]
        ours.send("the end")
        got.append(wait([process.sentinel]) == [process.sentinel])
    finally:
        for end in word, ours:
            end.send("the end")
        process.join()
        for descriptor in taken:
            os.close(descriptor)
    return [*got, process.exitcode]
"""

_OBJECTS = ("in_list", "in_tuple", "in_dict", "in_object")
_WAITS = ("recv", "poll", "timed poll", "wait", "timed wait", "send")


@st.composite
def asking(draw: st.DrawFn) -> Scenario:
    """Ask pipes for what takes the user's own objects, handlers of signals, or a thousand open files.

    Shrinks to all questions, in a file: two sends of each object, three signals for each wait.
    """
    count, signals = draw(st.integers(2, 5)), draw(st.integers(3, 6))
    least = _SELECTED + draw(st.sampled_from((0, 40)))
    questions = (
        *(asked("changed", f"changed({kind}, {count})", count=count) for kind in _OBJECTS),
        asked("changed bytes", f"changed_bytes({count})", count=count),
        *(asked("interrupted", f"interrupted({way!r}, {signals})", way=way) for way in _WAITS),
        asked("high", f"high({least})", least=least),
    )
    source = THROUGH_CONTEXT + _PIPES + GUARD
    return alone("programs", program("pipes", source, questions, run=draw(ways())), family="pipe")
