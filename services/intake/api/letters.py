"""Dead letters for the one who mends the cause: list, show, replay."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Security

from runtime import dead_letters
from runtime.access import systems
from runtime.access.gate import person_of
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.dead_letters import DeadLetter
from runtime.web import Problem
from services.intake.api import keys
from services.intake.core.reasons import EXPLANATIONS, Reason
from services.intake.core.registry import EVERYWHERE
from services.intake.handlers.counting import Counter
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.replaying import Replay, replay
from services.intake.store import letters

MOST = 200

Identity = Annotated[int, Path(ge=1, le=2**63 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDoor:
    """What the routes need."""

    database: Database
    doorkeeper: Doorkeeper
    clock: Clock
    counter: Counter

    def tenants(self, work: Work, request: Request) -> tuple[str, ...]:
        """Return the tenants of a person, or of an operator's key; a Problem 403 for a key that only sends."""
        person = person_of(request)
        if person is not None:
            return person.tenants
        key = keys.authenticate(work, systems.presented(request), self.clock)
        if not key.operates:
            raise Problem(403, "this API key does not operate; make one with: bihuan keys create --operate")
        return key.tenants

    def sight(self, work: Work, tenants: tuple[str, ...]) -> Callable[[DeadLetter], bool]:
        """Return whether these tenants may see a letter; one without a tenant is seen by those who see everything."""
        scopes = self.doorkeeper.admission(work).scopes

        def may_see(letter: DeadLetter) -> bool:
            if EVERYWHERE in tenants:
                return True
            tenant = letter.tenant or ""
            return tenant.isdigit() and scopes.within(tenant, tenants)

        return may_see

    def letter(self, work: Work, request: Request, identity: int) -> DeadLetter:
        """Return a letter that who asks may see; a Problem 404 for any other, whether it exists or not."""
        tenants = self.tenants(work, request)
        found = dead_letters.shown(work, identity)
        if found is None or not self.sight(work, tenants)(found):
            raise Problem(404, "no such dead letter")
        work.concerns.add(found.tenant or EVERYWHERE)
        return found

    def replay(self, request: Request, identity: int) -> Replay:
        """Send an open letter through the validator again; a Problem 409 for one that is closed."""
        now = self.clock.now()
        with self.database.begin() as work:
            letter = self.letter(work, request, identity)
            if letter.state != "open":
                raise Problem(409, f"this dead letter is {letter.state} already")
            admission = self.doorkeeper.admission(work, fresh=True)
            result = replay(work, letter, admission, at=now)
        self.counter.count(str(letter.origin.get("slug", "")), [result.outcome], at=now)
        return result


def router(door: LetterDoor) -> APIRouter:
    """The routes of the dead letters."""
    routes = APIRouter(tags=["dead letters"], dependencies=[Security(systems.DOCUMENTED)])

    @routes.get("/v1/dead-letters")
    def list_letters(
        request: Request,
        state: Literal["open", "replayed", "dismissed", "all"] = "open",
        limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
        cursor: Annotated[str | None, Query(max_length=64)] = None,
    ) -> dict[str, Any]:
        """The newest first; `next` is the cursor of the following page, null at the end."""
        before = None if cursor is None else read_cursor(cursor)
        with door.database.begin() as work:
            tenants = door.tenants(work, request)
            found, then = letters.page(
                work,
                state=None if state == "all" else state,
                before=before,
                limit=limit,
                may_see=door.sight(work, tenants),
            )
        return {"items": [summary(letter) for letter in found], "next": None if then is None else cursor_of(then)}

    @routes.get("/v1/dead-letters/{identity}")
    def show_letter(request: Request, identity: Identity) -> dict[str, Any]:
        """One letter with its bytes: `text` where they are UTF-8, `base64` always."""
        with door.database.begin() as work:
            letter = door.letter(work, request, identity)
        return whole(letter)

    @routes.post("/v1/dead-letters/{identity}/replay")
    def replay_letter(request: Request, identity: Identity) -> dict[str, Any]:
        """Send an open letter through the validator again; it is closed when its event is in."""
        result = door.replay(request, identity)
        refused = result.outcome.refused
        return {
            "id": result.letter.id,
            "outcome": result.outcome.word,
            "state": "replayed" if result.closed else "open",
            "reason": None if refused is None else refused.reason,
            "errors": [] if refused is None else list(refused.errors),
        }

    return routes


def summary(letter: DeadLetter) -> dict[str, Any]:
    """A letter as a list shows it, without its bytes."""
    explained = EXPLANATIONS.get(Reason(letter.reason)) if letter.reason in set(Reason) else None
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(),
        "reason": letter.reason,
        "sentence": None if explained is None else explained.sentence,
        "mend": None if explained is None else explained.mend,
        "detail": list(letter.detail),
        "door": letter.door,
        "origin": dict(letter.origin),
        "source": letter.source,
        "event_id": letter.event_id,
        "tenant": letter.tenant,
        "state": letter.state,
        "replayed_at": _written(letter.replayed_at),
        "note": letter.note,
        "size": len(letter.body),
    }


def whole(letter: DeadLetter) -> dict[str, Any]:
    """A letter with headers and bytes."""
    try:
        text: str | None = letter.body.decode()
    except UnicodeDecodeError:
        text = None
    return {
        **summary(letter),
        "headers": [list(pair) for pair in letter.headers],
        "text": text,
        "base64": base64.b64encode(letter.body).decode("ascii"),
    }


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def cursor_of(identity: int) -> str:
    """The cursor that goes on below a letter."""
    return base64.urlsafe_b64encode(f"d{identity}".encode()).decode("ascii").rstrip("=")


def read_cursor(cursor: str) -> int:
    """The letter below which a cursor goes on; a Problem 400 for one that is none of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        if text.startswith("d") and text[1:].isascii() and text[1:].isdigit() and len(text) < 20:  # noqa: PLR2004
            return int(text[1:])
    except (binascii.Error, ValueError):
        pass
    raise Problem(400, "this cursor is none of ours; begin without one", errors=[{"parameter": "cursor"}])
