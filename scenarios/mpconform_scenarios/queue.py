"""The family of queues: Queue, JoinableQueue and SimpleQueue between producers and consumers."""

from mpconform_scenarios.family import Family, Theme
from mpconform_scenarios.litmus import of_queue
from mpconform_scenarios.queue_asking import asking
from mpconform_scenarios.queue_ends import cancel, closing
from mpconform_scenarios.queue_faults import killed, needs
from mpconform_scenarios.queue_flow import flow, mixed, simple
from mpconform_scenarios.queue_phases import bounded, emptiness, rush, wakeups
from mpconform_scenarios.queue_tasks import joinable, tasks

__all__ = ("FAMILY",)

_QUEUE = frozenset({"Queue", "Process"})
_STARTS = frozenset({"Process"})
#: What most scenarios are about: a JoinableQueue is a Queue.
_KINDS = frozenset({"Queue", "JoinableQueue"})
_JOINABLE = frozenset({"JoinableQueue", "Process"})
_SIMPLE = frozenset({"SimpleQueue", "Process"})
_PROGRAMS = (
    _JOINABLE | _QUEUE | {"SimpleQueue", "SimpleQueue.close", "Process.exitcode", "module.get_context"}
)
#: Programs take as long as some dozens of other scenarios.
_SELDOM = 8

FAMILY = Family(
    name="queue",
    title="Producer/consumer queues",
    litmus=of_queue(),
    themes=(
        Theme(name="flow", scenarios=flow, needs=_STARTS, kinds=_KINDS, weight=3, bursts=True),
        Theme(name="mixed", scenarios=mixed, needs=_STARTS, kinds=_KINDS, weight=3, bursts=True),
        Theme(name="bounded", scenarios=bounded, needs=_STARTS, kinds=_KINDS, weight=2, bursts=True),
        Theme(name="wakeups", scenarios=wakeups, needs=_QUEUE, kinds=_KINDS, weight=2, bursts=True),
        Theme(name="emptiness", scenarios=emptiness, needs=_STARTS, kinds=_KINDS, weight=2, bursts=True),
        Theme(name="rush", scenarios=rush, needs=_STARTS, kinds=_KINDS, weight=2, bursts=True),
        Theme(name="closing", scenarios=closing, needs=_STARTS, kinds=_KINDS, weight=2),
        Theme(name="cancel", scenarios=cancel, needs=_QUEUE),
        Theme(name="killed", scenarios=killed, needs=_QUEUE | {"Process.kill"}),
        Theme(name="needs", scenarios=needs, needs=_QUEUE | _JOINABLE),
        Theme(name="joinable", scenarios=joinable, needs=_JOINABLE, weight=2, bursts=True),
        Theme(name="tasks", scenarios=tasks, needs=_JOINABLE, weight=2, bursts=True),
        Theme(name="simple", scenarios=simple, needs=_SIMPLE, weight=2, bursts=True),
        Theme(name="programs", scenarios=asking, needs=_PROGRAMS, timed=True, every=_SELDOM),
    ),
)
