"""The faults at steps of a scenario, as lines of its reproduction script."""

from collections.abc import Iterator

from mpconform.values import Fault, History
from mpconform_reports.reproduction_values import Names

__all__ = ("befallen", "lacking", "shortage_at")

_LIMITS = {"EMFILE": "resource.RLIMIT_NOFILE", "EFBIG": "resource.RLIMIT_FSIZE"}


def befallen(history: History, name: str, index: int, names: Names) -> Iterator[str]:
    """Yield the lines that let faults befall actor *name* before, or during, its step *index*."""
    for fault in history.scenario.faults:
        if (fault.actor, fault.step) != (name, index) or fault.shortage or fault.signal == "SIGSTOP":
            continue
        if fault.after:
            names.uses.add("strike")
            root = history.backend.partition(":")[0].partition(".")[0]
            yield f'strike({fault.after}, lambda: {_deed(fault)}, "{root}")'
        elif fault.later_s and fault.signal == "exit":
            yield f"threading.Timer({fault.later_s:g}, os._exit, [77]).start()"
        elif fault.later_s:
            struck = f"os.kill, [os.getpid(), signal.{fault.signal}]"
            yield f"threading.Timer({fault.later_s:g}, {struck}).start()"
        else:
            yield _deed(fault)


def _deed(fault: Fault) -> str:
    return "os._exit(77)" if fault.signal == "exit" else f"os.kill(os.getpid(), signal.{fault.signal})"


def lacking(history: History, name: str, index: int, called: str, names: Names) -> str:
    """Return *called*, what step *index* of actor *name* calls; in a shortage, as a function that lacks."""
    fault = shortage_at(history, name, index)
    if fault is None:
        return called
    if fault.signal == "ENOSPC":
        names.uses.add("crowded")
        return f"crowded({fault.left}, {called})"
    names.uses.add("lacking")
    return f"lacking({_LIMITS[fault.signal]}, {fault.left}, {called})"


def shortage_at(history: History, name: str, index: int) -> Fault | None:
    """Return the shortage in which actor *name* takes its step *index*, if there is one."""
    faults = history.scenario.faults
    return next((one for one in faults if one.shortage and (one.actor, one.step) == (name, index)), None)
