"""Tests of the page in a browser: the filters work, nothing fails, nothing is fetched."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import report_record as made
from mpconform_reports import html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
]

SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--enable-logging=stderr", "--virtual-time-budget=3000",
)  # fmt: skip

Browse = Callable[..., tuple[str, str]]


@pytest.fixture
def browse(tmp_path_factory: pytest.TempPathFactory) -> Browse:
    """Open a page; return its document as the browser has it then, and what the browser logged."""

    def opened(page: Path, address: str = "", *switches: str) -> tuple[str, str]:
        profile = tmp_path_factory.mktemp("profile")
        command = [str(CHROMIUM), *SWITCHES, f"--user-data-dir={profile}", *switches, "--dump-dom"]
        done = subprocess.run(
            [*command, f"{page.as_uri()}{address}"], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout, done.stderr

    return opened


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the hand-made run."""
    return html.write(made.make(tmp_path_factory.mktemp("run")))


def shown(document: str) -> list[str]:
    """The ids of the requirements that are not hidden, in order."""
    rows = re.findall(r'<tr class="requirement" id="([^"]+)"([^>]*)>', document)
    return [name for name, rest in rows if not re.search(r"\shidden\b", re.sub(r'"[^"]*"', "", rest))]


ALL = [name for name, *_ in made.REQUIREMENTS]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ALL),
        ("#?outcome=violates", ["QUEUE-FIFO", "CONDITION-PROGRESS"]),
        ("#?family=shm", ["SHM-ZERO", "SHM-UNLINK"]),
        ("#?family=condition&outcome=unknown", ["CONDITION-WAKE"]),
        ("#?outcome=unsupported&text=unlink", ["SHM-UNLINK"]),
        ("#?text=ITEM+puts", ["QUEUE-FIFO"]),
        ("#?text=%3Cscript%3E", ["SHM-ZERO"]),
        ("#?text=nothing+of+the+kind", []),
        ("#?family=of+no+such+name", ALL),
        ("#?family=shm&outcome=violates", []),
        ("#matrix", ALL),
        ("#%E0%A4%A", ALL),
    ],
)
def test_the_address_filters_the_matrix(
    browse: Browse, page: Path, address: str, expected: list[str]
) -> None:
    """Family, outcome and text, alone and together; what fits nothing shows a sentence instead."""
    document, log = browse(page, address)

    assert shown(document) == expected
    assert f">{len(expected)} of {len(ALL)} requirements</output>" in document
    assert bool(re.search(r'id="nothing" hidden', document)) == bool(expected)
    assert "CONSOLE" not in log


def test_families_without_a_row_are_hidden(browse: Browse, page: Path) -> None:
    """Their titles do not stand over nothing."""
    document, _ = browse(page, "#?family=shm")
    bodies = re.findall(r'<tbody id="family-(\w+)"[^>]*?( hidden="")?>', document)

    assert bodies == [("queue", ' hidden=""'), ("condition", ' hidden=""'), ("shm", "")]


def test_a_link_to_a_requirement_opens_it(browse: Browse, page: Path) -> None:
    """Its source and reason are there at once."""
    document, _ = browse(page, "#SHM-UNLINK")

    assert re.search(r'id="SHM-UNLINK"[^>]*>\s*<th scope="row"><details open', document)


def test_the_contracts_stand_between_violations_and_observations(browse: Browse, page: Path) -> None:
    """A section of its own, whose details are folded; the sections keep their order."""
    document, log = browse(page, "#contracts")

    places = [document.index(f'<section id="{name}"') for name in ("violations", "contracts", "observations")]
    assert places == sorted(places)
    assert document.count('<details class="contract">') == 4
    assert "CONSOLE" not in log


@pytest.mark.parametrize(
    "switches", [(), ("--blink-settings=preferredColorScheme=0",), ("--window-size=500,900",)]
)
def test_nothing_fails_and_nothing_is_fetched(browse: Browse, page: Path, switches: tuple[str, ...]) -> None:
    """No error and no refusal in the console, light or dark, wide or narrow."""
    document, log = browse(page, "", *switches)

    assert "CONSOLE" not in log
    assert '<form id="filter" class="filter">' in document
    assert document.count('<button type="button" class="copy">') == 2


def test_what_is_chosen_becomes_the_address(browse: Browse, page: Path) -> None:
    """A view can be linked; showing all again leaves a plain address."""
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text("utf-8"))
    chosen, typed = page.with_name("chosen.html"), page.with_name("typed.html")
    choose = """
        const form = document.getElementById("filter");
        form.elements.family.value = "queue";
        form.elements.text.value = "ends, at most";
        form.dispatchEvent(new Event("input"));
        document.body.dataset.address = location.hash;
        """
    chosen.write_text(text.replace("</body>", f"<script>{choose}</script></body>"), "utf-8")
    typed.write_text(text.replace("</body>", f"<script>{choose}form.reset()</script></body>"), "utf-8")

    document, _ = browse(chosen)
    again, _ = browse(typed)

    assert 'data-address="#?family=queue&amp;text=ends%2C+at+most"' in document
    assert shown(document) == []
    assert shown(again) == ALL


def test_an_error_in_a_script_would_be_seen(browse: Browse, page: Path, tmp_path: Path) -> None:
    """The absence of errors means something: a page with one, and with a foreign script, shows both."""
    broken = tmp_path / "broken.html"
    text = page.read_text("utf-8")
    broken.write_text(
        text.replace('document.getElementById("filter")', 'document.getElementById("gone")'), "utf-8"
    )

    _, log = browse(broken)

    assert "CONSOLE" in log


def test_the_page_is_useful_without_script(browse: Browse, page: Path) -> None:
    """Everything is shown, and what needs a script is hidden."""
    silent = page.with_name("silent.html")
    silent.write_text(re.sub(r"script-src [^;]*;", "script-src 'none';", page.read_text("utf-8")), "utf-8")

    document, log = browse(silent, "#?outcome=violates")

    assert "Content Security Policy" in log
    assert shown(document) == ALL
    assert '<form id="filter" class="filter" hidden' in document
    assert "c0 got p0's item 1" in document


def test_no_page_is_wider_than_a_phone(browse: Browse, tmp_path: Path) -> None:
    """At 390 pixels only the boxes scroll sideways, whatever the size of the run."""
    for name, out in (
        ("small", made.make(tmp_path / "small")),
        ("large", made.write_events(tmp_path / "large", made.large_events())),
    ):
        html.write(out)
        # A window is never as narrow as a phone, but a frame may be; its width is asked from inside it.
        inner = (out / "index.html").read_text("utf-8")
        inner = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", inner)
        probe = "<script>parent.postMessage(document.documentElement.scrollWidth, '*')</script>"
        (out / "index.html").write_text(inner.replace("</body>", f"{probe}</body>"), "utf-8")
        frame = tmp_path / f"{name}.html"
        frame.write_text(
            "<!doctype html><p id=width></p>"
            "<script>onmessage = e => width.textContent = `width ${e.data}`</script>"
            f'<iframe src="{name}/index.html" style="width:390px;height:800px;border:0"></iframe>'
        )
        document, _ = browse(frame)

        assert ">width 390<" in document
