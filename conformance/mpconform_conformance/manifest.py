"""The capability manifest: what backends offer, and which requirements can be asked of them, as JSON.

Its schema is ``manifest.schema.json`` beside this module.
"""

import importlib.metadata
from collections.abc import Iterable

import msgspec

from mpconform.backend import Backend, Offer, missing
from mpconform.values import Json
from mpconform_conformance import catalogue

__all__ = ("FORMAT", "render")

#: The number of this format.
FORMAT = 1


def render(probed: Iterable[tuple[Backend, Offer]]) -> str:
    """Return the manifest of the backends that were *probed*: the same for the same ones, line by line."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "mpconform": importlib.metadata.version("mpconform"),
        "backends": [_row(backend, offer) for backend, offer in probed],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _row(backend: Backend, offer: Offer) -> dict[str, Json]:
    """Return what one backend offers, and what cannot be asked of it for want of that, or of its Python."""
    lacking: dict[str, Json] = {}
    supported = []
    for requirement in catalogue.requirements():
        if needs := missing(offer, requirement.needs):
            lacking[requirement.id] = list(needs)
        elif requirement.promised(offer.python):
            supported.append(requirement.id)
    return {
        "spec": backend.spec,
        "module": offer.module,
        "version": offer.version,
        "file": offer.file,
        "python": offer.python,
        "implementation": offer.implementation,
        "methods": list(offer.methods),
        "capabilities": sorted(offer.capabilities),
        "supported": sorted(supported),
        "lacking": lacking,
    }
