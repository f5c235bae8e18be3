"""The tape, both ends: what was written is what is read, whenever the writer was killed."""

import errno
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _mpconform_agent import heard
from _mpconform_agent import tape as layout
from _mpconform_agent.coding import record
from _mpconform_agent.scope import Context, Scope
from mpconform import tape
from mpconform.errors import BadRecord
from mpconform.values import Actor, ObjectSpec, Operation, Scenario, Step

NAMES = ["main", "p0"]
SERIAL = 7


def steps(*methods: str, target: str = "q") -> Actor:
    return Actor(steps=tuple(Step(target=target, method=method) for method in methods))


def scenario(*methods: str, **rest: object) -> Scenario:
    return Scenario(
        family="f",
        theme="t",
        actors={"main": steps(*methods), "p0": Actor(steps=steps(*methods).steps)},
        **rest,
    )


@pytest.fixture
def path(tmp_path: Path) -> str:
    file = tmp_path / "tape-0"
    file.write_bytes(bytes(1 << 16))
    return str(file)


def scope(path: str) -> Scope:
    return Scope(Context(str(Path(path).parent), SERIAL, NAMES, "u-", ("m", "")), "main", {})


def read(path: str, serial: int = SERIAL) -> bytes:
    data = Path(path).read_bytes()
    return data[: tape.used(data, serial)]


def told(path: str, *methods: str, serial: int = SERIAL) -> tuple[Operation, ...]:
    return tape.operations(scenario(*(methods or ["get"] * 64)), {"main": read(path, serial)})


RESULTS = [
    pytest.param(None, None, id="none"),
    pytest.param(True, True, id="true"),
    pytest.param(False, False, id="false"),
    pytest.param(0, 0, id="zero"),
    pytest.param(-(1 << 63), -(1 << 63), id="least-int"),
    pytest.param((1 << 63) - 1, (1 << 63) - 1, id="largest-int"),
    pytest.param(1 << 63, 1 << 63, id="larger-int"),
    pytest.param(2.5, 2.5, id="float"),
    pytest.param("é", "é", id="text"),
    pytest.param(("p0", 3, b""), {"$item": ["p0", 3, 0, 0]}, id="item"),
    pytest.param(("task", 3, b"x"), {"$item": ["task", 3, 1, 2363233923]}, id="item-of-a-task"),
    pytest.param(("p0", (1 << 31) - 1, b""), {"$item": ["p0", (1 << 31) - 1, 0, 0]}, id="last-packed-item"),
    pytest.param(("p0", 1 << 31, b""), {"$item": ["p0", 1 << 31, 0, 0]}, id="item-told-in-json"),
    pytest.param(("stranger", 0, b""), {"$item": ["stranger", 0, 0, 0]}, id="item-of-a-stranger"),
    pytest.param(b"x", {"$digest": [1, 2363233923]}, id="bytes"),
    pytest.param([1, [None]], [1, [None]], id="list"),
    pytest.param([], [], id="empty-list"),
]


@pytest.mark.parametrize(("result", "expected"), RESULTS)
def test_every_kind_of_result_is_read_as_it_was_recorded(path: str, result: object, expected: object) -> None:
    """A result of any kind comes back as the contract says, and the next record after it."""
    log = layout.Tape(path, SERIAL)
    record(log, log.invoked(0), result, scope(path))
    record(log, log.invoked(1), None, scope(path))

    first, second = told(path)

    assert (first.step, first.outcome, first.result) == (0, "ok", expected)
    assert (second.step, second.outcome, second.result) == (1, "ok", None)
    assert first.precedes(second)


def test_a_raised_exception_is_told_with_its_classes_and_arguments(path: str) -> None:
    """An operation that raised is not one that returned."""
    log = layout.Tape(path, SERIAL)
    raised = {"type": "Full", "module": "queue", "mro": ["Full", "Exception"], "args": [1]}
    log.told(log.invoked(0), layout.RAISED, raised)

    (operation,) = told(path)

    assert operation.raised("Exception")
    assert operation.result == raised


def test_an_operation_that_never_returned_is_open(path: str) -> None:
    """The last record of a writer that died tells what it was about to do."""
    layout.Tape(path, SERIAL).invoked(3)

    (operation,) = told(path)

    assert operation.open
    assert operation.step == 3
    assert operation.returned_ns is None


def test_stamps_of_one_actor_rise_strictly(path: str) -> None:
    """Whatever the clock's granularity, and although ``at`` may be older than the last stamp."""
    log = layout.Tape(path, SERIAL)
    for step in range(200):
        log.returned(log.invoked(step % 64), layout.NONE, 0, 0, 0, 1)

    stamps = [stamp for op in told(path) for stamp in (op.invoked_ns, op.returned_ns)]

    assert len(stamps) == 400
    assert all(one < other for one, other in itertools.pairwise(stamps))


def test_twenty_thousand_records_outgrow_the_file(path: str) -> None:
    """A tape grows as it must, and nothing of it is lost."""
    log = layout.Tape(path, SERIAL)
    for n in range(20_000):
        log.returned(log.invoked(n % 64), layout.INT, 0, n)

    assert [op.result for op in told(path)] == list(range(20_000))


def test_large_texts_outgrow_the_file(path: str) -> None:
    """A result may be larger than the whole file was, and small ones follow it."""
    log = layout.Tape(path, SERIAL)
    for size in (100_000, 1, 300_000):
        log.told(log.invoked(0), layout.JSON, ["x" * size])
        log.returned(log.invoked(1), layout.NONE)

    found = told(path)

    assert [len(op.result[0]) if op.result else None for op in found] == [
        100_000,
        None,
        1,
        None,
        300_000,
        None,
    ]


def test_records_of_an_earlier_run_never_show(path: str) -> None:
    """A shorter run on the same tape ends where it ends."""
    log = layout.Tape(path, SERIAL)
    for n in range(1000):
        log.returned(log.invoked(n % 64), layout.INT, 0, SERIAL + 1)
        log.told(log.invoked(n % 64), layout.JSON, "stale" * (n % 9))
    log = layout.Tape(path, SERIAL + 1)
    for n in range(3):
        log.returned(log.invoked(n), layout.INT, 0, n)
        assert len(told(path, serial=SERIAL + 1)) == n + 1

    assert [op.result for op in told(path, serial=SERIAL + 1)] == [0, 1, 2]
    assert told(path) == ()


def test_a_run_that_recorded_nothing_shows_nothing_of_the_run_before(path: str) -> None:
    """An actor that had no steps leaves a header only."""
    log = layout.Tape(path, SERIAL)
    log.returned(log.invoked(0), layout.NONE)
    layout.Tape(path, SERIAL + 1).finish()

    data = read(path, SERIAL + 1)

    assert len(data) == layout.HEADER_SIZE
    assert tape.actor_record(data).finished
    assert tape.operations(scenario("get"), {"main": data}) == ()


@given(
    st.lists(
        st.tuples(st.integers(0, 63), st.integers(0, 3), st.binary(max_size=30), st.booleans()), max_size=300
    )
)
@settings(deadline=None, max_examples=60)
def test_arbitrary_records_survive_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[int, int, bytes, bool]]
) -> None:
    """Any sequence of records is read as it was written."""
    file = tmp_path_factory.mktemp("tape") / "tape-0"
    file.write_bytes(bytes(4096))
    log = layout.Tape(str(file), SERIAL)
    for step, inner, data, as_text in entries:
        place = log.invoked(step, inner)
        if as_text:
            log.told(place, layout.JSON, data.hex() * 20, inner)
        else:
            log.returned(place, layout.DIGEST, inner, len(data), sum(data))

    found = [fields for _, fields in layout.records(read(str(file)), SERIAL)]

    assert [(step, inner) for step, _, inner, *_ in found] == [(step, inner) for step, inner, *_ in entries]
    assert [op.result for op in told(str(file))] == [
        data.hex() * 20 if as_text else {"$digest": [len(data), sum(data)]} for _, _, data, as_text in entries
    ]


@pytest.mark.parametrize("text", [False, True], ids=["small", "text"])
def test_a_writer_killed_between_any_two_fields_leaves_whole_records(path: str, text: bool) -> None:  # noqa: FBT001
    """Every prefix of the writes of an operation reads as nothing, as open, or as the whole of it."""
    log = layout.Tape(path, SERIAL)
    log.returned(log.invoked(1), layout.INT, 0, 5)
    before = Path(path).read_bytes()
    place = log.invoked(2)
    if text:
        log.told(place, layout.JSON, ["a", 123456789012])
    else:
        log.returned(place, layout.ITEM, 0, 1 << 32 | 4, 9 << 32 | 77)
    after = Path(path).read_bytes()
    # In the order of the program: serial, step and invocation; the text; the result; last the return.
    fields = [(0, 4), (4, 4), (8, 8), (48, 40), (16, 8), (24, 8), (32, 4), (36, 2), (38, 2), (40, 8)]
    data, seen = bytearray(before), []
    for offset, length in fields:
        at = slice(place + offset, place + offset + length)
        data[at] = after[at]
        operations = tape.operations(
            scenario(*["get"] * 64), {"main": bytes(data[: tape.used(data, SERIAL)])}
        )
        assert operations[0].result == 5
        seen.append([(op.step, op.outcome) for op in operations[1:]])

    assert seen == [[]] * 2 + [[(2, "open")]] * 7 + [[(2, "ok")]]
    assert operations[1].result == (["a", 123456789012] if text else {"$item": ["p0", 4, 9, 77]})


def test_a_second_run_of_an_actor_shows_both_processes(path: str) -> None:
    """An actor whose target is called twice, at the same time, spoils neither record."""
    first, second = layout.Tape(path, SERIAL), layout.Tape(path, SERIAL)
    for n in range(3):
        first.returned(first.invoked(n), layout.INT, 0, n)
        second.told(second.invoked(n), layout.JSON, str(n))
    second.finish()
    base = read(path)
    beside = read(layout.sibling(path, SERIAL, 1))

    data = tape.joined(base, beside)

    assert tape.runs_of(base) == 2
    assert tape.actor_record(data).pids == (os.getpid(), os.getpid())
    assert tape.actor_record(data).finished
    assert not tape.actor_record(base).finished
    results = [op.result for op in tape.operations(scenario("a", "b", "c"), {"main": data})]
    assert sorted(map(str, results)) == ["0", "0", "1", "1", "2", "2"]


def test_more_runs_than_the_header_has_room_for_are_counted(path: str) -> None:
    """The ninth process is counted, though its id is not kept."""
    for _ in range(10):
        layout.announce(path, SERIAL)

    assert tape.runs_of(read(path)) == 10
    assert tape.actor_record(read(path)).pids == (os.getpid(),) * 8


def test_a_run_that_only_showed_itself_adds_nothing(path: str) -> None:
    """A process that escaped shows in the header, and has no tape of its own."""
    log = layout.Tape(path, SERIAL)
    log.returned(log.invoked(0), layout.NONE)
    log.finish()
    layout.announce(path, SERIAL)

    assert tape.joined(read(path), b"") == read(path)
    assert tape.actor_record(read(path)).finished
    assert len(tape.actor_record(read(path)).pids) == 2


def test_a_record_survives_sigkill_of_its_writer(path: str) -> None:
    """What was recorded before the kill is there after it, also the operation under way."""
    program = (
        "import os, sys; from _mpconform_agent.tape import Tape, INT\n"
        f"log = Tape({path!r}, {SERIAL})\n"
        "for n in range(5): log.returned(log.invoked(n), INT, 0, n)\n"
        "log.invoked(5); os.kill(os.getpid(), 9)"
    )
    harness = str(Path(layout.__file__).parents[1])
    subprocess.run(
        [sys.executable, "-S", "-c", program], check=False, env={"PYTHONPATH": harness}, timeout=30
    )

    assert [(op.step, op.result) for op in told(path)] == [*((n, n) for n in range(5)), (5, None)]
    assert told(path)[-1].open


@pytest.mark.parametrize("text", ["", "text", "long" * 5000], ids=len)
def test_a_text_may_be_returned_when_others_were_recorded_meanwhile(path: str, text: str) -> None:
    """It stands behind them, and nothing of them is overwritten."""
    log = layout.Tape(path, SERIAL)
    place = log.invoked(0)
    for n in (1, 2):
        log.step = n
        log.told(log.invoked(n), layout.JSON, [n] * n)
    log.told(place, layout.JSON, text)
    log.returned(log.invoked(3), layout.NONE)

    assert [(op.step, op.result) for op in told(path)] == [(0, text), (1, [1]), (2, [2, 2]), (3, None)]
    assert told(path)[0].returned_ns > told(path)[2].returned_ns
    assert told(path, serial=SERIAL + 1) == ()


@pytest.mark.parametrize("inner", [heard.PREDICATE, heard.ACTION])
def test_what_was_called_in_the_middle_is_an_operation_of_its_own(path: str, inner: int) -> None:
    """On the object of the step, without its arguments."""
    log = layout.Tape(path, SERIAL)
    place = log.invoked(0)
    log.returned(log.invoked(0, inner), layout.INT, inner, 3)
    log.returned(place, layout.INT, 0, 3)
    outer, called = told(path, "wait_for")

    assert (outer.method, called.method) == ("wait_for", {6: "predicate", 7: "action"}[inner])
    assert (called.target, called.arguments, called.keywords, called.result) == ("q", (), {}, 3)


def test_a_disk_that_is_full_is_told_in_the_header(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader learns why a recording stopped."""

    def full(descriptor: int, start: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    log = layout.Tape(path, SERIAL)
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="full"):
        log.told(log.invoked(0), layout.JSON, "x" * 100_000)

    assert tape.fault_of(read(path)) == errno.ENOSPC
    assert told(path)[0].open


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"garbage" * 40, "not a tape", id="foreign"),
        pytest.param(layout.MAGIC, "not a tape", id="too-short"),
        pytest.param(b"MPCTAPE1" + bytes(100), "not a tape", id="other-format"),
    ],
)
def test_foreign_data_is_a_bad_record(data: bytes, words: str) -> None:
    """Neither a short nor a foreign file is read as a tape, and the message says what was found."""
    with pytest.raises(BadRecord, match=words):
        tape.operations(scenario("get"), {"main": data})
    with pytest.raises(BadRecord, match=words):
        tape.actor_record(data)


def one_record(step: int, kind: int, *, a: int = 0, text: bytes = b"") -> bytes:
    header = layout.HEADER.pack(layout.MAGIC, SERIAL, 1, 1, 0, 1, *[0] * 7).ljust(layout.HEADER_SIZE, b"\0")
    size = layout.RECORD_SIZE + len(text)
    return header + layout.RECORD.pack(SERIAL, step, 5, a, 0, size, kind, 0, 9) + text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(one_record(0, 99), "kind 99", id="unknown-kind"),
        pytest.param(one_record(5, layout.NONE), "step 5", id="no-such-step"),
        pytest.param(one_record(0, layout.JSON, a=4, text=b'["a]'), "not JSON", id="not-json"),
        pytest.param(one_record(0, layout.JSON, a=40, text=b"[1"), "not JSON", id="text-cut-off"),
        pytest.param(one_record(-1, layout.NONE), "making", id="nothing-made"),
    ],
)
def test_a_record_that_contradicts_its_scenario_is_a_bad_record(data: bytes, words: str) -> None:
    """The place and the value are told."""
    with pytest.raises(BadRecord, match=words):
        tape.operations(scenario("get"), {"main": data})


def test_a_tape_may_be_cut_anywhere(path: str) -> None:
    """Whole records before the cut are read, and nothing else."""
    log = layout.Tape(path, SERIAL)
    for n in range(4):
        log.returned(log.invoked(n), layout.INT, 0, n)
    data = read(path)

    for end in range(layout.HEADER_SIZE, len(data) + 1):
        found = tape.operations(scenario(*"abcd"), {"main": data[:end]})
        assert len(found) == (end - layout.HEADER_SIZE) // layout.RECORD_SIZE


def test_no_tape_is_an_actor_that_never_ran() -> None:
    """An empty tape tells nothing, and is no fault."""
    assert tape.operations(scenario("get"), {"main": b"", "stranger": b""}) == ()
    assert tape.actor_record(b"").pids == ()
    assert tape.fault_of(b"") == 0
    assert tape.runs_of(b"") == 0
    assert tape.used(b"", SERIAL) == 0


def test_operations_of_all_actors_are_ordered_by_invocation(tmp_path: Path) -> None:
    """Two actors interleave as their stamps say."""
    logs = []
    for index in range(2):
        (tmp_path / f"tape-{index}").write_bytes(bytes(4096))
        logs.append(layout.Tape(str(tmp_path / f"tape-{index}"), SERIAL))
    for n in range(3):
        for log in logs:
            log.returned(log.invoked(n), layout.NONE)

    found = tape.operations(
        scenario("a", "b", "c"),
        {"p0": read(str(tmp_path / "tape-1")), "main": read(str(tmp_path / "tape-0"))},
    )

    assert [(op.actor, op.step) for op in found] == [(a, n) for n in range(3) for a in ("main", "p0")]


def test_objects_that_were_made_are_operations_of_step_minus_one(path: str) -> None:
    """The making of an object is told with its factory; of a Process, with what it raised."""
    log = layout.Tape(path, SERIAL)
    log.told(log.invoked(-1), layout.JSON, ["q", {"$object": "q"}])
    log.told(log.invoked(-1), layout.RAISED, ["p0", {"type": "E", "module": "m", "mro": ["E"], "args": []}])
    log.invoked(-1)
    made = scenario(objects={"q": ObjectSpec(factory="Queue", arguments=(2,))})

    queue, process, unknown = tape.operations(made, {"main": read(path)})

    assert (queue.target, queue.method, queue.arguments, queue.result) == (
        "q",
        "Queue",
        (2,),
        {"$object": "q"},
    )
    assert (process.target, process.method, process.outcome) == ("p0", "Process", "raised")
    assert (unknown.target, unknown.open) == ("", True)


def test_callbacks_are_operations_of_a_pseudo_actor(path: str) -> None:
    """They show what they were given, and other records of that tape do not."""
    log = layout.Tape(path, SERIAL)
    log.told(log.invoked(0), layout.CALLED, ["done", 16])
    log.invoked(0)

    (called,) = tape.operations(scenario("get"), {tape.CALLBACKS: read(path)})

    assert (called.actor, called.target, called.method, called.arguments) == (
        "main.callbacks",
        "done",
        "called",
        (16,),
    )


def test_the_gets_of_a_drain_are_gets_of_the_queue(path: str) -> None:
    """Inner records of a drain show the queue, and the timeout that each was given."""
    drain = Step(method="drain", arguments=({"$object": "q"},))
    log = layout.Tape(path, SERIAL)
    outer = log.invoked(0)
    for inner in (5, 3):
        log.returned(log.invoked(0, inner), layout.INT, inner, 4)
    log.returned(outer, layout.INT, 0, 0)
    drained = Scenario(family="f", theme="t", actors={"main": Actor(steps=(drain,))})

    first, patient, untimed = tape.operations(drained, {"main": read(path)})

    assert (first.target, first.method, first.result) == ("", "drain", 0)
    assert (patient.target, patient.method, patient.arguments, patient.timeout_s) == ("q", "get", (), 0.05)
    assert (untimed.target, untimed.method, untimed.timeout_s) == ("q", "get", None)


def test_an_increment_is_an_operation_on_its_value(path: str) -> None:
    """Verbs that work on an object are told with that object as target."""
    step = Step(method="increment", arguments=({"$object": "v"}, 2))
    log = layout.Tape(path, SERIAL)
    for _ in range(2):
        log.returned(log.invoked(0, 1), layout.NONE, 1)
    counted = Scenario(family="f", theme="t", actors={"main": Actor(steps=(step,))})

    found = tape.operations(counted, {"main": read(path)})

    assert [(op.target, op.method) for op in found] == [("v", "increment")] * 2


def test_the_format_is_little_endian_whatever_the_machine() -> None:
    """A stored tape is read on another machine."""
    assert json.loads(json.dumps(list(one_record(1, 2)[64:72]))) == [SERIAL, 0, 0, 0, 1, 0, 0, 0]
