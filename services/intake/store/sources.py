"""Keep the registry of upstream systems."""

from collections.abc import Sequence

from runtime.database import Work
from services.intake.core.registry import Registry, Source

_SELECT = """SELECT slug, name, namespace, tenants, topic, historic,
    ARRAY(SELECT attribute FROM source_attribute AS a WHERE a.slug = s.slug) FROM source AS s ORDER BY slug"""


def load(work: Work) -> Registry:
    """Return all registered sources."""
    rows = work.connection.execute(_SELECT).fetchall()
    return Registry(
        tuple(
            Source(
                slug=slug,
                name=name,
                namespace=namespace,
                tenants=tuple(tenants),
                attributes=frozenset(attributes),
                topic=topic,
                historic=historic,
            )
            for slug, name, namespace, tenants, topic, historic, attributes in rows
        )
    )


def register(work: Work, source: Source) -> bool:
    """Write a source, or change it to what is given; return whether it is new.

    A `source` attribute that another registered source uses raises psycopg's UniqueViolation.
    """
    row = work.connection.execute(
        """INSERT INTO source (slug, name, namespace, tenants, topic, historic)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name, namespace = excluded.namespace,
            tenants = excluded.tenants, topic = excluded.topic, historic = excluded.historic
        RETURNING xmax = 0""",
        (source.slug, source.name, source.namespace, list(source.tenants), source.topic, source.historic),
    ).fetchone()
    work.connection.execute(
        "DELETE FROM source_attribute WHERE slug = %s AND attribute <> ALL (%s)",
        (source.slug, sorted(source.attributes)),
    )
    for attribute in sorted(source.attributes):
        work.connection.execute(
            """INSERT INTO source_attribute (attribute, slug)
            SELECT %(attribute)s, %(slug)s
            WHERE NOT EXISTS (SELECT FROM source_attribute WHERE attribute = %(attribute)s AND slug = %(slug)s)""",
            {"attribute": attribute, "slug": source.slug},
        )
    return bool(row and row[0])


def owners(work: Work, attributes: Sequence[str]) -> dict[str, str]:
    """Return which registered source uses each of these `source` attributes."""
    rows = work.connection.execute(
        "SELECT attribute, slug FROM source_attribute WHERE attribute = ANY (%s)", (list(attributes),)
    ).fetchall()
    return dict(rows)
