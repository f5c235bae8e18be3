"""The parts that programs are built of: how they reach the backend, and how they tell what they found.

``$MODULE`` and ``$METHOD`` become the backend's module and start method in the agent.
"""

from collections.abc import Sequence

from hypothesis import strategies as st

from mpconform.values import Actor, Json, Scenario, Step
from mpconform_scenarios.build import verb

__all__ = (
    "CAUGHT",
    "GUARD",
    "IMPORTABLE",
    "TELL",
    "THROUGH_CONTEXT",
    "THROUGH_MODULE",
    "alone",
    "asked",
    "program",
    "runs",
)

#: Each process tells what it found in lines of JSON, each written at once.
TELL = """
def tell(question, **answer):
    sys.stdout.write(json.dumps({"question": question, **answer}, default=repr) + "\\n")
    sys.stdout.flush()


def ask(question, function, **about):
    try:
        about["got"] = function()
    except BaseException as error:
        about["raised"] = [kind.__name__ for kind in type(error).__mro__]
        about["text"] = str(error)[:300]
    tell(question, **about)

"""

_IMPORTS = "import json\nimport os\nimport sys\n\nimport $MODULE as mp\n"

#: What a program begins with that asks a context, and one that asks the module itself.
THROUGH_CONTEXT = f'{_IMPORTS}\nctx = mp.get_context("$METHOD")\n\n{TELL}'
THROUGH_MODULE = f"{_IMPORTS}\nctx = mp\n\n{TELL}"

#: Tells what came of a call: "returned" and what, or the names of the exception's class and of its bases.
CAUGHT = """
def caught(function, *arguments, **keywords):
    try:
        return ["returned", repr(function(*arguments, **keywords))]
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__]

"""

#: What stands before the questions.
GUARD = '\nif __name__ == "__main__":\n'
#: The first thing that is done behind the guard by a program that asks the module itself.
_CHOOSE = '    mp.set_start_method("$METHOD")\n'

#: Ways to run a program whose main module children can import.
IMPORTABLE = ("file", "module")


def program(
    name: str, source: str, questions: Sequence[str] = (), *, run: str = "file", **options: Json
) -> Step:
    """Return the step that runs a program: *source*, and below it *questions*, indented.

    Options are ``files`` (texts by name, beside the program), ``stdin`` (a text), ``code`` (how it must end,
    0 if not given) and ``noisy`` (it may write to stderr).
    """
    asked: dict[str, Json] = {"questions": list(questions)} if questions else {}
    return verb("program", {"name": name, "run": run, "source": source, **asked, **options})


def runs(
    name: str,
    definitions: str,
    questions: Sequence[str],
    *,
    module: bool,
    run: str,
    **options: Json,
) -> Step:
    """Return the step that runs a program that defines and asks, through the module or through a context."""
    begin = THROUGH_MODULE if module else THROUGH_CONTEXT
    source = begin + definitions + GUARD + (_CHOOSE if module else "")
    return program(name, source, questions, run=run, **options)


def alone(theme: str, *steps: Step, family: str = "context") -> Scenario:
    """Return the scenario in which main takes *steps* and is the only actor."""
    return Scenario(family=family, theme=theme, actors={"main": Actor(steps=steps)})


def asked(question: str, call: str, **about: Json) -> str:
    """Return the line that asks *question* of the expression *call*, and tells *about* it besides."""
    more = "".join(f", {name}={value!r}" for name, value in about.items())
    return f'ask("{question}", lambda: {call}{more})'


def ways() -> st.SearchStrategy[str]:
    """Return the ways to run a program that children can import, a file first."""
    return st.sampled_from(IMPORTABLE)
