"""What programs told: the runs of programs in a history, and their answers."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mpconform.checkers.once import once
from mpconform.values import Finding, History, Json, Operation, Violation

__all__ = ("Answer", "Program", "joined", "judge", "judge_answers", "programs", "unless", "violation")


class Answer(NamedTuple):
    """One line in which a process of a program told something: what about, everything in it, and the line."""

    question: str
    fields: dict[str, Json]
    line: str

    @property
    def got(self) -> Json:
        """What the function that was asked returned; None if it raised."""
        return self.fields.get("got")

    @property
    def raised(self) -> tuple[str, ...]:
        """The name of what it raised, and those of its bases; empty if it returned."""
        return tuple(self.fields.get("raised") or ())

    @property
    def told(self) -> str:
        """What came of the question, in words."""
        if self.raised:
            return f"raised {self.raised[0]}({self.fields.get('text', '')!r})"
        return f"gave {self.got!r}"


class Program(NamedTuple):
    """One run of a program that ended: what was run, and what came of it.

    *given* is the program as it stands in the scenario; *method* the start method that it was run with;
    *code* its exit code; *output* and *errors* the lines that it wrote; *left* the commands of the
    processes that it left behind; *answers* what its lines of JSON say.
    """

    op: Operation
    given: dict[str, Any]
    method: str
    code: int
    output: tuple[str, ...]
    errors: tuple[str, ...]
    left: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        """How the scenario calls it."""
        return str(self.given.get("name", "program"))

    def about(self, *questions: str) -> tuple[Answer, ...]:
        """Return the answers to *questions*, in the order of the lines."""
        return tuple(answer for answer in self.answers if answer.question in questions)


@once
def programs(history: History) -> tuple[Program, ...]:
    """Return the programs of *history* that ended, in order.  O(n)."""
    return tuple(
        _program(op)
        for op in history.operations
        if not op.target and op.method == "program" and op.ok and isinstance(op.result, dict)
    )


def _program(op: Operation) -> Program:
    told = op.result["$program"]
    return Program(
        op=op,
        given=op.arguments[0] if op.arguments else {},
        method=told["method"],
        code=told["code"],
        output=tuple(told["output"]),
        errors=tuple(told["errors"]),
        left=tuple(told["left"]),
        answers=tuple(_answers(told["output"])),
    )


def _answers(lines: list[str]) -> Iterator[Answer]:
    for line in lines:
        try:
            fields = json.loads(line)
        except ValueError:  # Cut short, or what the backend wrote there.
            continue
        if isinstance(fields, dict) and isinstance(fields.get("question"), str):
            yield Answer(fields["question"], fields, line)


def violation(program: Program, kind: str, summary: str, *lines: str) -> Violation:
    """Return the violation that *program* shows by *lines* of what it wrote."""
    how = {"file": "a file", "module": "python -m", "command": "python -c", "stdin": "its standard input"}
    begun = how.get(str(program.given.get("run")), "a file")
    method = f" under {program.method}" if program.method else ""
    story = f"The program {program.name!r}, run from {begun}{method}, ended with exit code {program.code}."
    if program.errors:
        story += f" The last line on its stderr: {program.errors[-1]!r}."
    observed = tuple(line[:300] for line in lines if line)[:6]
    return Violation(kind=kind, summary=summary, story=story, witness=(program.op,), observed=observed)


#: What is wrong with an answer, as a sentence; empty if nothing is, None if it cannot be told.
Rule = Callable[[Program, Answer], str | None]


def judge(history: History, kind: str, rule: Rule, *questions: str) -> Finding:
    """Return the finding of *rule* on every answer to *questions*.  O(n)."""
    judged, violations = 0, []
    for program in programs(history):
        for answer in program.about(*questions):
            wrong = rule(program, answer)
            if wrong is None:
                continue
            judged += 1
            if wrong:
                violations.append(violation(program, kind, wrong, answer.line))
    return Finding(judged=judged, violations=tuple(violations))


def joined(*findings: Finding) -> Finding:
    """Return the finding of a requirement that all of *findings* are about."""
    return Finding(
        judged=sum(one.judged for one in findings),
        violations=tuple(broken for one in findings for broken in one.violations),
    )


def unless(right: object, sentence: str, answer: Answer) -> str:
    """Return *sentence*, and what came of *answer*, if it is not *right* or it raised; otherwise nothing."""
    return "" if right and not answer.raised else f"{sentence} {answer.told}."


def judge_answers(history: History, kind: str, sentence: str, wanted: Json, *questions: str) -> Finding:
    """Return the finding that every answer to *questions* is *wanted*; *sentence* says what was asked."""

    def rule(_: Program, answer: Answer) -> str:
        return "" if not answer.raised and answer.got == wanted else f"{sentence} {answer.told}."

    return judge(history, kind, rule, *questions)
