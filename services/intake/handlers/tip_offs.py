"""Take tip-offs in and follow them: each act is one transaction with the events that it leads to."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from contracts.divisions import Divisions
from contracts.roles import EVERYWHERE
from contracts.topics import TIP_OFF_SLUG
from contracts.vocabulary import Door
from policies import files
from runtime import persons
from runtime.clock import Clock
from runtime.database import Database, Work
from runtime.errors import Rejected
from runtime.persons import Person
from runtime.vault import Vault
from services.intake.core.tip_offs import events
from services.intake.core.tip_offs.events import Event, HazardForm
from services.intake.core.tip_offs.rules import Rules
from services.intake.core.tip_offs.tip_off import CODE_BYTES, Reward, Submission, TipOff, code_of, digest_of
from services.intake.core.validation import Accepted
from services.intake.handlers import taking
from services.intake.handlers.registering import Doorkeeper
from services.intake.settings import IntakeSettings
from services.intake.store import tip_offs as store
from services.intake.store.tip_offs import Act

KIND: Final = "informer"
STORY, CONTACT, PHOTOGRAPH = "story", "contact", "photograph-{}"
BATCH: Final = 200


class NotOpen(Exception):
    """No master key is set: nothing could be kept of a tip-off without laying it open."""


class NoSuchTipOff(Exception):
    """There is none, or it lies outside the tenants of the one who asks."""


class NotNow(Exception):
    """The act does not fit how far the tip-off is; the message is a Chinese sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an informer wrote, opened for a handler."""

    story: str
    place: str
    #: JPEG, without metadata.
    photographs: Sequence[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who an informer said they are."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TipOffDesk:
    """Everything that is done about tip-offs; without a vault none is taken."""

    database: Database
    doorkeeper: Doorkeeper
    clock: Clock
    divisions: Divisions
    rules: Rules
    vault: Vault | None

    @property
    def sealing(self) -> Vault:
        """The vault; raises NotOpen without one."""
        if self.vault is None:
            raise NotOpen
        return self.vault

    def receive(self, said: Submission, photographs: Sequence[bytes] = ()) -> str:
        """Take a tip-off in and return its receipt code, which nobody can tell again.

        `photographs` are cleaned. Raises NotOpen, and Rejected where the place or the category is none of ours.
        """
        vault, now = self.sealing, self.clock.now()
        if said.category not in self.rules.categories:
            raise Rejected("unknown_category", ["请从列表中选择举报类别 (choose one of the categories)"])
        code = code_of(secrets.token_bytes(CODE_BYTES))
        identity = f"T{secrets.token_hex(8)}"
        tip_off = TipOff(
            id=identity,
            tenant=said.tenant,
            category=said.category,
            person=UUID(bytes=secrets.token_bytes(16), version=4),
            photographs=len(photographs),
            reachable=said.is_reachable,
            received_at=now,
            finish_by=self.rules.finish_by(now),
            event_id=f"{identity}/received",
        )
        things = {
            STORY: _packed(story=said.story, place=said.place),
            **{PHOTOGRAPH.format(number): body for number, body in enumerate(photographs, start=1)},
        }
        if said.name or said.phone:
            things[CONTACT] = _packed(name=said.name, phone=said.phone)
        place = self.divisions.columns_of(said.tenant)
        with self.database.begin([said.tenant]) as work:
            self._announce(work, [events.received(tip_off, self.rules.categories[said.category])], now)
            persons.keep(work, vault, KIND, [Person(tip_off.person, place, things)], at=now)
            store.add(work, tip_off, place, digest_of(code) or b"")
        return code

    def by_code(self, code: str) -> TipOff | None:
        """The tip-off of a receipt code, None where it opens none."""
        digest = digest_of(code)
        if digest is None:
            return None
        with self.database.begin([EVERYWHERE]) as work:
            return store.of_receipt(work, digest)

    def open_story(self, identity: str, *, by: str, reason: str) -> Told:
        """What the informer wrote, with who looked and why put on record. Raises NoSuchTipOff, persons.Erased."""
        with self.database.begin() as work:
            tip_off = _found(work, identity)
            names = [PHOTOGRAPH.format(number) for number in range(1, tip_off.photographs + 1)]
            opened = self._open(work, tip_off, [STORY, *names], by, reason)
        story = json.loads(opened[STORY])
        return Told(story=story["story"], place=story["place"], photographs=[opened[name] for name in names])

    def open_contact(self, identity: str, *, by: str, reason: str) -> Contact | None:
        """Who the informer said they are, on record; None where they did not say."""
        with self.database.begin() as work:
            opened = self._open(work, _found(work, identity), [CONTACT], by, reason)
        if CONTACT not in opened:
            return None
        contact = json.loads(opened[CONTACT])
        return Contact(name=contact["name"], phone=contact["phone"])

    def make_hazard(self, identity: str, form: HazardForm, *, by: str) -> None:
        """It becomes a hazard, in the handler's words. Raises NoSuchTipOff, NotNow, Rejected."""

        def changed(tip_off: TipOff, now: datetime) -> tuple[TipOff, Sequence[Event]]:
            if tip_off.hazard_id or tip_off.is_true is False or tip_off.closed_at:
                raise NotNow("这件举报已经立为隐患，或者已经办结。")
            told = events.hazard(tip_off, form, self.rules.categories.get(tip_off.category, tip_off.category), now)
            return replace(tip_off, hazard_id=tip_off.id), told

        self._act(identity, by, "立为隐患", "", changed)

    def verify(self, identity: str, *, true: bool, answer: str, reward: Decimal | None, by: str) -> None:
        """Say whether it is true, what its informer is told, and what reward is due."""

        def changed(tip_off: TipOff, now: datetime) -> tuple[TipOff, Sequence[Event]]:
            if tip_off.verified_at:
                raise NotNow("这件举报已经核查过。")
            event = events.verified(tip_off, true=true, at=now)
            due = true and reward is not None and reward > 0
            return replace(
                tip_off,
                is_true=true,
                verified_at=now,
                verified_event_id=str(event["id"]),
                answer=answer or None,
                reward=Reward.DUE if due else Reward.NONE,
                reward_yuan=reward if due else None,
                closed_at=None if due else now,
            ), [event]

        self._act(identity, by, "查实" if true else "未查实", answer, changed)

    def settle_reward(self, identity: str, *, paid: bool, by: str, note: str) -> None:
        """The reward was paid, or nobody came for it."""

        def changed(tip_off: TipOff, now: datetime) -> tuple[TipOff, Sequence[Event]]:
            if tip_off.reward is not Reward.DUE or tip_off.reward_yuan is None:
                raise NotNow("没有待发放的奖励。")
            told = [events.paid(tip_off, tip_off.reward_yuan, now)] if paid else []
            return replace(tip_off, reward=Reward.PAID if paid else Reward.WAIVED, closed_at=now), told

        self._act(identity, by, "奖励已发放" if paid else "奖励未领取", note, changed)

    def erase(self, identity: str, *, by: str, reason: str) -> bool:
        """Destroy the informer's key; False where that was done before. Raises NoSuchTipOff."""
        with self.database.begin([EVERYWHERE]) as work:
            return self._erase(work, _found(work, identity, lock=True), by, reason)

    def expire(self) -> int:
        """Destroy the keys of those whose handling ended long enough ago; returns how many."""
        before, total = self.rules.kept_until(self.clock.now()), 0
        while True:
            with self.database.begin([EVERYWHERE]) as work:
                due = store.forgettable(work, before, most=BATCH)
                for tip_off in due:
                    self._erase(work, tip_off, "bihuan", f"办结满 {self.rules.keep_months} 个月")
            total += len(due)
            if len(due) < BATCH:
                return total

    def _erase(self, work: Work, tip_off: TipOff, by: str, reason: str) -> bool:
        now = self.clock.now()
        done = persons.erase(work, tip_off.person, by=by, reason=reason, at=now)
        if done:
            store.change(work, replace(tip_off, erased_at=now))
            store.note(work, tip_off.id, Act(now, by, "销毁举报人信息", reason))
        return done

    def _act(
        self,
        identity: str,
        by: str,
        act: str,
        note: str,
        changed: Callable[[TipOff, datetime], tuple[TipOff, Sequence[Event]]],
    ) -> None:
        now = self.clock.now()
        with self.database.begin() as work:
            after, told = changed(_found(work, identity, lock=True), now)
            self._announce(work, told, now)
            store.change(work, after)
            store.note(work, identity, Act(now, by, act, note))

    def _open(self, work: Work, tip_off: TipOff, names: Sequence[str], by: str, reason: str) -> dict[str, bytes]:
        """Open things of the informer; that it was done is written in the same transaction."""
        found = persons.read(work, self.sealing, tip_off.person, *names)
        work.remarks.append(f"{names[0]}: {reason}")
        persons.note_opening(work, tip_off.person, by=by, what=names[0], reason=reason, at=self.clock.now())
        return found

    def _announce(self, work: Work, told: Sequence[Event], now: datetime) -> None:
        """Take events in as what our own page says, by the validator of every door; one that it refuses sinks the act."""
        if not told:
            return
        admission = self.doorkeeper.admission(work)
        source = admission.registry.named(TIP_OFF_SLUG)
        if source is None:
            raise RuntimeError(f"the source {TIP_OFF_SLUG} is not registered: bihuan migrate")
        sender = admission.of_source(source, Door.HTTP)
        standing = admission.standing(sender)
        judged = [admission.admit(dict(event), sender, standing, received_at=now) for event in told]
        for one in judged:
            if not isinstance(one, Accepted):
                raise Rejected(one.reason.value, one.errors)
        taking.settle(work, judged, received_at=now)


def open_desk(
    settings: IntakeSettings, database: Database, clock: Clock, doorkeeper: Doorkeeper, divisions: Divisions
) -> TipOffDesk:
    """The desk by the policies' folder as it is now; raises BadMasterKeys, and ValueError for rules that are none."""
    rules = Rules.parse(files.read(files.beside("tip-offs.yaml", settings.policies_dir)))
    keys = settings.master_keys.get_secret_value()
    return TipOffDesk(
        database=database,
        doorkeeper=doorkeeper,
        clock=clock,
        divisions=divisions,
        rules=rules,
        vault=Vault(keys) if keys.strip() else None,
    )


def _found(work: Work, identity: str, *, lock: bool = False) -> TipOff:
    found = store.by_id(work, identity, lock=lock)
    if found is None:
        raise NoSuchTipOff
    work.concerns.add(found.tenant)
    return found


def _packed(**words: Any) -> bytes:
    return json.dumps(words, ensure_ascii=False).encode()
