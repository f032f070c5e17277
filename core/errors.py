"""Errors that a person will read: a fact, a stable slug, and what to do."""


class HotlineError(Exception):
    """A known fact that stops an action. The message is a sentence that says what to do next."""

    slug = "hotline-error"


class ConfigError(HotlineError):
    """A file an admin wrote is wrong; the message names the file, the line and the mend."""

    slug = "config-error"

    def __init__(self, path: object, line: int | None, sentence: str) -> None:
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {sentence}")
        self.path = str(path)
        self.line = line
        self.sentence = sentence
