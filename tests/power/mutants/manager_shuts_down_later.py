"""Manager: shutdown asks the server to end, and does not wait for it.

Breaks: after shutdown its process has ended and is reaped (MANAGER-SHUTDOWN).
The mistake: a message that was sent is taken for one that was heeded.
"""

import contextlib
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that does not wait."""

    @staticmethod
    def _finalize_manager(process, address, authkey, state, client, *rest):
        with contextlib.suppress(Exception):
            asked = client(address, authkey=authkey)
            real.dispatch(asked, None, "shutdown")
            asked.close()
        state.value = real.State.SHUTDOWN


managers, get_context = broken(Manager)
