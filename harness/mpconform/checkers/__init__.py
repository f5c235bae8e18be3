"""Checkers: pure functions from a history to a finding.

A checker sees nothing but its argument, so a stored history can be judged again, by a newer
checker, on another machine.  No clock, no randomness, no process, no file.
"""
