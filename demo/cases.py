"""The SQL that makes the cases of a month: who comes when, about what, and how it goes.

All of it runs in the database, on tables of the session's own, so memory does not grow with the
number of tickets. `dealing` brings the parameters.
"""

from demo.stories import HANDED_OVER
from queues.models import LOADED

NODE = LOADED

HANDED = ", ".join(f"'{way}'" for way in HANDED_OVER)
_TENTH = "interval '10 minutes', {0}, timestamptz '2000-01-01 00:00+08'"
CITY_DAY = "date_trunc('day', {0}, 'Asia/Shanghai')"


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
           way, way IN ({HANDED}) AND e < :late,
           (CAST(:types AS text[]))[width_bucket(p, CAST(:type_starts AS bigint[]))],
           CASE WHEN way <> 'invalid' THEN (CAST(:topics AS text[]))[topic] END,
           CASE WHEN way <> 'invalid' THEN (CAST(:titles AS text[]))[topic] ELSE '无效' END, area,
           CASE WHEN way IN ({HANDED}) THEN
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
        LEFT JOIN demo_due ON span = l.handle AND since = {CITY_DAY.format("dispatched_at")}
    ), fitted AS (
        -- So that the mean of the month is the published one, whoever was late.
        SELECT *, dispatched_at + make_interval(secs => flow + CASE WHEN late THEN 0 ELSE
                   (:flow_seconds * count(*) FILTER (WHERE handed) OVER ()
                    - sum(flow) FILTER (WHERE handed) OVER ())
                   / nullif(count(*) FILTER (WHERE handed AND NOT late) OVER (), 0) END) AS done_at
        FROM (SELECT *, way IN ({HANDED}) AS handed FROM raw) AS any_way
    ), settled AS (
        SELECT *, done_at - CASE WHEN way = 'redone' THEN interval '84 hours'
                                 ELSE interval '0' END AS settled_at,
               '8' || lpad(mod(k, 184)::text, 3, '0') AS agent,
               dispatched_at + make_interval(mins => (20 + mod(d, 200))::int) AS signed_at
        FROM fitted
    ), called AS (
        SELECT *, {CITY_DAY.format("settled_at")} + {_CALLING_TIME} AS called_at,
               {CITY_DAY.format("done_at")} + {_CALLING_TIME} AS called_again_at
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
                    WHEN 'answered' THEN {CITY_DAY.format("coalesce(call_ended_at, began)")}
                                         + interval '51 hours'
                    WHEN 'redone' THEN called_again_at + interval '5 minutes'
                    WHEN 'content' THEN called_at + make_interval(mins => 5 + (attempts - 1) * 330)
                    ELSE called_at + interval '1445 minutes' END
    FROM called
"""  # noqa: S608 - made of our own words
