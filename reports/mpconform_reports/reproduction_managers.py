"""The part of a script that makes a manager with types of its own: as much of it as the script uses."""

import re

from mpconform.values import Scenario

__all__ = ("custom_manager",)

_TALLY = """
class Tally:
    def __init__(self, first=0):
        self.number = first
    def add(self, number=1):
        self.number += number
        return self.number
    def read(self):
        return self.number
    def _hidden(self):
        return self.number
"""
_MAKER = """
class Maker:
    def __init__(self):
        self.tally = Tally(5)
    def by_proxy(self):
        return self.tally
    def by_copy(self):
        return [self.tally.read()]
"""
_FAILING = """
class Failing:
    def fail(self, kind, *arguments):
        raise {"ValueError": ValueError, "KeyError": KeyError}.get(kind, ZeroDivisionError)(*arguments)
    def unpicklable(self):
        return (n for n in ())
"""
_ENTRY = """
living = []
class Entry:
    def __init__(self, label):
        self.name = label
        living.append(label)
    def label(self):
        return self.name
    def __del__(self):
        living.remove(self.name)
"""
_LEDGER = """
class Ledger:
    def count(self, label):
        return living.count(label)
    def pid(self):
        return os.getpid()
    def left(self):
        return [*left]
"""
_SHARED = "shared = {}\n"
_SHARED_DICT = """
def shared_dict(name):
    return shared.setdefault(("dict", name), {})
"""
_SHARED_LIST = """
def shared_list(name):
    return shared.setdefault(("list", name), [])
"""
_LEFT = """
left = []
def initialise_server(*values):
    left.append([*values])
"""
_MANAGER = """
class Manager(managers.SyncManager):
    def __init__(self, address=None, authkey=None):
        super().__init__(address, authkey, ctx=mp)
"""
_LIVING = "living = []\n"

#: A method of two lines.
_METHOD = re.compile(r"    def (?!__)(\w+)\(.*\n        .*\n")
#: Classes of whose methods only those are needed that are called.
_TRIMMED = frozenset({_FAILING, _ENTRY, _LEDGER})

#: By the name of what is made: the code that it needs, and how it is registered.
_TYPES = {
    "Tally": ((_TALLY,), '"Tally", Tally'),
    "Meek": ((_TALLY,), '"Meek", Tally, exposed=("add",)'),
    "Bold": ((_TALLY,), '"Bold", Tally, exposed=("add", "_hidden")'),
    "Hidden": ((_TALLY,), '"Hidden", Tally, create_method=False'),
    "Maker": ((_TALLY, _MAKER), '"Maker", Maker, method_to_typeid={"by_proxy": "Inner"}'),
    "Failing": ((_FAILING,), '"Failing", Failing'),
    "Entry": ((_ENTRY,), '"Entry", Entry'),
    "Ledger": ((_LEDGER,), '"Ledger", Ledger'),
    "shared_dict": ((_SHARED, _SHARED_DICT), '"shared_dict", shared_dict, managers.DictProxy'),
    "shared_list": ((_SHARED, _SHARED_LIST), '"shared_list", shared_list, managers.ListProxy'),
}


def custom_manager(scenario: Scenario) -> str:
    """Return the code of the class ``Manager`` with the types that *scenario* makes."""
    methods = [step.method for actor in scenario.actors.values() for step in actor.steps]
    used = [name for name in _TYPES if name in methods]
    parts = [part for name in used for part in _TYPES[name][0]]
    if "start" in methods and "initialise_server" in str(scenario):
        parts.insert(0, _LEFT)
    elif "left" in methods and "Ledger" in used:
        parts.insert(0, "left = []\n")
    if "Ledger" in used and "Entry" not in used:
        parts.insert(0, _LIVING)
    parts = [_with_methods(part, methods) if part in _TRIMMED else part for part in parts]
    lines = [f"Manager.register({_TYPES[name][1]})" for name in used]
    if "Maker" in used:
        lines.insert(0, 'Manager.register("Inner", create_method=False)')
    return "\n".join([*(part.strip("\n") for part in (*dict.fromkeys(parts), _MANAGER)), *lines])


def _with_methods(text: str, called: list[str]) -> str:
    """Return the class *text* without the methods that are not *called*."""
    left = _METHOD.sub(lambda method: method[0] if method[1] in called else "", text)
    return left if "    def " in left else f"{text.partition(':')[0]}:\n    pass\n"
