"""Keep what belongs to letters on paper: signed documents, templates, scans, and links for receipts."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from psycopg import sql
from psycopg.rows import class_row, dict_row

from runtime.access.visible import visible
from runtime.database import Work

ANY_ORGAN: Final = ""
"""The organ of a template that all organs use."""

_NEWEST: Final = """SELECT organ, form, version, sha256, docx FROM letter_template
    WHERE form = %(form)s AND organ IN (%(organ)s, '') ORDER BY (organ = '') ASC, id DESC LIMIT 1"""


class Template(NamedTuple):
    """One template as it is used: for which organ and form, its version, and its bytes with their hash."""

    organ: str
    form: str
    version: str
    sha256: str
    docx: bytes


class Link(NamedTuple):
    """What a receipt's token opens, and until when."""

    letter_id: str
    notice_id: str
    recipient: str
    expires_at: datetime


def put_document(work: Work, letter_id: str, docx: bytes, digest: str) -> None:
    """Keep a signed letter, byte for byte; there is one for each letter."""
    work.connection.execute(
        "INSERT INTO letter_document (letter_id, sha256, docx) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (letter_id, digest, docx),
    )


def document_of(work: Work, letter_id: str) -> bytes | None:
    """The signed letter as it was kept; None where there is none."""
    row = work.connection.execute("SELECT docx FROM letter_document WHERE letter_id = %s", (letter_id,)).fetchone()
    return bytes(row[0]) if row else None


def newest_template(work: Work, organ: str, form: str) -> Template | None:
    """The template that an organ uses: its own newest, else the newest for all; None where none was uploaded."""
    with work.connection.cursor(row_factory=class_row(Template)) as cursor:
        return cursor.execute(_NEWEST, {"organ": organ, "form": form}).fetchone()


def put_template(work: Work, template: Template, *, author: str, now: datetime) -> bool:
    """Keep a template; False where its organ and form have this version already."""
    done = work.connection.execute(
        """INSERT INTO letter_template (organ, form, version, sha256, docx, author, uploaded_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        (*template, author, now),
    )
    return done.rowcount > 0


def list_templates(work: Work) -> list[dict[str, Any]]:
    """Every template that was uploaded, the newest first, without its bytes."""
    with work.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            """SELECT organ, form, version, sha256, author, uploaded_at, octet_length(docx) AS bytes
            FROM letter_template ORDER BY id DESC"""
        ).fetchall()


def put_scan(
    work: Work, letter_id: str, *, name: str, media_type: str, file: bytes, author: str, now: datetime
) -> None:
    """Keep the scan of a signed receipt or of an answer."""
    work.connection.execute(
        """INSERT INTO letter_scan (letter_id, name, media_type, sha256, file, author, uploaded_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        (letter_id, name, media_type, sha256(file).hexdigest(), file, author, now),
    )


def scan_of(work: Work, letter_id: str, scan_id: int) -> tuple[str, str, bytes] | None:
    """Name, media type and bytes of one scan of a letter."""
    row = work.connection.execute(
        sql.SQL(
            """SELECT s.name, s.media_type, s.file, letter.tenant FROM letter_scan s JOIN letter ON letter.id = s.letter_id
            WHERE s.letter_id = %s AND s.id = %s AND {}"""
        ).format(visible(work, "letter")),
        (letter_id, scan_id),
    ).fetchone()
    if row is None:
        return None
    name, media_type, file, tenant = row
    work.concerns.add(tenant)
    return name, media_type, bytes(file)


def put_link(work: Work, token: str, link: Link) -> None:
    """Remember a token by its hash alone."""
    work.connection.execute(
        """INSERT INTO receipt_link (token_sha256, letter_id, notice_id, recipient, expires_at)
        VALUES (%s, %s, %s, %s, %s)""",
        (_hashed(token), *link),
    )


def link_of(work: Work, token: str, now: datetime) -> Link | None:
    """What a token opens; None where it opens nothing, or not any more."""
    with work.connection.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(
            """SELECT letter_id, notice_id, recipient, expires_at FROM receipt_link
            WHERE token_sha256 = %s AND expires_at > %s""",
            (_hashed(token), now),
        ).fetchone()


def _hashed(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
