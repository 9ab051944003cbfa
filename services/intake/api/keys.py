"""Let nobody in without a key, and nobody further than the key goes."""

import threading

from fastapi import Request
from fastapi.security import HTTPBearer

from runtime.clock import Clock
from runtime.database import Work
from runtime.web import Problem
from services.intake.core import keys as core
from services.intake.core.keys import ApiKey
from services.intake.core.quota import Bucket, Quota, draw
from services.intake.store import keys as store

#: For the OpenAPI document only: `token_of` decides, and answers alike whatever is wrong with a key.
DOCUMENTED = HTTPBearer(scheme_name="bearer", auto_error=False, description="bihuan keys create")
CHALLENGE = {"www-authenticate": 'Bearer realm="bihuan"'}


def token_of(request: Request) -> str:
    """Return the token of an Authorization header; a Problem 401 where there is none that could be a key."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or core.prefix_of(token) is None:
        raise Problem(401, "send an API key: Authorization: Bearer bhk_...", headers=CHALLENGE)
    return token


def authenticate(work: Work, token: str, clock: Clock) -> ApiKey:
    """Return the valid key of a token; a Problem 401 that does not say what is wrong with it."""
    key = store.find(work, core.prefix_of(token) or "")
    if key is None or not core.fits(token, key) or not key.is_valid(clock.now()):
        raise Problem(401, "this API key is not valid", headers=CHALLENGE)
    return key


class Quotas:
    """The quotas of this process: one bucket a key."""

    def __init__(self, quota: Quota, clock: Clock) -> None:
        self._quota = quota
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def draw(self, key: ApiKey, amount: int) -> None:
        """Let `amount` events through, or raise a Problem 429 that says when to come again."""
        with self._lock:
            bucket, wait = draw(self._buckets.get(key.prefix), self._quota, amount, self._clock.monotonic())
            self._buckets[key.prefix] = bucket
        if wait:
            detail = f"this key may send {self._quota.per_second:.0f} events a second"
            raise Problem(429, detail, headers={"retry-after": str(max(1, round(wait)))})
