"""Programs about managers: threads that share proxies, another way to pickle, servers that do not end."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("sharing",)

_MANAGERS = """
import gc
import signal
import threading
import time
from $MODULE import managers


class Counter:
    def __init__(self):
        self.n = 0

    def add(self, k=1):
        self.n += k
        return self.n

    def joined(self, a, b):
        return a + b

    def some(self):
        return [1, "two", 3.5, True]


class Counters(managers.BaseManager):
    pass


Counters.register("Counter", Counter)


def in_threads(count, target):
    threads = [threading.Thread(target=target, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def threaded(threads, times):
    with ctx.Manager() as manager:
        shared, kept, lock = manager.dict(n=0), manager.list([None] * threads), threading.Lock()

        def counts(number):
            own = manager.list()
            for n in range(times):
                own.append(n)
                with lock:
                    shared["n"] = shared["n"] + 1
            with lock:
                kept[number] = list(own)

        in_threads(threads, counts)
        return [shared["n"], [len(one) for one in kept]]


def serialized(how, number):
    manager = Counters(serializer=how, ctx=ctx)
    manager.start()
    try:
        counter = manager.Counter()
        return [counter.add(number), counter.add(k=1), counter.joined("a", "b"), counter.some()]
    finally:
        manager.shutdown()


def uses(k, one, two, space, value, queue, event):
    one.append(k)
    two["k"] = space.x = value.value = k
    queue.put(k)
    event.set()
    return [list(one), two.copy(), space.x, value.value, [queue.get(), event.is_set()]]


def goes_on(k, given, pipe):
    # Uses what it has inherited, or is sent, when its parent has let go of that.
    try:
        mine = given or pipe.recv()
        pipe.send("here")
        pipe.recv()
        pipe.send(uses(k, *mine))
    except Exception as error:
        pipe.send(type(error).__name__)  # Its text has the traceback of the server, and lines are cut.


def left(number, inherited):
    # A proxy among the arguments of a Process is inherited by fork alone; any can be sent.
    with ctx.Manager() as manager:
        made = (
            manager.list([number]),
            manager.dict(n=number),
            manager.Namespace(x=number),
            manager.Value("i", number),
            manager.Queue(),
            manager.Event(),
        )
        children = []
        for k in (1, 2):
            pipe, theirs = ctx.Pipe()
            given = made if inherited else None
            children.append([pipe, ctx.Process(target=goes_on, args=(k, given, theirs))])
            children[-1][1].start()
            theirs.close()
            if not inherited:
                pipe.send(made)
            pipe.recv()
        del made, given
        gc.collect()
        found = []
        for pipe, child in children:
            pipe.send(None)
            found.append(pipe.recv())
            child.join()
        return found


def lingers(seconds, deaf):
    if deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=time.sleep, args=(seconds,)).start()


def ended(timeout, seconds, deaf):
    manager = Counters(ctx=ctx, shutdown_timeout=timeout)
    manager.start(lingers, (seconds, deaf))
    (server,) = ctx.active_children()
    manager.shutdown()
    return server.exitcode


def kept():
    manager = ctx.Manager()
    alive.append([manager, manager.list([1, 2])])
    return list(alive[0][1])


alive = []
"""
#: Servers that end in time, late, and late and deaf.
_ENDED = """if sys.version_info >= (3, 11):
    ask("ended", lambda: [ended(20, 0.2, False), ended(0.1, 60, False), ended(0.1, 60, True)])"""

#: By the other start methods proxies are passed, and CPython does not count those among the arguments of a
#: Process: there its children lose what their parent lets go of.
_INHERITED = """if "$METHOD" == "fork":
    ask("left", lambda: left({number}, True), number={number}, inherited=True)"""


@st.composite
def sharing(draw: st.DrawFn) -> Scenario:
    """Use managers from threads, with both serializers, with servers that linger; leave one running.

    And leave objects to children, which are sent proxies of them, or have inherited them.

    Shrinks to all questions, in files: two threads that count once each, and the number 1.
    """
    threads, times = draw(st.integers(2, 4)), draw(st.integers(1, 20))
    number = draw(st.integers(1, 1000))
    source, run = THROUGH_CONTEXT + _MANAGERS + GUARD, draw(ways())
    used = (
        asked("threaded", f"threaded({threads}, {times})", threads=threads, times=times),
        asked("serialized", f'serialized("xmlrpclib", {number})', number=number),
        asked("serialized", f'serialized("pickle", {number})', number=number),
        _ENDED,
        asked("left", f"left({number}, False)", number=number, inherited=False),
        _INHERITED.format(number=number),
    )
    return alone(
        "sharing",
        program("managers", source, used, run=run),
        program("managers", source, (asked("kept", "kept()"),), run=run),
        family="manager",
    )
