"""Their messages: proven, kept as they came, then read; a case becomes exactly one ticket."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import utc_now
from core.errors import HotlineError
from exchange.models import Message
from exchange.peers import Peer
from exchange.signing import BadSignature
from exchange.states import Kind, MessageState
from tickets.acts import Actor
from tickets.channels import Channel
from tickets.city import City
from tickets.life import drafts
from tickets.life.drafts import Draft
from tickets.life.facts import Person, fit_to_store
from tickets.life.intake import Submission, register
from tickets.models import Ticket

LARGEST = 256 * 1024
_TITLE = 100

Text = Annotated[str, AfterValidator(fit_to_store)]


class Unreadable(HotlineError):
    """A genuine message that is no case; it is kept, and somebody looks at it."""

    slug = "unreadable-message"


class Case(BaseModel):
    """A case of the police (警单) that is ours to handle; what we do not know is left unread."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    case_no: Text = Field(alias="policeCaseNo", min_length=1, max_length=64)
    summary: Text = Field(min_length=1, max_length=20_000)
    caller: Text | None = Field(None, alias="callerPhone", max_length=40)
    consent: bool | None = Field(None, alias="callerConsent")
    address: Text = Field("", max_length=200)
    danger: Text = Field("", alias="dangerLevel", max_length=40)
    action: Text = Field("", alias="policeAction", max_length=40)
    incident_at: datetime | None = Field(None, alias="incidentTime")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What we answer: both numbers, and whether it was there before."""

    number: str
    query_code: str
    case_no: str
    known: bool
    caller: str | None


async def take(
    session: AsyncSession, city: City, peer: Peer, nonce: str, raw: bytes
) -> Receipt | Unreadable:
    """Keep a proven message and make its case a ticket; the same case again is the same ticket.

    An unreadable one is kept whole and returned as the fault it is, so that the caller's
    transaction commits it. Raises BadSignature for a message that is played back.
    """
    try:
        case = Case.model_validate(json.loads(raw))
    except (ValueError, ValidationError, RecursionError) as error:
        return await _quarantine(session, peer, nonce, raw, error)
    message = await _kept(session, peer, nonce, case, raw)
    person = Person(peer.name, Actor.CHANNEL)
    submission = Submission(Channel.POLICE, case.case_no, _draft(case), case.caller)
    ticket, new = await register(session, city, submission, person)
    if new and case.action:
        text = f"{peer.name} {case.case_no}: {case.action} {case.danger}".strip()
        await drafts.add_note(session, ticket.number, person, text)
    message.number = ticket.number
    await session.flush()
    return _receipt(ticket, case, known=not new)


async def _kept(session: AsyncSession, peer: Peer, nonce: str, case: Case, raw: bytes) -> Message:
    """Write the message down; one that came before is found again by its case."""
    row = _row(peer, nonce, case.case_no, MessageState.TAKEN)
    row |= {"body": _plain(json.loads(raw)), "case_no": case.case_no, "settled_at": utc_now()}
    await _insert(session, peer, nonce, row)
    found = await session.scalars(
        select(Message).where(
            Message.peer == peer.code,
            Message.outward.is_(False),
            Message.kind == Kind.ORDER,
            Message.key == case.case_no,
        )
    )
    return found.one()


async def _quarantine(
    session: AsyncSession, peer: Peer, nonce: str, raw: bytes, error: Exception
) -> Unreadable:
    text = fit_to_store(raw.decode(errors="replace"))
    row = _row(peer, nonce, hashlib.sha256(raw).hexdigest(), MessageState.QUARANTINED)
    await _insert(session, peer, nonce, row | {"raw": text, "fault": str(error)[:300]})
    return Unreadable(
        "The message is genuine but is no case: policeCaseNo and summary are needed, as JSON. "
        "It is kept, and somebody looks at it."
    )


async def _insert(session: AsyncSession, peer: Peer, nonce: str, row: dict[str, Any]) -> None:
    seen = await session.scalar(
        select(Message.id).where(Message.peer == peer.code, Message.nonce == nonce)
    )
    if seen is not None:
        raise BadSignature("This message came before, letter by letter: it is not taken twice.")
    await session.execute(insert(Message).values(row).on_conflict_do_nothing())


def _row(peer: Peer, nonce: str, key: str, state: MessageState) -> dict[str, Any]:
    return {
        "peer": peer.code,
        "outward": False,
        "kind": Kind.ORDER,
        "key": key,
        "state": state,
        "nonce": nonce,
        "made_at": utc_now(),
    }


def _draft(case: Case) -> Draft:
    return Draft(
        title=case.summary.splitlines()[0][:_TITLE] if case.summary.strip() else case.case_no,
        details=case.summary,
        address=case.address,
    )


def _receipt(ticket: Ticket, case: Case, known: bool) -> Receipt:
    return Receipt(ticket.number, ticket.query_code, case.case_no, known, case.caller)


def _plain(value: Any) -> Any:
    """Take out of a JSON value what no database stores."""
    if isinstance(value, str):
        return fit_to_store(value)
    if isinstance(value, dict):
        return {fit_to_store(str(key)): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
