"""Words for what scenarios of managers say."""

import pytest

from mpconform.wording import argument, call


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"$path": "server"}, "the path 'server'"),
        ({"$published": "address"}, "the address that was published"),
        ({"$pairs": [["a", [1]], ["b", None]]}, "{'a': [1], 'b': None}"),
    ],
)
def test_arguments_and_results_have_words(value: object, told: str) -> None:
    """As a reader would say it."""
    assert argument(value) == told


@pytest.mark.parametrize(
    ("method", "arguments", "told"),
    [
        ("publish", ["address", "/run/s"], "publish '/run/s' as the address"),
        ("launch", ["x0"], "begin the program x0"),
        ("launch", ["x0", "/usr/bin/python3"], "begin the program x0"),
        ("reap", ["x0"], "wait until the program x0 has ended"),
    ],
)
def test_verbs_have_words(method: str, arguments: list[object], told: str) -> None:
    """And are no calls."""
    assert call("", method, arguments) == told
