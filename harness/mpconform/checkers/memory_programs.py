"""What programs tell of shared memory: structures, copies, objects wrapped by hand, managers of blocks."""

from mpconform.checkers.program_model import Answer, Program, judge, judge_answers, unless
from mpconform.values import Finding, History

__all__ = (
    "copies",
    "list_format",
    "managed_blocks",
    "managed_context",
    "managed_lists",
    "released",
    "structures",
    "synchronized",
    "synchronized_lock",
    "untracked",
)


def structures(history: History) -> Finding:
    """Check that a Value and an Array of a user's Structure hold its fields, in all processes.  O(n)."""
    sentence = "Structures; as made, as a child left them in an Array, in a Value, its exit code:"
    return judge_answers(history, "structure-fields", sentence, [[1.5, 2], True, 7, 0], "structures")


def copies(history: History) -> Finding:
    """Check that ``sharedctypes.copy`` makes a shared object that is equal, and another one.  O(n)."""
    sentence = "An array was copied, both changed, and the copy by a child; the array, the copy, a structure:"
    return judge_answers(history, "copy", sentence, [[1, 8, 3], [9, 2, 13], [0.5, 4]], "copies")


def synchronized_lock(history: History) -> Finding:
    """Check that an object that is wrapped with a lock given is that object, guarded by that lock.

    Increments of two processes under it are all there, and while the lock is held nobody else gets it.  O(n).
    """

    def rule(_: Program, answer: Answer) -> str:
        wanted = [5 + 2 * answer.fields["times"], True, False]
        sentence = "A value of 5 was wrapped with a lock; after increments, the object, its lock when held:"
        return unless(answer.got == wanted, sentence, answer)

    return judge(history, "wrapped-with-lock", rule, "wrapped")


def synchronized(history: History) -> Finding:
    """Check that an object that is wrapped without a lock is that object, with an RLock of its own.  O(n)."""
    sentence = "An array was wrapped; after a change under its lock, twice taken, the array, get_obj, length:"
    return judge_answers(history, "wrapped", sentence, [[1, 9, 3], True, 3], "wrapped alone")


def list_format(history: History) -> Finding:
    """Check that the format of a ShareableList packs and unpacks its values, and changes with their types.

    By the module struct, text as UTF-8 and None as false; padding is not counted.  O(n).
    """
    sentence = "The format of a ShareableList; a string, holds the values, changes with a type:"
    return judge_answers(history, "list-format", sentence, [True, True, True], "format")


def managed_blocks(history: History) -> Finding:
    """Check that a SharedMemoryManager makes blocks: large enough, found by others by their names.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else []
        right = got[:2] == [True, True] and got[3:4] == [77]
        return unless(right, "A manager's block and list; size, class, values, as a child left them:", answer)

    return judge(history, "managed-block", rule, "managed")


def managed_lists(history: History) -> Finding:
    """Check that a SharedMemoryManager makes ShareableLists that hold their values, for others too.  O(n)."""

    def rule(_: Program, answer: Answer) -> str:
        got = answer.got if isinstance(answer.got, list) else []
        right = got[2:3] == [[1, "text", None]] and got[4:] == ["seen"]
        return unless(right, "A manager's block and list; size, class, values, as a child left them:", answer)

    return judge(history, "managed-list", rule, "managed")


def released(history: History) -> Finding:
    """Check that all blocks of a SharedMemoryManager are there until its shutdown, none after it.  O(n)."""
    sentence = "The blocks of a manager; all there before its shutdown, how many after it:"
    return judge_answers(history, "managed-blocks-left", sentence, [True, 0], "released")


def managed_context(history: History) -> Finding:
    """Check that a with statement starts a SharedMemoryManager, binds it, and releases its blocks.  O(n)."""
    sentence = "A with statement; binds the manager, its block is there inside, and after it:"
    return judge_answers(history, "managed-context", sentence, [True, True, False], "with")


def untracked(history: History) -> Finding:
    """Check that a block that is made with track=False outlives its program, and can be unlinked.  O(n)."""
    sentence = "A program made a block with track=False; its exit code, a byte, there when unlinked:"
    return judge_answers(history, "untracked", sentence, [0, 5, False], "untracked")
