"""Exploring: the same seed names the same scenarios, everywhere."""

import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

from fakes import numbers_of, theme
from mpconform.values import Scenario
from mpconform_conformance import explore
from mpconform_conformance.explore import Batch

#: Prints the digest of some batches, in a process that has imported a module full of constants.
PROGRAM = """
import hashlib, sys
import constants
from fakes import theme
from mpconform_conformance import explore
digest = hashlib.sha256()
for index in range(4):
    for scenario in explore.batch(theme(), seed=7, index=index, size=explore.size_of(index)):
        digest.update(explore.key_of(scenario))
print(digest.hexdigest())
"""


def test_the_first_batch_is_the_simplest_scenario() -> None:
    """A batch of one is what everything shrinks towards."""
    found = explore.batch(theme(), seed=5, index=0, size=1)

    assert [numbers_of(scenario) for scenario in found] == [[0]]


def test_a_batch_is_a_function_of_seed_theme_and_index() -> None:
    """The same triple gives the same list; another seed, name or index another one."""

    def batch(name: str = "a", seed: int = 1, index: int = 3) -> list[list[int]]:
        found = explore.batch(theme(name), seed=seed, index=index, size=16)
        return [numbers_of(scenario) for scenario in found]

    assert batch() == batch()
    assert len({str(b) for b in (batch(), batch(name="b"), batch(seed=2), batch(index=4))}) == 4


def test_a_batch_has_no_duplicates() -> None:
    """A scenario stands in a batch once, however often Hypothesis came upon it."""
    keys = [explore.key_of(scenario) for scenario in explore.batch(theme(), seed=3, index=4, size=32)]

    assert len(keys) == len(set(keys)) > 10


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_gives_the_same_batches(tmp_path: Path, hash_seed: str) -> None:
    """Neither the hash seed, nor the modules that happen to be imported, nor the folder, matter."""
    constants = "\n".join(f"X{n} = [{n % 101}, {n * 977}, 'word{n}']" for n in range(200))
    (tmp_path / "constants.py").write_text(constants if hash_seed == "1" else "")
    support = str(Path(__file__).parents[1] / "support")
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": support, "CI": hash_seed}
    command = [sys.executable, "-c", PROGRAM]
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    expected = hashlib.sha256()
    for index in range(4):
        for scenario in explore.batch(theme(), seed=7, index=index, size=explore.size_of(index)):
            expected.update(explore.key_of(scenario))

    assert ended.stdout.strip() == expected.hexdigest()
    assert ended.stderr == ""
    assert [path.name for path in tmp_path.iterdir() if path.name != "__pycache__"] == ["constants.py"]


def test_a_forced_seed_and_a_profile_of_the_user_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs pytest with --hypothesis-seed, or loads a profile, gets the same scenarios."""
    expected = explore.batch(theme(), seed=7, index=3, size=16)
    monkeypatch.setattr(hypothesis.core, "global_force_seed", 99)
    hypothesis.settings.register_profile("strange", derandomize=True, max_examples=3, database=None)
    before = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.load_profile("strange")
    try:
        found = explore.batch(theme(), seed=7, index=3, size=16)
    finally:
        hypothesis.settings.load_profile(before)

    assert found == expected


def test_batches_go_on_for_ever_and_begin_with_the_simplest() -> None:
    """The simplest scenario comes once; every scenario tells its batch."""
    found = list(itertools.islice(explore.batches(theme(), seed=1), 100))

    assert numbers_of(found[0][1]) == [0]
    assert [numbers_of(scenario) for _, scenario in found].count([0]) == 1
    assert found[0][0].index == 0
    for source in {source.index: source for source, _ in found}.values():
        again = explore.batch(source.theme, seed=1, index=source.index, size=source.size)
        assert all(scenario in again for of, scenario in found if of == source)


def test_a_theme_of_one_scenario_repeats_it() -> None:
    """Exploring does not spin on a theme that has nothing more to give."""
    only = Scenario(family="queue", theme="one", actors={})
    single = explore.Theme(
        name="one", scenarios=lambda: explore.hypothesis.strategies.just(only), needs=frozenset()
    )

    assert [s for _, s in itertools.islice(explore.batches(single, seed=1), 5)] == [only] * 5


def test_shrinking_generates_the_same_until_the_first_failure() -> None:
    """Generation with shrinking shows what it showed without, up to the scenario that fails."""
    source = Batch(theme=theme(), seed=11, index=3, size=16)
    plain: list[Scenario] = []
    explore.generate(source, plain.append)
    shown: list[Scenario] = []

    class FailedError(Exception):
        """The scenario fails."""

    def body(scenario: Scenario) -> None:
        shown.append(scenario)
        if scenario == plain[9]:
            raise FailedError

    with pytest.raises(FailedError):
        explore.generate(source, body, shrink=True)

    first = shown.index(plain[9])
    assert shown[: first + 1] == plain[: first + 1]


def test_nothing_is_printed_and_no_folder_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A failing body leaves no falsifying example on the terminal, and no .hypothesis behind."""
    monkeypatch.chdir(tmp_path)

    class FailedError(Exception):
        """Every scenario fails."""

    def body(_: Scenario) -> None:
        raise FailedError

    with pytest.raises(FailedError):
        explore.generate(Batch(theme=theme(), seed=1, index=3, size=16), body, shrink=True)

    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())
