"""Programs that ask a context, or the module itself, what it has and what it promises."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.build import verb
from mpconform_scenarios.context_build import THROUGH_CONTEXT, alone, program, runs, ways

__all__ = ("children", "contexts", "dummies", "logs")

_CONTEXT = '''
#: What the documentation says that the module has, and so a context.
NAMES = """Array AuthenticationError Barrier BoundedSemaphore BufferTooShort Condition Event JoinableQueue
Lock Manager Pipe Pool Process ProcessError Queue RLock RawArray RawValue Semaphore SimpleQueue TimeoutError
Value active_children allow_connection_pickling cpu_count current_process freeze_support get_context
get_logger get_start_method log_to_stderr parent_process set_executable set_forkserver_preload
set_start_method""".split()
ERRORS = "BufferTooShort AuthenticationError TimeoutError".split()


def caught(function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except BaseException as error:
        return error


def empty():
    q = ctx.Queue()
    return isinstance(caught(q.get_nowait), queue.Empty), isinstance(caught(q.get, timeout=0.01), queue.Empty)


def full():
    q = ctx.Queue(1)
    q.put(None)
    errors = [caught(q.put_nowait, None), caught(q.put, 1, True, 0.01)]
    q.get()
    return [isinstance(error, queue.Full) for error in errors]


def short():
    a, b = ctx.Pipe()
    a.send_bytes(b"12345678")
    error = caught(b.recv_bytes_into, bytearray(4))
    return isinstance(error, ctx.BufferTooShort), list(error.args) == [b"12345678"]


def late():
    with ctx.Pool(1) as pool:
        return isinstance(caught(pool.apply_async(time.sleep, (30,)).get, timeout=0), ctx.TimeoutError)
'''

_KEY = """

def key():
    return ctx.current_process().authkey

"""
_ASKED = (
    'ask("api", lambda: [n for n in NAMES if hasattr(mp, n) and not hasattr(ctx, n)])',
    'ask("method", ctx.get_start_method)',
    'ask("unknown", lambda: mp.get_context("nosuch").get_start_method())',
    'ask("default", lambda: [mp.get_context().get_start_method(), mp.get_start_method()])',
    'ask("own", lambda: [mp.get_context(m).get_start_method() == m for m in mp.get_all_start_methods()])',
    'ask("cpus", lambda: [ctx.cpu_count(), os.cpu_count()])',
    'ask("freeze", ctx.freeze_support)',
    'ask("hierarchy", lambda: [issubclass(getattr(ctx, n), ctx.ProcessError) for n in ERRORS])',
    'ask("root", lambda: [issubclass(ctx.ProcessError, Exception), len({getattr(ctx, n) for n in ERRORS})])',
    'ask("empty", empty)',
    'ask("full", full)',
    'ask("short", short)',
    'ask("late", late)',
    'ask("key", lambda: [isinstance(key(), bytes), key().hex()])',
)


def _imports(*names: str) -> str:
    return "".join(f"import {name}\n" for name in names)


@st.composite
def contexts(draw: st.DrawFn, *, module: bool = False) -> Scenario:
    """Ask a context for its names, its method and its exceptions; and a second program for its key.

    Shrinks to all questions, in files.
    """
    asked = runs(
        "contexts", _imports("queue", "time") + _CONTEXT + _KEY, _ASKED, module=module, run=draw(ways())
    )
    again = runs("key", _KEY, _ASKED[-1:], module=module, run=draw(ways()))
    return alone("module" if module else "contexts", asked, again)


_CHILDREN = """
class Worker(ctx.Process):
    def __init__(self, number, **options):
        super().__init__(**options)
        self.number = number

    def run(self):
        sys.exit(self.number)


def total(*numbers, **more):
    sys.exit(sum(numbers) + sum(more.values()))


def made(arguments, keywords):
    return ctx.Process(target=total, args=arguments, kwargs=keywords)


def reads():
    sys.exit(100 + len(sys.stdin.read()))


def compares(key):
    sys.exit(1 + (bytes(ctx.current_process().authkey) == key))


def after_main():
    # The thread goes on until its process's main thread has ended; it is not left alone for ever.
    for _ in range(200):
        if not threading.main_thread().is_alive():
            break
        time.sleep(0.005)
    tell("thread", got="ended")


def starts_thread():
    threading.Thread(target=after_main).start()


def code(process):
    process.start()
    process.join()
    return process.exitcode


def called(*arguments, **keywords):
    calls.append([os.getpid() == home, list(arguments), keywords])


def runs_here():
    ctx.Process(target=called, args=(1, 2), kwargs={"more": 3}).run()
    ctx.Process(target=None).run()
    return calls


def rekeyed(key):
    ctx.current_process().authkey = key
    return code(ctx.Process(target=compares, args=(key,)))


def unpicklable():
    process = ctx.Process(target=lambda: None)
    try:
        process.start()
    except Exception as error:
        return [type(error).__name__, len(ctx.active_children())]
    process.join()
    return process.exitcode


def foreign_lock():
    found = {}
    for name in "spawn", "forkserver":
        process = mp.get_context(name).Process(target=total, args=(mp.get_context("fork").Lock(),))
        try:
            process.start()
        except BaseException as error:
            found[name] = [kind.__name__ for kind in type(error).__mro__]
        else:
            process.join()
            found[name] = process.exitcode
    return found


calls = []
home = os.getpid()
"""


#: Names of keyword arguments: a function of the user's may have any, also those that Process has itself.
_KEYWORDS = ("more", "target", "args", "kwargs", "name", "group", "daemon", "self")


@st.composite
def children(draw: st.DrawFn, *, module: bool = False) -> Scenario:
    """Children whose class overrides ``run``, that have no target, read stdin, or leave a thread behind.

    Shrinks to the numbers 1 and 2, and one line on the program's own stdin.
    """
    number, own = draw(st.integers(1, 250)), draw(st.integers(2, 60))
    text = draw(st.sampled_from(("one line\n", "", "two\nlines\n")))
    key = draw(st.binary(min_size=1, max_size=8))
    keywords = dict.fromkeys(_KEYWORDS, 0) | {"more": own}
    asked = (
        f'ask("subclass", lambda: code(Worker({number})), wanted={number})',
        f'ask("override", lambda: code(Worker({number}, target=total, args=({own},))), wanted={number})',
        f'ask("tuple", lambda: code(made((1, 2), {keywords})), wanted={own + 3})',
        f'ask("list", lambda: code(made([{own}, 2], {{}})), wanted={own + 2})',
        'ask("none", lambda: code(ctx.Process()), wanted=0)',
        'ask("run", runs_here)',
        f'ask("reads", lambda: [code(ctx.Process(target=reads)), sys.stdin.read()], wanted=[100, {text!r}])',
        f'ask("rekeyed", lambda: rekeyed({key!r}), wanted=2)',
        'ask("threaded", lambda: code(ctx.Process(target=starts_thread)), wanted=0)',
        'ask("unpicklable", unpicklable)',
    )
    source, run = _imports("threading", "time") + _CHILDREN, draw(ways())
    steps = [runs("children", source, asked, module=module, run=run, stdin=text)]
    if not module:  # Before 3.11.5, the child cannot open the lock, and says so on stderr.
        steps.append(runs("locks", source, ['ask("lock", foreign_lock)'], module=False, run=run, noisy=True))
    return alone("module children" if module else "children", *steps)


_LOGS = """
import logging


def says(text):
    ctx.get_logger().warning(text)
    sys.exit(ctx.get_logger().getEffectiveLevel())


def logged(level, text):
    process = ctx.Process(target=says, args=(text,), name="worker")
    process.start()
    process.join()
    return process.exitcode


def about():
    logger = ctx.get_logger()
    told = [logger.name, logger.level, bool(logger.propagate), len(logger.handlers)]
    return [*told, isinstance(logger, logging.Logger)]


def to_stderr(level):
    logger = ctx.log_to_stderr(level)
    return [logger is ctx.get_logger(), logger.level]
"""


@st.composite
def logs(draw: st.DrawFn) -> Scenario:
    """Let a program and its child log.  Shrinks to the level INFO, and the text "word"."""
    level = draw(st.sampled_from((20, 10, 30)))
    text = draw(st.sampled_from(("word", "two words", "100 % (sure) [really]")))
    asked = (
        'ask("logger", about)',
        f'ask("level", lambda: to_stderr({level}), wanted={level})',
        f'ctx.get_logger().error("main: %s", {text!r})',
        f'ask("logged", lambda: logged({level}, "child: {text}"), wanted={level}, text={text!r})',
    )
    source = THROUGH_CONTEXT + _LOGS + '\nif __name__ == "__main__":\n'
    return alone("logs", program("logs", source, asked, run=draw(ways()), noisy=True))


_DUMMY = '''
import threading
from $MODULE import dummy, pool

NAMES = """Process Pool Queue JoinableQueue Lock RLock Semaphore BoundedSemaphore Condition Event Barrier
Value Array Manager Pipe active_children current_process freeze_support""".split()
METHODS = """apply apply_async map map_async imap imap_unordered starmap starmap_async close terminate
join""".split()
home = os.getpid()


def here(box, n):
    box.append([n, os.getpid() == home, threading.current_thread() is not threading.main_thread()])


def ran(count):
    box = []
    started = [dummy.Process(target=here, args=(box, n)) for n in range(count)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    return sorted(box)


def talked(count):
    q, (a, b) = dummy.Queue(), dummy.Pipe()
    process = dummy.Process(target=lambda: [q.put(b.recv()) for _ in range(count)])
    process.start()
    for n in range(count):
        a.send(n)
    process.join()
    return [q.get() for _ in range(count)]


def pooled(make, threads, count):
    seen = []
    with make(threads) as pool:
        # A lambda and a lock: nothing is pickled.
        squares = pool.map(lambda n: seen.append([os.getpid(), threading.get_ident()]) or n * n, range(count))
        cubes = list(pool.imap(lambda n: n**3, range(count)))
        sums = pool.starmap(lambda a, b: a + b, [(n, 1) for n in range(count)])
        one = pool.apply(lambda n: n + 1, (count,))
        missing = [name for name in METHODS if not hasattr(pool, name)]
    at_home, used = {pid for pid, _ in seen} == {home}, len({ident for _, ident in seen})
    return [squares, cubes, sums, one, at_home, used, missing]


def lived():
    gate = dummy.Event()
    process = dummy.Process(target=gate.wait, name="waiter")
    told = [process.name, process.exitcode, process.is_alive()]
    process.start()
    told += [process.exitcode, process.is_alive(), process in dummy.active_children()]
    gate.set()
    process.join()
    told += [process.exitcode, process.is_alive(), process in dummy.active_children()]
    return [*told, dummy.freeze_support()]


def shared(number):
    # What a thread changes, its parent sees; the typecode is said, but nobody is held to it.
    value, array = dummy.Value("i", number), dummy.Array("i", [number, number])
    manager = dummy.Manager()
    space, found, listed = manager.Namespace(x=number), manager.dict(a=number), manager.list([number])

    def adds():
        value.value += 1
        array[1] += 1
        space.x += 1
        found["a"] += 1
        listed.append(number + 1)

    process = dummy.Process(target=adds)
    process.start()
    process.join()
    told = [value.value, list(array), space.x, found["a"], list(listed)]
    texts = [isinstance(repr(value), str), repr(space).replace(" ", "")]
    manager.shutdown()
    return told + texts


def met(count):
    # The address is the listener's own, and None is as good as any.
    with dummy.connection.Listener(backlog=count) as listener:
        served = []

        def serves():
            for _ in range(count):
                with listener.accept() as end:
                    served.append(end.recv())
                    end.send(served[-1] + 1)

        process = dummy.Process(target=serves)
        process.start()
        answers, polled = [], []
        for n in range(count):
            with dummy.connection.Client(listener.address) as end:
                polled.append(end.poll())
                end.send(n)
                polled.append(end.poll(60))
                answers.append(end.recv())
        process.join()
    return [served, answers, polled]
'''


@st.composite
def dummies(draw: st.DrawFn) -> Scenario:
    """Threads in the place of processes: ``dummy``, and its pool.  Shrinks to two threads and six numbers."""
    threads, count = draw(st.integers(2, 4)), draw(st.integers(6, 12))
    asked = (
        'ask("names", lambda: [n for n in NAMES if not hasattr(dummy, n)])',
        f'ask("threads", lambda: ran({count}), wanted={count})',
        f'ask("talked", lambda: talked({count}), wanted={count})',
        'ask("pool", lambda: [isinstance(dummy.Pool(1), pool.ThreadPool)])',
        *(
            f'ask("pooled", lambda: pooled({make}, {threads}, {count}), threads={threads}, count={count})'
            for make in ("pool.ThreadPool", "dummy.Pool")
        ),
        'ask("lived", lived)',
        f'ask("shared", lambda: shared({count}), wanted={count})',
        f'ask("met", lambda: met({threads}), wanted={threads})',
    )
    source = THROUGH_CONTEXT + _DUMMY + '\nif __name__ == "__main__":\n'
    return alone("dummy", program("dummy", source, asked), verb("census", "ended"))
