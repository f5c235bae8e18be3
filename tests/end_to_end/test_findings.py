"""What docs/findings.md says of the standard library, shown without mpconform."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

FINDINGS = Path(__file__).parents[2] / "docs" / "findings.md"
SHOWN = re.compile(r"\*\*([A-Z-]+)\*\*\n\n```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
LISTED = re.compile(r"^\| ([A-Z-]+) \| .*(?:gh-\d+|none found).*\|$", re.MULTILINE)

found = SHOWN.findall(FINDINGS.read_text("utf-8"))


def test_every_finding_on_the_standard_library_is_shown() -> None:
    """Each requirement of the table has its script."""
    table = FINDINGS.read_text("utf-8").partition("Each of them without mpconform")[0]

    assert [name for name, _, _ in found] == LISTED.findall(table) != []


@pytest.mark.parametrize(("script", "printed"), [pytest.param(s, p, id=name) for name, s, p in found])
def test_a_script_prints_what_the_finding_says(script: str, printed: str, tmp_path: Path) -> None:
    """If it does not, CPython has mended it: the finding, and what tox accepts, must be changed."""
    file = tmp_path / "finding.py"
    file.write_text(script, "utf-8")
    run = subprocess.run(
        [sys.executable, "-I", str(file)], capture_output=True, text=True, timeout=60, check=False
    )

    assert (run.returncode, run.stdout) == (0, printed), run.stderr
