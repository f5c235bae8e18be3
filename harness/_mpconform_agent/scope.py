"""The scope: what one actor can name while it takes its steps."""

import os
from _thread import allocate_lock

from _mpconform_agent import tape
from _mpconform_agent.coding import encode

__all__ = ("CALLBACKS", "Context", "Scope", "Unbound")

CALLBACKS = "callbacks"


class Unbound(KeyError):
    """A name that means nothing: what should have bound it raised instead."""


class Context:
    """Where a run happens; travels to every actor by pickle.

    *folder* holds the tapes, the board and the logs; *serial* numbers the run within it;
    *names* are all actors, main first; *unique* begins every ``$unique`` name;
    *backend* is the module and start method; *rounds*, *preemption* and *faults* are the scenario's;
    *steps*, by actor, is None where no step needs it; *limits* are those of the agent, if a fault
    lowers them.
    """

    def __init__(
        self, folder, serial, names, unique, backend, rounds=1, preemption=None, faults=(), steps=None
    ):
        self.folder = folder
        self.serial = serial
        self.names = names
        self.unique = unique
        self.backend = backend
        self.rounds = rounds
        self.preemption = preemption
        self.faults = faults
        self.steps = steps
        self.limits = None

    def with_steps(self, steps):
        """Return a context of the same run that also knows the steps of all actors."""
        found = Context.__new__(Context)
        found.__dict__.update(self.__dict__, steps=steps)
        return found

    def tape_path(self, name):
        """Return the path of the tape of actor *name*."""
        return os.path.join(self.folder, "tape-%d" % self.names.index(name))

    def path(self, name):
        """Return the path of the file *name* of the run."""
        return os.path.join(self.folder, name)


class Callback:
    """A function of one argument that records each call on the tape of callbacks."""

    def __init__(self, name, scope):
        self._name = name
        self._scope = scope

    def __call__(self, value):
        """Record that this was called with *value*."""
        self._scope.called(self._name, value)


class Scope:
    """The names of one actor in one round: the scenario's objects that it was given, and what it bound."""

    def __init__(self, context, name, objects, number=0):
        self.context = context
        self.name = name
        self.round = number
        self.folder = context.folder
        self.serial = context.serial
        self.unique = "%sr%d-" % (context.unique, number) if number else context.unique
        #: The producers of items, as the upper half of what a tape keeps.
        self.indices = {actor: index << 32 for index, actor in enumerate(context.names)}
        self.indices["task"] = 0xFFFF << 32
        self._values = objects  # Not a copy: what is dropped here should be gone.
        self._names = {id(value): key for key, value in objects.items()}
        self._callbacks = None
        self._calling = allocate_lock()
        self._namespace = None
        self._board = None

    def bind(self, name, value):
        """Let *name* mean *value* from now on."""
        self._values[name] = value
        self._names[id(value)] = name

    def drop(self, name):
        """Forget *name*."""
        value = self._values.pop(name, None)
        self._names.pop(id(value), None)

    def has(self, name):
        """Return whether *name* means anything."""
        return name in self._values

    def named(self, name):
        """Return what *name* means; raises Unbound."""
        try:
            return self._values[name]
        except KeyError:
            raise Unbound(name) from None

    def names(self):
        """Return the names that mean something, without the agent's own."""
        return [name for name in self._values if not name.startswith("\0")]

    def name_of(self, value):
        """Return the name of this very object, or None."""
        name = self._names.get(id(value))
        return name if name is not None and self._values.get(name) is value else None

    def find(self, dotted):
        """Return what *dotted* names in the backend; raises AttributeError."""
        if self._namespace is None:
            from _mpconform_agent.namespace import Namespace

            self._namespace = Namespace(*self.context.backend)
        return self._namespace.find(dotted)

    def board(self):
        """Return the board where the actors of the run meet."""
        if self._board is None:
            from _mpconform_agent.board import Board

            self._board = Board(self.context.path("board"), self.context.names, self.round)
        return self._board

    def publish(self, label, value):
        """Let all actors know the JSON *value* by *label*, by way of a file."""
        import json

        path = self.context.path("published-%s" % label)
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump([self.serial, self.round, value], file)
        os.replace(path + ".new", path)

    def published(self, label):
        """Return what was published by *label* in this round; raises Unbound if that is nothing."""
        import json

        try:
            with open(self.context.path("published-%s" % label), encoding="utf-8") as file:
                serial, number, value = json.load(file)
        except FileNotFoundError:
            raise Unbound(label) from None
        if (serial, number) != (self.serial, self.round):
            raise Unbound(label)
        return value

    def callback(self, name):
        """Return the callback called *name*; only main's are recorded, so only main may have one."""
        if self.name != "main":
            raise LookupError("a callback of %s, but only main's are recorded" % self.name)
        return Callback(name, self)

    def called(self, name, value):
        """Record that the callback called *name* was given *value*, by any thread of the backend."""
        with self._calling:
            if self._callbacks is None:
                path = os.path.join(self.folder, "tape-%s" % CALLBACKS)
                self._callbacks = tape.Tape(path, self.serial)
            log = self._callbacks
            place = log.invoked(0)
            log.told(place, tape.CALLED, [name, encode(value, self)])
