"""`/v1/letter-templates`: upload a template of one's own; refused with the name of what is wrong."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from contracts.roles import EVERYWHERE
from runtime.access import Who
from runtime.clock import Clock
from runtime.database import Database
from runtime.web import Problem
from services.notify.api.forms import Word
from services.notify.core.letters.delivery import DOCX
from services.notify.exports.docx import digest
from services.notify.exports.library import FORMS, InvalidTemplate, check, shipped
from services.notify.store import letter_papers
from services.notify.store.letter_papers import Template

OrganCode = Annotated[str, Query(pattern=r"^([0-9]{6,12})?$", description="whose; absent: everybody's")]


def router(*, database: Database, clock: Clock) -> APIRouter:
    """The routes of templates."""
    routes = APIRouter(prefix="/v1/letter-templates", tags=["letters"])

    @routes.get("")
    def get_templates() -> list[dict[str, Any]]:
        """Templates that were uploaded, the newest first, then those that ship."""
        with database.begin() as work:
            uploaded = letter_papers.list_templates(work)
        ours = [
            {"organ": "", "form": form, "version": shipped(form).version, "sha256": shipped(form).sha256}
            for form in FORMS
        ]
        return [*uploaded, *ours]

    @routes.put("/{form}", status_code=201, openapi_extra=_body())
    async def put_template(
        who: Who,
        form: Literal["letter", "paper"],
        request: Request,
        version: Annotated[Word, Query(min_length=1, description="its version; kept with each letter")],
        organ: OrganCode = "",
    ) -> dict[str, str]:
        """Use this DOCX from now on: letters that are signed already keep theirs. 422 names what is wrong with it."""
        docx = await request.body()
        try:
            check(docx)
        except InvalidTemplate as error:
            raise Problem(422, str(error)) from error
        template = Template(organ, form, version, digest(docx), docx)
        with database.begin() as work:
            work.concerns.add(organ or EVERYWHERE)
            if not letter_papers.put_template(work, template, author=who.name, now=clock.now()):
                raise Problem(409, f"version {version} of this template is there already: choose another word")
        return {"organ": organ, "form": form, "version": version, "sha256": template.sha256}

    return routes


def _body() -> dict[str, Any]:
    content = {DOCX: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}
