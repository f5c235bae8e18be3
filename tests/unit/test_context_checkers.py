"""The checkers of contexts, children and main modules: what right and wrong programs tell."""

from collections.abc import Callable

import pytest

from mpconform.checkers import (
    context_children,
    context_contexts,
    context_dummies,
    context_errors,
    context_exits,
    context_mains,
    context_shown,
    memory_reuse,
    pipe_underway,
    program_ends,
    progress,
)
from mpconform.values import Finding, History, Outcome
from program_tape import counted, line, ran, told
from tape import history, op

Checker = Callable[[History], Finding]

_MISTAKE = (
    "Traceback (most recent call last):",
    "ValueError: no number",
    '  File "program.py", line 3, in deep',
    "__main__.Mistake: words",
)
_LOG = ("[ERROR/MainProcess] main: word", "[WARNING/worker] child: word")
_LOGGED = (line("level", wanted=20, got=[True, 20]), line("logged", wanted=20, text="word", got=20))
_ASKED_LOG = ['ctx.get_logger().error("main: %s", "word")']

_STAGES = ("<P name='a' initial>", "<P name='a' started>")

#: A checker, what a right program tells, and what a wrong one tells instead.
CASES: list[tuple[Checker, History, History]] = (
    [
        (c, ran(told(*right, method=m)), ran(told(*wrong, method=m)))
        for c, m, right, wrong in [
            (context_contexts.has_names, "fork", [line("api", got=[])], [line("api", got=["Lock"])]),
            (context_contexts.has_names, "fork", [line("api", got=[])], [line("api", raised=["KeyError"])]),
            (context_contexts.method, "spawn", [line("method", got="spawn")], [line("method", got="fork")]),
            (
                context_contexts.own_methods,
                "fork",
                [line("own", got=[True])],
                [line("own", got=[True, False])],
            ),
            (
                context_contexts.own_methods,
                "fork",
                [line("own", got=[True])],
                [line("own", raised=["ValueError"])],
            ),
            (
                context_contexts.unknown,
                "fork",
                [line("unknown", raised=["MyError", "ValueError", "Exception"])],
                [line("unknown", got="fork")],
            ),
            (
                context_contexts.unknown,
                "fork",
                [line("unknown", raised=["ValueError"])],
                [line("unknown", raised=["KeyError"])],
            ),
            (
                context_contexts.default,
                "fork",
                [line("default", got=["a", "a"])],
                [line("default", got=["a", "b"])],
            ),
            (context_contexts.cpus, "fork", [line("cpus", got=[2, 2])], [line("cpus", got=[3, 2])]),
            (
                context_contexts.cpus,
                "fork",
                [line("cpus", raised=["NotImplementedError"])],
                [line("cpus", got=[2.0, 2])],
            ),
            (
                context_contexts.frozen,
                "fork",
                [line("freeze", got=None)],
                [line("freeze", raised=["RuntimeError"])],
            ),
            (context_contexts.copied, "fork", [line("copied", got=10)], [line("copied", got=11)]),
            (context_contexts.copied, "fork", [line("pipe", got=10)], [line("pipe", got=11)]),
            (context_contexts.fresh, "spawn", [line("copied", got=11)], [line("copied", got=10)]),
            (context_contexts.fresh, "forkserver", [line("copied", got=11)], [line("copied", got=10)]),
            (context_contexts.descriptors, "spawn", [line("pipe", got=11)], [line("pipe", got=10)]),
            (
                context_contexts.server,
                "forkserver",
                [line("server", main=1, parent=2, threads=1)] * 2,
                [line("server", main=1, parent=2, threads=1), line("server", main=1, parent=3, threads=1)],
            ),
            (
                context_contexts.server,
                "forkserver",
                [line("server", main=1, parent=2, threads=1)],
                [line("server", main=1, parent=2, threads=2)],
            ),
            (
                context_contexts.server,
                "forkserver",
                [line("server", main=1, parent=2, threads=1)],
                [line("server", main=1, parent=1, threads=1)],
            ),
            (
                context_contexts.preloaded,
                "forkserver",
                [line("preloaded", got=[11, 11], wanted=2)],
                [line("preloaded", got=[11, 10], wanted=2)],
            ),
            (
                context_contexts.executable,
                "spawn",
                [line("executable", got=11)],
                [line("executable", got=10)],
            ),
            (
                context_contexts.executable_path,
                "spawn",
                [line("executable path", got=11)],
                [line("executable path", raised=["TypeError"])],
            ),
            (
                context_contexts.locks,
                "fork",
                [line("lock", got={"spawn": ["RuntimeError"]})],
                [line("lock", got={"spawn": ["RuntimeError"], "forkserver": 0})],
            ),
            (
                context_contexts.unpicklable,
                "spawn",
                [line("unpicklable", got=["PicklingError", 0])],
                [line("unpicklable", got=["PicklingError", 1])],
            ),
            (
                context_contexts.unpicklable,
                "spawn",
                [line("unpicklable", got=0)],
                [line("unpicklable", got=1)],
            ),
            (
                context_children.subclass,
                "fork",
                [line("subclass", wanted=3, got=3)],
                [line("override", wanted=3, got=0)],
            ),
            (
                context_children.arguments,
                "fork",
                [line("tuple", wanted=3, got=3)],
                [line("list", wanted=3, got=1)],
            ),
            (
                context_children.without_target,
                "fork",
                [line("none", wanted=0, got=0)],
                [line("none", wanted=0, got=1)],
            ),
            (
                context_children.run_by_hand,
                "fork",
                [line("run", got=[[True, [1, 2], {"more": 3}]])],
                [line("run", got=[])],
            ),
            (
                context_children.stdin,
                "fork",
                [line("reads", wanted=[100, "x"], got=[100, "x"])],
                [line("reads", wanted=[100, "x"], got=[101, ""])],
            ),
            (
                context_children.threads_joined,
                "fork",
                [line("thread", got="ended"), line("threaded", wanted=0, got=0)],
                [line("threaded", wanted=0, got=0)],
            ),
            (
                context_children.threads_joined,
                "fork",
                [line("thread", got="ended"), line("threaded", wanted=0, got=0)],
                [line("threaded", wanted=0, got=1)],
            ),
            (
                context_children.key_after_change,
                "fork",
                [line("rekeyed", wanted=2, got=2)],
                [line("rekeyed", wanted=2, got=1)],
            ),
            (
                context_children.key_is_random,
                "fork",
                [line("key", got=[True, "ab" * 32]), line("key", got=[True, "cd" * 32])],
                [line("key", got=[True, "ab" * 32])] * 2,
            ),
            (
                context_children.key_is_random,
                "fork",
                [line("key", got=[True, "ab" * 32])],
                [line("key", got=[True, "ab"])],
            ),
            (
                context_children.nested,
                "fork",
                [line("nest", depth=1, width=1, got=[10]), *(line("nested", pid=n) for n in (1, 2))],
                [line("nest", depth=1, width=1, got=[10]), *(line("nested", pid=n) for n in (1, 1))],
            ),
            (
                context_children.nested,
                "fork",
                [line("nest", depth=2, width=2, got=[30, 30]), *(line("nested", pid=n) for n in range(7))],
                [line("nest", depth=2, width=2, got=[30, 1]), *(line("nested", pid=n) for n in range(7))],
            ),
            (
                context_mains.as_file,
                "spawn",
                [line("file", wanted=2, got=2)],
                [line("file", wanted=2, got=1)],
            ),
            (
                context_mains.as_module,
                "spawn",
                [line("module", wanted=2, got=2)],
                [line("module", wanted=2, got=1)],
            ),
            (
                context_mains.as_command,
                "spawn",
                [line("command", wanted=2, got=2)],
                [line("command", wanted=2, raised=["OSError"])],
            ),
            (
                context_mains.from_stdin,
                "fork",
                [line("stdin", wanted=2, got=2)],
                [line("stdin", wanted=2, got=1)],
            ),
            (
                context_mains.from_stdin,
                "spawn",
                [line("stdin", wanted=2, got=1)],
                [line("stdin", wanted=2, got=0)],
            ),
            (
                context_mains.objects,
                "spawn",
                [line("objects", wanted=2, got=2)],
                [line("objects", wanted=2, got=1)],
            ),
            (
                context_mains.guard,
                "spawn",
                [
                    line("imported", name="__main__", pid=1),
                    line("guarded", pid=1),
                    line("imported", name="x", pid=2),
                ],
                [line("imported", name="__main__", pid=1), line("guarded", pid=1), line("guarded", pid=2)],
            ),
            (
                context_mains.guard,
                "spawn",
                [line("imported", name="__main__", pid=1), line("guarded", pid=1)],
                [line("imported", name="__main__", pid=n) for n in (1, 2)] + [line("guarded", pid=1)],
            ),
            (
                context_errors.hierarchy,
                "fork",
                [line("hierarchy", got=[True] * 3), line("root", got=[True, 3])],
                [line("hierarchy", got=[True, False, True])],
            ),
            (context_errors.hierarchy, "fork", [line("root", got=[True, 3])], [line("root", got=[True, 2])]),
            (
                context_errors.queue_errors,
                "fork",
                [line("empty", got=[True, True])],
                [line("full", got=[True, False])],
            ),
            (
                context_errors.short,
                "fork",
                [line("short", got=[True, True])],
                [line("short", got=[True, False])],
            ),
            (context_errors.late, "fork", [line("late", got=True)], [line("late", got=False)]),
            (
                context_errors.logger,
                "fork",
                [line("logger", got=["x", 0, False, 0, True])],
                [line("logger", got=["x", 0, True, 0, True])],
            ),
            (
                context_errors.log_to_stderr,
                "fork",
                [line("level", wanted=20, got=[True, 20])],
                [line("level", wanted=20, got=[False, 20])],
            ),
            (
                context_errors.log_level,
                "fork",
                [line("logged", wanted=20, got=20)],
                [line("logged", wanted=20, got=30)],
            ),
            (
                context_exits.atexit_handlers,
                "fork",
                [line("registered", pid=2), line("handled", pid=2)],
                [line("registered", pid=2), line("handled", pid=3)],
            ),
            (
                context_exits.terminated_silently,
                "fork",
                [line("terminated", got=-15)],
                [line("unwanted", what="a finally clause"), line("terminated", got=-15)],
            ),
            (
                context_exits.terminated_silently,
                "fork",
                [line("terminated", got=-15)],
                [line("terminated", got=241)],
            ),
            (
                context_exits.orphans_live,
                "fork",
                [line("orphaned", got="alive")],
                [line("orphaned", raised=["EOFError"])],
            ),
            (
                context_exits.children_joined,
                "fork",
                [line("left", got=None), line("slow"), line("last")],
                [line("left", got=None), line("last"), line("slow")],
            ),
            (
                context_exits.children_joined,
                "fork",
                [line("left", got=None), line("slow"), line("last")],
                [line("left", got=None), line("last")],
            ),
            (
                context_exits.finalizer_order,
                "fork",
                [
                    line("finalizers", priorities=[0, 1, 1], pid=2),
                    *(line("finalized", label=n, pid=2) for n in (2, 1, 0)),
                ],
                [
                    line("finalizers", priorities=[0, 1, 1], pid=2),
                    *(line("finalized", label=n, pid=2) for n in (1, 2, 0)),
                ],
            ),
            (
                context_exits.finalizer_order,
                "fork",
                [line("finalizers", priorities=[0], pid=2), line("finalized", label=0, pid=2)],
                [line("finalizers", priorities=[0], pid=2)],
            ),
            (
                context_exits.finalizer_collected,
                "fork",
                [line("collected", got=[0, True, 1, False])],
                [line("collected", got=[0, True, 0, True])],
            ),
            (context_exits.finalizer_called, "fork", [line("called", got=[1])], [line("called", got=[1, 1])]),
            (context_dummies.names, "fork", [line("names", got=[])], [line("names", got=["Barrier"])]),
            (
                context_dummies.threads,
                "fork",
                [line("threads", wanted=1, got=[[0, True, True]])],
                [line("threads", wanted=1, got=[[0, True, False]])],
            ),
            (
                context_dummies.talk,
                "fork",
                [line("talked", wanted=2, got=[0, 1])],
                [line("talked", wanted=2, got=[1, 0])],
            ),
            (
                context_dummies.pool_is_threads,
                "fork",
                [line("pool", got=[True])],
                [line("pool", got=[False])],
            ),
            (
                context_dummies.pool_results,
                "fork",
                [line("pooled", threads=2, count=2, got=[[0, 1], [0, 1], [1, 2], 3, True, 2, []])],
                [line("pooled", threads=2, count=2, got=[[0, 1], [0, 1], [1, 2], 3, True, 3, []])],
            ),
            (
                context_dummies.pool_results,
                "fork",
                [line("pooled", threads=2, count=2, got=[[0, 1], [0, 1], [1, 2], 3, True, 1, []])],
                [line("pooled", threads=2, count=2, got=[[1, 0], [0, 1], [1, 2], 3, True, 1, []])],
            ),
            (
                context_dummies.pool_results,
                "fork",
                [line("pooled", threads=2, count=2, got=[[0, 1], [0, 1], [1, 2], 3, True, 1, []])],
                [line("pooled", threads=2, count=2, got=[[0, 1], [0, 1], [1, 2], 3, True, 1, ["imap"]])],
            ),
            (
                context_dummies.life,
                "fork",
                [line("lived", got=["waiter", None, False, None, True, True, 0, False, False, None])],
                [line("lived", got=["waiter", None, False, None, True, False, 0, False, False, None])],
            ),
            (
                context_dummies.values,
                "fork",
                [line("shared", wanted=6, got=[7, [6, 7], 7, 7, [6, 7], True, "Namespace(x=7)"])],
                [line("shared", wanted=6, got=[6, [6, 7], 7, 7, [6, 7], True, "Namespace(x=7)"])],
            ),
            (
                context_dummies.meetings,
                "fork",
                [line("met", wanted=2, got=[[0, 1], [1, 2], [False, True, False, True]])],
                [line("met", wanted=2, got=[[0, 1], [1, 2], [True, True, False, True]])],
            ),
            *(
                (
                    context_shown.processes,
                    "fork",
                    [line("stages", name="a", code=code, got=["P", *_STAGES, f"<P name='a' {right}>"])],
                    [line("stages", name="a", code=code, got=["P", *_STAGES, f"<P name='a' {wrong}>"])],
                )
                for code, right, wrong in (
                    (3, "stopped exitcode=3", "stopped exitcode=4"),
                    (-15, "stopped exitcode=-SIGTERM", "stopped exitcode=-15"),
                    (3, "stopped exitcode=3", "started"),
                )
            ),
            (
                context_shown.processes,
                "fork",
                [line("stages", name="a", code=1, got=["P", *_STAGES, "<P name='a' stopped exitcode=1>"])],
                [line("stages", name="b", code=1, got=["P", *_STAGES, "<P name='a' stopped exitcode=1>"])],
            ),
            (
                context_shown.processes,
                "fork",
                [line("stages", name="a", code=1, got=["P", *_STAGES, "<P name='a' stopped exitcode=1>"])],
                [line("stages", name="a", code=1, raised=["TypeError"])],
            ),
            *(
                (context_shown.objects, "fork", [line(question, got=right)], [line(question, **wrong)])
                for question, right, wrong in (
                    ("shown", [], {"got": [["Lock", "KeyError", "x"]]}),
                    ("shown", [], {"raised": ["KeyError"]}),
                    ("shown elsewhere", 0, {"got": 1}),
                    ("held", [[], True], {"got": [[["Lock", "KeyError", "x"]], True]}),
                )
            ),
            (
                memory_reuse.reused,
                "fork",
                [line("reused", count=9, times=2, got=[[[9, 0.0]] * 2, [1.0, 2.0]])],
                [line("reused", count=9, times=2, got=[[[9, 0.0], [9, 2.5]], [1.0, 2.0]])],
            ),
            (
                pipe_underway.arrives,
                "fork",
                [line("underway", wanted=7, got=[7, 7])],
                [line("underway", wanted=7, got=[1, 7])],
            ),
            (
                pipe_underway.arrives,
                "fork",
                [line("underway", wanted=7, got=[7, 7])],
                [line("underway", wanted=7, raised=["EOFError"])],
            ),
            (context_shown.states, "fork", [line("held", got=[[], True])], [line("held", got=[[], False])]),
        ]
    ]
    + [
        (
            context_errors.tracebacks,
            ran(told(line("fails", told="words", got=1), errors=_MISTAKE)),
            ran(told(line("fails", told="words", got=1), errors=errors)),
        )
        for errors in (
            _MISTAKE[:-1],
            _MISTAKE[1:],
            (*_MISTAKE[:2], _MISTAKE[3]),
            (_MISTAKE[0], *_MISTAKE[2:]),
        )
    ]
    + [
        (
            context_errors.messages,
            ran(told(line("leaves", told="bye", got=1), errors=("bye",))),
            ran(told(line("leaves", told="bye", got=1), errors=("goodbye",))),
        ),
        (
            context_errors.log_format,
            ran(told(*_LOGGED, errors=_LOG, questions=_ASKED_LOG)),
            ran(told(*_LOGGED, errors=(*_LOG, _LOG[1]), questions=_ASKED_LOG)),
        ),
        (
            context_errors.log_format,
            ran(told(*_LOGGED, errors=_LOG[1:])),
            ran(told(*_LOGGED, errors=_LOG[1:], questions=_ASKED_LOG)),
        ),
        (
            context_mains.unguarded,
            ran(
                told(
                    line("imported", depth=0),
                    line("imported", depth=1),
                    errors=("RuntimeError: ",),
                    method="spawn",
                    name="unguarded",
                )
            ),
            ran(told(line("imported", depth=0), line("imported", depth=1), method="spawn", name="unguarded")),
        ),
        (
            context_mains.unguarded,
            ran(
                told(
                    line("imported", depth=0),
                    errors=("RuntimeError: ",),
                    method="forkserver",
                    name="unguarded",
                )
            ),
            ran(
                told(
                    *(line("imported", depth=n) for n in range(3)),
                    errors=("RuntimeError",),
                    method="spawn",
                    name="unguarded",
                )
            ),
        ),
        (
            context_exits.daemons_terminated,
            ran(told(line("daemon", got="ready"))),
            ran(told(line("daemon", got="ready"), left=("python program.py",))),
        ),
        (
            program_ends.exit_code,
            ran(told(code=-9) | {"given": {"code": -9}}),
            ran(told(code=1, errors=("KeyError: x",))),
        ),
        (program_ends.silence, ran(told()), ran(told(errors=("a warning",)))),
        (program_ends.leaves_nothing, ran(told()), ran(told(left=("python",)))),
        (
            program_ends.leaves_names,
            ran(
                told(line("wreck", count=1)),
                census={"before": counted(0, segments=("x",)), "ended": counted(9, segments=("x",))},
            ),
            ran(
                told(line("wreck", count=1)),
                census={"before": counted(0), "ended": counted(9, semaphores=("sem.mp-x",))},
            ),
        ),
        (
            program_ends.leaves_names,
            ran(told(line("segments", count=1), code=-9), census={"before": counted(0), "ended": counted(9)}),
            ran(
                told(line("segments", count=1), code=-9),
                census={"before": counted(0), "ended": counted(9, segments=("psm",))},
            ),
        ),
    ]
)


@pytest.mark.parametrize(("checker", "right", "wrong"), CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_what_is_right_passes_and_what_is_wrong_is_shown(
    checker: Checker, right: History, wrong: History
) -> None:
    """With the line that shows it, and one sentence."""
    finding = checker(wrong)

    assert checker(right).outcome is Outcome.PASS
    assert finding.outcome is Outcome.FAIL
    assert finding.violations[0].witness[0].method == "program"
    assert finding.violations[0].summary.endswith((".", "warning"))


@pytest.mark.parametrize(
    "checker", list(dict.fromkeys(case[0] for case in CASES)), ids=lambda one: one.__name__
)
def test_nothing_is_concluded_from_what_was_not_asked(checker: Checker) -> None:
    """A program of which the question was cut out, one that never ended, and no program at all."""
    silent = ran(told("not JSON", "[1, 2]", noisy=True, code=None) | {"given": {"code": None, "noisy": True}})
    hung = history(
        op("main", "", "program", {"name": "x"}, at=(1, None)), family="context", ended="hung",
        detail="no process of the run made progress",
    )  # fmt: skip

    assert checker(silent).outcome is Outcome.UNKNOWN
    assert checker(hung).outcome is Outcome.UNKNOWN
    assert checker(history(family="context")).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("checker", "question", "method"),
    [
        (context_contexts.copied, "copied", "spawn"),
        (context_contexts.fresh, "copied", "fork"),
        (context_contexts.descriptors, "pipe", "fork"),
        (context_contexts.descriptors, "pipe", "loky"),
        (context_contexts.server, "server", "spawn"),
        (context_contexts.executable, "executable", "fork"),
        (context_contexts.preloaded, "preloaded", "spawn"),
        (context_contexts.unpicklable, "unpicklable", "fork"),
    ],
)
def test_a_promise_of_one_start_method_is_not_asked_of_others(
    checker: Checker, question: str, method: str
) -> None:
    """Whatever the answer."""
    answered = line(question, got=99, main=1, parent=1, threads=9)

    assert checker(ran(told(answered, method=method))).outcome is Outcome.UNKNOWN


def nested(pid: int, starter: int, ordinal: int, name: str, key: str = "aa", **fields: object) -> str:
    return line("nested", pid=pid, starter=starter, ordinal=ordinal, name=name, key=key, **fields)


_FAMILY = (
    nested(1, 0, 0, "MainProcess", parent=None),
    nested(2, 1, 1, "ForkProcess-1", parent=[1, "MainProcess"]),
    nested(3, 2, 2, "ForkProcess-1:2", parent=[2, "ForkProcess-1"]),
)


@pytest.mark.parametrize(
    ("checker", "stranger"),
    [
        (context_children.nested_parents, nested(3, 2, 2, "ForkProcess-1:2", parent=[1, "MainProcess"])),
        (context_children.nested_parents, nested(3, 2, 2, "ForkProcess-1:2", parent=None)),
        (context_children.nested_names, nested(3, 2, 2, "ForkProcess-1:1", parent=[2, "ForkProcess-1"])),
        (context_children.nested_names, nested(3, 2, 2, "ForkProcess-2", parent=[2, "ForkProcess-1"])),
        (context_children.nested_key, nested(3, 2, 2, "ForkProcess-1:2", "bb", parent=[2, "ForkProcess-1"])),
    ],
)
def test_a_process_knows_whose_child_it_is(checker: Checker, stranger: str) -> None:
    """Its parent, its numbers and its key, at any depth."""
    assert checker(ran(told(*_FAMILY))).judged == 2
    assert checker(ran(told(*_FAMILY))).outcome is Outcome.PASS
    assert checker(ran(told(*_FAMILY[:2], stranger))).outcome is Outcome.FAIL


def test_a_program_that_hangs_is_a_hang_in_the_program() -> None:
    """Its name is in the kind of the violation."""
    hung = history(
        op("main", "", "program", {"name": "x", "run": "file"}, at=(1, None)), family="context", ended="hung"
    )

    (violation,) = progress.every_operation_ends(hung).violations

    assert violation.kind == "hang-in-program"
    assert "run of the program 'x' from a file" in violation.summary
