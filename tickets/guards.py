"""What must hold before a ticket moves: the names of the table of moves, and a sentence each.

A guard is judged by whoever has the facts (the dispatch desk, the clocks, the feedback form); the
sentence tells the person what is missing.
"""

from collections.abc import Mapping
from enum import StrEnum


class Guard(StrEnum):
    """A condition of a move."""

    CONTACT_LINKED = "contact-linked"
    KEY_UNIQUE = "key-unique"
    ANSWER_GIVEN = "answer-given"
    SUB_CODE = "sub-code"
    REVIEWER_CONFIRMED = "reviewer-confirmed"
    LAWFUL_ROUTE_TOLD = "lawful-route-told"
    FIRST_APPEAL = "first-appeal"
    PARTNER_ACCEPTED = "partner-accepted"
    CLASSIFIED = "classified"
    DUPLICATES_CHECKED = "duplicates-checked"
    MASKING_SET = "masking-set"
    KNOWN_UNITS = "known-units"
    LEAD_UNIT = "lead-unit"
    WITHIN_RETURN_LIMIT = "within-return-limit"
    RETURN_REASON = "return-reason"
    NOT_ADJUDICATED = "not-adjudicated"
    ANOTHER_LEAD = "another-lead"
    CONSULTED = "consulted"
    TASKS_IN_TIME = "tasks-in-time"
    BEFORE_LIMIT = "before-limit"
    EXTENSION_LEFT = "extension-left"
    CITIZEN_TOLD = "citizen-told"
    OUTSIDE_CONDITION = "outside-condition"
    REVIEW_DATE = "review-date"
    SUSPENSION_LEFT = "suspension-left"
    FEEDBACK_COMPLETE = "feedback-complete"
    CONTACT_EVIDENCE = "contact-evidence"
    HEAD_SIGNED = "head-signed"
    PUBLIC_REPLY_CLEAN = "public-reply-clean"
    REJECTION_REASON = "rejection-reason"
    REPLY_DELIVERED = "reply-delivered"
    CALLING_HOURS = "calling-hours"
    CONTENT_OR_UNREACHED = "content-or-unreached"
    NO_CALL_DUE = "no-call-due"
    UNSOLVED = "unsolved"
    REASONABLE = "reasonable"
    REDO_LEFT = "redo-left"
    TWO_REVIEWERS = "two-reviewers"
    UNREASONABLE_PROVEN = "unreasonable-proven"
    SUPERVISION_CAUSE = "supervision-cause"
    SAME_DEMAND = "same-demand"
    CONTACTS_KEPT = "contacts-kept"
    FOLLOWERS_REPLIED = "followers-replied"
    OWN_WORDS = "own-words"
    WITHIN_30_DAYS = "within-30-days"
    NOBODY_HEARD = "nobody-heard"
    CALL_JUDGED_AGAIN = "call-judged-again"

    @property
    def sentence(self) -> str:
        """What must be so, for the person whose move was refused."""
        return _SENTENCES[self]


_SENTENCES: Mapping[Guard, str] = {
    Guard.CONTACT_LINKED: "The ticket must name its caller's number or the channel's own id.",
    Guard.KEY_UNIQUE: "The same submission must not have a ticket already.",
    Guard.ANSWER_GIVEN: "The answer must be written down, or name an article of knowledge.",
    Guard.SUB_CODE: "The kind of invalid call must be named.",
    Guard.REVIEWER_CONFIRMED: "A reviewer must confirm it.",
    Guard.LAWFUL_ROUTE_TOLD: "The citizen must have been told which lawful route is open.",
    Guard.FIRST_APPEAL: "An appeal is possible once.",
    Guard.PARTNER_ACCEPTED: "The partner line must have taken the call.",
    Guard.CLASSIFIED: "Category, area, urgency and lead unit must be set.",
    Guard.DUPLICATES_CHECKED: "Somebody must have looked for the same matter in other tickets.",
    Guard.MASKING_SET: "It must be said who may know the citizen's name and number.",
    Guard.KNOWN_UNITS: "Every unit named must be one of units.csv or areas.toml.",
    Guard.LEAD_UNIT: "Only the lead unit may do this.",
    Guard.WITHIN_RETURN_LIMIT: "A return may be asked for within two working days of dispatch.",
    Guard.RETURN_REASON: "A return needs its reason and the basis in law.",
    Guard.NOT_ADJUDICATED: "A return that was decided once is not decided again.",
    Guard.ANOTHER_LEAD: "A lead unit other than the present one must be named.",
    Guard.CONSULTED: "From the third dispatch on the units must have met.",
    Guard.TASKS_IN_TIME: "Each co-handling unit's task must end a working day before the lead's.",
    Guard.BEFORE_LIMIT: "It must be asked for before the limit is over.",
    Guard.EXTENSION_LEFT: "The extensions of this type are used up, or their length is.",
    Guard.CITIZEN_TOLD: "The citizen must have been told the reason.",
    Guard.OUTSIDE_CONDITION: "Only a condition outside the unit's power suspends a ticket.",
    Guard.REVIEW_DATE: "A day at most 30 days away must be set for looking again.",
    Guard.SUSPENSION_LEFT: "A ticket may be suspended for 90 days in all.",
    Guard.FEEDBACK_COMPLETE: "All fields of the feedback must be filled in.",
    Guard.CONTACT_EVIDENCE: "It must be shown when and how the unit spoke with the citizen.",
    Guard.HEAD_SIGNED: "The unit's head must sign the answer to a complaint or supervised matter.",
    Guard.PUBLIC_REPLY_CLEAN: "The public reply must not hold personal data or forbidden words.",
    Guard.REJECTION_REASON: "It must be said what is wrong with the answer.",
    Guard.REPLY_DELIVERED: "The reply must have reached the citizen.",
    Guard.CALLING_HOURS: "Follow-up calls are made in the hours of followup.toml only.",
    Guard.CONTENT_OR_UNREACHED: "The citizen must be content, have it solved, or be out of reach.",
    Guard.NO_CALL_DUE: "The ticket must not be one of those that get a follow-up call.",
    Guard.UNSOLVED: "The citizen must be dissatisfied and the matter unsolved.",
    Guard.REASONABLE: "The demand must be reasonable.",
    Guard.REDO_LEFT: "After two redos a matter is supervised instead.",
    Guard.TWO_REVIEWERS: "Two reviewers must have signed.",
    Guard.UNREASONABLE_PROVEN: "Evidence and the basis in law must be on file.",
    Guard.SUPERVISION_CAUSE: "A card, a redo, a leader's note or the media must be the cause.",
    Guard.SAME_DEMAND: "Both tickets must ask for the same.",
    Guard.CONTACTS_KEPT: "Every citizen must stay with a main ticket that is open.",
    Guard.FOLLOWERS_REPLIED: "Each citizen whose ticket was merged must have a reply of their own.",
    Guard.OWN_WORDS: "The citizen's own recorded words or message code must be on file.",
    Guard.WITHIN_30_DAYS: "A matter is reopened within 30 days of its closing.",
    Guard.NOBODY_HEARD: "The call must have ended without leaving work for a person.",
    Guard.CALL_JUDGED_AGAIN: "Late news of the call must show that a person has to look.",
}
