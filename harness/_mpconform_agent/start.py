"""``python -m _mpconform_agent.start MODULE METHOD FOLDER DESCRIPTOR [TELL]``: be the agent.

A child that begins with a fresh interpreter imports its parent's main module, which is this
one: so each of them, also a pool worker that never becomes an actor, can show its stacks.
"""

import sys

#: What ours import of the standard library.
_STANDARD = "array errno faulthandler gc importlib json math mmap os signal struct time traceback zlib"
_OURS = (
    "actor board coding faults launched namespace payload preempt programs rounds scope serve stacks tape "
    "tasks verbs"
)


def _serve():
    """Import what children will need, then serve."""
    from importlib import import_module

    for name in _STANDARD.split():
        import_module(name)
    # The agent lies in a folder of its own: there it is kept compiled, whatever the user's setting,
    # so that children need not compile it again.  The setting holds for everything else.
    setting = sys.dont_write_bytecode
    sys.dont_write_bytecode = False
    for name in _OURS.split():
        import_module("_mpconform_agent." + name)
    sys.dont_write_bytecode = setting
    return sys.modules["_mpconform_agent.serve"].main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(_serve())
elif __name__ == "__mp_main__":
    import os

    from _mpconform_agent import stacks

    try:
        stacks.install(sys.argv[3])
        if os.path.exists(os.path.join(sys.argv[3], "preemption")):
            from _mpconform_agent import preempt

            preempt.find_worker(sys.argv[3], sys.argv[1])
    except (IndexError, OSError):
        pass  # A child that cannot show its stacks is still a child.
