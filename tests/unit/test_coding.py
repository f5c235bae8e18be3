"""Coding: what each tag becomes, what each result is recorded as."""

import json
import math
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from _mpconform_agent import coding, heard, payload, tasks
from _mpconform_agent.coding import Refused, decode, encode, encode_exception, is_static, names_in
from _mpconform_agent.scope import Context, Scope, Unbound


class Thing:
    """Something of a backend's own."""

    def __repr__(self) -> str:
        return "<thing " + "x" * 500


class Broken:
    """What cannot even be shown."""

    def __repr__(self) -> str:
        raise ValueError("no")


class BrokenList(list[int]):
    def __getitem__(self, index: Any) -> Any:
        raise RuntimeError("no")


THING = Thing()


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    context = Context(str(tmp_path), 7, ["main", "p0"], "mpc1-7-", ("multiprocessing", "fork"))
    return Scope(context, "main", {"q": THING})


ARGUMENTS = [
    pytest.param(None, None, id="null"),
    pytest.param(True, True, id="boolean"),
    pytest.param(3.5, 3.5, id="number"),
    pytest.param("text", "text", id="string"),
    pytest.param([1, [2]], [1, [2]], id="lists"),
    pytest.param({}, {}, id="empty-object"),
    pytest.param({"$item": ["p0", 3, 5]}, payload.item("p0", 3, 5), id="item"),
    pytest.param({"$bytes": [3, 9]}, payload.message(3, 9), id="bytes"),
    pytest.param({"$bytes": [3, 8, "I"]}, memoryview(payload.message(3, 8)).cast("I"), id="wide-bytes"),
    pytest.param({"$hex": "00ff"}, b"\x00\xff", id="hex"),
    pytest.param({"$object": "q"}, THING, id="object"),
    pytest.param({"$attribute": ["q", "__class__"]}, Thing, id="attribute"),
    pytest.param({"$unique": "seg"}, "mpc1-7-seg", id="unique"),
    pytest.param({"$buffer": ["b", 3]}, bytearray(b"\xee\xee\xee"), id="buffer"),
    pytest.param({"$slice": [1, None]}, slice(1, None), id="slice"),
    pytest.param({"$slice": [None, 9, 2]}, slice(None, 9, 2), id="slice-with-step"),
    pytest.param({"$tuple": [1, {"$hex": "00"}, {"$tuple": []}]}, (1, b"\x00", ()), id="tuple"),
    pytest.param({"$function": "square"}, tasks.square, id="function"),
    pytest.param({"$float": "inf"}, math.inf, id="float"),
]


@pytest.mark.parametrize(("written", "expected"), ARGUMENTS)
def test_every_tag_becomes_what_the_contract_says(scope: Scope, written: Any, expected: Any) -> None:
    """Each written argument stands for one value."""
    found = decode(written, scope)

    assert found == expected
    assert type(found) is type(expected)


def test_tasks_carry_what_a_worker_needs(scope: Scope) -> None:
    """A task knows its number, its behaviour, and where to record that it was done."""
    one = decode({"$task": [4, "echo", {"$hex": "00"}]}, scope)
    several = decode({"$tasks": [2, 2, "square"]}, scope)

    assert one == (4, ("echo", b"\x00"), scope.folder, 7)
    assert several == [(2, ("square",), scope.folder, 7), (3, ("square",), scope.folder, 7)]


def test_an_initializer_knows_where_to_record(scope: Scope, tmp_path: Path) -> None:
    """It is called by the backend with the scenario's arguments only."""
    (tmp_path / "executions").touch()
    (tmp_path / "board").write_bytes(bytes(5000))

    decode({"$function": "initialise"}, scope)(9)

    assert tasks._behave(0, "initialised", (), "", 0) == 9
    assert (tmp_path / "executions").stat().st_size == tasks.EXECUTION.size

    decode({"$function": "initialise"}, scope)(9, "b")
    assert tasks._behave(0, "initialised", (), "", 0) == [9, "b"]


def test_an_iterator_can_be_used_once(scope: Scope) -> None:
    """A backend that goes over its argument twice finds nothing the second time."""
    found = decode({"$iterator": [1, {"$hex": "01"}]}, scope)

    assert list(found) == [1, b"\x01"]
    assert list(found) == []


def test_a_buffer_is_bound_for_later_steps(scope: Scope) -> None:
    """What the backend fills, the scenario can look at."""
    buffer = decode({"$buffer": ["b", 4]}, scope)

    assert scope.named("b") is buffer


def test_a_wide_buffer_is_a_view_of_what_is_bound(scope: Scope) -> None:
    """The call sees wide elements, later steps see bytes."""
    view = decode({"$buffer": ["b", 8, "I"]}, scope)
    view[1] = 0

    assert view.itemsize == 4
    assert scope.named("b") == bytearray(b"\xee" * 4 + bytes(4))


def test_a_callback_belongs_to_main(scope: Scope) -> None:
    """Only main's callbacks are recorded: another actor's would be lost."""
    other = Scope(scope.context, "p0", {})

    with pytest.raises(LookupError, match="of p0"):
        decode({"$callback": "done"}, other)


def test_a_name_that_means_nothing_is_unbound(scope: Scope) -> None:
    """So that the step can be skipped."""
    with pytest.raises(Unbound):
        decode([{"$tuple": [{"$object": "nobody"}]}], scope)
    with pytest.raises(Unbound):
        decode({"$attribute": ["nobody", "x"]}, scope)


def test_a_tag_that_does_not_exist_is_no_unbound_name(scope: Scope) -> None:
    """A misspelt tag is a defect of ours, and never a step that is silently skipped."""
    with pytest.raises(LookupError, match="nonsense") as caught:
        decode({"$nonsense": 1}, scope)
    assert not isinstance(caught.value, Unbound)


def test_an_attribute_that_the_backend_refuses_is_told_apart(scope: Scope) -> None:
    """The backend's exception is kept as it was."""
    with pytest.raises(Refused) as caught:
        decode({"$attribute": ["q", "missing"]}, scope)

    assert isinstance(caught.value.error, AttributeError)


@pytest.mark.parametrize(
    ("written", "static"),
    [
        (1, True),
        ([1, {"$hex": "00"}], True),
        ({}, True),
        ({"$item": ["p", 0, 1 << 16]}, True),
        ({"$item": ["p", 0, (1 << 16) + 1]}, False),
        ({"$bytes": [0, 1 << 20]}, False),
        ({"$tuple": [1, {"$object": "q"}]}, False),
        ({"$slice": [1, 2]}, True),
        ({"$function": "square"}, True),
        ({"$iterator": [1]}, False),
        ({"$buffer": ["b", 1]}, False),
        ({"$action": ["note"]}, True),
        ({"$predicate": ["q", 1]}, False),
        ({"$unique": "x"}, False),
        ({"$socket": "x"}, False),
        ([{"$object": "q"}], False),
    ],
)
def test_what_needs_nothing_from_the_run_is_made_before_it(written: Any, static: bool) -> None:  # noqa: FBT001
    """Names, one-shot values and large payloads are not."""
    assert is_static(written) == static


def test_names_are_found_wherever_they_stand() -> None:
    """An actor is given every object that its steps name, however deep."""
    written = [
        {"$object": "a"}, {"$attribute": ["b", "x"]}, {"$tuple": [{"$object": "c"}]}, [[{"$object": "d"}]],
        {"$iterator": [{"$object": "e"}]}, {"$item": ["p0", 1, 2]}, "f",
        {"$task": [1, "hold", {"$object": "g"}]}, {"$predicate": ["h", 1]}, {"$action": ["note"]},
    ]  # fmt: skip

    assert names_in(written) == set("abcdegh")


def test_an_action_that_does_not_exist_is_a_fault_of_ours(scope: Scope) -> None:
    """It is told when the scenario is made, not when the backend calls it."""
    with pytest.raises(LookupError, match="no action behaves like 'dance'"):
        decode({"$action": ["dance"]}, scope)


def test_what_is_called_in_no_actor_is_not_recorded(scope: Scope) -> None:
    """A predicate and an action work without a tape."""
    scope.bind("v", SimpleNamespace(value=2))

    assert decode({"$predicate": ["v", 2]}, scope)() == 2
    assert decode({"$predicate": ["v", 3]}, scope)() == ""
    assert decode({"$action": ["note"]}, scope)() is None
    with pytest.raises(heard.ActionFailed):
        decode({"$action": ["fail"]}, scope)()


RESULTS = [
    pytest.param(None, None, id="none"),
    pytest.param(False, False, id="bool"),
    pytest.param(1 << 1000, 1 << 1000, id="big-int"),
    pytest.param(-(1 << 1000), -(1 << 1000), id="big-negative-int"),
    pytest.param(1.5, 1.5, id="float"),
    pytest.param(math.nan, {"$float": "nan"}, id="nan"),
    pytest.param(-math.inf, {"$float": "-inf"}, id="infinity"),
    pytest.param("é" * 1000, "é" * 1000, id="text"),
    pytest.param("x" * 1001, {"$text": [1001, zlib.crc32(b"x" * 1001)]}, id="long-text"),
    pytest.param("\ud800", {"$text": [1, zlib.crc32(b"\xed\xa0\x80")]}, id="lone-surrogate"),
    pytest.param(b"abc", {"$digest": [3, 891568578]}, id="bytes"),
    pytest.param(bytearray(b"abc"), {"$bytearray": [3, 891568578]}, id="bytearray"),
    pytest.param(memoryview(b"abc"), {"$digest": [3, 891568578]}, id="memoryview"),
    pytest.param(("p0", 1, b"abc"), {"$item": ["p0", 1, 3, 891568578]}, id="item"),
    pytest.param(("p0", 1, "abc"), {"$tuple": ["p0", 1, "abc"]}, id="no-item"),
    pytest.param((1, [2, (3,)]), {"$tuple": [1, [2, {"$tuple": [3]}]]}, id="nested"),
    pytest.param([THING], [{"$object": "q"}], id="object-in-a-list"),
    pytest.param(list(range(1001)), [*range(1000), {"$more": 1}], id="long-list"),
]


@pytest.mark.parametrize(("result", "expected"), RESULTS)
def test_every_result_is_recorded_as_the_contract_says(scope: Scope, result: Any, expected: Any) -> None:
    """And is JSON that our reader takes."""
    found = encode(result, scope)

    assert found == expected
    assert msgspec.json.decode(json.dumps(found).encode()) == expected


def test_an_enormous_int_is_cut(scope: Scope) -> None:
    """Python itself refuses to write it in decimal digits."""
    kind, shown = encode(1 << 100_000, scope)["$other"]

    assert kind == "builtins.int"
    assert shown.startswith("0x1000")
    assert len(shown) == 200


def test_anything_else_is_shown_by_type_and_repr(scope: Scope) -> None:
    """The repr is cut, and may be broken."""
    shown = encode(Thing(), scope)["$other"]
    broken = encode(Broken(), scope)["$other"]

    assert shown[0].endswith(".Thing")
    assert len(shown[1]) == 200
    assert broken[1] == "<repr raised ValueError>"


def test_a_list_that_is_broken_is_shown_by_type(scope: Scope) -> None:
    """A backend's own kind of list may raise while one looks at it."""
    assert encode(BrokenList([1]), scope)["$other"][0].endswith(".BrokenList")


def test_a_view_that_was_released_is_shown_by_type(scope: Scope) -> None:
    """Its bytes have gone."""
    view = memoryview(bytearray(3))
    view.release()

    assert encode(view, scope)["$other"][0] == "builtins.memoryview"


def test_a_list_in_itself_ends(scope: Scope) -> None:
    """Nesting is followed for a while."""
    endless: list[Any] = []
    endless.append(endless)

    assert "$other" in json.dumps(encode(endless, scope))


def test_an_exception_is_told_with_all_its_classes(scope: Scope) -> None:
    """Raised or returned, with encoded arguments; one in itself ends."""
    error = KeyError("x", b"abc", THING)
    error.args = (*error.args, error)

    told = encode_exception(error, scope)

    assert told["type"] == "KeyError"
    assert told["module"] == "builtins"
    assert told["mro"] == ["KeyError", "LookupError", "Exception", "BaseException", "object"]
    assert told["args"][:3] == ["x", {"$digest": [3, 891568578]}, {"$object": "q"}]
    assert set(encode(ValueError(1), scope)) == {"$exception"}
    json.dumps(told)


def test_only_the_very_object_has_its_name(scope: Scope) -> None:
    """An object that was made where a dropped one stood is not mistaken for it."""
    scope.bind("x", Thing())
    value = scope.named("x")
    assert scope.name_of(value) == "x"

    scope.drop("x")

    assert scope.name_of(value) is None
    assert not scope.has("x")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner),
        max_leaves=20,
    )
)
def test_whatever_comes_is_recorded_as_json(result: Any) -> None:
    """No result makes the agent fail."""
    scope = Scope(Context("/nowhere", 1, ["main"], "u", ("m", "")), "main", {})

    coded = encode(result, scope)

    assert msgspec.json.decode(json.dumps(coded, allow_nan=False).encode()) == coded


@given(st.text(min_size=1, max_size=8), st.integers(0, 1 << 40), st.integers(0, 200))
def test_an_item_comes_back_from_its_code(producer: str, n: int, size: int) -> None:
    """What ``$item`` becomes is recorded under the same code."""
    scope = Scope(Context("/nowhere", 1, ["main"], "u", ("m", "")), "main", {})

    made = decode({"$item": [producer, n, size]}, scope)
    coded = encode(made, scope)

    assert coded["$item"][:3] == [producer, n, size]
    assert tuple(coded["$item"][2:]) == coding.payload.digest(made[2])


def test_a_path_is_in_the_folder_for_temporary_files(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no other run has it."""
    monkeypatch.setenv("TMPDIR", "/somewhere")

    assert decode({"$socket": "door"}, scope) == "/somewhere/mpc1-7-door"
    assert names_in([{"$socket": "door"}]) == set()
