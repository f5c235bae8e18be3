"""The drawing of a timeline, as SVG that stands in a page and takes its colours from it."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from mpconform.checkers.telling import Teller, duration
from mpconform.values import History
from mpconform_reports.timeline import BAR, GUTTER, TOP, Bar, Label, Lane, Timeline

__all__ = ("draw", "element")


def element(name: str, *children: Markup | str, **attributes: str | float) -> Markup:
    """Return an element; children and attributes are escaped, underscores in names become dashes.

    Numbers are written with one decimal at most.  A trailing underscore is dropped: ``class_``.
    """
    words = [
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _plain(value))
        for key, value in attributes.items()
        if value != ""
    ]
    inside = Markup().join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), Markup().join(words), inside)  # noqa: S704


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def draw(timeline: Timeline, history: History, *, name: str) -> Markup:
    """Return the drawing of *timeline*; *name* is unique in the page, and begins its ids."""
    teller = Teller(history)
    about = (
        f"Timeline of {timeline.drawn} of {timeline.total} operations, a lane for each of "
        f"{len(timeline.lanes)} actors; the witness is told in the table below."
    )
    return element(
        "svg",
        element("title", f"Timeline of {len(timeline.lanes)} actors", id=f"{name}-title"),
        element("desc", about, id=f"{name}-desc"),
        _fills(name),
        *(_background(lane, i, timeline.width) for i, lane in enumerate(timeline.lanes)),
        *(
            _fold(fold.x, fold.width, fold.end_ns - fold.begin_ns, left_out, timeline)
            for fold, left_out in timeline.folds
        ),
        *_axis(timeline),
        *_guides(timeline),
        *(_lane(lane, teller, name) for lane in timeline.lanes),
        viewBox=f"0 0 {timeline.width:.0f} {timeline.height:.0f}",
        width=timeline.width,
        height=timeline.height,
        class_="timeline",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def _fills(name: str) -> Markup:
    """Return the gradients by which open operations fade out, and the stripes of those that raised."""
    gradients = (
        element(
            "linearGradient",
            element("stop", offset="0", class_=f"fade-{kind}"),
            element("stop", offset="1", class_=f"fade-{kind}", stop_opacity="0"),
            id=f"{name}-{kind}",
        )
        for kind in ("plain", "verb", "witness")
    )
    stripes = element(
        "pattern",
        element("rect", width=6, height=6, class_="stripe-back"),
        element("path", d="M0,0 V6", class_="stripe"),
        id=f"{name}-stripes",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return element("defs", *gradients, stripes)


def _background(lane: Lane, index: int, width: float) -> Markup:
    shown = lane.actor if len(lane.actor) <= 15 else f"{lane.actor[:14]}…"
    return element(
        "g",
        element("rect", x=0, y=lane.y, width=width, height=lane.height, class_=f"lane lane-{index % 2}"),
        element("text", shown, element("title", lane.actor), x=10, y=lane.y + 21, class_="actor"),
        Markup()
        if lane.bars
        else element("text", "recorded nothing", x=GUTTER, y=lane.y + 21, class_="nothing"),
    )


def _fold(x: float, width: float, length_ns: int, left_out: int, timeline: Timeline) -> Markup:
    """Return the mark of a folded stretch: a hatched band, and how long it really was."""
    told = f"{duration(length_ns)} folded"
    if left_out:
        told += f", with {left_out} operations that are not drawn"
    zigzag = "".join(f"l{4 if i % 2 else -4},6" for i in range(int((timeline.height - TOP) / 6)))
    parts = [
        element("title", told),
        element("rect", x=x + 3, y=TOP, width=width - 6, height=timeline.height - TOP, class_="fold"),
        element("path", d=f"M{x + 5:.1f},{TOP:.0f} {zigzag}", class_="tear"),
        element("path", d=f"M{x + width - 1:.1f},{TOP:.0f} {zigzag}", class_="tear"),
        element("text", duration(length_ns), x=x + width / 2, y=TOP - 6, class_="folded"),
    ]
    if left_out:
        parts.append(
            element("text", f"+{left_out} ops", x=x + width / 2, y=timeline.height - 5, class_="folded")
        )
    return element("g", *parts)


def _axis(timeline: Timeline) -> Iterable[Markup]:
    """Yield the marks of the axis; one whose text would touch a fold's text has only its line."""
    for tick in timeline.ticks:
        yield element("line", x1=tick.x, x2=tick.x, y1=TOP, y2=timeline.height, class_="tick")
        room = 6.4 * len(tick.text) / 2
        if all(tick.x + room < fold.x or tick.x - room > fold.x + fold.width for fold, _ in timeline.folds):
            yield element("text", tick.text, x=tick.x, y=TOP - 6, class_="time")


def _guides(timeline: Timeline) -> Iterable[Markup]:
    for _, x in timeline.guides:
        yield element("line", x1=x, x2=x, y1=TOP, y2=timeline.height, class_="guide")


def _lane(lane: Lane, teller: Teller, name: str) -> Markup:
    return element("g", *(_bar(bar, teller, name) for bar in lane.bars), *(_label(lb) for lb in lane.labels))


def _bar(bar: Bar, teller: Teller, name: str) -> Markup:
    """Return a bar, with the whole story of its operation where the pointer rests on it."""
    op = bar.operation
    kind = (
        "witness" if bar.number else "raised" if op.outcome == "raised" else "plain" if op.target else "verb"
    )
    fill = f"url(#{name}-{kind})" if op.open else f"url(#{name}-stripes)" if kind == "raised" else ""
    look = f"bar {kind} open" if op.open else f"bar {kind}"
    parts = [
        element("title", teller.tell(op)),
        element("rect", x=bar.x, y=bar.y, width=bar.width, height=BAR, rx=2.5, class_=look, fill=fill),
    ]
    if bar.number and bar.width >= 14:
        middle = bar.x + (10.0 if op.open else bar.width / 2)
        parts.append(element("text", str(bar.number), x=middle, y=bar.y + 13, class_="badge"))
    return element("g", *parts)


def _label(label: Label) -> Markup:
    """Return a label, its number first if it is of the witness, and the line that leads to it."""
    number = element("tspan", f"{label.number} ", class_="number") if label.number else Markup()
    return element(
        "g",
        element("path", d=f"M{label.x + 0.5:.1f},{label.top:.1f} V{label.y - 3:.1f} h4", class_="leader"),
        element(
            "text",
            number,
            label.text,
            x=label.x + 7,
            y=label.y,
            class_="label of-witness" if label.number else "label",
        ),
    )
