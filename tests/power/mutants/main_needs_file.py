"""Main module: a main module without a file is looked for as the file -c.

Breaks: processes of a program that is given with -c do what they are to do (MAIN-COMMAND).
The mistake: sys.argv[0] is taken for the path of the program.
"""

import sys
from multiprocessing import spawn

from mutants.context_support import replaced

_original = spawn.get_preparation_data


def _get_preparation_data(name):
    found = _original(name)
    if not hasattr(sys.modules["__main__"], "__file__"):
        found["init_main_from_path"] = sys.argv[0]
    return found


spawn.get_preparation_data = _get_preparation_data
replaced(__name__)
