"""Errors that a person will read: a fact, a stable slug, and what to do."""


class HotlineError(Exception):
    """A known fact that stops an action. The message is a sentence that says what to do next.

    `chinese` is the same sentence for pages in Chinese, where people without English may meet it.
    """

    slug = "hotline-error"
    chinese = ""


class Place(int):
    """A line of a file, 1 is the first, that may know its column as well (0 when it does not)."""

    column: int

    def __new__(cls, line: int, column: int = 0) -> "Place":
        """Make a line number that can be used as any other."""
        place = super().__new__(cls, line)
        place.column = column
        return place


class ConfigError(HotlineError):
    """A file an admin wrote is wrong; the message names file, line, column and the mend."""

    slug = "config-error"

    def __init__(self, path: object, line: int | None, sentence: str) -> None:
        self.column = line.column or None if isinstance(line, Place) else None
        place = ":".join(str(part) for part in (path, line, self.column) if part is not None)
        super().__init__(f"{place}: {sentence}")
        self.path = str(path)
        self.line = line
        self.sentence = sentence
