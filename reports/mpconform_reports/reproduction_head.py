"""The head of a reproduction script: what is broken, the rule, how to run it, and what to expect."""

import textwrap

from mpconform.store import StoredViolation
from mpconform_reports.reproduction_text import WIDTH

__all__ = ("docstring",)


#: What is told of a violation in brief.
_BRIEF = 160


def docstring(stored: StoredViolation, statement: str, rate: str, *, brief: bool = False) -> list[str]:
    """Return the lines of the docstring of a script, none longer than `WIDTH`.

    The script prints it when it has failed: so what is broken stands there only once.  In *brief*, not all
    of what was seen is told, and all in one paragraph.
    """
    paths = f"PYTHONPATH={':'.join(stored.backend.paths)} " if stored.backend.paths else ""
    told = textwrap.shorten(stored.summary, _BRIEF, placeholder=" …") if brief else stored.summary
    parts = [
        f"{stored.requirement} is broken by {stored.backend.spec}: {told}",
        *([f"Rule: {statement}"] if statement else []),
        f"{rate} Run it: {paths}python repro.py{' [runs]' * (not brief)}",
    ]
    lines: list[str] = []
    for part in [" ".join(parts)] if brief else parts:
        plain = " ".join(part.split()).replace("\\", "\\\\").replace('"""', "'''")
        lines += textwrap.wrap(plain, WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    lines[0] = f'"""{lines[0]}'
    lines[-1] += '"""'
    return lines
