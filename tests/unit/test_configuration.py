"""What the command line does not say: from a file or the environment, and never silently wrong."""

from pathlib import Path

import pytest

from mpconform.errors import UsageError
from mpconform_conformance.configuration import KEYS, defaults


def test_a_file_gives_each_command_what_it_takes(tmp_path: Path) -> None:
    """A list may be written as its only element; a command gets no option that it does not have."""
    (tmp_path / "mpconform.toml").write_text(
        'backend = "billiard:fork"\nfamily = ["queue", "pool"]\nworkers = 2\nseed = 7\nbaseline = "b.toml"\n'
    )

    found = defaults(tmp_path, {})

    assert found["gate"] == {
        "backend": ["billiard:fork"], "family": ["queue", "pool"], "workers": "2", "seed": 7,
        "baseline": "b.toml",
    }  # fmt: skip
    assert "baseline" not in found["run"]
    assert found["probe"] == {"backend": ["billiard:fork"]}


def test_a_project_may_hold_the_configuration(tmp_path: Path) -> None:
    """A pyproject.toml without our table is none of our business."""
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "x"\n')
    assert defaults(tmp_path, {})["run"] == {}

    project.write_text('[tool.mpconform]\nprofile = "smoke"\n')
    assert defaults(tmp_path, {})["run"] == {"profile": "smoke"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bakend = 'x'", "mpconform.toml: no such key 'bakend'; did you mean backend?"),
        ("backend = 3", "mpconform.toml: backend is 3, not a text or a list of texts"),
        ("backend = ['x', 3]", "backend is ['x', 3]"),
        ("seed = 'x'", "seed is 'x', not a number"),
        ("seed = true", "seed is True, not a number"),
        ("workers = true", "workers is True, not a text"),
        ("profile = ['quick']", "profile is ['quick'], not a text"),
        ("profile = ", "mpconform.toml: not TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    """The file, the key, the value, what was expected."""
    (tmp_path / "mpconform.toml").write_text(text)

    with pytest.raises(UsageError) as caught:
        defaults(tmp_path, {})

    assert told in str(caught.value)


def test_two_places_are_one_too_many(tmp_path: Path) -> None:
    """Which of them counts is not a thing to guess."""
    (tmp_path / "mpconform.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.mpconform]\n")

    with pytest.raises(UsageError, match=r"both mpconform.toml and \[tool.mpconform\]"):
        defaults(tmp_path, {})


def test_a_variable_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    """A misspelt variable would else be a setting without effect; those of others are not looked at."""
    known = {f"MPCONFORM_{key.upper()}": "x" for key in KEYS}
    assert defaults(tmp_path, {**known, "MPCONFORM_SHM": "shared", "HOME": "/"})["run"] == {}

    with pytest.raises(UsageError, match="no such variable MPCONFORM_BAKEND; did you mean MPCONFORM_BACKEND"):
        defaults(tmp_path, {"MPCONFORM_BAKEND": "x"})
