"""Child: a forked child keeps its parent's stdin.

Breaks: a child's stdin is at its end at once (CHILD-STDIN).
The mistake: nobody thought of it: a fork copies everything.
"""

from multiprocessing import util

from mutants.context_support import replaced

util._close_stdin = lambda: None
replaced(__name__)
