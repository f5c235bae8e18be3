"""Main module: the path of the main module is cut to its name.

Breaks: processes of a program that is run as a file do what they are to do (MAIN-FILE).
The mistake: it worked for as long as everybody stood in the folder of the program.
"""

from multiprocessing import spawn
from pathlib import Path

from mutants.context_support import replaced

_original = spawn.get_preparation_data


def _get_preparation_data(name):
    found = _original(name)
    if "init_main_from_path" in found:
        found["init_main_from_path"] = "/" + Path(found["init_main_from_path"]).name
    return found


spawn.get_preparation_data = _get_preparation_data
replaced(__name__)
