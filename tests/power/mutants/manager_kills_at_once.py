"""Manager: a server that does not end in time is killed at once.

Breaks: a server is terminated, and then killed (MANAGER-SHUTDOWN-TIMEOUT).
The mistake: terminate and kill were taken for the same.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing import managers as _managers

from mutants.context_support import part
from mutants.support import Context


class _Deadly:
    def __init__(self, process):
        self._process = process

    def __getattr__(self, name):
        return getattr(self._process, "kill" if name == "terminate" else name)


class _Base(_managers.BaseManager):
    @staticmethod
    def _finalize_manager(process, *arguments):
        _managers.BaseManager._finalize_manager(_Deadly(process), *arguments)


managers = part(_managers, BaseManager=_Base)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
