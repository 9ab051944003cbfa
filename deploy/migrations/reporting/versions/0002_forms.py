"""Let any form be printed as of any past moment: what forms ask of a hazard, and the ways to find facts by time.

Rows that are there already carry the new columns after `bihuan reporting rebuild`; until then forms show them empty.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

# What a form asks of a hazard beside what lists show.
HAZARD = """ALTER TABLE hazard
    ADD COLUMN inspection_id text NOT NULL DEFAULT '',
    ADD COLUMN uscc text NOT NULL DEFAULT '',
    ADD COLUMN measures text NOT NULL DEFAULT '',
    ADD COLUMN responsible_person text NOT NULL DEFAULT '',
    ADD COLUMN evidence boolean NOT NULL DEFAULT false,
    ADD COLUMN on_the_spot boolean NOT NULL DEFAULT false,
    ADD COLUMN handed_to text NOT NULL DEFAULT '',
    ADD COLUMN extension_documents text NOT NULL DEFAULT '',
    ADD COLUMN reinspected_at timestamptz,
    ADD COLUMN reinspected_by text NOT NULL DEFAULT '',
    ADD COLUMN close_document text NOT NULL DEFAULT ''"""

# The site that a fact describes, so that what a site was called on a past day can be asked.
# row_id says in which order facts were kept: a rebuild catches up from there.
FACT = """ALTER TABLE fact
    ADD COLUMN site_id text,
    ADD COLUMN row_id bigint GENERATED ALWAYS AS IDENTITY"""

SITES = """UPDATE fact SET site_id = convert_from(document, 'UTF8')::jsonb #>> '{data,site,id}'
    WHERE position('"site"'::bytea IN document) > 0"""

# accepted_at is when the log took the record: a form of a past moment counts what the log held then.
RECORD = """ALTER TABLE decision_record
    ADD COLUMN accepted_at timestamptz,
    ADD COLUMN row_id bigint GENERATED ALWAYS AS IDENTITY"""

ACCEPTED = """UPDATE decision_record
    SET accepted_at = (convert_from(document, 'UTF8')::jsonb ->> 'acceptedtime')::timestamptz"""

NOTICE = "ALTER TABLE notice_record ADD COLUMN row_id bigint GENERATED ALWAYS AS IDENTITY"

INDEXES = (
    "CREATE INDEX fact_known ON fact (known_at, committee)",
    "CREATE INDEX fact_happened ON fact (type, committee, happened_at)",
    "CREATE INDEX fact_site ON fact (site_id, namespace, committee) WHERE site_id IS NOT NULL",
    "CREATE INDEX fact_kept ON fact (row_id)",
    "CREATE INDEX decision_record_accepted ON decision_record (accepted_at, committee)",
    "CREATE INDEX decision_record_kept ON decision_record (row_id)",
    "CREATE INDEX notice_record_kept ON notice_record (row_id)",
)


def upgrade() -> None:
    for statement in (HAZARD, FACT, SITES, RECORD, ACCEPTED, NOTICE, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX fact_known, fact_happened")
    op.execute("ALTER TABLE fact DROP COLUMN site_id, DROP COLUMN row_id")
    op.execute("ALTER TABLE decision_record DROP COLUMN accepted_at, DROP COLUMN row_id")
    op.execute("ALTER TABLE notice_record DROP COLUMN row_id")
    op.execute(
        """ALTER TABLE hazard DROP COLUMN inspection_id, DROP COLUMN uscc, DROP COLUMN measures,
        DROP COLUMN responsible_person, DROP COLUMN evidence, DROP COLUMN on_the_spot, DROP COLUMN handed_to,
        DROP COLUMN extension_documents, DROP COLUMN reinspected_at, DROP COLUMN reinspected_by,
        DROP COLUMN close_document"""
    )
