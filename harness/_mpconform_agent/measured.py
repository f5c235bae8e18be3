"""Measured: what of a backend's package was executed, as its own interpreter counts it.

``python -m _mpconform_agent.measured`` reads JSON from its standard input and answers in JSON; it needs
the coverage library.  Statements and branches are those of coverage: import lines count, comments and
docstrings do not.
"""

import json
import os
import sys
import tempfile

from _mpconform_agent import windows
from _mpconform_agent.measure import known

__all__ = ("main", "modules")

#: Only Windows executes these.
_WINDOWS_FILES = ("popen_spawn_win32.py",)


def modules(folder):
    """Return the files of the package in *folder* by the names of their modules, without tests."""
    if not os.path.isdir(folder):
        return {os.path.splitext(os.path.basename(folder))[0]: folder}
    found = {}
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in {"tests", "__pycache__"})
        for name in sorted(files):
            if name.endswith(".py") and name not in _WINDOWS_FILES:
                path = os.path.join(root, name)
                found[os.path.relpath(path, folder)[:-3].replace(os.sep, ".")] = path
    return found


def main():
    """Answer what is asked.

    That is of the package in a folder, what was executed of each module as groups of records, by name, tell;
    what only Windows executes is left out.
    """
    asked = json.load(sys.stdin)
    files = modules(asked["folder"])
    answer = {name: _counted(files, records) for name, records in asked["groups"].items()}
    json.dump(answer, sys.stdout)


def _counted(files, records):
    """Return what was executed of each module, as *records* tell together."""
    import coverage

    arcs = {path: set() for path in files.values()}
    for line in set().union(*map(known, records)):
        path, begin, end = line.split("\t")
        if path in arcs:
            arcs[path].add((int(begin), int(end)))
    measured = coverage.Coverage(data_file=None, branch=True, cover_pylib=True, config_file=False)
    data = measured.get_data()
    data.add_arcs({path: sorted(found) for path, found in arcs.items()})
    for path in arcs:
        data.touch_file(path)
    handle, report = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    try:
        # What it says on stdout is none of the answer.
        measured.json_report(outfile=report, morfs=sorted(arcs))
        with open(report, encoding="utf-8") as file:
            told = json.load(file)["files"]
    finally:
        os.unlink(report)
    return [_row(name, path, told) for name, path in sorted(files.items())]


def _row(name, path, told):
    found = next((row for key, row in told.items() if os.path.abspath(key) == os.path.abspath(path)), {})
    with open(path, encoding="utf-8") as file:
        elsewhere, choices = windows.lines(file.read())
    executed, missing = (
        {line for line in found.get(key, ()) if line not in elsewhere}
        for key in ("executed_lines", "missing_lines")
    )
    taken, untaken = (
        {tuple(arc) for arc in found.get(key, ())} for key in ("executed_branches", "missing_branches")
    )
    # What chooses between this system and Windows is no branch here.
    taken, untaken = ({arc for arc in arcs if arc[0] not in choices | elsewhere} for arcs in (taken, untaken))
    return {
        "name": name,
        "file": path,
        "statements": len(executed | missing),
        "missing": sorted(missing),
        "branches": len(taken | untaken),
        "untaken": sorted(untaken),
    }


if __name__ == "__main__":
    main()
