"""What the mutants of queues share: slots that are given back in another way than the standard library's."""

__all__ = ("Slots",)


class Slots:
    """The semaphore that counts the free slots of a queue; a subclass changes how they are given back."""

    def __init__(self, real):
        self._real = real

    def acquire(self, block=True, timeout=None):
        return self._real.acquire(block, timeout)

    def release(self):
        self._real.release()

    @property
    def _semlock(self):
        return self._real._semlock
