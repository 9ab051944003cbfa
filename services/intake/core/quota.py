"""Limit how many events one key may send: a bucket that fills at a steady rate."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """So many events a second, and so many at once."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a quota at a moment (seconds of a monotonic clock)."""

    left: float
    at: float


def draw(bucket: Bucket | None, quota: Quota, amount: int, now: float) -> tuple[Bucket, float]:
    """Take `amount` events out of a bucket (None: a full one).

    Returns the bucket afterwards and 0, or the bucket as it is and the seconds to wait. More than a whole burst is
    let through by a full bucket, which then owes the rest: a request may hold as many events as the interface says.
    """
    left = quota.burst
    if bucket is not None:
        left = min(quota.burst, bucket.left + max(0.0, now - bucket.at) * quota.per_second)
    wanted = min(float(amount), quota.burst)
    if left < wanted:
        return Bucket(left, now), (wanted - left) / quota.per_second
    return Bucket(left - amount, now), 0.0
