"""What pool workers are given to do, importable by name in every child.

Each call of a task appends one fixed-size record to the run's log of executions: a single
``write`` to a file opened with O_APPEND, which is atomic for records of this size.
"""

import errno
import os
import signal
import struct
import time
from time import monotonic_ns

from _mpconform_agent.tape import own_id

__all__ = (
    "EXECUTION",
    "LOG",
    "POLLER",
    "POLLERS",
    "Deliberate",
    "Departure",
    "TaskError",
    "initialise",
    "run_pair",
    "run_task",
    "square",
)

LOG = "executions"
#: serial, task, pid, 0, invoked, returned
EXECUTION = struct.Struct("<IiIIqq")
#: Workers that look again and again whether they may go on, so that they are not taken to be at work:
#: serial, process id, whether it begins or ends to do so.
POLLERS = "pollers"
POLLER = struct.Struct("<III")

_left: list[object] = []
_logs: dict[tuple[str, int], int] = {}


class Deliberate(Exception):
    """What an actor raises because its scenario says so."""


class Departure(BaseException):
    """What an actor raises because its scenario says so, and that is no Exception."""


class TaskError(Exception):
    """What a task raises because its scenario says so."""


def _write(folder, serial, task, invoked, returned):
    record = EXECUTION.pack(serial, task, own_id(), 0, invoked, returned)
    try:
        written = os.write(_log(folder), record)
        code = errno.ENOSPC if written < len(record) else 0
    except OSError as error:
        code = error.errno or 1
    if code:
        from _mpconform_agent.board import tell_fault

        # So that it is not taken for the backend's.
        tell_fault(os.path.join(folder, "board"), code)


def _log(folder):
    key = (folder, os.getpid())
    if key not in _logs:
        _logs.clear()
        _logs[key] = os.open(os.path.join(folder, LOG), os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    return _logs[key]


def square(x):
    """Return the square of *x*."""
    return x * x


def initialise(value, *more, folder="", serial=0):
    """Leave *value*, or the list of all values, in this worker, and record that an initializer ran here."""
    _left[:] = [[value, *more] if more else value]
    if folder:
        now = monotonic_ns()
        _write(folder, serial, -1, now, now)


def run_task(task):
    """Do what the task says, and record that it was done, by whom and when."""
    n, behaviour, folder, serial = task
    invoked = monotonic_ns()
    if behaviour[0] == "die":
        _write(folder, serial, n, invoked, 0)  # That it was begun.
        _die(behaviour[1])
    try:
        return _behave(n, behaviour[0], behaviour[1:], folder, serial)
    finally:
        _write(folder, serial, n, invoked, monotonic_ns())


def _await_point(folder, serial, point):
    from _mpconform_agent.board import Board

    board = Board(os.path.join(folder, "board"), ["main"])
    descriptor = os.open(os.path.join(folder, POLLERS), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)
    try:
        os.write(descriptor, POLLER.pack(serial, own_id(), 1))
        board.await_arrival(point, ["main"])
        os.write(descriptor, POLLER.pack(serial, own_id(), 0))
    finally:
        os.close(descriptor)


def _die(how):
    if how == "exit":
        os._exit(77)
    os.kill(os.getpid(), getattr(signal, how))


def run_pair(task, b):
    """Do the task, as one of two arguments; return ``[n * n, b]``."""
    run_task(task)
    return [task[0] * task[0], b]


def _behave(n, behaviour, rest, folder, serial):
    if behaviour == "square":
        return n * n
    if behaviour == "echo":
        from _mpconform_agent import payload

        return payload.item("task", n, rest[0])
    if behaviour == "fail":
        raise TaskError(n)
    if behaviour == "value_error":
        raise ValueError("task %d" % n)
    if behaviour == "pid":
        return own_id()
    if behaviour == "hold":
        time.sleep(rest[0])
        return n
    if behaviour == "initialised":
        return _left[0] if _left else None
    if behaviour == "wait_point":
        _await_point(folder, serial, rest[0])
        return n
    raise LookupError("no task behaves like %r" % (behaviour,))
