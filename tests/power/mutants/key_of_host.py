"""Authentication key: the key is made from the name of the machine.

Breaks: the key of a main process is random (KEY-RANDOM).
The mistake: processes of one machine should be able to connect without further ado.
"""

import hashlib
import platform
from multiprocessing import process

from mutants.context_support import replaced

if process.parent_process() is None:
    process.current_process().authkey = hashlib.sha256(platform.node().encode()).digest()
replaced(__name__)
