"""What is built once of a history: remembered by identity, for a while, whoever asks meanwhile."""

from mpconform.checkers.once import once


class Subject:
    """Something of which a thing is built."""


def test_what_was_built_is_remembered_until_so_many_others_were() -> None:
    """By the identity of the subject, and the value of what else is said."""
    built: list[tuple[object, ...]] = []

    @once
    def build(subject: object, *arguments: object) -> int:
        built.append((subject, *arguments))
        return len(built)

    first, others = Subject(), [Subject() for _ in range(16)]

    assert [build(first), build(first), build(first, [1]), build(first, [1])] == [1, 1, 2, 2]
    assert [build(one) for one in others[:14]] == [*range(3, 17)]
    assert build(first) == 1
    assert [build(one) for one in others[14:]] == [17, 18]
    assert build(first) == 19


def test_who_looks_is_not_disturbed_by_who_adds() -> None:
    """As threads do that judge several histories at a time: here, what is compared asks for another."""

    @once
    def build(subject: object, argument: object) -> object:
        return subject, argument

    class Asking:
        """Asks for something new whenever it is compared."""

        def __eq__(self, other: object) -> bool:
            build(Subject(), 0)
            return self is other

        __hash__ = None  # type: ignore[assignment]

    subject, arguments = Subject(), [Asking(), Asking()]
    first, second = (build(subject, one) for one in arguments)

    assert build(subject, arguments[0]) is first
    assert build(subject, arguments[1]) is second
