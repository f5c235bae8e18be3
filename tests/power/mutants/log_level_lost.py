"""Logger: a child's logger begins without a level.

Breaks: it has the level of its parent's (LOG-LEVEL).
The mistake: loggers are made anew in every process.
"""

import logging
from multiprocessing import util

from mutants.context_support import replaced_processes


class _Mixin:
    def _bootstrap(self, *arguments, **keywords):
        util.get_logger().setLevel(logging.NOTSET)
        return super()._bootstrap(*arguments, **keywords)


replaced_processes(_Mixin)
