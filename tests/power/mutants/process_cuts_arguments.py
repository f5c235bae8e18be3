"""Process: of bytes that are an argument, or part of one, 64 KiB arrive.

Breaks: the arguments arrive in the process, equal (PROC-ARGS).
The mistake: a pipe is read once, and gives no more at a time.  It takes more than 65536 bytes.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


def _carried(value):
    if isinstance(value, bytes):
        return value[: 1 << 16]
    if isinstance(value, dict):
        return {key: _carried(one) for key, one in value.items()}
    return type(value)(map(_carried, value)) if type(value) in {list, tuple} else value


class _Mixin:
    def __init__(self, *args, kwargs=None, **keywords):
        super().__init__(*args, kwargs=_carried(kwargs or {}), **keywords)


get_context = broken_processes(_Mixin)
