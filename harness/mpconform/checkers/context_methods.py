"""Start methods: which is in force, as a model of one variable says."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mpconform.checkers.once import once
from mpconform.checkers.program_model import Answer, Program, programs, violation
from mpconform.values import Finding, History, Json

__all__ = (
    "applied",
    "asked",
    "default_is_fork",
    "fixed_by_use",
    "forced",
    "listed",
    "set_twice",
    "unknown",
    "unset",
    "without_fixing",
)


class _Step(NamedTuple):
    """One call of a program: what it is judged by, what is wrong with its answer, and the lines."""

    program: Program
    rule: str
    wrong: str
    lines: tuple[str, ...]


def listed(history: History) -> Finding:
    """Check that ``get_all_start_methods()`` lists each method once, fork and spawn too.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("methods"):
            judged += 1
            found = answer.got
            right = isinstance(found, list) and len(set(map(str, found))) == len(found)
            if not right or not {"fork", "spawn"} <= set(map(str, found)):
                told = f"get_all_start_methods() {answer.told}; fork and spawn must be among them, each once."
                violations.append(violation(program, "methods-listed", told, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def default_is_fork(history: History) -> Finding:
    """Check that the default method, the first that is listed, is fork.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about("methods"):
            judged += 1
            if not isinstance(answer.got, list) or answer.got[:1] != ["fork"]:
                told = f"The first start method that is listed, the default, is not fork: {answer.told}."
                violations.append(violation(program, "default-method", told, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def without_fixing(history: History) -> Finding:
    """``get_start_method(allow_none=True)`` is None until a method is in force, and does not fix one.

    Afterwards it is that method.  O(n).
    """
    return _finding(history, "none")


def asked(history: History) -> Finding:
    """``get_start_method()`` is the method in force; if there is none, the first that is listed is fixed.

    So is that of the default context.  O(n).
    """
    return _finding(history, "get")


def set_twice(history: History) -> Finding:
    """``set_start_method`` sets a method while none is in force, and raises RuntimeError otherwise.

    A method that was refused is not in force: later answers show that.  O(n).
    """
    return _finding(history, "set")


def forced(history: History) -> Finding:
    """``set_start_method(method, force=True)`` replaces the method in force.  O(n)."""
    return _finding(history, "force")


def unset(history: History) -> Finding:
    """``set_start_method(None, force=True)`` unsets the method: none is in force.  O(n)."""
    return _finding(history, "unset")


def fixed_by_use(history: History) -> Finding:
    """Whoever makes a lock or starts a process, without having set a method, has fixed the default.

    Judges what is asked and set after that.  O(n).
    """
    return _finding(history, "use")


def unknown(history: History) -> Finding:
    """Check that setting a method that does not exist raises ValueError.

    RuntimeError is as right if a method is in force, and it is not forced.  O(n).
    """
    return _finding(history, "unknown")


def applied(history: History) -> Finding:
    """Check that a process that the module makes is started by the method in force.

    A forked child has what main set behind its guard; one of spawn or forkserver does not.  O(n).
    """
    return _finding(history, "start")


def _finding(history: History, rule: str) -> Finding:
    found = [step for step in _steps(history) if step.rule == rule]
    violations = tuple(
        violation(step.program, f"start-method-{rule}", step.wrong, *step.lines)
        for step in found
        if step.wrong
    )
    return Finding(judged=len(found), violations=violations)


@once
def _steps(history: History) -> tuple[_Step, ...]:
    """Return the judged calls of every program about start methods."""
    return tuple(step for program in programs(history) for step in _Model(program).steps())


class _Model:
    """The method in force, as far as it is known: one of *possible*; None stands for none."""

    def __init__(self, program: Program) -> None:
        self._program = program
        told = program.about("methods")
        self._all: list[str] = told[0].got if told and isinstance(told[0].got, list) else []
        self._possible: set[str | None] = {None}
        self._used = False
        #: What last changed the method: it answers for what is found to be in force.
        self._last = ""
        self._lines: list[str] = []

    def steps(self) -> Iterator[_Step]:
        """Yield a judged step for each call, until one is wrong: nothing is known after that."""
        if not self._all:
            return
        for answer in self._program.about("step"):
            call = answer.fields.get("call") or [""]
            kinds: dict[str, Callable[[Answer, list[Json]], tuple[str, str] | None]] = {
                "none": self._none,
                "get": self._get,
                "context": self._get,
                "set": self._set,
                "use": self._use,
                "start": self._start,
            }
            self._lines.append(answer.line)
            judged = kinds[call[0]](answer, call) if call[0] in kinds else None
            if judged is not None:
                rule, wrong = judged
                yield _Step(self._program, rule, wrong, tuple(self._lines[-6:]) if wrong else ())
                if wrong:
                    return

    def _none(self, answer: Answer, _: list[Json]) -> tuple[str, str]:
        right = not answer.raised and answer.got in self._possible
        wrong = "" if right else f"get_start_method(allow_none=True) {answer.told}, not {self._words}."
        # What it says is in force, and it is said which change must have led to it.
        rule = self._answering("none")
        if right:
            self._possible = {answer.got}
        return rule, wrong

    def _get(self, answer: Answer, call: list[Json]) -> tuple[str, str]:
        self._possible = {self._all[0] if one is None else one for one in self._possible}
        right = not answer.raised and answer.got in self._possible
        name = "get_start_method()" if call[0] == "get" else "get_context().get_start_method()"
        wrong = "" if right else f"{name} {answer.told}, not {self._words}."
        rule = self._answering("get")
        if right:
            self._possible = {answer.got}
        return rule, wrong

    def _answering(self, rule: str) -> str:
        """Return what answers for the method in force: the latest change of it, or else *rule*."""
        latest, self._last = self._last, rule
        return latest if latest in {"set", "force", "unset", "get"} else "use" if self._used else rule

    def _set(self, answer: Answer, call: list[Json]) -> tuple[str, str] | None:
        _, name, force = call
        words = f"set_start_method({name!r}{', force=True' if force else ''})"
        if name is not None and name not in self._all:
            allowed = {"ValueError"} if force or self._possible == {None} else {"ValueError", "RuntimeError"}
            right = bool(allowed & set(answer.raised))
            return "unknown", "" if right else f"{words} {answer.told}, although there is no such method."
        if not force and self._possible != {None}:
            if None in self._possible:
                return None
            right = "RuntimeError" in answer.raised
            # What get_start_method() has put in force must be so.
            rule = "use" if self._used else "set" if right or self._last != "get" else "get"
            self._last = "set" if rule == "set" else "use"
            return rule, "" if right else f"{words} {answer.told}, although {self._words} was in force."
        if answer.raised:
            # To ask whether a method is in force must not put one in force.
            rule = "none" if self._last == "none" else "force" if force else "set"
            return rule, f"{words} {answer.told}; it is to set the method."
        self._used = False
        self._possible = {name} if name is not None or force else {self._all[0]}
        self._last = "set" if not force else "force" if name is not None else "unset"
        return self._last, ""

    def _use(self, _: Answer, __: list[Json]) -> None:
        if None in self._possible:
            self._used = True
            self._possible = {self._all[0] if one is None else one for one in self._possible}

    def _start(self, answer: Answer, call: list[Json]) -> tuple[str, str] | None:
        self._use(answer, call)
        if len(self._possible) != 1:
            return None
        (method,) = self._possible
        wanted = {"fork": 10, "spawn": 11, "forkserver": 11}.get(str(method))
        if wanted is None:
            return None
        got = "has what main set behind its guard" if answer.got == 10 else answer.told
        return (
            "start",
            "" if answer.got == wanted else f"A process was started while {method} was in force; it {got}.",
        )

    @property
    def _words(self) -> str:
        return " or ".join(sorted(map(str, self._possible)))
