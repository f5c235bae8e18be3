"""Process: one that is given no name is numbered by how many children there are.

Breaks: it gets a name that no other unnamed process has (PROC-NAME-DEFAULT).
The mistake: a count of those that run in the place of a counter.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.process import active_children

from mutants.support import broken_processes


class _Mixin:
    def __init__(self, *args, name=None, **keywords):
        super().__init__(*args, name=name or f"Process-{len(active_children()) + 1}", **keywords)


get_context = broken_processes(_Mixin)
