"""What the mutants of conditions, events and barriers share: a context with one broken class."""

from mutants.support import Context

__all__ = ("with_barrier", "with_condition", "with_event")


def with_condition(broken):
    """Return the ``get_context`` of a mutant: the standard library's, with *broken* for Condition."""

    def get_context(method=None):
        return Context(method, Condition=lambda real, lock=None: broken(lock, ctx=real))

    return get_context


def with_event(broken):
    """Return the ``get_context`` of a mutant: the standard library's, with *broken* for Event."""

    def get_context(method=None):
        return Context(method, Event=lambda real: broken(ctx=real))

    return get_context


def with_barrier(broken):
    """Return the ``get_context`` of a mutant: the standard library's, with *broken* for Barrier."""

    def get_context(method=None):
        return Context(
            method,
            Barrier=lambda real, parties, action=None, timeout=None: broken(
                parties, action, timeout, ctx=real
            ),
        )

    return get_context
