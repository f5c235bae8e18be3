"""Several statements on a line, where a script has too many lines."""

import ast

import pytest

from mpconform_reports.reproduction_packed import packed

SCRIPT = """import os
import sys
def helper(x):  # What helps.
    if x:
        return 1
    return 2
def run_once():
    a = 1  # The first.
    b = 2
    c = 3
    try:
        d = 4
    finally:
        e = 5
    for n in range(3):  # Often.
        a += n
        b += n
    with open(os.devnull) as f, open(
        os.devnull
    ) as g:
        f.read()
    if a:

        b = 1
    text = '''
  as it is'''
    while b:
        if c:
            break
def wrong(notes):
    return None
if __name__ == "__main__":
    run_once()
    sys.exit(helper(0))
"""
LINES = SCRIPT.count("\n")


def test_what_fits_is_left_as_it_is() -> None:
    """Nothing is done that is not asked for."""
    short = (
        "def run_once():\n    first = 'is long enough to have no room beside another'\n    second = 'too'\n"
    )

    assert packed(short, most=3, width=70) == short


def test_the_scenario_is_packed_first() -> None:
    """Statements in rows, and behind what they are subject to; what has a comment ends its row."""
    text = packed(SCRIPT, most=LINES - 1, width=110)

    assert text.startswith(SCRIPT.partition("def run_once")[0])
    assert (
        text.partition("def run_once():\n")[2]
        == """    a = 1  # The first.
    b = 2; c = 3
    try: d = 4
    finally:
        e = 5
    for n in range(3): a += n; b += n  # Often.
    with open(os.devnull) as f, open(
        os.devnull
    ) as g: f.read()
    if a:

        b = 1
    text = '''
  as it is'''
    while b:
        if c: break
def wrong(notes): return None
if __name__ == "__main__":
    run_once()
    sys.exit(helper(0))
"""
    )


def test_then_all_is_packed_and_then_without_the_comments() -> None:
    """Those of what has a body stay."""
    whole = packed(SCRIPT, most=LINES - 11, width=110)
    bare = packed(SCRIPT, most=1, width=110)

    assert whole.startswith("import os; import sys\ndef helper(x):  # What helps.\n    if x: return 1\n")
    assert "# The first." in whole
    assert "a = 1; b = 2; c = 3\n" in bare
    assert "# Often." in bare
    assert bare.count("\n") < whole.count("\n") <= LINES - 11


@pytest.mark.parametrize("most", range(10, LINES + 1, 3))
@pytest.mark.parametrize("width", [70, 80, 110])
def test_it_is_the_same_program(most: int, width: int) -> None:
    """Statement for statement."""
    text = packed(SCRIPT, most=most, width=width)

    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(SCRIPT))
    assert max(map(len, text.split("\n"))) <= width


def test_rows_are_no_wider_than_they_must_be() -> None:
    """Two of these have room in the narrowest row, and up to four in wider ones."""
    long = "def run_p():\n" + "".join(f'    see("p", {n}, queue.get)\n' for n in range(8))

    widths = [max(map(len, packed(long, most=most, width=110).split("\n"))) for most in (9, 5, 4, 3)]

    assert widths == [50, 50, 74, 98]


def test_what_is_no_python_is_left_alone() -> None:
    """A program may be broken on purpose."""
    assert packed("def run(:\n    a\n    b\n", most=0, width=110) == "def run(:\n    a\n    b\n"
