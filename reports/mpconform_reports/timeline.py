"""The timeline of a history: which operations are drawn, and where; the drawing is in svg."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mpconform.values import History, Operation
from mpconform_reports import pseudocode
from mpconform_reports.timescale import Fold, Scale, Tick, scale

__all__ = ("MOST", "WIDTH", "Bar", "Label", "Lane", "Timeline", "timeline", "window")

#: At most so many operations are drawn.
MOST = 200
#: The gutter with the names, the plot, one row of bars, one row of labels, and a character.
GUTTER, PLOT, BAR, LABEL, CHARACTER = 110.0, 1030.0, 18.0, 15.0, 6.7
TOP, PADDING = 30.0, 7.0
#: How wide the drawing is, unless it needs more; and the least width of the plot.
WIDTH, NARROW = 1168.0, 500.0
#: How often a plot is made narrower at most, so that its labels fit.
MOST_TRIES = 6
#: Rows of labels in a lane; the witness has as many as it needs.
LABEL_ROWS = 3
#: Labels are cut to so many characters, those of the witness later than the others.
CUT, WITNESS_CUT = 34, 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One operation; *number* is its place in the witness, from 1, or 0 if it is not in it."""

    operation: Operation
    number: int
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The text of a bar; a line leads from the bar's begin, at *top*, down to it."""

    text: str
    number: int
    x: float
    y: float
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One actor, from *y* down."""

    actor: str
    y: float
    height: float
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Everything that is drawn, in places; *end* is where the plot ends, and open bars fade out.

    *folds* come with how many operations that are not drawn begin in them.
    """

    width: float
    height: float
    end: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    folds: tuple[tuple[Fold, int], ...]
    guides: tuple[tuple[int, float], ...]
    drawn: int
    total: int


def window(history: History, witness: Sequence[Operation], *, most: int = MOST) -> tuple[Operation, ...]:
    """Return at most *most* operations: those nearest, in order of invocation, to the *witness*.

    Without a witness, the last ones, since a run is mostly judged by its end.  O(n log n).
    """
    operations = history.operations
    if len(operations) <= most:
        return operations
    numbers = {_key(op): i for i, op in enumerate(operations)}
    anchors = sorted({numbers[_key(op)] for op in witness if _key(op) in numbers}) or [len(operations) - 1]
    near = sorted(range(len(operations)), key=lambda i: (min(abs(i - a) for a in anchors), i))
    return tuple(operations[i] for i in sorted(near[:most]))


def timeline(history: History, witness: Sequence[Operation] = ()) -> Timeline | None:
    """Return the timeline of *history* with its *witness* numbered; None if nothing was recorded.

    Actors stand in the order of the scenario, main first.  Bars of one actor that overlap
    (its target ran twice) stand in rows of their own.  Labels of one lane never overlap; one
    that finds no place is left out, except a witness's.
    """
    drawn = window(history, witness)
    if not drawn:
        return None
    plot = PLOT
    laid = _laid(history, witness, drawn, plot)
    for _ in range(MOST_TRIES):
        if laid.width <= WIDTH or plot <= NARROW:
            break
        # Labels stand to the right of where their bars begin: the last ones may need some room.
        plot = max(NARROW, plot - (laid.width - WIDTH))
        laid = _laid(history, witness, drawn, plot)
    return laid


def _laid(
    history: History, witness: Sequence[Operation], drawn: Sequence[Operation], plot: float
) -> Timeline:
    """Return the timeline with a plot of about *plot* width; many instants make it wider."""
    chosen = {_key(op) for op in drawn}
    hidden = [op for op in history.operations if _key(op) not in chosen]
    stamps = [s for op in drawn for s in (op.invoked_ns, op.returned_ns) if s is not None]
    width = max(plot, 9.0 * len(stamps))
    axis = scale(stamps, left=GUTTER, width=width, hidden=[op.invoked_ns for op in hidden])
    numbers = {_key(op): i for i, op in enumerate(witness, 1)}
    end = axis.places[-1] + (48.0 if any(op.open for op in drawn) else 8.0)
    lanes = []
    y = TOP
    for actor in _actors(history, drawn, windowed=bool(hidden)):
        lane = _lane(actor, [op for op in drawn if op.actor == actor], axis, numbers, y=y, end=end)
        lanes.append(lane)
        y += lane.height
    reach = max((lb.x + CHARACTER * len(lb.text) + 20 for lane in lanes for lb in lane.labels), default=end)
    folds = ((f, sum(f.begin_ns < op.invoked_ns < f.end_ns for op in hidden)) for f in axis.folds)
    return Timeline(
        width=max(end, reach, WIDTH),
        height=y + (18.0 if hidden else 6.0),
        end=end,
        lanes=tuple(lanes),
        ticks=axis.ticks(min(op.invoked_ns for op in history.operations)),
        folds=tuple(folds),
        guides=tuple(_guides(witness, axis)),
        drawn=len(drawn),
        total=len(history.operations),
    )


def _key(op: Operation) -> tuple[str, int, int, str]:
    return op.actor, op.step, op.invoked_ns, op.method


def _actors(history: History, drawn: Iterable[Operation], *, windowed: bool) -> list[str]:
    """Return the actors that get a lane: all, or in a window those that did something in it."""
    active = {op.actor for op in drawn}
    known = ["main", *(a for a in history.scenario.actors if a != "main")]
    known += sorted(active - set(known))
    return [a for a in known if a in active or not windowed]


def _guides(witness: Sequence[Operation], axis: Scale) -> Iterable[tuple[int, float]]:
    """Yield where the witness begins and ends, so that its order can be read across lanes."""
    for number, op in enumerate(witness[:4], 1):
        for stamp in (op.invoked_ns, op.returned_ns):
            if stamp is not None and axis.stamps[0] <= stamp <= axis.stamps[-1]:
                yield number, axis.x(stamp)


def _lane(
    actor: str,
    operations: Sequence[Operation],
    axis: Scale,
    numbers: dict[tuple[str, int, int, str], int],
    *,
    y: float,
    end: float,
) -> Lane:
    """Return the lane of *actor*, with its bars in rows and its labels below them."""
    ends: list[float] = []
    bars = []
    for op in operations:
        x = axis.x(op.invoked_ns)
        right = end if op.returned_ns is None else max(axis.x(op.returned_ns), x + 2.0)
        row = next((r for r, taken in enumerate(ends) if taken <= x), len(ends))
        ends[row:] = [right, *ends[row + 1 :]]
        top = y + PADDING + row * (BAR + 3.0)
        bars.append(Bar(operation=op, number=numbers.get(_key(op), 0), x=x, y=top, width=right - x))
    base = y + PADDING + max(len(ends), 1) * (BAR + 3.0)
    labels, rows = _labels(bars, base)
    return Lane(
        actor=actor, y=y, height=base - y + rows * LABEL + PADDING, bars=tuple(bars), labels=tuple(labels)
    )


def _labels(bars: Sequence[Bar], base: float) -> tuple[list[Label], int]:
    """Place the labels below *base*; return them, and how many rows they take.

    From right to left, each in the first row that has room: what stands in the rows above it
    begins further right, so that the line that leads to a label crosses no other label.
    """
    begins: list[float] = []
    labels = []
    for bar in sorted(bars, key=lambda b: -b.x):
        text = _text(bar)
        right = bar.x + CHARACTER * len(text) + (22.0 if bar.number else 10.0)
        row = next((r for r, taken in enumerate(begins) if right <= taken), len(begins))
        if row >= LABEL_ROWS and not bar.number:
            continue
        begins[row:] = [bar.x, *begins[row + 1 :]]
        y = base + row * LABEL + 11.0
        labels.append(Label(text=text, number=bar.number, x=bar.x, y=y, top=bar.y + BAR))
    return labels[::-1], len(begins)


def _text(bar: Bar) -> str:
    """Return what a bar's label says: the call, and what came of it if that is of interest."""
    op = bar.operation
    told = pseudocode.operation_line(op)
    if op.step != -1 and (op.open or op.outcome == "raised" or op.result is not None):
        told += f" → {pseudocode.result(op)}"
    if bar.number:
        told = f"{op.actor}: {told}"
    most = WITNESS_CUT if bar.number else CUT
    return told if len(told) <= most else f"{told[: most - 1]}…"
