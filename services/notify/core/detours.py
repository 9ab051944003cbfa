"""Tell by another channel, once, what must not wait for a provider that is dead for long.

The notice that was planned is folded into the one that goes instead, so the trail of either shows the other, and the
provider's return tells nobody a second time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.vocabulary import NoticeState, Suppression
from services.notify.core.letters.delivery import CHANNELS as LETTERS_GO_BY
from services.notify.core.notice import ARRIVED, MAJOR, WAITING, Notice, notice_id
from services.notify.core.passage import Situation
from services.notify.core.quiet import CAN_WAIT
from services.notify.core.roster import Seat
from services.notify.core.suppression import SHANGHAI
from services.notify.core.ways import Outage, word


@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """Which providers are in trouble, and who stands behind an address of each channel that this installation has."""

    outages: tuple[Outage, ...]
    providers: Mapping[str, Callable[[str], str]]

    def trouble(self, channel: str, address: str) -> Outage | None:
        """The outage of the provider behind an address, however short."""
        provider = self.providers[channel](address)
        return next((each for each in self.outages if (each.channel, each.provider) == (channel, provider)), None)


def must_not_wait(notice: Notice) -> bool:
    """Whether it is statutory, urgent or about a major hazard."""
    return notice.priority <= MAJOR or notice.measure not in CAN_WAIT


def detoured(
    notice: Notice, seat: Seat | None, beside: Sequence[Notice], roads: Roads, situation: Situation
) -> tuple[Notice, Notice] | None:
    """The notice folded, and the one that goes instead; None where it stays.

    `seat` is who holds the recipient's office now; `beside` are all notices of the same decision. It stays where its
    provider is not dead for long, where the recipient hears of the same by another channel as it is, and where there is
    no other way that works.
    """
    if seat is None or notice.state not in WAITING or not must_not_wait(notice):
        return None
    address, detour, now = seat.addresses.get(notice.channel, ""), situation.routes.detour, situation.now
    outage = roads.trouble(notice.channel, address) if address else None
    if outage is None or not outage.is_dead(detour, now):
        return None
    beginning = next((each for each in beside if each.id == notice.follows), None)
    if beginning is not None and beginning.state in {*WAITING, NoticeState.SENDING}:
        return None  # an end goes after its beginning, by whatever way that takes
    alike = {each.channel: each for each in beside if _alike(each, notice)}
    if any(_hears_by(each, seat, roads) for each in alike.values()):
        return None
    ways = [each for each in detour.channels if not notice.letter_id or each in LETTERS_GO_BY]
    free = (each for each in ways if each not in alike and _is_open(each, seat, roads))
    way = next(free, None)
    if way is None:
        return None
    began = outage.since.astimezone(SHANGHAI)
    reason = f"{word(notice.channel)}自{began.month}月{began.day}日{began:%H:%M}起中断，改走{word(way)}"
    other = replace(
        notice,
        id=_id_on(way, notice),
        channel=way,
        state=NoticeState.CREATED,
        why=f"{notice.why}；{reason}",
        created_at=now,
        not_before=now,
        attempt=0,
        error="",
        follows=(beginning.folded_into if _went_another_way(beginning) else notice.follows) if beginning else None,
        revision=1,
    )
    return notice.suppressed(Suppression.FOLDED, error=reason, folded_into=other.id), other


def _alike(other: Notice, notice: Notice) -> bool:
    """Whether it tells the same to the same recipient, by whatever channel."""
    if other.id == notice.id:
        return False
    same = (other.decision_id, other.status, other.turn, other.recipient, other.letter_id)
    return same == (notice.decision_id, notice.status, notice.turn, notice.recipient, notice.letter_id)


def _hears_by(other: Notice, seat: Seat, roads: Roads) -> bool:
    """Whether the recipient has heard by that notice, or will."""
    if other.state in {*ARRIVED, NoticeState.SENDING}:
        return True
    return other.state in WAITING and _is_open(other.channel, seat, roads)


def _is_open(channel: str, seat: Seat, roads: Roads) -> bool:
    """Whether the recipient has an address there whose provider answers."""
    address = seat.addresses.get(channel, "")
    return bool(address) and channel in roads.providers and roads.trouble(channel, address) is None


def _went_another_way(notice: Notice) -> bool:
    return notice.suppression is Suppression.FOLDED and notice.folded_into is not None


def _id_on(channel: str, notice: Notice) -> str:
    return notice_id(
        decision_id=notice.decision_id,
        status=notice.status,
        turn=notice.turn,
        recipient=notice.recipient,
        channel=channel,
        letter_id=notice.letter_id,
    )
