"""Contexts, start methods and main modules: what can only be asked in programs of their own."""

from functools import partial

from mpconform_scenarios.context_asking import children, contexts, dummies, logs
from mpconform_scenarios.context_endings import complaints, exits, finalizers, nests
from mpconform_scenarios.context_mains import mains, segments, unguarded, wrecks
from mpconform_scenarios.context_methods import executables, inheritances, methods, preloads
from mpconform_scenarios.context_shown import shown
from mpconform_scenarios.family import Family, Theme

__all__ = ("FAMILY",)


def _needs(*capabilities: str) -> frozenset[str]:
    return frozenset({"module.get_context", *capabilities})


_STARTS = _needs("Process", "Process.exitcode")
_SHOWN = frozenset({"cpu_count", "current_process", "freeze_support"})
_CHILDREN = _STARTS | {"active_children", "current_process"}
_MODULE = _needs("module.set_start_method", "module.Process", "module.Queue", "module.Pipe", "module.Pool")

# A program runs in processes that nothing of ours holds up.
FAMILY = Family(
    name="context",
    title="Contexts, start methods and main modules",
    themes=(
        Theme(
            name="contexts",
            scenarios=contexts,
            needs=_needs("Pipe", "Pool", "Process", "Queue") | _SHOWN,
            timed=True,
        ),
        Theme(name="module", scenarios=partial(contexts, module=True), needs=_MODULE | _SHOWN, timed=True),
        Theme(name="children", scenarios=children, needs=_CHILDREN | {"Lock"}, timed=True),
        Theme(
            name="module children",
            scenarios=partial(children, module=True),
            needs=_CHILDREN | _MODULE,
            timed=True,
        ),
        Theme(
            name="methods",
            scenarios=methods,
            needs=_needs(
                "module.set_start_method",
                "module.get_start_method",
                "module.get_all_start_methods",
                "module.Process",
                "module.Lock",
            ),
            timed=True,
        ),
        Theme(name="inheritance", scenarios=inheritances, needs=_STARTS, timed=True),
        Theme(
            name="executables",
            scenarios=executables,
            needs=_STARTS | {"set_executable", "method.spawn"},
            timed=True,
        ),
        Theme(
            name="preloads",
            scenarios=preloads,
            needs=_STARTS | {"set_forkserver_preload", "method.forkserver"},
            timed=True,
        ),
        Theme(name="mains", scenarios=mains, needs=_STARTS, timed=True),
        Theme(name="unguarded", scenarios=unguarded, needs=_STARTS | {"method.fresh"}, timed=True),
        Theme(name="nests", scenarios=nests, needs=_STARTS | {"current_process"}, timed=True),
        Theme(name="exits", scenarios=exits, needs=_STARTS | {"Process.terminate", "Pipe"}, timed=True),
        Theme(name="finalizers", scenarios=finalizers, needs=_STARTS | {"util.Finalize"}, timed=True),
        Theme(name="complaints", scenarios=complaints, needs=_STARTS, timed=True),
        Theme(name="logs", scenarios=logs, needs=_STARTS | {"get_logger", "log_to_stderr"}, timed=True),
        Theme(
            name="wrecks",
            scenarios=wrecks,
            needs=_needs("Process", "Lock", "Semaphore", "Condition", "Queue", "Pipe"),
            timed=True,
        ),
        Theme(name="segments", scenarios=segments, needs=_needs("shared_memory.SharedMemory"), timed=True),
        Theme(
            name="shown",
            scenarios=shown,
            needs=_STARTS
            | {"Process.terminate", "Pipe", "Pool", "Value", "Array", "RawValue", "Barrier", "Condition"}
            | {"Event", "Lock", "RLock", "Semaphore", "BoundedSemaphore", "Queue", "SimpleQueue"}
            | {"current_process", "Process.close"},
            timed=True,
        ),
        Theme(name="dummy", scenarios=dummies, needs=_needs("dummy.Pool", "pool.ThreadPool"), timed=True),
    ),
)
