"""The machine on which scenarios are played: its states, what an actor may do in one, and all ways through.

A state is a tuple of numbers: the place of each actor in its code, and the variables.  No code has a
loop, so every way through ends: where all processes have ended, or where somebody is stuck.
"""

import enum
from collections.abc import Callable

import msgspec

__all__ = (
    "GO",
    "NEVER",
    "Changes",
    "Choices",
    "Ending",
    "Instruction",
    "NotModelledError",
    "Program",
    "State",
    "explored",
)

State = tuple[int, ...]
#: Variables, and what they become.
Changes = tuple[tuple[int, int], ...]
#: What may become of a state when an instruction is taken in it; none: it cannot be taken yet.
Choices = tuple[Changes, ...]

GO: Choices = ((),)
NEVER: Choices = ()

#: More states than this are not looked at.
_MOST_STATES = 10_000


class NotModelledError(Exception):
    """The scenario does something of which the model knows nothing."""


class Ending(enum.Enum):
    """Whether a scenario ends."""

    SURE = "ends, however its processes are scheduled"
    STUCK = "may get stuck, or wait for a timeout"
    UNKNOWN = "cannot be told"


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """What an actor does next.

    *eager*: when it can be taken, it may as well be taken before whatever others do: it prevents
    nothing, and nothing prevents or changes it.  *unsure* tells of a state whether an implementation may
    wait there although another would go on.
    """

    choices: Callable[[State], Choices]
    eager: bool = False
    unsure: Callable[[State], bool] | None = None


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """The code of every actor, main first; its last instruction is the end of its process.

    Of a *vague* one it is not known that it may get stuck, only that it need not.
    """

    codes: tuple[tuple[Instruction, ...], ...]
    start: State
    vague: bool = False

    def over(self, state: State) -> bool:
        """Return whether main is through, and every process that was started has ended."""
        places = zip(state, self.codes, strict=False)
        return all(place in (-1, len(code)) for place, code in places) and state[0] >= 0


def explored(program: Program) -> Ending:
    """Return whether *program* ends whichever way it goes; O(states), of which it looks at some thousands."""
    seen = {program.start}
    stack = [program.start]
    while stack:
        state = stack.pop()
        following, sure = _following(program, state)
        if not sure and not program.over(state):
            return Ending.UNKNOWN if program.vague else Ending.STUCK
        for one in following:
            if one not in seen:
                if len(seen) >= _MOST_STATES:
                    return Ending.UNKNOWN
                seen.add(one)
                stack.append(one)
    return Ending.SURE


def _following(program: Program, state: State) -> tuple[list[State], bool]:
    """Return the states that may follow *state*, and whether one of them surely does."""
    found: list[State] = []
    sure = False
    for actor, code in enumerate(program.codes):
        place = state[actor]
        if not 0 <= place < len(code):
            continue
        instruction = code[place]
        choices = instruction.choices(state)
        if not choices:
            continue
        unsure = instruction.unsure is not None and instruction.unsure(state)
        mine = [_changed(state, actor, changes) for changes in choices]
        if instruction.eager and not unsure:
            return mine, True
        found += mine
        sure = sure or not unsure
    return found, sure


def _changed(state: State, actor: int, changes: Changes) -> State:
    values = list(state)
    values[actor] += 1
    for variable, value in changes:
        values[variable] = value
    return tuple(values)
