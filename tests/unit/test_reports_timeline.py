"""Tests of the time axis, the layout of a timeline, and its drawing."""

import random
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest

import report_record as made
from mpconform.values import Actor, History, Operation, Scenario
from mpconform_reports import svg
from mpconform_reports.timeline import CHARACTER, MOST, WIDTH, Timeline, timeline, window
from mpconform_reports.timescale import FOLD, LEAST, instant, scale
from tape import history, op

SVG = "{http://www.w3.org/2000/svg}"


def laid(told: History, *witness: Operation) -> Timeline:
    """The timeline of a history that has one."""
    found = timeline(told, witness)
    assert found is not None
    return found


def test_later_instants_stand_further_right() -> None:
    """Two different instants never share a place, however near they are."""
    draw = random.Random(3)
    for _ in range(200):
        stamps = [int(10 ** draw.uniform(0, 10)) for _ in range(draw.randint(2, 60))]
        axis = scale(stamps, left=10.0, width=900.0)

        places = [axis.x(s) for s in sorted(set(stamps))]

        assert all(b - a >= LEAST - 1e-6 for a, b in pairwise(places))
        assert places[0] == 10.0


def test_a_long_idle_stretch_is_folded_and_says_how_long_it_was() -> None:
    """What would leave no room for the rest takes a fixed width."""
    axis = scale([0, 10, 20, 1_000_020, 1_000_030], left=0.0, width=500.0)

    assert [(f.begin_ns, f.end_ns, f.width) for f in axis.folds] == [(20, 1_000_020, FOLD)]
    assert axis.x(1_000_020) - axis.x(20) == pytest.approx(FOLD)


def test_an_even_history_is_drawn_to_scale() -> None:
    """Nothing is folded where nothing is out of proportion."""
    axis = scale([0, 100, 200, 400], left=0.0, width=600.0)

    assert axis.folds == ()
    assert axis.x(400) - axis.x(200) > 1.8 * (axis.x(200) - axis.x(100))


@pytest.mark.parametrize("stamps", [[5], [5, 5], []])
def test_a_single_instant_has_a_place(stamps: list[int]) -> None:
    """Degenerate histories are drawn too."""
    axis = scale(stamps, left=7.0, width=100.0)

    assert (axis.x(0), axis.x(5), axis.x(99)) == (7.0, 7.0, 7.0)
    assert len(axis.ticks(0)) == 1


def test_ticks_are_readable_and_tell_instants_apart() -> None:
    """Their texts differ, and stand apart."""
    axis = scale([1_000_000_000 + n * 1_000 for n in range(40)], left=0.0, width=900.0)
    ticks = axis.ticks(0)

    assert len(ticks) > 3
    assert len({t.text for t in ticks}) == len(ticks)
    assert all(b.x - a.x > 60 for a, b in pairwise(ticks))


@pytest.mark.parametrize(
    ("ns", "step", "told"),
    [
        (0, 1, "0"),
        (410, 10, "410 ns"),
        (1_500, 500, "1.5 µs"),
        (60_024_000, 1_000, "60.024 ms"),
        (60_024_000, 20_000_000, "60 ms"),
        (5_000_123_000, 1_000, "5,000.123 ms"),
        (12_500_000_000, 500_000_000, "12.5 s"),
    ],
)
def test_an_instant_has_the_decimals_that_it_needs(ns: int, step: int, told: str) -> None:
    """As many as tell it from one that is *step* away."""
    assert instant(ns, step) == told


def test_no_two_labels_of_a_drawing_overlap() -> None:
    """Labels stand in rows; in one row each ends before the next begins."""
    draw = random.Random(5)
    for _ in range(50):
        operations, now = [], 0
        for n in range(draw.randint(1, 80)):
            now += int(10 ** draw.uniform(0, 6))
            end = now + int(10 ** draw.uniform(0, 6))
            operations.append(op(f"a{n % 3}", "q", "put", "x" * draw.randint(0, 30), at=(now, end)))
        told = history(*operations)
        boxes = [
            (lb.x, lb.x + CHARACTER * len(lb.text), lb.y)
            for lane in laid(told, *draw.sample(told.operations, 1)).lanes
            for lb in lane.labels
        ]

        for (a, b, y), (c, d, z) in combinations(boxes, 2):
            assert abs(y - z) >= 11 or b < c or d < a


def test_every_witness_has_its_number_and_its_label() -> None:
    """However crowded its lane is."""
    told = made.long_history(150)
    witness = told.operations[40:44]
    lanes = laid(told, *witness).lanes

    assert [b.number for lane in lanes for b in lane.bars if b.number] == [1, 2, 3, 4]
    assert [lb.number for lane in lanes for lb in lane.labels if lb.number] == [1, 2, 3, 4]


def test_every_label_ends_inside_the_drawing() -> None:
    """The last operations have room for their labels to the right."""
    for told in (made.order_history(), made.hang_history(), made.long_history(30)):
        drawing = laid(told, told.operations[-1])

        assert all(
            lb.x + CHARACTER * len(lb.text) < drawing.width for lane in drawing.lanes for lb in lane.labels
        )


def test_a_drawing_of_few_operations_fits_its_box() -> None:
    """However long the label of the last operation is, the plot makes room for it."""
    told = history(*(op("main", "q", "put", "x" * 80, at=(n * 100, n * 100 + 50)) for n in range(12)))

    assert laid(told, told.operations[-1]).width == pytest.approx(WIDTH)


def test_lanes_stand_in_the_order_of_the_scenario_and_do_not_overlap() -> None:
    """Main first, then the actors, then callbacks; an idle actor has its lane."""
    told = History(
        scenario=Scenario(family="f", theme="t", actors={"b": Actor(), "idle": Actor(), "main": Actor()}),
        backend="b",
        operations=(
            op("main", "q", "put", at=(1, 2)),
            op("b", "q", "get", at=(3, 4)),
            op("main.callbacks", "cb", "called", at=(5, 6)),
        ),
    )
    lanes = laid(told).lanes

    assert [lane.actor for lane in lanes] == ["main", "b", "idle", "main.callbacks"]
    assert all(a.y + a.height <= b.y for a, b in pairwise(lanes))


def test_operations_of_one_actor_that_overlap_stand_in_rows() -> None:
    """A target that ran twice is drawn, not hidden."""
    told = history(op("a", "q", "get", at=(0, 100)), op("a", "q", "get", at=(50, 150)))
    bars = laid(told).lanes[1].bars

    assert len({b.y for b in bars}) == 2


def test_an_open_operation_reaches_to_the_end() -> None:
    """It may still be going on: its bar ends where the plot does."""
    drawing = laid(made.hang_history())
    bars = [b for lane in drawing.lanes for b in lane.bars if b.operation.open]

    assert len(bars) == 2
    assert {b.x + b.width for b in bars} == {drawing.end}


def test_a_short_history_is_drawn_whole() -> None:
    """Up to the limit nothing is left out."""
    told = made.long_history(MOST)

    assert window(told, ()) == told.operations


def test_a_long_history_shows_the_neighbourhood_of_its_witness() -> None:
    """Both ends of a witness that lies far apart are there, and what is left out is counted."""
    told = made.long_history(934)
    witness = (told.operations[3], told.operations[700])
    drawing = laid(told, *witness)
    shown = window(told, witness)

    assert len(shown) == MOST
    assert all(op in shown for op in witness)
    assert (drawing.drawn, drawing.total) == (MOST, 934)
    assert [left_out for _, left_out in drawing.folds if left_out] == [566]


def test_a_long_history_without_a_witness_shows_its_end() -> None:
    """What was found in the census, say, was there at the end."""
    told = made.long_history(500)

    assert window(told, ()) == told.operations[-MOST:]


def test_nothing_recorded_is_nothing_drawn() -> None:
    """An empty history has no timeline."""
    assert timeline(history()) is None


def test_a_drawing_is_well_formed_and_says_what_it_is() -> None:
    """It is an image with a title, and every operation can be read in full."""
    told = made.hang_history()
    witness = tuple(o for o in told.operations if o.open)
    root = ET.fromstring(
        str(svg.draw(laid(told, *witness), told, name="t")).replace(
            "<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1
        )
    )
    titles = [t.text for t in root.iter(f"{SVG}title")]

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "t-title t-desc"
    assert any("main's cond.notify_all(), begun at 117.02 ms, never returned" in (t or "") for t in titles)
    assert len([r for r in root.iter(f"{SVG}rect") if "bar" in (r.get("class") or "").split()]) == len(
        told.operations
    )


def test_looks_tell_outcomes_apart() -> None:
    """Witness, raised, waiting and open operations each have a look of their own."""
    told = made.order_history()
    drawn = str(svg.draw(laid(told, *(o for o in told.on("q", "get") if o.ok)), told, name="t"))

    assert drawn.count('class="bar witness"') == 2
    assert drawn.count('class="bar raised" fill="url(#t-stripes)"') == 1
    assert drawn.count('class="bar verb"') == 2


def test_hostile_names_are_escaped_in_a_drawing() -> None:
    """A value, a method or an actor cannot break out of the drawing."""
    told = history(op(made.HOSTILE, "q", made.HOSTILE, made.HOSTILE, at=(1, 2)))
    drawn = str(svg.draw(laid(told, *told.operations), told, name="t"))

    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "&lt;script&gt;" in drawn


def test_attributes_are_escaped() -> None:
    """A quote does not end an attribute."""
    assert str(svg.element("g", class_='a"b', x=1.04)) == '<g class="a&#34;b" x="1"></g>'
