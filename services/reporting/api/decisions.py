"""List the decisions about what an upstream system reported, for that system."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Security
from pydantic import AwareDatetime

from runtime.access.systems import DOCUMENTED
from services.reporting.api.narrowing import (
    AS_LISTS,
    CursorText,
    Fields,
    Format,
    Limit,
    answer,
    following,
    read_fields,
    refusing_cursors,
)
from services.reporting.api.reading import Reader
from services.reporting.api.shapes import DecisionShape, DecisionsShape, decision_shape, local
from services.reporting.core.paging import SMALLEST_PAGE, read_mark


def add_decisions(router: APIRouter, reader: Reader) -> None:
    """Add the route; people read decisions of all kinds in escalation."""

    @router.get("/decisions", response_model=DecisionsShape, responses=AS_LISTS, dependencies=[Security(DOCUMENTED)])
    def decisions(
        *,
        mine: Annotated[Reader, Depends(reader.asked_by)],
        since: Annotated[AwareDatetime | None, Query(description="leave out what was known before")] = None,
        cursor: CursorText = "",
        limit: Limit = SMALLEST_PAGE,
        fields: Fields = "",
        format: Format = "json",  # noqa: A002 (public name)
        request: Request,
    ) -> Any:
        """Decisions about the hazards that a system reported, the last known first; follow `next` until there is none.

        A decision that moves on comes to the front again with its new status. Who comes back asks with `since`, a little
        before the `known_at` that it met last.
        """
        names = read_fields(fields, tuple(DecisionShape.model_fields))
        with refusing_cursors():
            after = read_mark(cursor) if cursor else None
        page = mine.decided(since=since, after=after, limit=limit)
        shape = DecisionsShape(
            as_of=local(page.as_of),
            items=[decision_shape(told.decision, told.hazard) for told in page.decisions],
            next=page.after.encode() if page.after else None,
        )
        return answer(
            shape.model_dump(mode="json"),
            names,
            format,
            next_page=following(request, page.after),
            columns=tuple(DecisionShape.model_fields),
        )
