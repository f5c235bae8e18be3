"""Programs about shared memory: types of the user's own, wrapping by hand, managers of blocks."""

from hypothesis import strategies as st

from mpconform.values import Scenario
from mpconform_scenarios.context_build import GUARD, THROUGH_CONTEXT, alone, asked, program, ways

__all__ = ("asking", "managing")

_TYPES = """
import ctypes
from $MODULE import sharedctypes


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_double), ("n", ctypes.c_int)]


def doubles(points, one):
    for point in points:
        point.x *= 2
        point.n += 1
    one.n = 7


def structures(count):
    points = ctx.Array(Point, [(n / 4, n) for n in range(count)])
    one = ctx.Value(Point, 1.5, 2)
    before = [one.x, one.n]
    process = ctx.Process(target=doubles, args=(points, one))
    process.start()
    process.join()
    wanted = [[n / 2, n + 1] for n in range(count)]
    return [before, [[p.x, p.n] for p in points] == wanted, one.n, process.exitcode]


def copies():
    raw = ctx.RawArray("i", [1, 2, 3])
    other = sharedctypes.copy(raw)
    other[0], raw[1] = 9, 8
    process = ctx.Process(target=adds, args=(other,))
    process.start()
    process.join()
    point = sharedctypes.copy(ctx.RawValue(Point, 0.5, 4))
    return [list(raw), list(other), [point.x, point.n]]


def adds(array):
    array[2] += 10


def locks_it(one, times):
    for _ in range(times):
        with one.get_lock():
            one.get_obj().value += 1


def wrapped(times):
    raw, lock = ctx.RawValue("i", 5), ctx.Lock()
    given = sharedctypes.synchronized(raw, lock)
    process = ctx.Process(target=locks_it, args=(given, times))
    process.start()
    locks_it(given, times)
    process.join()
    with lock:
        held = given.get_lock().acquire(block=False)
    return [raw.value, given.get_obj() is raw, held]


def wrapped_alone():
    raw = ctx.RawArray("i", [1, 2, 3])
    own = sharedctypes.synchronized(raw)
    with own.get_lock(), own.get_lock():  # An RLock: it can be taken again.
        own[1] = 9
    return [list(raw), own.get_obj() is raw, len(own)]
"""

_BLOCKS = """
import struct
import subprocess
from $MODULE import managers, shared_memory


def packed(values):
    made = shared_memory.ShareableList(values)
    try:
        stored = [v.encode() if isinstance(v, str) else False if v is None else v for v in values]
        # Text stands in a field that is wide enough, and is padded.
        room = struct.unpack(made.format, struct.pack(made.format, *stored))
        back = [v.rstrip(b"\\0") if isinstance(v, bytes) else v for v in room]
        first, made[0] = made.format, 0.5
        return [type(first) is str, back == stored, made.format != first]
    finally:
        made.shm.close()
        made.shm.unlink()


def writes(name, names):
    block, values = shared_memory.SharedMemory(name), shared_memory.ShareableList(name=names)
    block.buf[0], values[1] = 77, "seen"
    block.close()
    values.shm.close()


def managed(size):
    manager = managers.SharedMemoryManager()
    manager.start()
    try:
        block, values = manager.SharedMemory(size), manager.ShareableList([1, "text", None])
        before = [block.size >= size, isinstance(block, shared_memory.SharedMemory), list(values)]
        process = ctx.Process(target=writes, args=(block.name, values.shm.name))
        process.start()
        process.join()
        found = [*before, block.buf[0], values[1]]
        block.close()
        values.shm.close()
    finally:
        manager.shutdown()
    return found


def there(name):
    try:
        shared_memory.SharedMemory(name).close()
    except FileNotFoundError:
        return False
    return True


def released(count):
    manager = managers.SharedMemoryManager()
    manager.start()
    blocks = [manager.SharedMemory(64) for _ in range(count)]
    values = manager.ShareableList([1, 2])
    names = [*(block.name for block in blocks), values.shm.name]
    for one in (*blocks, values.shm):
        one.close()
    before = [there(name) for name in names]
    manager.shutdown()
    return [all(before), [there(name) for name in names].count(True)]


def as_context():
    with managers.SharedMemoryManager() as manager:
        name = manager.SharedMemory(64).name
        inside = there(name)
    return [isinstance(manager, managers.SharedMemoryManager), inside, there(name)]


UNTRACKED = \"\"\"
import sys
from $MODULE import shared_memory
block = shared_memory.SharedMemory(create=True, size=64, track=False)
block.buf[0] = 5
sys.stdout.write(block.name)
\"\"\"


def untracked():
    ended = subprocess.run([sys.executable, "-c", UNTRACKED], stdout=subprocess.PIPE, text=True)
    block = shared_memory.SharedMemory(ended.stdout, track=False)
    found = block.buf[0]
    block.close()
    block.unlink()
    return [ended.returncode, found, there(ended.stdout)]
"""


@st.composite
def asking(draw: st.DrawFn) -> Scenario:
    """Ask for shared memory of types of the user's own, and wrapped by hand.

    Shrinks to all questions, in a file: one structure, one increment each.
    """
    count, times = draw(st.integers(1, 5)), draw(st.integers(1, 200))
    questions = (
        asked("structures", f"structures({count})"),
        asked("copies", "copies()"),
        asked("wrapped", f"wrapped({times})", times=times),
        asked("wrapped alone", "wrapped_alone()"),
    )
    source = THROUGH_CONTEXT + _TYPES + GUARD
    return alone("programs", program("types", source, questions, run=draw(ways())), family="memory")


@st.composite
def managing(draw: st.DrawFn) -> Scenario:
    """Ask for blocks that a manager makes, for the format of a list, and for what nobody tracks.

    Shrinks to all questions, in a file: one block of a page.
    """
    count, size = draw(st.integers(1, 5)), draw(st.sampled_from((4096, 1, 5000)))
    values = draw(st.sampled_from(([1, "ab"], [True, "text", None, b"bytes", 2.5], ["only"], [3, -(2**40)])))
    questions = (
        asked("format", f"packed({values!r})"),
        asked("managed", f"managed({size})"),
        asked("released", f"released({count})"),
        asked("with", "as_context()"),
        'if sys.version_info >= (3, 13):\n    ask("untracked", untracked)',
    )
    source = THROUGH_CONTEXT + _BLOCKS + GUARD
    return alone("managed", program("blocks", source, questions, run=draw(ways())), family="memory")
