"""/api/exchange: cases from other platforms come in here, signed; what was exchanged is listed."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from api.acting import Actor
from api.errors import NotFound, Refused
from api.fields import Answer, Before, Instant, Limit, Page, page_of
from api.resources import Open, Session
from core.clock import utc_now
from core.settings import Settings
from exchange.inward import LARGEST, Receipt, Unreadable, take
from exchange.models import Message
from exchange.outward import try_again
from exchange.peers import Peer, find_peer, key_of, load_peers
from exchange.reading import needs_a_telephone, newest
from exchange.signing import Envelope, verify
from exchange.slips import leave_slip
from exchange.states import Kind, MessageState
from tickets.city import city_of

log = structlog.get_logger()
router = APIRouter(prefix="/api/exchange", tags=["exchange"])

PeerCode = Annotated[str, Path(max_length=16, description="The platform's code: 110.")]


class ReceiptAnswer(Answer):
    """What a case became: both numbers. `duplicate`: it had come before."""

    accepted: bool = True
    ticketNo: str  # noqa: N815 - the exchange's own spelling
    queryCode: str  # noqa: N815
    caseNo: str  # noqa: N815
    duplicate: bool


class MessageAnswer(Answer):
    """One message; `telephone`: the receipt is late or refused, so somebody must ring."""

    id: int
    peer: str
    outward: bool
    kind: Kind
    key: str
    state: MessageState
    number: str | None
    case_no: str | None
    attempts: int
    fault: str
    made_at: Instant
    settled_at: Instant | None
    telephone: bool = False


@router.post("/{peer}/orders", status_code=202)
async def take_order(request: Request, opened: Open, session: Session, peer: PeerCode) -> Response:
    """Take a case that another platform hands over: signed, once, and kept as it came."""
    known = find_peer(load_peers(opened.settings.config_dir), peer)
    raw = await _body(request)
    envelope = Envelope("POST", request.url.path)
    key = key_of(opened.settings.secrets, known.code)
    nonce = verify(key, envelope, request.headers, raw, utc_now())
    async with session.begin():
        taken = await take(session, city_of(opened.settings.config_dir), known, nonce, raw)
    if isinstance(taken, Unreadable):
        raise taken
    _await_voice(opened.settings, known, taken)
    return JSONResponse(_receipt(taken).model_dump(), status_code=202)


@router.get("/messages")
async def get_messages(
    opened: Open,
    session: Session,
    actor: Actor,
    peer: Annotated[str | None, Query(max_length=16)] = None,
    limit: Limit = 50,
    cursor: Before = None,
) -> Page[MessageAnswer]:
    """List what was exchanged, newest first; bodies hold personal data and are not shown."""
    del actor
    found = await newest(session, limit + 1, cursor, peer)
    peers, now = load_peers(opened.settings.config_dir), utc_now()
    return page_of(
        found,
        limit,
        lambda one: _message(one, needs_a_telephone(one, peers, now)),
        lambda one: one.id,
    )


@router.post("/messages/{identity}/retry")
async def retry(
    session: Session, actor: Actor, identity: Annotated[int, Path(ge=1, le=2**62)]
) -> MessageAnswer:
    """Send a refused or given-up message once more."""
    del actor
    async with session.begin():
        message = await try_again(session, identity)
    if message is None:
        raise NotFound(f"There is no message {identity}.")
    return _message(message, telephone=False)


def _await_voice(settings: Settings, peer: Peer, taken: Receipt) -> None:
    """Let the agent who will get the caller hear which case it is; without it they ask."""
    partner = peer.partner or peer.code
    try:
        leave_slip(settings.spool_dir, partner, taken.caller, taken.case_no, taken.query_code)
    except OSError as error:
        log.warning("no slip for the switch", peer=peer.code, fault=str(error))


async def _body(request: Request) -> bytes:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST:
            raise Refused(f"A message has at most {LARGEST // 1024} KiB.")
    return raw


def _receipt(taken: Receipt) -> ReceiptAnswer:
    return ReceiptAnswer(
        ticketNo=taken.number,
        queryCode=taken.query_code,
        caseNo=taken.case_no,
        duplicate=taken.known,
    )


def _message(message: Message, telephone: bool) -> MessageAnswer:
    values: dict[str, Any] = {
        name: getattr(message, name) for name in MessageAnswer.model_fields if name != "telephone"
    }
    return MessageAnswer(**values, telephone=telephone)
