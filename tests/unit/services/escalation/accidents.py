"""Build facts about accidents, duties and sites in few words, and let them run through the core under any pack."""

from typing import Any

import msgspec

from contracts.decisions import Decision
from contracts.facts import Fact
from services.escalation.core.calendar import SHANGHAI
from services.escalation.core.law import Law
from services.escalation.core.policy import Pack, parse_pack
from services.escalation.core.simulation import simulate
from tests.unit.services.escalation.stories import fact, law_of, moment

WEIHAI = ("weihai-2021",)
LISHUI = ("lishui-2016", "lishui-zone-2016")
WENZHOU = ("wenzhou-2020",)


def accident(
    when: str,
    accident_id: str = "A-1",
    *,
    tenant: str = "371083",
    known: str | None = None,
    id_: str = "",
    **data: Any,
) -> Fact:
    """An accident of industry with one death for which somebody answers; None leaves a word out."""
    words = {
        "accident_id": accident_id,
        "category": "industrial",
        "sector": "工贸",
        "liability": "liable",
        "deaths": 1,
    } | data
    return fact(
        "accident.reported",
        when,
        known=known,
        tenant=tenant,
        id_=id_ or f"{accident_id}/{when}/{known or ''}",
        **{key: word for key, word in words.items() if word is not None},
    )


def corrected(one: Fact, corrects: str) -> Fact:
    """The same fact as a correction of the event `corrects`."""
    return msgspec.structs.replace(one, correction=corrects)


def void(corrects: str, when: str, type_: str = "accident.reported", tenant: str = "371083") -> Fact:
    """What takes an event back."""
    return corrected(fact(type_, when, tenant=tenant, id_=f"void/{corrects}"), corrects)


def dated(milestone: str, day: str, when: str, *, tenant: str = "371000", known: str | None = None) -> Fact:
    """A milestone gets its date."""
    return fact(
        "milestone.dated",
        when,
        known=known,
        tenant=tenant,
        id_=f"{milestone}/{day}/{when}",
        milestone=milestone,
        date=day,
    )


def done(
    obligation: str, unit: str, period: str, when: str, *, tenant: str = "", known: str | None = None, id_: str = ""
) -> Fact:
    """A unit did what it owed; its own division tells it unless another does."""
    return fact(
        "obligation.fulfilled",
        when,
        known=known,
        tenant=tenant or unit,
        id_=id_ or f"{obligation}/{unit}/{period}/{when}",
        obligation=obligation,
        unit=unit,
        period=period,
    )


def decide(*facts: Fact, until: str, packs: tuple[str, ...] = WEIHAI) -> list[Decision]:
    """What the facts lead to, each known when it was recorded."""
    ordered = sorted(facts, key=lambda one: one.known_at)
    return list(simulate(law_of(*packs), ordered, None, moment(until)))


def told(records: list[Decision], *rules: str) -> list[str]:
    """Records of these rules in short: `talk_fatal_window 371083 admonition_talk proposed 2021-08-02 08:00`."""
    return [
        f"{one.rule} {one.subject.id} {one.measure} {one.status} {one.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        for one in records
        if one.rule in rules
    ]


def pack(**parts: Any) -> Pack:
    """A pack of 温岭 with nothing but `parts`: rules, obligations, units, sectors, key periods."""
    head = {
        "id": "trial-2023",
        "version": "1",
        "title": "试行",
        "issued": "2023-04-28",
        "effective_from": "2023-04-28",
        "root": "331081",
        "tenants": ["331081"],
    }
    return parse_pack(head | parts)


def under(law: Law, *facts: Fact, until: str) -> list[Decision]:
    """What the facts lead to under another law."""
    return list(simulate(law, sorted(facts, key=lambda one: one.known_at), None, moment(until)))


def registered(when: str, *, known: str | None = None, tenant: str = "371083", id_: str = "", **site: Any) -> Fact:
    """A site in the register: with a name, an address and nobody in charge unless said otherwise."""
    words = {"id": "S-1", "name": "示范机械厂", "address": "示范路1号", "kind": "unit", "sector": "工贸"} | site
    return fact("site.registered", when, known=known, tenant=tenant, id_=id_ or f"site/{when}", site=words)


def enforced(when: str, kind: str = "order", *, site_id: str = "S-1", known: str | None = None, **data: Any) -> Fact:
    """An enforcement document about a site."""
    words = {"document_no": f"（2021）{when}", "kind": kind, "site_id": site_id} | data
    return fact("enforcement.recorded", when, known=known, tenant="371083", id_=f"{kind}/{when}", **words)
