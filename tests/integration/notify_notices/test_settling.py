"""Many deliveries of unknown end are settled at once, by what they have in common, and never more than somebody saw."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from bihuan.main import build
from contracts.roles import Role
from contracts.vocabulary import NoticeState
from services.notify.core.people import Ruling
from services.notify.core.retry import Outcome
from services.notify.core.retry import Result as Answer
from services.notify.handlers.people import Miscounted
from services.notify.store import unsettled
from tests.conftest import SignedIn
from tests.integration.notify_letters.chancery import api
from tests.integration.notify_notices.office import UNKNOWN, YES, Office

RESET = Outcome(result=Answer.AMBIGUOUS, answer="ServerDisconnectedError")
WHO: dict[str, Any] = {"author": "值班员甲", "reason": "服务商已核对"}
LIKE = Ruling(channel="email", answer=UNKNOWN.answer)


@pytest.fixture
def http(office: Office, signed_in: SignedIn) -> Iterator[TestClient]:
    """The API and the pages without a server, for the office of the province."""
    with TestClient(api(office), raise_server_exceptions=False, follow_redirects=False) as client:
        client.headers.update(signed_in(Role.PROVINCE))
        yield client


@pytest.fixture
def bihuan(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command line, against the test's database."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(build([arguments[0]]), list(arguments))


@pytest.fixture
def heap(office: Office) -> list[str]:
    """Three notices of one unknown end; beside them one of another, and one that arrived."""
    ids = []
    for n in range(3):
        ids.append(office.told(UNKNOWN, decision_id=f"d-{n}", occurrence=str(n)).id)
        office.clock.advance(60)
    office.told(RESET, decision_id="d-8", occurrence="8")
    office.told(YES, decision_id="d-9", occurrence="9")
    return ids


def states(office: Office, ids: list[str]) -> set[NoticeState]:
    return {office.notice(each).state for each in ids}


@pytest.mark.parametrize("outcome", [NoticeState.DELIVERED, NoticeState.FAILED, NoticeState.RETRYING], ids=str)
def test_a_rule_settles_all_of_one_cause(office: Office, heap: list[str], outcome: NoticeState) -> None:
    """Those of another end stay; each trail names who said so; each state is announced."""
    announced = len(office.announced())

    done = office.counter.settle_all(LIKE, outcome, expected=3, **WHO)

    assert (done, states(office, heap)) == (3, {outcome})
    assert office.states()["d-8", "raised"] == "ambiguous"
    act = "retried" if outcome is NoticeState.RETRYING else "settled"
    assert set(office.sql("SELECT act, author, reason FROM notice_act")) == {(act, WHO["author"], WHO["reason"])}
    assert len(office.announced()) == announced + 3


def test_nothing_is_settled_that_nobody_saw(office: Office, heap: list[str]) -> None:
    """One more became ambiguous since the page was read."""
    office.told(UNKNOWN, decision_id="d-5", occurrence="5")

    with pytest.raises(Miscounted, match="4 notices"):
        office.counter.settle_all(LIKE, NoticeState.DELIVERED, expected=3, **WHO)

    assert states(office, heap) == {NoticeState.AMBIGUOUS}


def test_a_rule_may_name_a_time(office: Office, heap: list[str]) -> None:
    """The provider's disturbance lasted one minute."""
    began = office.clock.now() - timedelta(seconds=180)
    ruling = Ruling(channel="email", since=began, until=began + timedelta(seconds=60))

    office.counter.settle_all(ruling, NoticeState.DELIVERED, expected=2, **WHO)

    assert [office.notice(each).state.value for each in heap] == ["delivered", "delivered", "ambiguous"]


@pytest.mark.usefixtures("heap")
def test_heaps_are_shown_largest_first(office: Office) -> None:
    """By channel and answer, with their number and time."""
    with office.database.begin() as work:
        found = unsettled.heaps(work, "331081")
        elsewhere = unsettled.heaps(work, "330400")

    assert [(each.answer, each.count) for each in found] == [(UNKNOWN.answer, 3), (RESET.answer, 1)]
    assert found[0].until - found[0].since == timedelta(seconds=120)
    assert elsewhere == []


def test_a_heap_is_settled_on_the_page(office: Office, http: TestClient, heap: list[str]) -> None:
    """As it stood there; what is stale is refused in words."""
    page = http.get("/notices", params={"state": "ambiguous"}).text
    assert "登记这 3 条" in page
    with office.database.begin() as work:
        until = unsettled.heaps(work, None)[0].until
    form = {"channel": "email", "answer": UNKNOWN.answer, "until": until.isoformat(), "reason": "已核实"}

    stale = http.post("/notices/settle", data=form | {"state": "delivered", "expected": 2})
    done = http.post("/notices/settle", data=form | {"state": "delivered", "expected": 3})
    again = http.post("/notices/settle", data=form | {"state": "created", "expected": 3})

    assert (stale.status_code, done.status_code, again.status_code) == (409, 303, 400)
    assert "现在符合的有 3 条" in stale.text
    assert states(office, heap) == {NoticeState.DELIVERED}


def test_a_heap_is_settled_over_http(office: Office, http: TestClient, signed_in: SignedIn, heap: list[str]) -> None:
    """Within the scope of who asks: elsewhere nothing fits."""
    body = {"channel": "email", "answer": UNKNOWN.answer, "outcome": "failed", "expected": 3, "reason": "未收到"}

    foreign = http.post("/v1/notices/settle", json=body, headers=signed_in(Role.COUNTY, "330402"))
    done = http.post("/v1/notices/settle", json=body)

    assert (foreign.status_code, done.status_code, done.json()) == (409, 200, {"settled": 3})
    assert states(office, heap) == {NoticeState.FAILED}


def test_a_heap_is_counted_and_settled_at_the_keyboard(
    office: Office, bihuan: Callable[..., Result], heap: list[str]
) -> None:
    """Without a number nothing is settled; with the wrong one neither."""
    rule = ("notices", "settle-all", "delivered", "--channel", "email", "--answer", UNKNOWN.answer)

    counted = bihuan(*rule)
    wrong = bihuan(*rule, "--expect", "2")
    assert states(office, heap) == {NoticeState.AMBIGUOUS}
    done = bihuan(*rule, "--expect", "3", "--by", "甲")
    unknown = bihuan("notices", "settle-all", "created", "--channel", "email")

    assert "3 条结果不明的通知符合" in counted.stdout
    assert (wrong.exit_code, "没有登记" in wrong.stderr) == (1, True)
    assert (done.exit_code, states(office, heap)) == (0, {NoticeState.DELIVERED})
    assert unknown.exit_code == 2
