"""Tickets are found by their words and by what they are about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_finding"
down_revision = "20261124_reckoning"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
FACETS = ("state", "area", "category", "urgency", "channel")

# The same rules as tickets/finding/words.py: a test holds both against each other.
PLAIN = """
CREATE FUNCTION findable_plain(raw text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        lower(normalize(raw, NFKC)),
        '[\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff]', '', 'g'
    )
$$
"""
BODY = """
CREATE FUNCTION findable_body(m matter, opened_at timestamptz) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    kept boolean := coalesce(m.secrecy IN ('confidential', 'report'), false);
    day int := floor((extract(epoch FROM opened_at) + 28800) / 86400);
    secrets text[] := ARRAY[findable_plain(m.contact_name), findable_plain(m.address)];
    secret text;
    said text := m.title || ' ' || m.details || ' ' || m.answer || ' ' || m.public_reply;
    marks text := '';
BEGIN
    IF NOT kept THEN
        said := said || ' ' || m.address || ' ' || m.contact_name;
    END IF;
    said := findable_plain(said);
    FOREACH secret IN ARRAY secrets LOOP
        IF kept AND secret <> '' THEN
            said := replace(said, secret, ' ');
        END IF;
    END LOOP;
    said := regexp_replace(said, '[0-9]([ -]?[0-9]){5,}', ' ', 'g');
    FOR level IN 0..5 LOOP
        marks := marks || chr(44032 + level * 1800 + (day >> (2 * level)) % 1800);
    END LOOP;
    RETURN 'A' || regexp_replace(marks || said, '(.)', '\\1A', 'g');
END $$
"""
OF_MATTER = """
CREATE FUNCTION find_matter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole ticket;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO STRICT whole FROM ticket WHERE id = NEW.ticket_id;
        INSERT INTO ticket_facets
            (ticket_id, opened_at, state, channel, type, urgency, category, area, secrecy)
        VALUES (NEW.ticket_id, whole.new_at, whole.state, whole.channel, NEW.type, NEW.urgency,
                NEW.category, NEW.area, NEW.secrecy);
        INSERT INTO ticket_wording (ticket_id, opened_at, body)
        VALUES (NEW.ticket_id, whole.new_at, findable_body(NEW, whole.new_at));
        RETURN NULL;
    END IF;
    IF (OLD.type, OLD.urgency, OLD.category, OLD.area, OLD.secrecy)
       IS DISTINCT FROM (NEW.type, NEW.urgency, NEW.category, NEW.area, NEW.secrecy) THEN
        UPDATE ticket_facets SET type = NEW.type, urgency = NEW.urgency, category = NEW.category,
            area = NEW.area, secrecy = NEW.secrecy
        WHERE ticket_id = NEW.ticket_id;
    END IF;
    IF (OLD.title, OLD.details, OLD.address, OLD.contact_name, OLD.secrecy, OLD.answer,
        OLD.public_reply)
       IS DISTINCT FROM (NEW.title, NEW.details, NEW.address, NEW.contact_name, NEW.secrecy,
        NEW.answer, NEW.public_reply) THEN
        UPDATE ticket_wording SET body = findable_body(NEW, opened_at)
        WHERE ticket_id = NEW.ticket_id;
    END IF;
    RETURN NULL;
END $$
"""
OF_TICKET = """
CREATE FUNCTION find_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ticket_facets SET state = NEW.state WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$
"""
EARLIEST = """
    SELECT min(due_at) FROM ticket_clock
    WHERE ticket_id = {ticket} AND stopped_at IS NULL AND paused_at IS NULL
"""
OF_CLOCK = f"""
CREATE FUNCTION find_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ticket_facets SET due_at = ({EARLIEST.format(ticket="NEW.ticket_id")})
    WHERE ticket_id = NEW.ticket_id;
    RETURN NULL;
END $$
"""  # noqa: S608 - no word of it comes from outside
TRIGGERS = {
    "matter": "AFTER INSERT OR UPDATE ON matter FOR EACH ROW EXECUTE FUNCTION find_matter()",
    "ticket": "AFTER UPDATE OF state ON ticket FOR EACH ROW WHEN (OLD.state <> NEW.state) "
    "EXECUTE FUNCTION find_ticket()",
    "ticket_clock": "AFTER INSERT OR UPDATE OF due_at, stopped_at, paused_at ON ticket_clock "
    "FOR EACH ROW EXECUTE FUNCTION find_clock()",
}
FILL = (
    f"""
    INSERT INTO ticket_facets (ticket_id, opened_at, state, channel, type, urgency, category, area,
        secrecy, due_at)
    SELECT t.id, t.new_at, t.state, t.channel, m.type, m.urgency, m.category, m.area, m.secrecy,
        ({EARLIEST.format(ticket="t.id")})
    FROM ticket AS t JOIN matter AS m ON m.ticket_id = t.id
    """,  # noqa: S608 - no word of it comes from outside
    """
    INSERT INTO ticket_wording (ticket_id, opened_at, body)
    SELECT t.id, t.new_at, findable_body(m, t.new_at)
    FROM ticket AS t JOIN matter AS m ON m.ticket_id = t.id
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _tables()
    for function in (PLAIN, BODY, OF_MATTER, OF_TICKET, OF_CLOCK):
        op.execute(function)
    for fill in FILL:
        op.execute(fill)
    for what in TRIGGERS.values():
        op.execute(f"CREATE TRIGGER found {what}")
    _indexes()


def _tables() -> None:
    op.create_table(
        "ticket_facets",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("urgency", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("secrecy", sa.String(), nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_facets_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_facets")),
    )
    op.create_table(
        "ticket_wording",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_wording_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_wording")),
    )


def _indexes() -> None:
    place = ["opened_at", "ticket_id"]
    op.create_index("ix_ticket_facets_opened_at", "ticket_facets", place)
    for facet in FACETS:
        op.create_index(f"ix_ticket_facets_{facet}", "ticket_facets", [facet, *place])
    op.create_index(
        "ix_ticket_facets_due_at",
        "ticket_facets",
        ["due_at", "ticket_id"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_wording_body",
        "ticket_wording",
        ["body"],
        postgresql_using="gin",
        postgresql_ops={"body": "gin_trgm_ops"},
        postgresql_with={"gin_pending_list_limit": "1024"},
    )
    # A person's own tickets, whether they are done with them or not; a citizen's other number.
    op.create_index("ix_ticket_task_unit_ticket_id", "ticket_task", ["unit", "ticket_id"])
    op.create_index(
        "ix_matter_contact_phone",
        "matter",
        ["contact_phone"],
        postgresql_where=sa.text("contact_phone IS NOT NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_matter_contact_phone", "matter")
    op.drop_index("ix_ticket_task_unit_ticket_id", "ticket_task")
    for table in TRIGGERS:
        op.execute(f"DROP TRIGGER found ON {table}")
    for function in ("find_clock()", "find_ticket()", "find_matter()"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("DROP FUNCTION findable_body(matter, timestamptz)")
    op.execute("DROP FUNCTION findable_plain(text)")
    op.drop_table("ticket_wording")
    op.drop_table("ticket_facets")
    op.execute("DROP EXTENSION pg_trgm")
