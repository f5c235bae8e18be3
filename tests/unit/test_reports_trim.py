"""A program without what it does not use; what may be used is used."""

from mpconform_reports.trim import trimmed

PROGRAM = '''import json
import os, sys
import time
import mutants.x as mp
import multiprocessing.util
import os

ctx = mp.get_context("fork")


# Says it, and is no unused word.
def tell(word):
    sys.stdout.write(json.dumps(word))


def used():
    return helper()


def helper():
    return NUMBERS


def unused():
    return lonely()


def lonely():
    return time.time()


NUMBERS = (1, 2)
WORDS = """one
two""".split()
CALLED = ctx.cpu_count()
GUARDED = False


class Nobodys:
    pass


class Somebodys:
    pass


if __name__ == "__main__":
    GUARDED = True
    tell(used())
    say("Somebodys")
'''

LEFT = """import json, os, sys
import mutants.x as mp
import multiprocessing.util
ctx = mp.get_context("fork")

# Says it, and is no unused word.
def tell(word):
    sys.stdout.write(json.dumps(word))

def used():
    return helper()

def helper():
    return NUMBERS

NUMBERS = (1, 2)
CALLED = ctx.cpu_count()

class Somebodys:
    pass

if __name__ == "__main__":
    tell(used())
    say("Somebodys")
"""


def test_what_is_not_used_goes_and_so_does_what_only_that_used() -> None:
    """Calls stay, whoever needs them, and a name in a string counts."""
    found = trimmed(PROGRAM, keep="multiprocessing")

    assert found == LEFT
    assert trimmed(found, keep="multiprocessing") == found
    compile(found, "found", "exec")


def test_a_dense_text_has_no_empty_lines_between_definitions() -> None:
    """In it, nothing else is changed."""
    dense = trimmed(PROGRAM, keep="multiprocessing", dense=True)

    assert dense == LEFT.replace("\n\n", "\n")


def test_what_another_file_names_is_used() -> None:
    """The program may be imported by it."""
    assert "def unused" in trimmed(PROGRAM, elsewhere=["from program import unused"])
    assert "GUARDED = True" in trimmed(PROGRAM, elsewhere=["import program\nprint(program.GUARDED)"])


def test_a_name_that_is_read_keeps_being_set() -> None:
    """In a guard too."""
    read = PROGRAM.replace("return NUMBERS", "return NUMBERS, GUARDED")

    assert "GUARDED = False" in trimmed(read)
    assert "GUARDED = True" in trimmed(read)


def test_what_is_no_python_stays_as_it_is() -> None:
    """Whoever runs it will say so."""
    assert trimmed("def (:\n") == "def (:\n"


def test_a_guard_that_does_nothing_else_keeps_its_line() -> None:
    """An empty block would be none."""
    text = 'X = 1\nif __name__ == "__main__":\n    X = 2\n'
    assert "    X = 2" in trimmed(text)


def test_what_is_only_called_like_something_does_not_use_it() -> None:
    """Keys, and questions, are told from names in other strings; so are comments."""
    text = """def asked():
    return 1
def raised():
    return 2
def counts():
    return 3
def another():
    return 4
def named():
    return 5
# It is another thing that counts.
if __name__ == "__main__":
    about = {}
    about["raised"] = asked.counted
    ask("counts", asked)
    ask("named", globals()["x"], "named")
"""

    assert (
        trimmed(text, dense=True)
        == """def asked():
    return 1
def named():
    return 5
# It is another thing that counts.
if __name__ == "__main__":
    about = {}
    about["raised"] = asked.counted
    ask("counts", asked)
    ask("named", globals()["x"], "named")
"""
    )


def test_what_is_made_of_names_and_functions_goes_with_them() -> None:
    """A table that nobody reads, and what stands in it alone; what is made by a call stays."""
    text = """class Bad:
    pass
# All that is bad.
ALL = {"bad": Bad, "worse": lambda: [Bad()]}
MADE = list(ALL)
OTHER = {**{}}
"""

    assert trimmed(text.replace("MADE = list(ALL)\n", "")) == "OTHER = {**{}}\n"
    assert trimmed(text, dense=True) == text


def test_a_dense_text_has_no_empty_lines_but_in_strings() -> None:
    """Neither between definitions nor within them."""
    text = 'class A:\n    def a(self):\n        pass\n\n    def b(self):\n        pass\n\n\nprint(A, "x")\n'

    assert "\n\n" not in trimmed(text, dense=True)
    assert "\n\n" in trimmed(text)
    assert "\n\n    def b" in trimmed(text.replace('"x"', '"""x\n\n"""'), dense=True)
