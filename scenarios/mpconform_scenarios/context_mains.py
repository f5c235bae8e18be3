"""Programs about the main module: how it is run, what of it runs in children, and what it leaves behind."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.build import verb
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, program

__all__ = ("mains", "segments", "unguarded", "wrecks")

_CODE = """
def code(target, *arguments):
    process = ctx.Process(target=target, args=arguments)
    process.start()
    process.join()
    return process.exitcode

"""
_OWN = """
class Point:
    def __init__(self, x):
        self.x = x


def met(point):
    sys.exit(point.x if type(point) is Point else 1)

"""
_TOP = '\ntell("imported", name=__name__, pid=os.getpid())\n'
_GUARDED = f'{GUARD}    tell("guarded", pid=os.getpid())\n'
_HELPER = "import sys\n\n\ndef works(number):\n    sys.exit(number)\n"


@st.composite
def mains(draw: st.DrawFn) -> Scenario:
    """Run one program as a file, by ``-m``, by ``-c`` and from stdin; each starts children.

    Shrinks to the numbers 2, and one child each.
    """
    number = draw(st.integers(2, 255))
    times = draw(st.integers(1, 2))
    steps = []
    for run in ("file", "module", "command", "stdin"):
        package = run == "module"
        first = "from . import helper\n" if package else "import helper\n"
        own = run in {"file", "module"}
        asked = [f'ask("{run}", lambda: code(helper.works, {number}), wanted={number})'] * times
        if own:
            asked.append(f'ask("objects", lambda: code(met, Point({number})), wanted={number})')
        source = THROUGH_CONTEXT + first + _CODE + (_OWN if own else "") + _TOP + _GUARDED
        name = "package/helper.py" if package else "helper.py"
        noisy = run == "stdin"
        steps.append(program("main", source, asked, run=run, files={name: _HELPER}, noisy=noisy))
    return alone("mains", *steps)


_UNGUARDED = """
DEPTH = int(os.environ.get("MPC_DEPTH", "0"))
os.environ["MPC_DEPTH"] = str(DEPTH + 1)


def works():
    tell("worked")


tell("imported", name=__name__, depth=DEPTH)
if DEPTH > 3:
    sys.exit("it would go on for ever")
process = ctx.Process(target=works)
process.start()
process.join()
tell("unguarded", got=process.exitcode)
"""


@st.composite
def unguarded(draw: st.DrawFn) -> Scenario:
    """Let a main module start a process that no guard protects; it does not go deeper than three.

    Shrinks to a file.
    """
    run = draw(st.sampled_from(("file", "module")))
    source = THROUGH_CONTEXT + _UNGUARDED
    return alone("unguarded", program("unguarded", source, run=run, noisy=True, code=None))


_WRECK = """
def waits(ours, theirs):
    theirs.close()
    try:
        ours.recv()
    except EOFError:
        pass


def wreck(count, kill):
    kept = [[ctx.Lock(), ctx.Semaphore(2), ctx.Condition(), ctx.Queue(3)] for _ in range(count)]
    ours, theirs = ctx.Pipe()
    process = ctx.Process(target=waits, args=(ours, theirs))
    process.start()
    ours.close()
    tell("wreck", count=count)
    if kill:
        os.kill(os.getpid(), 9)
    theirs.close()
    process.join()
"""


@st.composite
def wrecks(draw: st.DrawFn) -> Scenario:
    """Let a program with locks, queues and a child end, or be killed; the child ends when it has gone.

    Shrinks to one of each, and a kill.
    """
    count = draw(st.integers(1, 4))
    source = THROUGH_CONTEXT + _WRECK + GUARD
    killed = program("wreck", source, [f"wreck({count}, True)"], code=-9, noisy=True)
    ended = program("wreck", source, [f"wreck({count}, False)"])
    return alone("wrecks", killed, verb("census", "killed"), ended, verb("census", "ended"))


_SEGMENTS = """
from $MODULE import shared_memory


def segments(count, size, kill):
    kept = [shared_memory.SharedMemory(create=True, size=size) for _ in range(count)]
    tell("segments", count=count)
    if kill:
        os.kill(os.getpid(), 9)
    for one in kept:
        one.close()
"""


@st.composite
def segments(draw: st.DrawFn) -> Scenario:
    """Let a program make segments and unlink none; it is killed, or ends.  Shrinks to one segment."""
    count, size = draw(st.integers(1, 3)), draw(st.sampled_from((1, 5000)))
    source = THROUGH_CONTEXT + _SEGMENTS + GUARD
    killed = program("segments", source, [f"segments({count}, {size}, True)"], code=-9, noisy=True)
    ended = program("segments", source, [f"segments({count}, {size}, False)"], noisy=True)
    return alone("segments", killed, verb("census", "killed"), ended, verb("census", "ended"))
