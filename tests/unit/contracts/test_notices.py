"""Facts about the record of a notice."""

from datetime import UTC, datetime

import msgspec

from contracts.notices import Notice
from contracts.vocabulary import NoticeState, Suppression

SUPPRESSED = Notice(
    notice_id="n-1",
    at=datetime(2023, 5, 21, tzinfo=UTC),
    tenant="331081003",
    committee="331081",
    decision_id="d-1",
    channel="email",
    recipient="person-1",
    state=NoticeState.SUPPRESSED,
    attempt=0,
    suppression=Suppression.SHADOW,
)


def test_a_notice_survives_the_wire() -> None:
    """The reason of suppression comes back as it went out."""
    assert msgspec.json.decode(msgspec.json.encode(SUPPRESSED), type=Notice) == SUPPRESSED


def test_a_notice_has_no_room_for_personal_data() -> None:
    """A recipient is a handle: no name, address or number has a field."""
    fields = {field.name for field in msgspec.structs.fields(Notice)}

    assert fields.isdisjoint({"name", "phone", "email", "address", "body", "text"})
