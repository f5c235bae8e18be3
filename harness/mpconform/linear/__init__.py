"""Histories of one object as columns of numbers, and the judges that decide whether some order explains them.

``columns`` is the form, ``foreign`` reads and writes that of others, ``fifo``, ``register``, ``counter``,
``lock`` and ``semaphore`` are the specialised judges, ``search`` is the general one, ``judge`` chooses.
None of them knows scenarios.
"""
