"""Show it: reports as functions of the run record."""
