"""Say which packs bind whom since when, and give back the text of any version that ever did."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from contracts.roles import EVERYWHERE
from runtime.database import Database
from runtime.web import Problem
from services.escalation.api.answers import as_json, documented
from services.escalation.packs import PackFile
from services.escalation.store import bulk, lawbook, reading
from services.escalation.store.lawbook import Kept, LawBook

Word = Annotated[str, Path(max_length=64, pattern=r"^[^\x00]*$")]


def add(router: APIRouter, database: Database, book: LawBook) -> None:
    """Add the routes below `/v1/policies`."""

    @router.get("/policies", response_class=Response, responses=documented("items"))
    def policies() -> Response:
        """Every version of a pack that is kept, for everybody: a notice is public; `binds_from` is the instant from which what happens stands under it."""
        with database.begin([EVERYWHERE]) as work:
            using = bulk.cursor(work)
            law = book.law(using, writes=False)
            kept = book.packs(using)
            since = reading.active_since(work)
        first = {row.pack: row.digest for row, _ in reversed(kept)}
        items = [
            _told(row, found)
            | {
                "active_since": row.activated_at
                or (since.get(row.committee) if first[row.pack] == row.digest else None),
                "binds_from": law.begins(found.pack),
            }
            for row, found in kept
        ]
        return as_json({"items": items})

    @router.get(
        "/policies/{pack}/versions/{version}",
        response_class=Response,
        responses={HTTPStatus.OK.value: {"description": "OK", "content": {"application/yaml": {}}}},
    )
    def text(pack: Word, version: Word) -> Response:
        """The text of a version as it was put into force: YAML, byte for byte."""
        with database.begin([EVERYWHERE]) as work:
            found = lawbook.text_of(bulk.cursor(work), pack, version)
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, "no such version is kept")
        return Response(found, media_type="application/yaml; charset=utf-8")


def _told(row: Kept, found: PackFile) -> dict[str, Any]:
    pack = found.pack
    return {
        "id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "document_no": pack.document_no,
        "root": pack.root,
        "tenants": pack.tenants,
        "child_of": pack.child_of or None,
        "effective_from": pack.effective_from,
        "sha256": row.digest,
        "rules": sorted(pack.rules),
        "obligations": sorted(pack.obligations),
    }
