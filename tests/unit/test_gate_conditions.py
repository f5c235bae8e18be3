"""The language of ``when``: what it says, and one sentence for whatever it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpconform.errors import UsageError
from mpconform.events import BackendRow
from mpconform_conformance.gate.conditions import NAMES, facts, parse

KNOWN = {
    "start_method": "fork",
    "python": "3.12.1",
    "implementation": "CPython",
    "version": "4.2.10",
    "spec": "billiard:fork",
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("   ", True),
        ("start_method == 'fork'", True),
        ('start_method == "spawn"', False),
        ("start_method != 'spawn'", True),
        ("python >= '3.12'", True),
        ("python < '3.9'", False),  # as texts, 3.12.1 would come first
        ("version > '4.2.9'", True),
        ("version == '4.2.10'", True),
        ("start_method in ('spawn', 'fork')", True),
        ("start_method not in ('spawn', 'fork')", False),
        ("python in ('3.12.1')", True),
        ("not start_method == 'fork'", False),
        ("not not start_method == 'fork'", True),
        ("start_method == 'spawn' and python >= '3.12' or implementation == 'CPython'", True),
        ("start_method == 'spawn' and (python >= '3.12' or implementation == 'CPython')", False),
        ("implementation == 'CPython' or start_method == 'spawn' and python < '3'", True),
        ("spec == 'billiard:fork'", True),
    ],
)
def test_a_condition_says_what_it_reads_like(text: str, *, holds: bool) -> None:
    """``and`` binds closer than ``or``, ``not`` closest; versions are compared as versions."""
    assert parse(text)(KNOWN) is holds


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("start_method = 'fork'", "expected one of == != <= >= < > or 'in', found = at column 14"),
        ("start_metod == 'fork'", "did you mean start_method?"),
        ("start_method == fork", "expected a text in quotes, found fork at column 17"),
        ("start_method == 'fork", "expected a text in quotes, found ' at column 17"),
        ("start_method < 'fork'", "start_method can only be compared by == and !=, found < at column 14"),
        ("python >= 'three'", "python 'three' is no version"),
        ("start_method ==", "expected a text in quotes, but it ends"),
        ("(start_method == 'fork'", "expected ')', but it ends"),
        ("start_method == 'fork')", "expected 'and', 'or' or the end, found ) at column 23"),
        (
            "start_method == 'fork' start_method == 'fork'",
            "expected 'and', 'or' or the end, found start_method",
        ),
        ("start_method in 'fork'", "expected '(', found 'fork'"),
        ("start_method in ('fork'", "expected ')', but it ends"),
        ("start_method not == 'fork'", "expected 'in' after 'not', found =="),
        ("and", "expected one of start_method"),
        ("not", "expected one of start_method"),
        ("__import__('os').system('true')", "expected one of start_method"),
        ("'fork' == start_method", "expected one of start_method"),
    ],
)
def test_what_does_not_parse_is_told_with_its_place(text: str, told: str) -> None:
    """The sentence names what was expected, what was found, and where."""
    with pytest.raises(UsageError) as caught:
        parse(text)

    assert told in str(caught.value)


@given(st.text(alphabet="start_methodpyn =!<>()'\",3.12andornotin#;\\", max_size=60))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    """Whatever is written, it is a condition, or one sentence."""
    try:
        condition = parse(text)
    except UsageError:
        return
    assert condition(KNOWN) in (True, False)


def test_a_backend_has_everything_that_may_be_asked() -> None:
    """Each name that the language has stands for something of a backend."""
    row = BackendRow(
        spec="billiard:fork", module="billiard", version="4.2.10", file="", python="3.12.1",
        implementation="CPython", executable="", methods=("fork",), capabilities=(),
    )  # fmt: skip

    assert facts(row) == KNOWN
    assert set(facts(row)) == set(NAMES)
