"""Decide, at the moment a worker takes a notice up, whether it leaves, and to whom."""

from dataclasses import replace
from typing import Final

from contracts.decisions import Decision
from contracts.vocabulary import Level, Measure, NoticeState, Suppression
from services.notify.core.holding import nearest
from services.notify.core.notice import ARRIVED, WAITING, Notice
from services.notify.core.passage import Passage, Situation
from services.notify.core.roster import Seat
from services.notify.core.stages.silence import hushed
from services.notify.core.telling import TELLING, Telling

REMINDERS: Final = frozenset({Measure.REMIND, Measure.ALERT})
_LEVELS: Final = tuple(Level)
NO_HOLDER = "角色无人担任"
NO_ADDRESS = "担任者没有该渠道的地址"


def deliver(passage: Passage, situation: Situation) -> Passage:
    """Move the one notice to `sending` with its next attempt, or set it aside; `seat` is the present holder."""
    (notice,) = passage.notices
    if notice.follows is not None:
        notice = _if_the_beginning_arrived(notice, passage.earlier)
    notice = hushed(notice, passage, situation)
    if passage.listing is not None:
        notice = _inhibited(notice, passage.listing)
    if notice.state not in {NoticeState.CREATED, NoticeState.RETRYING}:
        return replace(passage, notices=(notice,))
    seat = present_holder(notice, passage.decision, situation)
    if seat is None:
        return replace(passage, notices=(notice.moved(NoticeState.FAILED, error=NO_HOLDER),))
    if not seat.addresses.get(notice.channel):
        return replace(passage, notices=(notice.moved(NoticeState.FAILED, error=NO_ADDRESS),), seat=seat)
    sending = notice.moved(NoticeState.SENDING, attempt=notice.attempt + 1, error="")
    return replace(passage, notices=(sending,), seat=seat)


def present_holder(notice: Notice, decision: Decision, situation: Situation) -> Seat | None:
    """The holder now, who need not be the one when the notice was made; else the nearest one above."""
    held = situation.roster.holder(notice.recipient, situation.now)
    if held is not None:
        return held
    role, _, rest = notice.recipient.partition("@")
    unit = rest.partition("/")[0]
    seats, _ = nearest(role, unit, decision, roster=situation.roster, places=situation.places, now=situation.now)
    return seats[0] if seats else None


def _if_the_beginning_arrived(notice: Notice, earlier: tuple[Notice, ...]) -> Notice:
    told = next((other for other in earlier if other.id == notice.follows), None)
    if told is not None and (told.state in ARRIVED or told.doubtful):
        return notice
    return notice.suppressed(Suppression.MOOT, error="起始通知未送达")


def _inhibited(notice: Notice, listing: Notice) -> Notice:
    """A reminder of a lower level says nothing beside the listing by a higher one; letters and measures go out."""
    lower = _LEVELS.index(notice.level) < _LEVELS.index(listing.level)
    begins = TELLING[notice.status] is Telling.OPENS and not notice.attempt and not notice.released
    if notice.state not in WAITING or not (begins and lower and notice.measure in REMINDERS):
        return notice
    return notice.suppressed(Suppression.FOLDED, error=f"{listing.level.chinese}级已挂牌督办", folded_into=listing.id)
