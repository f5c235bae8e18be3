"""Process: a daemonic process may start others.

Breaks: start raises AssertionError in a daemonic process (PROC-DAEMON-CHILDREN).
The mistake: the check is left out, so that pools can be used within pools.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.process import current_process

from mutants.support import broken_processes


class _Mixin:
    def start(self):
        config = current_process()._config
        daemon = config.pop("daemon", None)
        try:
            super().start()
        finally:
            if daemon is not None:
                config["daemon"] = daemon


get_context = broken_processes(_Mixin)
