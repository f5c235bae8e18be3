"""Main module: the main module is __main__ in children, too.

Breaks: what the guard protects runs in no child (MAIN-GUARD).
The mistake: it is imported anew by the name that it has in the parent.
"""

import runpy
import sys
from multiprocessing import spawn

from mutants.context_support import first_in_children, replaced


def _fixup_main_from_path(path):
    module = type(sys)("__main__")
    sys.modules["__main__"] = module
    module.__dict__.update(runpy.run_path(path, run_name="__main__"))


spawn._fixup_main_from_path = _fixup_main_from_path
first_in_children(__name__)
replaced(__name__)
