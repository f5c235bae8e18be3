"""The agent's own verbs: what an actor can do besides calling the backend."""

import json
import mmap
import os
import signal
import time

from _mpconform_agent import tape
from _mpconform_agent.board import DONE, await_true
from _mpconform_agent.coding import Refused, decode, encode, encode_exception, record

TYPE_CHECKING = False  # As typing has it, without its import.
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = (
    "DRAIN_S",
    "ENDING",
    "GET_S",
    "MANY_RESTS",
    "OWN_RECORDS",
    "TIMED",
    "TOLD",
    "UNTIMED",
    "VERBS",
    "Blamed",
    "has_ended",
    "pid_of",
)

#: Inner codes of the gets of ``drain``: with a timeout of GET_S, or without one (SimpleQueue).
TIMED, UNTIMED = 5, 3
GET_S = 0.05
#: For so long a drain waits for an item, ...
DRAIN_S = 5.0
#: ... unless it finds so often in a row that nothing moves; once a drain has waited in vain, few times do.
MANY_RESTS, _FEW_RESTS = 15, 2


#: The file of a run in which actors tell each other values.
TOLD = "told"


class Blamed(Exception):
    """The backend's object that a verb worked on raised *error*."""

    def __init__(self, error):
        super().__init__(error)
        self.error = error


def _rendezvous(scope, log, point, names):
    if not 0 <= point < DONE:
        raise ValueError("there are the points 0 to %d, not %r" % (DONE - 1, point))
    scope.board().meet(point, scope.name, names)


def _await_done(scope, log, names):
    scope.board().await_arrival(DONE, names)


class _Reader:
    """The tape of another actor, as it grows."""

    def __init__(self, path, serial):
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115  # closed by close()
        self._serial = serial
        self._data: "bytes | mmap.mmap" = b""
        self._place = tape.HEADER_SIZE

    def latest(self):
        """Return the fields of the latest record, or None; looks at no record twice but the latest."""
        size = os.fstat(self._file.fileno()).st_size
        if size != len(self._data):
            self._data = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
        found = None
        at = self._place
        for after, fields in tape.records(self._data, self._serial, self._place):
            # An open record may yet become longer: the next look begins with it.
            self._place, at, found = at, after, fields
        return found

    def close(self):
        """Let go of the tape."""
        self._file.close()


def _await_invoked(scope, log, name, step):
    reader = _Reader(scope.context.tape_path(name), scope.serial)
    first = log.first

    def begun():
        latest = reader.latest()
        return (latest is not None and latest[0] >= first + step) or scope.board().arrived(DONE, [name])

    await_true(begun)
    reader.close()


def pid_of(scope, name):
    """Return the process id of actor *name*, from its tape; else as its Process object says."""
    with open(scope.context.tape_path(name), "rb", buffering=0) as file:
        header = tape.HEADER.unpack(file.read(tape.HEADER.size))
    if header[0] == tape.MAGIC and header[1] == scope.serial and header[5]:
        return header[5]
    made = scope.named(name) if scope.has(name) else None
    # A thread that stands for a process has a number of the system's instead.
    return getattr(made, "pid", None) or getattr(made, "native_id", None)


def _ended(pid):
    try:
        with open("/proc/%d/stat" % pid, "rb", buffering=0) as file:
            return file.read().rpartition(b")")[2].split()[0] in b"ZX"
    except OSError:
        return True


def _await_exit(scope, log, names):
    def dead(name):
        pid = pid_of(scope, name)
        return bool(pid) and _ended(pid)

    await_true(lambda: all(map(dead, names)))


def has_ended(scope, name):
    """Return whether the process of actor *name* has ended, or was never started."""
    pid = pid_of(scope, name)
    return not pid or _ended(pid)


def _tell(scope, log, label, value):
    """Leave *value* where all actors find it; lines are written whole."""
    try:
        told = decode(value, scope)
    except Refused as refused:
        raise Blamed(refused.error) from refused
    line = json.dumps([scope.unique + label, told], default=repr).encode() + b"\n"
    descriptor = os.open(
        scope.context.path(TOLD), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    os.write(descriptor, line)
    os.close(descriptor)


def _told(scope, label):
    """Return a list of the values that were told under *label*, the first first."""
    try:
        with open(scope.context.path(TOLD), "rb") as file:
            whole = file.read().rpartition(b"\n")[0]
    except FileNotFoundError:
        return []
    lines = map(json.loads, whole.splitlines())
    return [value for name, value in lines if name == scope.unique + label]


def _await_told(scope, log, label, name):
    """Return what is told under *label*, or None if actor *name* ended and never told it."""
    told: "list[object]" = []

    def known():
        pid = pid_of(scope, name)
        over = scope.board().arrived(DONE, [name]) or (pid and _ended(pid))
        told[:] = _told(scope, label)  # After the look at its end: it may have told just before.
        return bool(told) or over

    await_true(known)
    if not told:
        return None
    return tuple(told[0]) if isinstance(told[0], list) else told[0]


def _census(scope, log, label):
    scope.named("\0census")(label)


def _exit(scope, log, code):
    os._exit(code)


def _sys_exit(scope, log, *value):
    raise SystemExit(*value)


def _raise(scope, log, message, kind="Exception"):
    from _mpconform_agent import tasks

    raise {"Exception": tasks.Deliberate, "BaseException": tasks.Departure}[kind](message)


def _signal(scope, log, number):
    os.kill(os.getpid(), number)
    # A signal that kills is delivered before this returns; one that does not, is handled.


def _linger(scope, log):
    while True:
        signal.pause()


def _hold(scope, log, seconds):
    time.sleep(seconds)


def _collect(scope, log, *names):
    import gc

    for name in names:
        scope.drop(name)
    gc.collect()


class _Guard:
    """The backend's lock, whose exceptions are told from ours; or none."""

    def __init__(self, lock):
        self._lock = lock

    def __enter__(self):
        if self._lock is not None:
            self._blame(self._lock.__enter__)

    def __exit__(self, kind, error, trace):
        if self._lock is not None:
            self._blame(self._lock.__exit__, kind, error, trace)

    def _blame(self, call, *arguments):
        try:
            call(*arguments)
        except Exception as error:
            raise Blamed(error) from error


def _lock_of(scope, thing, lock):
    if lock is not None:
        return decode(lock, scope)
    return thing.get_lock()


def _failed(scope, log, place, error):
    log.told(place, tape.RAISED, encode_exception(error, scope), 1)


def _increment(scope, log, step, reference, times, lock=None):
    value = decode(reference, scope)
    place = None
    try:
        guard = _lock_of(scope, value, lock)
        for _ in range(times):
            place = log.invoked(step, 1)
            with guard:
                value.value += 1
            log.returned(place, tape.NONE, 1)
            place = None
    except Exception as error:
        _failed(scope, log, place or log.invoked(step, 1), error)


def _increment_index(scope, log, step, reference, index, times, lock=None):
    array = decode(reference, scope)
    place = None
    try:
        guard = _lock_of(scope, array, lock)
        for _ in range(times):
            place = log.invoked(step, 1)
            with guard:
                array[index] += 1
            log.returned(place, tape.NONE, 1)
            place = None
    except Exception as error:
        _failed(scope, log, place or log.invoked(step, 1), error)


def _fill(scope, log, reference, number, lock=None):
    array = decode(reference, scope)
    try:
        with _lock_of(scope, array, lock):
            for index in range(len(array)):
                array[index] = number
    except Exception as error:
        raise Blamed(error) from error


def _scan(scope, log, reference, lock=None):
    array = decode(reference, scope)
    try:
        with _lock_of(scope, array, lock):
            return sorted({array[index] for index in range(len(array))})
    except Exception as error:
        raise Blamed(error) from error


def _emit(scope, log, n, pieces, lock=None, threads=1):
    """Write a line in pieces, or as many lines at once as there are *threads*, each by one of its own."""
    guard = _Guard(decode(lock, scope) if lock is not None else None)
    descriptor = os.open(
        scope.context.path("output"), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        if threads == 1:
            _write_line(descriptor, scope.name, n, pieces, guard)
            return
        from threading import Thread

        errors = []

        def write(number):
            try:
                _write_line(descriptor, scope.name, number, pieces, guard)
            except Exception as error:
                errors.append(error)

        writers = [Thread(target=write, args=(n + at,)) for at in range(threads)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        if errors:
            raise errors[0]
    finally:
        os.close(descriptor)


def _write_line(descriptor, name, n, pieces, guard):
    line = ("%s %d %s\n" % (name, n, "." * pieces)).encode()
    cut = max(1, len(line) // pieces)
    parts = [line[at * cut : (at + 1) * cut if at < pieces - 1 else None] for at in range(pieces)]
    with guard:
        for part in parts:
            os.write(descriptor, part)
            time.sleep(0)  # Gives up the processor, so that unguarded writers really interleave.


def _output(scope, log):
    try:
        with open(scope.context.path("output"), encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def _tapes(scope, name):
    """Yield the tapes of all runs of actor *name*, as they are now."""
    path, run, runs = scope.context.tape_path(name), 0, 1
    while run < runs:
        try:
            with open(tape.sibling(path, scope.serial, run), "rb", buffering=0) as file:
                data = file.read()
        except FileNotFoundError:  # It only showed itself.
            data = b""
        if not run:
            header = tape.HEADER.unpack_from(data, 0)
            runs = header[2] if header[1] == scope.serial else 0
        yield data
        run += 1


def _count(scope, name):
    """Return how many items were put on queue *name* and not got, as all tapes tell."""
    balance = 0
    first = scope.round * tape.ROUND
    for actor in scope.context.names:
        steps = scope.context.steps[actor]
        for data in _tapes(scope, actor):
            for _, (recorded, kind, inner, _, returned, _, _, _) in tape.records(data, scope.serial):
                step = recorded - first
                if not 0 <= step < len(steps) or not returned or kind == tape.RAISED:
                    continue
                balance += _change(steps[step], inner, name)
    return balance


def _change(step, inner, name):
    """Return by how much the operation of *step* changed the number of items on queue *name*."""
    if step["target"] == name:
        return {"put": 1, "put_nowait": 1, "get": -1, "get_nowait": -1}.get(step["method"], 0)
    drains = not step["target"] and step["method"] == "drain" and inner
    return -1 if drains and step["arguments"][0]["$object"] == name else 0


def _drain(scope, log, step, reference):
    """Get what is left; return how many items did not come."""
    place = log.invoked(step)
    queue = decode(reference, scope)
    left = _count(scope, reference["$object"])
    while left > 0 and _drain_one(scope, log, step, queue):
        left -= 1
    log.returned(place, tape.INT, 0, left)


def _drain_one(scope, log, step, queue):
    """Get one item; return whether one came while there was reason to wait for it."""
    until = time.monotonic() + DRAIN_S
    rests = 0
    while True:
        began = time.monotonic()
        found = _look(scope, log, step, queue)
        now = time.monotonic()
        if found is not False or now > until:
            return bool(found)
        if now - began < GET_S:  # It was told too early, or not asked to wait.
            time.sleep(began + GET_S - now)
        if scope.has("\0rest"):
            rest, in_vain = scope.named("\0rest")()
            rests = rests + 1 if rest else 0
            if rests >= (_FEW_RESTS if in_vain else MANY_RESTS):
                return False


def _look(scope, log, step, queue):
    """Get an item, as an operation of its own, if one comes within a moment; None if get is broken."""
    timed = hasattr(queue, "get_nowait")
    inner = TIMED if timed else UNTIMED
    place = None
    try:
        if not timed and queue.empty():
            return False
        place = log.invoked(step, inner)
        got = queue.get(timeout=GET_S) if timed else queue.get()
    except Exception as error:
        log.told(place or log.invoked(step, inner), tape.RAISED, encode_exception(error, scope), inner)
        return False if type(error).__name__ == "Empty" else None
    record(log, place, got, scope, inner)
    return True


def _sockets():
    from _mpconform_agent import wire

    return wire


def _publish(scope, log, label, value):
    scope.publish(label, encode(decode(value, scope), scope))


def _launch(scope, log, name, python=None):
    from _mpconform_agent import launched

    launched.launch(scope.context, name, python)


def _reap(scope, log, name):
    from _mpconform_agent import launched

    return launched.reap(name)


def _program(scope, log, step, program):
    """Run a program of the scenario; what became of it is told as one result."""
    from _mpconform_agent import programs

    place = log.invoked(step)
    log.told(place, tape.JSON, programs.run(scope, program))


#: Verbs by name: functions of scope, tape and arguments as they stand in the scenario.
VERBS: "dict[str, Callable[..., object]]" = {
    "rendezvous": _rendezvous,
    "await_done": _await_done,
    "await_invoked": _await_invoked,
    "await_exit": _await_exit,
    "tell": _tell,
    "await_told": _await_told,
    "wire": lambda scope, log, address: _sockets().wire(decode(address, scope)),
    "wire_listen": lambda scope, log: _sockets().wire_listen(),
    "memory_limit": lambda scope, log, room: _sockets().memory_limit(room),
    "memory_peak": lambda scope, log: _sockets().memory_peak(),
    "census": _census,
    "pid": lambda scope, log: os.getpid(),
    "parent_pid": lambda scope, log: os.getppid(),
    "exit": _exit,
    "sys_exit": _sys_exit,
    "raise": _raise,
    "signal": _signal,
    "linger": _linger,
    "hold": _hold,
    "collect": _collect,
    "fill": _fill,
    "scan": _scan,
    "emit": _emit,
    "output": _output,
    "publish": _publish,
    "launch": _launch,
    "reap": _reap,
}

#: Verbs that end the actor: it has come to the end of its steps when it takes them.
ENDING = frozenset({"exit", "sys_exit", "raise"})

#: Verbs that record operations of their own, under the step's index.
OWN_RECORDS: "dict[str, Callable[..., None]]" = {
    "increment": _increment,
    "increment_index": _increment_index,
    "drain": _drain,
    "program": _program,
}
