"""Faults at a step: what befalls an actor when it has invoked one of its steps.

A signal is sent when the operation has been recorded as begun, or a while later, when its call perhaps
waits; so nothing is traced.  A shortage lasts for that operation alone: a limit of this process, or what
the tree's /dev/shm can hold, is lowered, and raised again when the call has returned, before anything else
is done.
"""

import os
import resource
import signal
import time
from _thread import start_new_thread

from _mpconform_agent import preempt, room, tape

__all__ = ("FULL", "SHORTAGES", "StruckTape", "limits", "strikes", "take_back")

#: What a process may be short of, and the limit by which it is.
SHORTAGES = {"EMFILE": resource.RLIMIT_NOFILE, "EFBIG": resource.RLIMIT_FSIZE}
#: What the whole tree may be short of: room in /dev/shm.
FULL = "ENOSPC"


def limits():
    """Return the limits of this process that a shortage may lower, by name."""
    return {name: resource.getrlimit(which)[0] for name, which in SHORTAGES.items()}


def take_back(found):
    """Set the limits of this process to *found*: a child inherits those of the moment of its start."""
    for name, soft in found.items():
        resource.setrlimit(SHORTAGES[name], (soft, resource.getrlimit(SHORTAGES[name])[1]))
    preempt.let_tell(True)


def strikes(context, name):
    """Return the faults that befall actor *name* at a step, by step."""
    return {f["step"]: f for f in context.faults if f["actor"] == name and f.get("step") is not None}


class StruckTape(tape.Tape):
    """A tape whose writer is struck by *faults*, by step, when it has recorded that the step begins."""

    def __init__(self, path, context, name, faults):
        super().__init__(path, context.serial)
        self._faults = faults
        self._context = context
        self._name = name
        self._lacks = False

    def invoked(self, step, inner=0):
        """Record that operation *step* begins now, and be struck if a fault is due; once only."""
        fault = self._faults.pop(step, None) if not self.first else None
        if fault is None:
            return super().invoked(step, inner)
        full = fault["signal"] == FULL
        if full and not room.take(fault.get("left", 0)):
            return super().invoked(step, inner)  # It cannot strike here, and is not told.
        shortage = full or fault["signal"] in SHORTAGES
        if shortage and not self._tell(fault, step):  # While it can be told.
            if full:
                room.give_back()
            return super().invoked(step, inner)
        place = super().invoked(step, inner)
        if shortage:
            self._lacks = True
            if not full:
                _lack(fault["signal"], fault.get("left", 0))
        elif fault.get("after"):
            preempt.arm(fault)
        elif fault.get("later_s"):
            start_new_thread(self._strike, (fault, step, fault["later_s"]))
        else:
            self._strike(fault, step)
        return place

    def returned(self, place, kind, inner=0, a=0, b=0, at=0):
        """Record the end of an operation, when what was lacking is there again."""
        self._have_again()
        super().returned(place, kind, inner, a, b, at)

    def told(self, place, kind, value, inner=0, at=0):
        """Record the end of an operation, when what was lacking is there again."""
        self._have_again()
        super().told(place, kind, value, inner, at)

    def _have_again(self):
        if self._lacks:
            self._lacks = False
            take_back(self._context.limits)
            room.give_back()

    def _tell(self, fault, step):
        context = self._context
        return preempt.tell(
            context.folder, context.serial, self._name, fault.get("length_s", 0.0), "", step, fault["signal"]
        )

    def _strike(self, fault, step, later_s=0.0):
        time.sleep(later_s)
        if not self._tell(fault, step):
            return  # Nobody would know of it, or take it back.
        if fault["signal"] == "exit":
            os._exit(preempt.EXITED)
        os.kill(os.getpid(), getattr(signal, fault["signal"]))


def _lack(name, left):
    """Let this process lack what *name* says, but for *left* of it."""
    soft = _next_descriptors(left) if name == "EMFILE" else left
    preempt.let_tell(name != "EFBIG")
    resource.setrlimit(SHORTAGES[name], (soft, resource.getrlimit(SHORTAGES[name])[1]))


def _next_descriptors(left):
    """Return the number below which exactly *left* descriptors are free."""
    number = 0
    while True:
        try:
            os.fstat(number)
        except OSError:
            if not left:
                return number
            left -= 1
        number += 1
