"""The tape: what one actor recorded, in a memory-mapped file that outlives its writer.

A record survives SIGKILL of the process that wrote it, costs a fraction of a microsecond,
and makes no system call, so that recording disturbs as little as it can the race that it
should see.  Layout (little-endian), the reader is ``mpconform.tape``:

    header   64 bytes   magic, serial, runs, finished rounds, fault (an errno), pids of up to 8 runs
    record   48 bytes   serial, step, invoked, a, b, size, kind, inner, returned
                        and, if size > 48, a text of *a* bytes, padded to 8; of an operation in which
                        others are nested, the text stands in a record of its own, *b* bytes further on

A record belongs to the run of the scenario whose serial it bears; any other serial ends the
tape, and the writer keeps zeros ahead of itself.  Serial, step and invocation are written when
an operation begins, the rest when it returns, and ``returned`` last of all: a writer may be
killed between any two fields, and what it then leaves is an operation that never returned.
A step of round n of a burst is recorded as n * ROUND + step.

A second process that runs the same actor (its target was called twice) writes a tape of its
own beside the first, so that neither spoils the other's.
"""

import _thread
import json
import mmap
import os
import struct
import sys
from time import monotonic_ns

__all__ = (
    "BOOL_FALSE",
    "BOOL_TRUE",
    "CALLED",
    "DIGEST",
    "HEADER",
    "HEADER_SIZE",
    "INT",
    "ITEM",
    "JSON",
    "MAGIC",
    "NONE",
    "OPEN",
    "RAISED",
    "RECORD",
    "RECORD_SIZE",
    "ROUND",
    "TEXT",
    "Tape",
    "announce",
    "current",
    "forked",
    "own_id",
    "records",
    "sibling",
)

MAGIC = b"MPCTAPE2"
HEADER = struct.Struct("<8sIIII8I")
HEADER_SIZE = 64
RECORD = struct.Struct("<IiqqqIHHq")
RECORD_SIZE = RECORD.size

#: By so much the steps of a round are numbered higher than those of the round before.
ROUND = 1 << 12

#: Kinds of records: how the operation ended, and where its result stands.
OPEN, NONE, BOOL_FALSE, BOOL_TRUE, INT, ITEM, DIGEST, JSON, RAISED, CALLED = range(10)
#: No operation, but the text of one: it returned when others had been recorded after its invocation.
TEXT = 10

# The same bytes on a little-endian machine, but each number is stored by one instruction.
_NATIVE = "@" if sys.byteorder == "little" else "<"
_begin = struct.Struct(_NATIVE + "Iiq").pack_into
_end = struct.Struct(_NATIVE + "qqIHHq").pack_into
_end_plainly = struct.Struct(_NATIVE + "IHHq").pack_into
_put = struct.Struct(_NATIVE + "I").pack_into
_put_inner = struct.Struct(_NATIVE + "H").pack_into
_RESULT, _SIZE, _INNER = 16, 32, 38

_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

_PIDS = 8
_LIMIT = 1 << 62
_RUNS_AT, _FINISHED_AT, _FAULT_AT, _PIDS_AT = 12, 16, 20, 24
_CLEAN = 4096
_SMALLEST = 1 << 16

_forks: list[None] = []
# Grows by one in every process that is forked from this one.
os.register_at_fork(after_in_child=lambda: _forks.append(None))

#: The tapes of the actors that take their steps in threads of this process, by the thread; as a rule one.
current: "dict[int, Tape]" = {}

#: Returns the system's number of this thread: of a process's main thread it is that of the process.
own_id = getattr(_thread, "get_native_id", os.getpid)


def forked():
    """Return a number that differs between a process and every process forked from it."""
    return len(_forks)


def sibling(path, serial, run):
    """Return the path of the tape of an actor's *run* (0: the first) in run *serial*."""
    return "%s.%d.%d" % (path, serial, run) if run else path


def announce(path, serial):
    """Show this process in the header of the tape at *path*; return how many had done so.

    The first of a serial makes the header anew.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.lockf(descriptor, os.F_LOCK, 0)
        magic, found, runs, *_ = HEADER.unpack(os.pread(descriptor, HEADER.size, 0))
        if magic != MAGIC or found != serial:
            first = HEADER.pack(MAGIC, serial, 1, 0, 0, own_id(), *[0] * (_PIDS - 1))
            os.pwrite(descriptor, first, 0)
            return 0
        if runs < _PIDS:
            os.pwrite(descriptor, struct.pack("<I", own_id()), _PIDS_AT + 4 * runs)
        os.pwrite(descriptor, struct.pack("<I", runs + 1), _RUNS_AT)
        return runs
    finally:
        os.close(descriptor)


class Tape:
    """The writing end of one tape, for one actor (a process, or one thread of it)."""

    def __init__(self, path, serial):
        """Begin to record run *serial* on the tape at *path*, or beside it if that has been begun."""
        run = announce(path, serial)
        self._path = sibling(path, serial, run)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if run:
                os.posix_fallocate(descriptor, 0, _SMALLEST)
            self._size = os.fstat(descriptor).st_size
            self._map = mmap.mmap(descriptor, self._size)
        finally:
            os.close(descriptor)
        if run:
            HEADER.pack_into(self._map, 0, MAGIC, serial, 1, 0, 0, own_id(), *[0] * (_PIDS - 1))
        self._serial = serial
        self._last = 0
        self._cursor = self._clean = HEADER_SIZE
        self._extend(RECORD_SIZE)
        #: As ``forked()`` was in the process that this tape belongs to.
        self.forks = len(_forks)
        #: What is added to the number of a step: ``ROUND`` for each round that is over.
        self.first = 0
        #: The step that is being taken.
        self.step = 0

    def invoked(self, step, inner=0):
        """Record that operation *step* begins now; return the place of its record."""
        place = self._cursor
        self._cursor = place + RECORD_SIZE
        if place + RECORD_SIZE + 8 > self._clean:
            self._extend(0)
        if inner:
            _put_inner(self._map, place + _INNER, inner)
        now = monotonic_ns()
        if now <= self._last:
            now = self._last + 1
        self._last = now
        _begin(self._map, place, self._serial, self.first + step, now)
        return place

    def returned(self, place, kind, inner=0, a=0, b=0, at=0):
        """Record that the operation at *place* ended (at stamp *at*, or now) with a small result."""
        now = at or monotonic_ns()
        if now <= self._last:
            now = self._last + 1
        self._last = now
        if kind > BOOL_TRUE:
            _end(self._map, place + _RESULT, a, b, RECORD_SIZE, kind, inner, now)
        else:
            _end_plainly(self._map, place + _SIZE, RECORD_SIZE, kind, inner, now)

    def told(self, place, kind, value, inner=0, at=0):
        """Record that the operation at *place* ended with a result kept as JSON."""
        now = at or monotonic_ns()
        text = _json(value).encode()
        size = (RECORD_SIZE + len(text) + 7) & ~7
        # Where others were recorded after its invocation, there is no room for its text.
        holder = place if place + RECORD_SIZE == self._cursor else self._cursor
        self._cursor = holder + size
        if holder + size + 8 > self._clean:
            self._extend(0)
        self._map[holder + RECORD_SIZE : holder + RECORD_SIZE + len(text)] = text
        if now <= self._last:
            now = self._last + 1
        self._last = now
        if holder != place:
            # Its serial last: until then the tape ends before it.
            _end(self._map, holder + _RESULT, len(text), 0, size, TEXT, 0, now)
            _begin(self._map, holder, self._serial, self.first + self.step, now)
            size = RECORD_SIZE
        _end(self._map, place + _RESULT, len(text), holder - place, size, kind, inner, now)

    def finish(self):
        """Record that the actor came to the end of its steps, of this round."""
        _put(self._map, _FINISHED_AT, self.first // ROUND + 1)

    def stamp(self):
        """Return the time now, in nanoseconds, for ``at``."""
        return monotonic_ns()

    def _extend(self, more):
        """Have room and zeros for *more* bytes after the cursor, and for the serial after them."""
        end = self._cursor + more + 8
        if end > self._size:
            self._grow(end)
        clean = min(self._size, max(end, self._clean + _CLEAN))
        self._map[self._clean : clean] = bytes(clean - self._clean)
        self._clean = clean

    def _grow(self, least):
        size = (max(2 * self._size, least) + _SMALLEST - 1) & -_SMALLEST
        descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            # Allocated, not only promised: a full disk is an error here, not a SIGBUS later.
            os.posix_fallocate(descriptor, 0, size)
            self._map = mmap.mmap(descriptor, size)
        except OSError as error:
            _put(self._map, _FAULT_AT, error.errno or 1)
            raise
        finally:
            os.close(descriptor)
        self._size = size


def records(data, serial, place=HEADER_SIZE):
    """Yield, for each record of run *serial* from *place* on, the place of the next and its fields.

    *data* is the tape's bytes or memory map.  Fields are step, kind, inner, invoked,
    returned, a, b, and the place of the record's text.
    """
    last = len(data) - RECORD_SIZE
    while place <= last:
        found, step, invoked, a, b, size, kind, inner, returned = RECORD.unpack_from(data, place)
        if found != serial or not 0 < invoked < _LIMIT:
            return
        text = place + RECORD_SIZE
        if returned < invoked:
            # Not ended, or killed while it wrote the stamp of its end.
            kind, returned, size = OPEN, 0, RECORD_SIZE
        if size < RECORD_SIZE:
            return
        place += size
        if kind in (JSON, RAISED):
            text += b  # Nothing, if it stands right behind.
        yield place, (step, kind, inner, invoked, returned, a, b, text)
