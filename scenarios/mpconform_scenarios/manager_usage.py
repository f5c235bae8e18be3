"""Programs that use a manager and its proxies in the ways that take several lines of Python."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import alone, asked, runs, ways

__all__ = ("usage",)

_DEFINED = """
import importlib
import signal
import threading

made = []


def manager():
    if not made:
        made.append(ctx.Manager())
    return made[0]


def caught(function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except BaseException as error:
        return [kind.__name__ for kind in type(error).__mro__]


def states():
    # A manager is started once; one that was only connected, or whose end has come, is not started either.
    managers = getattr(mp, "managers", None) or importlib.import_module("$MODULE.managers")
    one = managers.SyncManager(ctx=ctx)
    found = [caught(one.start, initializer=3)]
    one.start()
    found += [caught(one.start), caught(one.get_server)]
    one.shutdown()
    found += [caught(one.start), caught(one.get_server), caught(one.__enter__)]
    return found


def in_place(number):
    m = manager()
    one = same = m.list([number])
    one += [number + 1]
    one *= 2
    held = m.dict(l=one)
    return [one is same, list(same), list(held["l"])]


def entered(kind):
    m = manager()
    lock = getattr(m, kind)()
    found = []

    def tries():
        got = lock.acquire(False)
        found.append(bool(got))
        if got:
            lock.release()

    def elsewhere():
        thread = threading.Thread(target=tries)
        thread.start()
        thread.join()

    with lock:
        elsewhere()
    elsewhere()
    return found


def lock_of(kind):
    # Whether another thread gets one while this one has the other; and what a wait does to the lock.
    m = manager()
    lock = getattr(m, kind)()
    condition, found = m.Condition(lock), []

    def tries(one):
        got = one.acquire(False)
        found.append(bool(got))
        if got:
            one.release()

    def elsewhere(one):
        thread = threading.Thread(target=tries, args=(one,))
        thread.start()
        thread.join()

    for one, other in ((lock, condition), (condition, lock)):
        with one:
            elsewhere(other)
        elsewhere(other)
    if kind == "RLock" or found != [False, True] * 2:
        return found

    def notifies():
        with lock:
            condition.notify()

    with condition:
        thread = threading.Thread(target=notifies)
        thread.start()
        found.append(condition.wait(60))
        thread.join()
        elsewhere(lock)
    elsewhere(lock)
    return found


def waited_for(number):
    m = manager()
    condition, box = m.Condition(), []
    with condition:
        at_once = condition.wait_for(lambda: number, timeout=60)
        in_vain = condition.wait_for(lambda: 0, timeout=0.01)

        def adds():
            for n in range(number):
                with condition:
                    box.append(n)
                    condition.notify_all()

        thread = threading.Thread(target=adds)
        thread.start()
        found = condition.wait_for(lambda: len(box) == number, timeout=60)
        thread.join()
        again = threading.Thread(target=adds)
        again.start()
        patient = condition.wait_for(lambda: len(box) == 2 * number)
    again.join()
    return [at_once, in_vain, found, patient]


def broken():
    m = manager()
    barrier = m.Barrier(2)
    told = []

    def waits():
        told.append(caught(barrier.wait))

    def meets():
        thread = threading.Thread(target=waits)
        thread.start()
        return thread

    thread = meets()
    barrier.abort()
    thread.join()
    told.append(barrier.broken)
    barrier.reset()
    told.append(barrier.broken)
    thread = meets()
    told.append(barrier.wait(60) in (0, 1))
    thread.join()
    return told


def waited_alone(timeout):
    m = manager()
    barrier = m.Barrier(2)
    return [caught(barrier.wait, timeout), barrier.broken]


def namespace(number):
    m = manager()
    space = m.Namespace(x=number)
    space.y = "hello"
    space._z = 12.3
    shown = str(space)
    del space.x
    return [shown, hasattr(space, "x"), space.y]


def value_shown(number):
    m = manager()
    return [str(m.Value("i", number)), str(m.list([number])), str(m.dict(a=number))]


def served(number):
    managers = getattr(mp, "managers", None) or importlib.import_module("$MODULE.managers")
    server = managers.SyncManager(authkey=b"key", ctx=ctx).get_server()
    told = []

    def uses():
        client = managers.SyncManager(server.address, b"key", ctx=ctx)
        client.connect()
        shared = client.list([number])
        shared.append(number)
        told.append(list(shared))
        del shared
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=uses)
    thread.start()
    try:
        server.serve_forever()
    except SystemExit as error:
        told.append(error.code)
    except KeyboardInterrupt:
        told.append("interrupted")
    thread.join()
    return told


def pooled(number):
    m = manager()
    with m.Pool(2) as pool:
        squares = pool.map(abs, [-number, number])
        several = list(pool.imap(abs, [-number]))
    return [squares, several, caught(pool.map, abs, [1]) is not None]

"""


@st.composite
def usage(draw: st.DrawFn) -> Scenario:
    """Use a manager in a program; serve in another, which may be interrupted anywhere, and may say so.

    Shrinks to files, with the number 2.
    """
    number = draw(st.integers(2, 9))
    questions = (
        'ask("states", states)',
        f'ask("in place", lambda: in_place({number}), wanted={number})',
        *(
            f'ask("entered", lambda: entered({kind!r}))'
            for kind in ("Lock", "RLock", "Semaphore", "Condition")
        ),
        *(asked("lock of", f"lock_of({kind!r})", kind=kind) for kind in ("Lock", "RLock")),
        f'ask("waited for", lambda: waited_for({number}), wanted={number})',
        'ask("broken", broken)',
        'ask("waited alone", lambda: waited_alone(0))',
        'ask("waited alone", lambda: waited_alone(0.01))',
        f'ask("namespace", lambda: namespace({number}), wanted={number})',
        f'ask("value shown", lambda: value_shown({number}), wanted={number})',
        f'ask("pooled", lambda: pooled({number}), wanted={number})',
    )
    serving = (f'ask("served", lambda: served({number}), wanted={number})',)
    run = draw(ways())
    return alone(
        "usage",
        runs("usage", _DEFINED, questions, module=False, run=run),
        runs("served", _DEFINED, serving, module=False, run=run, noisy=True),
        family="manager",
    )
