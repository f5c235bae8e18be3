"""Authentication key: new processes have the key that their parent began with.

Breaks: they have the key that it has now (KEY-CHANGED).
The mistake: the key is read once, when the module is imported.
"""

from multiprocessing.process import AuthenticationString, current_process

from mutants.context_support import replaced_processes

_first = bytes(current_process().authkey)


class _Mixin:
    def start(self):
        self._config["authkey"] = AuthenticationString(_first)
        super().start()


replaced_processes(_Mixin)
