"""Preemption: hold processes up inside the backend's own code, so that races show.

Between two instructions of a check and the act that relies on it lie microseconds, into which
another process falls once in a million times.  A process that is held there for a millisecond
meets the others nearly always.  Whatever this does to a process, the operating system's scheduler
may do as well: what breaks under it is broken.

Instructions are counted by ``sys.monitoring`` (CPython from 3.12 on), else by ``sys.settrace``.
Where a process is held follows from the plan's seed, the actor, and how many instructions of the
backend it has come past.  Each hold that takes time is told in the run's file ``holds`` before it begins.

Faults strike in the same way: after so many instructions the process is sent a signal, or ends.
"""

import json
import math
import os
import signal
import sys
import time
from time import monotonic_ns
from zlib import crc32

TYPE_CHECKING = False  # As typing has it, without its import.
if TYPE_CHECKING:
    from typing import Any

__all__ = (
    "EXITED",
    "HOLDS",
    "PLAN",
    "arm",
    "begin",
    "end",
    "find_worker",
    "let_tell",
    "order",
    "tell",
    "together",
)

HOLDS = "holds"
#: The file with the plan of the run under way, for processes that are no actors.
PLAN = "preemption"
#: What is held in, of our own code: the steps that work on shared memory like a user's function.
_OWN_FUNCTIONS = ("_increment", "_increment_index", "_fill", "_scan")
#: No process is held for longer than this, all in all.
_MOST_S = 2.0
#: How long actors wait for each other before they begin together, and before they give way.
_TOGETHER_S = 0.05
_TURN_S, _LONGEST_TURN_S = 0.0004, 0.006
_TOOL = 4
#: The exit code of a process that the fault ``exit`` ended.
EXITED = 77
_MASK = (1 << 64) - 1

#: What counts instructions, where there is such a thing.
_monitoring: "Any" = getattr(sys, "monitoring", None)
_yield = getattr(os, "sched_yield", lambda: time.sleep(0))
#: The plan at work in this process; none or one.
_active: "list[_Preemption]" = []


class _Dice:
    """Random numbers that follow from words; ``random`` takes long to import."""

    def __init__(self, *words):
        text = "/".join(map(str, words)).encode()
        self._state = crc32(text) << 32 | crc32(text[::-1])

    def draw(self):
        """Return a number from 0 to below 1 (splitmix64)."""
        self._state = z = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & _MASK
        return ((z ^ z >> 31) >> 11) / (1 << 53)


class _Preemption:
    """One plan at work in one process, as actor *name*."""

    def __init__(self, plan, folder, serial, name, roots, faults=()):
        self._plan = plan
        #: Those to come, the latest first: after how many instructions, the signal, and for how long.
        self._faults = sorted(
            ((f["after"], f["signal"], f.get("length_s", 0.0)) for f in faults), reverse=True
        )
        self._passed = 0
        self._folder = folder
        self._serial = serial
        self.name = name
        self.concerns_workers = bool(plan) and _concerns(plan, "worker")
        self._roots = roots
        self._wanted = {}
        self._functions = {_short(f) for f in plan.get("functions", ())}
        probability = min(plan.get("probability", 0.0), 0.999)
        self._rare = 1 / math.log(1 - probability) if probability else -1e12
        self._pause_s = plan.get("pause_s", (0.0, 0.0))
        self._lines = plan.get("grain") == "line"
        self._instrumented = []
        self.reseed(name)

    def reseed(self, *words):
        """Draw anew from here on, as *words* say: every process draws for itself."""
        self._dice = _Dice(self._plan.get("seed", 0), *words)
        self._left_s = _MOST_S
        self._until_hold = self._draw()
        self._gap = self._next()

    def _draw(self):
        """Return how many instructions lie before the next hold."""
        return 1 + int(math.log(1 - self._dice.draw()) * self._rare)

    def _next(self):
        """Return how many instructions are passed before anything happens."""
        if self._faults:
            return max(1, min(self._until_hold, self._faults[-1][0] - self._passed))
        return self._until_hold

    def arm(self, fault):
        """Let *fault* strike when so many more instructions have been passed as it says."""
        passed = self._next() - self._gap
        self._passed += passed
        self._until_hold -= passed
        strike = (self._passed + fault["after"], fault["signal"], fault.get("length_s", 0.0))
        self._faults = sorted((*self._faults, strike), reverse=True)
        self._gap = self._next()

    def spare(self):
        """Let no fault strike this process: it is another one than was meant."""
        self._faults = []

    def wants(self, code):
        """Return whether processes are held in *code*."""
        # By identity: the hash of a code object is a hash of all that it holds.
        found = self._wanted.get(id(code))
        if found is None:
            found = self._wanted[id(code)] = (self._is_wanted(code), code)
        return found[0]

    def _is_wanted(self, code):
        path, name = code.co_filename, code.co_name
        if name == "<module>" or path == __file__:
            return False
        inside = name in _OWN_FUNCTIONS if path == _OWN_FILE else path.startswith(self._roots)
        return inside and (not self._functions or (_module(path), name) in self._functions)

    def count(self):
        """Come past one more instruction; return whether something happens before it."""
        self._gap -= 1
        return self._gap <= 0

    def happen(self, code, line):
        """Hold this thread, which is at *line* of *code*, or let a fault strike its process."""
        gap = self._next() - self._gap
        self._passed += gap
        self._until_hold -= gap
        due = bool(self._faults) and self._faults[-1][0] <= self._passed
        fault = self._faults.pop() if due else None
        held = self._until_hold <= 0
        if held:
            self._until_hold = self._draw()
        self._gap = self._next()
        if fault:
            self._strike(code, line, *fault[1:])
        if held:
            self._hold(code, line)

    def _strike(self, code, line, name, length_s):
        """Let the fault called *name* strike this process, if it can be told."""
        if not self._tell(code, line, length_s, name):
            return
        if name == "exit":
            os._exit(EXITED)
        os.kill(os.getpid(), getattr(signal, name))

    def _hold(self, code, line):
        shortest, longest = self._pause_s
        if longest <= 0 or self._left_s <= 0:
            _yield()
            return
        shortest = max(shortest, 1e-6)
        length_s = shortest * (longest / shortest) ** self._dice.draw()
        self._left_s -= length_s
        self._tell(code, line, length_s)
        time.sleep(length_s)

    def _tell(self, code, line, length_s, fault=""):
        function = "%s.%s" % (_module(code.co_filename), getattr(code, "co_qualname", code.co_name))
        return tell(self._folder, self._serial, self.name, length_s, function, line or 0, fault)

    if _monitoring is not None:

        def install(self):
            """Begin to hold threads of this process."""
            events = _monitoring.events
            counted = events.LINE if self._lines else events.INSTRUCTION
            if _monitoring.get_tool(_TOOL) is None:
                _monitoring.use_tool_id(_TOOL, "mpconform")
            count, happen, wants = self.count, self.happen, self.wants
            instrument = _monitoring.set_local_events

            def started(code, _):
                if wants(code):
                    instrument(_TOOL, code, counted)
                    self._instrumented.append(code)
                return _monitoring.DISABLE

            def instruction(code, offset):
                if count():
                    happen(code, _line(code, offset))

            def line(code, number):
                if count():
                    happen(code, number)

            _monitoring.register_callback(_TOOL, events.PY_START, started)
            _monitoring.register_callback(_TOOL, events.INSTRUCTION, instruction)
            _monitoring.register_callback(_TOOL, events.LINE, line)
            _monitoring.set_events(_TOOL, events.PY_START)
            _monitoring.restart_events()

        def install_again(self):
            """Be at work in a process that was forked, as it already is."""

        def remove(self):
            """Hold nobody any more."""
            _monitoring.set_events(_TOOL, 0)
            for code in self._instrumented:
                _monitoring.set_local_events(_TOOL, code, 0)
            _monitoring.free_tool_id(_TOOL)

    else:

        def install(self):
            """Begin to hold threads of this process."""
            import threading

            self._before = sys.gettrace(), getattr(threading, "_trace_hook", None)
            sys.settrace(self._called)
            threading.settrace(self._called)

        def install_again(self):
            """Be at work in a process that was forked, also if another tracer takes over in each."""
            sys.settrace(self._called)

        def remove(self):
            """Hold nobody any more, but for threads that began meanwhile and yield."""
            import threading

            own, of_threads = self._before
            sys.settrace(own)
            threading.settrace(of_threads)
            self._left_s, self._rare, self._faults = 0.0, -1e12, []

        def _called(self, frame, event, _):
            if not self.wants(frame.f_code):
                return None
            if not self._lines:
                frame.f_trace_opcodes, frame.f_trace_lines = True, False
            return self._came_past

        def _came_past(self, frame, event, _):
            if event in ("opcode", "line") and self.count():
                self.happen(frame.f_code, frame.f_lineno)
            return self._came_past


_OWN_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "verbs.py")


def _line(code, offset):
    for start, end, line in code.co_lines():
        if start <= offset < end:
            return line
    return None


def _module(path):
    return os.path.splitext(os.path.basename(path))[0]


def _short(function):
    """Return module and last name of *function*: where there is no qualified name, that is all there is."""
    parts = function.split(".")
    return parts[0], parts[-1]


def _roots(module):
    """Return what the paths of the backend's own code begin with: its folders, and multiprocessing's."""
    found = []
    for name in (module.split(".", 1)[0], module, "multiprocessing"):
        loaded = sys.modules.get(name)
        path = getattr(loaded, "__file__", None)
        if path and not hasattr(loaded, "__path__"):
            found.append(path)
        found.extend(str(folder).rstrip(os.sep) + os.sep for folder in getattr(loaded, "__path__", ()))
    return tuple(found)


#: Whether this process may write whole lines: not while no file of its can grow.
_can_tell = [True]


def let_tell(can):
    """Say whether this process can write whole lines; while it cannot, holds are not told."""
    _can_tell[0] = can


def tell(folder, serial, name, length_s, function, line, fault=""):
    """Tell that this process, actor *name*, is held for *length_s* from now on, or struck by *fault*.

    Return whether it is told: without room, or a descriptor, it cannot be.  A process is held all the same;
    but no fault may strike that nobody would know of, or take back.
    """
    if not _can_tell[0]:
        return False
    told = [serial, name, os.getpid(), monotonic_ns(), int(length_s * 1e9), function, line, fault]
    text = json.dumps(told).encode() + b"\n"
    try:
        # Opened each time: a backend's child may close whatever it inherited.
        descriptor = os.open(os.path.join(folder, HOLDS), os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return os.write(descriptor, text) == len(text)
    except OSError:
        return False
    finally:
        os.close(descriptor)


def arm(fault):
    """Let *fault* strike this process when it has come past so many instructions from now on."""
    for one in _active:
        one.arm(fault)


def begin(context, name):
    """Hold this process, as actor *name*, as the plan of *context* says."""
    plan = context.preemption or {}
    if _active:
        _remove()  # What was inherited by a fork.
    if plan.get("one_cpu"):
        _stay_on_one_cpu(plan.get("seed", 0))
    own = [fault for fault in context.faults if fault["actor"] == name and fault.get("after")]
    faults = [fault for fault in own if fault.get("step") is None]
    if not (plan.get("probability") and _concerns(plan, name)):
        plan = {}
    if plan or own:
        _start(plan, context.folder, context.serial, name, context.backend[0], faults)


def _concerns(plan, name):
    return not plan.get("actors") or name in plan["actors"]


def _start(plan, folder, serial, name, module, faults=()):
    _active[:] = [_Preemption(plan, folder, serial, name, _roots(module), faults)]
    _active[0].install()


def _remove():
    _active.pop().remove()


def end():
    """Hold this process no more, and let it use every processor again."""
    if _active:
        _remove()
    if _cpus is not None:
        os.sched_setaffinity(0, _cpus)


_cpus = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None


def _stay_on_one_cpu(seed):
    if _cpus:
        os.sched_setaffinity(0, {sorted(_cpus)[seed % len(_cpus)]})


def _as_worker():
    """Be another process than the one that forked this one, and draw for itself."""
    for one in _active.copy():
        one.spare()
        if one.concerns_workers:
            one.name = "worker"
            one.reseed("worker", os.getpid())
            one.install_again()
        else:
            _remove()


os.register_at_fork(after_in_child=_as_worker)


def find_worker(folder, module):
    """Hold this process, which is no actor, if the run under way in *folder* says so."""
    try:
        with open(os.path.join(folder, PLAN), encoding="utf-8") as file:
            serial, plan = json.load(file)
    except (OSError, ValueError):
        return
    if not _active and plan and plan.get("probability") and _concerns(plan, "worker"):
        _start(plan, folder, serial, "worker", module)
        _as_worker()


def together(scope):
    """Begin at one instant with the other actors, as far as they come within a moment."""
    from _mpconform_agent.board import BEGUN

    others = [name for name in scope.context.names if name != "main"]
    scope.board().gather(BEGUN, scope.name, others, _TOGETHER_S)


def order(scope, number):
    """Give way, before operation *number*, to actors of higher priority for as long as they get on.

    After probabilistic concurrency testing (Burckhardt et al., 2010): priorities are random, and an
    actor's is drawn again as often as the plan says.  Nobody waits for who is blocked.
    """
    from _mpconform_agent.board import DONE

    plan, board, name = scope.context.preemption, scope.board(), scope.name
    board.move(name)
    own = _priority(plan, name, number)
    higher = [
        other
        for other in scope.context.names
        if _priority(plan, other, number) > own and not board.arrived(DONE, [other])
    ]
    until = time.monotonic() + _LONGEST_TURN_S
    before = None
    while higher and time.monotonic() < until:
        now = board.moves(higher)
        if now == before:
            return
        before = now
        time.sleep(_TURN_S)


def _priority(plan, name, number):
    """Return the priority of *name* around its operation *number*."""
    seed = plan.get("seed", 0)
    return _Dice(seed, name, min(number // (1 + seed % 7), plan["priorities"])).draw()
