"""Messages for chat programs: they fit, and nothing that people wrote is markup."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.notify.core.markdown import harmless, markdown
from services.notify.core.messages import Message

NOW = datetime(2023, 5, 21, tzinfo=UTC)


@given(st.text())
def test_no_mark_survives(text: str) -> None:
    """Whatever is written, no chat program finds markup, a mention or a link in it."""
    shown = harmless(text)

    assert not set("*_#[]()<>`!|~@{}&$\\") & set(shown)
    assert "://" not in shown


@given(
    lines=st.lists(st.tuples(st.text(max_size=5), st.text(max_size=3000)), max_size=18), room=st.integers(4000, 18000)
)
def test_a_message_fits_its_room(lines: list[tuple[str, str]], room: int) -> None:
    """A provider refuses what is longer, and it would never be told."""
    message = Message(
        notice_id="n",
        heading="提醒",
        subject="甲",
        title="甲" * 100,
        lines=tuple(lines),
        notes=(),
        sent_at=NOW,
        document={},
    )

    assert len(markdown(message, room).encode()) <= room
