"""Process: a target that raises a BaseException of its own kind has done its work.

Breaks: the exit code of a process whose target raised an exception is 1 (PROC-EXIT-EXCEPTION).
The mistake: the code is 0 until an ``except Exception`` says otherwise, and SystemExit and KeyboardInterrupt
are the only others that were thought of.
"""

import traceback
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def _bootstrap(self, *arguments, **keywords):
        run = self.run

        def guarded():
            try:
                run()
            except (Exception, SystemExit, KeyboardInterrupt):
                raise
            except BaseException:  # noqa: BLE001
                traceback.print_exc()

        self.run = guarded
        return super()._bootstrap(*arguments, **keywords)


get_context = broken_processes(_Mixin)
