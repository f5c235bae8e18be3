"""Process: of a name that it is given, 15 bytes are kept.

Breaks: a process has the name that it was given (PROC-NAME).
The mistake: the name is the one under which the kernel shows the process, which has 16 bytes for it.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def __init__(self, *args, name=None, **keywords):
        kept = name and name.encode()[:15].decode(errors="ignore")
        super().__init__(*args, name=kept, **keywords)


get_context = broken_processes(_Mixin)
