"""The tables of the flow room: versions, what aliases point at, drafts and their story.

Versions, moves and stories are append-only; an alias is where its last move left it.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.database import INSTANT, Base, words
from ivr.life.moves import MoveKind
from ivr.life.states import Act, DraftState


class FlowVersion(Base):
    """One version of a flow for ever: the exact text, its number, who wrote and published it.

    `version` is the short hash of the text that calls carry with them; `draft_id` is None when it
    came from a file of the configuration.
    """

    __tablename__ = "flow_version"
    __table_args__ = (
        # The same words are the same version, however often they are published.
        UniqueConstraint("flow", "version"),
        CheckConstraint("number > 0", name="number_is_positive"),
    )

    flow: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str]
    text: Mapped[str]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("flow_draft.id"))
    author: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())


class FlowAliasMove(Base):
    """One move of an alias, and where it stands afterwards: a version, perhaps beside a candidate.

    `step` counts the moves of one alias without a gap, so that of two at once only one is written.
    `percent` and `callers` (numbers, a trailing * for all that begin so) say whose calls the
    candidate gets.
    """

    __tablename__ = "flow_alias_move"
    __table_args__ = (
        UniqueConstraint("alias", "step"),
        ForeignKeyConstraint(["flow", "number"], ["flow_version.flow", "flow_version.number"]),
        ForeignKeyConstraint(
            ["candidate_flow", "candidate_number"], ["flow_version.flow", "flow_version.number"]
        ),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_is_a_share"),
        CheckConstraint(
            "(candidate_flow IS NULL) = (candidate_number IS NULL)", name="candidate_is_whole"
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    alias: Mapped[str]
    step: Mapped[int]
    kind: Mapped[MoveKind] = mapped_column(words(MoveKind, "kind"))
    flow: Mapped[str]
    number: Mapped[int]
    candidate_flow: Mapped[str | None]
    candidate_number: Mapped[int | None]
    percent: Mapped[int] = mapped_column(server_default="0")
    callers: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    actor: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())


class FlowDraft(Base):
    """A flow being written. `base` is the newest version when it was begun, 0 when there was none;
    `revision` counts its acts, so that nobody writes over what they have not seen."""

    __tablename__ = "flow_draft"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    flow: Mapped[str] = mapped_column(index=True)
    base: Mapped[int]
    revision: Mapped[int]
    state: Mapped[DraftState] = mapped_column(words(DraftState, "state"))
    text: Mapped[str]
    author: Mapped[str]
    reason: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())


class FlowDraftEvent(Base):
    """One act upon a draft; `text` is what was written, None for other acts."""

    __tablename__ = "flow_draft_event"
    __table_args__ = (UniqueConstraint("draft_id", "revision"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("flow_draft.id"))
    revision: Mapped[int]
    act: Mapped[Act] = mapped_column(words(Act, "act"))
    state: Mapped[DraftState] = mapped_column(words(DraftState, "state"))
    text: Mapped[str | None]
    actor: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())


class FlowFile(Base):
    """What a flow's file in the configuration said when it was last taken in, as a version hash."""

    __tablename__ = "flow_file"

    flow: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    at: Mapped[datetime] = mapped_column(INSTANT, server_default=func.now())
