"""Main module: the main module of python -m is imported by its path.

Breaks: relative imports work there (MAIN-MODULE).
The mistake: every module has a file, and not every one a name.
"""

import sys
from multiprocessing import spawn

from mutants.context_support import replaced

_original = spawn.get_preparation_data


def _get_preparation_data(name):
    found = _original(name)
    if found.pop("init_main_from_name", None):
        found["init_main_from_path"] = sys.modules["__main__"].__file__
    return found


spawn.get_preparation_data = _get_preparation_data
replaced(__name__)
