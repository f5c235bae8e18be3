"""Context: spawn hands on every descriptor that is marked as inheritable.

Breaks: a child of spawn has no descriptor that it does not need (CONTEXT-DESCRIPTORS).
The mistake: the descriptors that a child needs were hard to find out, so all are passed.
"""

import os
from multiprocessing import util

from mutants.context_support import replaced

_original = util.spawnv_passfds


def _inheritable(descriptor):
    try:
        return os.get_inheritable(descriptor)
    except OSError:
        return False


def _spawnv_passfds(path, arguments, descriptors):
    opened = [one for one in range(3, 256) if _inheritable(one)]
    return _original(path, arguments, [*{*opened, *descriptors}])


util.spawnv_passfds = _spawnv_passfds
replaced(__name__)
