"""How long work tells a person what it is doing; the command line prints it, tests ignore it."""

from types import TracebackType
from typing import Protocol, Self


class Progress(Protocol):
    """Four things a person wants to know while waiting."""

    def fact(self, name: str, value: str) -> None:
        """Something that is so already."""

    def change(self, what: str) -> None:
        """Something on this machine that is about to be changed."""

    def working(self, what: str) -> "Working":
        """Work that takes a while, shown until it ends."""


class Working(Protocol):
    """A piece of long work; `note` shows how far it has come."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    def note(self, how_far: str) -> None:
        """Say how far the work has come."""


class Silent:
    """Progress for programs that print nothing."""

    def fact(self, name: str, value: str) -> None:
        """Say nothing."""

    def change(self, what: str) -> None:
        """Say nothing."""

    def working(self, what: str) -> "Working":
        """Say nothing."""
        return _Quiet()


class _Quiet:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def note(self, how_far: str) -> None:
        """Say nothing."""
