"""Programs that let objects of every kind show themselves."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import alone, runs, ways

__all__ = ("shown",)

_SHOWN = """
def waits(end, code):
    end.recv()
    sys.exit(code)


def stages(name, code, kills):
    near, far = ctx.Pipe()
    process = ctx.Process(target=waits, args=(far, code), name=name)
    told = [repr(process)]
    process.start()
    told.append(repr(process))
    if kills:
        process.terminate()
    else:
        near.send(None)
    process.join()
    return [type(process).__name__, *told, repr(process)]


def failing(*things):
    found = []
    for thing in things:
        try:
            right = type(repr(thing)) is str and type(str(thing)) is str
        except Exception as error:
            found.append([type(thing).__name__, type(error).__name__, str(error)[:100]])
        else:
            if not right:
                found.append([type(thing).__name__, "no text", ""])
    return found


def holds(lock, hello, bye):
    with lock:
        hello.send(None)
        bye.recv()


def shown_while_held(make):
    # It is looked at while it is free, held here, held by another thread, and by another process.
    lock = make()
    found = failing(lock)
    if not lock.acquire(timeout=0):
        return [found, False]
    found += failing(lock)
    lock.release()
    inside = []
    for start in (threading.Thread, ctx.Process):
        hello, bye = ctx.Pipe(), ctx.Pipe()
        holder = start(target=holds, args=(lock, hello[1], bye[0]))
        holder.start()
        hello[0].recv()
        found += failing(lock)
        bye[1].send(None)
        holder.join()

    def from_a_thread():
        with lock:
            inside.extend(failing(lock))

    thread = threading.Thread(target=from_a_thread)
    thread.start()
    thread.join()
    # And is what it was: free.
    free = lock.acquire(timeout=0)
    lock.release()
    return [found + inside, bool(free)]


def other_things():
    event, condition = ctx.Event(), ctx.Condition()
    found = failing(event, condition, ctx.Barrier(2), ctx.Queue(), ctx.SimpleQueue(), *ctx.Pipe())
    found += failing(ctx.Value("i", 1), ctx.Array("i", [1, 2]), ctx.RawValue("i", 1), ctx.current_process())
    found += failing(ctx.Value("i", lock=False), ctx.Process(daemon=True), ctx)
    event.set()
    with condition:
        found += failing(event, condition)
    with ctx.Pool(1) as pool:
        result = pool.apply_async(abs, (-1,))
        found += failing(pool, result, pool.imap(abs, ()))
        result.get()
    return found + failing(pool)


def blocks():
    try:
        from $MODULE import shared_memory, util
    except ImportError:
        return []
    kept = threading.Event()
    finalizer = util.Finalize(kept, failing, args=(1,), kwargs={"a": 1}, exitpriority=1)
    found = failing(finalizer)
    finalizer.cancel()
    found += failing(finalizer)
    block, items = shared_memory.SharedMemory(create=True, size=1), shared_memory.ShareableList([1, "a"])
    found += failing(block, items)
    items.shm.close()
    items.shm.unlink()
    block.close()
    block.unlink()
    return found


def closed():
    process = ctx.Process(target=abs, args=(1,))
    process.start()
    process.join()
    process.close()
    return failing(process)


def seen_elsewhere(process):
    # The parent of the one that is seen is another process than the one that looks.
    parents = getattr(ctx, "parent_process", ctx.current_process)()
    sys.exit(len(failing(process, ctx.current_process(), parents)))


def inherited():
    process = ctx.Process(target=seen_elsewhere, args=(ctx.current_process(),))
    process.start()
    process.join()
    return process.exitcode
"""


@st.composite
def shown(draw: st.DrawFn) -> Scenario:
    """Look at objects of every kind, in every state.  Shrinks to a process called "a" that ends with 1."""
    name = draw(st.sampled_from(("a", "worker 2", "<b>")))
    code = draw(st.integers(1, 200))
    asked = (
        f'ask("stages", lambda: stages({name!r}, {code}, False), name={name!r}, code={code})',
        f'ask("stages", lambda: stages({name!r}, 0, True), name={name!r}, code=-15)',
        *(
            f'ask("held", lambda: shown_while_held(ctx.{kind}))'
            for kind in ("Lock", "RLock", "Semaphore", "BoundedSemaphore")
        ),
        'ask("shown", other_things)',
        'ask("shown", closed)',
        'ask("shown", blocks)',
    )
    if draw(st.booleans()):
        # What is no child's Process can be inherited, and sent to nobody.
        asked += ('if "$METHOD" == "fork":\n    ask("shown elsewhere", inherited)',)
    return alone("shown", runs("shown", "import threading\n" + _SHOWN, asked, module=False, run=draw(ways())))
