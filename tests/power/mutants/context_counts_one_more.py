"""Context: cpu_count() counts one processor more.

Breaks: it is the number of processors of the system (CONTEXT-CPUS).
The mistake: the highest number of a processor is taken, which begin with 0, and then one is added twice.
"""

import os

from mutants.context_support import replaced


def _cpu_count(real):
    return (os.cpu_count() or 1) + 1


replaced(__name__, cpu_count=_cpu_count)
