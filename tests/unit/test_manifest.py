"""The capability manifest: what its schema says, for whatever was probed."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
from typer.testing import CliRunner

from fakes import BACKEND, OFFER
from mpconform.backend import Backend, Offer
from mpconform_conformance import cli, manifest
from mpconform_conformance.catalogue import requirements


def read(*probed: tuple[Backend, Offer]) -> Any:
    """Return the manifest, which is what its schema says."""
    document = json.loads(manifest.render(probed))
    schema = json.loads(
        (resources.files("mpconform_conformance") / "manifest.schema.json").read_text("utf-8")
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    return document


def test_every_requirement_is_supported_or_lacks_something_or_is_not_promised() -> None:
    """In one place only; and what is lacking is what it needs and was not found."""
    (row,) = read((BACKEND, OFFER))["backends"]
    everything = {r.id: r for r in requirements()}
    unpromised = {r.id for r in everything.values() if not r.promised(OFFER.python)}

    assert row["capabilities"] == ["Queue"]
    assert set(row["supported"]).isdisjoint(row["lacking"])
    assert set(row["supported"]) | set(row["lacking"]) | unpromised == set(everything)
    for name in row["supported"]:
        assert set(everything[name].needs) <= {"Queue"}
    for name, needs in row["lacking"].items():
        assert set(needs) == set(everything[name].needs) - {"Queue"} != set()


def test_a_manifest_is_the_same_for_the_same_backend() -> None:
    """Sets have no order; a file under version control has."""
    more = msgspec.structs.replace(OFFER, capabilities=frozenset({"Queue", "Pipe", "Pool", "Lock", "Event"}))
    again = msgspec.structs.replace(more, capabilities=frozenset(sorted(more.capabilities, reverse=True)))

    assert manifest.render([(BACKEND, more)]) == manifest.render([(BACKEND, again)])
    assert read((BACKEND, more), (BACKEND, OFFER))["backends"][0]["capabilities"] == sorted(more.capabilities)


def test_probe_writes_a_manifest_beside_its_table_or_prints_it(tmp_path: Path) -> None:
    """The same document either way; of the real standard library."""
    path = tmp_path / "manifest.json"
    asked = ["probe", "--backend", "multiprocessing:fork"]
    written = CliRunner().invoke(cli.app, [*asked, "--manifest", str(path)])
    printed = CliRunner().invoke(cli.app, [*asked, "--manifest", "-"])

    assert (written.exit_code, printed.exit_code) == (0, 0), written.output + printed.output
    assert "Process.kill" in written.output
    assert written.output.rstrip().endswith("manifest.json")
    assert printed.output == path.read_text()
    (row,) = json.loads(printed.output)["backends"]
    assert row["spec"] == "multiprocessing:fork"
    assert {need.partition(".")[0] for needs in row["lacking"].values() for need in needs} == {"method"}
