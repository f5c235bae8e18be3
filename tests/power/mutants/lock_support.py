"""What the mutants of locks share: a lock, or a semaphore, around one of the standard library's."""

__all__ = ("Lock", "Semaphore")


class Lock:
    """A lock that does what the *real* one does; a subclass does something of it wrongly."""

    def __init__(self, real):
        self._real = real

    def acquire(self, block=True, timeout=None):
        return self._real.acquire(block, timeout)

    def release(self):
        self._real.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


class Semaphore(Lock):
    """The same for semaphores."""

    def get_value(self):
        return self._real.get_value()
