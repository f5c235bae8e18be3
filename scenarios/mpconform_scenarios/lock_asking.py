"""Programs about locks and semaphores: threads that take them, and processes that begin meanwhile."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import CAUGHT, GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("asking",)

#: More processor time than it takes to get a lock that is free.
_LONG_S = 0.4

_LOCKS = f"""
import threading
import time

{CAUGHT}
def soon(lock):
    # Tries again and again, so that it is never just waiting, and counts its own work only.
    until = time.process_time() + {_LONG_S}
    while not lock.acquire(False):
        if time.process_time() > until:
            return False
    return True


class Holder(threading.Thread):
    # Takes the lock, and gives it back when it is told to.
    def __init__(self, lock):
        super().__init__(daemon=True)
        self.lock, self.taken, self.enough = lock, threading.Event(), threading.Event()
        self.start()
        self.taken.wait()

    def run(self):
        self.lock.acquire()
        self.taken.set()
        self.enough.wait()
        self.told = caught(self.lock.release)

    def give_back(self):
        self.enough.set()
        self.join()
        return self.told


def others(lock):
    # A thread has it: another one gets it neither at once nor in time, and then does.
    holder = Holder(lock)
    refused = [lock.acquire(False), lock.acquire(True, 0.01)]
    return [refused, holder.give_back(), soon(lock), caught(lock.release)]


def another(lock):
    # A thread has it, and another one releases it.
    holder = Holder(lock)
    return [caught(lock.release), holder.give_back(), soon(lock), caught(lock.release)]


def counts(lock, threads, rounds):
    # No thread comes between the reading and the writing of another.
    counter = [0]

    def count():
        for _ in range(rounds):
            with lock:
                found = counter[0]
                time.sleep(0)
                counter[0] = found + 1

    started = [threading.Thread(target=count) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return counter[0] == threads * rounds


def counts_apart(lock, pipe, threads, rounds):
    pipe.send(counts(lock, threads, rounds))


def counted(lock, threads, rounds):
    # Two processes, several threads in each.
    ours, theirs = ctx.Pipe()
    process = ctx.Process(target=counts_apart, args=(lock, theirs, threads, rounds))
    process.start()
    theirs.close()
    right = [counts(lock, threads, rounds), ours.recv()]
    process.join()
    return right


def comes_later(lock, pipe, releases):
    pipe.send([lock.acquire(False), caught(lock.release) if releases else []])
    pipe.recv()
    pipe.send([soon(lock), caught(lock.release)])


def begun(lock, releases):
    # A process begins while a thread has the lock.
    holder = Holder(lock)
    ours, theirs = ctx.Pipe()
    process = ctx.Process(target=comes_later, args=(lock, theirs, releases))
    process.start()
    theirs.close()
    first = ours.recv()
    told = holder.give_back()
    ours.send("given back")
    later = ours.recv()
    process.join()
    return [first, told, later, process.exitcode, soon(lock), caught(lock.release)]
"""
#: How what is asked is made: with the value 1, a semaphore is a lock.
_MAKING = {
    "Lock": "ctx.Lock()",
    "RLock": "ctx.RLock()",
    "Semaphore": "ctx.Semaphore(1)",
    "BoundedSemaphore": "ctx.BoundedSemaphore(1)",
}


@st.composite
def asking(draw: st.DrawFn) -> Scenario:
    """Ask locks for what takes threads of the user's own, and a process that begins while one has them.

    Shrinks to a Lock, in a file, with two threads of twenty rounds.
    """
    kinds = draw(st.lists(st.sampled_from(tuple(_MAKING)), min_size=1, max_size=2, unique=True))
    threads, rounds = draw(st.integers(2, 4)), draw(st.sampled_from((20, 50, 100)))
    questions = []
    for kind in kinds:
        lock, owned = _MAKING[kind], kind == "RLock"
        questions += [
            asked("others", f"others({lock})", kind=kind),
            asked("counted", f"counted({lock}, {threads}, {rounds})", kind=kind),
            asked("begun", f"begun({lock}, {owned})", kind=kind),
        ]
        if kind in ("Lock", "RLock"):
            questions.append(asked("another", f"another({lock})", kind=kind))
    source = THROUGH_CONTEXT + _LOCKS + GUARD
    return alone("programs", program("locks", source, questions, run=draw(ways())), family="lock")
