"""Exit: daemons live on when their program ends.

Breaks: a program terminates its daemonic children (EXIT-DAEMONS).
The mistake: daemonic was read as of a Unix daemon, which outlives whoever started it.
"""

from multiprocessing import process, util

from mutants.context_support import replaced


def _forget():
    process._children.difference_update([one for one in process._children if one.daemon])


util.Finalize(None, _forget, exitpriority=0)
replaced(__name__)
