"""Programs about ends, and processes in processes: what is done at an exit, and what is said of it."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, program, ways

__all__ = ("complaints", "exits", "finalizers", "nests")

_NEST = """
def nest(depth, width, starter, ordinal):
    me, asked = ctx.current_process(), getattr(ctx, "parent_process", None)
    parent = asked() if asked else None
    tell(
        "nested", pid=os.getpid(), starter=starter, ordinal=ordinal, name=me.name,
        key=bytes(me.authkey).hex(), parent=[parent.pid, parent.name] if parent is not None else None,
    )
    codes = []
    for n in range(width if depth else 0):
        process = ctx.Process(target=nest, args=(depth - 1, width, os.getpid(), n + 1))
        process.start()
        process.join()
        codes.append(process.exitcode)
    return sys.exit(10 + sum(codes)) if starter else codes

"""


@st.composite
def nests(draw: st.DrawFn) -> Scenario:
    """Let processes start processes, three deep or more.  Shrinks to three deep, one each."""
    depth, width = draw(st.sampled_from(((3, 1), (4, 1), (3, 2))))
    rekeyed = draw(st.booleans())
    asked = [f'ask("nest", lambda: nest({depth}, {width}, 0, 0), depth={depth}, width={width})']
    if rekeyed:
        asked.insert(0, 'ctx.current_process().authkey = b"another"')
    source = THROUGH_CONTEXT + _NEST + GUARD
    return alone("nests", program("nest", source, asked, run=draw(ways())))


_EXITS = """
import signal
import time


def code(target, *arguments):
    process = ctx.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def registers():
    atexit.register(tell, "handled", pid=os.getpid())
    tell("registered", pid=os.getpid())


def interrupted(end):
    atexit.register(tell, "unwanted", what="an exit handler")
    try:
        end.send("ready")
        signal.pause()
    finally:
        tell("unwanted", what="a finally clause")


def terminated():
    ours, theirs = ctx.Pipe()
    process = ctx.Process(target=interrupted, args=(theirs,))
    process.start()
    ours.recv()
    process.terminate()
    process.join()
    return process.exitcode


def answers(end):
    end.send("ready")
    end.send([end.recv(), os.getpid()])


def between(end):
    process = ctx.Process(target=answers, args=(end,))
    process.start()
    process.join()


def orphaned():
    ours, theirs = ctx.Pipe()
    process = ctx.Process(target=between, args=(theirs,))
    process.start()
    theirs.close()
    ours.recv()
    process.terminate()
    process.join()
    ours.send("alive")
    return ours.recv()[0]


def slow():
    time.sleep(0.15)
    tell("slow", pid=os.getpid())


def lingers(end):
    end.send("ready")
    signal.pause()


def leaves_daemon():
    ours, theirs = ctx.Pipe()
    process = ctx.Process(target=lingers, args=(theirs,))
    process.daemon = True
    process.start()
    return ours.recv()


def leaves_slow():
    ctx.Process(target=slow).start()

"""
#: Before the backend is imported: what is registered first is done last.
_LAST = """import atexit
import os
import sys


def last():
    if os.getpid() == home:
        sys.stdout.write('{"question": "last"}\\n')
        sys.stdout.flush()


home = os.getpid() if __name__ == "__main__" else 0
atexit.register(last)
"""


@st.composite
def exits(draw: st.DrawFn) -> Scenario:
    """Let processes end with handlers registered, be terminated, and be left alone by their parent.

    Shrinks to one daemon that is left.
    """
    daemons = draw(st.integers(1, 2))
    asked = [
        'ask("registers", lambda: code(registers))',
        'ask("terminated", terminated)',
        *['ask("daemon", leaves_daemon)'] * daemons,
        'ask("left", leaves_slow)',
    ]
    source, run = _LAST + THROUGH_CONTEXT + _EXITS + GUARD, draw(ways())
    # A backend may hang there, and would hide what else it does.
    orphaned = program("exits", source, ['ask("orphaned", orphaned)'], run=run)
    return alone("exits", program("exits", source, asked, run=run), orphaned)


_FINALIZERS = """
import gc

from $MODULE import util


class Thing:
    pass


def note(label):
    tell("finalized", label=label, pid=os.getpid())


def registered(priorities):
    for label, priority in enumerate(priorities):
        util.Finalize(None, note, args=(label,), exitpriority=priority)
    tell("finalizers", priorities=priorities, pid=os.getpid())


def in_child(priorities):
    process = ctx.Process(target=registered, args=(priorities,))
    process.start()
    process.join()
    return process.exitcode


def collected():
    found = []
    thing = Thing()
    finalizer = util.Finalize(thing, found.append, args=(1,), exitpriority=1)
    before = [len(found), finalizer.still_active()]
    del thing
    gc.collect()
    return [*before, len(found), finalizer.still_active()]


def called():
    found = []
    finalizer = util.Finalize(Thing, found.append, args=(1,), exitpriority=1)
    finalizer()
    finalizer()
    other = util.Finalize(Thing, found.append, args=(2,), exitpriority=1)
    other.cancel()
    other()
    return found

"""


@st.composite
def finalizers(draw: st.DrawFn) -> Scenario:
    """Register finalizers of several priorities, in main and in a child.  Shrinks to 0, 1, 1."""
    more = draw(st.lists(st.integers(-3, 20), max_size=5))
    priorities = [0, 1, 1, *more]
    asked = (
        f'ask("in child", lambda: in_child({priorities}))',
        'ask("collected", collected)',
        'ask("called", called)',
        f"registered({priorities})",
    )
    return alone(
        "finalizers", program("finalizers", THROUGH_CONTEXT + _FINALIZERS + GUARD, asked, run=draw(ways()))
    )


_COMPLAINTS = """
class Mistake(Exception):
    pass


def deep(text):
    try:
        int("no number")
    except ValueError as error:
        raise Mistake(text) from error


def fails(text):
    deep(text)


def leaves(text):
    sys.exit(text)


def code(target, *arguments):
    process = ctx.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode

"""


@st.composite
def complaints(draw: st.DrawFn) -> Scenario:
    """Children that fail say so on stderr.  Shrinks to the text "words"."""
    text = draw(st.sampled_from(("words", "more words: here", "é☃")))
    asked = (
        f'ask("fails", lambda: code(fails, {text!r}), told={text!r})',
        f'ask("leaves", lambda: code(leaves, "left: " + {text!r}), told="left: " + {text!r})',
    )
    source = THROUGH_CONTEXT + _COMPLAINTS + GUARD
    return alone("complaints", program("complaints", source, asked, run=draw(ways()), noisy=True))
