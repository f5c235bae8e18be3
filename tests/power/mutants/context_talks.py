"""Context: a helper says at the end that there was nothing to do.

Breaks: a program that goes well has nothing on its stderr that it did not write (CONTEXT-SILENCE).
The mistake: a line for debugging was left.
"""

import sys
from multiprocessing import util

from mutants.context_support import replaced


def _talk():
    sys.stderr.write("resource tracker: nothing to clean up\n")


util.Finalize(None, _talk, exitpriority=-10)
replaced(__name__)
