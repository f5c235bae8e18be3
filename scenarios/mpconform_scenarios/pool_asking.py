"""Programs about pools: exceptions and values of the user's own, iterables that raise, pools left alone."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("asking", "loading")

#: Longer than anything here takes: whoever waits so long, waits for what does not come.
_LONG_S = 60.0
#: The processor time that main spends asking whether a worker, which has done a task, fails in the next one.
_COMING_S = 0.5

_POOLS = f"""
import gc
import itertools
import pickle
import threading
import warnings
from $MODULE import pool as pools


class Detailed(Exception):
    def __init__(self, code, text=""):
        super().__init__(code, text)
        self.more = [code, text]


def square(n):
    return n * n


def inner(code):
    error = Detailed(code, "words")
    error.more.append("later")
    raise error


def fails(code):
    inner(code)


class Unreduced:
    def __reduce__(self):
        raise ValueError("cannot be reduced")


def returns_bad(n):
    return Unreduced()


def raises_bad(n):
    raise ValueError(Unreduced())


def breaks(n):
    yield from range(n)
    raise Detailed(n, "iterable")


def pairs(n):
    yield from ((k,) for k in range(n))
    raise Detailed(n, "iterable")


def shown(error):
    return [type(error) is Detailed, list(error.args), getattr(error, "more", None)]


def caught(function, *arguments, **keywords):
    try:
        return ["returned", repr(function(*arguments, **keywords))]
    except Exception as error:
        return error


def reraised(code):
    # Each way in which the exception of a task comes back.
    with ctx.Pool(1) as pool:
        calls = [
            caught(pool.apply, fails, (code,)),
            caught(pool.map, fails, [code]),
            caught(pool.starmap, fails, [(code,)]),
            caught(pool.apply_async(fails, (code,)).get),
            caught(next, pool.imap(fails, [code])),
            caught(next, pool.imap_unordered(fails, [code])),
        ]
        given = []
        pool.apply_async(fails, (code,), error_callback=given.append).wait()
        pool.close()
        pool.join()
    return [error if isinstance(error, list) else shown(error) for error in calls + given]


def returns(code):
    error = Detailed(code, "words")
    error.more.append("later")
    return error


def returned(code):
    # Each way in which an exception comes back that a task returns, and does not raise: how, and if whole.
    def whole(got):
        one = got[0] if isinstance(got, list) else got
        wanted = [True, [code, "words"], [code, "words", "later"]]
        return isinstance(one, Exception) and shown(one) == wanted

    def came(function, *arguments):
        try:
            return ["returned", whole(function(*arguments))]
        except Exception as error:
            return ["raised", whole(error)]

    with ctx.Pool(1) as pool:
        given, failed = [], []
        called = {{"callback": given.append, "error_callback": failed.append}}
        results = [
            pool.apply_async(returns, (code,), **called),
            pool.map_async(returns, [code]),
            pool.starmap_async(returns, [(code,)]),
        ]
        calls = [
            came(pool.apply, returns, (code,)),
            came(pool.map, returns, [code]),
            came(pool.starmap, returns, [(code,)]),
            *[came(result.get) for result in results],
            came(next, pool.imap(returns, [code])),
            came(next, pool.imap_unordered(returns, [code])),
        ]
        done = [result.successful() for result in results]
        pool.close()
        pool.join()
    return [calls, done, [*map(whole, given)], len(failed)]


def causes(code):
    with ctx.Pool(1) as pool:
        errors = [caught(pool.apply, fails, (code,)), caught(pool.map, fails, [code])]
    texts = [str(getattr(error, "__cause__", None)) for error in errors]
    return [["Detailed" in text, "in inner" in text] for text in texts]


def unpicklable(n, function, given):
    with ctx.Pool(1) as pool:
        before = pool.apply_async(square, (n,))
        lost = pool.apply_async(function, (given,))
        after = pool.apply_async(square, (n + 1,))
        error = caught(lost.get, {_LONG_S})
        told = error if isinstance(error, list) else [kind.__name__ for kind in type(error).__mro__]
        return [before.get({_LONG_S}), told, after.get({_LONG_S}), pool.apply(square, (3,))]


def everything(results):
    found = []
    while True:
        try:
            found.append(results.next({_LONG_S}))
        except StopIteration:
            return found
        except Exception as error:
            found.append(["raised", *shown(error)[:2]])
            if not isinstance(error, Detailed):
                return found


def iterated(n):
    with ctx.Pool(1) as pool:
        errors = [caught(pool.map, square, breaks(n)), caught(pool.starmap, square, pairs(n))]
        at_once = [error if isinstance(error, list) else shown(error)[:2] for error in errors]
        ordered = everything(pool.imap(square, breaks(n)))
        unordered = sorted(everything(pool.imap_unordered(square, breaks(n))), key=repr)
        return [at_once, ordered, unordered, pool.apply(square, (n,))]


def slowly(go, told):
    yield 2
    # Whoever takes this in the thread that called imap, has not returned from it, and never would.
    told.append(threading.current_thread() is not threading.main_thread() and go.wait({_LONG_S}))
    yield 3


def lazily(method):
    go, told, taken = threading.Event(), [], itertools.count()
    with ctx.Pool(1) as pool:
        results = getattr(pool, method)(square, slowly(go, told))
        first = results.next({_LONG_S})
        go.set()
        second = results.next({_LONG_S})
        ahead = getattr(pool, method)(square, (next(taken) for _ in range(40)))
        ahead.next({_LONG_S})
        eager = next(taken)
        list(ahead)  # So that nothing is outstanding when the pool is terminated.
        return [first, second, told, eager]


def made_inside(n):
    try:
        with ctx.Pool(1) as pool:
            return [ctx.current_process().daemon, ["made", pool.apply(square, (n,))]]
    except Exception as error:
        return [ctx.current_process().daemon, [kind.__name__ for kind in type(error).__mro__]]


def nested(n):
    with ctx.Pool(1) as pool:
        return [*pool.apply_async(made_inside, (n,)).get({_LONG_S}), pool.apply(square, (n,))]


def about_worker(home):
    return [os.getppid() == home, len(marks)]


def in_contexts():
    marks.append("main")
    found = {{}}
    for method in mp.get_all_start_methods():
        with pools.Pool(1, context=mp.get_context(method)) as pool:
            found[method] = pool.apply(about_worker, (os.getpid(),))
    return found


def default_size():
    count = getattr(os, "process_cpu_count", os.cpu_count)()
    if count > 8:
        return [count, None]
    with ctx.Pool() as pool:
        pool.apply(square, (1,))
        return [count, len(ctx.active_children())]


def dropped():
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        pool = ctx.Pool(1)
        del pool  # It was asked for nothing: no result that is still on its way refers to it.
        gc.collect()
    return [one.category.__name__ for one in warned]


def pickled():
    with ctx.Pool(1) as pool:
        error = caught(pickle.dumps, pool)
    return error if isinstance(error, list) else [kind.__name__ for kind in type(error).__mro__]


def classes(n):
    with ctx.Pool(1) as pool:
        made = [
            pool.apply_async(square, (n,)),
            pool.map_async(square, [n]),
            pool.starmap_async(square, [(n,)]),
        ]
        return [[isinstance(one, pools.AsyncResult), one.get({_LONG_S})] for one in made]


marks = []
"""


@st.composite
def asking(draw: st.DrawFn) -> Scenario:
    """Ask a pool for what only a program of the user's own can ask: its classes, its iterables, its warnings.

    Shrinks to all questions, in files, about the number 2.
    """
    n = draw(st.integers(2, 9))
    method = draw(st.sampled_from(("imap", "imap_unordered")))
    function = draw(st.sampled_from(("returns_bad", "raises_bad")))
    source, run = THROUGH_CONTEXT + _POOLS + GUARD, draw(ways())
    errors = (
        asked("raised", f"reraised({n})", code=n),
        asked("returned", f"returned({n})", code=n),
        asked("cause", f"causes({n})"),
        asked("unpicklable", f"unpicklable({n}, {function}, {n})", n=n),
        asked("unpicklable", f"unpicklable({n}, square, Unreduced())", n=n),
        asked("iterable", f"iterated({n})", n=n),
        asked("lazy", f'lazily("{method}")'),
    )
    lives = (
        asked("nested", f"nested({n})", n=n),
        asked("context", "in_contexts()"),
        asked("size", "default_size()"),
        asked("dropped", "dropped()"),
        asked("pickled", "pickled()"),
        f'if hasattr(pools, "AsyncResult"):\n    {asked("class", f"classes({n})", n=n)}',
    )
    return alone(
        "programs",
        program("pools", source, errors, run=run),
        program("pools", source, lives, run=run),
        family="pool",
    )


_STRICT = f"""
import time


def square(n):
    return n * n


class Strict(Exception):
    def __init__(self, code, text):
        super().__init__(code)  # So that it cannot be made again of its arguments.


def raises_strict(code):
    raise Strict(code, "words")


def outcome(function, *arguments):
    try:
        return ["returned", repr(function(*arguments))]
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__]


def not_loaded(code):
    pool = ctx.Pool(1)
    before = pool.apply(square, (code,))
    result = pool.apply_async(raises_strict, (code,))
    until = time.process_time() + {_COMING_S}
    while not result.ready() and time.process_time() < until:
        pass
    told = outcome(result.get, 0)
    ended = outcome(pool.terminate)
    for process in ctx.active_children():  # If terminate failed.
        process.terminate()
        process.join()
    return [before, told, ended == ["returned", "None"]]
"""


@st.composite
def loading(draw: st.DrawFn) -> Scenario:
    """Let a task raise an exception that cannot be unpickled.  Shrinks to a file, and the number 2."""
    n = draw(st.integers(2, 9))
    question = asked("load", f"not_loaded({n})", n=n)
    step = program("strict", THROUGH_CONTEXT + _STRICT + GUARD, (question,), run=draw(ways()), noisy=True)
    return alone("loading", step, family="pool")
