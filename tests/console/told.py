"""What a build tells, kept so that a failure can say it."""

from stack.progress import Silent


class Told(Silent):
    """Keeps the facts."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, str]] = []

    def fact(self, name: str, value: str) -> None:
        self.facts.append((name, value))
