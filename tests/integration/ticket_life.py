"""A ticket's life as the tests walk it: people with names, moves that bring what they need."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.settings import CHECKOUT
from tickets.acts import Act, Actor
from tickets.channels import Channel
from tickets.city import City, load_city
from tickets.durations import Span, Unit
from tickets.life import drafts, repository
from tickets.life.drafts import Draft
from tickets.life.facts import Facts, Feedback, Person, TaskWish
from tickets.life.intake import Submission, register
from tickets.life.moves import carry_out
from tickets.life.picture import Picture
from tickets.life.words import (
    InvalidKind,
    OutsideCondition,
    ReturnReason,
    Secrecy,
    SupervisionCause,
)
from tickets.states import TABLE, Move, TicketState
from tickets.urgency import Urgency

CITY = load_city(CHECKOUT / "config")
# A Tuesday, 10:00 in the city; the week after is an ordinary one.
MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

AGENT = Person("8013", Actor.AGENT)
REVIEWER = Person("审核一", Actor.REVIEWER)
SECOND = "审核二"
CALLER_BACK = Person("回访一", Actor.FOLLOW_UP)
CITIZEN = Person("诉求人", Actor.CITIZEN)
LEADER = Person("分管领导", Actor.LEADER)
RULE = Person("timer", Actor.RULE)
LEAD, OTHER = "ZJJ", "GAJ"
UNIT = Person("张科", Actor.UNIT, LEAD)

FEEDBACK = Feedback(
    account="现场核实，已修复", true=True, solved=True,
    contacted_at=MORNING, contacted_how="电话", head="李局",
)  # fmt: skip
GOOD: dict[Act, Facts] = {
    Act.ANSWER: Facts(answer="带身份证到政务大厅办理"),
    Act.MARK_INVALID: Facts(invalid=InvalidKind.SILENT),
    Act.DECLINE: Facts(confirmed_by=(SECOND,), lawful_route="行政复议"),
    Act.TRANSFER: Facts(partner_receipt="110-1"),
    Act.HANDLE_HERE: Facts(duplicates_checked=True, secrecy=Secrecy.NORMAL),
    Act.DISPATCH: Facts(lead=LEAD, duplicates_checked=True, secrecy=Secrecy.NORMAL),
    Act.ASK_RETURN: Facts(return_reason=ReturnReason.WRONG_DUTY, basis="三定方案"),
    Act.GRANT_RETURN: Facts(lead=OTHER),
    Act.JOIN_UNITS: Facts(tasks=(TaskWish("CGJ", Span(2, Unit.WORKDAYS)),)),
    Act.ASK_EXTENSION: Facts(extension=Span(2, Unit.WORKDAYS)),
    Act.GRANT_EXTENSION: Facts(extension=Span(2, Unit.WORKDAYS), citizen_told=True),
    Act.ASK_SUSPENSION: Facts(condition=OutsideCondition.COURT, review_on=date(2026, 12, 10)),
    Act.GRANT_SUSPENSION: Facts(review_on=date(2026, 12, 10), citizen_told=True),
    Act.FEED_BACK: Facts(feedback=FEEDBACK, public_reply="您反映的路灯已修复，感谢您的监督。"),
    Act.REJECT_FEEDBACK: Facts(reason="没有回答诉求"),
    Act.REPLY: Facts(public_reply="您反映的路灯已修复，感谢您的监督。"),
    Act.SETTLE: Facts(delivered_by="短信"),
    Act.ARCHIVE: Facts(satisfied=True, solved=True),
    Act.ORDER_REDO: Facts(satisfied=False, solved=False),
    Act.FIND_UNREASONABLE: Facts(
        confirmed_by=(SECOND,), evidence="照片", basis="条例第三条", citizen_told=True
    ),
    Act.SUPERVISE: Facts(cause=SupervisionCause.LEADERS_NOTE),
    Act.WITHDRAW: Facts(own_words="短信验证码 已核对"),
    Act.REOPEN: Facts(reason="同一问题再次出现"),
}
# How a ticket gets to each state, from NEW.
WAYS: dict[TicketState, tuple[Act, ...]] = {
    TicketState.NEW: (),
    TicketState.TRIAGE: (Act.SUBMIT,),
    TicketState.ANSWERED: (Act.ANSWER,),
    TicketState.SELF: (Act.SUBMIT, Act.HANDLE_HERE),
    TicketState.DISPATCHED: (Act.SUBMIT, Act.DISPATCH),
    TicketState.SIGNED: (Act.SUBMIT, Act.DISPATCH, Act.SIGN),
    TicketState.RETURN_REQ: (Act.SUBMIT, Act.DISPATCH, Act.ASK_RETURN),
    TicketState.JOINT: (Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.JOIN_UNITS),
    TicketState.EXT_REQ: (Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.ASK_EXTENSION),
    TicketState.SUSP_REQ: (Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.ASK_SUSPENSION),
    TicketState.SUSPENDED: (
        Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.ASK_SUSPENSION, Act.GRANT_SUSPENSION,
    ),
    TicketState.FEEDBACK: (Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.FEED_BACK),
    TicketState.REJECTED_FB: (
        Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.FEED_BACK, Act.REJECT_FEEDBACK,
    ),
    TicketState.REPLIED: (Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.FEED_BACK, Act.REPLY),
    TicketState.DONE: (
        Act.SUBMIT, Act.DISPATCH, Act.SIGN, Act.FEED_BACK, Act.REPLY, Act.SETTLE,
    ),
    TicketState.INVALID: (Act.MARK_INVALID,),
    TicketState.OUT: (Act.DECLINE,),
    TicketState.TRANSFERRED: (Act.TRANSFER,),
    TicketState.WITHDRAWN: (Act.WITHDRAW,),
    TicketState.MERGED: (Act.MERGE,),
}  # fmt: skip
_DONE = WAYS[TicketState.DONE]
WAYS |= {
    TicketState.CALLBACK: (*_DONE, Act.CALL_BACK),
    TicketState.CLOSED: (*_DONE, Act.CALL_BACK, Act.ARCHIVE),
    TicketState.REDO: (*_DONE, Act.CALL_BACK, Act.ORDER_REDO),
    TicketState.UNREASONABLE: (*_DONE, Act.CALL_BACK, Act.FIND_UNREASONABLE),
}
_PEOPLE = {
    Actor.AGENT: AGENT,
    Actor.REVIEWER: REVIEWER,
    Actor.FOLLOW_UP: CALLER_BACK,
    Actor.CITIZEN: CITIZEN,
    Actor.UNIT: UNIT,
    Actor.LEADER: LEADER,
    Actor.RULE: RULE,
}


def somebody(row: Move) -> Person:
    """Return one of those who may make the move, a unit's own person before anybody else."""
    for actor, person in _PEOPLE.items():
        if actor in row.actors:
            return person
    raise AssertionError(row.act)


@dataclass
class Life:
    """One database, one city, a clock that the test turns."""

    sessions: async_sessionmaker[AsyncSession]
    now: datetime = MORNING
    city: City = field(default_factory=lambda: CITY)
    made: int = 0

    async def ticket(
        self,
        *,
        type: str = "QZ",  # noqa: A002
        urgency: Urgency = Urgency.NORMAL,
        phone: str = "13812345678",
    ) -> str:
        """Register a matter that is ready to be dispatched; return its number."""
        self.made += 1
        draft = Draft(
            type=type, urgency=urgency, category="0401", area="371502",
            title="路灯不亮", details="小区门口路灯三天不亮", contact_name="王先生",
            contact_phone=phone,
        )  # fmt: skip
        submission = Submission(Channel.WEB, f"s{self.made}", draft, phone, at=self.now)
        async with self.sessions.begin() as session:
            ticket, _ = await register(session, self.city, submission, AGENT)
            return ticket.number

    async def act(
        self, number: str, act: Act, person: Person | None = None, facts: Facts | None = None,
        version: int | None = None,
    ) -> Picture:  # fmt: skip
        """Make one move, by somebody who may and with what its guards ask for unless told."""
        row = next(row for row in TABLE if row.act is act)
        facts = facts if facts is not None else GOOD.get(act, Facts())
        if act is Act.MERGE and facts == Facts():
            facts = Facts(reason="同一事项", main=await self.ticket())
        async with self.sessions.begin() as session:
            return await carry_out(
                session, self.city, number, act, person or somebody(row), facts,
                version=version, at=self.now,
            )  # fmt: skip

    async def in_state(self, state: TicketState) -> str:
        """Return the number of a ticket that came to a state the usual way."""
        number = await self.ticket()
        await self.to(number, state)
        return number

    async def to(self, number: str, state: TicketState) -> None:
        """Bring a new ticket to a state the usual way."""
        for act in WAYS[state]:
            await self.act(number, act)

    async def look(self, number: str) -> Picture:
        """Return a ticket as it stands."""
        async with self.sessions() as session:
            picture = await repository.look(session, number)
        assert picture is not None
        return picture

    async def contact(self, number: str) -> Picture:
        """Let the unit note that it has spoken with the citizen."""
        async with self.sessions.begin() as session:
            return await drafts.note_contact(session, number, UNIT, "电话", self.now)

    async def cheat(self, statement: str) -> None:
        """Change the database behind the back of the code."""
        async with self.sessions.begin() as session:
            await session.execute(text(statement))

    def later(self, **span: float) -> None:
        """Turn the clock forward."""
        self.now += timedelta(**span)
