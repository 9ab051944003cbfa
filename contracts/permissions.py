"""Who may use which route, in one table: a route that is not in it does not start, and an entry without a route fails.

`services/<name>` has one entry for each route, written as the method and the path of its declaration. Add yours here:
`"GET /v1/things": only(READING)`. What somebody sees behind a route is bounded by the tenants of those grants of theirs
whose role the route names. What changes something leaves an entry in the audit by itself; an `audited` route, which shows
protected data, does so each time it answers. A safe method of any other route cannot write.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from contracts.roles import EVERYBODY, OFFICES, READING, WORKING, Role


class Permission(NamedTuple):
    """Who may use a route: people in one of `roles`, whoever comes (`public`), or a system by an API key (`keys`).

    `everywhere`: wherever the row is; whoever comes brings a secret that finds one (`LINK`), or the route shows what was
    published to everybody and nothing else (`PUBLISHED`). `own`: what is changed or read is the person's own, a password
    or a view, or their area as a whole; every other act concerns somebody's things, and its entry goes to the chain of
    their tenant.
    """

    roles: frozenset[Role] = frozenset()
    public: bool = False
    everywhere: bool = False
    keys: bool = False
    audited: bool = False
    own: bool = False


def only(roles: Iterable[Role], *, keys: bool = False, audited: bool = False, own: bool = False) -> Permission:
    """People in one of these roles; with `keys` also systems, whose key the route itself reads."""
    return Permission(roles=frozenset(roles), keys=keys, audited=audited, own=own)


PUBLIC: Final = Permission(public=True)
LINK: Final = Permission(public=True, everywhere=True)
PUBLISHED: Final = Permission(public=True, everywhere=True)
KEYS: Final = Permission(keys=True)
SIGNED_IN: Final = only(EVERYBODY)
ONESELF: Final = only(EVERYBODY, own=True)
DRAFTING: Final = OFFICES | {Role.DEPARTMENT}
_ABOUT_TIP_OFFS: Final = OFFICES | {Role.HANDLER, Role.AUDITOR}
_SWITCHING: Final = frozenset({Role.ADMINISTRATOR, Role.PROVINCE})

EACH: Final[Mapping[str, Permission]] = {
    "GET /healthz/live": PUBLIC,
    "GET /healthz/ready": PUBLIC,
    "GET /metrics": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "HEAD /openapi.json": PUBLIC,
    "POST /v1/session": PUBLIC,
    "GET /v1/session": SIGNED_IN,
    "DELETE /v1/session": ONESELF,
    "PUT /v1/session/password": ONESELF,
}
"""What every service answers."""

WITH_PAGES: Final[Mapping[str, Permission]] = {
    "GET /static/{stamp}/{name}": PUBLIC,
    "GET /favicon.ico": PUBLIC,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "GET /login/oidc": PUBLIC,
    "GET /login/oidc/callback": PUBLIC,
    "POST /logout": ONESELF,
    "GET /password": SIGNED_IN,
    "POST /password": ONESELF,
}
"""What every service that has pages answers beside."""

PERMISSIONS: Final[Mapping[str, Mapping[str, Permission]]] = {
    "intake": {
        "GET /quality": only({*READING, Role.ADMINISTRATOR}),
        "GET /dead-letters": only({*OFFICES, Role.AUDITOR, Role.ADMINISTRATOR}),
        "GET /dead-letters/{identity}": only({*OFFICES, Role.AUDITOR, Role.ADMINISTRATOR}, audited=True),
        "POST /dead-letters/{identity}": only({*OFFICES, Role.ADMINISTRATOR}),
        "GET /tip-off": PUBLIC,
        "POST /tip-off": PUBLIC,
        "GET /tip-off/status": PUBLIC,
        "POST /tip-off/status": PUBLIC,
        "POST /v1/tip-offs": PUBLIC,
        "GET /tip-offs": only(_ABOUT_TIP_OFFS),
        "GET /tip-offs/{identity}": only(_ABOUT_TIP_OFFS),
        "POST /tip-offs/{identity}/open": only({Role.HANDLER}, audited=True),
        "POST /tip-offs/{identity}/hazard": only({Role.HANDLER}),
        "POST /tip-offs/{identity}/verify": only({Role.HANDLER}),
        "POST /tip-offs/{identity}/reward": only({Role.HANDLER}),
        "GET /imports": only(OFFICES),
        "POST /imports": only(OFFICES),
        "POST /v1/events": KEYS,
        "POST /v1/imports": KEYS,
        "GET /v1/imports/{identity}": KEYS,
        "GET /v1/imports/{identity}/refused.{form}": KEYS,
        "GET /v1/dead-letters": only({*OFFICES, Role.AUDITOR, Role.ADMINISTRATOR}, keys=True),
        "GET /v1/dead-letters/{identity}": only({*OFFICES, Role.AUDITOR, Role.ADMINISTRATOR}, keys=True, audited=True),
        "POST /v1/dead-letters/{identity}/replay": only({*OFFICES, Role.ADMINISTRATOR}, keys=True),
    },
    "escalation": {
        "GET /obligations": only(READING),
        "GET /problem-list": only(READING),
        "GET /proposals": only(READING),
        "GET /proposals/{decision_id}": only(READING),
        "POST /proposals/{decision_id}": only(OFFICES),
        "GET /v1/decisions": only(READING),
        "GET /v1/decisions/{decision_id}": only(READING),
        "GET /v1/proposals": only(READING),
        "POST /v1/proposals/{decision_id}/{answer}": only(OFFICES),
        "GET /v1/hazards/{hazard_id}/timeline": only(READING),
        "GET /v1/policies": SIGNED_IN,
        "POST /v1/policies/{pack}/what-if": only(OFFICES),
        "GET /v1/what-ifs/{job}": only(OFFICES),
        "GET /v1/policies/{pack}/versions/{version}": SIGNED_IN,
        "GET /v1/accidents/{accident_id}/dossier": only(READING),
        "GET /v1/calendar": SIGNED_IN,
        "GET /v1/calendar/recounted": only(READING),
        "GET /v1/duties": only(READING),
        "GET /v1/chains": only(READING),
        "GET /v1/listings": only(READING),
        "GET /v1/problem-list": only(READING),
        "GET /v1/sites/{site_id}/services": only(READING),
    },
    "notify": {
        "GET /v1/notices": only(READING),
        "GET /v1/notices/{notice_id}": only(READING),
        "POST /v1/notices/{notice_id}/acknowledge": only(WORKING),
        "POST /v1/notices/settle": only({*OFFICES, Role.ADMINISTRATOR}),
        "POST /v1/alerts": KEYS,
        "GET /notices": only(READING),
        "GET /notices/{notice_id}": only(READING),
        "POST /notices/settle": only({*OFFICES, Role.ADMINISTRATOR}),
        "POST /notices/{notice_id}/acknowledge": only(WORKING),
        "POST /notices/{notice_id}/retry": only({*OFFICES, Role.ADMINISTRATOR}),
        "POST /notices/{notice_id}/settle": only({*OFFICES, Role.ADMINISTRATOR}),
        "GET /roster": only({*OFFICES, Role.ADMINISTRATOR}, audited=True, own=True),
        "GET /roster/roster.xlsx": only({*OFFICES, Role.ADMINISTRATOR}, audited=True, own=True),
        "POST /roster": only({*OFFICES, Role.ADMINISTRATOR}),
        "POST /roster/seat": only({*OFFICES, Role.ADMINISTRATOR}),
        "GET /silences": only(READING),
        "POST /silences": only(OFFICES),
        "POST /silences/{silence_id}/lift": only(OFFICES),
        "GET /v1/silences": only(READING),
        "POST /v1/silences": only(OFFICES),
        "DELETE /v1/silences/{silence_id}": only(OFFICES),
        "GET /v1/letters": only(READING),
        "POST /v1/letters": only(DRAFTING),
        "GET /v1/letters/{letter_id}": only(READING),
        "PATCH /v1/letters/{letter_id}": only(DRAFTING),
        "GET /v1/letters/{letter_id}/document.docx": only(READING),
        "POST /v1/letters/{letter_id}/sign": only(OFFICES),
        "POST /v1/letters/{letter_id}/discard": only(DRAFTING),
        "POST /v1/letters/{letter_id}/withdraw": only(OFFICES),
        "POST /v1/letters/{letter_id}/minutes": only(DRAFTING),
        "POST /v1/letters/{letter_id}/handed-over": only(DRAFTING),
        "POST /v1/letters/{letter_id}/receipt": only(WORKING),
        "POST /v1/letters/{letter_id}/reply": only(WORKING),
        "PUT /v1/letters/{letter_id}/scan": only(WORKING),
        "GET /v1/letters/{letter_id}/scans/{scan_id}": only(READING, audited=True),
        "GET /v1/letter-templates": only(READING | {Role.ADMINISTRATOR}),
        "PUT /v1/letter-templates/{form}": only({Role.ADMINISTRATOR}),
        "GET /letters": only(READING),
        "GET /letters/{letter_id}": only(READING),
        "POST /letters/{letter_id}/edit": only(DRAFTING),
        "POST /letters/{letter_id}/sign": only(OFFICES),
        "POST /letters/{letter_id}/discard": only(DRAFTING),
        "POST /letters/{letter_id}/withdraw": only(OFFICES),
        "POST /letters/{letter_id}/minutes": only(DRAFTING),
        "POST /letters/{letter_id}/beside": only(DRAFTING),
        "POST /letters/{letter_id}/receipt": only(WORKING),
        "POST /letters/{letter_id}/reply": only(WORKING),
        "POST /letters/{letter_id}/scan": only(WORKING),
        "GET /receipts/{token}": LINK,
        "POST /receipts/{token}": LINK,
        "GET /receipts/{token}/letter.docx": LINK,
        "GET /v1/publications": PUBLISHED,
        "GET /v1/publications/{publication_id}": PUBLISHED,
        "GET /v1/publications/{publication_id}/document.docx": PUBLISHED,
        "GET /publications": PUBLISHED,
        "GET /publications/{publication_id}": PUBLISHED,
        "GET /v1/sending": SIGNED_IN,
        "PUT /v1/sending": only({Role.ADMINISTRATOR}),
        "GET /v1/tenants": SIGNED_IN,
        "PUT /v1/tenants/{tenant}": only({*_SWITCHING, Role.CITY}),
    },
    "reporting": {
        "GET /": only(READING),
        "GET /hazards": only(READING),
        "GET /hazards/{hazard_id}": only(READING),
        "POST /hazards/views": only(READING, own=True),
        "POST /hazards/views/forget": only(READING, own=True),
        "GET /today": only(READING),
        "GET /sites": only(READING),
        "GET /sites/{site_id}": only(READING),
        "GET /audit": only({Role.AUDITOR}, audited=True, own=True),
        "GET /v1/audit": only({Role.AUDITOR}, audited=True, own=True),
        "GET /map": only(READING),
        "GET /league": only(READING),
        "GET /league/{period}/{unit}": only(READING),
        "POST /league/{period}/objections": only(WORKING),
        "POST /league/{period}/objections/{identity}/answer": only(OFFICES, audited=True),
        "POST /league/{period}/publish": only(OFFICES, audited=True),
        "GET /reports": only(READING),
        "POST /reports": only(READING),
        "GET /v1/risk-map.geojson": only(READING),
        "GET /v1/boundaries.geojson": SIGNED_IN,
        "GET /v1/reports": only(READING),
        "GET /v1/reports/{kind}": only(READING),
        "POST /v1/exports": only(READING),
        "GET /v1/exports": only(READING),
        "GET /v1/exports/{export}": only(READING),
        "GET /v1/exports/{export}/file": only(READING),
        "GET /v1/league": only(READING),
        "GET /v1/league/{period}/units/{unit}": only(READING),
        "POST /v1/league/{period}/objections": only(WORKING),
        "POST /v1/league/{period}/objections/{identity}/answer": only(OFFICES),
        "POST /v1/league/{period}/publish": only(OFFICES),
        "GET /v1/summary": only(READING),
        "GET /v1/hazards": only(READING, keys=True),
        "GET /v1/hazards/{hazard_id}": only(READING, keys=True),
        "GET /v1/decisions": KEYS,
    },
}
"""The routes of each service beside those of `EACH`."""


def table_of(service: str, *, pages: bool = False) -> Mapping[str, Permission]:
    """Every route of a service with its permission; `pages`: it has pages too."""
    return {**EACH, **(WITH_PAGES if pages else {}), **PERMISSIONS[service]}


def opens(service: str, path: str, roles: frozenset[Role]) -> bool:
    """Whether a page, written as its address, opens to somebody of these roles."""
    permission = PERMISSIONS[service].get(f"GET {path.partition('?')[0]}", SIGNED_IN)
    return permission.public or bool(permission.roles & roles)
