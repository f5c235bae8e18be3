"""The badge: the outcome in a few words, as JSON for shields.io and as an SVG of our own."""

import json
import math

from markupsafe import escape

from mpconform_reports import gate
from mpconform_reports.judgements import judgements
from mpconform_reports.record import Record

__all__ = ("as_json", "as_svg", "words")

_LABEL = "mpconform"
_COLOURS = {"brightgreen": "#2e7d32", "red": "#b3261a", "yellow": "#8a6d00", "lightgrey": "#5f6368"}


def words(record: Record) -> tuple[str, str]:
    """Return what the badge says, and its colour."""
    found = [judgement.verdict for judgement in judgements(record)]
    if record.ended != "completed":
        return record.ended, "lightgrey"
    if failed := found.count("failed"):
        return f"{failed} failing", "red"
    if errors := found.count("error"):
        return f"{errors} inconclusive", "yellow"
    if not (passing := found.count("passed")):
        return "nothing judged", "lightgrey"
    known = gate.counts(record).get("known", 0)
    return f"{passing} conform" + (f", {known} known" if known else ""), "brightgreen"


def as_json(record: Record) -> str:
    """Return what an endpoint badge of shields.io reads."""
    message, colour = words(record)
    shown = {"schemaVersion": 1, "label": _LABEL, "message": message, "color": colour}
    return json.dumps(shown) + "\n"


def as_svg(record: Record) -> str:
    """Return the badge as a picture that needs no other file."""
    message, colour = words(record)
    left, right = _width(_LABEL), _width(message)
    text = f"{_LABEL}: {message}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{escape(text)}"><title>{escape(text)}</title>'
        f'<rect width="{left}" height="20" fill="#3c4043"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{_COLOURS[colour]}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14">{escape(_LABEL)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{escape(message)}</text></g></svg>\n'
    )


def _width(text: str) -> int:
    """Return the width of *text* and its margins, in pixels, at 11 pixels a line."""
    return math.ceil(len(text) * 6.7) + 12
