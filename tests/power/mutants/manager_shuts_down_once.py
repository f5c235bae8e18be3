"""Manager: a second shutdown raises.

Breaks: shutdown can be called any number of times (MANAGER-SHUTDOWN-AGAIN).
The mistake: the state is checked as in start.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that ends once."""

    def start(self, *arguments, **keywords):
        super().start(*arguments, **keywords)
        finalize = self.shutdown

        def shutdown():
            if self._state.value == real.State.SHUTDOWN:
                raise ValueError("it is shut down")
            finalize()

        self.shutdown = shutdown


managers, get_context = broken(Manager)
