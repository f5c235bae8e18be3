"""A backend and what it offers."""

import msgspec
import pytest

from mpconform.backend import Backend, Offer, missing, require
from mpconform.errors import Unsupported

OFFER = Offer(
    module="m", version="1", file="f", python="3.11.7", implementation="CPython", methods=("fork",),
    capabilities=frozenset({"Queue", "Pool"}),
)  # fmt: skip


@pytest.mark.parametrize(("method", "spec"), [("spawn", "m:spawn"), ("", "m")])
def test_a_backend_is_written_as_on_the_command_line(method: str, spec: str) -> None:
    """The start method after a colon, if there is one."""
    assert Backend(module="m", method=method).spec == spec


def test_what_is_missing_is_sorted() -> None:
    """Every capability that is lacking, not the first."""
    assert missing(OFFER, ["Value", "Queue", "Lock"]) == ("Lock", "Value")
    assert missing(OFFER, []) == ()


def test_what_is_missing_is_named_when_it_is_required() -> None:
    """All of it, in one sentence."""
    with pytest.raises(Unsupported, match=r"^m offers no Lock, Value$"):
        require(OFFER, ["Value", "Lock", "Pool"])
    require(OFFER, ["Pool"])


def test_both_survive_json() -> None:
    """They are stored with a run."""
    backend = Backend(module="m", paths=("a",), environment=(("A", "b"),))

    assert msgspec.json.decode(msgspec.json.encode(backend), type=Backend) == backend
    assert msgspec.json.decode(msgspec.json.encode(OFFER), type=Offer) == OFFER
    with pytest.raises(msgspec.ValidationError, match="unknown"):
        msgspec.json.decode(b'{"module": "m", "colour": 1}', type=Backend)
