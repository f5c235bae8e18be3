"""What the mutants of managers share: multiprocessing.managers with another SyncManager."""

from multiprocessing import managers

from mutants.support import Context

__all__ = ("Managers", "broken")


class Managers:
    """The standard library's module, in which a few names are others."""

    def __init__(self, **replaced):
        self.__dict__.update(replaced)

    def __getattr__(self, name):
        return getattr(managers, name)


def broken(manager, **replaced):
    """Return the ``managers`` and the ``get_context`` of a mutant whose SyncManager is *manager*."""

    def started(real):
        made = manager(ctx=real)
        made.start()
        return made

    return Managers(SyncManager=manager, **replaced), lambda method=None: Context(method, Manager=started)
