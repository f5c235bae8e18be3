"""Turns: the budget goes where there is the least evidence, and else by weight."""

import collections

from fakes import requirement, theme
from mpconform.values import Requirement
from mpconform_conformance.turns import Turns
from mpconform_scenarios.family import Theme

QUEUE = frozenset({"Queue"})


def themes_of(**weights: int) -> list[Theme]:
    return [theme(name, weight=weight, needs=QUEUE) for name, weight in weights.items()]


def played(
    turns: Turns, gives: dict[str, dict[str, float]], count: int, *, seconds: dict[str, float] | None = None
) -> list[str]:
    """Play *count* turns; a theme gives evidence for a requirement in such a part of its runs."""
    names: list[str] = []
    for _ in range(count):
        name = turns.next()
        if name is None:
            break
        turns.begun(name)
        names.append(name)
        number = names.count(name)
        gave = [r for r, part in gives.get(name, {}).items() if int(number * part) > int((number - 1) * part)]
        turns.ended(name, gave=gave, seconds=(seconds or {}).get(name, 0.01))
    return names


def made(themes: list[Theme], *asked: Requirement, **named: str) -> Turns:
    return Turns(themes, asked or (requirement("A"), requirement("B")), named=named)


def test_what_one_theme_alone_gives_evidence_for_gets_its_turns() -> None:
    """Of nine, each of weight 1 or more, every other turn goes to the one that gives what is lacking."""
    themes = themes_of(**{f"t{n}": 4 for n in range(8)}, rare=1)
    gives = {theme.name: {"A": 1.0} for theme in themes} | {"rare": {"B": 0.5}}
    found = played(made(themes, B="rare"), gives, 30)
    by_weight = 30 * 1 / 33

    assert found.count("rare") >= 8 > 8 * by_weight


def test_a_theme_that_nobody_named_is_found_by_what_it_gives() -> None:
    """All that could give it are tried, and the one that does is run again."""
    themes = themes_of(**{f"t{n}": 1 for n in range(6)}, right=1)
    gives = {theme.name: {"A": 1.0} for theme in themes} | {"right": {"B": 0.34}}
    found = played(made(themes), gives, 60)

    assert found.count("right") > 2 * max(found.count(f"t{n}") for n in range(6))


def test_with_evidence_for_everything_all_turns_go_by_weight() -> None:
    """After so many runs that gave it, a requirement lacks nothing any more."""
    themes = themes_of(heavy=3, light=1)
    turns = made(themes)
    played(turns, {"heavy": {"A": 1.0, "B": 1.0}, "light": {"A": 1.0, "B": 1.0}}, 16)
    found = played(turns, {}, 40)

    assert found.count("heavy") == 30
    assert not turns.lacks("A")


def test_a_theme_that_takes_long_has_a_turn_in_some_rounds_only() -> None:
    """But for its first one, which is not given here."""
    themes = [theme("quick", needs=QUEUE), theme("slow", needs=QUEUE, every=3)]
    turns = made(themes)
    played(turns, {"quick": {"A": 1.0, "B": 1.0}, "slow": {"A": 1.0, "B": 1.0}}, 16)
    found = played(turns, {}, 40)

    assert found.count("quick") == 30


def test_what_nothing_gives_evidence_for_does_not_take_half_of_the_budget_for_ever() -> None:
    """A backend that can never show it, costs the others but some runs."""
    themes = themes_of(heavy=4, light=1)
    turns = made(themes, B="light")
    played(turns, {"heavy": {"A": 1.0}, "light": {"A": 1.0}}, 200)
    found = played(turns, {}, 100)

    assert found.count("heavy") == 80


def test_the_cheaper_of_two_themes_is_preferred() -> None:
    """What gives the same evidence in a tenth of the time gives ten times as much."""
    themes = themes_of(dear=1, cheap=1)
    gives = {"dear": {"A": 0.25, "B": 0.25}, "cheap": {"A": 0.25, "B": 0.25}}
    found = played(made(themes), gives, 24, seconds={"dear": 0.5, "cheap": 0.05})

    assert found.count("cheap") > 1.8 * found.count("dear")


def test_a_theme_that_has_not_what_a_requirement_needs_is_not_run_for_it() -> None:
    """It can promise nothing."""
    themes = [theme("queues", needs=QUEUE), theme("pools", needs=frozenset({"Pool"}), weight=3)]
    turns = Turns(themes, (requirement("A"),), named={})

    assert turns.next() == "queues"


def test_a_dropped_theme_has_no_turn_whatever_it_promises() -> None:
    """And when all are dropped, there are no turns."""
    themes = themes_of(bad=9, good=1)
    turns = made(themes, A="bad", B="bad")
    turns.drop("bad")

    assert set(played(turns, {}, 30)) == {"good"}
    turns.drop("good")
    assert turns.next() is None


def test_turns_are_the_same_for_the_same_evidence() -> None:
    """Nothing is drawn by lot: a seed names the same scenarios of each theme."""
    themes = themes_of(a=3, b=1, c=2)
    gives = {"a": {"A": 0.5}, "b": {"B": 0.2}, "c": {"A": 0.1}}

    found = [played(made(themes_of(a=3, b=1, c=2)), gives, 90) for _ in range(2)]

    assert found[0] == found[1]
    assert set(collections.Counter(found[0])) == {theme.name for theme in themes}


def test_what_would_not_end_in_time_is_not_begun() -> None:
    """Each theme is known to take as long as it took so far; the others have its turns."""
    turns = made(themes_of(long=5, short=1))
    played(turns, {}, 6, seconds={"long": 10.0, "short": 0.1})
    left = [turns.next(5.0) for _ in range(20)]

    assert set(left) == {"short"}
    assert {turns.next() for _ in range(20)} == {"long", "short"}
    assert turns.next(0.05) is None


def test_what_takes_long_and_is_under_way_is_not_begun_again() -> None:
    """Nobody knows yet how long it takes; of what is not known to take long, the first run tells."""
    seldom, often = theme("seldom", needs=QUEUE, every=3), theme("often", needs=QUEUE)
    turns = made([seldom, often])
    assert {turns.next(60.0) for _ in range(20)} == {"seldom", "often"}
    turns.begun("seldom")
    turns.begun("often")

    assert {turns.next(60.0) for _ in range(20)} == {"often"}
    turns.ended("seldom", gave=[], seconds=1.0)
    assert {turns.next(60.0) for _ in range(20)} == {"seldom", "often"}
