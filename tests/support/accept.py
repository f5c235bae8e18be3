"""Run a conformance run, and succeed if it finds nothing that is not known already.

Usage: python accept.py REPORT_FOLDER REQUIREMENT ... -- COMMAND ...

The command must end with 0, or with 1 and violations of the named requirements only.  An
asterisk in place of names knows all of them: then only a run that judged nothing, or failed, fails.
"""

import json
import subprocess
import sys
from pathlib import Path


def unknown_violations(folder: Path, known: set[str]) -> list[str]:
    """What results.json in *folder* says is violated, and is not known."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
    return sorted(
        f"{result['requirement']} on {result['backend']}"
        for result in results
        if result["status"] == "violates" and not known & {"*", result["requirement"]}
    )


def main(arguments: list[str]) -> str | None:
    """Run; return why it is not accepted, or None."""
    cut = arguments.index("--")
    folder, known, command = Path(arguments[0]), set(arguments[1:cut]), arguments[cut + 1 :]
    code = subprocess.run(command, check=False).returncode
    if code not in {0, 1}:
        return f"{command[0]} ended with {code}, not with 0 or 1"
    if new := unknown_violations(folder, known):
        return f"not known, and violated: {', '.join(new)}; see {folder / 'index.html'}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
