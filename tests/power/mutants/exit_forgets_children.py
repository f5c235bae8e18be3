"""Exit: a program ends without its children.

Breaks: it waits for those that are no daemons (EXIT-JOINS).
The mistake: the list of children is dropped with everything else, before it is gone through.
"""

from multiprocessing import process, util

from mutants.context_support import replaced


def _forget():
    process._children.difference_update([one for one in process._children if not one.daemon])


util.Finalize(None, _forget, exitpriority=0)
replaced(__name__)
