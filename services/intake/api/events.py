"""`POST /v1/events`: 202 once committed, with one outcome for each event in order."""

import dataclasses
from collections import Counter as Tally
from typing import Any

from fastapi import APIRouter, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from contracts.vocabulary import Door
from runtime.access import systems
from runtime.clock import Clock
from runtime.database import Database
from runtime.errors import Conflict, Unavailable
from runtime.web import Problem
from services.intake.api import keys
from services.intake.core.guard import Refusal
from services.intake.core.reasons import EXPLANATIONS, Reason
from services.intake.handlers import posting
from services.intake.handlers.counting import Counter
from services.intake.handlers.posting import TooMany
from services.intake.handlers.registering import Doorkeeper
from services.intake.handlers.taking import Outcome, Word

#: Times a transaction that met another one over the same ids is tried before the sender is asked to come again.
TRIES = 3

#: Refusals for want of a right: the audit tells of them beside the dead letter.
OVERSTEPPING = frozenset({Reason.NOT_ALLOWED, Reason.UNKNOWN_SOURCE})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EventDoor:
    """What the route needs."""

    database: Database
    doorkeeper: Doorkeeper
    clock: Clock
    quotas: keys.Quotas
    counter: Counter

    def take(self, body: bytes, content_type: str, shown: systems.Presented) -> list[Outcome]:
        """Take a request in; runs in a thread, returns when its transaction is committed."""
        media_type = content_type.partition(";")[0].strip().lower()
        for _ in range(TRIES):
            try:
                return self._take_once(body, media_type, shown)
            except Conflict:
                continue
        raise Unavailable("other requests hold the same events")

    def _take_once(self, body: bytes, media_type: str, shown: systems.Presented) -> list[Outcome]:
        now = self.clock.now()
        with self.database.begin() as work:
            key = keys.authenticate(work, shown, self.clock)
            admission = self.doorkeeper.admission(work)
            source = admission.registry.named(key.slug) if key.slug else None
            if key.slug and source is None:
                admission = self.doorkeeper.admission(work, fresh=True)
                source = admission.registry.named(key.slug)
            if source is None:
                raise Problem(403, "this API key sends no events")
            pieces = _pieces(body, media_type)
            self.quotas.draw(work, key, len(pieces))
            outcomes = posting.post(work, pieces, admission=admission, source=source, key=key, received_at=now)
        beyond = {each.refused.reason for each in outcomes if each.refused} & OVERSTEPPING
        shown.caller.overstepped = " ".join(sorted(beyond))
        self.counter.show(admission.registry)
        self.counter.count(source.slug, outcomes, at=now)
        self.counter.count_letters(Door.HTTP, outcomes)
        return outcomes


def router(door: EventDoor) -> APIRouter:
    """The routes of the event door."""
    routes = APIRouter(tags=["events"], dependencies=[Security(systems.DOCUMENTED)])

    @routes.post("/v1/events", status_code=202, openapi_extra=_DOCUMENTED)
    async def post_events(request: Request) -> JSONResponse:
        """Send one event or up to 1,000; 202 means that every outcome is committed.

        An event that is refused or contradicts an earlier one is kept as a dead letter and never sinks the others.
        """
        shown = systems.presented(request)
        body = await request.body()
        outcomes = await run_in_threadpool(door.take, body, request.headers.get("content-type", ""), shown)
        return JSONResponse(_answer(outcomes), status_code=202)

    return routes


def _pieces(body: bytes, media_type: str) -> list[bytes]:
    if media_type not in (posting.ONE, posting.BATCH):
        raise Problem(415, f"send {posting.ONE} or {posting.BATCH}")
    pieces = posting.cut(body, media_type)
    if isinstance(pieces, TooMany):
        raise Problem(413, f"{pieces.count} events; a request holds at most {posting.MOST_EVENTS}")
    if isinstance(pieces, Refusal):
        explained = EXPLANATIONS[pieces.reason]
        error = {"reason": pieces.reason, "detail": pieces.detail, "mend": explained.mend}
        raise Problem(400, explained.sentence, errors=[error])
    return pieces


def _answer(outcomes: list[Outcome]) -> dict[str, Any]:
    tally = Tally(outcome.word for outcome in outcomes)
    return {
        **{word.value: tally[word] for word in Word},
        "outcomes": [_described(outcome) for outcome in outcomes],
    }


def _described(outcome: Outcome) -> dict[str, Any]:
    described: dict[str, Any] = {
        "outcome": outcome.word,
        "source": outcome.source,
        "id": outcome.event_id,
    }
    if outcome.fact is not None and outcome.fact.flags:
        described["flags"] = list(outcome.fact.flags)
    if outcome.refused is not None:
        explained = EXPLANATIONS[outcome.refused.reason]
        described["reason"] = outcome.refused.reason
        described["sentence"] = explained.sentence
        described["mend"] = explained.mend
        described["errors"] = [dataclasses.asdict(problem) for problem in outcome.refused.problems] or [
            {"reason": error} for error in outcome.refused.errors
        ]
    return described


_EVENT = {"type": "object", "required": ["specversion", "id", "source", "type", "time", "tenant", "data"]}
_DOCUMENTED = {
    "requestBody": {
        "required": True,
        "content": {
            posting.ONE: {"schema": _EVENT},
            posting.BATCH: {"schema": {"type": "array", "maxItems": posting.MOST_EVENTS, "items": _EVENT}},
        },
    },
}
