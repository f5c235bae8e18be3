"""Logger: the logger hands everything to the root logger.

Breaks: it does not propagate (LOG-LOGGER).
The mistake: it is made like every other logger of the project.
"""

from mutants.context_support import replaced


def _get_logger(real):
    logger = real.get_logger()
    logger.propagate = True
    return logger


replaced(__name__, get_logger=_get_logger)
