"""Which answers are followed up: all of a type, a share of it, bad marks, with consent, or none."""

import hashlib

from tickets.followup.words import Mark, NotDue
from tickets.life.picture import Case, Picture
from tickets.limits import Callback

# The note of a ticket's settling by which its citizen agreed to be asked.
CONSENT = "consent"


def passed_over(case: Case) -> NotDue | None:
    """Return why a ticket gets no follow-up, None when it gets one.

    The share of a type is drawn from the ticket's number, so that nobody can choose and everybody
    can check.
    """
    matter, ticket = case.picture.matter, case.picture.ticket
    rule = case.city.rules.type_of(matter.type).callback if matter.type else None
    if rule is None:
        return NotDue.TYPE
    if rule.consent and case.facts.notes.get(CONSENT) != "yes":
        return NotDue.NO_CONSENT
    if number_of(case.picture) is None:
        return NotDue.NO_NUMBER
    if not _drawn(ticket.number, rule) and not is_bad_mark(ticket.rating, rule):
        return NotDue.NOT_IN_SAMPLE
    return None


def number_of(picture: Picture) -> str | None:
    """Return the number at which a ticket's citizen is asked."""
    return picture.matter.contact_phone or picture.ticket.caller


def is_bad_mark(rating: int | None, rule: Callback) -> bool:
    """Whether the mark given after the talk brings a ticket into the sample."""
    return rule.low_marks and rating is not None and not Mark(rating).good


def _drawn(number: str, rule: Callback) -> bool:
    digest = hashlib.blake2s(number.encode(), digest_size=4).digest()
    return int.from_bytes(digest) / 2**32 < rule.share
