"""Apply facts and deadlines to cases: fold, pass on to other cases, find, and hold against the ledger.

The one path by which anything is decided, live, in `simulate` and in `what-if` alike.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Final

from contracts.decisions import Decision, PolicyVersion
from contracts.facts import Fact
from services.escalation.core import calendar_changes, duty_moves, early, unanswered
from services.escalation.core.asking import Asked
from services.escalation.core.calendar_changes import Recounted
from services.escalation.core.case import Case, CaseKey, Cases, Contribution, OpenCases
from services.escalation.core.cases.hazard import Hazard
from services.escalation.core.cases.listing import Listing
from services.escalation.core.cases.obligation import Obligation
from services.escalation.core.gate import ABOUT_DECISIONS, decision_of
from services.escalation.core.heard import MIGRATED, hear
from services.escalation.core.kinds import KINDS
from services.escalation.core.law import Law
from services.escalation.core.ledger import Evidence, Moment, identity, reconcile
from services.escalation.core.moving import pack_of
from services.escalation.core.partly import Why, concerned
from services.escalation.core.places import places_of
from services.escalation.core.policy import Pack
from services.escalation.core.rules import late_evidence
from services.escalation.core.waiting import CLOSED, waits_for

BY_PEOPLE: Final = (*ABOUT_DECISIONS, MIGRATED)


class Engine:
    """The pure machine: give it facts and deadlines in order, it gives decision records."""

    def __init__(self, law: Law, *, from_scratch: bool = False) -> None:
        """With `from_scratch` nothing is kept from one fact to the next and every rule is asked for all that it finds.

        The same records, slower: for the tests that say so.
        """
        self.law = law
        self._from_scratch = from_scratch

    def keys_of(self, fact: Fact) -> tuple[CaseKey, ...]:
        """The cases that `fact` belongs to, to be loaded first; none for facts that no rule reads yet."""
        return places_of(self.law, fact)

    def apply_fact(
        self, fact: Fact, cases: Cases, frontier: datetime | None = None, keys: tuple[CaseKey, ...] | None = None
    ) -> list[Decision]:
        """Apply a fact; `frontier` is up to when time is known to have passed (None: to when the fact became known).

        `keys` are its cases, where the caller has asked `cases_of` already.
        """
        heard = hear(fact)
        subject = heard.subject
        records: list[Decision] = []
        moment = Moment(heard.known_at, heard.known_at, frontier or heard.known_at, heard)
        for key in self.cases_of(fact, cases) if keys is None else keys:
            case = cases.get(key) or Case(key=key)
            if key.kind == early.KIND:
                early.wait_for(case, heard, cases)
            elif case.hear(heard):
                kept = len(case.facts)
                if subject == MIGRATED:
                    case.forget()  # what was found so far was found under the other version
                early.hand_over(case, heard, cases, self.law.divisions)
                why = Why.GIFT if len(case.facts) > kept else Why.PERSON if subject in BY_PEOPLE else Why.FACT
                records += self._settle(case, cases, moment, why)
        return list(_told_once(records)) if len(records) > 1 else records

    def cases_of(self, fact: Fact, cases: Cases) -> tuple[CaseKey, ...]:
        """Every case that `fact` belongs to: those it names, those of the event it corrects, that of its decision.

        A correction whose event is not known yet has a place of its own to wait.
        """
        if fact.type.startswith(ABOUT_DECISIONS):
            holder = cases.holder(fact.committee, decision_of(bytes(fact.data)))
            return (holder,) if holder else ()
        keys = self.keys_of(fact)
        if not fact.correction:
            return keys
        named = cases.whose(fact.source, fact.correction)
        return early.beyond((*keys, *(named or (early.key_of(fact.committee, fact.source, fact.correction),))), cases)

    def pass_deadline(self, key: CaseKey, at: datetime, cases: Cases) -> list[Decision]:
        """Let time reach `at` for one case."""
        case = cases.get(key)
        if case is None:
            return []
        return self._settle(case, cases, Moment(at, at, at, None), Why.TIME)

    def stands_under(self, case: Case) -> Pack | None:
        """The version under which the clock of a hazard, a listing or a duty runs now; None for other kinds."""
        state = KINDS[case.key.kind].fold(self.law, case)
        if isinstance(state, Obligation):
            spells = duty_moves.spells(self.law, case, state)
            return spells[-1].term.pack if spells else None
        if isinstance(state, Listing):
            return pack_of(self.law, case, state.opened.time)
        return pack_of(self.law, case, state.found_at) if isinstance(state, Hazard) else None

    def is_known_to(self, case: Case, policy: str, version: str) -> bool:
        """Whether this version has a term for the case: a duty that it does not know keeps the one it has."""
        key, pack = case.key, self.law.version(policy, version)
        state = KINDS[key.kind].fold(self.law, case)
        if pack is None or not isinstance(state, Obligation):
            return pack is not None
        return (
            duty_moves.owed_under(state.owed, pack, self.law.calendar_of(key.committee), state.owed.opened_at)
            is not None
        )

    def change_calendar(self, fact: Fact, cases: OpenCases) -> list[Decision]:
        """Count by the calendar as the fact sets it, and let every open case that it may concern be counted anew.

        A ValueError says why the fact is none; then nothing has changed.
        """
        before = self.law
        self.law = calendar_changes.changed(before, fact)
        kinds = calendar_changes.kinds_counting(self.law, fact.committee)
        keys = cases.open_of(fact.committee, kinds) if kinds else ()
        return [record for key in keys for record in self.recount(key, fact, cases, before)[0]]

    def recount(
        self, key: CaseKey, fact: Fact, cases: Cases, before: Law, frontier: datetime | None = None
    ) -> tuple[list[Decision], list[Recounted]]:
        """Count one open case anew by the calendar that the fact has set; the records, and the dates that it moved.

        `before` is the law as it was before the fact. What has ended keeps what it had.
        """
        case = cases.get(key)
        if case is None or case.waits == CLOSED:
            return [], []
        heard = hear(fact)
        now = max(frontier or heard.known_at, case.clocks_to or heard.known_at)
        was = calendar_changes.dates(before, case, now)
        case.forget()
        records = self._settle(case, cases, Moment(heard.known_at, heard.known_at, now, heard), Why.GIFT)
        moved = calendar_changes.recounted(was, calendar_changes.dates(self.law, case, now))
        return list(_told_once(records)), moved

    def settle_again(self, key: CaseKey, cases: Cases) -> list[Decision]:
        """Fold a case anew and hold what is found against its ledger, as far as it has been decided already.

        With the code and the law by which it was decided last nothing comes of it.
        """
        case = cases.get(key)
        if case is None or case.instants_to is None or case.clocks_to is None:
            return []
        return self._settle(case, cases, Moment(case.instants_to, case.instants_to, case.clocks_to, None), Why.GIFT)

    def _settle(
        self, case: Case, cases: Cases, moment: Moment, why: Why, given: type[Contribution] | None = None
    ) -> list[Decision]:
        """Fold one case, tell the cases it contributes to, and hold its findings against its ledger.

        `given`: what sort of thing another case gave it, or took back.
        """
        case.instants_to = instants = max(moment.instants_to, case.instants_to or moment.instants_to)
        case.clocks_to = clocks = max(moment.clocks_to, case.clocks_to or moment.clocks_to)
        if instants is not moment.instants_to or clocks is not moment.clocks_to:
            moment = Moment(moment.known_at, instants, clocks, moment.cause)
        kind = KINDS[case.key.kind]
        if self._from_scratch:
            case.forget()
        state = kind.fold(self.law, case)
        rules, gives, partly = None, True, kind.partly
        news = partly.news(state, why, given) if partly and state is not None and not self._from_scratch else None
        if partly is not None and news is not None:
            rules = concerned(case, partly.dockets(self.law, case, state), news)
            gives = partly.gives(state, news)
        gifts = dict(kind.gives(self.law, case, state, clocks)) if gives and state is not None else {}
        records: list[Decision] = []
        if rules is None or rules:
            asked = Asked(rules, None if self._from_scratch else clocks)
            found = kind.find(self.law, case, state, asked) if state is not None else iter(())
            if case.verdicts and (missed := unanswered.silences(case.verdicts)):
                found = unanswered.climbs(found, missed, partial(identity, case))
            records = reconcile(case, found, moment, self._evidence(case, moment), rules, self._four_eyes(case))
        if state is not None:
            kind.arm(self.law, case, state, clocks)
        if news is None or news or rules:
            case.waits = waits_for(self.law, case, state)
        cases.put(case)
        if not gives:
            return records
        for target in case.gave_to:
            if target not in gifts:
                records += self._give(case, target, None, cases, moment)
        for target, gift in gifts.items():
            records += self._give(case, target, gift, cases, moment)
        case.gave_to = [target for target, gift in gifts.items() if kind.takes_back(gift)]
        return records

    def _give(
        self, giver: Case, target: CaseKey, gift: Contribution | None, cases: Cases, moment: Moment
    ) -> list[Decision]:
        other = cases.get(target) or Case(key=target)
        name = str(giver.key)
        if other.inputs.get(name) == gift:
            return []
        taken = other.inputs.pop(name) if gift is None else gift
        if gift is not None:
            other.inputs[name] = gift
        return self._settle(other, cases, moment, Why.GIFT, type(taken))

    def _four_eyes(self, case: Case) -> frozenset[str]:
        """The case's decisions that two persons have to confirm, by the pack under which each was taken."""
        if not case.verdicts:
            return frozenset()
        taken = ((entry.record, self.law.version(*_version(entry.record))) for entry in case.ledger.values())
        return frozenset(one.decision_id for one, pack in taken if pack and pack.asks_for_two(one.measure))

    def _evidence(self, case: Case, moment: Moment) -> Evidence | None:
        if moment.cause is None or not moment.cause.is_late:
            return None
        pack = self.law.pack_at(case.key.committee, moment.known_at)
        parameters = pack.rules.get(late_evidence.RULE) if pack else None
        if pack is None or not isinstance(parameters, late_evidence.Parameters):
            return None
        return Evidence(parameters.to, parameters.clauses, PolicyVersion(pack.id, pack.version))


def _told_once(records: list[Decision]) -> Iterator[Decision]:
    """What one fact led to, where several cases decided about one subject.

    A hazard that another report places at another site is found there again: what only its former site takes back has
    not ended. About one late fact there is one alert.
    """
    last = {record.decision_id: place for place, record in enumerate(records)}
    alerts: set[str] = set()
    for place, record in enumerate(records):
        if record.status == "retracted" and place < last[record.decision_id]:
            continue
        if record.rule == late_evidence.RULE:
            if record.decision_id in alerts:
                continue
            alerts.add(record.decision_id)
        yield record


def _version(record: Decision) -> tuple[str, str]:
    return record.policy.id, record.policy.version
