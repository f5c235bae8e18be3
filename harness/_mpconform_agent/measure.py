"""Measure: which lines and branches of a backend's own package are executed, in each of its processes.

Nothing here happens unless ``VARIABLE`` is set: then a ``sitecustomize`` of a private folder calls ``begin``
in every interpreter that starts, before anything of the backend is imported.  What a process has executed
is told when it ends, also by ``os._exit``; a process that is killed tells nothing.
"""

import atexit
import json
import os
import sys

TYPE_CHECKING = False  # As typing has it, without its import.
if TYPE_CHECKING:
    from typing import Any

__all__ = ("VARIABLE", "begin", "furnish", "known", "tell")

#: Module, patterns of files, and the file in which executed branches are told, as JSON.
VARIABLE = "_MPCONFORM_MEASURED"

_SITE = """\
import os, sys
here = os.path.dirname(os.path.abspath(__file__))
from importlib.machinery import PathFinder
from _mpconform_agent import measure
measure.begin()
# Whatever this one hides, is executed too.
hidden = PathFinder.find_spec(__name__, [path for path in sys.path if os.path.abspath(path) != here])
if hidden is not None and hidden.loader is not None:
    hidden.loader.exec_module(sys.modules[__name__])
"""

#: The coverage that measures this process, or that from which it was forked.
_coverage: "Any" = None
_record = ""


def furnish(folder):
    """Make in *folder* what interpreters that have it first on their path begin with."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "sitecustomize.py"), "w", encoding="utf-8") as file:
        file.write(_SITE)


def begin():
    """Measure this process, if that is asked for, and all that are forked from it."""
    global _coverage, _record  # noqa: PLW0603  # one for each process
    asked = os.environ.get(VARIABLE)
    if not asked or _coverage is not None:
        return
    module, patterns, _record = json.loads(asked)
    import coverage

    # Coverage imports multiprocessing itself; what its import executes is to be counted.
    for name in [name for name in sys.modules if name == module or name.startswith(module + ".")]:
        del sys.modules[name]
    _coverage = coverage.Coverage(
        data_file=None, branch=True, cover_pylib=True, config_file=False, include=patterns, messages=False
    )
    _coverage.set_option(
        "run:disable_warnings", ["no-data-collected", "module-not-imported", "trace-changed", "no-sysmon"]
    )
    _coverage.start()
    atexit.register(tell)
    ended = os._exit

    def _exit(status):
        tell()
        ended(status)

    vars(os)["_exit"] = _exit


def tell():
    """Tell what this process has executed and nobody has told yet; that it cannot be told is no error."""
    try:
        before = known(_record)
        data = _coverage.get_data()
        found = {
            "%s\t%d\t%d" % (file, *arc) for file in data.measured_files() for arc in data.arcs(file) or ()
        }
        new = found - before
        if new:
            descriptor = os.open(_record, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            # In one piece: others write too.
            os.write(descriptor, "".join("%s\n" % line for line in sorted(new)).encode())
            os.close(descriptor)
    except Exception:  # noqa: S110  # in want of descriptors, or at the very end of an interpreter
        pass


def known(record):
    """Return the lines of the file *record*: of each branch that was taken, its file and both its ends."""
    try:
        with open(record, encoding="utf-8") as file:
            return set(file.read().splitlines())
    except FileNotFoundError:
        return set()
