"""Logger: lines of the log do not say of which process they are.

Breaks: a line is [LEVEL/process name] message (LOG-FORMAT).
The mistake: the format is the usual one of logging.
"""

import logging

from mutants.context_support import replaced


def _log_to_stderr(real, level=None):
    logger = real.log_to_stderr(level)
    for handler in logger.handlers:
        handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    return logger


replaced(__name__, log_to_stderr=_log_to_stderr)
