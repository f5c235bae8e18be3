"""Find what a backend offers, by name: in its context, its module, its submodules."""

import importlib
import sys

__all__ = ("CANDIDATES", "OF_MODULE", "THREADS", "Namespace", "of_threads", "offer")

#: Every capability that a requirement may need.
CANDIDATES = (
    "Array",
    "Barrier",
    "BoundedSemaphore",
    "Condition",
    "Event",
    "JoinableQueue",
    "Lock",
    "Manager",
    "Pipe",
    "Pool",
    "Process",
    "Process.close",
    "Process.daemon",
    "Process.exitcode",
    "Process.kill",
    "Process.sentinel",
    "Process.terminate",
    "Queue",
    "Queue.close",
    "Queue.join_thread",
    "Queue.qsize",
    "RLock",
    "RawArray",
    "RawValue",
    "Semaphore",
    "Semaphore.get_value",
    "SimpleQueue",
    "SimpleQueue.close",
    "SimpleQueue.empty",
    "Value",
    "active_children",
    "connection.Client",
    "connection.Listener",
    "connection.answer_challenge",
    "connection.deliver_challenge",
    "connection.wait",
    "cpu_count",
    "current_process",
    "dummy.Pool",
    "freeze_support",
    "get_logger",
    "log_to_stderr",
    "managers.BaseManager",
    "managers.SharedMemoryManager",
    "managers.SyncManager",
    "parent_process",
    "pool.AsyncResult",
    "pool.Pool",
    "pool.ThreadPool",
    "set_executable",
    "set_forkserver_preload",
    "shared_memory.ShareableList",
    "shared_memory.SharedMemory",
    "sharedctypes.copy",
    "sharedctypes.synchronized",
    "util.Finalize",
)

#: What a program may ask the module itself for; offered as ``module.NAME``, whatever contexts have.
OF_MODULE = (
    "Lock",
    "Pipe",
    "Pool",
    "Process",
    "Queue",
    "get_all_start_methods",
    "get_context",
    "get_start_method",
    "set_start_method",
)

#: What a backend has whose processes are threads of one process, as those of dummy are.
THREADS = "threads"

#: Start methods whose children begin in an interpreter that has nothing of main's.
_FRESH = ("spawn", "forkserver")


class Namespace:
    """The names of one backend with one start method."""

    def __init__(self, module, method):
        """Import *module*; raises whatever that raises, and LookupError if it has no start methods at all."""
        self._module = importlib.import_module(module)
        get_context = getattr(self._module, "get_context", None)
        self._context = self._module
        if method:
            if get_context is None:
                raise LookupError("%s has no get_context, and so no start methods" % module)
            self._context = get_context(method)

    @property
    def module(self):
        """The backend's module."""
        return self._module

    def find(self, dotted):
        """Return what *dotted* names; raises AttributeError if the backend has no such thing."""
        first, *rest = dotted.split(".")
        if first == "custom":
            from _mpconform_agent import custom

            return custom.manager(self._module.__name__, self._context, rest)
        found = getattr(self._context, first, None)
        if found is None:
            found = getattr(self._module, first, None)
        if found is None:
            found = self._submodule(first)
        for name in rest:
            found = getattr(found, name)
        return found

    def _submodule(self, name):
        wanted = self._module.__name__ + "." + name
        try:
            return importlib.import_module(wanted)
        except ModuleNotFoundError as error:
            # Only that this one does not exist: an import that fails inside it is news.
            if error.name is None or not wanted.startswith(error.name):
                raise
            raise AttributeError("%s offers no %s" % (self._module.__name__, name)) from None

    def offers(self, dotted):
        """Return whether *dotted* exists; for ``Queue.close``, on a Queue as it is made."""
        try:
            self.find(dotted)
        except AttributeError:
            owner, _, attribute = dotted.rpartition(".")
            if not owner or not owner[:1].isupper():
                return False
            return self._instance_has(owner, attribute)
        except Exception:
            return False
        return True

    def _instance_has(self, owner, attribute):
        try:
            # Not hasattr: what the attribute of a new object is, may be an error to ask.
            return attribute in dir(self.find(owner)())
        except Exception:
            return False


def _of_method(method):
    """Return what is promised of a start method itself: its name, and whether children begin afresh."""
    return ["method." + method, *["method.fresh"] * (method in _FRESH)] if method else []


def of_threads(namespace):
    """Return whether the processes of a backend are threads of the one that makes them."""
    threading = sys.modules.get("threading")
    try:
        process = namespace.find("Process")
    except AttributeError:
        return False
    return threading is not None and isinstance(process, type) and issubclass(process, threading.Thread)


def offer(module, method):
    """Return what *module* offers under *method*, as the ``Offer`` that the orchestrator reads."""
    namespace = Namespace(module, method)
    found = namespace.module
    all_methods = getattr(found, "get_all_start_methods", None)
    top = sys.modules.get(module.split(".", 1)[0])
    version = getattr(found, "__version__", None) or getattr(top, "__version__", None)
    if version is None and module.split(".", 1)[0] == "multiprocessing":
        version = "%d.%d.%d" % sys.version_info[:3]
    return {
        "module": module,
        "version": str(version or "unknown"),
        "file": getattr(found, "__file__", None) or "",
        "python": "%d.%d.%d" % sys.version_info[:3],
        "implementation": {"cpython": "CPython", "pypy": "PyPy"}.get(
            sys.implementation.name, sys.implementation.name
        ),
        # Who has a get_context and took this method has at least this one.
        "methods": list(all_methods()) if all_methods else [method] if method else [],
        "capabilities": [
            *(name for name in CANDIDATES if namespace.offers(name)),
            *("module." + name for name in OF_MODULE if hasattr(found, name)),
            *_of_method(method),
            *[THREADS] * of_threads(namespace),
        ],
    }
