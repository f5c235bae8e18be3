"""Logger: log_to_stderr does not set the level.

Breaks: the logger is set to the level that is given (LOG-STDERR).
The mistake: the level is set at the handler that was there before.
"""

from mutants.context_support import replaced


def _log_to_stderr(real, level=None):
    return real.log_to_stderr()


replaced(__name__, log_to_stderr=_log_to_stderr)
