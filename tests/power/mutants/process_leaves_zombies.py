"""active_children: lists the children that live, and reaps none of those that do not.

Breaks: active_children() reaps the children that have ended (PROC-ZOMBIE-ACTIVE).
The mistake: whether a process lives is read from /proc, and nobody waits for it.
"""

from multiprocessing import connection, get_all_start_methods, process  # noqa: F401
from pathlib import Path

from mutants.support import Context


def _lives(child):
    try:
        return Path(f"/proc/{child.pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def get_context(method=None):
    """Return the context of *method*, whose active_children only looks."""
    return Context(
        method, active_children=lambda real: [child for child in process._children if _lives(child)]
    )
