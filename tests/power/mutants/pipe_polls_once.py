"""Pipe: a poll without an end does not wait at all.

Breaks: poll without an end of its timeout (None) never returns false (PIPE-POLL-TIMEOUT).
The mistake: None and 0 are both false, and the timeout is tested for that.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _poll(self, timeout):
        return super()._poll(timeout or 0)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
