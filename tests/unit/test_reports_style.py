"""Tests of the page's style and policy: what can be read, and what may run."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

import report_record as made
from mpconform_reports import html
from mpconform_reports.record import read


def test_the_policy_lets_in_exactly_our_script_and_style(tmp_path: Path) -> None:
    """The hashes in the policy are those of the texts on the page."""
    text = html.write(made.make(tmp_path)).read_text("utf-8")
    for tag in ("script", "style"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()

        assert f"{tag}-src &#39;sha256-{digest}&#39;" in text or f"{tag}-src 'sha256-{digest}'" in text


def luminance(colour: str) -> float:
    """The relative luminance of a colour such as #1e2124."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "back"),
    [
        ("ink", "paper"), ("ink", "raised"), ("ink", "sunk"), ("soft", "paper"), ("soft", "raised"),
        ("soft", "sunk"), ("link", "paper"), ("link", "raised"), ("good", "good-back"), ("bad", "bad-back"),
        ("bad", "raised"), ("dull", "dull-back"), ("ours", "ours-back"), ("warn", "warn-back"),
        ("on-bad", "bad-solid"),
    ],
)  # fmt: skip
def test_text_can_be_read_on_its_ground(tmp_path: Path, scheme: str, ink: str, back: str) -> None:
    """Every pair of ink and ground has a contrast of at least 4.5 in both colour schemes."""
    style = html.render(read(made.make(tmp_path)))
    schemes = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", schemes[0]))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", schemes[1]))

    assert contrast(colours[ink], colours[back]) >= 4.5
