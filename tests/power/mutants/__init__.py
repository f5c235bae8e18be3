"""Backends with one deliberate defect each: the standard library, broken on purpose."""
