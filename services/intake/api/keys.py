"""Let nobody in without a key, and nobody further than the key goes."""

import math
import threading
from datetime import timedelta
from typing import Final

from runtime.access import systems
from runtime.clock import Clock
from runtime.database import Work
from runtime.web import Problem
from services.intake.core.keys import ApiKey
from services.intake.core.quota import Quota
from services.intake.store import keys as store
from services.intake.store import quotas

NOTED_EVERY: Final = timedelta(minutes=1)
PORTION_SECONDS: Final = 0.1


def authenticate(work: Work, shown: systems.Presented, clock: Clock) -> ApiKey:
    """Return the valid key that is shown; a Problem 401 that does not say what is wrong with it.

    Each request reads the key anew, so that one that is revoked opens nothing from then on. Who shows a whole key from
    elsewhere than it is bound to learns that, because an upstream that moved has to know.
    """
    now = clock.now()
    key = store.find(work, shown.prefix)
    if key is None:
        raise systems.invalid()
    systems.judge(shown, systems.Held(key.digest, key.expires_at, key.revoked_at, key.networks, key.tenants), now)
    if key.used_at is None or now - key.used_at >= NOTED_EVERY:
        store.used(work, key.prefix, now)
    return key


class Quotas:
    """What the keys may still send. The bucket of a key is shared by all processes; each takes portions out of it.

    A portion is a tenth of a second's events, so that a busy key meets the shared row ten times a second and not with
    every request. What a process has in hand was taken out of the bucket before: all together never pass the quota.
    """

    def __init__(self, quota: Quota) -> None:
        self._quota = quota
        self._in_hand: dict[str, int] = {}
        self._lock = threading.Lock()

    def draw(self, work: Work, key: ApiKey, amount: int) -> None:
        """Let `amount` events through, or raise a Problem 429 that says when to come again."""
        quota = Quota(per_second=key.per_second or self._quota.per_second, burst=key.burst or self._quota.burst)
        if self._take(key.prefix, amount):
            return
        spare = int(quota.per_second * PORTION_SECONDS)
        taken, wait = quotas.draw_tokens(work, quotas.OF_KEYS, key.prefix, quota, amount, spare)
        if wait:
            detail = f"this key may send {quota.per_second:.0f} events a second"
            raise Problem(429, detail, headers={"retry-after": str(max(1, math.ceil(wait)))})
        work.once_committed.append(lambda: self._keep(key.prefix, taken - amount))

    def _take(self, prefix: str, amount: int) -> bool:
        with self._lock:
            left = self._in_hand.get(prefix, 0)
            if left < amount:
                return False
            self._in_hand[prefix] = left - amount
            return True

    def _keep(self, prefix: str, more: int) -> None:
        with self._lock:
            self._in_hand[prefix] = self._in_hand.get(prefix, 0) + more
