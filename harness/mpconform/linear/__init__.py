"""Histories of one object as columns of numbers, and the judges that decide whether some order explains them.

``columns`` is the form, ``foreign`` and ``forms`` read and write that of others.  ``fifo``, ``register``,
``counter``, ``lock`` and ``semaphore`` are the specialised judges; ``search``, with ``frontier``, is the
general one, for which ``models`` and ``objects`` have a pure step for each kind of object.  ``judge``
chooses.  Long histories are judged in ``windows``, endless ones as a ``stream``.  None of them knows
scenarios.
"""
