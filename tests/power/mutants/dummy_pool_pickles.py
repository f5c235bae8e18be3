"""Threads: a pool of threads pickles its tasks.

Breaks: what it runs need not be picklable (DUMMY-THREADPOOL).
The mistake: it shares the way of a task with the pool of processes.
"""

import multiprocessing.dummy
import multiprocessing.pool
import pickle

from mutants.context_support import part, replaced


class ThreadPool(multiprocessing.pool.ThreadPool):
    def map(self, func, iterable, chunksize=None):
        return super().map(pickle.loads(pickle.dumps(func)), iterable, chunksize)


dummy = part(multiprocessing.dummy)
pool = part(multiprocessing.pool, ThreadPool=ThreadPool)
replaced(__name__)
