"""The SQL that makes rows of the cases of a month, one statement for each table.

A statement reads `demo_life` (`cases`) and writes what calls, channels and people would have.
"""

from itertools import pairwise

from demo.cases import CITY_DAY, HANDED, NODE
from demo.stories import STORIES, Step, Way
from tickets.life.holders import HOLDERS, LEAD

DAYS = """
    INSERT INTO ticket_day SELECT day, count(*) FROM demo_case GROUP BY day
    ON CONFLICT (day) DO UPDATE SET last = ticket_day.last + EXCLUDED.last
"""
CALLS = f"""
    INSERT INTO call (uid, node, line, did, caller, started_at, day, flow, flow_version, keys,
        human_requested_at, queue, queue_visits, answered_at, agent, wait_seconds, ring_seconds,
        talk_seconds, rating, orphaned, ended_at, ended_by, outcome, settled_at, late_changes)
    SELECT call_uid, '{NODE}', '12345', '12345', '199' || lpad(mod(k * 7919, 100000000)::text, 8,
        '0'), began, day, 'direct', '1', '', began + interval '0.3 seconds', 'GEN', 1,
        CASE WHEN way <> 'lost' THEN began + make_interval(secs => 0.3 + wait) END,
        CASE WHEN way <> 'lost' THEN agent END, wait, CASE WHEN way <> 'lost' THEN 2 END,
        CASE WHEN way <> 'lost' THEN talk END,
        CASE WHEN way <> 'lost' AND mod(k, 3) < 2 THEN 1 + mod(k, 3) END, false, call_ended_at,
        CASE WHEN way = 'lost' THEN 'caller' ELSE 'agent' END,
        CASE WHEN way = 'lost' THEN 'abandoned' ELSE 'answered' END, call_ended_at, 0
    FROM demo_life WHERE channel = 'phone'
"""  # noqa: S608 - made of our own words
TICKETS = f"""
    INSERT INTO ticket (id, number, channel, call_uid, external_id, query_code, line, caller, state,
        outcome, first_agent, talk_seconds, rating, new_at, call_ended_at, closed_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, number, channel, call_uid, CASE WHEN call_uid IS NULL THEN '{NODE}-' || number END,
        lpad(mod(k * 7919 + 13, 1000000)::text, 6, '0'), '12345',
        '199' || lpad(mod(k * 7919, 100000000)::text, 8, '0'),
        CASE way WHEN 'invalid' THEN 'INVALID' WHEN 'unreasonable' THEN 'UNREASONABLE'
                 ELSE 'CLOSED' END,
        CASE WHEN call_uid IS NOT NULL THEN
            CASE WHEN way = 'lost' THEN 'abandoned' ELSE 'answered' END END,
        CASE WHEN call_uid IS NOT NULL AND way <> 'lost' THEN agent END,
        CASE WHEN call_uid IS NOT NULL AND way <> 'lost' THEN talk END,
        CASE WHEN call_uid IS NOT NULL AND way <> 'lost' AND mod(k, 3) < 2 THEN 1 + mod(k, 3) END,
        new_at, call_ended_at,
        CASE WHEN way NOT IN ('invalid', 'unreasonable') THEN ended_at END
    FROM demo_life
"""  # noqa: S608 - made of our own words
MATTERS = f"""
    INSERT INTO matter (ticket_id, version, type, urgency, category, area, title, details, secrecy,
        duplicates_checked, answer, public_reply, first_unit, lead, dispatches, redos, attempts,
        satisfied, solved, changed_at)
    SELECT id, 1, type, 'normal', category, area, title, '', 'normal',
        lead IS NOT NULL, CASE WHEN way = 'answered' THEN '已答复'
                               WHEN lead IS NOT NULL THEN '已办理' ELSE '' END,
        CASE WHEN lead IS NOT NULL THEN '已办理' ELSE '' END,
        lead, lead,
        CASE WHEN lead IS NULL THEN 0 ELSE 1 END, CASE WHEN way = 'redone' THEN 1 ELSE 0 END,
        CASE WHEN lead IS NULL THEN 0 ELSE attempts END,
        CASE WHEN way IN ('content', 'redone') THEN true WHEN way = 'unreasonable' THEN false END,
        CASE WHEN way IN ('content', 'redone') THEN true WHEN lead IS NOT NULL THEN false END,
        ended_at
    FROM demo_life WHERE way <> '{Way.LOST}'
"""  # noqa: S608 - made of our own words


def _clock(
    kind: str, span: str, unit: str, since: str, until: str, by: str, ways: str = HANDED
) -> str:
    """SQL of one clock of the tickets that go these ways; spans of minutes need no calendar."""
    key = f"CASE WHEN {span} LIKE '% wd' THEN {CITY_DAY.format(since)} ELSE {since} END"
    due = f"coalesce(due.due, {since} + CASE WHEN {span} LIKE '% min' THEN {span}::interval END)"
    return f"""
    INSERT INTO ticket_clock (ticket_id, kind, unit, "limit", started_at, first_due_at, due_at,
        provisional, edition, stopped_at, stopped_by)
    SELECT id, '{kind}', {unit}, {span}, {since}, {due}, {due}, false, CAST(:edition AS text),
           {until}, '{by}'
    FROM demo_life JOIN demo_limit AS l USING (type)
    LEFT JOIN demo_due AS due ON due.span = {span} AND due.since = {key}
    WHERE way IN ({ways}) AND {span} IS NOT NULL
    """  # noqa: S608 - made of our own words


_REDONE = f"'{Way.REDONE}'"
_FOLLOWED = f"CASE WHEN way = {_REDONE} THEN redone_at ELSE ended_at END"
CLOCKS = (
    _clock(
        "dispatch", "l.dispatch", "'center'", "coalesce(call_ended_at, began)", "dispatched_at",
        "dispatch",
    ),
    _clock("sign", "l.sign", "lead", "dispatched_at", "signed_at", "sign"),
    _clock("first-contact", "l.contact", "lead", "dispatched_at", "contacted_at", "first contact"),
    _clock("handle", "l.handle", "lead", "dispatched_at", "fed_at", "feed-back"),
    _clock("follow-up", "l.follow_up", "'follow-up'", "settled_at", _FOLLOWED, "archive"),
    _clock("handle", "l.redo", "lead", "redone_at", "fed_again_at", "feed-back", _REDONE),
    _clock(
        "follow-up", "l.follow_up", "'follow-up'", "settled_again_at", "ended_at", "archive",
        _REDONE,
    ),
)  # fmt: skip
_TASK = """
    INSERT INTO ticket_task (ticket_id, unit, role, opened_at, ended_at, ended_as, reply)
    SELECT id, lead, 'lead', {0}, {1}, 'replied', '' FROM demo_life WHERE way IN ({2})
"""
TASKS = (
    _TASK.format("dispatched_at", "replied_at", HANDED),
    _TASK.format("redone_at", "replied_again_at", _REDONE),
)


def _follow_up(round_: int, state: str, since: str, until: str, first: str, attempts: str) -> str:
    """SQL of a follow-up with its attempts, each in a half-day of its own; the last one is answered
    unless nobody was reached."""
    answered = state in ("closed", "redo")
    handling = {"closed": "1 + mod(d, 3)", "redo": "5"}.get(state, "NULL::int")
    solved = {"closed": "'yes'", "redo": "'no'"}.get(state, "NULL")
    ways = {
        "closed": _REDONE if round_ else f"'{Way.CONTENT}'",
        "redo": _REDONE,
        "unreached": f"'{Way.UNREACHED}'",
        "overtaken": f"'{Way.UNREASONABLE}'",
    }
    return f"""
    WITH life AS (
        SELECT *, {attempts} AS tries, {first} AS first_at, {until} AS over_at, {handling} AS mark,
               {solved} AS solution, {since} AS open_at
        FROM demo_life WHERE way IN ({ways[state]})
    ), opened AS (
        INSERT INTO follow_up (ticket_id, round, state, opened_at, due_at, not_before, attempts,
            service, handling, solved, answered_by, answered_at, ended_at)
        SELECT id, {round_}, '{state}', open_at, due.due, open_at, tries,
               CASE WHEN {answered} THEN 1 END, mark, solution,
               CASE WHEN {answered} THEN 'person' END, CASE WHEN {answered} THEN over_at END,
               over_at
        FROM life JOIN demo_limit AS l USING (type)
        JOIN demo_due AS due
            ON due.span = l.follow_up AND due.since = {CITY_DAY.format("open_at")}
        RETURNING id, ticket_id, attempts, service, handling, solved
    ), tried AS (
        SELECT opened.*, first_at, n FROM opened JOIN life ON life.id = opened.ticket_id,
        LATERAL generate_series(1, opened.attempts) AS n
    ), timed AS (
        SELECT *, first_at + (ARRAY[0, 330, 1440])[n] * interval '1 minute' AS at,
               n = attempts AND {answered} AS last FROM tried
    )
    INSERT INTO follow_up_attempt (follow_up_id, at, half_day, counts, means, actor, ending,
        service, handling, solved)
    SELECT id, at,
           to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD ')
               || CASE WHEN extract(hour FROM at AT TIME ZONE 'Asia/Shanghai') < 13 THEN 'am'
                       ELSE 'pm' END,
           true, 'person', '回访组 (follow-up)',
           CASE WHEN last THEN 'answered' ELSE 'no-answer' END,
           CASE WHEN last THEN service END, CASE WHEN last THEN handling END,
           CASE WHEN last THEN solved END
    FROM timed
    """  # noqa: S608 - made of our own words


FOLLOW_UPS = (
    _follow_up(0, "closed", "settled_at", "ended_at", "called_at", "attempts"),
    _follow_up(0, "redo", "settled_at", "redone_at", "called_at", "1"),
    _follow_up(1, "closed", "settled_again_at", "ended_at", "called_again_at", "1"),
    _follow_up(0, "unreached", "settled_at", "ended_at", "called_at", "attempts"),
    _follow_up(0, "overtaken", "settled_at", "ended_at", "called_at", "attempts"),
    f"""
    INSERT INTO follow_up (ticket_id, round, state, why, opened_at, due_at, not_before, ended_at,
        archived)
    SELECT id, 0, 'not-due', 'not-in-sample', submitted_at, ended_at, submitted_at, ended_at, true
    FROM demo_life WHERE way = '{Way.ANSWERED}'
    """,  # noqa: S608 - made of our own words
)
# Whoever was late got a red card, and took notice of it.
CARDS = """
    INSERT INTO ticket_card (ticket_id, clock_id, kind, state, unit, deadline, due_at, edition,
        issued_at, served_at, served_by)
    SELECT life.id, clock.id, 'red', 'served', lead, clock.due_at, clock.due_at, clock.edition,
           clock.due_at + interval '1 minute', fed_at, lead
    FROM demo_life AS life JOIN ticket_clock AS clock
        ON clock.ticket_id = life.id AND clock.kind = 'handle' AND clock.stopped_at > clock.due_at
    WHERE life.late
"""


def events(way: Way) -> str:
    """SQL of the lines of the story of every ticket that goes this way."""
    rows = ", ".join(_line(step) for step in STORIES[way])
    return f"""
    INSERT INTO ticket_event (ticket_id, from_state, to_state, actor, reason, act, facts, at)
    SELECT id, step.* FROM demo_life, LATERAL (VALUES {rows}) AS step (source, "to", who, reason,
        act, facts, at)
    WHERE way = '{way}'
    """  # noqa: S608 - made of our own words


def _line(step: Step) -> str:
    source = f"'{step.source}'" if step.source else "NULL"
    act = f"'{step.act}'" if step.act else "NULL"
    facts = step.facts if step.facts.startswith("jsonb") else f"{step.facts}::jsonb"
    return f"({source}, '{step.to}', {step.who}, '', {act}, {facts}, {step.at})"


def hops(way: Way) -> str:
    """SQL of who held every ticket that goes this way, from step to step."""
    rows = ", ".join(
        f"({_holder(step)}, '{step.to}', {step.at}, {after.at})"
        for step, after in pairwise(STORIES[way])
    )
    return f"""
    INSERT INTO ticket_hop (ticket_id, holder, state, since_at, until_at)
    SELECT id, hop.* FROM demo_life, LATERAL (VALUES {rows}) AS hop (holder, state, since, until)
    WHERE way = '{way}'
    """  # noqa: S608 - made of our own words


def _holder(step: Step) -> str:
    holder = HOLDERS[step.to]
    return "lead" if holder == LEAD else f"'{holder}'"
