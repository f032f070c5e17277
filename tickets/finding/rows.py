"""A found ticket as one person may see it: the one way into lists, tables and files."""

from dataclasses import dataclass
from datetime import datetime

from tickets.finding.repository import Found
from tickets.life.facts import Person
from tickets.life.looking import shown_address, shown_name, shown_number, shown_text
from tickets.life.picture import Picture


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list; texts are without numbers, and without what the ticket hides."""

    number: str
    opened_at: datetime
    channel: str
    state: str
    type: str | None
    urgency: str | None
    category: str | None
    area: str | None
    title: str
    details: str
    address: str
    contact_name: str
    contact_number: str | None
    secrecy: str | None
    lead: str | None
    due_at: datetime | None
    closed_at: datetime | None
    public_reply: str


def row_of(found: Found, person: Person) -> Row:
    """Show a found ticket to a person."""
    ticket, matter = found.ticket, found.matter
    picture = Picture(ticket, matter, [], [], None)
    return Row(
        number=ticket.number,
        opened_at=ticket.new_at,
        channel=ticket.channel,
        state=ticket.state,
        type=matter.type,
        urgency=matter.urgency,
        category=matter.category,
        area=matter.area,
        title=shown_text(picture, person, matter.title),
        details=shown_text(picture, person, matter.details),
        address=shown_address(picture, person),
        contact_name=shown_name(picture, person),
        contact_number=shown_number(picture),
        secrecy=matter.secrecy,
        lead=matter.lead,
        due_at=found.facets.due_at,
        closed_at=ticket.closed_at,
        public_reply=shown_text(picture, person, matter.public_reply),
    )
