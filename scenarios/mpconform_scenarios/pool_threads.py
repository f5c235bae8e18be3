"""Programs in which many use one pool: threads that submit at the same time, and callbacks."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("threads",)

_FORMS = ("apply_async", "map_async", "starmap_async")

_USERS = """
import threading

sys.setswitchinterval(1e-5)


def square(n):
    return n * n


def fails(n):
    raise ValueError(n)


def in_threads(functions):
    # Each in a thread of its own; who fails, keeps nobody waiting.
    gate, failed = threading.Barrier(len(functions)), []

    def runs(function):
        try:
            function(gate)
        except Exception as error:
            failed.append(error)
            gate.abort()

    started = [threading.Thread(target=runs, args=(function,)) for function in functions]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if failed:
        raise failed[0]


def submit(pool, form, function, number, **callbacks):
    given = {"apply_async": (number,), "map_async": [number], "starmap_async": [(number,)]}[form]
    return getattr(pool, form)(function, given, **callbacks)


def alone(got):
    return got[0] if isinstance(got, list) else got


def submitted(threads, each, forms):
    # Every thread submits numbers of its own, and they wait for each other before each.  When the pool has
    # been closed and joined, everything has come: nothing is waited for that would never.
    pool = ctx.Pool(2)
    results, called = {}, []

    def submitting(first):
        def submits(gate):
            for number in range(first, threads * each, threads):
                form = forms[number % len(forms)]
                gate.wait()
                results[number] = submit(pool, form, square, number, callback=called.append)

        return submits

    in_threads([submitting(first) for first in range(threads)])
    pool.close()
    pool.join()
    lost = sorted(number for number, result in results.items() if not result.ready())
    there = [number for number in results if number not in lost]
    wrong = sorted(number for number in there if alone(results[number].get()) != number * number)
    wanted = [number * number for number in range(threads * each)]
    return [lost[:9], wrong[:9], sorted(map(alone, called)) == wanted]  # Lines are cut.


def waited(threads, each):
    # The same with calls that return the results themselves, all ways in turn.
    found = []

    def asking(pool, first):
        def asks(gate):
            for number in range(first, threads * each, threads):
                gate.wait()
                found.append(
                    [
                        number,
                        pool.apply(square, (number,)),
                        *pool.map(square, [number, number + 1]),
                        *pool.starmap(square, [(number,)]),
                        *pool.imap(square, [number, number + 1]),
                        *sorted(pool.imap_unordered(square, [number, number + 1])),
                    ]
                )

        return asks

    with ctx.Pool(2) as pool:
        in_threads([asking(pool, first) for first in range(threads)])
    wrong = []
    for number, *got in sorted(found):
        one, two = number**2, (number + 1) ** 2
        if got != [one, one, two, one, one, two, one, two]:
            wrong.append(number)
    return [len(found), wrong[:9]]


def chained(forms, failing):
    # The callback of each submits the next; the last says that it is over.
    pool, told, over = ctx.Pool(1), [], threading.Event()
    role, function = ("error_callback", fails) if failing else ("callback", square)

    def goes_on(got):
        try:
            told.append(list(got.args) if failing else alone(got))
            begin(len(told))
        except Exception as error:
            told.append(repr(error))
            over.set()

    def begin(n):
        if n == len(forms):
            over.set()
        else:
            submit(pool, forms[n], function, n, **{role: goes_on})

    begin(0)
    over.wait()
    pool.close()
    pool.join()
    return told
"""


@st.composite
def threads(draw: st.DrawFn) -> Scenario:
    """Let threads submit to one pool at the same time, and let callbacks submit to their own.

    What is lost is known of the first program without waiting for it; the others would hang.
    Shrinks to two threads that submit twice each, and to two calls of which the second is submitted by the
    callback of the first, in a file.
    """
    count, each = draw(st.integers(2, 4)), draw(st.integers(2, 20))
    more = draw(st.lists(st.sampled_from(_FORMS), max_size=3))
    forms = [_FORMS[0], *more]
    chain = [_FORMS[0], *forms]
    source, run = THROUGH_CONTEXT + _USERS + GUARD, draw(ways())
    about = {"threads": count, "each": each}
    submitted = asked("submitted", f"submitted({count}, {each}, {forms!r})", **about)
    waited = asked("waited", f"waited({count}, {min(each, 5)})", threads=count, each=min(each, 5))
    called = (
        asked("chained", f"chained({chain!r}, False)", chain=len(chain), failing=False),
        asked("chained", f"chained({chain!r}, True)", chain=len(chain), failing=True),
    )
    return alone(
        "threads",
        program("submitting", source, (submitted,), run=run),
        program("waiting", source, (waited,), run=run),
        program("callbacks", source, called, run=run),
        family="pool",
    )
