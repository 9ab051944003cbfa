"""One validator for all doors: what it accepts, what it flags, and the reason for each refusal."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.divisions import Division, Divisions
from contracts.vocabulary import Level
from services.intake.core.cloudevents import assemble
from services.intake.core.committees import Committees
from services.intake.core.guard import Refusal
from services.intake.core.reasons import Reason
from services.intake.core.validation import Accepted, Refused, Standing, judge, validate

NOW = datetime(2023, 5, 8, 2, 0, tzinfo=UTC)
DIVISIONS = Divisions(
    [
        Division(code="330000", name="浙江省", parent="", level=Level.PROVINCE),
        Division(code="331081", name="温岭市", parent="330000", level=Level.COUNTY),
        Division(code="331081003", name="城西街道", parent="331081", level=Level.TOWN),
        Division(
            code="331099", name="旧县", parent="330000", level=Level.COUNTY, valid_to=NOW.date().replace(year=2021)
        ),
        Division(code="331098", name="旧市", parent="330000", level=Level.COUNTY, replaced_by="331081"),
    ]
)
STANDING = Standing(door="kafka", namespace="a", committee_of=Committees(DIVISIONS, ["331081"]).of)


def event(**changes: Any) -> dict[str, Any]:
    """A hazard report, with attributes changed, or removed where None."""
    whole: dict[str, Any] = {
        "specversion": "1.0",
        "id": "1",
        "source": "/a",
        "type": "hazard.reported.v1",
        "time": "2023-05-08T09:00:00+08:00",
        "tenant": "331081003",
        "data": data(),
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def data(**changes: Any) -> dict[str, Any]:
    site = {"id": "S-1", "name": "乙机械有限公司", "address": "示范路1号", "kind": "unit", "sector": "工贸"}
    return {
        "hazard_id": "H-1",
        "level": "general",
        "category": "fire_safety",
        "description": "疏散通道被货物堵塞",
        "site": site,
        "sector": "工贸",
        "found_by": "inspection",
        "rectify_by": "2023-05-20",
        **changes,
    }


def judged(document: dict[str, Any] | bytes, standing: Standing = STANDING) -> Accepted | Refused:
    body = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return validate(body, divisions=DIVISIONS, received_at=NOW, standing=standing)


def accepted(document: dict[str, Any] | bytes, standing: Standing = STANDING) -> Accepted:
    answer = judged(document, standing)
    assert isinstance(answer, Accepted), answer
    return answer


def test_an_accepted_event_becomes_a_fact_of_its_committee() -> None:
    """The fact says what the event said, and what the door knows."""
    fact = accepted(event(recordedtime="2023-05-08T01:30:00Z", correction="0")).fact

    assert (fact.id, fact.source, fact.type, fact.tenant) == ("1", "/a", "hazard.reported.v1", "331081003")
    assert (fact.committee, fact.namespace, fact.door, fact.historic) == ("331081", "a", "kafka", False)
    assert fact.time == datetime(2023, 5, 8, 1, 0, tzinfo=UTC)
    assert fact.recordedtime == datetime(2023, 5, 8, 1, 30, tzinfo=UTC)
    assert fact.correction == "0"
    assert fact.flags == ()
    assert json.loads(bytes(fact.data)) == data()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(event(specversion=None), Reason.MISSING_ATTRIBUTE, id="no specversion"),
        pytest.param(event(specversion="0.3"), Reason.BAD_ATTRIBUTE, id="another CloudEvents version"),
        pytest.param(event(id=None), Reason.MISSING_ATTRIBUTE, id="no id"),
        pytest.param(event(id=""), Reason.BAD_ATTRIBUTE, id="an empty id"),
        pytest.param(event(id=7), Reason.BAD_ATTRIBUTE, id="a number as id"),
        pytest.param(event(id="x" * 129), Reason.BAD_ATTRIBUTE, id="an endless id"),
        pytest.param(event(source="a b"), Reason.BAD_ATTRIBUTE, id="a source with a blank"),
        pytest.param(event(time=None), Reason.MISSING_ATTRIBUTE, id="no time"),
        pytest.param(event(time="2023-05-08T09:00:00"), Reason.TIME_WITHOUT_OFFSET, id="a time without offset"),
        pytest.param(event(time=1683507600), Reason.BAD_TIME, id="an epoch number"),
        pytest.param(event(time="2023-13-40T09:00:00+08:00"), Reason.BAD_TIME, id="a month that is none"),
        pytest.param(event(time="2023-05-08T23:59:60+08:00"), Reason.BAD_TIME, id="a leap second"),
        pytest.param(event(time="0001-01-01T00:00:00+08:00"), Reason.BAD_TIME, id="the year one"),
        pytest.param(event(time="２０２３-05-08T09:00:00+08:00"), Reason.BAD_TIME, id="full-width digits"),
        pytest.param(event(recordedtime="2023-05-08"), Reason.BAD_TIME, id="recorded on a day only"),
        pytest.param(event(tenant="３３１０８１"), Reason.BAD_TENANT, id="a tenant in full-width digits"),
        pytest.param(event(tenant="33108"), Reason.BAD_TENANT, id="a tenant of five digits"),
        pytest.param(event(tenant=331081), Reason.BAD_TENANT, id="a tenant as number"),
        pytest.param(event(tenant="331081\n"), Reason.BAD_TENANT, id="a tenant with a line break"),
        pytest.param(event(tenant="331000"), Reason.NO_COMMITTEE, id="a tenant above every committee"),
        pytest.param(event(type="hazard.exploded.v1"), Reason.UNKNOWN_TYPE, id="an unknown type"),
        pytest.param(event(type="HazardReported"), Reason.UNKNOWN_TYPE, id="a type of another grammar"),
        pytest.param(event(type=7), Reason.UNKNOWN_TYPE, id="a number as type"),
        pytest.param(event(type="hazard.reported.v2"), Reason.NEWER_VERSION, id="a newer version"),
        pytest.param(event(type="clock.ticked.v1"), Reason.UNKNOWN_TYPE, id="a tick of somebody else"),
        pytest.param(event(type="decision.recorded.v1"), Reason.UNKNOWN_TYPE, id="a decision of somebody else"),
        pytest.param(event(datacontenttype="text/xml"), Reason.UNSUPPORTED_CONTENT, id="XML"),
        pytest.param(event(data=None, data_base64="e30="), Reason.UNSUPPORTED_CONTENT, id="data in base64"),
        pytest.param(event(data=None), Reason.MISSING_ATTRIBUTE, id="no data"),
        pytest.param(event(data=[]), Reason.INVALID_DATA, id="data that are a list"),
        pytest.param(event(data={}), Reason.INVALID_DATA, id="empty data without correction"),
        pytest.param(event(data=data(level="严重")), Reason.INVALID_DATA, id="a level that decides nothing"),
        pytest.param(event(data=data(rectify_by="2023-13-40")), Reason.INVALID_DATA, id="a day that is none"),
        pytest.param(event(data=data(hazard_id=7)), Reason.INVALID_DATA, id="a number as hazard id"),
        pytest.param(b"{", Reason.NOT_JSON, id="what the guard refuses"),
        pytest.param(b"", Reason.EMPTY, id="nothing"),
    ],
)
def test_each_refusal_has_its_reason(document: dict[str, Any] | bytes, reason: Reason) -> None:
    """The first thing that is wrong names the reason."""
    answer = judged(document)

    assert isinstance(answer, Refused)
    assert reason == answer.reason


def test_a_refusal_says_all_that_is_wrong_and_who_sent_it() -> None:
    """The sender mends everything at once; the operator finds the letter."""
    answer = judged(event(time="yesterday", data=data(level="严重", site=7)))

    assert isinstance(answer, Refused)
    assert [line.split("：")[0] for line in answer.errors] == ["time", "data.level", "data.site"]
    assert (answer.source, answer.event_id, answer.tenant) == ("/a", "1", "331081003")


@pytest.mark.parametrize(
    ("document", "flags"),
    [
        pytest.param(event(tenant="331081999"), ("unknown_division",), id="a code that no table has"),
        pytest.param(event(time="2023-05-08T10:04:59+08:00"), (), id="five minutes ahead are a slow clock"),
        pytest.param(event(time="2023-05-09T09:00:00+08:00"), ("future",), id="tomorrow"),
        pytest.param(event(recordedtime="2023-05-09T09:00:00+08:00"), ("future",), id="recorded tomorrow"),
        pytest.param(
            event(recordedtime="2023-05-07T09:00:00+08:00"), ("recorded_before_time",), id="recorded before it happened"
        ),
        pytest.param(event(data=data(hazard_id="Ｈ－１")), ("full_width_id",), id="an id in full-width letters"),
        pytest.param(event(data=data(hazard_id="隐患一号")), (), id="a Chinese id is an id"),
        pytest.param(event(data=data(found_by="梦见")), ("unfamiliar_found_by",), id="a word that grows"),
        pytest.param(event(data=data(colour="red")), (), id="a field of a newer sender"),
        pytest.param(event(partitionkey="x", sequence="9"), (), id="other extensions of CloudEvents"),
    ],
)
def test_what_is_odd_is_kept_and_flagged(document: dict[str, Any], flags: tuple[str, ...]) -> None:
    """Dirty data are accepted with a flag, and nothing of them is lost."""
    answer = accepted(document)

    assert flags == answer.flags
    assert json.loads(bytes(answer.fact.data)) == document["data"]


@pytest.mark.parametrize(
    ("uscc", "flags"),
    [
        pytest.param("91110000600037341L", (), id="a valid one"),
        pytest.param("91110000600037342L", ("invalid_uscc",), id="a wrong check digit"),
        pytest.param("12345", ("invalid_uscc",), id="far too short"),
    ],
)
def test_an_invalid_credit_code_is_flagged(uscc: str, flags: tuple[str, ...]) -> None:
    """It is never a key, so a wrong one costs nothing but a flag."""
    site = data()["site"] | {"uscc": uscc}

    assert flags == accepted(event(data=data(site=site))).flags


@pytest.mark.parametrize(
    ("tenant", "time", "flags"),
    [
        pytest.param("331099", "2022-01-01T00:00:00+08:00", ("retired_division",), id="after it was retired"),
        pytest.param("331099", "2021-01-01T00:00:00+08:00", (), id="while it was in use"),
        pytest.param("331098", "2021-01-01T00:00:00+08:00", ("retired_division",), id="replaced on an unknown day"),
    ],
)
def test_a_retired_division_is_flagged(tenant: str, time: str, flags: tuple[str, ...]) -> None:
    """Old cases keep their county; a code used after its end is flagged."""
    standing = Standing(committee_of=Committees(DIVISIONS, ["330000"]).of)

    assert flags == accepted(event(tenant=tenant, time=time), standing).flags


def test_a_correction_with_empty_data_voids() -> None:
    """Empty data are refused of a report and taken of a correction, and mean the same where they are null."""
    voids = [accepted(event(correction="0", data=data)) for data in ({}, None)]

    assert [bytes(void.fact.data) for void in voids] == [b"{}", b"{}"]
    assert voids[0].digest == voids[1].digest


def test_what_people_did_is_taken_from_our_own_topic_only() -> None:
    """No upstream can activate a policy."""
    activated = event(
        type="policy.activated.v1",
        data={"policy": "wenling-2023", "version": "1", "effective_from": "2023-04-28", "by": "operator"},
    )
    answer = judged(activated)

    assert isinstance(answer, Refused)
    assert answer.reason == Reason.UNKNOWN_TYPE
    assert accepted(activated, Standing(people=True)).fact.type == "policy.activated.v1"


def test_the_digest_is_of_what_is_said() -> None:
    """Order of keys, spelling of an instant, trace and unknown attributes change nothing; any word does."""
    digest = accepted(event()).digest
    respelt = event(time="2023-05-08T01:00:00.000Z", traceparent=f"00-{'a' * 32}-{'b' * 16}-01", partitionkey="x")

    assert digest == accepted(dict(reversed(respelt.items()))).digest
    assert digest == accepted(json.dumps(event(), indent=2).encode()).digest
    for other in (
        event(time="2023-05-08T09:00:01+08:00"),
        event(tenant="331081"),
        event(correction="0"),
        event(recordedtime="2023-05-08T09:00:00+08:00"),
        event(data=data(colour="red")),
    ):
        assert digest != accepted(other).digest


@given(st.sampled_from([None, "331081003", "3310810", "x"]), st.sampled_from(["general", "Major", 7, None]))
def test_every_way_of_writing_an_event_is_judged_alike(tenant: str | None, level: object) -> None:
    """Structured bytes, binary mode and a parsed mapping give one answer."""
    document = event(tenant=tenant, data=data(level=level))
    binary = [(f"ce_{name}", value.encode()) for name, value in document.items() if name != "data"]
    assembled = assemble(json.dumps(document["data"], ensure_ascii=False).encode(), binary)
    assert not isinstance(assembled, Refusal)

    answers = [
        judged(document),
        validate(document, divisions=DIVISIONS, received_at=NOW, standing=STANDING),
        judge(assembled, divisions=DIVISIONS, received_at=NOW, standing=STANDING),
    ]

    assert answers[0] == answers[1] == answers[2]


def test_a_mapping_that_no_json_holds_is_refused() -> None:
    """A mapping goes through the same guard as bytes."""
    for value, reason in (("\ud800", Reason.LONE_SURROGATE), (float("nan"), Reason.NUMBER_NOT_FINITE)):
        answer = validate(event(data={"x": value}), divisions=DIVISIONS, received_at=NOW)

        assert isinstance(answer, Refused)
        assert reason == answer.reason
