"""Run a conformance run, and succeed if it judged something, whatever it found.

Usage: python accept.py COMMAND ...

Fails if COMMAND ends with anything but 0, no violation, or 1, some violations: a usage error, nothing judged,
or a defect of ours.
"""

import subprocess
import sys


def main(command: list[str]) -> str | None:
    """Run *command*; return why it is not accepted, or None."""
    code = subprocess.run(command, check=False).returncode
    return None if code in {0, 1} else f"{command[0]} ended with {code}, not with 0 or 1"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
