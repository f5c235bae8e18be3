"""Directed scenarios: every requirement that counts has one, and it can be run."""

import itertools
from pathlib import Path

import pytest

from mpconform.errors import HarnessFault
from mpconform.values import Actor, Scenario
from mpconform_conformance import catalogue, directed, families
from mpconform_conformance.directed import Directed
from mpconform_conformance.explore import batch

#: What no scenario gives evidence for each time: both releases must fall on one instant.
RACES = {"LOCK-AT-ONCE", "BSEM-AT-ONCE"}


@pytest.mark.parametrize("name", families.NAMES)
def test_every_must_requirement_has_a_directed_scenario(name: str) -> None:
    """Or the simplest one of a theme; `python benchmarks/directed.py --only FAMILY` seeks what is lacking."""
    must = {r.id for r in catalogue.requirements() if r.family == name and r.level == "MUST"}
    served = {
        *directed.simplest(name),
        *itertools.chain.from_iterable(d.gives for d in directed.scenarios(name)),
    }

    assert must - served - RACES == set()
    assert served <= {r.id for r in catalogue.requirements() if r.family == name}


@pytest.mark.parametrize("name", families.NAMES)
def test_each_is_of_a_theme_that_there_is(name: str) -> None:
    """With what the theme needs, it can run."""
    themes = {theme.name: theme for theme in families.family(name).all_themes}

    assert set(directed.simplest(name).values()) <= set(themes)
    for one in directed.scenarios(name):
        assert one.scenario.family == name
        assert one.scenario.theme in themes
        assert one.gives


def test_none_is_what_is_run_anyway() -> None:
    """The simplest scenario of each theme comes before them."""
    for name in families.NAMES:
        themes = {theme.name: theme for theme in families.family(name).all_themes}
        for one in directed.scenarios(name):
            simplest = batch(themes[one.scenario.theme], seed=1, index=0, size=1)[0]
            assert one.scenario != simplest


def test_a_file_that_is_not_what_it_should_be_is_our_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a family without a file has none."""
    monkeypatch.setattr(directed, "FOLDER", tmp_path)
    (tmp_path / "broken.json").write_text('{"scenarios": 3}')

    with pytest.raises(HarnessFault, match=r"broken\.json"):
        directed.scenarios("broken")
    assert directed.scenarios("none") == ()


def test_what_is_written_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scenario on a line of its own, so that a change shows which."""
    found = tuple(
        Directed(
            gives=(name,), scenario=Scenario(family="made", theme=name, actors={"main": Actor(steps=())})
        )
        for name in ("A", "B")
    )
    monkeypatch.setattr(directed, "FOLDER", tmp_path)
    (tmp_path / "made.json").write_bytes(directed.encoded({"D": "t", "C": "t"}, {"D": "u"}, found))
    (tmp_path / "bare.json").write_bytes(directed.encoded({}, {}, ()))

    assert list(directed.simplest("made").items()) == [("C", "t"), ("D", "t")]
    assert directed.drawn("made") == {"D": "u"}
    assert directed.scenarios("made") == found
    assert (directed.simplest("bare"), directed.drawn("bare"), directed.scenarios("bare")) == ({}, {}, ())
    lines = (tmp_path / "made.json").read_text().splitlines()
    assert sum('"scenario":' in line for line in lines) == 2
