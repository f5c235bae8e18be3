"""Main module: the main module is imported in children, but not found under its name there.

Breaks: functions of the main module can be targets (MAIN-OBJECTS).
The mistake: it is imported as __mp_main__, and the other name is forgotten.
"""

import sys
from multiprocessing import spawn

from mutants.context_support import first_in_children, replaced


def _unnamed(original):
    def fixup(where):
        before = sys.modules["__main__"]
        original(where)
        sys.modules["__main__"] = before

    return fixup


spawn._fixup_main_from_path = _unnamed(spawn._fixup_main_from_path)
spawn._fixup_main_from_name = _unnamed(spawn._fixup_main_from_name)
first_in_children(__name__)
replaced(__name__)
