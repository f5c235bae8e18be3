"""docs/gate.md: what stands there to be copied is what the tools take."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from mpconform_conformance import cli
from mpconform_conformance.configuration import KEYS, defaults
from mpconform_conformance.gate import baseline as baselines

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "gate.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Return every command line of mpconform: of the shell blocks, the tox snippet, and the text."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    lines += [line.partition("=")[2] for block in blocks("ini") for line in block.splitlines()]
    lines += re.findall(r"`(mpconform [^`|]*)`", TEXT.replace("\n", " "))
    found = [shlex.split(line, comments=True) for line in lines]
    return [words for words in found if words[:1] == ["mpconform"] and len(words) > 2]


def parsed(words: list[str]) -> None:
    """Parse a command line as the console script does, and run nothing."""
    command: Any = typer.main.get_command(cli.app)
    rest = words[1:]
    while hasattr(command, "resolve_command"):
        context = command.make_context(words[0], list(rest))
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert name
    command.make_context(words[0], list(rest))


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_line_is_one(words: list[str]) -> None:
    """Commands and options that there are."""
    parsed(words)


def test_the_block_of_a_baseline_is_one(tmp_path: Path) -> None:
    """With every key that an entry may have."""
    (text,) = (block for block in blocks("toml") if "[[known]]" in block)
    (tmp_path / "conformance.toml").write_text(text)

    (entry,) = baselines.read(tmp_path / "conformance.toml").entries

    assert all(getattr(entry, key) for key in entry.__struct_fields__)


def test_the_block_of_the_configuration_is_one(tmp_path: Path) -> None:
    """In pyproject.toml, where it says that it stands."""
    (text,) = (block for block in blocks("toml") if "[tool.mpconform]" in block)
    (tmp_path / "pyproject.toml").write_text(text)

    found = defaults(tmp_path, {})["gate"]

    assert found == {"backend": ["mypackage.mp"], "path": ["src"], "baseline": "conformance.toml"}


def test_the_step_of_github_gives_the_action_what_it_takes() -> None:
    """No input that it does not have."""
    (text,) = blocks("yaml")
    (step,) = yaml.safe_load(text)
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))

    assert step["uses"].endswith("/mpconform@main")
    assert set(step["with"]) <= set(action["inputs"])


def test_the_job_of_gitlab_shows_how_it_is_extended() -> None:
    """What stands in its head is YAML, and sets what mpconform reads."""
    lines = (ROOT / "ci" / "gitlab.yml").read_text("utf-8").splitlines()
    shown = [line.removeprefix("#   ") for line in lines if line.startswith("#   ")]
    job = yaml.safe_load("\n".join(shown))["conformance"]

    assert job["extends"] in yaml.safe_load("\n".join(lines))
    assert {name.removeprefix("MPCONFORM_").lower() for name in job["variables"]} <= set(KEYS)


def test_every_exit_code_of_the_table_is_shown_by_an_end_to_end_test() -> None:
    """Each of them by a run of the console script."""
    codes = re.findall(r"^\| (\d+) \|", TEXT, flags=re.MULTILINE)
    tests = (ROOT / "tests" / "end_to_end" / "test_cli_gate.py").read_text("utf-8")

    assert codes == ["0", "1", "2", "3", "4", "5", "70", "130"]
    for code in codes:
        assert re.search(rf"returncode == {code}\b|returncode, [\w.]+\) == \({code},", tests), code
