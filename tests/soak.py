"""Run our own tests over and over on a busy machine, and stop at the first that fails.

    python tests/soak.py [--rounds 100] [--busy 4] [--workers 2] [--one-cpu] [-- PYTEST ARGUMENTS]

A test that fails once in a hundred rounds is a defect of ours: of the test, or of what it tests.  Without
arguments for pytest, all fast tests are run that start processes.  What keeps the machine busy computes, and
starts processes of its own.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: The fast tests that start processes.
TESTS = ("-m", "not slow and not once and not browser and not interpreters", "tests/end_to_end")
#: Computes as long as whoever started it lives.
BUSY = """
import os, subprocess, sys
starter = os.getppid()
while os.getppid() == starter:
    subprocess.run([sys.executable, "-Ic", "sum(range(10**7))"])
"""


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep the machine busy with *count* processes, until the block ends."""
    loads = [subprocess.Popen([sys.executable, "-Ic", BUSY], start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for load in loads:
            os.killpg(load.pid, 9)
            load.wait()


def main() -> int:
    """Run the rounds; return 1 if a test failed in one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=100, help="how often the tests are run")
    parser.add_argument("--busy", type=int, default=4, help="how many processes compute meanwhile")
    parser.add_argument("--workers", type=int, default=2, help="how many tests run at once")
    parser.add_argument("--one-cpu", action="store_true", help="all on one processor")
    parser.add_argument("tests", nargs="*", help="what pytest is told; all fast tests that start processes")
    options = parser.parse_args()
    if options.one_cpu:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(options.workers), "--timeout", "600"]
    for number in range(1, options.rounds + 1):
        began = time.monotonic()
        with busy(options.busy):
            ended = subprocess.run(
                [*command, *(options.tests or TESTS)], cwd=ROOT, capture_output=True, text=True, check=False
            )
        *_, last = ended.stdout.strip().splitlines() or ["it said nothing"]
        print(f"round {number}: {last} ({time.monotonic() - began:.0f} s)", flush=True)
        if ended.returncode:
            print(ended.stdout, ended.stderr, sep="\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
