"""A session is worth something for a while, and a token that was replaced tells of a thief."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from runtime.access.principal import Principal, Via
from runtime.access.sessions import (
    FORMER_FOR,
    FREE_FAILURES,
    IDLE,
    LIVES,
    LOCKED_LONGEST,
    TURNS_AFTER,
    Session,
    Verdict,
    digest_of,
    judged,
    locked_for,
    new_token,
)

OPENED = datetime(2026, 5, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def session(
    via: Via = "cookie",
    *,
    seen_at: datetime = OPENED,
    turned_at: datetime = OPENED,
    is_former: bool = False,
    is_disabled: bool = False,
) -> Session:
    principal = Principal(name="p", display="某", grants=(), session=UUID(int=1), via=via)
    return Session(
        id=UUID(int=1),
        principal=principal,
        turned_at=turned_at,
        former_until=turned_at + FORMER_FOR,
        seen_at=seen_at,
        expires_at=OPENED + LIVES,
        is_former=is_former,
        is_disabled=is_disabled,
    )


@pytest.mark.parametrize(
    ("kept", "after", "verdict"),
    [
        pytest.param(session(), timedelta(), "good", id="just opened"),
        pytest.param(session(), TURNS_AFTER - SECOND, "good", id="before its token turns"),
        pytest.param(session(), TURNS_AFTER, "turn", id="its token turns"),
        pytest.param(session("bearer"), TURNS_AFTER, "good", id="a script keeps its token"),
        pytest.param(session("bearer"), IDLE, "over", id="not used for long"),
        pytest.param(session("bearer", seen_at=OPENED + LIVES - SECOND), LIVES, "over", id="used, but too old"),
        pytest.param(session(is_disabled=True), timedelta(), "over", id="the account was shut"),
        pytest.param(session(is_former=True), FORMER_FOR - SECOND, "good", id="under way when the token turned"),
        pytest.param(session(is_former=True), FORMER_FOR, "stolen", id="a replaced token comes back"),
    ],
)
def test_what_a_session_is_worth(kept: Session, after: timedelta, verdict: Verdict) -> None:
    """On both sides of every limit."""
    assert verdict == judged(kept, OPENED + after)


def test_wrong_passwords_lock_for_longer_and_longer() -> None:
    """A few are free, then it doubles, up to an hour."""
    spans = [locked_for(failures) for failures in range(30)]

    assert [timedelta()] * FREE_FAILURES == spans[:FREE_FAILURES]
    assert spans == sorted(spans)
    assert LOCKED_LONGEST == spans[-1]


def test_a_token_is_recognised_and_kept_as_a_hash() -> None:
    """Each is new."""
    first, second = new_token(), new_token()

    assert first.startswith("bhs_")
    assert first != second
    assert first.encode() not in digest_of(first)
