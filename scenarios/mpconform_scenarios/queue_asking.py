"""Programs about queues: items that fail to be pickled, threads, large items, forks in the middle."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import CAUGHT, GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("asking",)

#: More processor time than anything here takes: whoever asks for so long, asks for what does not come.
_LONG_S = 0.4

_QUEUES = f"""
import gc
import queue
import threading
import time
import zlib


class Unreduced:
    def __reduce__(self):
        raise ValueError("cannot be reduced")


class Stateless:
    def __getstate__(self):
        raise ValueError("has no state")


class Unloaded:
    def __init__(self):
        self.state = 1

    def __setstate__(self, state):
        raise ValueError("cannot be loaded")


# No backend can pickle these: some pickle lambdas, and locks.
BAD = {{"reduce": Unreduced, "getstate": Stateless, "within": lambda: [1, Unreduced()]}}

{CAUGHT}
def soon(function, *arguments, started=()):
    # Asks again and again, so that it is never just waiting; counts its own work, and not that of others.
    until = time.process_time() + {_LONG_S}
    while True:
        try:
            return function(*arguments, False)
        except (queue.Empty, queue.Full):
            if any(process.is_alive() for process in started):
                until = time.process_time() + {_LONG_S}
            elif time.process_time() > until:
                return "nothing"


def lost(kind):
    # What cannot be pickled stands between two items, and then alone in a queue of one.
    q, one = ctx.Queue(), ctx.Queue(1)
    for item in 1, BAD[kind](), 2:
        q.put(item)
    got = [soon(q.get), soon(q.get)]
    one.put(BAD[kind]())
    return [got, soon(one.put, 3), soon(one.get)]


def refused(kind):
    q = ctx.SimpleQueue()
    q.put(1)
    told = caught(q.put, BAD[kind]())
    q.put(2)
    return [told, q.get(), q.get(), q.empty()]


def unloaded(make):
    q = make()
    items = Unloaded(), 5
    if make is bounded:
        q.put(items[0])
        return [caught(soon, q.get), soon(q.put, items[1]), soon(q.get)]
    for item in items:
        q.put(item)
    return [caught(q.get), None, q.get()]


def bounded():
    return ctx.Queue(1)


def simple():
    return ctx.SimpleQueue()


def puts(q, name, number, count):
    for n in range(count):
        q.put([name, number, n])


def in_threads(target, count, *arguments):
    threads = [threading.Thread(target=target, args=(*arguments, number)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def puts_in_threads(q, name, threads, count):
    in_threads(lambda number: puts(q, name, number, count), threads)


def threaded(threads, count):
    # Two processes put, each from several threads; main's threads get all of it.
    q, got = ctx.Queue(), []
    process = ctx.Process(target=puts_in_threads, args=(q, "child", threads, count))
    process.start()
    puts_in_threads(q, "main", threads, count)
    first = [soon(q.get, started=[process]) for _ in range(threads * count)]
    in_threads(lambda _: got.extend(q.get() for _ in range(count)), threads)
    process.join()
    left = caught(q.get, timeout=0.01)[0]
    everything = [(name, i, n) for name in ("child", "main") for i in range(threads) for n in range(count)]
    numbers = {{}}
    for item in first:
        numbers.setdefault(tuple(item[:2]), []).append(item[2:])
    ordered = all(found == sorted(found) for found in numbers.values())
    return [sorted(map(tuple, first + got)) == everything, ordered, left]


def puts_one(q):
    q.put("child")


def forked(count):
    # The child begins while its parent's items are on their way.
    q = ctx.Queue()
    for n in range(count):
        q.put([n, b"x" * 2000])
    process = ctx.Process(target=puts_one, args=(q,))
    process.start()
    got = [soon(q.get, started=[process]) for _ in range(count + 1)]
    process.join()
    numbers = [item[0] for item in got if item != "child"]
    left = caught(q.get, timeout=0.01)[0]
    return [numbers == list(range(count)), got.count("child"), process.exitcode, left]


def sums(q, results):
    item = q.get()
    results.put([len(item), zlib.crc32(item)])


def large(size):
    q, results = ctx.Queue(), ctx.Queue()
    process = ctx.Process(target=sums, args=(q, results))
    process.start()
    item = bytes(range(256)) * (size // 256) + b"end"
    q.put(item)
    found = results.get()
    process.join()
    return found == [len(item), zlib.crc32(item)]


def unbounded(count):
    found = []
    for arguments in (), (0,), (-1,):
        q = ctx.Queue(*arguments)
        told = caught(lambda: [q.put(n, block=False) for n in range(count)])[0]
        whole = told == "returned" and [soon(q.get) for _ in range(count)] == list(range(count))
        found.append([told, q.full(), whole])
    return found


METHODS = "put put_nowait get get_nowait qsize empty full close join_thread cancel_join_thread".split()


def lacking():
    made = ctx.Queue(), ctx.JoinableQueue()
    without = [name for q in made for name in METHODS if not callable(getattr(q, name, None))]
    return without + [name for name in ("task_done", "join") if not callable(getattr(made[1], name, None))]


def descriptors():
    gc.collect()  # Queues of before, so that they do not go meanwhile.
    # Listing them takes one, which is closed again.
    return {{name for name in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + name)}}


def closed():
    ctx.SimpleQueue().close()  # Whatever is opened once for all.
    before = descriptors()
    made = [ctx.SimpleQueue() for _ in range(4)]
    for q in made:
        q.put(1)
        q.get()
    between = descriptors()
    for q in made:
        q.close()
    return [bool(between - before), len(descriptors() - before)]
"""
_BAD = ("reduce", "getstate", "within")


@st.composite
def asking(draw: st.DrawFn) -> Scenario:
    """Ask queues for what only a program of the user's own can put into them.

    Shrinks to all questions, in files: an object that is not reduced, two threads of three items each, an
    item of 16 MiB.
    """
    kind = draw(st.sampled_from(_BAD))
    threads, count = draw(st.integers(2, 4)), draw(st.integers(3, 30))
    fork = draw(st.sampled_from((20, 100, 300)))
    size = draw(st.sampled_from((1 << 24, 1 << 25)))
    source, run = THROUGH_CONTEXT + _QUEUES + GUARD, draw(ways())
    bad = (asked("lost", f'lost("{kind}")', kind=kind),)
    good = (
        asked("refused", f'refused("{kind}")'),
        asked("unloaded", "unloaded(bounded)"),
        asked("unloaded simple", "unloaded(simple)"),
        asked("threads", f"threaded({threads}, {count})"),
        asked("forked", f"forked({fork})"),
        asked("large", f"large({size})"),
        asked("unbounded", "unbounded(100)"),
        asked("methods", "lacking()"),
        asked("closed", "closed()"),
    )
    return alone(
        "programs",
        program("unpicklable", source, bad, run=run, noisy=True),
        program("queues", source, good, run=run),
        family="queue",
    )
