"""The agent: runs one scenario after another on one backend, and records what happened.

It runs under any interpreter (CPython 3.9 or later, PyPy), beside a backend and nothing
else: standard library only, Python 3.9 syntax, and importing this package imports nothing.
"""
