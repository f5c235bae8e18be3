"""The gate: what is known of a backend, what is new, and with which exit code a run of its CI ends.

``baseline`` reads and writes what is known, ``witnesses`` keeps the scenarios that show it and replays them,
``standing`` decides, as a pure function, what each violation is, ``editions`` holds the frozen lists.
"""
