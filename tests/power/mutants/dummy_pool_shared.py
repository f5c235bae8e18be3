"""Threads: a pool of threads has two threads more than it was given.

Breaks: it has at most so many (DUMMY-THREADPOOL).
The mistake: two helpers of the pool take tasks when they have nothing else to do.
"""

import multiprocessing.dummy
import multiprocessing.pool
import time

from mutants.context_support import part, replaced


class ThreadPool(multiprocessing.pool.ThreadPool):
    def __init__(self, processes=None, *arguments):
        super().__init__(processes and processes + 2, *arguments)

    def map(self, func, iterable, chunksize=None):
        def slowly(value):
            time.sleep(0.001)
            return func(value)

        return super().map(slowly, iterable, 1)


dummy = part(multiprocessing.dummy, Pool=ThreadPool)
pool = part(multiprocessing.pool, ThreadPool=ThreadPool)
replaced(__name__)
