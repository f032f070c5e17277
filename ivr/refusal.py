"""Why a flow cannot be used, before the file it stands in is known."""


class Refused(Exception):
    """A fault at a line (1 is the first; None concerns the whole file), told in one sentence."""

    def __init__(self, line: int | None, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence
