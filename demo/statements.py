"""The SQL that makes a month of a demonstration: cases first, then the rows of every table.

All of it runs in the database, on tables of the session's own, so memory does not grow with the
number of tickets. `dealing` brings the parameters.
"""

from itertools import pairwise

from demo.stories import HANDED_OVER, STORIES, Step, Way
from queues.models import LOADED
from tickets.life.holders import HOLDERS, LEAD

NODE = LOADED

_HANDED = ", ".join(f"'{way}'" for way in HANDED_OVER)
_TENTH = "interval '10 minutes', {0}, timestamptz '2000-01-01 00:00+08'"
_CITY_DAY = "date_trunc('day', {0}, 'Asia/Shanghai')"


def _part(number: str, fraction: float) -> str:
    """SQL of a number between 0 and 1 that looks drawn by lot."""
    return f"(({number}) * {fraction} - floor(({number}) * {fraction}))::float8"


def _luhn(digits: str) -> str:
    """SQL of the check digit of twelve digits (ISO/IEC 7812-1)."""
    ones = (f"substr({digits}, {at}, 1)::int" for at in range(1, 13, 2))
    twos = (f"substr({digits}, {at}, 1)::int" for at in range(2, 13, 2))
    doubled = (f"(2 * {one} - CASE WHEN {one} > 4 THEN 9 ELSE 0 END)" for one in twos)
    return f"mod(10 - mod({' + '.join((*ones, *doubled))}, 10), 10)"


PREPARE = (
    """
    CREATE TEMP TABLE demo_limit (type text PRIMARY KEY, dispatch text, sign text, contact text,
        handle text, redo text, follow_up text) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE demo_due (span text, since timestamptz, due timestamptz,
        PRIMARY KEY (span, since)) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE demo_arrival (seq bigint, k bigint, channel text, lost boolean,
        began timestamptz) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE demo_case (id bigint, seq bigint, k bigint, d bigint, number text,
        channel text, began timestamptz, day date, wait float8, talk float8,
        call_ended_at timestamptz, way text, late boolean, type text, category text, title text,
        area text, lead text, attempts int, dispatched_at timestamptz) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE demo_life (LIKE demo_case, call_uid text, agent text, opener text,
        new_at timestamptz, submitted_at timestamptz, signed_at timestamptz,
        contacted_at timestamptz, fed_at timestamptz, replied_at timestamptz,
        settled_at timestamptz, called_at timestamptz, redone_at timestamptz,
        fed_again_at timestamptz, replied_again_at timestamptz, settled_again_at timestamptz,
        called_again_at timestamptz, ended_at timestamptz) ON COMMIT DROP
    """,
)
LIMITS = """
    INSERT INTO demo_limit
    SELECT * FROM unnest(CAST(:type AS text[]), CAST(:dispatch AS text[]), CAST(:sign AS text[]),
        CAST(:contact AS text[]), CAST(:handle AS text[]), CAST(:redo AS text[]),
        CAST(:follow_up AS text[]))
"""
DUES = """
    INSERT INTO demo_due SELECT * FROM unnest(
        CAST(:span AS text[]), CAST(:since AS timestamptz[]), CAST(:due AS timestamptz[])
    ) ON CONFLICT DO NOTHING
"""
EMPTY = "TRUNCATE demo_arrival, demo_case, demo_life"

_HOURS = """
    FROM unnest(CAST(:begins AS timestamptz[]), CAST(:first AS bigint[]),
                CAST(:number AS bigint[])) AS hour (begins, first, number),
         LATERAL generate_series(0, number - 1) AS i
"""
_BEGAN = f"begins + (i + {_part('first + i', 0.3819660113)}) / number * interval '1 hour'"
CALLS_ARRIVE = f"""
    INSERT INTO demo_arrival
    SELECT first + i, first + i - (first + i) * :unanswered / :calls, 'phone',
           (first + i + 1) * :unanswered / :calls > (first + i) * :unanswered / :calls, {_BEGAN}
    {_HOURS}
"""
OTHERS_ARRIVE = f"""
    INSERT INTO demo_arrival
    SELECT first + i, :answered + first + i, (CAST(:doors AS text[]))[width_bucket(
               mod((first + i) * :door_stride, :others), CAST(:door_starts AS bigint[]))],
           false, {_BEGAN}
    {_HOURS}
"""

CASES = f"""
    INSERT INTO demo_case
    WITH placed AS (
        SELECT *, mod(k * :type_stride, :tickets) AS p,
               (began AT TIME ZONE 'Asia/Shanghai')::date AS day,
               CASE WHEN lost THEN 20 + 60 * {_part("seq", 0.569840291)}
                    WHEN mod(seq, 29) = 0 THEN 16 + 30 * {_part("seq", 0.569840291)}
                    ELSE 2 + 10 * {_part("seq", 0.569840291)} END AS wait,
               60 + 316 * {_part("seq", 0.754877666)} AS talk
        FROM demo_arrival
    ), judged AS (
        SELECT *, p - :online AS d, mod((p - :online) * :fate_stride, :dispatched) AS e,
               width_bucket(mod((p - :invalid) * :topic_stride, :valid),
                            CAST(:topic_starts AS bigint[])) AS topic,
               CASE WHEN channel = 'phone' THEN
                   began + make_interval(secs => 0.3 + wait + CASE WHEN lost THEN 0
                                                                   ELSE talk + 7 END)
               END AS call_ended_at,
               'LC' || to_char(day, 'YYMMDD') AS head,
               coalesce((SELECT last FROM ticket_day WHERE ticket_day.day = placed.day), 0)
                   + row_number() OVER (PARTITION BY day ORDER BY began, seq) AS place
        FROM placed
    ), numbered AS (
        SELECT *, substr(head, 3) || lpad(place::text, 6, '0') AS digits,
               CASE WHEN lost THEN 'lost' WHEN p < :invalid THEN 'invalid'
                    WHEN p < :online THEN 'answered'
                    ELSE (CAST(:fates AS text[]))[width_bucket(e, CAST(:fate_starts AS bigint[]))]
               END AS way,
               (CAST(:areas AS text[]))[1 + mod(k, cardinality(CAST(:areas AS text[])))] AS area
        FROM judged
    )
    SELECT nextval(pg_get_serial_sequence('ticket', 'id')), seq, k, d,
           'LC' || digits || {_luhn("digits")}, channel, began, day, wait, talk, call_ended_at,
           way, way IN ({_HANDED}) AND e < :late,
           (CAST(:types AS text[]))[width_bucket(p, CAST(:type_starts AS bigint[]))],
           CASE WHEN way <> 'invalid' THEN (CAST(:topics AS text[]))[topic] END,
           CASE WHEN way <> 'invalid' THEN (CAST(:titles AS text[]))[topic] ELSE '无效' END, area,
           CASE WHEN way IN ({_HANDED}) THEN
               replace((CAST(:leads AS text[]))[topic], 'area', area) END,
           CASE WHEN way = 'unreached' THEN 3 WHEN way = 'redone' THEN 2
                WHEN e >= :retried_from AND e < :retried_from + :retried THEN 2 ELSE 1 END,
           date_bin({_TENTH.format("coalesce(call_ended_at, began)")}) + interval '20 minutes'
    FROM numbered ORDER BY day, place
"""  # noqa: S608 - made of our own words

_CALLING_TIME = "interval '33 hours' + mod(d, 170) * interval '1 minute'"
LIVES = f"""
    INSERT INTO demo_life
    WITH raw AS (
        SELECT c.*, CASE WHEN late
                   THEN extract(epoch FROM due - dispatched_at)::float8
                        + 36000 + 43200 * {_part("d", 0.754877666)}
                   ELSE :flow_seconds + 172800 * (2 * {_part("d", 0.754877666)} - 1)
                        + CASE WHEN way = 'redone' THEN 302400 ELSE 0 END
               END AS flow
        FROM demo_case AS c JOIN demo_limit AS l USING (type)
        LEFT JOIN demo_due ON span = l.handle AND since = {_CITY_DAY.format("dispatched_at")}
    ), fitted AS (
        -- So that the mean of the month is the published one, whoever was late.
        SELECT *, dispatched_at + make_interval(secs => flow + CASE WHEN late THEN 0 ELSE
                   (:flow_seconds * count(*) FILTER (WHERE handed) OVER ()
                    - sum(flow) FILTER (WHERE handed) OVER ())
                   / nullif(count(*) FILTER (WHERE handed AND NOT late) OVER (), 0) END) AS done_at
        FROM (SELECT *, way IN ({_HANDED}) AS handed FROM raw) AS any_way
    ), settled AS (
        SELECT *, done_at - CASE WHEN way = 'redone' THEN interval '84 hours'
                                 ELSE interval '0' END AS settled_at,
               '8' || lpad(mod(k, 184)::text, 3, '0') AS agent,
               dispatched_at + make_interval(mins => (20 + mod(d, 200))::int) AS signed_at
        FROM fitted
    ), called AS (
        SELECT *, {_CITY_DAY.format("settled_at")} + {_CALLING_TIME} AS called_at,
               {_CITY_DAY.format("done_at")} + {_CALLING_TIME} AS called_again_at
        FROM settled
    )
    SELECT id, seq, k, d, number, channel, began, day, wait, talk, call_ended_at, way, late, type,
           category, title, area, lead, attempts, dispatched_at,
           CASE WHEN channel = 'phone'
                THEN '{NODE}-' || extract(epoch FROM began)::bigint || '.' || seq END,
           agent, CAST(:opener AS text), began,
           coalesce(call_ended_at, began) + interval '1 minute', signed_at,
           signed_at + make_interval(mins => (60 + mod(d, 240))::int),
           settled_at - interval '4 hours', settled_at - interval '2 hours', settled_at, called_at,
           called_at + interval '5 minutes', done_at - interval '4 hours',
           done_at - interval '2 hours', done_at, called_again_at,
           CASE way WHEN 'lost' THEN call_ended_at
                    WHEN 'invalid' THEN coalesce(call_ended_at, began)
                    WHEN 'answered' THEN {_CITY_DAY.format("coalesce(call_ended_at, began)")}
                                         + interval '51 hours'
                    WHEN 'redone' THEN called_again_at + interval '5 minutes'
                    WHEN 'content' THEN called_at + make_interval(mins => 5 + (attempts - 1) * 330)
                    ELSE called_at + interval '1445 minutes' END
    FROM called
"""  # noqa: S608 - made of our own words

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
    kind: str, span: str, unit: str, since: str, until: str, by: str, ways: str = _HANDED
) -> str:
    """SQL of one clock of the tickets that go these ways; spans of minutes need no calendar."""
    key = f"CASE WHEN {span} LIKE '% wd' THEN {_CITY_DAY.format(since)} ELSE {since} END"
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
    _TASK.format("dispatched_at", "replied_at", _HANDED),
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
            ON due.span = l.follow_up AND due.since = {_CITY_DAY.format("open_at")}
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
