"""One question for each promise but the first: which tickets it is due for, and which went without.

A promise is asked about when it should have been kept: the dispatch of tickets that came in on the
day, the assessment of those of the last assessed month, all others of those archived on the day.
Every query returns (ticket id, owner, why), `why` null where the promise was kept and beginning
with `excused: ` where a rule says that none is owed.
"""

from collections.abc import Mapping

from oversight.words import Promise
from tickets.life.holders import FOLLOW_UP, REVIEW
from tickets.units import CENTER

EXCUSED = "excused: "
PANEL = "assessment"

_ARCHIVED = """
    FROM ticket AS t JOIN matter AS m ON m.ticket_id = t.id
    WHERE t.closed_at >= :begin AND t.closed_at < :end AND t.state = 'CLOSED'
      AND m.type IS DISTINCT FROM 'WX'
"""
_TOLD = "SELECT FROM ticket_event AS e WHERE e.ticket_id = t.id AND e.act ="

CHECKS: Mapping[Promise, str] = {
    Promise.REPLY: f"""
        SELECT t.id, CASE WHEN m.dispatches > 0 THEN coalesce(m.lead, '{REVIEW}')
                          ELSE coalesce(t.first_agent, '{CENTER}') END,
               CASE WHEN m.answer = '' AND m.public_reply = '' THEN 'no answer is written down'
                    WHEN m.dispatches > 0 AND NOT EXISTS ({_TOLD} 'settle'
                         AND e.facts->>'delivered_by' <> '')
                         THEN 'no delivery of the reply is on record' END
        {_ARCHIVED}
    """,
    Promise.DISPATCH: f"""
        SELECT t.id, '{REVIEW}',
               CASE WHEN t.state = 'TRIAGE' AND NOT EXISTS (SELECT FROM ticket_clock AS c
                         WHERE c.ticket_id = t.id AND c.kind = 'dispatch'
                           AND coalesce(c.stopped_at, :now) <= c.due_at)
                         THEN 'waits for dispatch beyond its limit'
                    WHEN t.state <> 'TRIAGE' AND NOT EXISTS (SELECT FROM ticket_task AS k
                         WHERE k.ticket_id = t.id)
                         AND NOT EXISTS (SELECT FROM ticket_clock AS c
                         WHERE c.ticket_id = t.id AND c.kind = 'handle' AND c.unit = '{CENTER}')
                         THEN 'no unit has a task for it' END
        FROM ticket AS t JOIN matter AS m ON m.ticket_id = t.id
        WHERE t.new_at >= :begin AND t.new_at < :end
          AND t.state NOT IN ('NEW', 'ANSWERED', 'INVALID', 'OUT', 'TRANSFERRED', 'WITHDRAWN',
                              'MERGED')
          AND NOT (t.state = 'CLOSED' AND m.dispatches = 0
                   AND EXISTS ({_TOLD} 'answer'))
    """,  # noqa: S608 - made of our own words
    Promise.SERVICE: f"""
        SELECT t.id, coalesce(m.lead, '{CENTER}'),
               CASE WHEN NOT EXISTS ({_TOLD} 'feed-back'
                         AND e.facts->'feedback'->>'contacted_at' IS NOT NULL)
                     AND NOT EXISTS (SELECT FROM ticket_clock AS c WHERE c.ticket_id = t.id
                         AND c.kind = 'first-contact' AND c.stopped_by = 'first contact')
                    THEN 'no contact with the citizen is on record' END
        {_ARCHIVED} AND m.dispatches > 0
    """,  # noqa: S608 - made of our own words
    Promise.FOLLOW_UP: f"""
        SELECT t.id, '{FOLLOW_UP}',
               CASE WHEN f.id IS NULL THEN 'nobody asked whether a follow-up is due'
                    WHEN f.state = 'not-due' THEN '{EXCUSED}' || coalesce(f.why, '')
                    WHEN f.answered_at IS NULL AND NOT EXISTS (SELECT FROM follow_up_attempt AS a
                         WHERE a.follow_up_id = f.id) THEN 'no attempt to reach the citizen' END
        FROM (SELECT t.id {_ARCHIVED}) AS t
        LEFT JOIN LATERAL (SELECT * FROM follow_up WHERE ticket_id = t.id
                           ORDER BY id DESC LIMIT 1) AS f ON true
    """,  # noqa: S608 - made of our own words
    # What was settled in time was watched, and needed none.
    Promise.SUPERVISION: f"""
        SELECT t.id, '{CENTER}',
               CASE WHEN EXISTS (SELECT FROM ticket_clock AS c WHERE c.ticket_id = t.id
                         AND c.kind = 'handle' AND c.stopped_at > c.due_at)
                     AND NOT EXISTS (SELECT FROM ticket_card AS k WHERE k.ticket_id = t.id
                         AND k.kind NOT IN ('warning', 'yellow') AND k.issued_at IS NOT NULL)
                    THEN 'was late, and no red card or letter was issued' END
        {_ARCHIVED} AND m.dispatches > 0
    """,  # noqa: S608 - made of our own words
    Promise.ASSESSMENT: f"""
        SELECT t.id, '{PANEL}',
               CASE WHEN EXISTS (SELECT FROM assessment_exclusion AS x WHERE x.ticket_id = t.id)
                    THEN '{EXCUSED}' || 'excluded by name'
                    WHEN NOT EXISTS (SELECT FROM assessment_event AS e
                         WHERE e.month = :month AND e.act = 'freeze')
                    THEN 'its month was never assessed'
                    WHEN NOT EXISTS (SELECT FROM assessment_score AS s
                         WHERE s.month = :month AND s.unit = m.lead)
                    THEN 'its unit has no score for the month' END
        FROM ticket AS t JOIN matter AS m ON m.ticket_id = t.id
        WHERE t.closed_at >= :month_begin AND t.closed_at < :month_end AND t.state = 'CLOSED'
          AND m.dispatches > 0
    """,  # noqa: S608 - made of our own words
}

# The first promise is judged by `sound`: what should have been recorded, and where it is.
RECORDED = """
    SELECT t.id, c.uid, c.talk_seconds, r.state, r.path, r.seconds, m.ticket_id IS NOT NULL
    FROM ticket AS t
    LEFT JOIN call AS c ON c.uid = t.call_uid
    LEFT JOIN recording AS r ON r.call_uid = t.call_uid
    LEFT JOIN matter AS m ON m.ticket_id = t.id
    WHERE t.new_at >= :begin AND t.new_at < :end
      AND (t.call_uid IS NULL OR c.node <> :loaded AND c.ended_at IS NOT NULL)
    ORDER BY t.id
"""
