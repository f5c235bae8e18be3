"""Start method: processes that the module makes are forked, whatever was set.

Breaks: they are started by the method in force (START-APPLIED).
The mistake: Process was imported from the context that was the default then.
"""

from multiprocessing.context import ForkProcess

from mutants.context_support import replaced


class Process(ForkProcess):
    """One that does not ask which method is in force."""


replaced(__name__)
