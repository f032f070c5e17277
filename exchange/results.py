"""What became of a case they gave us goes back to them, once, when its ticket has ended."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from exchange.models import Message
from exchange.outward import Outgoing, tell
from exchange.peers import Peer
from exchange.states import Kind
from tickets.channels import Channel
from tickets.life.models import Matter
from tickets.models import Ticket
from tickets.states import ENDED, TicketState

# Replied to the citizen: for the other side the matter is settled, whatever follows here.
_TELLING = ENDED | {TicketState.REPLIED, TicketState.DONE, TicketState.CALLBACK}
AT_ONCE = 200
_Theirs = aliased(Message)


async def tell_results(session: AsyncSession, peers: Sequence[Peer]) -> int:
    """Write the results that are due; return how many."""
    by_code = {peer.code: peer for peer in peers if peer.url}
    due = await session.execute(_due(list(by_code)))
    told = 0
    for peer, case_no, ticket, reply in due.all():
        if case_no is None:
            continue
        body = {
            "policeCaseNo": case_no,
            "ticketNo": ticket.number,
            "state": ticket.state,
            "reply": reply or "",
        }
        outgoing = Outgoing(Kind.RESULT, case_no, body, ticket.number, case_no)
        told += await tell(session, by_code[peer], outgoing) is not None
    return told


def _due(codes: list[str]) -> Select[str, str | None, Ticket, str]:
    told = exists().where(
        and_(
            Message.peer == _Theirs.peer,
            Message.outward,
            Message.kind == Kind.RESULT,
            Message.key == _Theirs.case_no,
        )
    )
    return (
        select(_Theirs.peer, _Theirs.case_no, Ticket, Matter.public_reply)
        .join(Ticket, Ticket.number == _Theirs.number)
        .outerjoin(Matter, Matter.ticket_id == Ticket.id)
        .where(
            _Theirs.outward.is_(False),
            _Theirs.peer.in_(codes),
            Ticket.channel == Channel.POLICE,
            Ticket.state.in_(_TELLING),
            ~told,
        )
        .limit(AT_ONCE)
    )
