"""The words of cards: what kinds there are, where one stands, and whom it is for."""

from enum import StrEnum


class CardKind(StrEnum):
    """What is issued, from the mildest to the hardest."""

    WARNING = "warning"  # 预警
    YELLOW = "yellow"  # 黄牌
    RED = "red"  # 红牌
    LETTER = "letter"  # 督办单
    ESCALATION = "escalation"  # 提级
    CENSURE = "censure"  # 通报/约谈

    @property
    def rank(self) -> int:
        """How hard it is; the harder one makes the milder one idle."""
        return list(CardKind).index(self)


# A fresh promise takes these back while nobody has acknowledged them; a red card is never undone.
WITHDRAWABLE = frozenset({CardKind.WARNING, CardKind.YELLOW})
# Supervision: numbered, and wanting an answer.
LETTERS = frozenset({CardKind.LETTER, CardKind.ESCALATION, CardKind.CENSURE})


class CardState(StrEnum):
    """Where a card stands."""

    DUE = "due"  # a timer found it, nobody has been told yet
    ISSUED = "issued"
    SERVED = "served"  # the unit acknowledged it
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Addressee(StrEnum):
    """Who of a unit is told."""

    CLERK = "clerk"  # 经办人
    HEAD = "head"  # 单位负责人
    LEADER = "leader"  # 分管领导


ADDRESSEES: dict[CardKind, tuple[Addressee, ...]] = {
    CardKind.WARNING: (Addressee.CLERK,),
    CardKind.YELLOW: (Addressee.CLERK, Addressee.HEAD),
    CardKind.RED: (Addressee.HEAD,),
    CardKind.LETTER: (Addressee.HEAD,),
    CardKind.ESCALATION: (Addressee.HEAD, Addressee.LEADER),
    CardKind.CENSURE: (Addressee.HEAD, Addressee.LEADER),
}
