"""Find the transfers of a site, and the site of a report that names it by its id alone."""

from alembic import op

revision = "0007"
down_revision = "0006"

SITES = """UPDATE fact SET site_id = convert_from(document, 'UTF8')::jsonb #>> '{data,site_id}'
    WHERE site_id IS NULL AND (type LIKE 'hazard.reported.%' OR type LIKE 'site.transferred.%')"""
TRANSFERS = """CREATE INDEX fact_transfer ON fact (site_id, namespace, committee)
    WHERE type = 'site.transferred.v1'"""


def upgrade() -> None:
    op.execute(SITES)
    op.execute(TRANSFERS)


def downgrade() -> None:
    op.execute("DROP INDEX fact_transfer")
