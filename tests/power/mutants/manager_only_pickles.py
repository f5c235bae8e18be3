"""Manager: there is no serializer but pickle.

Breaks: a manager works with xmlrpclib (MANAGER-SERIALIZER).
The mistake: nobody was thought to use the other one.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing import managers as _managers

from mutants.context_support import part
from mutants.support import Context


class _Base(_managers.BaseManager):
    def __init__(self, *arguments, serializer="pickle", **keywords):
        if serializer != "pickle":
            raise KeyError(serializer)
        super().__init__(*arguments, **keywords)


managers = part(_managers, BaseManager=_Base)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
