"""The loop runs on a tip-off, the receipt code shows how far it is, and only a handler with a reason reads it (S3-16)."""

import json
import re

import psycopg
import pytest
from psycopg import errors
from starlette.testclient import TestClient

from contracts.roles import Role
from runtime.database import Database
from tests.conftest import SignedIn
from tests.integration.intake_doors.scene import outbox_of
from tests.integration.intake_tip_offs.scene import HIDDEN, STORY, Told, only_id, words_of
from tests.telephones import CARRIER


def test_the_receipt_code_shows_how_far_it_is(client: TestClient, told: Told, handler: dict[str, str]) -> None:
    """Received, hazard, true with a reward, paid; however the code is typed, and nothing without it."""
    code = told()
    identity = only_id(client, handler)
    typed = code.lower().replace("-", " ")

    def status() -> str:
        return words_of(client.post("/tip-off/status", data={"code": typed}).text)

    def act(path: str, **form: str) -> int:
        return client.post(
            f"/tip-offs/{identity}/{path}", data=form, headers=handler, follow_redirects=False
        ).status_code

    seen = [status()]
    hazard = {
        "description": "油罐旁违规动火",
        "level": "major",
        "sector": "危化",
        "site_name": "某厂",
        "address": "某路一号",
    }
    assert 303 == act("hazard", **hazard)
    seen.append(status())
    assert 303 == act("verify", verdict="true", answer="已责令停工", reward_yuan="3000")
    seen.append(status())
    assert 303 == act("reward", became="paid", note="凭证 7")
    seen.append(status())

    assert "已收到，正在核实" in seen[0]
    assert "已立为隐患" in seen[1]
    assert "奖励待领取" in seen[2]
    assert "已责令停工" in seen[2]
    assert "3000.00 元，请凭回执码到受理单位领取" in seen[2]
    assert "奖励已发放" in seen[3]
    assert [409, 409, 409] == [act("hazard", **hazard), act("verify", verdict="false"), act("reward", became="paid")]
    assert 404 == client.post("/tip-off/status", data={"code": "0000-0000-0000-0000"}).status_code


def test_the_loop_runs_on_it(client: TestClient, told: Told, own: Database, handler: dict[str, str]) -> None:
    """S3-16: it becomes a hazard that was found by a tip-off, verified, and rewarded when the money was paid."""
    told()
    identity = only_id(client, handler)
    acts: list[tuple[str, dict[str, str]]] = [
        (
            "hazard",
            {
                "description": "油罐旁违规动火",
                "level": "major",
                "sector": "危化",
                "site_name": "某厂",
                "address": "某路",
            },
        ),
        ("verify", {"verdict": "true", "reward_yuan": "500"}),
        ("reward", {"became": "paid"}),
    ]
    for path, form in acts:
        assert client.post(
            f"/tip-offs/{identity}/{path}", data=form, headers=handler, follow_redirects=False
        ).is_redirect
    with own.begin(["*"]) as work:
        documents = [document for _, _, document in outbox_of(work)]

    assert [
        "tip_off.received.v1",
        "hazard.reported.v1",
        "tip_off.received.v1",
        "tip_off.verified.v1",
        "tip_off.verified.v1",
    ] == [document["type"] for document in documents]
    received, hazard, named, verified, paid = documents
    assert ("tip_off", identity) == (hazard["data"]["found_by"], hazard["data"]["hazard_id"])
    assert (received["id"], identity) == (named["correction"], named["data"]["hazard_id"])
    assert (verified["id"], 500.0) == (paid["correction"], paid["data"]["reward_yuan"])
    assert not HIDDEN.search(json.dumps(documents, ensure_ascii=False))


def test_only_a_handler_opens_it_and_every_time_stands_on_record(
    client: TestClient, told: Told, handler: dict[str, str], signed_in: SignedIn, database_url: str
) -> None:
    """An office sees that there is one; the words and the person open with a reason, which everybody concerned reads."""
    told()
    identity = only_id(client, handler)
    office = signed_in(Role.COUNTY, "331081")
    page = words_of(client.get(f"/tip-offs/{identity}", headers=office).text)
    refused = client.post(
        f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "想看看是谁"}, headers=office
    )
    no_reason = client.post(f"/tip-offs/{identity}/open", data={"what": "contact", "reason": " "}, headers=handler)
    story = words_of(
        client.post(
            f"/tip-offs/{identity}/open", data={"what": "story", "reason": "现场核查前了解情况"}, headers=handler
        ).text
    )
    contact = words_of(
        client.post(
            f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "补充询问地点"}, headers=handler
        ).text
    )
    record = words_of(client.get(f"/tip-offs/{identity}", headers=office).text)

    assert not HIDDEN.search(page + record + refused.text + no_reason.text)
    assert (403, 400) == (refused.status_code, no_reason.status_code)
    assert STORY in story
    assert CARRIER not in story
    assert f"赵无名 {CARRIER}" in contact
    assert "由 handler.331081 于" in contact
    with psycopg.connect(database_url) as owner:
        noted = owner.execute("SELECT to_jsonb(e)::text FROM access.audit e").fetchall()
    text = "\n".join(row[0] for row in noted)
    assert "contact: 补充询问地点" in text
    assert "story: 现场核查前了解情况" in text
    assert not HIDDEN.search(text)
    assert re.search(r"handler\.331081 举报人 补充询问地点.*handler\.331081 内容和照片 现场核查前了解情况", record)


def test_another_county_has_no_such_tip_off(
    client: TestClient, told: Told, handler: dict[str, str], signed_in: SignedIn
) -> None:
    """Neither in its list nor by its address nor to be opened: the same 404 as for one that does not exist."""
    told()
    identity = only_id(client, handler)
    stranger = signed_in(Role.HANDLER, "330302")

    assert "T" + identity[1:] not in client.get("/tip-offs?state=all", headers=stranger).text
    opened = {"what": "story", "reason": "看看别的县"}
    for path in (identity, "T0000000000000000"):
        assert 404 == client.get(f"/tip-offs/{path}", headers=stranger).status_code
        assert 404 == client.post(f"/tip-offs/{path}/open", data=opened, headers=stranger).status_code
        assert 404 == client.post(f"/tip-offs/{path}/verify", data={"verdict": "true"}, headers=stranger).status_code


def test_what_is_on_record_stays(told: Told, client: TestClient, handler: dict[str, str], database_url: str) -> None:
    """Not even the owner changes or removes the record of who looked."""
    told()
    identity = only_id(client, handler)
    client.post(f"/tip-offs/{identity}/open", data={"what": "contact", "reason": "补充询问"}, headers=handler)
    for statement in ("UPDATE pii.opening SET reason = 'x'", "DELETE FROM pii.opening", "TRUNCATE pii.opening"):
        with psycopg.connect(database_url) as owner, pytest.raises(errors.RaiseException, match="append-only"):
            owner.execute(statement)  # type: ignore[call-overload]
